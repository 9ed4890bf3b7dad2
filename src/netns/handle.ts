/** The descriptor behind a Netns: open until it is closed and nothing that was begun needs it any more. */
import { ClosedError } from '../errors.js'
import type { NativeNamespace } from '../native.js'

export class Handle {
  readonly #native: NativeNamespace
  #holds = 0
  #closed = false
  /** The namespace as errors call it. */
  readonly label: string

  constructor(native: NativeNamespace, label: string) {
    this.#native = native
    this.label = label
  }

  /** @throws {ClosedError} */
  get native(): NativeNamespace {
    if (this.#closed) throw new ClosedError(`the handle of ${this.label} is closed`)
    return this.#native
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Keeps the number of the descriptor from meaning anything else, for those who wrote it into a message. */
  hold(): void {
    void this.native
    this.#holds++
  }

  release(): void {
    if (--this.#holds === 0 && this.#closed) this.#native.close()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#holds === 0) this.#native.close()
  }
}
