/** Running a function on the calling thread inside a namespace. */
import { randomBytes } from 'node:crypto'
import { types } from 'node:util'

import { invalid } from '../wire/invalid.js'
import { systemCallFailure } from './failure.js'
import type { Handle } from './handle.js'

/** What `run` takes: a function whose work is done when it returns. */
export type SynchronousWork<Result> = (() => Result) &
  ([Result] extends [never]
    ? unknown
    : Result extends PromiseLike<unknown>
      ? 'its work would go on outside of the namespace'
      : unknown)

const WHY =
  'what it does after its first await (or yield) would be done outside of the namespace. Open what is needed inside ' +
  '(a socket, a process) and use it from outside: connect, listen, udp, spawn'

let threadPoolStarted = false

/**
 * Libuv's threads are started when they are first needed and stay in the namespace of the thread that started them.
 * A function that was the first to read a file would send all name resolution of the process elsewhere for good.
 */
function startThreadPool(): void {
  if (threadPoolStarted) return
  threadPoolStarted = true
  randomBytes(1, () => {})
}

export function run<Result>(handle: Handle, work: () => Result): Result {
  if (typeof work !== 'function') throw invalid('work', 'a function', work)
  if (types.isAsyncFunction(work))
    throw new TypeError(`work: expected a synchronous function, got an async one: ${WHY}`)
  if (types.isGeneratorFunction(work)) throw new TypeError(`work: expected a function, got a generator: ${WHY}`)
  const { native } = handle
  startThreadPool()
  let entered = false
  let result: Result
  try {
    result = native.run(() => {
      entered = true
      return work()
    })
  } catch (error) {
    throw entered ? error : systemCallFailure(error, `run a function in ${handle.label}`)
  }
  if (isThenable(result)) {
    // This error is the one report of it: what becomes of the promise is nobody's any more.
    result.then(undefined, () => {})
    throw new TypeError(`work: expected a synchronous function, got one that returned a promise: ${WHY}`)
  }
  return result
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}
