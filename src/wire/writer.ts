/**
 * Writes netlink messages, one after another, into slabs of memory that requests then share.
 *
 * Everything in netlink stands at a multiple of four bytes, in the byte order of the machine, so numbers are stored
 * through typed arrays over the same memory.
 */
import { invalid } from './invalid.js'

/** A message that was written: a range of a slab that nothing changes any more. */
export interface Encoded {
  readonly words: Uint32Array
  readonly bytes: Uint8Array
  /** In bytes, from the start of the slab; both multiples of four. */
  readonly start: number
  readonly end: number
  /** Places to be filled just before sending. */
  readonly patches: readonly Patch[] | undefined
  /** What must stay open until the message has been sent. */
  readonly holds: readonly Holdable[] | undefined
}

export interface Patch {
  /** Of the u32 to be filled, from the start of the message. */
  readonly offset: number
  /** With the index of the link of this name; where it is empty, with the descriptor of the chain's namespace. */
  readonly name: string
}

/** Something whose descriptor number a message carries. */
export interface Holdable {
  hold(): void
  release(): void
}

const SLAB = 64 << 10
/** Header and payload of the largest attribute of fixed size; payloads without one make their own room. */
const ROOM = 64
/** `nlmsg_len` is a u32, but nothing in rtnetlink is longer than what one send may carry. */
const LONGEST_ATTRIBUTE = 0xffff

export class Writer {
  bytes!: Uint8Array
  u16!: Uint16Array
  u32!: Uint32Array
  /** Where the next byte goes. */
  position = 0
  /** The way to what is being written, as the caller named it: the path of an error. */
  readonly trail: (string | number)[] = []
  depth = 0

  #start = 0
  /** A message has been begun and not finished: its writing threw, if another is begun. */
  #unfinished = false
  #patches: Patch[] | undefined
  #holds: Holdable[] | undefined

  constructor() {
    this.#slab(SLAB)
  }

  #slab(size: number): void {
    const buffer = new ArrayBuffer(size)
    this.bytes = new Uint8Array(buffer)
    this.u16 = new Uint16Array(buffer)
    this.u32 = new Uint32Array(buffer)
    this.position = 0
  }

  /** Begins a message: `nlmsg_type`, `nlmsg_flags`, and room for the family's own header of `headerSize` bytes. */
  begin(type: number, flags: number, headerSize: number): number {
    this.depth = 0
    this.#patches = undefined
    this.#holds = undefined
    // What was refused has left bytes behind, and not always up to a multiple of four.
    if (this.#unfinished) this.#slab(SLAB)
    this.#unfinished = true
    this.#start = this.position
    this.reserve(16 + headerSize)
    const start = this.#start
    this.u16[(start >> 1) + 2] = type
    this.u16[(start >> 1) + 3] = flags
    this.position = start + 16 + ((headerSize + 3) & ~3)
    return start + 16
  }

  /** Ends the message. */
  finish(): Encoded {
    const start = this.#start
    const end = this.position
    this.u32[start >> 2] = end - start
    this.#unfinished = false
    return { words: this.u32, bytes: this.bytes, start, end, patches: this.#patches, holds: this.#holds }
  }

  /** Makes room for `size` more bytes and some; what has been written of this message may move to a new slab. */
  reserve(size: number): void {
    if (this.position + size + ROOM <= this.bytes.length) return
    const written = this.bytes.subarray(this.#start, this.position)
    // Words of four bytes are stored through it.
    this.#slab(Math.max(SLAB, (2 * (written.length + size + ROOM) + 3) & ~3))
    this.bytes.set(written)
    this.position = written.length
    this.#start = 0
  }

  /** Opens an attribute and returns a token for `close`: its place in the message, which outlives a move. */
  open(type: number): number {
    this.reserve(4)
    const at = this.position
    this.u16[(at >> 1) + 1] = type
    this.position = at + 4
    return at - this.#start
  }

  close(token: number): void {
    const at = token + this.#start
    const length = this.position - at
    if (length > LONGEST_ATTRIBUTE) throw this.invalid(`at most ${LONGEST_ATTRIBUTE - 4} bytes`, length - 4, 'range')
    this.u16[at >> 1] = length
    // Slabs are born zero and written once, so the padding is zero.
    this.position = (this.position + 3) & ~3
  }

  /** Where the next byte goes, from the start of the message; `at` turns it back into a place in the slab. */
  get offset(): number {
    return this.position - this.#start
  }

  at(offset: number): number {
    return this.#start + offset
  }

  putU8(value: number): void {
    this.bytes[this.position] = value
    this.position += 1
  }

  putU16(value: number): void {
    this.u16[this.position >> 1] = value
    this.position += 2
  }

  putU32(value: number): void {
    this.u32[this.position >> 2] = value
    this.position += 4
  }

  putBE16(value: number): void {
    const at = this.position
    this.bytes[at] = value >>> 8
    this.bytes[at + 1] = value
    this.position = at + 2
  }

  putBE32(value: number): void {
    const at = this.position
    this.bytes[at] = value >>> 24
    this.bytes[at + 1] = value >>> 16
    this.bytes[at + 2] = value >>> 8
    this.bytes[at + 3] = value
    this.position = at + 4
  }

  putBytes(value: Uint8Array): void {
    this.reserve(value.length)
    this.bytes.set(value, this.position)
    this.position += value.length
  }

  /** Has the u32 at `position` filled with the index of the named link when the message is sent. */
  patchLinkName(position: number, name: string): void {
    ;(this.#patches ??= []).push({ offset: position - this.#start, name })
  }

  /** Has the u32 at `position` filled with the descriptor of the namespace that the message's chain leads into. */
  patchNamespace(position: number): void {
    this.patchLinkName(position, '')
  }

  /** Keeps `holdable` open until the message has been sent. */
  hold(holdable: Holdable): void {
    ;(this.#holds ??= []).push(holdable)
  }

  /** The way to what is being written: 'veth.peer.mtu'. */
  get path(): string {
    let path = ''
    for (let i = 0; i < this.depth; i++) {
      const step = this.trail[i]!
      path += typeof step === 'number' ? `[${step}]` : path ? `.${step}` : step
    }
    return path
  }

  /** The error that refuses the value now being written. */
  invalid(expected: string, got: unknown, kind: 'type' | 'range' = 'type'): Error {
    return invalid(this.path, expected, got, kind)
  }
}

/** The shape of what `finish` returns, kept: see `readerShape` in reader.ts. */
export const encodedShape: Encoded = emptyMessage()
function emptyMessage(): Encoded {
  const w = new Writer()
  w.begin(0, 0, 0)
  return w.finish()
}

/** The one writer: encoding is synchronous, and what was written stays where it is. */
export const writer = new Writer()
