/** Bridges (IFLA_BR_*, linux/if_link.h; ip-link(8), "BRIDGE Type Support"). */
import { attribute, attributes, nested, readOnly, writeOnly } from '../../wire/attributes.js'
import { be16, bool8, flag, oneOf, u16, u32, u64, u8 } from '../../wire/codec.js'
import { ipv4, ipv6, linkAddress } from '../../wire/inet.js'
import { switches } from '../../wire/switches.js'
import { bridgeId } from '../bridge-id.js'
import { linkKind } from './kind.js'

/** BR_BOOLOPT_*: only those given are changed, those that the kernel knows are read (IFLA_BR_MULTI_BOOLOPT). */
const booleanOptions = switches('br_boolopt_multi', {
  /** Do not learn from link-local packets. */
  noLinkLocalLearn: 1 << 0,
  /** Snoop multicast by VLAN. */
  mcastVlanSnooping: 1 << 1,
  /** Multiple spanning trees (5.18). */
  mstEnable: 1 << 2,
  /** Tell when a multicast entry could not be offloaded (6.14). */
  mdbOffloadFailNotification: 1 << 3,
  /** Local FDB entries stand on VLAN 0 alone (6.18). */
  fdbLocalVlan0: 1 << 4,
})

/** BRIDGE_QUERIER_*. */
export const querierState = attributes(
  {
    /** The address of the IPv4 querier. */
    ipAddress: readOnly(1, ipv4()),
    /** The ifindex of the port that the IPv4 querier is behind. Absent: it is the bridge itself. */
    ipPort: readOnly(2, u32()),
    /** 1/100 s until the IPv4 querier is given up, where it is another one than the bridge. */
    ipOtherTimer: readOnly(3, u64()),
    /** The address of the IPv6 querier. */
    ipv6Address: readOnly(5, ipv6()),
    /** The ifindex of the port that the IPv6 querier is behind. Absent: it is the bridge itself. */
    ipv6Port: readOnly(6, u32()),
    /** 1/100 s until the IPv6 querier is given up, where it is another one than the bridge. */
    ipv6OtherTimer: readOnly(7, u64()),
  },
  4,
)

/** MDB_RTR_TYPE_*: whether and when multicast is sent to routers behind a bridge or a port. */
export const multicastRouter = { disabled: 0, tempQuery: 1, perm: 2, temp: 3 } as const

/** Times are in 1/100 s (USER_HZ) unless said otherwise: a forward delay of 15 s is 1500. */
export const bridge = linkKind({
  name: 'bridge',
  needed: false,
  fixed: false,
  madeOn: false,
  data: attributes(
    {
      /** Listening and learning each last so long: 1/100 s, 200 to 3000 while the spanning tree runs. */
      forwardDelay: attribute(1, u32()),
      /** Between hellos of the root: 1/100 s, 100 to 1000. */
      helloTime: attribute(2, u32()),
      /** How old a hello may be: 1/100 s, 600 to 4000. */
      maxAge: attribute(3, u32()),
      /** When a learned FDB entry is forgotten: 1/100 s. */
      ageingTime: attribute(4, u32()),
      /** The spanning tree protocol: 0 off, 1 on. Read as 2 where a daemon runs it. */
      stpState: attribute(5, u32()),
      /** For the election of the root: 0 to 65535, the lower wins. */
      priority: attribute(6, u16()),
      /** Packets are told apart by VLAN. */
      vlanFiltering: attribute(7, bool8()),
      /** Which sort of VLAN tags the bridge heeds and writes. */
      vlanProtocol: attribute(8, oneOf(be16(), { '802.1Q': 0x8100, '802.1ad': 0x88a8 })),
      /** Link-local groups 01:80:c2:00:00:0X that are forwarded: bit X. Never 0, 1 and 2. */
      groupFwdMask: attribute(9, u16()),
      /** The root of the spanning tree. */
      rootId: readOnly(10, bridgeId()),
      /** The bridge itself, as the spanning tree knows it. */
      bridgeId: readOnly(11, bridgeId()),
      /** The number of the port that leads to the root; 0: the bridge is the root. */
      rootPort: readOnly(12, u16()),
      /** What the way to the root costs; 0: the bridge is the root. */
      rootPathCost: readOnly(13, u32()),
      /** The topology has changed: learned FDB entries are forgotten after the forward delay. */
      topologyChange: readOnly(14, bool8()),
      /** The bridge has noticed a change of the topology, and tells the root. */
      topologyChangeDetected: readOnly(15, bool8()),
      /** 1/100 s until the next hello. */
      helloTimer: readOnly(16, u64()),
      /** 1/100 s until the root is told again of a change of the topology. */
      tcnTimer: readOnly(17, u64()),
      /** 1/100 s until the root ceases to tell of a change of the topology. */
      topologyChangeTimer: readOnly(18, u64()),
      /** 1/100 s until old FDB entries are looked for. */
      gcTimer: readOnly(19, u64()),
      /** Where the spanning tree talks: 01:80:c2:00:00:0X. */
      groupAddress: attribute(20, linkAddress(6)),
      /** Forget what was learned. */
      fdbFlush: writeOnly(21, flag()),
      /** Whether and when the bridge itself gets all multicast, as a router does. */
      mcastRouter: attribute(22, oneOf(u8(), multicastRouter)),
      /** IGMP and MLD are listened to, and multicast sent where it is wanted. */
      mcastSnooping: attribute(23, bool8()),
      /** Queries come from the bridge’s own address, not from 0.0.0.0. */
      mcastQueryUseIfaddr: attribute(24, bool8()),
      /** The bridge sends queries. */
      mcastQuerier: attribute(25, bool8()),
      /** Not used since 5.0. */
      mcastHashElasticity: attribute(26, u32()),
      /** Multicast groups at most, a power of two. */
      mcastHashMax: attribute(27, u32()),
      /** Queries after the last member of a group left. */
      mcastLastMemberCount: attribute(28, u32()),
      /** Queries at the beginning. */
      mcastStartupQueryCount: attribute(29, u32()),
      /** Between queries after the last member left: 1/100 s. */
      mcastLastMemberInterval: attribute(30, u64()),
      /** When a member that says nothing is forgotten: 1/100 s. */
      mcastMembershipInterval: attribute(31, u64()),
      /** When another querier that says nothing is gone: 1/100 s. */
      mcastQuerierInterval: attribute(32, u64()),
      /** Between queries: 1/100 s. */
      mcastQueryInterval: attribute(33, u64()),
      /** Within which members answer: 1/100 s. */
      mcastQueryResponseInterval: attribute(34, u64()),
      /** Between queries at the beginning: 1/100 s. */
      mcastStartupQueryInterval: attribute(35, u64()),
      /** iptables sees bridged IPv4 packets. */
      nfCallIptables: attribute(36, bool8()),
      /** ip6tables sees bridged IPv6 packets. */
      nfCallIp6tables: attribute(37, bool8()),
      /** arptables sees bridged ARP packets. */
      nfCallArptables: attribute(38, bool8()),
      /** The VLAN of untagged packets on new ports, 0 for none. */
      vlanDefaultPvid: attribute(39, u16({ max: 4094 })),
      /** Packets are counted by VLAN. */
      vlanStatsEnabled: attribute(41, bool8()),
      /** IGMP and MLD packets are counted. */
      mcastStatsEnabled: attribute(42, bool8()),
      /** The version of IGMP of the queries that are sent. */
      mcastIgmpVersion: attribute(43, u8({ min: 2, max: 3 })),
      /** The version of MLD of the queries that are sent. */
      mcastMldVersion: attribute(44, u8({ min: 1, max: 2 })),
      /** They are counted for each port as well. Changed while no VLAN is configured on a port. */
      vlanStatsPerPort: attribute(45, bool8()),
      /** Further switches of a bridge (BR_BOOLOPT_*). */
      multiBoolopt: attribute(46, booleanOptions),
      /** Which queriers of multicast there are. */
      mcastQuerierState: readOnly(47, nested(querierState)),
      /** How many FDB entries are learned ones (6.7). */
      fdbNLearned: readOnly(48, u32()),
      /** How many may be, 0: any number (6.7). */
      fdbMaxLearned: attribute(49, u32()),
      /**
       * Who runs the spanning tree once `stpState` is on: a daemon that /sbin/bridge-stp names, in the first namespace, and
       * otherwise the kernel (`auto`); a daemon (`user`); the kernel (`kernel`). EBUSY while it is on (later than 6.18).
       */
      stpMode: attribute(50, oneOf(u32(), { auto: 0, user: 1, kernel: 2 })),
    },
    40,
  ),
})
