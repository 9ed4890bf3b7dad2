import { defineConfig } from 'vitest/config'

const instrumented = process.env.LINKWRIGHT_ASAN_OPTIONS !== undefined
// An instrumented addon is several times slower.
const patience = instrumented ? 4 : 1

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Processes, not threads: a test may enter a namespace, and dies alone.
    pool: 'forks',
    // Long enough for a busy machine: they end what hangs, they do not judge what is slow.
    testTimeout: 60_000 * patience,
    hookTimeout: 60_000 * patience,
    teardownTimeout: 10_000,
    // For the programs that tests start: see test/support/sanitized.sh.
    env: instrumented ? { ASAN_OPTIONS: process.env.LINKWRIGHT_ASAN_OPTIONS } : {},
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text', 'text-summary'],
    },
  },
})
