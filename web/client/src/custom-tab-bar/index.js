/* The pages draw the bar themselves (ui/UiTabBar.vue); WeChat only asks that this component exists. */
Component({})
