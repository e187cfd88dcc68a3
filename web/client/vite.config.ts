import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'
import uniPlugin from '@dcloudio/vite-plugin-uni'

// The plugin is CommonJS: its default export hides one level deeper under Node's ESM loader.
const uni = (uniPlugin as unknown as { default?: typeof uniPlugin }).default ?? uniPlugin

// uni names chunks by their path, which for a package outside this folder begins with dots: Go's embed would skip it.
const plainNames: Plugin = {
  name: 'zz-plain-names',
  configResolved(config) {
    const output = config.build.rollupOptions.output
    if (process.env.UNI_PLATFORM !== 'h5' || !output || Array.isArray(output)) return
    output.chunkFileNames = 'assets/[name].[hash].js'
    // What nearly every page uses comes in one piece: each small file costs a phone a trip of its own.
    output.manualChunks = (id) => (/\/client\/src\/(ui|app)\/|\/(DealPrice|CourseRow|CourseTile|CourseSkeleton|ContinueCard)\.vue/.test(id) && !/\.css/.test(id) ? 'base' : undefined)
  },
}

// uni's base styles fetch a picture from its vendor's CDN. Learners' browsers talk to this server alone.
const noThirdParty: Plugin = {
  name: 'zz-no-third-party',
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type === 'asset' && file.fileName.endsWith('.css')) file.source = String(file.source).replace(/url\((['"]?)https?:\/\/[^)]*\)/g, 'none')
    }
  },
}

// A browser fetches a component whose import is marked "later" when a page first shows it. The mini program knows no such components and has them in its package.
const later: Plugin = {
  name: 'zz-later',
  enforce: 'pre',
  transform(code, id) {
    if (process.env.UNI_PLATFORM !== 'h5' || !id.endsWith('.vue') || !code.includes(' // later')) return
    const vue = "import { defineAsyncComponent as zzLater } from 'vue'\n"
    return code.replace(/^import (\w+) from ('[^']+\.vue') \/\/ later$/gm, 'const $1 = zzLater(() => import($2))').replace(/(<script setup[^>]*>\n)/, `$1${vue}`)
  },
}

// The server writes into a page which scripts it, or a lesson of its form, will load, so that they need not wait for the first one.
const chunksOfPages: Plugin = {
  name: 'zz-chunks-of-pages',
  generateBundle(_, bundle) {
    if (process.env.UNI_PLATFORM !== 'h5') return
    const chunks = Object.values(bundle).flatMap((f) => (f.type === 'chunk' ? [f] : []))
    const byName = new Map(chunks.map((c) => [c.fileName, c]))
    const entry = chunks.find((c) => c.isEntry)
    const pages: Record<string, string[]> = {}
    for (const c of chunks.filter((c) => c.isDynamicEntry && /(Page|PlayerH5|[a-z]Lesson)$/.test(c.name))) {
      const found = new Set<string>()
      const walk = (name: string) => {
        if (name === entry?.fileName || found.has(name)) return
        found.add(name)
        byName.get(name)?.imports.forEach(walk)
      }
      walk(c.fileName)
      pages[c.name.split('/').pop() ?? c.name] = [...found]
    }
    this.emitFile({ type: 'asset', fileName: 'chunks.json', source: JSON.stringify(pages) })
  },
}

export default defineConfig({
  plugins: [later, uni(), plainNames, noThirdParty, chunksOfPages],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: { target: 'es2019' },
  server: { host: '127.0.0.1', port: 18210, proxy: { '/api': 'http://127.0.0.1:8080', '/media': 'http://127.0.0.1:8080' } },
})
