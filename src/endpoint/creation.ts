/** Endpoints on their way: what became of each as it ends, and of all. */
import type { EndpointError } from '../errors.js'
import type { Endpoint } from './endpoint.js'

/** What became of one endpoint of a list; `index` is its place there. */
export type EndpointResult =
  | {
      /** The place of the endpoint in the list, from 0. */
      readonly index: number
      /** `fulfilled`: it was made. `rejected`: it could not be, and nothing of it is left. */
      readonly status: 'fulfilled'
      /** The endpoint, where it was made. */
      readonly value: Endpoint
    }
  | {
      readonly index: number
      readonly status: 'rejected'
      /** Why it could not be made. */
      readonly reason: EndpointError
    }

/** How far a creation is. */
export interface EndpointProgress {
  /** How many there are to be; undefined where the list does not say. */
  readonly total: number | undefined
  /** How many were made. */
  readonly made: number
  /** How many could not be made. */
  readonly failed: number
}

/**
 * The endpoints of one call of `Endpoints.create`.
 *
 * Iterated, it gives each as it ends, in the order in which they end. Leaving the loop early cancels those that have
 * not ended. Whether or not it is iterated, all are made; `all()` waits for them.
 */
export class EndpointCreation implements AsyncIterable<EndpointResult> {
  readonly #results: EndpointResult[] = []
  readonly #cancel: (reason: unknown) => void
  readonly #done: Promise<void>
  #made = 0
  #failed = 0
  #ended = false
  readonly #total: number | undefined
  readonly #onProgress: ((progress: EndpointProgress) => void) | undefined
  #wake: (() => void)[] = []

  /** @internal */
  constructor(
    total: number | undefined,
    onProgress: ((progress: EndpointProgress) => void) | undefined,
    start: (report: (result: EndpointResult) => void) => Promise<void>,
    cancel: (reason: unknown) => void,
  ) {
    this.#total = total
    this.#onProgress = onProgress
    this.#cancel = cancel
    const end = () => {
      this.#ended = true
      this.#notify()
    }
    this.#done = start((result) => this.#report(result)).finally(end)
    // Whoever waits is told; a creation that nobody looks at is not an unhandled rejection of its own.
    this.#done.catch(() => {})
  }

  get progress(): EndpointProgress {
    return { total: this.#total, made: this.#made, failed: this.#failed }
  }

  /**
   * Waits for all, and gives what became of each, in the order of the list.
   * @throws What the list itself threw, where it is an iterable that may.
   */
  async all(): Promise<EndpointResult[]> {
    await this.#done
    return [...this.#results].sort((a, b) => a.index - b.index)
  }

  async *[Symbol.asyncIterator](): AsyncIterator<EndpointResult, void, void> {
    let next = 0
    try {
      for (;;) {
        while (next < this.#results.length) yield this.#results[next++]!
        if (this.#ended) break
        await new Promise<void>((resolve) => this.#wake.push(resolve))
      }
      await this.#done
    } finally {
      if (!this.#ended) this.#cancel(new Error('the loop over the endpoints was left'))
    }
  }

  #report(result: EndpointResult): void {
    this.#results.push(result)
    if (result.status === 'fulfilled') this.#made++
    else this.#failed++
    this.#onProgress?.(this.progress)
    this.#notify()
  }

  #notify(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }
}
