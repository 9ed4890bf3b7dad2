/** The suite as it runs inside user-mode Linux (test/uml/run.mjs): one slow CPU, a read-only project. */
import { configDefaults, mergeConfig } from 'vitest/config'

import base from '../../vitest.config.js'

/** Test files that prove nothing there, and why. Single tests ask test/support/kernel.ts. */
const LEFT_OUT: Record<string, string> = {
  'test/iproute2/**': 'what iproute2 sends is the same on each kernel, and to record it there takes minutes',
}

export default mergeConfig(base, {
  root: new URL('../..', import.meta.url).pathname,
  cacheDir: '/tmp/vite',
  test: {
    exclude: [...configDefaults.exclude, ...Object.keys(LEFT_OUT)],
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 60_000,
  },
})
