/** What a bridge says of itself and its ports in IFLA_AF_SPEC of AF_BRIDGE (IFLA_BRIDGE_*, linux/if_bridge.h). */
import { attribute, attributes, nested, repeated } from '../wire/attributes.js'
import { bits, oneOf, u16, u32, u8 } from '../wire/codec.js'
import { listOf } from '../wire/list.js'
import { struct } from '../wire/struct.js'
import { bridgeCfm } from './bridge-cfm.js'
import { bridgeMrp } from './bridge-mrp.js'
import { bridgePortState } from './bridge-port.js'

/** BRIDGE_VLAN_INFO_*: how the link is in the VLAN. */
export const vlanFlag = {
  /** Of the bridge as well. */
  master: 1 << 0,
  /** Untagged packets that come in belong to this VLAN. */
  pvid: 1 << 1,
  /** Packets leave without their tag. */
  untagged: 1 << 2,
  rangeBegin: 1 << 3,
  rangeEnd: 1 << 4,
  /** Of the bridge itself, not only of ports. */
  brentry: 1 << 5,
  /** In a request: options are changed, and nothing else. */
  onlyOpts: 1 << 6,
} as const
export type VlanFlag = Exclude<keyof typeof vlanFlag, 'rangeBegin' | 'rangeEnd' | 'onlyOpts'>

/** One VLAN, or several one after the other that are alike. */
export interface Vlans {
  /** The VLAN, 1 to 4094; of a range the first. */
  vid: number
  /** The last of the range; absent where it is one VLAN. */
  vidEnd?: number
}

/** VLANs that a link is in. */
export interface BridgeLinkVlan extends Vlans {
  /** Untagged packets that come in belong to this VLAN. */
  pvid: boolean
  /** Packets leave without their tag. */
  untagged: boolean
  flags: readonly (VlanFlag | number)[]
}

/** BRIDGE_FLAGS_*: whom a request is for. */
export const bridgeFlag = { master: 1, self: 2 } as const

/** BRIDGE_MODE_*: how a NIC switches between its virtual functions; `vepa` has the switch outside do it. */
export const bridgeMode = { veb: 0, vepa: 1, undef: 0xffff } as const

/** struct bridge_vlan_info: u16 flags │ u16 vid */
export const bridgeVlanInfo = struct('bridge_vlan_info', { flags: 'u16', vid: 'u16' })

/** IFLA_BRIDGE_VLAN_TUNNEL_*. */
const vlanTunnelInfo = attributes({
  /** The tunnel’s: 0 to 16777215. */
  id: attribute(1, u32({ max: 0xffffff })),
  vid: attribute(2, u16()),
  /** Where a range of VLANs begins and ends: BRIDGE_VLAN_INFO_*. */
  flags: attribute(3, bits(u16(), vlanFlag)),
})

/** IFLA_BRIDGE_MST_ENTRY_* */
const mstEntry = attributes({
  /** The spanning tree: 0 to 4094. */
  msti: attribute(1, u16({ max: 4094 })),
  /** What the port does with packets of the tree’s VLANs. */
  state: attribute(2, oneOf(u8(), bridgePortState)),
})

export const bridgeAfSpec = attributes({
  /** Whom it is for: the bridge that the link is a port of (`master`), the device itself (`self`). */
  flags: attribute(0, bits(u16(), bridgeFlag)),
  /** How the hardware switches. */
  mode: attribute(1, oneOf(u16(), bridgeMode)),
  /** The VLANs. */
  vlanInfo: repeated(2, bridgeVlanInfo),
  /** The tunnels that VLANs are mapped to. */
  vlanTunnelInfo: repeated(3, nested(vlanTunnelInfo)),
  /** The Media Redundancy Protocol. */
  mrp: attribute(4, nested(bridgeMrp)),
  /** Connectivity Fault Management. */
  cfm: attribute(5, nested(bridgeCfm)),
  /** The port’s state in each spanning tree. */
  mst: attribute(6, listOf(1, nested(mstEntry))),
})
