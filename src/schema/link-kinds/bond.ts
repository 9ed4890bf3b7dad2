/** Bonds (IFLA_BOND_*, linux/if_link.h; ip-link(8), "BONDING"; Documentation/networking/bonding.rst). */
import { attribute, attributes, nested, readOnly } from '../../wire/attributes.js'
import { bool8, oneOf, u16, u32, u8 } from '../../wire/codec.js'
import { ipv4, ipv6, linkAddress } from '../../wire/inet.js'
import { listOf } from '../../wire/list.js'
import { linkIndexOrNone } from '../link-reference.js'
import { linkKind } from './kind.js'

/** BOND_MAX_ARP_TARGETS, BOND_MAX_NS_TARGETS. */
const MOST_TARGETS = 16

/** What 802.3ad has agreed upon (IFLA_BOND_AD_INFO_*). */
const adInfo = attributes({
  /** The aggregator in use. */
  aggregator: readOnly(1, u16()),
  /** How many ports the aggregator has. */
  numPorts: readOnly(2, u16()),
  /** The LACP key of the bond's ports: those with the same one can be aggregated. */
  actorKey: readOnly(3, u16()),
  /** The LACP key of the other end's ports. */
  partnerKey: readOnly(4, u16()),
  /** The MAC address that the other end has as an LACP system. */
  partnerMac: readOnly(5, linkAddress(6)),
})

/**
 * What a link has to say as a port of a bond stands under its `bondPort`. Most options can be changed only while the bond
 * is down or has no ports; the kernel says so.
 */
export const bond = linkKind({
  name: 'bond',
  needed: false,
  fixed: false,
  madeOn: false,
  data: attributes({
    /** BOND_MODE_*. Default: balanceRr. It can be changed while the bond is down and has no ports. */
    mode: attribute(
      1,
      oneOf(u8(), {
        balanceRr: 0,
        activeBackup: 1,
        balanceXor: 2,
        broadcast: 3,
        '802.3ad': 4,
        balanceTlb: 5,
        balanceAlb: 6,
      }),
    ),
    /** The port in use, of the modes activeBackup, balanceTlb and balanceAlb; null lets the bond choose. */
    activeSlave: attribute(2, linkIndexOrNone()),
    /** Milliseconds between looks at the carrier of the ports, 0 for none. Not together with `arpInterval`. Default: 0. */
    miimon: attribute(3, u32({ max: 0x7fffffff })),
    /** Milliseconds that a port has its carrier before it is used, rounded down to a multiple of `miimon`. Default: 0. */
    updelay: attribute(4, u32({ max: 0x7fffffff })),
    /** Milliseconds that a port lacks its carrier before it is given up, in the same way. Default: 0. */
    downdelay: attribute(5, u32({ max: 0x7fffffff })),
    /** Ask the device for its carrier, not MII. On at first; other than on is refused from 6.18. */
    useCarrier: attribute(6, bool8()),
    /** Milliseconds between ARP or neighbour solicitations to the targets, 0 for none. Default: 0. */
    arpInterval: attribute(7, u32({ max: 0x7fffffff })),
    /** Up to 16 IPv4 addresses that are asked for; what is given replaces all. */
    arpIpTarget: attribute(8, listOf('index', ipv4(), MOST_TARGETS)),
    /** Of which ports the answers are checked. Default: none. */
    arpValidate: attribute(
      9,
      oneOf(u32(), { none: 0, active: 1, backup: 2, all: 3, filter: 4, filterActive: 5, filterBackup: 6 }),
    ),
    /** How many targets have to answer for a port to be up. Default: any. */
    arpAllTargets: attribute(10, oneOf(u32(), { any: 0, all: 1 })),
    /** The port that is used whenever it can be, of the same modes as `activeSlave`; null for none. */
    primary: attribute(11, linkIndexOrNone()),
    /** When a primary that comes back is used again. Default: always. */
    primaryReselect: attribute(12, oneOf(u8(), { always: 0, better: 1, failure: 2 })),
    /** In mode activeBackup: whether all ports have one MAC address, or the bond takes the port's. Default: none. */
    failOverMac: attribute(13, oneOf(u8(), { none: 0, active: 1, follow: 2 })),
    /** What the port is chosen by (BOND_XMIT_POLICY_*). Default: layer2. */
    xmitHashPolicy: attribute(
      14,
      oneOf(u8(), { layer2: 0, layer34: 1, layer23: 2, encap23: 3, encap34: 4, vlanSrcmac: 5 }),
    ),
    /** IGMP reports after a failover, one each 200 ms: 0 to 255. Default: 1. */
    resendIgmp: attribute(15, u32({ max: 255 })),
    /** Gratuitous ARP and unsolicited neighbour advertisements after a failover: 0 to 255. Default: 1. */
    numPeerNotif: attribute(16, u8()),
    /** Duplicates that arrive on ports not in use are delivered. Off at first. */
    allSlavesActive: attribute(17, bool8()),
    /** Ports that have to be active for the bond to have a carrier, in mode 802.3ad. Default: 0, which is as 1. */
    minLinks: attribute(18, u32({ max: 0x7fffffff })),
    /** Seconds between learning packets to switches, from 1. Default: 1. */
    lpInterval: attribute(19, u32({ min: 1, max: 0x7fffffff })),
    /** In mode balanceRr: packets before the next port, 0 for a port at random. Default: 1. */
    packetsPerSlave: attribute(20, u32({ max: 0xffff })),
    /** How often the partner is asked to send its LACPDUs: every 30 s or every second. Default: slow. */
    adLacpRate: attribute(21, oneOf(u8(), { slow: 0, fast: 1 })),
    /** How the aggregator is chosen; `actorPortPrio` from 6.18. Default: stable. */
    adSelect: attribute(22, oneOf(u8(), { stable: 0, bandwidth: 1, count: 2, actorPortPrio: 3 })),
    /** In mode 802.3ad, while a port is active. */
    adInfo: readOnly(23, nested(adInfo)),
    /** The system's priority in mode 802.3ad, 1 to 65535. Default: 65535. */
    adActorSysPrio: attribute(24, u16({ min: 1 })),
    /** The user's part of the port key in mode 802.3ad, 0 to 1023. Default: 0. */
    adUserPortKey: attribute(25, u16({ max: 1023 })),
    /** The system's MAC address in mode 802.3ad. Default: 00:00:00:00:00:00, which means the bond's own. */
    adActorSystem: attribute(26, linkAddress(6)),
    /** In mode balanceTlb: flows are moved by the load of the ports. On at first. */
    tlbDynamicLb: attribute(27, bool8()),
    /** Milliseconds between peer notifications, rounded down to a multiple of `miimon`: 0 to 300000. Default: 0. */
    peerNotifDelay: attribute(28, u32({ max: 300_000 })),
    /** LACPDUs are sent of its own accord, not only in answer. On at first (5.15). */
    adLacpActive: attribute(29, bool8()),
    /** Unanswered ARP probes before a port is down: 1 to 255. Default: 2 (5.17). */
    missedMax: attribute(30, u8({ min: 1 })),
    /** Up to 16 IPv6 addresses that are solicited as those of `arpIpTarget` are asked for (5.18). */
    nsIp6Target: attribute(31, listOf('index', ipv6(), MOST_TARGETS)),
    /** In mode 802.3ad: collecting and distributing begin together. On at first (6.9). */
    coupledControl: attribute(32, bool8()),
    /** In mode 802.3ad: ARP and neighbour solicitations are sent by all active ports. Off at first (6.17). */
    broadcastNeigh: attribute(33, bool8()),
    /**
     * In mode 802.3ad: the bond has a carrier while `minLinks` ports collect and distribute, not as soon as they have
     * one. Off at first (later than 6.18).
     */
    lacpStrict: attribute(34, bool8()),
  }),
})
