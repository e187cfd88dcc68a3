import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Times are China's wherever the reader is: tests are run far from it.
process.env.TZ = 'America/New_York'

export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
})
