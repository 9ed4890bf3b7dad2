/** Multicast routes: which way packets from a source to a group go (RTM_GETROUTE in RTNL_FAMILY_IPMR, RTNL_FAMILY_IP6MR; rtmsg). */
import { attribute, attributes, readOnly, writeOnly } from '../wire/attributes.js'
import { type Codec, namesOf, oneOf, u32, u64 } from '../wire/codec.js'
import { AF_INET, AF_INET6, ip, putAddress } from '../wire/inet.js'
import type { Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import { struct } from '../wire/struct.js'
import type { Writer } from '../wire/writer.js'
import { linkIndex, type LinkReference } from './link-reference.js'
import { at, checkOptions, familyOption } from './option.js'
import { nexthopFlag, readNexthops } from './route-nexthop.js'
import { type RouteProtocol, routeProtocolNumber } from './route-protocol.js'
import { type RouteTable, routeTableNumber } from './route-table.js'
import { ruleFamily } from './rule.js'

const RTMSG_SIZE = 12
const RTA_DST = 1
const RTA_SRC = 2

/** A way out: the link, and the TTL that a packet must have more of. */
export interface MulticastNexthop {
  /** The ifindex of the link. */
  oif: number
  /** Packets go out by it whose TTL is greater. */
  ttl: number
}

/** RTA_MULTIPATH, where what is a weight elsewhere is a TTL. */
const ways: Codec<never, MulticastNexthop[]> = {
  wire: 'struct rtnexthop[]',
  expects: 'nothing: a daemon makes them',
  write(w, value) {
    throw w.invalid(this.expects, value)
  },
  read: (r, start, end) => readNexthops(r, start, end).map(({ oif = 0, weight }) => ({ oif, ttl: weight - 1 })),
}

/** RTA_* of a multicast route. */
export const multicastRouteAttributes = attributes(
  {
    group: attribute(RTA_DST, ip()),
    source: attribute(RTA_SRC, ip()),
    iif: readOnly(3, linkIndex()),
    oif: writeOnly(4, linkIndex()),
    nexthops: readOnly(9, ways),
    table: attribute(15, oneOf(u32(), routeTableNumber)),
    statistics: readOnly(17, struct('rta_mfc_stats', { packets: 'u64', bytes: 'u64', wrongIf: 'u64' })),
    lastUse: readOnly(23, u64()),
  },
  24,
)

/** A multicast route as the kernel has it. */
export interface MulticastRoute {
  /** Whether it is a route of IPv4 or of IPv6. */
  family: 'ipv4' | 'ipv6'
  /** Where packets come from; '0.0.0.0' or '::' is anywhere. */
  source: string
  /** Where they go to. */
  group: string
  /** Where there is nothing else: `default` for IPv4, `main` for IPv6. */
  table: RouteTable | number
  /** Who made it: `mrouted`, or `static`. */
  protocol: RouteProtocol | number
  /** `unresolved`: the kernel has asked a daemon which way, and waits. */
  flags: readonly (keyof typeof nexthopFlag | number)[]
  /** The link that packets have to come in by. */
  iif?: number
  /** The links that they leave by. */
  nexthops?: MulticastNexthop[]
  /** Packets and bytes that went, and packets that came in by another link. */
  statistics?: { packets?: number; bytes?: number; wrongIf?: number }
  /** Hundredths of a second since it was last used. */
  lastUse?: number
  /** Attributes that this version has no name for. Absent where there are none. */
  unknownAttributes?: { type: number; data: Uint8Array }[]
}

/** Which multicast routes to list. The kernel does the filtering. */
export interface MulticastRouteFilter {
  /** Routes of IPv4 or of IPv6. Default: ipv4. */
  family?: 'ipv4' | 'ipv6' | undefined
  /** Those of this table alone, by name or number. Default: all tables. */
  table?: RouteTable | number | undefined
  /** Those by which packets leave by this link. */
  oif?: LinkReference | undefined
}

/** Which one is asked for. */
export interface MulticastRouteQuestion {
  /** Where packets come from; '0.0.0.0' or '::' is anywhere. */
  source: string
  /** Where they go to. */
  group: string
  /** The table to look into, by name or number. Default: `default` for IPv4, `main` for IPv6. */
  table?: RouteTable | number | undefined
}

const { ipmr, ip6mr } = ruleFamily

/** Writes the request for a dump of multicast routes. */
export function writeMulticastRouteFilter(w: Writer, type: number, flags: number, filter: MulticastRouteFilter) {
  w.begin(type, flags, RTMSG_SIZE)
  const header = w.offset - RTMSG_SIZE
  const options = ['family', 'table', 'oif'] satisfies (keyof MulticastRouteFilter)[]
  checkOptions(w, filter, options)
  w.bytes[w.at(header)] = familyOption(w, filter.family) === AF_INET6 ? ip6mr : ipmr
  for (const name of ['table', 'oif'] as const) {
    w.depth = 0
    multicastRouteAttributes.writeOne(w, name, filter[name], options)
  }
  return w.finish()
}

/** Writes the question for one multicast route. */
export function writeMulticastRouteQuestion(w: Writer, type: number, flags: number, question: MulticastRouteQuestion) {
  w.begin(type, flags, RTMSG_SIZE)
  const header = w.offset - RTMSG_SIZE
  const options = ['source', 'group', 'table'] satisfies (keyof MulticastRouteQuestion)[]
  checkOptions(w, question, options)
  const { source, group, table } = question
  at(w, 'group')
  if (typeof group !== 'string') throw w.invalid('an IPv4 or IPv6 address', group)
  const family = group.includes(':') ? AF_INET6 : AF_INET
  for (const [name, number, value] of [
    ['source', RTA_SRC, source],
    ['group', RTA_DST, group],
  ] as const) {
    at(w, name)
    const token = w.open(number)
    putAddress(w, value, family)
    w.close(token)
  }
  w.depth = 0
  // Of IPv6 the kernel would look into `default`, which is not the table that daemons use unless they say so.
  multicastRouteAttributes.writeOne(w, 'table', table ?? (family === AF_INET6 ? 'main' : undefined), options)
  const start = w.at(header)
  w.bytes[start] = family === AF_INET6 ? ip6mr : ipmr
  w.bytes[start + 1] = w.bytes[start + 2] = family === AF_INET6 ? 128 : 32
  return w.finish()
}

const protocolNames = new Map(Object.entries(routeProtocolNumber).map(([name, number]) => [number as number, name]))

/** Reads a multicast route; undefined for one of another family. */
export function readMulticastRoute(r: Reader, { body, end }: Message): MulticastRoute | undefined {
  if (end - body < RTMSG_SIZE) return undefined
  const family = r.bytes[body]
  if (family !== ipmr && family !== ip6mr) return undefined
  const any = family === ipmr ? '0.0.0.0' : '::'
  const table = r.bytes[body + 4]!
  const protocol = r.bytes[body + 5]!
  const route: MulticastRoute = {
    family: family === ipmr ? 'ipv4' : 'ipv6',
    source: any,
    group: any,
    table,
    protocol: (protocolNames.get(protocol) as RouteProtocol | undefined) ?? protocol,
    flags: namesOf(nexthopFlag, r.getU32(body + 8)),
  }
  return multicastRouteAttributes.read(r, body + RTMSG_SIZE, end, route)
}
