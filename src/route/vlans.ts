/**
 * VLANs of bridges and their ports (bridge(8), vlan; RTM_SETLINK and RTM_DELLINK of AF_BRIDGE, RTM_NEWVLAN,
 * RTM_DELVLAN, RTM_GETVLAN).
 */
import { bridgeLinkAttributes } from '../schema/bridge-link.js'
import {
  BR_VLAN_MSG_SIZE,
  type BridgeVlan,
  type BridgeVlanGlobal,
  hasVlanOptions,
  readVlanGlobals,
  readVlans,
  vlanAttributes,
  type VlanChanges,
  vlanDumpAttributes,
  type VlanFilter,
  type VlanGlobalChanges,
  type VlanKey,
  type VlanSpec,
  type VlanTunnelSpec,
  writeVlan,
  writeVlanEntry,
  writeVlanGlobal,
  writeVlanQuestion,
  writeVlanTunnel,
} from '../schema/bridge-vlan.js'
import { describeLink, type LinkReference } from '../schema/link-reference.js'
import { IFINFOMSG_SIZE } from '../schema/link-attributes.js'
import { RTM_DELLINK, RTM_DELVLAN, RTM_GETVLAN, RTM_NEWVLAN, RTM_SETLINK } from '../schema/rtnetlink.js'
import { type Operation, Request } from '../socket/request.js'
import { NLM_F_DUMP } from '../wire/message.js'
import { writer } from '../wire/writer.js'
import { Facet } from './facet.js'

export type {
  BridgeVlan,
  BridgeVlanGlobal,
  VlanChanges,
  VlanFilter,
  VlanGlobalChanges,
  VlanKey,
  VlanOptions,
  VlanSpec,
  VlanTunnelSpec,
} from '../schema/bridge-vlan.js'

const EOPNOTSUPP = 95

interface Range {
  link: LinkReference
  vid: number
  vidEnd?: number | undefined
}

const rangeOf = ({ vid, vidEnd }: Range) => (vidEnd === undefined ? `VLAN ${vid}` : `VLANs ${vid} to ${vidEnd}`)

/** Without VLANs the kernel has none of the messages, and says so in no other way. */
const advise = (_: unknown, errno: number): string | undefined =>
  errno === EOPNOTSUPP
    ? 'The kernel has no VLANs of bridges (CONFIG_BRIDGE_VLAN_FILTERING), or is older than 5.6, which brought messages for VLANs alone'
    : undefined

const operation = <Spec extends Range>(message: string, words: (spec: Spec) => string): Operation<Spec, void> => ({
  message,
  describe: words,
  advise,
  table: message.endsWith('LINK') ? bridgeLinkAttributes : vlanAttributes,
  headerSize: message.endsWith('LINK') ? IFINFOMSG_SIZE : BR_VLAN_MSG_SIZE,
  answer: 'none',
})
const adding = (spec: VlanSpec) => `add ${rangeOf(spec)} to link ${describeLink(spec.link)}`
const deleting = (spec: VlanKey) => `delete ${rangeOf(spec)} from link ${describeLink(spec.link)}`
const ADD = operation('RTM_SETLINK', adding)
const ADD_ENTRY = operation('RTM_NEWVLAN', adding)
const DELETE = operation('RTM_DELLINK', deleting)
const DELETE_ENTRY = operation('RTM_DELVLAN', deleting)
const SET = operation<VlanChanges>(
  'RTM_NEWVLAN',
  (spec) => `set options of ${rangeOf(spec)} on link ${describeLink(spec.link)}`,
)
const SET_GLOBAL = operation<VlanGlobalChanges>(
  'RTM_NEWVLAN',
  (spec) => `set options of ${rangeOf(spec)} on bridge ${describeLink(spec.link)}`,
)
const mapping = (spec: VlanTunnelSpec) =>
  `${rangeOf(spec)} of link ${describeLink(spec.link)} to tunnel ${spec.tunnelId}`
const ADD_TUNNEL = operation<VlanTunnelSpec>('RTM_SETLINK', (spec) => `map ${mapping(spec)}`)
const DELETE_TUNNEL = operation<VlanTunnelSpec>('RTM_DELLINK', (spec) => `undo the mapping of ${mapping(spec)}`)

const listOperation = <Row>(
  what: string,
  readEach: Operation<VlanFilter, Row[]>['readEach'] & object,
): Operation<VlanFilter, Row[]> => ({
  message: 'RTM_GETVLAN',
  describe: ({ link }) => (link === undefined ? `list ${what}` : `list ${what} of link ${describeLink(link)}`),
  advise,
  table: vlanDumpAttributes,
  headerSize: BR_VLAN_MSG_SIZE,
  answer: 'dump',
  readEach,
})
const LIST = listOperation('VLANs', readVlans)
const LIST_GLOBAL = listOperation('options of VLANs', readVlanGlobals)

/** Which VLANs to list, and whether with what they count. */
export interface VlanListFilter extends VlanFilter {
  /** What came and went too: each VLAN is then told by itself, never in a range. Needs `vlanStatsEnabled` of the bridge. */
  statistics?: boolean | undefined
}

/**
 * Puts a link into a VLAN or a range of them, or changes `pvid` and `untagged` of one that it is in. With options the
 * message is RTM_NEWVLAN (5.6), which has them done in one; without, RTM_SETLINK.
 */
export const vlanAdd = (spec: VlanSpec): Request<void> =>
  typeof spec === 'object' && spec !== null && hasVlanOptions(spec)
    ? new Request(ADD_ENTRY, writeVlanEntry(writer, RTM_NEWVLAN, spec, false), spec)
    : new Request(ADD, writeVlan(writer, RTM_SETLINK, spec), spec)
/** Takes a link out of VLANs. That it is in none of them is no failure to the kernel. */
export const vlanDelete = (key: VlanKey): Request<void> => new Request(DELETE, writeVlan(writer, RTM_DELLINK, key), key)
/** The same by RTM_DELVLAN (5.6), which is for the link that is named alone: neither `self` nor `master`. */
export const vlanEntryDelete = (key: Omit<VlanKey, 'self' | 'master'>): Request<void> =>
  new Request(DELETE_ENTRY, writeVlanEntry(writer, RTM_DELVLAN, key, false), key)
/** Sets options of VLANs that a link is in (5.6); ENOENT where it is not in them all. */
export const vlanSet = (changes: VlanChanges): Request<void> =>
  new Request(SET, writeVlanEntry(writer, RTM_NEWVLAN, changes, true), changes)
/** Maps VLANs of a port to tunnels, which takes `vlanTunnel` of the port and an external vxlan. */
export const vlanTunnelAdd = (spec: VlanTunnelSpec): Request<void> =>
  new Request(ADD_TUNNEL, writeVlanTunnel(writer, RTM_SETLINK, spec), spec)
/** Maps VLANs of a port to no tunnels. */
export const vlanTunnelDelete = (spec: VlanTunnelSpec): Request<void> =>
  new Request(DELETE_TUNNEL, writeVlanTunnel(writer, RTM_DELLINK, spec), spec)
/** Sets what a bridge does with VLANs (5.15); ENOENT where the bridge itself is not in them. */
export const vlanGlobalSet = (changes: VlanGlobalChanges): Request<void> =>
  new Request(SET_GLOBAL, writeVlanGlobal(writer, RTM_NEWVLAN, changes), changes)
/** Lists the VLANs of bridges and ports with their options (5.6). */
export const vlanList = (filter: VlanListFilter = {}): Request<BridgeVlan[]> =>
  new Request(LIST, writeVlanQuestion(writer, RTM_GETVLAN, NLM_F_DUMP, filter, false), filter)
/** Lists what bridges do with VLANs (5.15). */
export const vlanGlobalList = (filter: VlanFilter = {}): Request<BridgeVlanGlobal[]> =>
  new Request(LIST_GLOBAL, writeVlanQuestion(writer, RTM_GETVLAN, NLM_F_DUMP, filter, true), filter)

/** VLANs of bridges and their ports. The bridge tells them apart with `bridge: { vlanFiltering: true }`. */
export class Vlans extends Facet {
  /**
   * Puts a port, or with `self` a bridge, into a VLAN or a range of them; of one that it is in `pvid` and `untagged`
   * become what is said here.
   *
   *     await rt.vlans.add({ link: 'veth0', vid: 10, pvid: true, untagged: true })
   *     await rt.vlans.add({ link: 'veth1', vid: 100, vidEnd: 199 })
   *     await rt.vlans.add({ link: 'br0', vid: 10, self: true })
   *
   * @throws {NetlinkError} EOPNOTSUPP of a link that is neither, and where the kernel has no VLANs of bridges.
   */
  add(spec: VlanSpec): Promise<void> {
    return this.run(vlanAdd, spec)
  }

  /** Takes a link out of VLANs. That it is in none of them is no failure to the kernel. */
  delete(key: VlanKey): Promise<void> {
    return this.run(vlanDelete, key)
  }

  /** Sets options of VLANs that a link is in (kernel 5.6). @throws {NetlinkError} ENOENT where it is not in them all. */
  set(changes: VlanChanges): Promise<void> {
    return this.run(vlanSet, changes)
  }

  /**
   * Maps VLANs of a port to tunnels, one each: what is in a VLAN leaves with the tunnel’s id, as an external vxlan
   * wants it.
   * @throws {NetlinkError} EINVAL where the port has no `vlanTunnel`; it has to be in the VLANs.
   */
  addTunnel(spec: VlanTunnelSpec): Promise<void> {
    return this.run(vlanTunnelAdd, spec)
  }

  /** Maps VLANs of a port to no tunnels. */
  deleteTunnel(spec: VlanTunnelSpec): Promise<void> {
    return this.run(vlanTunnelDelete, spec)
  }

  /** The VLANs of all bridges and ports, or of one (kernel 5.6). Those that are alike come as a range. */
  list(filter?: VlanListFilter): Promise<BridgeVlan[]> {
    return this.run(vlanList, filter)
  }

  /**
   * Sets what a bridge does with VLANs, on all its ports (kernel 5.15).
   * @throws {NetlinkError} ENOENT where the bridge itself is not in them.
   */
  setGlobal(changes: VlanGlobalChanges): Promise<void> {
    return this.run(vlanGlobalSet, changes)
  }

  /** What bridges do with VLANs (kernel 5.15). */
  listGlobal(filter?: VlanFilter): Promise<BridgeVlanGlobal[]> {
    return this.run(vlanGlobalList, filter)
  }
}
