/** Statistics of links beyond the usual counters (linux/if_link.h; RTM_GETSTATS, RTM_SETSTATS, if_stats_msg; ip-stats(8)). */
import {
  type Attribute,
  attribute,
  attributes,
  isPlainObject,
  nested,
  NLA_F_NESTED,
  readOnly,
  repeated,
  writeOnly,
  type Read,
  type WithUnknown,
} from '../wire/attributes.js'
import { bits, bitsOf, bool8, type Codec, namesOf, u32, u64 } from '../wire/codec.js'
import type { Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import { struct } from '../wire/struct.js'
import type { Writer } from '../wire/writer.js'
import { type LinkReference, putLinkReference } from './link-reference.js'
import { type LinkStatistics, statistics64 } from './link-statistics.js'
import type { Vlans } from './bridge-af-spec.js'
import type { vlanStatistics } from './bridge-vlan.js'
import { at, checkOptions } from './option.js'

/** struct if_stats_msg: u8 family │ u8 │ u16 │ u32 ifindex │ u32 filter_mask */
export const IF_STATS_MSG_SIZE = 12

/** An attribute that the kernel sends any number of times. */
const repeatedReadOnly = <In, Out>(type: number, codec: Codec<In, Out>): Attribute<In, Out, 'r', true> => ({
  ...repeated(type, codec),
  access: 'r',
})

const counters = <const Names extends readonly string[]>(...names: Names) =>
  Object.fromEntries(names.map((name) => [name, 'u64'])) as { [K in Names[number]]: 'u64' }

/** BRIDGE_VLAN_INFO_* */
const vlanFlag = { master: 0x1, pvid: 0x2, untagged: 0x4, rangeBegin: 0x8, rangeEnd: 0x10, brentry: 0x20 } as const

/** Counters of one VLAN on a bridge or a port. */
export interface BridgeVlanStatistics
  extends Pick<Vlans, 'vid'>, Required<Omit<Read<typeof vlanStatistics.map>, 'unknownAttributes'>> {
  /** `pvid`, `untagged`: as the port is in it. `master`: counted for the bridge as a whole. `brentry`: the bridge is in it. */
  flags: readonly (keyof typeof vlanFlag | number)[]
}

const vlanCounters = struct('bridge_vlan_xstats', {
  ...counters('rxBytes', 'rxPackets', 'txBytes', 'txPackets'),
  vid: 'u16',
  flags: 'u16',
})
const bridgeVlanStatistics: Codec<never, BridgeVlanStatistics> = {
  wire: vlanCounters.wire,
  expects: 'nothing: the kernel keeps it',
  write(w, value) {
    throw w.invalid(this.expects, value)
  },
  read(r, start, end) {
    if (end - start < 36) return undefined
    const { flags, ...rest } = vlanCounters.read(r, start, end) as Record<keyof BridgeVlanStatistics, number>
    return { ...rest, flags: namesOf(vlanFlag, flags) }
  },
}

/** Of each pair the first is what was received, the second what was sent. */
const bridgeMulticast = struct(
  'br_mcast_stats',
  counters(
    ...(['rxIgmpV1Queries', 'txIgmpV1Queries', 'rxIgmpV2Queries', 'txIgmpV2Queries'] as const),
    ...(['rxIgmpV3Queries', 'txIgmpV3Queries', 'rxIgmpLeaves', 'txIgmpLeaves'] as const),
    ...(['rxIgmpV1Reports', 'txIgmpV1Reports', 'rxIgmpV2Reports', 'txIgmpV2Reports'] as const),
    ...(['rxIgmpV3Reports', 'txIgmpV3Reports', 'igmpParseErrors'] as const),
    ...(['rxMldV1Queries', 'txMldV1Queries', 'rxMldV2Queries', 'txMldV2Queries'] as const),
    ...(['rxMldLeaves', 'txMldLeaves', 'rxMldV1Reports', 'txMldV1Reports'] as const),
    ...(['rxMldV2Reports', 'txMldV2Reports', 'mldParseErrors'] as const),
    ...(['rxMcastBytes', 'txMcastBytes', 'rxMcastPackets', 'txMcastPackets'] as const),
  ),
)

/** BRIDGE_XSTATS_*: of a bridge, or of one of its ports. */
const bridge = attributes(
  {
    /** Counters of each VLAN, where the bridge keeps them (`vlanStatsEnabled`; of a port `vlanStatsPerPort`). */
    vlans: repeatedReadOnly(1, bridgeVlanStatistics),
    /** IGMP and MLD, where the bridge counts them (`mcastStatsEnabled`). */
    mcast: readOnly(2, bridgeMulticast),
    /** Spanning tree, of a port. */
    stp: readOnly(
      4,
      struct('bridge_stp_xstats', counters('transitionBlk', 'transitionFwd', 'rxBpdu', 'txBpdu', 'rxTcn', 'txTcn')),
    ),
  },
  3,
)

/** BOND_3AD_STAT_*: LACP, of a bond in mode 802.3ad or of one of its ports. */
const bond3ad = attributes(
  {
    lacpduRx: readOnly(0, u64()),
    lacpduTx: readOnly(1, u64()),
    lacpduUnknownRx: readOnly(2, u64()),
    lacpduIllegalRx: readOnly(3, u64()),
    markerRx: readOnly(4, u64()),
    markerTx: readOnly(5, u64()),
    markerRespRx: readOnly(6, u64()),
    markerRespTx: readOnly(7, u64()),
    markerUnknownRx: readOnly(8, u64()),
  },
  9,
)
/** BOND_XSTATS_* */
const bond = attributes({ '3ad': readOnly(1, nested(bond3ad)) })

/** LINK_XSTATS_TYPE_*: by the kind of the link, or of its master. */
const extended = attributes({ bridge: readOnly(1, nested(bridge)), bond: readOnly(2, nested(bond)) })

/** IFLA_OFFLOAD_XSTATS_HW_S_INFO_*: of statistics that hardware keeps. */
const hardwareInfo = attributes({
  /** They were asked for. */
  request: readOnly(1, bool8()),
  /** A device keeps them. */
  used: readOnly(2, bool8()),
})

/** struct rtnl_hw_stats64 */
const hardwareStatistics = struct(
  'rtnl_hw_stats64',
  counters(
    ...(['rxPackets', 'txPackets', 'rxBytes', 'txBytes', 'rxErrors', 'txErrors'] as const),
    ...(['rxDropped', 'txDropped', 'multicast'] as const),
  ),
)

/** IFLA_OFFLOAD_XSTATS_* */
const offload = attributes(
  {
    /** What the processor has seen of packets on a link whose hardware forwards others by itself. */
    cpuHit: readOnly(1, statistics64()),
    /** Which statistics hardware keeps. */
    hwStatsInfo: readOnly(2, nested(attributes({ l3Stats: readOnly(3, nested(hardwareInfo)) }))),
    /** What was routed in hardware, since it was asked for. */
    l3Stats: readOnly(3, hardwareStatistics),
  },
  0,
)

/** MPLS_STATS_* */
const mpls = attributes(
  {
    link: readOnly(
      1,
      struct(
        'mpls_link_stats',
        counters(
          ...(['rxPackets', 'txPackets', 'rxBytes', 'txBytes', 'rxErrors', 'txErrors'] as const),
          ...(['rxDropped', 'txDropped', 'rxNoroute'] as const),
        ),
      ),
    ),
  },
  0,
)

/** IFLA_STATS_* */
export const statisticsAttributes = attributes(
  {
    link64: readOnly(1, statistics64()),
    linkXstats: readOnly(2, nested(extended)),
    linkXstatsSlave: readOnly(3, nested(extended)),
    linkOffloadXstats: readOnly(4, nested(offload)),
    afSpec: readOnly(5, nested(attributes({ mpls: readOnly(28, nested(mpls)) }))),
  },
  0,
)

/** What can be asked for, and its bit in the mask (IFLA_STATS_FILTER_BIT). */
const groupBit = { link64: 0x1, linkXstats: 0x2, linkXstatsSlave: 0x4, linkOffloadXstats: 0x8, afSpec: 0x10 } as const
export type StatisticsGroup = keyof typeof groupBit
const ALL_GROUPS = 0x1f

/** The same within `linkOffloadXstats`. */
const offloadBit = { cpuHit: 0x1, hwStatsInfo: 0x2, l3Stats: 0x4 } as const
export type OffloadStatistics = keyof typeof offloadBit

const filterBits = bits(u32(), offloadBit)

/** IFLA_STATS_GETSET_*: of requests. */
export const statisticsRequestAttributes = attributes({
  filters: writeOnly(1, nested(attributes({ linkOffloadXstats: attribute(4, filterBits) }))),
  l3Stats: writeOnly(2, bool8()),
})

/** Which statistics are asked for. */
export interface StatisticsFilter {
  /** What is to be told, as `Statistics` names it. Default: all of it. */
  groups?: readonly StatisticsGroup[] | undefined
  /** Which of `linkOffloadXstats` (kernel 5.18). Default: all of them. */
  offload?: readonly OffloadStatistics[] | undefined
}

/** `3ad` of a bond: LACP. */
export interface BondStatistics {
  /** What LACP has sent and received: LACPDUs, markers and their responses, and those with wrong contents. */
  '3ad'?: Partial<Record<Exclude<keyof typeof bond3ad.map, 'unknownAttributes'>, number>>
}
type Counters<T> = T extends Codec<infer Value, unknown> ? Partial<Value> : never
export interface BridgeStatistics {
  /** Of each VLAN, where the bridge keeps them (`vlanStatsEnabled`; of a port `vlanStatsPerPort`). */
  vlans?: BridgeVlanStatistics[]
  /** IGMP and MLD, where the bridge counts them (`mcastStatsEnabled`). */
  mcast?: Counters<typeof bridgeMulticast>
  /** Spanning tree, of a port: changes of state, BPDUs, topology changes. */
  stp?: Partial<Record<'transitionBlk' | 'transitionFwd' | 'rxBpdu' | 'txBpdu' | 'rxTcn' | 'txTcn', number>>
}

/** Statistics of a link. What was not asked for is absent, and what its kind does not have. */
export interface Statistics extends WithUnknown {
  /** The link. */
  ifindex: number
  /** The usual counters. */
  link64?: LinkStatistics
  /** Of a bridge or a bond. */
  linkXstats?: { bridge?: BridgeStatistics; bond?: BondStatistics }
  /** Of a port of a bridge or a bond. */
  linkXstatsSlave?: { bridge?: BridgeStatistics; bond?: BondStatistics }
  /** Of what hardware forwards by itself. */
  linkOffloadXstats?: {
    /** What the processor has seen. */
    cpuHit?: LinkStatistics
    /** Which hardware statistics were asked for, and whether a device keeps them (kernel 5.18). */
    hwStatsInfo?: { l3Stats?: { request?: boolean; used?: boolean } }
    /** What was routed in hardware since that was asked for (kernel 5.18). */
    l3Stats?: Counters<typeof hardwareStatistics>
  }
  /** MPLS on the link: packets and bytes, errors, what was dropped, and packets to labels without a route (`rxNoroute`). */
  afSpec?: {
    mpls?: {
      link?: Partial<
        Record<
          | 'rxPackets'
          | 'txPackets'
          | 'rxBytes'
          | 'txBytes'
          | 'rxErrors'
          | 'txErrors'
          | 'rxDropped'
          | 'txDropped'
          | 'rxNoroute',
          number
        >
      >
    }
  }
}

/** Writes the request for statistics of one link. */
export function writeStatisticsQuestion(
  w: Writer,
  type: number,
  flags: number,
  link: LinkReference,
  filter: StatisticsFilter,
) {
  const header = writeFilter(w, type, flags, filter)
  at(w, 'link')
  putLinkReference(w, w.at(header) + 4, link)
  return w.finish()
}

/** Writes the request for a dump of the statistics of all links. */
export function writeStatisticsFilter(w: Writer, type: number, flags: number, filter: StatisticsFilter) {
  writeFilter(w, type, flags, filter)
  return w.finish()
}

/** Begins a message that says what is asked for; returns where its header is. */
function writeFilter(w: Writer, type: number, flags: number, filter: StatisticsFilter): number {
  w.begin(type, flags, IF_STATS_MSG_SIZE)
  const header = w.offset - IF_STATS_MSG_SIZE
  checkOptions(w, filter, ['groups', 'offload'])
  const { groups, offload } = filter
  at(w, 'groups')
  const mask = groups === undefined ? ALL_GROUPS : bitsOf(w, groupBit, groups)
  if (mask === 0) throw w.invalid('one group or more', groups)
  w.u32[(w.at(header) + 8) >> 2] = mask
  if (offload !== undefined) {
    at(w, 'offload')
    if ((mask & groupBit.linkOffloadXstats) === 0) {
      throw w.invalid('nothing without the group linkOffloadXstats', offload)
    }
    const nest = w.open(1 | NLA_F_NESTED)
    const token = w.open(4)
    filterBits.write(w, offload)
    w.close(token)
    w.close(nest)
  }
  return header
}

/** What is to be counted of a link. */
export interface StatisticsSettings {
  /** Whether hardware is to count what it routes (kernel 5.18). */
  l3Stats: boolean
}

/** Writes the message that has statistics kept, or not. */
export function writeStatisticsSettings(
  w: Writer,
  type: number,
  flags: number,
  link: LinkReference,
  settings: StatisticsSettings,
) {
  w.begin(type, flags, IF_STATS_MSG_SIZE)
  const header = w.offset - IF_STATS_MSG_SIZE
  checkOptions(w, settings, ['l3Stats'])
  at(w, 'link')
  putLinkReference(w, w.at(header) + 4, link)
  at(w, 'l3Stats')
  if (settings.l3Stats === undefined) throw w.invalid('true or false', undefined)
  w.depth = 0
  statisticsRequestAttributes.writeOne(w, 'l3Stats', settings.l3Stats, ['l3Stats'])
  return w.finish()
}

/** Reads statistics of a link. */
export function readStatistics(r: Reader, { body, end }: Message): Statistics | undefined {
  if (end - body < IF_STATS_MSG_SIZE) return undefined
  const statistics: Statistics = { ifindex: r.getU32(body + 4) }
  return statisticsAttributes.read(r, body + IF_STATS_MSG_SIZE, end, statistics)
}

/** What a dump tells of a link in more than one message, for want of room, put together. */
export function joinStatistics(parts: readonly Statistics[]): Statistics[] {
  const whole: Statistics[] = []
  for (const part of parts) {
    const last = whole.at(-1)
    if (last?.ifindex === part.ifindex) join(last, part)
    else whole.push(part)
  }
  return whole
}

function join(into: object, more: object): void {
  for (const [name, value] of Object.entries(more) as [string, unknown][]) {
    const there: unknown = into[name as never]
    if (Array.isArray(there) && Array.isArray(value)) there.push(...(value as unknown[]))
    else if (isPlainObject(there) && isPlainObject(value)) join(there, value)
    else Object.assign(into, { [name]: value })
  }
}
