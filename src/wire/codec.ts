/** Codecs of payloads: one value to bytes and back. They know sizes and ranges, and no kernel name. */
import type { Reader } from './reader.js'
import type { Writer } from './writer.js'

/**
 * Writes a value of type `In` and reads one of type `Out`.
 * `write` refuses what it can't express by `writer.invalid`. `read` is given the range of the payload and returns
 * undefined where it is too short to be one of these; a longer one, as a newer kernel may send, is accepted.
 */
export interface Codec<In, Out = In> {
  write(w: Writer, value: In): void
  read(r: Reader, start: number, end: number): Out | undefined
  /** The payload as the kernel's specifications call it: 'u32', 'be16', 'nest', 'struct rta_cacheinfo' … */
  readonly wire: string
  /** What a caller may give, in words: "an integer from 0 to 255". */
  readonly expects: string
}

export type InputOf<C> = C extends Codec<infer In, infer _Out> ? In : never
export type OutputOf<C> = C extends Codec<infer _In, infer Out> ? Out : never

interface Bounds {
  min?: number
  max?: number
}

/** The byte order of this machine, which is netlink's. */
export const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1

function integer(
  wire: string,
  size: number,
  lowest: number,
  highest: number,
  bounds: Bounds | undefined,
  put: (w: Writer, value: number) => void,
  get: (r: Reader, start: number) => number,
): Codec<number> {
  const min = bounds?.min ?? lowest
  const max = bounds?.max ?? highest
  const expects = `an integer from ${min} to ${max}`
  return {
    wire,
    expects,
    write(w, value) {
      if (!Number.isInteger(value)) throw w.invalid(expects, value)
      if (value < min || value > max) throw w.invalid(expects, value, 'range')
      put(w, value)
    },
    read: (r, start, end) => (end - start < size ? undefined : get(r, start)),
  }
}

/** An unsigned byte. */
export const u8 = (bounds?: Bounds): Codec<number> =>
  integer('u8', 1, 0, 0xff, bounds, (w, v) => w.putU8(v), (r, at) => r.bytes[at]!) // prettier-ignore
export const s8 = (bounds?: Bounds): Codec<number> =>
  integer('s8', 1, -0x80, 0x7f, bounds, (w, v) => w.putU8(v & 0xff), (r, at) => (r.bytes[at]! << 24) >> 24) // prettier-ignore
export const u16 = (bounds?: Bounds): Codec<number> =>
  integer('u16', 2, 0, 0xffff, bounds, (w, v) => w.putU16(v), (r, at) => r.getU16(at)) // prettier-ignore
export const u32 = (bounds?: Bounds): Codec<number> =>
  integer('u32', 4, 0, 0xffffffff, bounds, (w, v) => w.putU32(v), (r, at) => r.getU32(at)) // prettier-ignore
export const s32 = (bounds?: Bounds): Codec<number> =>
  integer('s32', 4, -0x80000000, 0x7fffffff, bounds, (w, v) => w.putU32(v >>> 0), (r, at) => r.getS32(at)) // prettier-ignore
/** In network byte order. */
export const be16 = (bounds?: Bounds): Codec<number> =>
  integer('be16', 2, 0, 0xffff, bounds, (w, v) => w.putBE16(v), (r, at) => r.getBE16(at)) // prettier-ignore
export const be32 = (bounds?: Bounds): Codec<number> =>
  integer('be32', 4, 0, 0xffffffff, bounds, (w, v) => w.putBE32(v), (r, at) => r.getBE32(at)) // prettier-ignore

/** The u64 at `at`, exact up to 2^53 and rounded beyond, as a number. */
export function readU64(r: Reader, at: number): number {
  const first = r.getU32(at)
  const second = r.getU32(at + 4)
  return littleEndian ? second * 0x1_0000_0000 + first : first * 0x1_0000_0000 + second
}

/** 64 bits as a number: refused beyond 2^53 - 1 when written, rounded when read. Counters and times. */
export const u64 = (): Codec<number> => ({
  wire: 'u64',
  expects: `an integer from 0 to ${Number.MAX_SAFE_INTEGER}`,
  write(w, value) {
    if (!Number.isInteger(value)) throw w.invalid(this.expects, value)
    if (value < 0 || value > Number.MAX_SAFE_INTEGER) throw w.invalid(this.expects, value, 'range')
    const low = value % 0x1_0000_0000
    const high = (value - low) / 0x1_0000_0000
    w.putU32(littleEndian ? low : high)
    w.putU32(littleEndian ? high : low)
  },
  read: (r, start, end) => (end - start < 8 ? undefined : readU64(r, start)),
})

/** As `u64`, in network byte order. */
export const be64 = (): Codec<number> => ({
  wire: 'be64',
  expects: `an integer from 0 to ${Number.MAX_SAFE_INTEGER}`,
  write(w, value) {
    if (!Number.isInteger(value)) throw w.invalid(this.expects, value)
    if (value < 0 || value > Number.MAX_SAFE_INTEGER) throw w.invalid(this.expects, value, 'range')
    const low = value % 0x1_0000_0000
    w.putBE32((value - low) / 0x1_0000_0000)
    w.putBE32(low)
  },
  read: (r, start, end) => (end - start < 8 ? undefined : r.getBE32(start) * 0x1_0000_0000 + r.getBE32(start + 4)),
})

/** An unsigned integer of four or eight bytes, as the kernel finds room for it (NLA_UINT). */
export const uint = (): Codec<number> => ({
  wire: 'uint',
  expects: 'an integer from 0',
  write(w, value) {
    if (value > 0xffffffff) u64().write(w, value)
    else u32().write(w, value)
  },
  read: (r, start, end) => (end - start >= 8 ? readU64(r, start) : end - start >= 4 ? r.getU32(start) : undefined),
})

/** A truth value in a number of the given width. */
const truth = (wire: string, size: number, put: (w: Writer, v: number) => void): Codec<boolean> => ({
  wire,
  expects: 'true or false',
  write(w, value) {
    if (typeof value !== 'boolean') throw w.invalid('true or false', value)
    put(w, value ? 1 : 0)
  },
  read(r, start, end) {
    if (end - start < size) return undefined
    for (let at = start; at < start + size; at++) if (r.bytes[at] !== 0) return true
    return false
  },
})
export const bool8 = (): Codec<boolean> => truth('u8', 1, (w, v) => w.putU8(v))
export const bool16 = (): Codec<boolean> => truth('u16', 2, (w, v) => w.putU16(v))
export const bool32 = (): Codec<boolean> => truth('u32', 4, (w, v) => w.putU32(v))

/**
 * An attribute without payload: there or not. `false` can't be sent; the table leaves the attribute out.
 * The kernel answers some of them with a byte, which then counts.
 */
export const flag = (): Codec<boolean> => ({
  wire: 'flag',
  expects: 'true or false',
  write(w, value) {
    if (typeof value !== 'boolean') throw w.invalid('true or false', value)
  },
  read: (r, start, end) => end === start || r.bytes[start] !== 0,
})

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The text from `start` to `end` or to the first NUL. Nearly always short and ASCII. */
export function readText(r: Reader, start: number, end: number): string {
  const { bytes } = r
  let text = ''
  for (let at = start; at < end; at++) {
    const c = bytes[at]!
    if (c === 0) return text
    if (c > 0x7f || at - start > 64) {
      const nul = bytes.indexOf(0, at)
      return decoder.decode(bytes.subarray(start, nul < 0 || nul > end ? end : nul))
    }
    text += String.fromCharCode(c)
  }
  return text
}

/** Text with its NUL. `max` counts bytes without it. */
export const text = (max: number, min = 0): Codec<string> => ({
  wire: 'string',
  expects: `a string of ${min} to ${max} bytes without NUL`,
  write(w, value) {
    if (typeof value !== 'string') throw w.invalid(this.expects, value)
    w.reserve(3 * value.length + 1)
    const { written } = encoder.encodeInto(value, w.bytes.subarray(w.position))
    if (written < min || written > max || value.includes('\0')) throw w.invalid(this.expects, value, 'range')
    w.position += written
    w.putU8(0)
  },
  read: (r, start, end) => readText(r, start, end),
})

/** Bytes as they are. `max` and `min` count them. */
export const bytes = (max = 0xfff0, min = 0): Codec<Uint8Array> => ({
  wire: 'binary',
  expects: `a Uint8Array of ${min === max ? max : `${min} to ${max}`} bytes`,
  write(w, value) {
    if (!(value instanceof Uint8Array)) throw w.invalid(this.expects, value)
    if (value.length < min || value.length > max) throw w.invalid(this.expects, value, 'range')
    w.putBytes(value)
  },
  read: (r, start, end) => (end - start < min ? undefined : r.bytes.slice(start, end)),
})

/**
 * One of several named values, carried by a number codec.
 * A number is accepted too, and one without a name is read as the number: a newer kernel may know more.
 */
export function oneOf<const Names extends Record<string, number>>(
  carrier: Codec<number>,
  names: Names,
): Codec<(keyof Names & string) | number> & { readonly names: Names } {
  const byNumber = new Map<number, keyof Names & string>()
  for (const [name, value] of Object.entries(names)) if (!byNumber.has(value)) byNumber.set(value, name)
  const expects = `one of ${Object.keys(names).join(', ')}, or ${carrier.expects}`
  return {
    names,
    wire: carrier.wire,
    expects,
    write(w, value) {
      if (typeof value === 'number') return carrier.write(w, value)
      const number = typeof value === 'string' && Object.hasOwn(names, value) ? names[value] : undefined
      if (number === undefined) throw w.invalid(expects, value, typeof value === 'string' ? 'range' : 'type')
      carrier.write(w, number)
    },
    read(r, start, end) {
      const number = carrier.read(r, start, end)
      return number === undefined ? undefined : (byNumber.get(number) ?? number)
    },
  }
}

/** The number of a name, for values that stand in headers. */
export function numberOf<Names extends Record<string, number>>(
  w: Writer,
  names: Names,
  value: (keyof Names & string) | number,
  max: number,
): number {
  if (typeof value === 'string' && Object.hasOwn(names, value)) return names[value]!
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max) return value as number
  const expects = `one of ${Object.keys(names).join(', ')}, or an integer from 0 to ${max}`
  throw w.invalid(expects, value, typeof value === 'string' || typeof value === 'number' ? 'range' : 'type')
}

/**
 * A set of named bits, carried by a number codec, as an array of the names that are set.
 * Bits without a name are read as numbers (their value), and may be given so.
 */
export function bits<const Names extends Record<string, number>>(
  carrier: Codec<number>,
  names: Names,
): Codec<readonly ((keyof Names & string) | number)[]> & {
  readonly names: Names
} {
  return {
    names,
    wire: carrier.wire,
    expects: `an array of ${Object.keys(names).join(', ')}`,
    write(w, value) {
      carrier.write(w, bitsOf(w, names, value))
    },
    read(r, start, end) {
      const number = carrier.read(r, start, end)
      return number === undefined ? undefined : namesOf(names, number)
    },
  }
}

/** The number that an array of names of bits makes. */
export function bitsOf<Names extends Record<string, number>>(
  w: Writer,
  names: Names,
  value: readonly ((keyof Names & string) | number)[],
): number {
  if (!Array.isArray(value)) throw w.invalid(`an array of ${Object.keys(names).join(', ')}`, value)
  let number = 0
  for (const name of value as readonly (string | number)[]) {
    const bit = typeof name === 'number' ? name : Object.hasOwn(names, name) ? names[name] : undefined
    if (bit === undefined || !Number.isInteger(bit) || bit < 0 || bit > 0xffffffff) {
      throw w.invalid(`an array of ${Object.keys(names).join(', ')}`, name, 'range')
    }
    number = (number | bit) >>> 0
  }
  return number
}

type BitNames = Map<number, readonly (string | number)[]>
const namesOfBits = new WeakMap<object, BitNames>()

/**
 * The names of the bits that are set, and the value of each that has none.
 * The same few sets come again and again: an array is made once for each, frozen, and shared.
 */
export function namesOf<Names extends Record<string, number>>(
  names: Names,
  number: number,
): readonly ((keyof Names & string) | number)[] {
  let known = namesOfBits.get(names)
  if (known === undefined) namesOfBits.set(names, (known = new Map() as BitNames))
  let set = known.get(number)
  if (set === undefined) {
    set = Object.freeze(nameBits(names, number))
    if (known.size < 4096) known.set(number, set)
  }
  return set
}

function nameBits(names: Record<string, number>, number: number): (string | number)[] {
  const set: (string | number)[] = []
  let rest = number >>> 0
  for (const name in names) {
    const bit = names[name]! >>> 0
    if (bit !== 0 && (number & bit) >>> 0 === bit) {
      set.push(name)
      rest = (rest & ~bit) >>> 0
    }
  }
  for (let bit = 1; rest !== 0; bit = (bit << 1) >>> 0) {
    if ((rest & bit) !== 0) {
      set.push(bit)
      rest = (rest & ~bit) >>> 0
    }
  }
  return set
}
