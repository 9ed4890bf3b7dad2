/** Requests on their way together: their bytes end to end, and who waits for which. */
import { NetlinkError } from '../errors.js'
import { Messages, NLMSG_ERROR, NLMSG_DONE } from '../wire/message.js'
import { Reader } from '../wire/reader.js'
import { failureOf } from './failure.js'
import type { AnyRequest } from './request.js'

/** A buffer this full leaves at once, so that the kernel works while JavaScript still encodes. */
const FULL = 32 << 10
/** As the engine reads it: u32 offset, u32 after, 16 bytes of name. */
const PATCH_SIZE = 24

const textEncoder = new TextEncoder()

/** Memory of submissions that have been sent, for the next. */
const spares: Uint32Array[] = []
const SPARES_AT_MOST = 8

const NOTHING = new Uint32Array(0)

/** Results and errors of the requests of one submission, by their place in it. */
export interface Answers {
  results: unknown[] | undefined
  errors: (Error | undefined)[] | undefined
}

export class Submission {
  readonly requests: AnyRequest[] = []
  #words = spares.pop() ?? new Uint32Array(FULL >> 2)
  #used = 0
  #patches: { offset: number; after: number; name: string }[] | undefined
  /** How many requests there are up to the last that may make, rename or remove a link. */
  #linksChange = 0

  static of(requests: readonly AnyRequest[]): Submission {
    const submission = new Submission()
    for (const request of requests) submission.add(request)
    return submission
  }

  /** Adds a request; true where the submission should leave now. */
  add(request: AnyRequest): boolean {
    const { words, start, end, patches, holds } = request.encoded
    const from = start >> 2
    const count = (end - start) >> 2
    const at = this.#used
    if (at + count > this.#words.length) this.#grow(at + count)
    const into = this.#words
    for (let i = 0; i < count; i++) into[at + i] = words[from + i]!
    this.#used = at + count
    if (patches !== undefined) {
      for (const { offset, name } of patches) {
        ;(this.#patches ??= []).push({ offset: (at << 2) + offset, after: this.#linksChange, name })
      }
    }
    if (holds !== undefined) for (const held of holds) held.hold()
    this.requests.push(request)
    if (request.operation.changesLinks?.(request.spec)) this.#linksChange = this.requests.length
    return this.#used >= FULL >> 2
  }

  #grow(words: number): void {
    const larger = new Uint32Array(Math.max(words, 2 * this.#words.length))
    larger.set(this.#words.subarray(0, this.#used))
    this.#words = larger
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.#words.buffer, 0, this.#used << 2)
  }

  /** The places that the engine fills with links' indexes, as it wants them. */
  get patches(): Uint8Array | undefined {
    const patches = this.#patches
    if (patches === undefined) return undefined
    const packed = new Uint8Array(patches.length * PATCH_SIZE)
    const words = new Uint32Array(packed.buffer)
    for (let i = 0; i < patches.length; i++) {
      const { offset, after, name } = patches[i]!
      words[i * 6] = offset
      words[i * 6 + 1] = after
      textEncoder.encodeInto(name, packed.subarray(i * PATCH_SIZE + 8, (i + 1) * PATCH_SIZE - 1))
    }
    return packed
  }

  /** The addon has its own copy of the bytes now. */
  sent(): void {
    if (this.#words.length === FULL >> 2 && spares.length < SPARES_AT_MOST) spares.push(this.#words)
    this.#words = NOTHING
    this.#used = 0
  }

  /** Lets go of what had to stay open until the requests were sent. */
  release(): void {
    for (const { encoded } of this.requests) {
      if (encoded.holds !== undefined) for (const held of encoded.holds) held.release()
    }
  }

  /** Sorts what the engine answered by request. */
  read(answers: Uint8Array | undefined): Answers {
    const out: Answers = { results: undefined, errors: undefined }
    const { requests } = this
    if (answers !== undefined) {
      const r = new Reader(answers)
      const message = new Messages(r)
      while (message.next()) {
        const index = message.sequence
        const request = requests[index]
        if (request === undefined) continue
        if (message.type === NLMSG_ERROR || message.type === NLMSG_DONE) {
          ;(out.errors ??= [])[index] = failureOf(request, r, message)
          continue
        }
        try {
          const result: unknown = request.operation.read?.(r, message)
          if (result !== undefined) (out.results ??= [])[index] = result
        } catch (error) {
          ;(out.errors ??= [])[index] = error as Error
        }
      }
    }
    for (let i = 0; i < requests.length; i++) {
      const request = requests[i]!
      if (request.operation.answer === 'object' && out.results?.[i] === undefined && out.errors?.[i] === undefined) {
        ;(out.errors ??= [])[i] = new NetlinkError({
          errno: 42,
          request: request.operation.message,
          action: request.operation.describe(request.spec),
          reason: 'the kernel answered without an object',
        })
      }
    }
    return out
  }
}

/** Kept: see `readerShape` in wire/reader.ts. */
export const submissionShape = new Submission()
