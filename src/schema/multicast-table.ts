/** Tables of multicast routing and the links they route between (IPMRA_*, linux/mroute.h; RTM_GETLINK in RTNL_FAMILY_IPMR). */
import { attributes, nested, type Read, readOnly } from '../wire/attributes.js'
import { bits, bool8, oneOf, s32, u16, u32, u64 } from '../wire/codec.js'
import { ipv4 } from '../wire/inet.js'
import { listOf } from '../wire/list.js'
import type { Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'
import { IFINFOMSG_SIZE, IFLA_AF_SPEC } from './link-attributes.js'
import { linkIndex } from './link-reference.js'
import { type RouteTable, routeTableNumber } from './route-table.js'
import { ruleFamily } from './rule.js'

/** VIFF_* */
const vifFlag = {
  /** Packets go through an IPIP tunnel from `localAddr` to `remoteAddr`. */
  tunnel: 1 << 0,
  /** Source routes: the kernel knows them no longer. */
  srcrt: 1 << 1,
  /** Packets go to the daemon, which sends them to the rendezvous point in PIM Register messages. */
  register: 1 << 2,
  /** The daemon named the link by its index, not by an address. */
  useIfindex: 1 << 3,
} as const

/** IPMRA_VIFA_* */
const vif = attributes(
  {
    /** The link. */
    ifindex: readOnly(1, linkIndex()),
    /** The number that the daemon gave it, from 0 to 31. */
    vifId: readOnly(2, u32()),
    /** What sort of link it is. */
    flags: readOnly(3, bits(u16(), vifFlag)),
    /** Bytes of multicast packets that came in by it. */
    bytesIn: readOnly(4, u64()),
    /** Bytes of multicast packets that left by it. */
    bytesOut: readOnly(5, u64()),
    /** Multicast packets that came in by it. */
    packetsIn: readOnly(6, u64()),
    /** Multicast packets that left by it. */
    packetsOut: readOnly(7, u64()),
    /** What the daemon gave to find the link by: of a tunnel its local end; with the flag `useIfindex` no address. */
    localAddr: readOnly(8, ipv4()),
    /** The other end of a tunnel. */
    remoteAddr: readOnly(9, ipv4()),
  },
  10,
)

/** IPMRA_TABLE_* */
export const multicastTable = attributes({
  /** The table, by name or number. */
  table: readOnly(1, oneOf(u32(), routeTableNumber)),
  /** Packets' sources and groups for which the kernel has asked the daemon, and waits. */
  cacheResQueueLen: readOnly(2, u32()),
  /** Which of the links is the one of PIM Register; -1: none. */
  mrouteRegVifNum: readOnly(3, s32()),
  /** The daemon hears of packets that come in by the wrong link (MRT_ASSERT). */
  mrouteDoAssert: readOnly(4, bool8()),
  /** The daemon speaks PIM (MRT_PIM). */
  mrouteDoPim: readOnly(5, bool8()),
  /** The links. */
  vifs: readOnly(6, listOf(1, nested(vif))),
  /** The daemon gets the whole of packets that come in by the wrong link. */
  mrouteDoWrvifwhole: readOnly(7, bool8()),
})

export const multicastTableAttributes = attributes({ afSpec: readOnly(IFLA_AF_SPEC, nested(multicastTable)) })

/** A link between which and others a table routes multicast packets. */
export type MulticastVif = Read<typeof vif.map>

/** A table of multicast routes, as a daemon has set it up. */
export interface MulticastTable extends Omit<Read<typeof multicastTable.map>, 'table' | 'vifs'> {
  /** `default` unless the daemon says so (MRT_TABLE). */
  table: RouteTable | number
  /** The links, in the order of their numbers. */
  vifs: MulticastVif[]
}

/** Writes the question for all tables: the kernel takes no filter, and has the question for IPv4 alone. */
export function writeMulticastTableQuestion(w: Writer, type: number, flags: number) {
  w.begin(type, flags, IFINFOMSG_SIZE)
  w.bytes[w.at(w.offset - IFINFOMSG_SIZE)] = ruleFamily.ipmr
  return w.finish()
}

/** Reads a table; undefined for a link, of which a kernel without multicast routing tells instead. */
export function readMulticastTable(r: Reader, { body, end }: Message): MulticastTable | undefined {
  if (end - body < IFINFOMSG_SIZE || r.bytes[body] !== ruleFamily.ipmr) return undefined
  const { afSpec } = multicastTableAttributes.read(r, body + IFINFOMSG_SIZE, end)
  if (afSpec?.table === undefined) return undefined
  const { table, vifs = [], ...rest } = afSpec
  return { table, ...rest, vifs }
}

/** What a dump tells of a table in more than one message, for want of room, put together. */
export function joinMulticastTables(parts: readonly MulticastTable[]): MulticastTable[] {
  const whole: MulticastTable[] = []
  for (const part of parts) {
    const last = whole.at(-1)
    if (last?.table === part.table) last.vifs.push(...part.vifs)
    else whole.push(part)
  }
  return whole
}
