/** What the kernel tells a multicast routing daemon (IPMRA_CREPORT_*, IP6MRA_CREPORT_*; RTM_NEWCACHEREPORT, rtgenmsg). */
import { attributes, readOnly, type WithUnknown } from '../wire/attributes.js'
import { bytes, oneOf, u32, u8 } from '../wire/codec.js'
import { ipv4, ipv6 } from '../wire/inet.js'
import type { Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import { type RouteTable, routeTableNumber } from './route-table.js'
import { ruleFamily } from './rule.js'

/** struct rtgenmsg: u8 family, and what aligns the attributes. */
const RTGENMSG_SPACE = 4

/** IGMPMSG_*, MRT6MSG_* */
const messageType = {
  /** Of this source and group there is no route. */
  noCache: 1,
  /** A packet came in by another link than the route's. */
  wrongVif: 2,
  /** A whole packet, to be sent on in a PIM Register message. */
  wholePkt: 3,
  /** A whole packet that came in by another link than the route's. */
  wrVifWhole: 4,
} as const

const shared = { msgType: readOnly(1, oneOf(u8(), messageType)), vifId: readOnly(2, u32()) }

/** IPMRA_CREPORT_* */
export const multicastReportAttributes = attributes({
  ...shared,
  source: readOnly(3, ipv4()),
  group: readOnly(4, ipv4()),
  packet: readOnly(5, bytes()),
  table: readOnly(6, oneOf(u32(), routeTableNumber)),
})

/** IP6MRA_CREPORT_* */
export const multicastReport6Attributes = attributes({
  ...shared,
  source: readOnly(3, ipv6()),
  group: readOnly(4, ipv6()),
  packet: readOnly(5, bytes()),
})

/** The kernel asks a multicast routing daemon what to do with a packet, or shows it one. */
export interface MulticastReport extends WithUnknown {
  /** Of the packet. */
  family: 'ipv4' | 'ipv6'
  /** Why: `noCache`, there is no route; `wrongVif`, the packet came in by another link than the route's. */
  msgType?: keyof typeof messageType | number
  /** The link it came in by, as the number that the daemon gave it (`multicastRoutes.tables`). */
  vifId?: number
  /** Where the packet comes from. */
  source?: string
  /** Where it goes to. */
  group?: string
  /** The table that was looked into, of IPv4 (kernel 5.10). */
  table?: RouteTable | number
  /** The packet where the daemon is to have the whole of it; otherwise little or nothing that is of use. */
  packet?: Uint8Array
}

/** Reads a report; undefined for one of another family. */
export function readMulticastReport(r: Reader, { body, end }: Message): MulticastReport | undefined {
  if (end - body < RTGENMSG_SPACE) return undefined
  const start = body + RTGENMSG_SPACE
  switch (r.bytes[body]) {
    case ruleFamily.ipmr:
      return multicastReportAttributes.read<MulticastReport>(r, start, end, { family: 'ipv4' })
    case ruleFamily.ip6mr:
      return multicastReport6Attributes.read<MulticastReport>(r, start, end, { family: 'ipv6' })
    default:
      return undefined
  }
}
