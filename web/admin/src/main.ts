// The shared styles come first, so that a component's own may refine them.
import './app/tokens.css'
import './app/components.css'
import './app/console.css'
import './app/look'
import { createApp } from 'vue'
import App from './App.vue'
import { router } from './app/router'

createApp(App).use(router).mount('#app')
