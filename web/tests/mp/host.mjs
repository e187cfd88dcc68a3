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
    this.downloads = []
    this.opened = []
    this.sounds = []
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
      return register({ ...options, methods, lifetimes: this.#readied(options.lifetimes) })
    }
    require(path.join(this.root, 'app.js'))
    this.app.onLaunch?.({ path: 'features/home/HomePage', query: {}, scene: 1001 })
    this.app.onShow?.({ path: 'features/home/HomePage', query: {}, scene: 1001 })
  }

  /** WeChat says ready to every component; the simulator only to the page, so each says it to itself. */
  #readied(lifetimes) {
    if (!lifetimes?.ready) return lifetimes
    const told = new WeakSet()
    function ready() {
      if (told.has(this)) return
      told.add(this)
      lifetimes.ready.call(this)
    }
    return { ...lifetimes, ready, attached() { lifetimes.attached?.call(this); setTimeout(() => ready.call(this)) } }
  }

  /**
   * WeChat lets data name an event's handler; the simulator does not, so the name travels in the dataset instead. So does
   * what the simulator's own elements forget: the address of a picture or video, and what a field asks for.
   */
  #namedHandlers() {
    for (const file of readdirSync(this.root, { recursive: true })) {
      if (!file.endsWith('.wxml')) continue
      const full = path.join(this.root, file)
      const text = readFileSync(full, 'utf8')
      writeFileSync(full, text.replace(/\b(bind|catch):?([a-zA-Z]+)="\{\{([^}]+)\}\}"/g, (_, how, type, name) => `${how}${type}="zzCall" data-zz-${type.toLowerCase()}="{{${name}}}"`)
        .replace(/ (src|placeholder)="([^"]*)"/g, (all, name, value) => `${all} data-zz-${name}="${value}"`))
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
      downloadFile: (o) => {
        const listeners = []
        this.#download(o, listeners)
        return { onHeadersReceived: (f) => { listeners.push(f) } }
      },
      // WeChat goes by the type that it is given or by the name of the file, and refuses what it does not know.
      openDocument: (o) => {
        const kind = o.fileType ?? /\.(\w+)$/.exec(o.filePath)?.[1]
        if (['doc', 'docx', 'xls', 'xlsx', 'ppt', 'pptx', 'pdf'].includes(kind)) {
          this.opened.push({ at: o.filePath, kind })
          ok(o)
        } else queueMicrotask(() => { o.fail?.({ errMsg: 'openDocument:fail filetype not supported' }); o.complete?.() })
      },
      requestVirtualPayment: (o) => { this.options.payVirtual(o).then(() => ok(o), (e) => { o.fail?.({ errMsg: String(e.message) }); o.complete?.() }) },
      createInnerAudioContext: () => {
        const s = { src: '', state: 'made', play() { s.state = 'playing' }, pause() { s.state = 'paused' }, destroy() { s.state = 'gone' }, onEnded: (f) => { s.end = f }, onError: (f) => { s.fail = f } }
        this.sounds.push(s)
        return s
      },
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

  async #download(o, listeners) {
    this.requests.push(`GET ${o.url}`)
    const res = await fetch(this.options.base + o.url.replace(/^https?:\/\/[^/]+/, ''), { headers: o.header }).catch(() => null)
    if (res) {
      const header = Object.fromEntries(res.headers)
      for (const f of listeners) f({ header })
      // WeChat names what it keeps by the type that the server tells.
      const kept = { url: o.url, header: o.header, status: res.status, bytes: Buffer.from(await res.arrayBuffer()), at: `http://tmp/${this.downloads.length}.${header['content-type']?.split(';')[0].split('/').at(-1)}` }
      this.downloads.push(kept)
      o.success?.({ statusCode: kept.status, tempFilePath: kept.at })
    } else o.fail?.({ errMsg: 'downloadFile:fail' })
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

  /** The address that a picture or video of the page on top shows; '' when there is none. */
  source(selector) { return this.top.component.dom.querySelector(selector)?.__wxElement?.dataset.zzSrc ?? '' }

  /** Types into the field of the page on top that asks for it in words that fit. */
  type(pattern, value) {
    const el = [...this.top.component.dom.querySelectorAll('wx-textarea, wx-input')].find((e) => pattern.test(e.__wxElement?.dataset.zzPlaceholder ?? ''))
    if (!el) throw new Error(`nowhere to type: ${pattern} on ${this.top.route}`)
    const { Event } = require('miniprogram-exparser')
    Event.dispatchEvent(el.__wxElement, Event.create('input', { value }, { bubbles: true, capturePhase: true, composed: true }))
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
