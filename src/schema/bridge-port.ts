/** What a bridge adds to a link that is one of its ports (IFLA_BRPORT_*, linux/if_link.h; bridge(8), link). */
import { attribute, attributes, type Given, type Read, readOnly, writeOnly } from '../wire/attributes.js'
import { bool8, flag, oneOf, u16, u32, u64, u8 } from '../wire/codec.js'
import { bridgeId } from './bridge-id.js'
import { linkIndexOrNone } from './link-reference.js'
import { multicastRouter } from './link-kinds/bridge.js'

/** BR_STATE_*. */
export const bridgePortState = { disabled: 0, listening: 1, learning: 2, forwarding: 3, blocking: 4 } as const

export const bridgePortAttributes = attributes(
  {
    /**
     * Lasts only where a daemon runs the spanning tree. EBUSY where the kernel does; where nobody does it sets the port
     * forwarding again.
     */
    state: attribute(1, oneOf(u8(), bridgePortState)),
    /** For the spanning tree: 0 to 63, the lower wins. */
    priority: attribute(2, u16()),
    /** For the spanning tree: 1 to 65535. */
    cost: attribute(3, u32()),
    /** Packets may leave by the port they came in by (IFLA_BRPORT_MODE). */
    hairpin: attribute(4, bool8()),
    /** A port that hears a BPDU is shut (BPDU guard). */
    guard: attribute(5, bool8()),
    /** The port can't become the root port (root block). */
    protect: attribute(6, bool8()),
    /** Multicast stops at once when a member leaves. */
    fastLeave: attribute(7, bool8()),
    /** Addresses are learned from packets that come in here. */
    learning: attribute(8, bool8()),
    /** Packets to unknown unicast addresses leave here too. */
    unicastFlood: attribute(9, bool8()),
    /** ARP requests are answered from the neighbour table. */
    proxyArp: attribute(10, bool8()),
    /** Addresses that the device learned are taken over. */
    learningSync: attribute(11, bool8()),
    /** The same as IEEE 802.11 wants it. */
    proxyArpWifi: attribute(12, bool8()),
    /** The root of the spanning tree, as the port last heard of it. */
    rootId: readOnly(13, bridgeId()),
    /** The designated bridge: the one by which the port's segment reaches the root. */
    bridgeId: readOnly(14, bridgeId()),
    /** The port of the designated bridge on that segment. */
    designatedPort: readOnly(15, u16()),
    /** What the way from the designated bridge to the root costs. */
    designatedCost: readOnly(16, u16()),
    /** The port as the spanning tree knows it: `priority` and, in the 10 lowest bits, `no`. */
    id: readOnly(17, u16()),
    /** The number of the port in the bridge, from 1. */
    no: readOnly(18, u16()),
    /** The next BPDU acknowledges that the topology has changed. */
    topologyChangeAck: readOnly(19, bool8()),
    /** A BPDU waits to be sent until `holdTimer` is over. */
    configPending: readOnly(20, bool8()),
    /** 1/100 s until what the designated bridge said last is too old. */
    messageAgeTimer: readOnly(21, u64()),
    /** 1/100 s until the port goes on from listening to learning, or from there to forwarding. */
    forwardDelayTimer: readOnly(22, u64()),
    /** 1/100 s until a BPDU may be sent again. */
    holdTimer: readOnly(23, u64()),
    /** Forget what was learned on this port. */
    flush: writeOnly(24, flag()),
    /** Whether and when multicast is sent to routers behind the port. */
    multicastRouter: attribute(25, oneOf(u8(), multicastRouter)),
    /** Packets to unknown multicast groups leave here too. */
    mcastFlood: attribute(27, bool8()),
    /** Multicast is sent to each member by its own address. */
    mcastToUnicast: attribute(28, bool8()),
    /** VLANs are mapped to tunnel ids. */
    vlanTunnel: attribute(29, bool8()),
    /** Broadcasts leave here too. */
    bcastFlood: attribute(30, bool8()),
    /** As of the bridge, for this port. */
    groupFwdMask: attribute(31, u16()),
    /** ARP and NDP requests are answered or dropped instead of flooded. */
    neighSuppress: attribute(32, bool8()),
    /** Isolated ports do not reach each other. */
    isolated: attribute(33, bool8()),
    /** The port that takes over when this one has no carrier; null for none. */
    backupPort: attribute(34, linkIndexOrNone()),
    /** MRP test frames no longer come around the ring by this port. */
    mrpRingOpen: readOnly(35, bool8()),
    /** MRP test frames no longer come by this port on the way between rings. */
    mrpInOpen: readOnly(36, bool8()),
    /** Hosts at most that are tracked for `fastLeave`. Default: 512. */
    mcastEhtHostsLimit: attribute(37, u32()),
    /** How many hosts are tracked for `fastLeave`. */
    mcastEhtHostsCount: readOnly(38, u32()),
    /** Only hosts with an FDB entry get through (5.18). */
    locked: attribute(39, bool8()),
    /** MAC authentication bypass, on a locked port (6.2). */
    mab: attribute(40, bool8()),
    /** How many multicast groups the port is in (6.3). */
    mcastNGroups: readOnly(41, u32()),
    /** How many multicast groups the port may be in; 0: any number (6.3). */
    mcastMaxGroups: attribute(42, u32()),
    /** `neighSuppress` for VLANs by themselves (6.4). */
    neighVlanSuppress: attribute(43, bool8()),
    /** The FDB nexthop that packets to the backup port are sent to, 0 for none (6.6). */
    backupNhid: attribute(44, u32()),
    /** Unasked ARP and NDP are forwarded whatever `neighSuppress` says (later than 6.18). */
    neighForwardGrat: attribute(45, bool8()),
  },
  26,
)

/** Options of a bridge port. They can be set once the link has its master. */
export type BridgePortOptions = Given<typeof bridgePortAttributes.map>
/** A bridge port as the kernel has it. Times are in 1/100 s. */
export type BridgePort = Read<typeof bridgePortAttributes.map>
