import { defineConfig } from 'vitest/config'

// An instrumented addon is several times slower.
const patience = process.env.LINKWRIGHT_ADDON === undefined ? 1 : 4

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Processes, not threads: a test may enter a namespace, and dies alone.
    pool: 'forks',
    // Long enough for a busy machine: they end what hangs, they do not judge what is slow.
    testTimeout: 60_000 * patience,
    hookTimeout: 60_000 * patience,
    teardownTimeout: 10_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text', 'text-summary'],
    },
  },
})
