/// <reference types="vite/client" />
declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<object, object, unknown>
  export default component
}
interface ImportMetaEnv {
  /** Origin of the server for the mini program build, e.g. https://learn.example.cn; empty means same origin. */
  readonly VITE_API_BASE?: string
}
