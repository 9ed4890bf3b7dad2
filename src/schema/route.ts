/** Routes (linux/rtnetlink.h; RTM_NEWROUTE, rtmsg; ip-route(8)). */
import { attribute, attributes, either, nested, readOnly, writeOnly } from '../wire/attributes.js'
import { be16, be32, bytes, namesOf, numberOf, oneOf, u32, u8 } from '../wire/codec.js'
import {
  AF_INET,
  AF_INET6,
  type Family,
  familyOf,
  formatAddress,
  formatPrefix,
  ip,
  parsePrefix,
  type Prefix,
  putAddress,
} from '../wire/inet.js'
import { unknownOption } from '../wire/invalid.js'
import type { Message } from '../wire/message.js'
import { MalformedMessage, type Reader } from '../wire/reader.js'
import { struct } from '../wire/struct.js'
import type { Writer } from '../wire/writer.js'
import { describeLink, linkIndex, type LinkReference } from './link-reference.js'
import { encapAttributes, RTA_ENCAP, RTA_ENCAP_TYPE, type RouteEncapSpec, writeEncap } from './route-encap.js'
import { type RouteMetrics, routeMetrics, type RouteMetricsSpec } from './route-metrics.js'
import {
  gateway,
  type Nexthop,
  type NexthopFlag,
  nexthopFlag,
  nexthops,
  type NexthopSpec,
  RTA_GATEWAY,
  RTA_VIA,
  type Realms,
  realms,
  type Way,
  writeGateway,
  writeNexthops,
} from './route-nexthop.js'
import { type RouteProtocol, routeProtocolNumber } from './route-protocol.js'
import { type RouteScope, routeScopeNumber, scopeName } from './route-scope.js'
import { type RouteTable, routeTableNumber } from './route-table.js'
import type { Told } from './told.js'

/** struct rtmsg: u8 family │ u8 dst_len │ u8 src_len │ u8 tos │ u8 table │ u8 protocol │ u8 scope │ u8 type │ u32 flags */
export const RTMSG_SIZE = 12

/** RTN_*: what becomes of the packets. */
export const routeTypeNumber = {
  unspec: 0,
  /** By a gateway or on the link. */
  unicast: 1,
  /** To this host. */
  local: 2,
  /** To this host, and sent as a broadcast. */
  broadcast: 3,
  /** To this host as one of several; IPv4: received as a broadcast, sent as a unicast. */
  anycast: 4,
  /** To a multicast group. */
  multicast: 5,
  /** Dropped silently. */
  blackhole: 6,
  /** Refused: host unreachable. */
  unreachable: 7,
  /** Refused: administratively prohibited. */
  prohibit: 8,
  /** As if the table had no route: the next rule goes on. */
  throw: 9,
  /** Not implemented by the kernel. */
  nat: 10,
  /** Not implemented by the kernel. */
  xresolve: 11,
} as const
export type RouteType = keyof typeof routeTypeNumber

/** RTM_F_* of the route, and RTNH_F_* of the nexthop where there is one. */
export const routeFlag = {
  ...nexthopFlag,
  /** Of a request: to be told of changes. */
  notify: 0x100,
  /** A cached route: made from another one for a single destination. */
  cloned: 0x200,
  /** Not implemented by the kernel. */
  equalize: 0x400,
  /** Of a request, IPv6: for routes of advertised prefixes alone. */
  prefix: 0x800,
  /** Hardware forwards by the route itself, where the same without `rt` is said of its nexthop. */
  rtOffload: 0x4000,
  /** Hardware hands packets for the route to the kernel. */
  rtTrap: 0x8000,
  /** The route could not be put into hardware (5.12). */
  rtOffloadFailed: 0x20000000,
} as const
export type RouteFlag = keyof typeof routeFlag

export const RTM_F_CLONED = 0x200
export const RTM_F_LOOKUP_TABLE = 0x1000
export const RTM_F_FIB_MATCH = 0x2000

const RTA_DST = 1
const RTA_SRC = 2
const RTA_OIF = 4
const RTA_METRIC = 6
const RTA_CACHEINFO = 12
const RTA_TABLE = 15

/** USER_HZ. */
const TICKS_PER_SECOND = 100

/** ICMPV6_ROUTER_PREF_* */
const preference = { medium: 0, high: 1, low: 3 } as const

const cacheInfo = struct('rta_cacheinfo', {
  referenceCount: 'u32',
  lastUse: 'u32',
  expires: 's32',
  error: 's32',
  used: 'u32',
  id: 'u32',
  ts: 'u32',
  tsAge: 'u32',
})

/** RTA_*, by the names of the options that fill them. */
export const routeAttributes = attributes({
  dst: attribute(RTA_DST, ip()),
  from: attribute(RTA_SRC, ip()),
  iif: attribute(3, linkIndex()),
  oif: attribute(RTA_OIF, linkIndex()),
  via: either(attribute(RTA_GATEWAY, gateway()), RTA_VIA, () => false),
  metric: attribute(RTA_METRIC, u32()),
  prefSrc: attribute(7, ip()),
  metrics: attribute(8, nested(routeMetrics)),
  nexthops: attribute(9, nexthops()),
  realms: attribute(11, realms()),
  cacheInfo: readOnly(RTA_CACHEINFO, cacheInfo),
  table: attribute(RTA_TABLE, oneOf(u32(), routeTableNumber)),
  mark: attribute(16, u32()),
  multicastStatistics: readOnly(17, bytes()),
  preference: attribute(20, oneOf(u8(), preference)),
  ...encapAttributes(RTA_ENCAP_TYPE, RTA_ENCAP),
  expires: attribute(23, u32()),
  uid: attribute(25, u32()),
  ipProto: writeOnly(27, u8()),
  sport: writeOnly(28, be16()),
  dport: writeOnly(29, be16()),
  nexthopId: attribute(30, u32({ min: 1 })),
  flowLabel: writeOnly(31, be32({ max: 0xfffff })),
})

/** A route to be added, appended, replaced, changed or deleted. */
export interface RouteSpec {
  /** 'default', or the prefix: '10.0.0.0/8', '2001:db8::/32'; an address alone is the whole of it (/32, /128). */
  dst: string
  /** Of a default route that nothing else tells it of. Default: ipv4. */
  family?: 'ipv4' | 'ipv6' | undefined
  /** The gateway. Of the route's family, or an IPv6 one for an IPv4 route (RTA_VIA). */
  via?: string | Uint8Array | undefined
  /** The link that it leaves by. */
  oif?: LinkReference | undefined
  /** Several ways, among which flows are divided by weight (RTA_MULTIPATH). */
  nexthops?: readonly NexthopSpec[] | undefined
  /** What becomes of the packets, by name or number from 0 to 255. Default: `unicast`. */
  type?: RouteType | number | undefined
  /**
   * The table that it stands in, by name or number, 1 to 4294967295. Default: `main`; `local` for local, broadcast,
   * anycast and nat routes.
   */
  table?: RouteTable | number | undefined
  /** Who made it, by name or number from 0 to 255. Default: `boot`. */
  protocol?: RouteProtocol | number | undefined
  /**
   * IPv4: how far away the destination may be, by name or number from 0 to 255. Default: as ip-route(8): `link` without
   * a gateway, or else `global`.
   */
  scope?: RouteScope | number | undefined
  /** RTA_PRIORITY: of several routes to the same prefix the lowest counts, 0 to 4294967295. */
  metric?: number | undefined
  /** The source address of packets that this host sends on it. */
  prefSrc?: string | Uint8Array | undefined
  /** IPv6: only packets from this prefix (RTA_SRC). */
  from?: string | undefined
  /** IPv4: only packets with this type of service, 0 to 255. */
  tos?: number | undefined
  /** The gateway is taken to be on the link, whatever the addresses say. */
  onlink?: boolean | undefined
  /** Sets RTNH_F_PERVASIVE, which the kernel keeps without heeding it. IPv4: refused without a gateway. */
  pervasive?: boolean | undefined
  metrics?: RouteMetricsSpec | undefined
  realms?: Realms | undefined
  /** IPv6: which of several routers to the same prefix is taken first (RFC 4191). Default: `medium`. */
  preference?: keyof typeof preference | number | undefined
  /** IPv6: seconds until it is deleted, 0 to 4294967295. */
  expires?: number | undefined
  /** A nexthop object's id instead of `via`, `oif` and `nexthops`. */
  nexthopId?: number | undefined
  /** What is put around the packets. */
  encap?: RouteEncapSpec | undefined
}

/** A route as the kernel has it. */
export interface Route extends Way, Told<RouteSpec, 'metric' | 'prefSrc' | 'from' | 'preference' | 'nexthopId'> {
  /** Whether it is a route of IPv4 or of IPv6. */
  family: 'ipv4' | 'ipv6'
  /** 'default', or the prefix in canonical form. */
  dst: string
  type: RouteType | number
  /** The table that it stands in. */
  table: RouteTable | number
  protocol: RouteProtocol | number
  scope: RouteScope | number
  flags: readonly (RouteFlag | NexthopFlag | number)[]
  /** IPv4: the type of service of the packets that it is for. Absent: any. */
  tos?: number
  /** The answer to a question: the ifindex of the link that the packet came in by. */
  iif?: number
  /** The ways, where there are several; `via` and `oif` are then absent. */
  nexthops?: Nexthop[]
  metrics?: RouteMetrics
  /** Seconds left. Absent: for ever. */
  expires?: number
  /** The answer to a question: the mark that was asked with. */
  mark?: number
  /** The answer to a question: the user that was asked for. */
  uid?: number
  /** Of a multicast route: struct rta_mfc_stats, as it came: packets, bytes, packets by a wrong link; 64 bits each. */
  multicastStatistics?: Uint8Array
  /** Of a route that is cached, expires or refuses (`error`, a negative errno): times in hundredths of a second. */
  cacheInfo?: Partial<
    Record<'referenceCount' | 'lastUse' | 'expires' | 'error' | 'used' | 'id' | 'ts' | 'tsAge', number>
  >
}

const routeOptions: readonly string[] = [
  'dst', 'family', 'via', 'oif', 'nexthops', 'type', 'table', 'protocol', 'scope', 'metric', 'prefSrc', 'from', 'tos',
  'onlink', 'pervasive', 'metrics', 'realms', 'preference', 'expires', 'nexthopId', 'encap',
] satisfies (keyof RouteSpec)[] // prettier-ignore

/** "10.0.0.0/8 via 10.1.0.1 on link eth0" */
export function describeRoute({ dst, via, oif, table }: Partial<RouteSpec>): string {
  let text = String(dst)
  if (via !== undefined) text += ` via ${typeof via === 'string' ? via : formatAddress(via)}`
  if (oif !== undefined) text += ` on link ${describeLink(oif)}`
  if (table !== undefined) text += ` in table ${table}`
  return text
}

/** Writes the message of a route. One that deletes leaves open what is not given. */
export function writeRoute(w: Writer, type: number, flags: number, spec: RouteSpec, deletes: boolean) {
  w.begin(type, flags, RTMSG_SIZE)
  const header = w.offset - RTMSG_SIZE
  if (typeof spec !== 'object' || spec === null) throw w.invalid('an object', spec)
  const prefix = destination(w, spec)
  const { family } = prefix
  if (prefix.length > 0) writePrefixAddress(w, RTA_DST, prefix)
  let srcLength = 0
  let tos = 0
  let rtmFlags = 0
  let routeType: number = deletes ? routeTypeNumber.unspec : routeTypeNumber.unicast
  let protocol: number = deletes ? routeProtocolNumber.unspec : routeProtocolNumber.boot
  let table = -1
  let scope = -1
  let leads = false
  for (const name in spec) {
    const value: unknown = spec[name as keyof RouteSpec]
    if (value === undefined) continue
    w.trail[0] = name
    w.depth = 1
    switch (name) {
      case 'dst':
      case 'family':
        break
      case 'via':
        writeGateway(w, family, value as string)
        leads = true
        break
      case 'nexthops': {
        const token = w.open(9)
        writeNexthops(w, family, value as NexthopSpec[])
        w.close(token)
        leads = true
        break
      }
      case 'encap':
        writeEncap(w, value as RouteEncapSpec, RTA_ENCAP_TYPE, RTA_ENCAP)
        break
      case 'type':
        routeType = numberOf(w, routeTypeNumber, value as RouteType, 0xff)
        break
      case 'table':
        table = numberOf(w, routeTableNumber, value as RouteTable, 0xffffffff)
        break
      case 'protocol':
        protocol = numberOf(w, routeProtocolNumber, value as RouteProtocol, 0xff)
        break
      case 'scope':
        scope = numberOf(w, routeScopeNumber, value as RouteScope, 0xff)
        break
      case 'tos':
        if (!Number.isInteger(value)) throw w.invalid('an integer from 0 to 255', value)
        if ((value as number) < 0 || (value as number) > 255)
          throw w.invalid('an integer from 0 to 255', value, 'range')
        tos = value as number
        break
      case 'from': {
        onlyIPv6(w, family, value)
        const from = prefixOf(w, value, family)
        srcLength = from.length
        if (from.length > 0) writePrefixAddress(w, RTA_SRC, from)
        break
      }
      case 'prefSrc': {
        const token = w.open(7)
        putAddress(w, value as string, family)
        w.close(token)
        break
      }
      case 'onlink':
      case 'pervasive':
        if (typeof value !== 'boolean') throw w.invalid('true or false', value)
        if (value) rtmFlags |= nexthopFlag[name]
        break
      default:
        if (name === 'preference' || name === 'expires') onlyIPv6(w, family, value)
        if (name === 'nexthopId') leads = true
        w.depth = 0
        if (!routeOptions.includes(name)) throw unknownOption(name, routeOptions)
        routeAttributes.writeOne(w, name, value, routeOptions)
    }
  }
  if (table < 0) table = isLocalType(routeType) ? routeTableNumber.local : routeTableNumber.main
  if (table > 255) {
    const token = w.open(RTA_TABLE)
    w.putU32(table)
    w.close(token)
  }
  const at = w.at(header)
  const { bytes } = w
  bytes[at] = family
  bytes[at + 1] = prefix.length
  bytes[at + 2] = srcLength
  bytes[at + 3] = tos
  bytes[at + 4] = table > 255 ? routeTableNumber.unspec : table
  bytes[at + 5] = protocol
  bytes[at + 6] = scope >= 0 ? scope : defaultScope(family, routeType, deletes, leads)
  bytes[at + 7] = routeType
  w.u32[(at + 8) >> 2] = rtmFlags
  return w.finish()
}

/** The kernel would pass it over. */
function onlyIPv6(w: Writer, family: Family, value: unknown): void {
  if (family !== AF_INET6) throw w.invalid('nothing with an IPv4 route: it is of IPv6 alone', value)
}

function isLocalType(type: number): boolean {
  const { local, broadcast, anycast, nat } = routeTypeNumber
  return type === local || type === broadcast || type === anycast || type === nat
}

/** As ip-route(8) has it. */
function defaultScope(family: Family, type: number, deletes: boolean, leads: boolean): number {
  if (family === AF_INET6) return routeScopeNumber.global
  switch (type) {
    case routeTypeNumber.local:
    case routeTypeNumber.nat:
      return routeScopeNumber.host
    case routeTypeNumber.broadcast:
    case routeTypeNumber.multicast:
    case routeTypeNumber.anycast:
      return routeScopeNumber.link
    case routeTypeNumber.unicast:
    case routeTypeNumber.unspec:
      if (deletes) return routeScopeNumber.nowhere
      return leads ? routeScopeNumber.global : routeScopeNumber.link
    default:
      return deletes ? routeScopeNumber.nowhere : routeScopeNumber.global
  }
}

/** The destination of a route and with it the family. */
function destination(w: Writer, spec: RouteSpec): Prefix {
  const { dst, family } = spec
  w.trail[0] = 'family'
  w.depth = 1
  if (family !== undefined && family !== 'ipv4' && family !== 'ipv6') throw w.invalid('ipv4 or ipv6', family)
  const wanted = family === undefined ? undefined : family === 'ipv6' ? AF_INET6 : AF_INET
  w.trail[0] = 'dst'
  if (dst === 'default') {
    const told = wanted ?? familyOfWay(spec)
    return { family: told, address: '', length: 0 }
  }
  if (typeof dst !== 'string') throw w.invalid('default, or an IPv4 or IPv6 prefix such as 10.0.0.0/8', dst)
  const prefix = parsePrefix(w, dst)
  if (wanted !== undefined && wanted !== prefix.family) throw w.invalid(`an ${family} prefix`, dst, 'range')
  // Of length 0 the address is not sent, but it has to be one.
  if (prefix.length === 0) {
    const at = w.position
    putAddress(w, prefix.address, prefix.family)
    w.bytes.fill(0, at, w.position)
    w.position = at
  }
  return prefix
}

/** The family of a default route, from the gateway, or the source address. */
function familyOfWay({ via, nexthops, prefSrc, from }: RouteSpec): Family {
  const told = via ?? nexthops?.[0]?.via ?? prefSrc ?? from
  return typeof told === 'string' || told instanceof Uint8Array ? familyOf(told) : AF_INET
}

function prefixOf(w: Writer, value: unknown, family: Family): Prefix {
  const prefix = parsePrefix(w, value as string)
  if (prefix.family !== family) throw w.invalid(`a prefix of the route's family`, value, 'range')
  return prefix
}

function writePrefixAddress(w: Writer, type: number, { address, family }: Prefix): void {
  const token = w.open(type)
  putAddress(w, address, family)
  w.close(token)
}

/** Which route a packet would take. */
export interface RouteQuestion {
  /** The address it goes to. */
  dst: string
  /** The address it comes from. */
  from?: string | Uint8Array | undefined
  /** The link it came in by. */
  iif?: LinkReference | undefined
  /** The link it has to leave by. */
  oif?: LinkReference | undefined
  /** The packet's mark, which rules look at (`fwmark`). Default: 0. */
  mark?: number | undefined
  /** The user it is from, 0 to 4294967295. */
  uid?: number | undefined
  /** The packet's type of service, 0 to 255. */
  tos?: number | undefined
  /** The packet's protocol, IPPROTO_*, 0 to 255, for rules and multipath that look at it. */
  ipProto?: number | undefined
  /** The port it comes from, for rules and multipath that look at it. */
  sport?: number | undefined
  /** The port it goes to, for rules and multipath that look at it. */
  dport?: number | undefined
  /** IPv6, kernel 6.12: 0 to 1048575. */
  flowLabel?: number | undefined
  /** The route of the table as it stands there, instead of what would be made of it for the packet. */
  fibMatch?: boolean | undefined
}
const questionOptions = [
  'dst', 'from', 'iif', 'oif', 'mark', 'uid', 'tos', 'ipProto', 'sport', 'dport', 'flowLabel', 'fibMatch',
] satisfies (keyof RouteQuestion)[] // prettier-ignore

/** Writes the question which route a packet would take. */
export function writeRouteQuestion(w: Writer, type: number, flags: number, question: RouteQuestion) {
  w.begin(type, flags, RTMSG_SIZE)
  const header = w.offset - RTMSG_SIZE
  if (typeof question !== 'object' || question === null) throw w.invalid('an object', question)
  w.trail[0] = 'dst'
  w.depth = 1
  if (typeof question.dst !== 'string') throw w.invalid('an IPv4 or IPv6 address', question.dst)
  const family = familyOf(question.dst)
  const whole = family === AF_INET6 ? 128 : 32
  writePrefixAddress(w, RTA_DST, { family, address: question.dst, length: whole })
  let srcLength = 0
  let tos = 0
  // The table that was looked into; IPv6 always tells it, and refuses to be asked.
  let rtmFlags = family === AF_INET ? RTM_F_LOOKUP_TABLE : 0
  for (const name in question) {
    const value: unknown = question[name as keyof RouteQuestion]
    if (value === undefined || name === 'dst') continue
    w.trail[0] = name
    w.depth = 1
    switch (name) {
      case 'from':
        writePrefixAddress(w, RTA_SRC, { family, address: value as string, length: whole })
        srcLength = whole
        break
      case 'tos':
        if (!Number.isInteger(value)) throw w.invalid('an integer from 0 to 255', value)
        if ((value as number) < 0 || (value as number) > 255)
          throw w.invalid('an integer from 0 to 255', value, 'range')
        tos = value as number
        break
      case 'fibMatch':
        if (typeof value !== 'boolean') throw w.invalid('true or false', value)
        if (value) rtmFlags |= RTM_F_FIB_MATCH
        break
      default:
        if (!(questionOptions as readonly string[]).includes(name)) throw unknownOption(name, questionOptions)
        w.depth = 0
        routeAttributes.writeOne(w, name, value, questionOptions)
    }
  }
  const at = w.at(header)
  w.bytes[at] = family
  w.bytes[at + 1] = whole
  w.bytes[at + 2] = srcLength
  w.bytes[at + 3] = tos
  w.u32[(at + 8) >> 2] = rtmFlags
  return w.finish()
}

const byNumber = (names: Record<string, number>, size: number): (string | number)[] => {
  const list: (string | number)[] = Array.from({ length: size }, (_, number) => number)
  for (const [name, number] of Object.entries(names)) list[number] = name
  return list
}
const typeNames = byNumber(routeTypeNumber, 256) as (RouteType | number)[]
const tableNames = byNumber(routeTableNumber, 256) as (RouteTable | number)[]
const protocolNames = byNumber(routeProtocolNumber, 256) as (RouteProtocol | number)[]

/**
 * Reads a route; undefined for one of another family (MPLS, multicast).
 * Dumps hold a million of them: what nearly every route has is read here, the rest by the table.
 */
export function readRoute(r: Reader, { body, end }: Message): Route | undefined {
  if (end - body < RTMSG_SIZE) return undefined
  const { bytes, u16 } = r
  const family = bytes[body]!
  if (family !== AF_INET && family !== AF_INET6) return undefined
  const addressSize = family === AF_INET ? 4 : 16
  let dst: string | undefined
  let via: string | undefined
  let oif = 0
  let table: RouteTable | number = tableNames[bytes[body + 4]!]!
  let others = 0
  for (let at = body + RTMSG_SIZE; at + 4 <= end;) {
    const size = u16[at >> 1]! - 4
    if (size < 0 || at + 4 + size > end) throw new MalformedMessage(`an attribute of ${size + 4} bytes in ${end - at}`)
    const type = u16[(at >> 1) + 1]!
    const from = at + 4
    if (type === RTA_DST && size === addressSize) dst = formatPrefix(bytes, from, size, bytes[body + 1]!)
    else if (type === RTA_OIF && size >= 4) oif = r.getU32(from)
    else if (type === RTA_GATEWAY && size === addressSize) via = formatRepeated(bytes, from, size)
    else if (type === RTA_TABLE && size >= 4) table = tableName(r.getU32(from))
    else others++
    at = from + ((size + 3) & ~3)
  }
  const route = shapedRoute(
    family === AF_INET ? 'ipv4' : 'ipv6',
    dst ?? emptyPrefix(family, bytes[body + 1]!),
    typeNames[bytes[body + 7]!]!,
    table,
    protocolNames[bytes[body + 5]!]!,
    scopeName(bytes[body + 6]!),
    namesOf(routeFlag, r.getU32(body + 8) & ~(RTM_F_LOOKUP_TABLE | RTM_F_FIB_MATCH)),
    via,
    oif,
  )
  const tos = bytes[body + 3]!
  if (tos !== 0) route.tos = tos
  if (others > 0) readOthers(r, body, end, route)
  return route
}

const NO_FLAGS = namesOf(routeFlag, 0)

/** One literal for each set of properties: an object of exactly its size, and of one shape with its like. */
function shapedRoute(
  family: Route['family'],
  dst: string,
  type: Route['type'],
  table: Route['table'],
  protocol: Route['protocol'],
  scope: Route['scope'],
  flags: Route['flags'],
  via: string | undefined,
  oif: number,
): Route {
  if (oif === 0) {
    return via === undefined
      ? { family, dst, type, table, protocol, scope, flags }
      : { family, dst, type, table, protocol, scope, flags, via }
  }
  return via === undefined
    ? { family, dst, type, table, protocol, scope, flags, oif }
    : { family, dst, type, table, protocol, scope, flags, oif, via }
}

/**
 * One of each shape, for ever: with the last object of a shape the engine forgets the shape, and with it the machine
 * code that was made for it. The next dump would begin as slowly as the first.
 */
export const routeShapes: readonly Route[] = [0, 1].flatMap((oif) =>
  [undefined, ''].map((via) => shapedRoute('ipv4', '', 'unicast', 'main', 'boot', 'link', NO_FLAGS, via, oif)),
)

/** The attributes of a route that few have. */
function readOthers(r: Reader, body: number, end: number, route: Route): void {
  const addressSize = route.family === 'ipv4' ? 4 : 16
  for (let at = body + RTMSG_SIZE; at + 4 <= end;) {
    const length = r.getU16(at)
    const type = r.getU16(at + 2)
    const known = length === addressSize + 4 ? type === RTA_DST || type === RTA_GATEWAY : false
    if (type === RTA_SRC && length === addressSize + 4) {
      route.from = formatPrefix(r.bytes, at + 4, addressSize, r.bytes[body + 2]!)
    } else if (type === RTA_CACHEINFO && isZero(r, at + 4, at + length)) {
      // Every IPv6 route has one, with nothing in it unless it is cached, expires or refuses.
    } else if (!known && !(length >= 8 && (type === RTA_OIF || type === RTA_TABLE))) {
      routeAttributes.readOne(r, type, at + 4, at + length, route)
    }
    at += (length + 3) & ~3
  }
  const ticks = route.cacheInfo?.expires
  if (ticks) route.expires = ticks / TICKS_PER_SECOND
}

function isZero({ bytes }: Reader, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== 0) return false
  return true
}

const emptyPrefix = (family: Family, length: number) =>
  length === 0 ? 'default' : family === AF_INET ? `0.0.0.0/${length}` : `::/${length}`
const tableName = (number: number) => (number < 256 ? tableNames[number]! : number)

/** Gateways come again and again: the text of the last one is used again where it is the same. */
let lastGateway = ''
const lastGatewayBytes = new Uint8Array(16)
let lastGatewaySize = 0
function formatRepeated(bytes: Uint8Array, at: number, size: number): string {
  let same = size === lastGatewaySize
  for (let i = 0; same && i < size; i++) same = bytes[at + i] === lastGatewayBytes[i]
  if (!same) {
    lastGateway = formatAddress(bytes, at, size)
    lastGatewaySize = size
    for (let i = 0; i < size; i++) lastGatewayBytes[i] = bytes[at + i]!
  }
  return lastGateway
}

/** Which routes to list. The kernel does the filtering. */
export interface RouteFilter {
  /** Routes of IPv4 or of IPv6 alone. Default: both. */
  family?: 'ipv4' | 'ipv6' | undefined
  /** Those of this table alone, by name or number. Default: all tables. */
  table?: RouteTable | number | undefined
  /** Those alone that this one made, by name or number from 0 to 255. Default: all. */
  protocol?: RouteProtocol | number | undefined
  /** Those of this type alone, by name or number from 0 to 255. Default: all. */
  type?: RouteType | number | undefined
  /** Those alone that leave by this link. Default: all. */
  oif?: LinkReference | undefined
  /** Cached routes, such as path MTU exceptions, instead. */
  cached?: boolean | undefined
}
const filterOptions = ['family', 'table', 'protocol', 'type', 'oif', 'cached'] satisfies (keyof RouteFilter)[]

/** Writes the request for a dump of routes. */
export function writeRouteFilter(w: Writer, type: number, flags: number, filter: RouteFilter) {
  w.begin(type, flags, RTMSG_SIZE)
  const header = w.offset - RTMSG_SIZE
  for (const name in filter) {
    const value: unknown = filter[name as keyof RouteFilter]
    if (value === undefined) continue
    w.trail[0] = name
    w.depth = 1
    switch (name) {
      case 'family':
        if (value !== 'ipv4' && value !== 'ipv6') throw w.invalid('ipv4 or ipv6', value)
        w.bytes[w.at(header)] = value === 'ipv4' ? AF_INET : AF_INET6
        break
      case 'protocol':
        w.bytes[w.at(header) + 5] = numberOf(w, routeProtocolNumber, value as RouteProtocol, 0xff)
        break
      case 'type':
        w.bytes[w.at(header) + 7] = numberOf(w, routeTypeNumber, value as RouteType, 0xff)
        break
      case 'cached':
        if (typeof value !== 'boolean') throw w.invalid('true or false', value)
        if (value) w.u32[(w.at(header) + 8) >> 2] = RTM_F_CLONED
        break
      default:
        if (!(filterOptions as readonly string[]).includes(name)) throw unknownOption(name, filterOptions)
        w.depth = 0
        routeAttributes.writeOne(w, name, value, filterOptions)
    }
  }
  return w.finish()
}
