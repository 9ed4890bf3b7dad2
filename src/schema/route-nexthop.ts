/** The ways a route leads to its destination: RTA_GATEWAY and RTA_VIA, RTA_MULTIPATH, realms (linux/rtnetlink.h). */
import {
  attribute,
  attributes,
  type AttributeTable,
  either,
  type NestCodec,
  type Place,
  placeAt,
  type WithUnknown,
} from '../wire/attributes.js'
import { type Codec, namesOf } from '../wire/codec.js'
import { AF_INET, AF_INET6, type Family, familyOf, formatAddress, putAddress } from '../wire/inet.js'
import { unknownOption } from '../wire/invalid.js'
import { MalformedMessage, type Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'
import { type LinkReference, putLinkReference } from './link-reference.js'
import {
  encapAttributes,
  RTA_ENCAP,
  RTA_ENCAP_TYPE,
  type RouteEncap,
  type RouteEncapSpec,
  writeEncap,
} from './route-encap.js'

export const RTA_GATEWAY = 5
export const RTA_VIA = 18

/** RTNH_F_*: of a nexthop, and of a route that has one. */
export const nexthopFlag = {
  /** Its link is down, or it has been declared dead. */
  dead: 0x01,
  /** A recursive look-up of the gateway was asked for. */
  pervasive: 0x02,
  /** The gateway is taken to be on the link, whatever the addresses say. */
  onlink: 0x04,
  /** Hardware forwards by it. */
  offload: 0x08,
  /** Its link has no carrier. */
  linkdown: 0x10,
  /** The way of a multicast packet is still to be told by the routing daemon. */
  unresolved: 0x20,
  /** Hardware hands packets for it to the kernel. */
  trap: 0x40,
} as const
export type NexthopFlag = keyof typeof nexthopFlag

/** IPv4: realms of a route (ip-route(8)), for the route classifier of tc and for statistics; each from 0 to 65535. */
export interface Realms {
  /** Where the packets come from. Default: 0, none. */
  from?: number | undefined
  /** Where they go to; 0: none. */
  to: number
}

/** One of the ways of a route that has several. */
export interface NexthopSpec {
  /** The gateway. Of the route's family, or an IPv6 one for an IPv4 route. */
  via?: string | Uint8Array | undefined
  /** The link that it leaves by. */
  oif?: LinkReference | undefined
  /** Its share among the others, 1 to 256. Default: 1. */
  weight?: number | undefined
  /** The gateway is on the link, whatever the addresses say. */
  onlink?: boolean | undefined
  /** Sets RTNH_F_PERVASIVE, which the kernel keeps without heeding it. IPv4: refused without a gateway. */
  pervasive?: boolean | undefined
  realms?: Realms | undefined
  /** What is put around the packets. */
  encap?: RouteEncapSpec | undefined
}

/** The way that a packet takes, as the kernel has it. */
export interface Way extends WithUnknown {
  /** The gateway. Absent: the destination is on the link. */
  via?: string
  /** The ifindex of the link that it leaves by. */
  oif?: number
  /** IPv4: the realms, where there are any. */
  realms?: { from: number; to: number }
  /** What is put around the packets; `type` says which encapsulation it is. */
  encap?: RouteEncap
}

/** One of the ways of a route as the kernel has it. */
export interface Nexthop extends Way {
  /** Its share among the others, 1 to 256. */
  weight: number
  flags: readonly (NexthopFlag | number)[]
}

/** RTA_FLOW: u16 from │ u16 to, in one number. */
export const realms = (): Codec<Realms, { from: number; to: number }> => ({
  wire: 'u32',
  expects: 'an object with from and to, each from 0 to 65535',
  write(w, value) {
    const { from = 0, to, ...rest } = value ?? {}
    const fits = (n: unknown) => Number.isInteger(n) && (n as number) >= 0 && (n as number) <= 0xffff
    if (!fits(from) || !fits(to) || Object.keys(rest).length > 0) throw w.invalid(this.expects, value)
    w.putU32(((from << 16) | to) >>> 0)
  },
  read(r, start, end) {
    if (end - start < 4) return undefined
    const number = r.getU32(start)
    return { from: number >>> 16, to: number & 0xffff }
  },
})

/** A gateway: the bare address of RTA_GATEWAY, or RTA_VIA's with its family before it. */
export const gateway = (): Codec<string | Uint8Array, string> => ({
  wire: 'ip',
  expects: 'an IPv4 or IPv6 address',
  write: (w, value) => putAddress(w, value, 0),
  read: readGateway,
})

function readGateway(r: Reader, start: number, end: number): string | undefined {
  switch (end - start) {
    case 4:
    case 16:
      return formatAddress(r.bytes, start, end - start)
    case 6:
    case 18: {
      const family = r.getU16(start)
      const size = end - start - 2
      if (family !== (size === 4 ? AF_INET : AF_INET6)) return undefined
      return formatAddress(r.bytes, start + 2, size)
    }
  }
  return undefined
}

/** Writes the gateway of a route of `family`. */
export function writeGateway(w: Writer, family: Family, value: string | Uint8Array): void {
  if ((typeof value !== 'string' && !(value instanceof Uint8Array)) || familyOf(value) === family) {
    const token = w.open(RTA_GATEWAY)
    putAddress(w, value, family)
    w.close(token)
    return
  }
  const token = w.open(RTA_VIA)
  const other = familyOf(value)
  w.putU16(other)
  putAddress(w, value, other)
  w.close(token)
}

/** RTA_* that stand behind a struct rtnexthop. */
const nexthopAttributes = attributes({
  via: either(attribute(RTA_GATEWAY, gateway()), RTA_VIA, () => false),
  realms: attribute(11, realms()),
  ...encapAttributes(RTA_ENCAP_TYPE, RTA_ENCAP),
})
const nexthopOptions: readonly string[] = ['via', 'realms', 'encap', 'oif', 'weight', 'onlink', 'pervasive']

/** struct rtnexthop: u16 length │ u8 flags │ u8 hops (weight less one) │ s32 ifindex │ attributes */
export const RTNEXTHOP_SIZE = 8

/** Writes the payload of RTA_MULTIPATH. */
export function writeNexthops(w: Writer, family: Family, value: readonly NexthopSpec[]): void {
  const { depth } = w
  if (!Array.isArray(value) || value.length === 0) throw w.invalid('an array of one nexthop or more', value)
  for (let i = 0; i < value.length; i++) {
    w.trail[depth] = i
    w.depth = depth + 1
    const nexthop = value[i] as NexthopSpec
    if (typeof nexthop !== 'object' || nexthop === null) throw w.invalid('an object', nexthop)
    w.reserve(RTNEXTHOP_SIZE)
    const start = w.offset
    w.position += RTNEXTHOP_SIZE
    for (const name in nexthop)
      writeNexthopOption(w, family, start, name, nexthop[name as keyof NexthopSpec], depth + 1)
    w.u16[w.at(start) >> 1] = w.offset - start
  }
  w.depth = depth
}

function writeNexthopOption(
  w: Writer,
  family: Family,
  start: number,
  name: string,
  value: unknown,
  depth: number,
): void {
  if (value === undefined) return
  w.trail[depth] = name
  w.depth = depth + 1
  switch (name) {
    case 'via':
      writeGateway(w, family, value as string)
      break
    case 'oif':
      putLinkReference(w, w.at(start) + 4, value as LinkReference)
      break
    case 'weight':
      if (!Number.isInteger(value)) throw w.invalid('an integer from 1 to 256', value)
      if ((value as number) < 1 || (value as number) > 256) throw w.invalid('an integer from 1 to 256', value, 'range')
      w.bytes[w.at(start) + 3] = (value as number) - 1
      break
    case 'encap':
      writeEncap(w, value as RouteEncapSpec, RTA_ENCAP_TYPE, RTA_ENCAP)
      break
    case 'onlink':
    case 'pervasive':
      if (typeof value !== 'boolean') throw w.invalid('true or false', value)
      if (value) w.bytes[w.at(start) + 2]! |= nexthopFlag[name]
      break
    default:
      if (!nexthopAttributes.takes(name)) throw unknownOption(w.path, nexthopOptions)
      w.depth = depth
      nexthopAttributes.writeOne(w, name, value, nexthopOptions)
  }
}

/** Reads the payload of RTA_MULTIPATH. */
export function readNexthops(r: Reader, start: number, end: number): Nexthop[] {
  const nexthops: Nexthop[] = []
  eachNexthop(r, start, end, (at, to) => {
    const nexthop: Nexthop = { weight: r.bytes[at + 3]! + 1, flags: namesOf(nexthopFlag, r.bytes[at + 2]!) }
    const oif = r.getS32(at + 4)
    if (oif !== 0) nexthop.oif = oif
    nexthops.push(nexthopAttributes.read(r, at + RTNEXTHOP_SIZE, to, nexthop))
  })
  return nexthops
}

/** Visits each nexthop of RTA_MULTIPATH. */
export function eachNexthop(r: Reader, start: number, end: number, visit: (at: number, end: number) => void): void {
  for (let at = start; at + RTNEXTHOP_SIZE <= end;) {
    const length = r.getU16(at)
    if (length < RTNEXTHOP_SIZE || at + length > end) {
      throw new MalformedMessage(`a nexthop of ${length} bytes in ${end - at}`)
    }
    visit(at, at + length)
    at += (length + 3) & ~3
  }
}

/** What is at an offset in nexthops whose attributes are those of the table. */
export function nexthopPlace(
  table: AttributeTable,
  r: Reader,
  start: number,
  end: number,
  offset: number,
): Place | undefined {
  let place: Place | undefined
  let index = 0
  eachNexthop(r, start, end, (at, to) => {
    if (offset >= at && offset < to) {
      const inner = placeAt(table, r, at + RTNEXTHOP_SIZE, to, offset)
      place =
        inner === undefined
          ? { path: `[${index}]`, inside: table }
          : { path: `[${index}].${inner.path}`, inside: inner.inside }
    }
    index++
  })
  return place
}

/** RTA_MULTIPATH, for reading and for errors: `writeNexthops` writes it, which wants to know the route's family. */
export const nexthops = (): NestCodec<never, Nexthop[]> => ({
  wire: 'struct rtnexthop[]',
  expects: 'an array of nexthops',
  headerSize: 0,
  table: nexthopAttributes,
  write(w, value) {
    throw w.invalid(this.expects, value)
  },
  read: readNexthops,
  placeAt: (r, start, end, offset) => nexthopPlace(nexthopAttributes, r, start, end, offset),
})
