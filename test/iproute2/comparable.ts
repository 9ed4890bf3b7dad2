/** Messages as lines of text, to be compared: what iproute2 sends and what we send. */
import type { AnyRequest } from '../../src/socket/request.js'
import { linkPortByMaster } from '../../src/schema/link-ports.js'
import { type AttributeTable, type ChosenBySibling, isNest, TYPE_MASK } from '../../src/wire/attributes.js'
import type { Codec } from '../../src/wire/codec.js'
import { Reader } from '../../src/wire/reader.js'
import { LINKS } from './recording.js'

const HEADER_SIZE = 16

/** The fields of the family's header, by message type. */
const IFINFOMSG = { family: 1, pad: 1, type: 2, index: 4, flags: 4, change: 4 }
const IFADDRMSG = { family: 1, prefixlen: 1, flags: 1, scope: 1, index: 4 }
const RTMSG = { family: 1, dst: 1, src: 1, tos: 1, table: 1, protocol: 1, scope: 1, type: 1, flags: 4 }
const NDMSG = { family: 1, pad: 3, index: 4, state: 2, flags: 1, type: 1 }
const RULE = { family: 1, dst: 1, src: 1, tos: 1, table: 1, reserved: 2, action: 1, flags: 4 }
const IFADDRLBLMSG = { family: 1, reserved: 1, prefixlen: 1, flags: 1, index: 4, seq: 4 }
const IF_STATS_MSG = { family: 1, pad: 3, index: 4, mask: 4 }
const BR_PORT_MSG = { family: 1, pad: 3, index: 4 }
const BR_VLAN_MSG = { family: 1, pad: 3, index: 4 }
const TUNNEL_MSG = { family: 1, flags: 1, pad: 2, index: 4 }
const RTGENMSG = { family: 1, pad: 3 }
const NHMSG = { family: 1, scope: 1, protocol: 1, pad: 1, flags: 4 }
const HEADERS: [first: number, last: number, name: string, fields: Record<string, number>][] = [
  [16, 19, 'LINK', IFINFOMSG],
  [20, 22, 'ADDR', IFADDRMSG],
  [24, 26, 'ROUTE', RTMSG],
  [28, 30, 'NEIGH', NDMSG],
  [32, 34, 'RULE', RULE],
  [64, 67, 'NEIGHTBL', RTGENMSG],
  [72, 74, 'ADDRLABEL', IFADDRLBLMSG],
  [80, 82, 'NETCONF', RTGENMSG],
  [84, 86, 'MDB', BR_PORT_MSG],
  [88, 90, 'NSID', RTGENMSG],
  [92, 95, 'STATS', IF_STATS_MSG],
  [108, 110, 'LINKPROP', IFINFOMSG],
  [112, 114, 'VLAN', BR_VLAN_MSG],
  [120, 122, 'TUNNEL', TUNNEL_MSG],
  [104, 106, 'NEXTHOP', NHMSG],
  [108, 110, 'LINKPROP', IFINFOMSG],
  [116, 118, 'NEXTHOPBUCKET', NHMSG],
]
const VERBS = ['NEW', 'DEL', 'GET', 'SET']

/** Differences that mean nothing: what a line becomes ('' takes it away), and why. Each is needed by some case. */
export const NORMALISATIONS: { line: RegExp; becomes: string; why: string }[] = [
  {
    line: /linkinfo#18\.kind#1 = "(\w+)_slave"/,
    becomes: 'linkinfo#18.slaveKind#4 = "$1"',
    why: 'iproute2 6.1 names the kind of a port where that of the link stands; the kernel looks at neither in a port',
  },
  {
    line: /RTM_NEWADDR: flags#8 = .. 00 00 00$/,
    becomes: '',
    why: 'flags up to 0xff stand in the header too, and ip leaves the attribute out where all do; larger ones are compared',
  },
  {
    line: /RTM_DELNEIGH: header.state = .*/,
    becomes: '',
    why: 'ip and bridge send the state that they would add; the kernel does not look at it when it deletes',
  },
]

/** Which of the normalisations have been of use. */
export const used = new Set<RegExp>()

export const typeOf = (bytes: Uint8Array): number => bytes[4]! | (bytes[5]! << 8)

/** The request as it is sent: with the indices of the links that it names. */
export function sent(request: AnyRequest): Uint8Array {
  const { bytes } = request
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  for (const { offset, name } of request.encoded.patches ?? []) view.setUint32(offset, LINKS[name] ?? -1, true)
  return bytes
}

/** A message in lines, sorted, less what the normalisations take away. */
export function comparable(bytes: Uint8Array, { operation }: AnyRequest): string[] {
  const type = typeOf(bytes)
  const [first, , name, fields] = HEADERS.find(([first, last]) => type >= first && type <= last)!
  const whole = `RTM_${VERBS[type - first]}${name}`
  const lines = [`${whole}: flags ${flagsOf(bytes[6]! | (bytes[7]! << 8), type - first === 2)}`]
  let at = HEADER_SIZE
  for (const [field, size] of Object.entries(fields)) {
    lines.push(`${whole}: header.${field} = ${hex(bytes.subarray(at, at + size))}`)
    at += size
  }
  describe(new Reader(bytes), at, bytes.length, operation.table, `${whole}: `, lines)
  return lines.map(normalised).filter(Boolean).sort()
}

function normalised(line: string): string {
  for (const { line: pattern, becomes } of NORMALISATIONS) {
    if (!pattern.test(line)) continue
    used.add(pattern)
    return becomes && line.replace(pattern, becomes)
  }
  return line
}

const flagsOf = (flags: number, isGet: boolean): string => {
  const names = isGet
    ? { ROOT: 0x100, MATCH: 0x200, ATOMIC: 0x400 }
    : { REPLACE: 0x100, EXCL: 0x200, CREATE: 0x400, APPEND: 0x800 }
  return Object.entries(names)
    .filter(([, bit]) => flags & bit)
    .map(([name]) => name)
    .join('|')
}

/** The payload: text without its NUL, which the kernel does not need, or hexadecimal digits. */
const payload = (bytes: Uint8Array, wire: string | undefined): string =>
  wire === 'string' ? JSON.stringify(Buffer.from(bytes).toString().replace(/\0$/, '')) : hex(bytes)

const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('hex')
    .replace(/..(?=.)/g, '$& ')

function describe(
  r: Reader,
  start: number,
  end: number,
  table: AttributeTable | undefined,
  path: string,
  lines: string[],
): void {
  for (let at = start; at + 4 <= end;) {
    const length = r.getU16(at)
    if (length < 4 || at + length > end) {
      lines.push(`${path}malformed: ${hex(r.bytes.subarray(at, end))}`)
      return
    }
    const type = r.getU16(at + 2) & TYPE_MASK
    const entry = table?.byType(type)
    const here = `${path}${entry?.name ?? ''}#${type}`
    const inner = entry && tableInside(entry.codec, r, start, end)
    const inside = at + 4 + (entry !== undefined && isNest(entry.codec) ? entry.codec.headerSize : 0)
    if (inner === undefined) {
      lines.push(`${here} = ${payload(r.bytes.subarray(at + 4, at + length), entry?.codec.wire)}`)
    } else {
      if (inside > at + 4) lines.push(`${here}.header = ${hex(r.bytes.subarray(at + 4, inside))}`)
      if (inside === at + length) lines.push(`${here} = {}`)
      else describe(r, inside, at + length, inner, `${here}.`, lines)
    }
    at += (length + 3) & ~3
  }
}

function tableInside(codec: Codec<unknown>, r: Reader, start: number, end: number): AttributeTable | undefined {
  if (!isNest(codec)) return undefined
  if (codec.table !== undefined) return codec.table
  const chosen = (codec as Partial<ChosenBySibling>).choose?.(r, start, end)
  if (chosen !== undefined) return chosen
  // A port of iproute2's: see the normalisation.
  const master = /(\w+)_slave/.exec(Buffer.from(r.bytes.subarray(start, end)).toString('latin1'))?.[1]
  return master === undefined ? undefined : linkPortByMaster.get(master)?.data
}
