/**
 * VLANs of bridges and their ports (linux/if_bridge.h): who is in which by RTM_SETLINK and RTM_DELLINK of AF_BRIDGE, all
 * else by messages for VLANs alone (RTM_NEWVLAN, br_vlan_msg).
 */
import {
  attribute,
  attributes,
  type Given,
  nested,
  NLA_F_NESTED,
  type Read,
  readOnly,
  repeated,
  type UnknownAttribute,
} from '../wire/attributes.js'
import { bool8, namesOf, oneOf, u16, u32, u64, u8 } from '../wire/codec.js'
import { unknownOption } from '../wire/invalid.js'
import type { Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'
import { bridgeFlag, type BridgeLinkVlan, bridgeVlanInfo, vlanFlag, type Vlans } from './bridge-af-spec.js'
import { bridgePortState } from './bridge-port.js'
import { eachGiven, integer, rangeEnd, required, truth } from './given.js'
import { IFINFOMSG_SIZE, IFLA_AF_SPEC } from './link-attributes.js'
import { multicastRouter, querierState } from './link-kinds/bridge.js'
import { type LinkReference, putLinkReference } from './link-reference.js'
import { type MulticastRouterPort, nestedRouterPorts } from './multicast-router-port.js'
import { AF_BRIDGE, RTM_DELLINK, RTM_DELVLAN, RTM_SETLINK } from './rtnetlink.js'

/** struct br_vlan_msg: u8 family │ u8 │ u16 │ u32 ifindex */
export const BR_VLAN_MSG_SIZE = 8

const LAST_VID = 4094

const ENTRY = 1
const GLOBAL_OPTIONS = 2
const ENTRY_INFO = 1
const ENTRY_RANGE = 2
const ENTRY_TUNNEL_INFO = 4

/** BRIDGE_VLANDB_TINFO_*. */
const tunnelInfo = attributes({
  /** The tunnel’s: 0 to 16777215. */
  id: attribute(1, u32({ max: 0xffffff })),
  /** RTM_SETLINK to map the VLAN, RTM_DELLINK to map it no more. */
  cmd: attribute(2, u32()),
})

/** BRIDGE_VLANDB_STATS_*: what came and went, in bytes and packets. */
export const vlanStatistics = attributes(
  {
    /** Bytes that came in. */
    rxBytes: readOnly(1, u64()),
    /** Packets that came in. */
    rxPackets: readOnly(2, u64()),
    /** Bytes that went out. */
    txBytes: readOnly(3, u64()),
    /** Packets that went out. */
    txPackets: readOnly(4, u64()),
  },
  5,
)

/** BRIDGE_VLANDB_ENTRY_* that can be set. */
const entryOptions = {
  /** Of the spanning tree: what the VLAN does with packets on this port. */
  state: attribute(3, oneOf(u8(), bridgePortState)),
  /** Whether and when multicast of the VLAN is sent to routers behind the port. Needs `mcastVlanSnooping` of the bridge. */
  mcastRouter: attribute(6, oneOf(u8(), multicastRouter)),
  /** Multicast groups of the VLAN on the port at most, 0: any number (6.3). Needs `mcastVlanSnooping` of the bridge. */
  mcastMaxGroups: attribute(8, u32()),
  /** ARP and NDP requests are answered or dropped instead of flooded (6.4). Needs `neighVlanSuppress` of the port. */
  neighSuppress: attribute(9, bool8()),
  /** Unasked ARP and NDP are forwarded whatever `neighSuppress` says (later than 6.18). Needs `neighVlanSuppress` of the port. */
  neighForwardGrat: attribute(10, bool8()),
}

/** BRIDGE_VLANDB_ENTRY_*. */
export const vlanEntry = attributes({
  info: attribute(ENTRY_INFO, bridgeVlanInfo),
  range: attribute(ENTRY_RANGE, u16({ max: LAST_VID })),
  tunnelInfo: attribute(ENTRY_TUNNEL_INFO, nested(tunnelInfo)),
  /** What came and went, where the bridge counts it (`vlanStatsEnabled`, of a port `vlanStatsPerPort`). Asked for. */
  statistics: readOnly(5, nested(vlanStatistics)),
  /** Multicast groups there are. */
  mcastNGroups: readOnly(7, u32()),
  ...entryOptions,
})
type Entry = Read<typeof vlanEntry.map>

/** BRIDGE_VLANDB_GOPTS_* that can be set: what the bridge does with a VLAN, on whatever port. Times are in 1/100 s. */
const globalOptions = {
  /** IGMP and MLD are listened to, and multicast sent where it is wanted. */
  mcastSnooping: attribute(3, bool8()),
  /** The version of IGMP of the queries that are sent. */
  mcastIgmpVersion: attribute(4, u8({ min: 2, max: 3 })),
  /** The version of MLD of the queries that are sent. */
  mcastMldVersion: attribute(5, u8({ min: 1, max: 2 })),
  /** Queries after the last member of a group left. */
  mcastLastMemberCount: attribute(6, u32()),
  /** Queries at the beginning. */
  mcastStartupQueryCount: attribute(7, u32()),
  /** Between queries after the last member left: 1/100 s. */
  mcastLastMemberInterval: attribute(8, u64()),
  /** When a member that says nothing is forgotten: 1/100 s. */
  mcastMembershipInterval: attribute(10, u64()),
  /** When another querier that says nothing is gone: 1/100 s. */
  mcastQuerierInterval: attribute(11, u64()),
  /** Between queries: 1/100 s. */
  mcastQueryInterval: attribute(12, u64()),
  /** Within which members answer: 1/100 s. */
  mcastQueryResponseInterval: attribute(13, u64()),
  /** Between queries at the beginning: 1/100 s. */
  mcastStartupQueryInterval: attribute(14, u64()),
  /** The bridge sends queries. */
  mcastQuerier: attribute(15, bool8()),
  /** The spanning tree that the VLAN belongs to, 0 to 4094 (5.18). Needs `mstEnable` of the bridge. */
  msti: attribute(18, u16({ max: LAST_VID })),
}

/** BRIDGE_VLANDB_GOPTS_*. */
export const vlanGlobalOptions = attributes(
  {
    id: attribute(1, u16({ max: LAST_VID })),
    range: attribute(2, u16({ max: LAST_VID })),
    mcastRouterPorts: readOnly(16, nested(nestedRouterPorts)),
    /** Which queriers of multicast there are in the VLAN. */
    mcastQuerierState: readOnly(17, nested(querierState)),
    ...globalOptions,
  },
  9,
)
type GlobalOptions = Read<typeof vlanGlobalOptions.map>

/** BRIDGE_VLANDB_*. */
export const vlanAttributes = attributes({
  entry: repeated(ENTRY, nested(vlanEntry)),
  globalOptions: repeated(GLOBAL_OPTIONS, nested(vlanGlobalOptions)),
})

/** BRIDGE_VLANDB_DUMPF_*. */
const dumpFlag = { stats: 1, global: 2 } as const

/** BRIDGE_VLANDB_DUMP_*. */
export const vlanDumpAttributes = attributes({ flags: attribute(1, u32()) })

// --- Types ----------------------------------------------------------------------------------------------------------

/** VLANs of a link. */
interface VlanRange {
  /** A port of a bridge, or a bridge. */
  link: LinkReference
  /** The VLAN, 1 to 4094. */
  vid: number
  /** The last of a range of VLANs that begins with `vid`. */
  vidEnd?: number | undefined
}

/** VLANs of a link that are to be deleted. */
export interface VlanKey extends VlanRange {
  /** Of the link itself, as of a bridge (BRIDGE_FLAGS_SELF). */
  self?: boolean | undefined
  /** Of the bridge that the link is a port of, which is so where nothing is said (BRIDGE_FLAGS_MASTER). */
  master?: boolean | undefined
}

/** What a VLAN does on a port, beside being there. */
export interface VlanOptions extends Given<typeof entryOptions> {
  /** The tunnel that the VLAN is mapped to, 0 to 16777215; of a range the first. `null`: to none. */
  tunnelId?: number | null | undefined
}

/** VLANs that a link is to be in. */
export interface VlanSpec extends VlanKey, VlanOptions {
  /** Untagged packets that come in belong to this VLAN. Not of a range. */
  pvid?: boolean | undefined
  /** Packets leave without their tag. */
  untagged?: boolean | undefined
}

/** Options of VLANs that a link is in. */
export interface VlanChanges extends VlanRange, VlanOptions {}

/** VLANs of a port and the tunnels that they are mapped to. */
export interface VlanTunnelSpec extends VlanKey {
  /** Of the tunnel: 0 to 16777215. Of a range of VLANs the first; each further VLAN has the next. */
  tunnelId: number
}

/** Options that the bridge has of VLANs. */
export interface VlanGlobalChanges extends VlanRange, Given<typeof globalOptions> {}

/** Which VLANs to list. The kernel does the filtering. */
export interface VlanFilter {
  /** Those of one bridge or one port. */
  link?: LinkReference | undefined
}

/** VLANs that a link is in: one, or several one after the other that are alike. */
export interface BridgeVlan extends Omit<Entry, 'info' | 'range' | 'tunnelInfo'>, BridgeLinkVlan {
  /** The bridge or the port that is in them. */
  ifindex: number
  /** The tunnel that the (first) VLAN is mapped to. */
  tunnelId?: number
}

/** What a bridge does with VLANs: one, or several one after the other that are alike. Times are in 1/100 s. */
export interface BridgeVlanGlobal extends Omit<GlobalOptions, 'id' | 'range' | 'mcastRouterPorts'>, Vlans {
  /** The bridge. */
  ifindex: number
  /** Ports behind which there are multicast routers of the VLAN. */
  mcastRouterPorts?: MulticastRouterPort[]
  unknownAttributes?: UnknownAttribute[]
}

// --- Writing --------------------------------------------------------------------------------------------------------

const NEEDED = { link: 'a link', vid: `a VLAN, an integer from 1 to ${LAST_VID}` }
const optionNames = [...Object.keys(entryOptions), 'tunnelId']
const keyNames = ['link', 'vid', 'vidEnd', 'self', 'master']
const specNames = [...keyNames, 'pvid', 'untagged', ...optionNames]
const globalNames = ['link', 'vid', 'vidEnd', ...Object.keys(globalOptions)]

/** Whether it says more of a VLAN than that a link is in it: then it takes a message of its own. */
export const hasVlanOptions = (spec: VlanSpec): boolean =>
  optionNames.some((name) => spec[name as keyof VlanSpec] !== undefined)

/** What stands in a VLAN’s message under names of its own. */
interface Parts {
  vid: number
  vidEnd: number | undefined
  /** BRIDGE_VLAN_INFO_* */
  info: number
  /** BRIDGE_FLAGS_* */
  whom: number
  tunnelId: number | null | undefined
}

/** Takes a spec apart, of which the names in `known` are understood; the link goes into the header, `other` gets the rest. */
function takeApart(
  w: Writer,
  header: number,
  spec: VlanSpec | VlanTunnelSpec,
  needed: Readonly<Record<string, string>>,
  known: readonly string[],
  other?: (name: string, value: unknown) => void,
): Parts {
  required(w, spec, needed)
  const parts: Parts = { vid: 0, vidEnd: undefined, info: 0, whom: 0, tunnelId: undefined }
  eachGiven(w, spec, (name, value) => {
    if (!known.includes(name)) throw unknownOption(name, known)
    if (name === 'link') putLinkReference(w, w.at(header) + 4, value as LinkReference)
    else if (name === 'vid') parts.vid = integer(w, value, 1, LAST_VID)
    else if (name === 'vidEnd') parts.vidEnd = rangeEnd(w, value, spec.vid, 'vid', LAST_VID)
    else if (name === 'self' || name === 'master') parts.whom |= truth(w, value) ? bridgeFlag[name] : 0
    else if (name === 'pvid' || name === 'untagged') parts.info |= truth(w, value) ? vlanFlag[name] : 0
    else if (name === 'tunnelId') parts.tunnelId = value === null ? null : integer(w, value, 0, 0xffffff)
    else other!(name, value)
  })
  if (parts.vidEnd !== undefined && (parts.info & vlanFlag.pvid) !== 0) {
    w.trail[0] = 'pvid'
    w.depth = 1
    throw w.invalid('false, or no range: untagged packets belong to one VLAN', true, 'range')
  }
  return parts
}

/** Begins RTM_SETLINK or RTM_DELLINK of a bridge. */
function beginLink(w: Writer, type: number): number {
  w.begin(type, 0, IFINFOMSG_SIZE)
  const header = w.offset - IFINFOMSG_SIZE
  w.bytes[w.at(header)] = AF_BRIDGE
  return header
}

function putFlags(w: Writer, whom: number): void {
  if (whom === 0) return
  const token = w.open(0)
  w.putU16(whom)
  w.close(token)
}

/** Writes the message that puts a link into VLANs, or takes it out. */
export function writeVlan(w: Writer, type: typeof RTM_SETLINK | typeof RTM_DELLINK, spec: VlanSpec) {
  const header = beginLink(w, type)
  const known = type === RTM_SETLINK ? specNames : keyNames
  const { vid, vidEnd, info, whom } = takeApart(w, header, spec, NEEDED, known)
  const afSpec = w.open(IFLA_AF_SPEC | NLA_F_NESTED)
  putFlags(w, whom)
  const put = (id: number, flags: number) => {
    const token = w.open(2)
    w.putU16(flags)
    w.putU16(id)
    w.close(token)
  }
  if (vidEnd === undefined) put(vid, info)
  else {
    put(vid, info | vlanFlag.rangeBegin)
    put(vidEnd, info | vlanFlag.rangeEnd)
  }
  w.close(afSpec)
  return w.finish()
}

/** Writes the message that maps VLANs to tunnels, or no more. */
export function writeVlanTunnel(w: Writer, type: typeof RTM_SETLINK | typeof RTM_DELLINK, spec: VlanTunnelSpec) {
  const header = beginLink(w, type)
  const { vid, vidEnd, whom, tunnelId } = takeApart(
    w,
    header,
    spec,
    { ...NEEDED, tunnelId: 'the id of a tunnel, an integer from 0 to 16777215' },
    [...keyNames, 'tunnelId'],
  )
  w.trail[0] = 'tunnelId'
  w.depth = 1
  if (tunnelId === null) throw w.invalid('an integer from 0 to 16777215', null)
  const afSpec = w.open(IFLA_AF_SPEC | NLA_F_NESTED)
  putFlags(w, whom)
  const put = (id: number, tunnel: number, flags: number) => {
    const nest = w.open(3 | NLA_F_NESTED)
    let token = w.open(1)
    w.putU32(tunnel)
    w.close(token)
    token = w.open(2)
    w.putU16(id)
    w.close(token)
    token = w.open(3)
    w.putU16(flags)
    w.close(token)
    w.close(nest)
  }
  if (vidEnd === undefined) put(vid, tunnelId!, 0)
  else {
    put(vid, tunnelId!, vlanFlag.rangeBegin)
    put(vidEnd, integer(w, tunnelId! + vidEnd - vid, 0, 0xffffff), vlanFlag.rangeEnd)
  }
  w.close(afSpec)
  return w.finish()
}

function beginVlan(w: Writer, type: number, flags: number): number {
  w.begin(type, flags, BR_VLAN_MSG_SIZE)
  const header = w.offset - BR_VLAN_MSG_SIZE
  w.bytes[w.at(header)] = AF_BRIDGE
  return header
}

/** Writes RTM_NEWVLAN or RTM_DELVLAN; with `onlyOptions` the VLANs have to be there. */
export function writeVlanEntry(w: Writer, type: number, spec: VlanSpec, onlyOptions: boolean) {
  const header = beginVlan(w, type, 0)
  const rangeNames = ['link', 'vid', 'vidEnd']
  const known = type === RTM_DELVLAN ? rangeNames : onlyOptions ? [...rangeNames, ...optionNames] : specNames
  const entry = w.open(ENTRY | NLA_F_NESTED)
  // What the first attribute holds is known when all has been looked at.
  const info = w.open(ENTRY_INFO)
  const at = w.offset
  w.putU32(0)
  w.close(info)
  const parts = takeApart(w, header, spec, NEEDED, known, (name, value) => {
    w.depth = 0
    vlanEntry.writeOne(w, name, value, known)
  })
  if (parts.whom !== 0) {
    const name = (parts.whom & bridgeFlag.self) !== 0 ? 'self' : 'master'
    w.trail[0] = name
    w.depth = 1
    throw w.invalid('nothing together with options: the link is the one that has them', true)
  }
  if (onlyOptions && !hasVlanOptions(spec)) throw w.invalid(`one of ${optionNames.join(', ')} in it`, spec)
  w.u16[w.at(at) >> 1] = parts.info | (onlyOptions ? vlanFlag.onlyOpts : 0)
  w.u16[(w.at(at) >> 1) + 1] = parts.vid
  if (parts.vidEnd !== undefined) {
    const token = w.open(ENTRY_RANGE)
    w.putU16(parts.vidEnd)
    w.close(token)
  }
  if (parts.tunnelId !== undefined) {
    const nest = w.open(ENTRY_TUNNEL_INFO | NLA_F_NESTED)
    tunnelInfo.write(w, parts.tunnelId === null ? { cmd: RTM_DELLINK } : { id: parts.tunnelId, cmd: RTM_SETLINK })
    w.close(nest)
  }
  w.close(entry)
  return w.finish()
}

/** Writes what a bridge is to do with VLANs. */
export function writeVlanGlobal(w: Writer, type: number, spec: VlanGlobalChanges) {
  const header = beginVlan(w, type, 0)
  required(w, spec, NEEDED)
  const nest = w.open(GLOBAL_OPTIONS | NLA_F_NESTED)
  let given = 0
  eachGiven(w, spec, (name, value) => {
    if (name === 'link') putLinkReference(w, w.at(header) + 4, value as LinkReference)
    else if (name === 'vid' || name === 'vidEnd') {
      const token = w.open(name === 'vid' ? 1 : 2)
      w.putU16(name === 'vid' ? integer(w, value, 1, LAST_VID) : rangeEnd(w, value, spec.vid, 'vid', LAST_VID))
      w.close(token)
    } else {
      if (!Object.hasOwn(globalOptions, name)) throw unknownOption(name, globalNames)
      w.depth = 0
      vlanGlobalOptions.writeOne(w, name, value, globalNames)
      given++
    }
  })
  if (given === 0) throw w.invalid(`one of ${Object.keys(globalOptions).join(', ')} in it`, spec)
  w.close(nest)
  return w.finish()
}

/** Writes the question for the VLANs of all links or of one: of which kind, says `flags`. */
export function writeVlanQuestion(
  w: Writer,
  type: number,
  flags: number,
  filter: VlanFilter & { statistics?: boolean | undefined },
  global: boolean,
) {
  const header = beginVlan(w, type, flags)
  required(w, filter, {})
  const known = global ? ['link'] : ['link', 'statistics']
  let wanted: number = global ? dumpFlag.global : 0
  eachGiven(w, filter, (name, value) => {
    if (!known.includes(name)) throw unknownOption(name, known)
    if (name === 'link') putLinkReference(w, w.at(header) + 4, value as LinkReference)
    else if (truth(w, value)) wanted |= dumpFlag.stats
  })
  if (wanted !== 0) vlanDumpAttributes.write(w, { flags: wanted })
  return w.finish()
}

// --- Reading --------------------------------------------------------------------------------------------------------

const { rangeBegin, rangeEnd: rangeEndFlag, onlyOpts, ...entryFlag } = vlanFlag
const NOT_OF_ENTRIES = rangeBegin | rangeEndFlag | onlyOpts

/** Reads the VLANs of RTM_NEWVLAN and RTM_DELVLAN: a message may have many. */
export function readVlans(r: Reader, { body, end }: Message): BridgeVlan[] {
  if (end - body < BR_VLAN_MSG_SIZE) return []
  const ifindex = r.getU32(body + 4)
  const { entry = [] } = vlanAttributes.read(r, body + BR_VLAN_MSG_SIZE, end)
  return entry.flatMap(({ info, range, tunnelInfo, ...rest }) => {
    if (info?.vid === undefined || info.flags === undefined) return []
    const { flags } = info
    const vlan: BridgeVlan = {
      ifindex,
      vid: info.vid,
      pvid: (flags & vlanFlag.pvid) !== 0,
      untagged: (flags & vlanFlag.untagged) !== 0,
      flags: namesOf(entryFlag, flags & ~NOT_OF_ENTRIES),
      ...rest,
    }
    if (range !== undefined) vlan.vidEnd = range
    if (tunnelInfo?.id !== undefined) vlan.tunnelId = tunnelInfo.id
    return vlan
  })
}

/** Reads what a bridge does with VLANs. */
export function readVlanGlobals(r: Reader, { body, end }: Message): BridgeVlanGlobal[] {
  if (end - body < BR_VLAN_MSG_SIZE) return []
  const ifindex = r.getU32(body + 4)
  const { globalOptions = [] } = vlanAttributes.read(r, body + BR_VLAN_MSG_SIZE, end)
  return globalOptions.flatMap(({ id, range, mcastRouterPorts, ...rest }) => {
    if (id === undefined) return []
    const vlan: BridgeVlanGlobal = { ifindex, vid: id, ...rest }
    // The kernel gives one VLAN as a range that ends where it begins.
    if (range !== undefined && range !== id) vlan.vidEnd = range
    const ports = mcastRouterPorts?.router?.port
    if (ports !== undefined) vlan.mcastRouterPorts = ports
    return vlan
  })
}
