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
    if (process.env.UNI_PLATFORM === 'h5' && output && !Array.isArray(output)) output.chunkFileNames = 'assets/[name].[hash].js'
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

export default defineConfig({
  plugins: [uni(), plainNames, noThirdParty],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: { target: 'es2019' },
  server: { host: '127.0.0.1', port: 18210, proxy: { '/api': 'http://127.0.0.1:8080', '/media': 'http://127.0.0.1:8080' } },
})
