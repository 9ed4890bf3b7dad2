/** MPLS routes: what becomes of packets with a label (linux/rtnetlink.h; RTM_NEWROUTE of AF_MPLS; ip-route(8), `-f mpls`). */
import { attribute, attributes, isPlainObject, type NestCodec, type WithUnknown } from '../wire/attributes.js'
import { bool8, type Codec, namesOf, numberOf } from '../wire/codec.js'
import {
  AF_INET,
  AF_INET6,
  familyOf,
  formatAddress,
  formatLinkAddress,
  putAddress,
  putLinkAddress,
} from '../wire/inet.js'
import { unknownOption } from '../wire/invalid.js'
import type { Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'
import { linkIndex, type LinkReference, putLinkReference } from './link-reference.js'
import { HIGHEST_LABEL, mplsLabels } from './mpls-labels.js'
import { eachNexthop, nexthopPlace, type NexthopFlag, nexthopFlag, RTA_VIA, RTNEXTHOP_SIZE } from './route-nexthop.js'
import { type RouteProtocol, routeProtocolNumber } from './route-protocol.js'
import type { Told } from './told.js'

export const AF_MPLS = 28
const AF_PACKET = 17
/** A label is 20 bits long: `rtm_dst_len`. */
const LABEL_LENGTH = 20

/** struct rtmsg, as of other routes: u8 family │ u8 dst_len │ … │ u8 table │ u8 protocol │ u8 scope │ u8 type │ u32 flags */
export const MPLS_RTMSG_SIZE = 12
/** The one table and the one type that the kernel takes. */
const RT_TABLE_MAIN = 254
const RTN_UNICAST = 1
const RTM_F_FIB_MATCH = 0x2000

const RTA_DST = 1
const RTA_OIF = 4
const RTA_MULTIPATH = 9
const RTA_NEWDST = 19
const RTA_TTL_PROPAGATE = 26

/** A link-layer address such as 02:42:0a:0d:13:02: no IPv6 address has six groups. */
const isLinkAddress = (value: unknown): boolean =>
  typeof value === 'string'
    ? /^[\da-f]{2}(:[\da-f]{2}){5}$/i.test(value)
    : value instanceof Uint8Array && value.length === 6

/** struct rtvia: u16 family │ the address. */
const via = (): Codec<string | Uint8Array, string> => ({
  wire: 'binary',
  expects: 'an IPv4, IPv6 or link-layer address',
  write(w, value) {
    if (isLinkAddress(value)) {
      w.putU16(AF_PACKET)
      putLinkAddress(w, value, 6)
      return
    }
    if (typeof value !== 'string' && !(value instanceof Uint8Array)) throw w.invalid(this.expects, value)
    const family = familyOf(value)
    w.putU16(family)
    putAddress(w, value, family)
  },
  read(r, start, end) {
    if (end - start < 2) return undefined
    const at = start + 2
    switch (r.getU16(start)) {
      case AF_INET:
        return end - at === 4 ? formatAddress(r.bytes, at, 4) : undefined
      case AF_INET6:
        return end - at === 16 ? formatAddress(r.bytes, at, 16) : undefined
      case AF_PACKET:
        return formatLinkAddress(r.bytes, at, end)
    }
    return undefined
  },
})

/** One label: that of the packets. */
const label = (): Codec<number> => ({
  wire: 'binary',
  expects: `a label from 0 to ${HIGHEST_LABEL}`,
  write(w, value) {
    if (!Number.isInteger(value)) throw w.invalid(this.expects, value)
    if (value < 0 || value > HIGHEST_LABEL) throw w.invalid(this.expects, value, 'range')
    mplsLabels().write(w, [value])
  },
  read: (r, start, end) => mplsLabels().read(r, start, end)?.[0],
})

/** RTA_* that stand behind a struct rtnexthop. */
const nexthopAttributes = attributes({
  via: attribute(RTA_VIA, via()),
  newDst: attribute(RTA_NEWDST, mplsLabels()),
})

/** One of the ways of an MPLS route that has several. */
export interface MplsNexthopSpec {
  /** The gateway: an IPv4, IPv6 or link-layer address. */
  via?: string | Uint8Array | undefined
  /** The link that it leaves by. */
  oif?: LinkReference | undefined
  /** The labels that take the place of the packet's, the outermost first; none: it is taken off. `as` of ip-route(8). */
  newDst?: readonly number[] | undefined
}
export interface MplsNexthop extends WithUnknown {
  /** The gateway: an IPv4, IPv6 or link-layer address. Absent: there is none. */
  via?: string
  /** The ifindex of the link that it leaves by. */
  oif?: number
  /** The labels that take the place of the packet's, the outermost first. Absent: the label is taken off. */
  newDst?: number[]
  flags: readonly (NexthopFlag | number)[]
}

const nexthops = (): NestCodec<readonly MplsNexthopSpec[], MplsNexthop[]> => ({
  wire: 'struct rtnexthop[]',
  expects: 'an array of one nexthop or more',
  headerSize: 0,
  table: nexthopAttributes,
  write(w, value) {
    if (!Array.isArray(value)) throw w.invalid(this.expects, value)
    if (value.length === 0) throw w.invalid(this.expects, value, 'range')
    const { depth } = w
    const options = [...nexthopAttributes.names, 'oif']
    for (let i = 0; i < value.length; i++) {
      const nexthop: unknown = value[i]
      w.trail[depth] = i
      w.depth = depth + 1
      if (!isPlainObject(nexthop)) throw w.invalid('an object', nexthop)
      w.reserve(RTNEXTHOP_SIZE)
      const start = w.offset
      w.position += RTNEXTHOP_SIZE
      for (const name in nexthop) {
        if (name !== 'oif') {
          nexthopAttributes.writeOne(w, name, nexthop[name], options)
        } else if (nexthop.oif !== undefined) {
          w.trail[depth + 1] = name
          w.depth = depth + 2
          putLinkReference(w, w.at(start) + 4, nexthop.oif as LinkReference)
          w.depth = depth + 1
        }
      }
      w.u16[w.at(start) >> 1] = w.offset - start
    }
    w.depth = depth
  },
  read(r, start, end) {
    const found: MplsNexthop[] = []
    eachNexthop(r, start, end, (at, to) => {
      const nexthop: MplsNexthop = { flags: namesOf(nexthopFlag, r.bytes[at + 2]!) }
      const oif = r.getS32(at + 4)
      if (oif !== 0) nexthop.oif = oif
      found.push(nexthopAttributes.read(r, at + RTNEXTHOP_SIZE, to, nexthop))
    })
    return found
  },
  placeAt: (r, start, end, offset) => nexthopPlace(nexthopAttributes, r, start, end, offset),
})

/** RTA_* of MPLS routes, by the names of the options that fill them. */
export const mplsRouteAttributes = attributes({
  dst: attribute(RTA_DST, label()),
  oif: attribute(RTA_OIF, linkIndex()),
  nexthops: attribute(RTA_MULTIPATH, nexthops()),
  via: attribute(RTA_VIA, via()),
  newDst: attribute(RTA_NEWDST, mplsLabels()),
  ttlPropagate: attribute(RTA_TTL_PROPAGATE, bool8()),
})

/** An MPLS route to be added, replaced, changed or deleted: what becomes of packets that come in with a label. */
export interface MplsRouteSpec extends MplsNexthopSpec {
  /** The label, 16 to 1048575, and below net.mpls.platform_labels. */
  dst: number
  /** Several ways, among which flows are divided evenly (RTA_MULTIPATH). */
  nexthops?: readonly MplsNexthopSpec[] | undefined
  /** Where the last label is taken off: whether its TTL is copied to the IP header. Default: net.mpls.ip_ttl_propagate. */
  ttlPropagate?: boolean | undefined
  /** Who made it, by name or number from 0 to 255. Default: `boot`. */
  protocol?: RouteProtocol | number | undefined
}

/** An MPLS route as the kernel has it. */
export interface MplsRoute extends MplsNexthop, Told<MplsRouteSpec, 'ttlPropagate'> {
  /** The label of the packets that it is for. */
  dst: number
  /** The ways, where there are several; `via`, `oif` and `newDst` are then absent. */
  nexthops?: MplsNexthop[]
  protocol: RouteProtocol | number
}

const routeOptions = [
  'dst',
  'newDst',
  'via',
  'oif',
  'nexthops',
  'ttlPropagate',
  'protocol',
] satisfies (keyof MplsRouteSpec)[]

function begin(w: Writer, type: number, flags: number, spec: { dst: number }): number {
  w.begin(type, flags, MPLS_RTMSG_SIZE)
  const header = w.offset - MPLS_RTMSG_SIZE
  if (!isPlainObject(spec)) throw w.invalid('an object', spec)
  if (spec.dst === undefined) {
    w.trail[0] = 'dst'
    w.depth = 1
    throw w.invalid(`a label from 0 to ${HIGHEST_LABEL}`, undefined)
  }
  w.bytes[w.at(header)] = AF_MPLS
  w.bytes[w.at(header) + 1] = LABEL_LENGTH
  return header
}

/** Writes the message of an MPLS route. */
export function writeMplsRoute(w: Writer, type: number, flags: number, spec: MplsRouteSpec, deletes: boolean) {
  const header = begin(w, type, flags, spec)
  let protocol: number = deletes ? routeProtocolNumber.unspec : routeProtocolNumber.boot
  for (const name in spec) {
    const value: unknown = spec[name as keyof MplsRouteSpec]
    if (value === undefined) continue
    if (name === 'protocol') {
      w.trail[0] = name
      w.depth = 1
      protocol = numberOf(w, routeProtocolNumber, value as RouteProtocol, 0xff)
      w.depth = 0
    } else {
      mplsRouteAttributes.writeOne(w, name, value, routeOptions)
    }
  }
  const at = w.at(header)
  w.bytes[at + 4] = RT_TABLE_MAIN
  w.bytes[at + 5] = protocol
  w.bytes[at + 7] = RTN_UNICAST
  return w.finish()
}

/** Which way a packet with a label would take. */
export interface MplsRouteQuestion {
  /** The label that the packet comes in with. */
  dst: number
  /** The labels below it, which choose among the ways of a route that has several. */
  newDst?: readonly number[] | undefined
  /** The route as it stands there, with all its ways. */
  fibMatch?: boolean | undefined
}
const questionOptions = ['dst', 'newDst', 'fibMatch'] satisfies (keyof MplsRouteQuestion)[]

/** Writes the question which way a packet with a label would take. */
export function writeMplsRouteQuestion(w: Writer, type: number, flags: number, question: MplsRouteQuestion) {
  const header = begin(w, type, flags, question)
  for (const name in question) {
    const value: unknown = question[name as keyof MplsRouteQuestion]
    if (value === undefined) continue
    if (name === 'fibMatch') {
      w.trail[0] = name
      w.depth = 1
      if (typeof value !== 'boolean') throw w.invalid('true or false', value)
      if (value) w.u32[(w.at(header) + 8) >> 2] = RTM_F_FIB_MATCH
      w.depth = 0
    } else {
      if (!(questionOptions as readonly string[]).includes(name)) throw unknownOption(name, questionOptions)
      mplsRouteAttributes.writeOne(w, name, value, questionOptions)
    }
  }
  return w.finish()
}

/** Which MPLS routes to list. The kernel does the filtering. */
export interface MplsRouteFilter {
  /** Those that leave by this link alone. Default: all. */
  oif?: LinkReference | undefined
  /** Those alone that this one made, by name or number from 0 to 255. Default: all. */
  protocol?: RouteProtocol | number | undefined
}
const filterOptions = ['oif', 'protocol'] satisfies (keyof MplsRouteFilter)[]

/** Writes the request for a dump of MPLS routes. */
export function writeMplsRouteFilter(w: Writer, type: number, flags: number, filter: MplsRouteFilter) {
  w.begin(type, flags, MPLS_RTMSG_SIZE)
  const header = w.offset - MPLS_RTMSG_SIZE
  w.bytes[w.at(header)] = AF_MPLS
  for (const name in filter) {
    const value: unknown = filter[name as keyof MplsRouteFilter]
    if (value === undefined) continue
    if (!(filterOptions as readonly string[]).includes(name)) throw unknownOption(name, filterOptions)
    if (name === 'protocol') {
      w.trail[0] = name
      w.depth = 1
      w.bytes[w.at(header) + 5] = numberOf(w, routeProtocolNumber, value as RouteProtocol, 0xff)
      w.depth = 0
    } else {
      mplsRouteAttributes.writeOne(w, name, value, filterOptions)
    }
  }
  return w.finish()
}

const protocolNames = new Map<number, RouteProtocol>(
  Object.entries(routeProtocolNumber).map(([name, number]) => [number, name as RouteProtocol]),
)

/** Reads an MPLS route; undefined for one of another family. */
export function readMplsRoute(r: Reader, { body, end }: Message): MplsRoute | undefined {
  if (end - body < MPLS_RTMSG_SIZE || r.bytes[body] !== AF_MPLS) return undefined
  const route: MplsRoute = {
    dst: 0,
    protocol: protocolNames.get(r.bytes[body + 5]!) ?? r.bytes[body + 5]!,
    flags: namesOf(nexthopFlag, r.getU32(body + 8)),
  }
  return mplsRouteAttributes.read(r, body + MPLS_RTMSG_SIZE, end, route)
}
