import { createSSRApp } from 'vue'
import App from './App.vue'
// #ifdef H5
import { installAddresses } from './app/address'

installAddresses()
// #endif

/** Entry required by uni-app on every platform. */
export function createApp() {
  const app = createSSRApp(App)
  return { app }
}
