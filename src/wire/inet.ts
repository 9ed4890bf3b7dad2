/** Addresses as text and as bytes: IPv4, IPv6 in the canonical form of RFC 5952, prefixes, link-layer addresses. */
import type { Codec } from './codec.js'
import type { Reader } from './reader.js'
import type { Writer } from './writer.js'

const hex = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'))

/** Parses dotted decimal into the four bytes at `at`; false where it is not (leading zeros are not: RFC 6943). */
function parseIPv4(text: string, into: Uint8Array, at: number): boolean {
  let value = -1
  let part = 0
  for (let i = 0; i <= text.length; i++) {
    const c = i < text.length ? text.charCodeAt(i) : 46
    if (c === 46) {
      if (value < 0 || part > 3) return false
      into[at + part++] = value
      value = -1
    } else {
      if (c < 48 || c > 57 || value === 0) return false
      value = value < 0 ? c - 48 : value * 10 + c - 48
      if (value > 255) return false
    }
  }
  return part === 4
}

function hexDigit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48
  if (c >= 97 && c <= 102) return c - 87
  if (c >= 65 && c <= 70) return c - 55
  return -1
}

/** Parses an IPv6 address (RFC 4291, 2.2; no zone) into the sixteen bytes at `at`. */
function parseIPv6(text: string, into: Uint8Array, at: number): boolean {
  let written = 0
  let gap = -1
  let i = 0
  if (text.startsWith('::')) {
    gap = 0
    i = 2
  } else if (text.startsWith(':')) {
    return false
  }
  while (i < text.length) {
    let value = 0
    let digits = 0
    const from = i
    for (; i < text.length; i++) {
      const d = hexDigit(text.charCodeAt(i))
      if (d < 0) break
      value = value * 16 + d
      if (++digits > 4) return false
    }
    if (i < text.length && text.charCodeAt(i) === 46) {
      if (written > 12 || !parseIPv4(text.slice(from), into, at + written)) return false
      written += 4
      i = text.length
      break
    }
    if (digits === 0 || written > 14) return false
    into[at + written++] = value >> 8
    into[at + written++] = value & 0xff
    if (i === text.length) break
    if (text.charCodeAt(i) !== 58) return false
    i++
    if (text.charCodeAt(i) === 58) {
      if (gap >= 0) return false
      gap = written
      i++
    } else if (i === text.length) {
      return false
    }
  }
  if (gap < 0) return written === 16
  if (written > 14) return false
  into.copyWithin(at + 16 - (written - gap), at + gap, at + written)
  into.fill(0, at + gap, at + 16 - (written - gap))
  return true
}

/**
 * Halves of an address as text by their 16 bits, made as they come up: a new address is then one addition, and its
 * halves are one string in memory each. Two levels, for an array with wide gaps is slow to look into.
 */
class Halves {
  readonly #byFirst: (string[] | undefined)[] = Array.from({ length: 256 }, () => undefined)
  readonly #make: (first: number, second: number) => string

  constructor(make: (first: number, second: number) => string) {
    this.#make = make
  }

  at(bytes: Uint8Array, at: number): string {
    const first = bytes[at]!
    const second = bytes[at + 1]!
    const row = this.#byFirst[first]
    if (row === undefined) return this.#add(first)[second]!
    return row[second]!
  }

  #add(first: number): string[] {
    return (this.#byFirst[first] = Array.from({ length: 256 }, (_, second) => this.#make(first, second)))
  }
}

/** '10.1.', '2.3' and '2.3/32' */
const firstHalves = new Halves((first, second) => `${first}.${second}.`)
const secondHalves = new Halves((first, second) => `${first}.${second}`)
const hostHalves = new Halves((first, second) => `${first}.${second}/32`)

function formatIPv4(bytes: Uint8Array, at: number): string {
  return firstHalves.at(bytes, at) + secondHalves.at(bytes, at + 2)
}

/** RFC 5952: lower case, no leading zeros, the longest run of zero groups (the first of equals, never one alone) as ::. */
function formatIPv6(bytes: Uint8Array, at: number): string {
  let run = -1
  let runLength = 1
  for (let i = 0; i < 8;) {
    let length = 0
    while (i + length < 8 && bytes[at + 2 * (i + length)] === 0 && bytes[at + 2 * (i + length) + 1] === 0) length++
    if (length > runLength) {
      run = i
      runLength = length
    }
    i += length + 1
  }
  // IPv4-mapped addresses show the IPv4 address (section 5).
  if (run === 0 && runLength === 5 && bytes[at + 10] === 0xff && bytes[at + 11] === 0xff) {
    return `::ffff:${formatIPv4(bytes, at + 12)}`
  }
  let text = ''
  for (let i = 0; i < 8; i++) {
    if (i === run) {
      text += '::'
      i += runLength - 1
      continue
    }
    if (text !== '' && !text.endsWith('::')) text += ':'
    text += ((bytes[at + 2 * i]! << 8) | bytes[at + 2 * i + 1]!).toString(16)
  }
  return text
}

/** AF_INET and AF_INET6, as the headers of the route family carry them. */
export const AF_INET = 2
export const AF_INET6 = 10
export type Family = typeof AF_INET | typeof AF_INET6

/** The family an address is of, by its form; not a check that it is one. */
export function familyOf(address: string | Uint8Array): Family {
  if (typeof address === 'string') return address.includes(':') ? AF_INET6 : AF_INET
  return address.length === 16 ? AF_INET6 : AF_INET
}

/** Parses an address of either family; undefined where it is none. */
export function parseAddress(text: string): Uint8Array | undefined {
  const family = familyOf(text)
  const bytes = new Uint8Array(family === AF_INET6 ? 16 : 4)
  return (family === AF_INET6 ? parseIPv6(text, bytes, 0) : parseIPv4(text, bytes, 0)) ? bytes : undefined
}

/** An address of four or sixteen bytes as text, in canonical form. */
export function formatAddress(bytes: Uint8Array, at = 0, size = bytes.length): string {
  return size === 16 ? formatIPv6(bytes, at) : formatIPv4(bytes, at)
}

const lengthSuffix = Array.from({ length: 256 }, (_, length) => `/${length}`)

/** A prefix as text: an address of four or sixteen bytes in canonical form, and the length. */
export function formatPrefix(bytes: Uint8Array, at: number, size: number, length: number): string {
  if (size === 4 && length === 32) return firstHalves.at(bytes, at) + hostHalves.at(bytes, at + 2)
  return formatAddress(bytes, at, size) + lengthSuffix[length]!
}

const EXPECTS = { 0: 'an IPv4 or IPv6 address', [AF_INET]: 'an IPv4 address', [AF_INET6]: 'an IPv6 address' } as const

/** Writes an address of the family (0: either) as its four or sixteen bytes. */
export function putAddress(w: Writer, value: string | Uint8Array, family: Family | 0): void {
  if (typeof value === 'string') {
    const at = w.position
    const form = familyOf(value)
    if (family === 0 || form === family) {
      w.reserve(16)
      const start = w.position
      if (form === AF_INET ? parseIPv4(value, w.bytes, start) : parseIPv6(value, w.bytes, start)) {
        w.position = start + (form === AF_INET ? 4 : 16)
        return
      }
    }
    w.position = at
  } else if (value instanceof Uint8Array && (value.length === 4 || value.length === 16)) {
    if (family === 0 || familyOf(value) === family) return w.putBytes(value)
  }
  throw w.invalid(EXPECTS[family], value, typeof value === 'string' ? 'range' : 'type')
}

export function readAddress(r: Reader, start: number, end: number): string | undefined {
  const size = end - start
  if (size === 4) return formatIPv4(r.bytes, start)
  return size === 16 ? formatIPv6(r.bytes, start) : undefined
}

const address = (family: Family | 0, wire: string): Codec<string | Uint8Array, string> => ({
  wire,
  expects: EXPECTS[family],
  write: (w, value) => putAddress(w, value, family),
  read: readAddress,
})

/** An address of either family, by its length. */
export const ip = (): Codec<string | Uint8Array, string> => address(0, 'ip')
export const ipv4 = (): Codec<string | Uint8Array, string> => address(AF_INET, 'ipv4')
export const ipv6 = (): Codec<string | Uint8Array, string> => address(AF_INET6, 'ipv6')

/** A prefix taken apart. */
export interface Prefix {
  family: Family
  address: string | Uint8Array
  length: number
}

/**
 * Takes '10.0.0.0/8', '2001:db8::/32' or an address alone (then the whole of it) apart.
 * The address is checked where it is written.
 */
export function parsePrefix(w: Writer, value: string): Prefix {
  const expects = 'an IPv4 or IPv6 prefix such as 10.0.0.0/8 or 2001:db8::/32'
  if (typeof value !== 'string') throw w.invalid(expects, value)
  const slash = value.indexOf('/')
  const text = slash < 0 ? value : value.slice(0, slash)
  const family = familyOf(text)
  const most = family === AF_INET6 ? 128 : 32
  if (slash < 0) return { family, address: text, length: most }
  const digits = value.slice(slash + 1)
  const length = /^\d{1,3}$/.test(digits) ? Number(digits) : -1
  if (length < 0 || length > most) throw w.invalid(expects, value, 'range')
  return { family, address: text, length }
}

/** A link-layer address: '02:42:0a:0d:13:02', or bytes. Ethernet's are six; tunnels use their IP address. */
export function putLinkAddress(w: Writer, value: string | Uint8Array, size: number | undefined): void {
  if (value instanceof Uint8Array) {
    if (size === undefined ? value.length > 0 && value.length <= 32 : value.length === size) return w.putBytes(value)
  } else if (typeof value === 'string') {
    w.reserve(value.length)
    const start = w.position
    let ok = value.length > 0 && (value.length + 1) % 3 === 0 && value.length <= 95
    for (let i = 0; ok && i < value.length; i += 3) {
      const high = hexDigit(value.charCodeAt(i))
      const low = hexDigit(value.charCodeAt(i + 1))
      ok = high >= 0 && low >= 0 && (i + 2 === value.length || value.charCodeAt(i + 2) === 58)
      if (ok) w.bytes[w.position++] = (high << 4) | low
    }
    if (ok && (size === undefined || w.position - start === size)) return
    w.bytes.fill(0, start, w.position)
    w.position = start
  }
  const example = size === 6 || size === undefined ? ' such as 02:42:0a:0d:13:02' : ''
  throw w.invalid(
    `a link-layer address${size === undefined ? '' : ` of ${size} bytes`}${example}`,
    value,
    typeof value === 'string' ? 'range' : 'type',
  )
}

export const readLinkAddress = ({ bytes }: Reader, start: number, end: number): string =>
  formatLinkAddress(bytes, start, end)

/** A link-layer address of any length as text: lower case, with colons. */
export function formatLinkAddress(bytes: Uint8Array, start = 0, end = bytes.length): string {
  if (end - start === 6) {
    return `${hex[bytes[start]!]!}:${hex[bytes[start + 1]!]!}:${hex[bytes[start + 2]!]!}:${hex[bytes[start + 3]!]!}:${hex[bytes[start + 4]!]!}:${hex[bytes[start + 5]!]!}`
  }
  let text = ''
  for (let at = start; at < end; at++) text += at === start ? hex[bytes[at]!]! : `:${hex[bytes[at]!]!}`
  return text
}

/** A link-layer address of any length (`size` undefined) or of exactly `size` bytes. Read in lower case. */
export const linkAddress = (size?: number): Codec<string | Uint8Array, string> => ({
  wire: size === 6 ? 'mac' : 'lladdr',
  expects: `a link-layer address${size === undefined ? '' : ` of ${size} bytes`} such as 02:42:0a:0d:13:02`,
  write: (w, value) => putLinkAddress(w, value, size),
  read: readLinkAddress,
})
