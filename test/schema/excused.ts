/** What the kernel has and the schema has not, or has under another name or type, and why. */

const all = (reason: string, ...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, reason]))

/** The share of all attributes that may be excused. */
export const MOST_EXCUSED = 0.02

/** Enums of attributes that stand in headers of the route family and are another's, by their first member. */
export const FOREIGN_ENUMS: Record<string, string> = {
  ...all('traffic control is another family', 'TCA_UNSPEC', 'TCA_ROOT_UNSPEC'),
}

/** Attributes and values that are in an enum that we have, and missing there; by the kernel's name. */
export const EXCUSED: Record<string, string> = {
  ...all('no kernel since 2.6 sends or takes it', 'RTA_PROTOINFO', 'RTA_SESSION', 'RTA_MP_ALGO'),
  ...all('no action, or reserved for one that never came', 'FR_ACT_UNSPEC', 'FR_ACT_RES3', 'FR_ACT_RES4'),
  ...all(
    'of the generic netlink family of the name; no route has it',
    ...['ILA_ATTR_IDENTIFIER', 'ILA_ATTR_LOCATOR_MATCH', 'ILA_ATTR_IFINDEX', 'ILA_ATTR_DIR'],
  ),
  LWTUNNEL_ENCAP_NONE: 'that of a route without an encapsulation, which is not sent',
  SEG6_LOCAL_FLV_OP_UNSPEC: 'is no bit',
  RT_TABLE_COMPAT: 'stands in the header for a table above 255, which RTA_TABLE has; it is never the table itself',
}

/** Enums of values that no type of ours has the names of. */
export const OTHER_ENUMS: Record<string, string> = {
  BR_MCAST_DIR_RX: 'the counters of each direction have names of their own',
  ILA_CMD_UNSPEC: 'commands of a generic netlink family',
  BRIDGE_MODE_UNSPEC: 'of the two modes one is `hairpin: true`',
  NETKIT_NEXT: 'what a BPF program answers; of these a policy is one of two, `forward` and `blackhole`',
  IP_TUNNEL_CSUM_BIT: 'the numbers of the bits TUNNEL_*, which the flags of an encapsulation are',
}

/** Enums of which only what is used has a number here. Those that are there are compared. */
export const PARTLY: Record<string, string> = {
  RTM_BASE: 'a message type is named where its family is',
  RTNLGRP_NONE: 'a group is named where it is watched',
}

/** Where our name is not the kernel's in camelCase. */
export const RENAMED: Record<string, string | string[]> = {
  IFLA_IFNAME: 'name',
  IFLA_NET_NS_PID: 'netns',
  IFLA_NET_NS_FD: 'netns',
  IFLA_IFALIAS: 'alias',
  IFLA_IF_NETNSID: 'targetNetnsid',
  IFLA_PROP_LIST: 'altNames',
  IFLA_INET6_STATS: 'statistics',
  IFLA_INET6_ICMP6STATS: 'icmp6Statistics',
  IFLA_VF_STATS: 'statistics',
  IFLA_BR_GROUP_ADDR: 'groupAddress',
  IFLA_BR_MCAST_LAST_MEMBER_CNT: 'mcastLastMemberCount',
  IFLA_BR_MCAST_STARTUP_QUERY_CNT: 'mcastStartupQueryCount',
  IFLA_BR_MCAST_LAST_MEMBER_INTVL: 'mcastLastMemberInterval',
  IFLA_BR_MCAST_MEMBERSHIP_INTVL: 'mcastMembershipInterval',
  IFLA_BR_MCAST_QUERIER_INTVL: 'mcastQuerierInterval',
  IFLA_BR_MCAST_QUERY_INTVL: 'mcastQueryInterval',
  IFLA_BR_MCAST_QUERY_RESPONSE_INTVL: 'mcastQueryResponseInterval',
  IFLA_BR_MCAST_STARTUP_QUERY_INTVL: 'mcastStartupQueryInterval',
  IFLA_BRPORT_MODE: 'hairpin',
  IFLA_BRPORT_MCAST_TO_UCAST: 'mcastToUnicast',
  IFLA_BRPORT_MCAST_EHT_HOSTS_CNT: 'mcastEhtHostsCount',
  BRIDGE_VLANDB_ENTRY_STATS: 'statistics',
  BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_CNT: 'mcastLastMemberCount',
  BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_CNT: 'mcastStartupQueryCount',
  BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_INTVL: 'mcastLastMemberInterval',
  BRIDGE_VLANDB_GOPTS_MCAST_MEMBERSHIP_INTVL: 'mcastMembershipInterval',
  BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_INTVL: 'mcastQuerierInterval',
  BRIDGE_VLANDB_GOPTS_MCAST_QUERY_INTVL: 'mcastQueryInterval',
  BRIDGE_VLANDB_GOPTS_MCAST_QUERY_RESPONSE_INTVL: 'mcastQueryResponseInterval',
  BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_INTVL: 'mcastStartupQueryInterval',
  MDBA_MDB_SRCLIST_ENTRY: 'item',
  MDBA_MDB_EATTR_SRC_LIST: 'sourceList',
  MDBA_MDB_EATTR_GROUP_MODE: 'filterMode',
  MDBA_MDB_EATTR_RTPROT: 'protocol',
  MDBA_MDB_EATTR_IFINDEX: 'via',
  MDBA_GET_ENTRY: 'entry',
  MDBA_GET_ENTRY_ATTRS: 'entryAttrs',
  MDBE_ATTR_SRC_LIST: 'sourceList',
  MDBE_ATTR_GROUP_MODE: 'filterMode',
  MDBE_ATTR_RTPROT: 'protocol',
  MDBE_ATTR_IFINDEX: 'via',
  VXLAN_VNIFILTER_ENTRY_STATS: 'statistics',
  VXLAN_VNIFILTER_ENTRY_GROUP6: 'group',
  IFLA_BRIDGE_MST_ENTRY: 'item',
  IFLA_BRIDGE_CFM_CC_PEER_MEP_INSTANCE: 'instance',
  IFLA_VXLAN_GROUP6: 'group',
  IFLA_VXLAN_LOCAL6: 'local',
  IFLA_DSA_MASTER: 'conduit',
  IFLA_GENEVE_REMOTE6: 'remote',
  IFLA_GENEVE_LOCAL6: 'local',
  IFLA_GTP_LOCAL6: 'local',
  IFLA_NETKIT_PEER_INFO: 'peer',
  IFLA_VLAN_QOS_MAPPING: 'item',
  IFAL_ADDRESS: 'prefix',
  IFA_ADDRESS: 'peer',
  IFA_LOCAL: 'address',
  IFA_CACHEINFO: 'validLifetime',
  IFA_RT_PRIORITY: 'metric',
  IFA_PROTO: 'protocol',
  FDB_NOTIFY_BIT: 'notify',
  FDB_NOTIFY_INACTIVE_BIT: 'inactive',
  NDA_IFINDEX: ['ifindex', 'via'],
  NDA_NH_ID: 'nexthopId',
  NDA_FDB_EXT_ATTRS: 'fdbExtended',
  NDA_FLAGS_EXT: 'extendedFlags',
  FRA_DST: 'to',
  FRA_SRC: 'from',
  FRA_IIFNAME: 'iif',
  FRA_OIFNAME: 'oif',
  FRA_FLOW: 'realms',
  FRA_SUPPRESS_PREFIXLEN: 'suppressPrefixLength',
  FRA_SPORT_RANGE: 'sport',
  FRA_DPORT_RANGE: 'dport',
  FR_ACT_TO_TBL: 'lookup',
  NDTA_PARMS: 'parameters',
  NDTA_STATS: 'statistics',
  NDTPA_REFCNT: 'referenceCount',
  NDTPA_QUEUE_LEN: 'queueLength',
  NDTPA_PROXY_QLEN: 'proxyQueueLength',
  NDTPA_QUEUE_LENBYTES: 'queueLengthBytes',
  NDTPA_INTERVAL_PROBE_TIME_MS: 'intervalProbeTime',
  IFLA_STATS_GET_FILTERS: 'filters',
  IFLA_STATS_SET_OFFLOAD_XSTATS_L3_STATS: 'l3Stats',
  IFLA_OFFLOAD_XSTATS_HW_S_INFO: 'hwStatsInfo',
  BRIDGE_XSTATS_VLAN: 'vlans',
  RTA_SRC: 'from',
  RTA_GATEWAY: 'via',
  RTA_PRIORITY: 'metric',
  RTA_MULTIPATH: 'nexthops',
  RTA_FLOW: 'realms',
  RTA_MFC_STATS: 'multicastStatistics',
  RTA_PREF: 'preference',
  RTA_NH_ID: 'nexthopId',
  SEG6_LOCAL_BPF_PROG_NAME: 'name',
  IPMRA_TABLE_ID: 'table',
  IPMRA_VIF: 'item',
  IPMRA_CREPORT_SRC_ADDR: 'source',
  IPMRA_CREPORT_DST_ADDR: 'group',
  IPMRA_CREPORT_PKT: 'packet',
  IP6MRA_CREPORT_MIF_ID: 'vifId',
  IP6MRA_CREPORT_SRC_ADDR: 'source',
  IP6MRA_CREPORT_DST_ADDR: 'group',
  IP6MRA_CREPORT_PKT: 'packet',
  NHA_GATEWAY: 'via',
  NHA_GROUP_STATS_ENTRY: 'item',
  NHA_RES_GROUP: 'resilient',
  NHA_RES_BUCKET: 'bucket',
  NHA_RES_BUCKET_NH_ID: 'nexthopId',
  NEXTHOP_GRP_TYPE_RES: 'resilient',
  PORT_VDP_RESPONSE_VTID_VERSION_VIOALTION: 'vdpResponseVtidVersionViolation',
  IFF_POINTOPOINT: 'pointToPoint',
  BR_BOOLOPT_NO_LL_LEARN: 'noLinkLocalLearn',
  RT_SCOPE_UNIVERSE: 'global',
}

/** Of all these names, those that came after Linux 6.1; the others are in all headers since. */
export const NEWER: readonly string[] = [
  'NETKIT_NEXT', 'IP_TUNNEL_CSUM_BIT', 'IFLA_GENEVE_LOCAL6', 'IFLA_GTP_LOCAL6', 'IFLA_NETKIT_PEER_INFO',
  'MDBA_MDB_EATTR_IFINDEX', 'MDBA_GET_ENTRY', 'MDBA_GET_ENTRY_ATTRS', 'MDBE_ATTR_SRC_LIST', 'MDBE_ATTR_GROUP_MODE',
  'MDBE_ATTR_RTPROT', 'MDBE_ATTR_IFINDEX', 'NHA_GROUP_STATS_ENTRY',
] // prettier-ignore

/** Sets of attributes of the kernel's specifications that no table of ours is compared with. */
export const OTHER_SETS: Record<string, string> = {
  'rt-link/prop-list-link-attrs': 'of link-attrs, the alternative names: `altNames`',
  'rt-link/af-spec-attrs': 'numbers of address families, of which each has a set that is compared',
  'rt-link/link-dpll-pin-attrs': 'of linux/dpll.h, the one attribute of it: `dpllPin`',
  ...all('is empty in the specification', 'rt-link/vf-ports-attrs', 'rt-link/port-self-attrs'),
}

/** Enums and flags of the specifications that are compared as those of the headers are, or are no enum of ours. */
export const OTHER_DEFINITIONS: Record<string, string> = {
  ...all('an enum of the headers, compared there', 'rt-link/ipv4-devconf', 'rt-link/ipv6-devconf'),
  ...all('the counters stand in an object: their order is tested with it', 'rt-link/ifla-icmp6-stats', 'rt-link/ifla-inet6-stats'),
  'rt-link/vlan-protocols': 'our names are 802.1q and 802.1ad',
  'rt-link/rtext-filter': 'each bit is asked for by an option of its own',
} // prettier-ignore

/** Values of the specifications that have another name here; null: that have none. */
export const SPECIFIED_RENAMED: Record<string, string | null> = {
  // The bit that IPv4 calls secondary, and IPv6 temporary.
  'rt-addr/ifa-flags/secondary': 'temporary',
  'rt-addr/ifa-flags/homeaddress': 'home',
  'rt-addr/ifa-flags/managetempaddr': 'mngtmpaddr',
  'rt-addr/ifa-flags/mcautojoin': 'autojoin',
  'rt-rule/fr-act/to-tbl': 'lookup',
  'rt-rule/fr-act/unspec': null,
  'rt-rule/fr-act/res3': null,
  'rt-rule/fr-act/res4': null,
  'rt-neigh/ntf-flags/ext-learned': 'externLearn',
  'rt-neigh/ntf-ext-flags/ext-validated': 'externValidated',
}

const retyped = (wire: string, why: string, ...names: string[]): Record<string, { wire: string; why: string }> =>
  Object.fromEntries(names.map((name) => [name, { wire, why }]))

/** Where the payload is not what the kernel's specification says, by the attribute's name: ours, and why. */
export const RETYPED: Record<string, { wire: string; why: string }> = {
  ...retyped(
    'u8',
    'net/bridge/br_netlink.c: the policy is NLA_U8, and a byte is what is sent',
    ...['MODE', 'GUARD', 'PROTECT', 'FAST_LEAVE', 'LEARNING', 'UNICAST_FLOOD', 'PROXYARP', 'LEARNING_SYNC', 'MAB'].map(
      (name) => `IFLA_BRPORT_${name}`,
    ),
    ...['PROXYARP_WIFI', 'MCAST_FLOOD', 'MCAST_TO_UCAST', 'VLAN_TUNNEL', 'BCAST_FLOOD', 'NEIGH_SUPPRESS'].map(
      (name) => `IFLA_BRPORT_${name}`,
    ),
    ...['ISOLATED', 'MRP_RING_OPEN', 'MRP_IN_OPEN', 'LOCKED', 'NEIGH_VLAN_SUPPRESS'].map(
      (name) => `IFLA_BRPORT_${name}`,
    ),
  ),
  ...retyped('binary', 'no kernel sends it any more', 'IFLA_COST', 'IFLA_PRIORITY'),
  ...retyped('binary', 'what it holds depends on the family', 'IFLA_WIRELESS', 'IFLA_PROTINFO'),
  ...retyped('nest', 'if_link.h: IFLA_PROTO_DOWN_REASON_* are inside', 'IFLA_PROTO_DOWN_REASON'),
  ...retyped('nest', 'devlink.h: DEVLINK_ATTR_* are inside', 'IFLA_DEVLINK_PORT'),
  ...retyped('nest', 'net/ipv4/devinet.c: a nest in a request, an array in an answer', 'IFLA_INET_CONF'),
  ...retyped('be16', 'an Ethernet protocol number, in network byte order', 'IFLA_BR_VLAN_PROTOCOL'),
  ...retyped('flag', 'net/bridge/br_netlink.c: it counts that it is there', 'IFLA_BR_FDB_FLUSH'),
  ...retyped('nest', 'if_bridge.h: BRIDGE_QUERIER_* are inside', 'IFLA_BR_MCAST_QUERIER_STATE'),
  ...retyped('s32', 'drivers/net/bonding/bond_netlink.c: the policy is NLA_S32', 'IFLA_BOND_SLAVE_PRIO'),
  ...retyped('u32', 'net/ipv6/ip6_tunnel.c: in the byte order of the host', 'IFLA_IPTUN_FLAGS'),
  ...retyped('s32', 'net/ipv4/devinet.c: the policy is NLA_S32', 'IFA_TARGET_NETNSID'),
  ...retyped('be16', 'a port, in network byte order', 'NDA_PORT', 'RTA_SPORT', 'RTA_DPORT'),
  ...retyped(
    'nest',
    'if_link.h: LINK_XSTATS_TYPE_* are inside',
    'IFLA_STATS_LINK_XSTATS',
    'IFLA_STATS_LINK_XSTATS_SLAVE',
  ),
  ...retyped('nest', 'if_link.h: a nest for each family is inside', 'IFLA_STATS_AF_SPEC'),
  ...retyped('ip', 'net/core/fib_rules.c: an address of either family', 'FRA_DST', 'FRA_SRC'),
  ...retyped('be64', 'net/core/fib_rules.c: in network byte order', 'FRA_TUN_ID'),
  ...retyped('nest', 'lwtunnel.h: the attributes of the encapsulation are inside', 'RTA_ENCAP'),
  ...retyped('nest', 'neighbour.h: NFEA_* are inside', 'NDA_FDB_EXT_ATTRS'),
}
