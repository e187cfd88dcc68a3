import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const backend = process.env.ZZ_BACKEND ?? 'http://127.0.0.1:8080'

export default defineConfig({
  base: '/admin/',
  plugins: [vue()],
  resolve: {
    alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) },
    // One copy of each: two editor cores or two Vues do not know each other's objects.
    dedupe: ['vue', '@tiptap/core', '@tiptap/pm'],
  },
  build: {
    outDir: '../dist/admin',
    emptyOutDir: true,
    target: 'es2020',
    chunkSizeWarningLimit: 700,
    // The policy forbids data: scripts and fonts; small files stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      // Names without the compiler's marks, and never with a leading underscore.
      output: { chunkFileNames: (c) => `assets/${c.name.replace(/\.vue.*$/, '').replace(/^_+/, '')}-[hash].js` },
    },
  },
  server: {
    host: '127.0.0.1',
    port: 18410,
    proxy: { '/api': { target: backend }, '/media': { target: backend }, '/sandbox': { target: backend } },
  },
})
