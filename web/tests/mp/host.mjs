import { createRequire } from 'node:module'
import { cpSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { JSDOM } from 'jsdom'

const require = createRequire(import.meta.url)

/** Built mini program, as WeChat would receive it. */
export const built = path.resolve(import.meta.dirname, '../../dist/mp-weixin')

/**
 * A stand-in for the WeChat base library around miniprogram-simulate: storage, navigation, requests to a running
 * server, login and virtual payment. Everything else of the program is the compiled code itself.
 */
export class Host {
  /** @param {{base: string, loginCode: () => string, payVirtual: (o: object) => Promise<void>}} options */
  constructor(options) {
    this.options = options
    this.pages = []
    this.storage = new Map()
    this.requests = []
    this.root = mkdtempSync(path.join(tmpdir(), 'zz-mp-'))
    cpSync(built, this.root, { recursive: true })
    // The compiled code is CommonJS, whatever package it lies in.
    writeFileSync(path.join(this.root, 'package.json'), '{"type":"commonjs"}')
    this.#globals()
    this.#namedHandlers()
    this.simulate = require('miniprogram-simulate')
    const register = globalThis.Component
    globalThis.Component = (options) => {
      const methods = { ...options.methods, zzCall(e) { return this[e.currentTarget.dataset[`zz${e.type[0].toUpperCase()}${e.type.slice(1).toLowerCase()}`]]?.(e) } }
      return register({ ...options, methods })
    }
    require(path.join(this.root, 'app.js'))
    this.app.onLaunch?.({ path: 'features/home/HomePage', query: {}, scene: 1001 })
    this.app.onShow?.({ path: 'features/home/HomePage', query: {}, scene: 1001 })
  }

  /** WeChat lets data name an event's handler; the simulator does not, so the name travels in the dataset instead. */
  #namedHandlers() {
    for (const file of readdirSync(this.root, { recursive: true })) {
      if (!file.endsWith('.wxml')) continue
      const full = path.join(this.root, file)
      const text = readFileSync(full, 'utf8')
      writeFileSync(full, text.replace(/\b(bind|catch):?([a-zA-Z]+)="\{\{([^}]+)\}\}"/g, (_, how, type, name) => `${how}${type}="zzCall" data-zz-${type.toLowerCase()}="{{${name}}}"`))
    }
  }

  #globals() {
    const dom = new JSDOM('<!doctype html><body></body>', { url: 'https://mp.invalid/' })
    const g = globalThis
    g.window = dom.window
    for (const name of ['document', 'HTMLElement', 'Element', 'Node', 'Event', 'CustomEvent', 'MutationObserver', 'requestAnimationFrame', 'cancelAnimationFrame']) {
      if (dom.window[name]) g[name] = dom.window[name]
    }
    g.App = (options) => { this.app = options }
    g.getApp = () => this.app
    g.getCurrentPages = () => this.pages.map((p) => p.instance)
    g.Page = (options) => globalThis.Component(options)
    g.wx = this.#wx()
  }

  #wx() {
    const ok = (o, result = {}) => queueMicrotask(() => { o?.success?.(result); o?.complete?.(result) })
    const info = { platform: 'android', windowWidth: 390, windowHeight: 844, screenWidth: 390, theme: 'light', SDKVersion: '3.8.0', version: '8.0.50', pixelRatio: 2, language: 'zh_CN', system: 'Android 14', brand: 'x', model: 'x', statusBarHeight: 20, safeArea: { top: 0, bottom: 844, left: 0, right: 390 } }
    return {
      getSystemInfoSync: () => info, getDeviceInfo: () => info, getWindowInfo: () => info, getAppBaseInfo: () => info,
      getLaunchOptionsSync: () => ({ query: {}, scene: 1001 }), getEnterOptionsSync: () => ({ query: {}, scene: 1001 }),
      onThemeChange() {}, onAppShow() {}, onAppHide() {}, canIUse: () => true, nextTick: (f) => setTimeout(f),
      getStorageSync: (k) => this.storage.get(k) ?? '', setStorageSync: (k, v) => this.storage.set(k, v), removeStorageSync: (k) => this.storage.delete(k),
      setNavigationBarTitle: (o) => { this.title = o.title; ok(o) },
      navigateTo: (o) => { ok(o); this.open(o.url) },
      redirectTo: (o) => { ok(o); this.#close(); this.open(o.url) },
      switchTab: (o) => { ok(o); while (this.pages.length) this.#close(); this.open(o.url) },
      reLaunch: (o) => { ok(o); while (this.pages.length) this.#close(); this.open(o.url) },
      navigateBack: (o) => { ok(o); this.wxBack() },
      showToast: ok, hideToast: ok, showLoading: ok, hideLoading: ok,
      login: (o) => ok(o, { code: this.options.loginCode(), errMsg: 'login:ok' }),
      request: (o) => { this.#request(o) },
      downloadFile: (o) => { this.#download(o) },
      requestVirtualPayment: (o) => { this.options.payVirtual(o).then(() => ok(o), (e) => { o.fail?.({ errMsg: String(e.message) }); o.complete?.() }) },
      createVideoContext: () => ({ play() {}, pause() {}, seek() {} }),
      createSelectorQuery: () => { const q = { in: () => q, select: () => q, boundingClientRect: () => q, exec() {} }; return q },
    }
  }

  async #request(o) {
    const url = this.options.base + o.url.replace(/^https?:\/\/[^/]+/, '')
    const method = o.method ?? 'GET'
    this.requests.push(`${method} ${o.url}`)
    try {
      const res = await fetch(url, { method, headers: o.header, body: method === 'GET' ? undefined : o.data })
      o.success?.({ statusCode: res.status, data: await res.text(), header: Object.fromEntries(res.headers) })
    } catch (e) {
      o.fail?.({ errMsg: `request:fail ${e.message}` })
    }
    o.complete?.()
  }

  async #download(o) {
    this.requests.push(`GET ${o.url}`)
    const res = await fetch(this.options.base + o.url.replace(/^https?:\/\/[^/]+/, ''), { headers: o.header }).catch(() => null)
    if (res) o.success?.({ statusCode: res.status, tempFilePath: `http://tmp/${o.url.split('/').at(-1)}` })
    else o.fail?.({ errMsg: 'downloadFile:fail' })
    o.complete?.()
  }

  /** Opens a page by its uni address and runs its life cycle. */
  open(url) {
    const [route, query = ''] = url.replace(/^\//, '').split('?')
    const id = this.simulate.load(path.join(this.root, route), 'page', { rootPath: this.root, compiler: 'simulate' })
    const component = this.simulate.render(id)
    const instance = component.instance
    Object.assign(instance, { route, __route__: route, is: route, options: Object.fromEntries(new URLSearchParams(query)) })
    const page = { route, component, instance, call: (name, ...args) => instance[name]?.(...args) }
    this.pages.push(page)
    component.attach(document.createElement('div'))
    page.call('onLoad', instance.options)
    page.call('onShow')
    page.call('onReady')
    return page
  }

  #close() {
    const page = this.pages.pop()
    page?.call('onUnload')
    page?.component.detach()
  }

  /** The back button of WeChat. */
  wxBack() {
    this.#close()
    this.top?.call('onShow')
  }

  get top() { return this.pages.at(-1) }
  /** The text of the page on top as a reader sees it. */
  get text() { return this.top?.component.dom?.textContent?.replace(/\s+/g, ' ') ?? '' }

  /** Elements of the page on top whose own text fits, innermost last. */
  find(pattern) {
    return [...this.top.component.dom.querySelectorAll('*')].filter((el) => el.__wxElement && pattern.test(el.textContent.trim()))
  }

  /** Taps the innermost element whose text fits, as a finger would: the event bubbles through components. */
  tap(pattern) {
    const el = this.find(pattern).at(-1)
    if (!el) throw new Error(`nothing to tap: ${pattern} on ${this.top.route}: ${this.text.slice(0, 400)}`)
    const { Event } = require('miniprogram-exparser')
    Event.dispatchEvent(el.__wxElement, Event.create('tap', {}, { bubbles: true, capturePhase: true, composed: true }))
  }

  /** Waits until `ready` holds. */
  async until(ready, what, ms = 15000) {
    const end = Date.now() + ms
    while (Date.now() < end) {
      const got = ready()
      if (got) return got
      await new Promise((r) => setTimeout(r, 50))
    }
    throw new Error(`waited in vain for ${what}; page ${this.top?.route}: ${this.text.slice(0, 600)}`)
  }
}
