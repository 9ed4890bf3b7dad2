/** What the kernel has and the schema has not, or has under another name or type, and why. */

const all = (reason: string, ...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, reason]))

/** The share of all attributes that may be excused. */
export const MOST_EXCUSED = 0.4

const LATER = 'not built yet'

/** Enums of attributes that no table holds, by their first member. */
export const EXCUSED_ENUMS: Record<string, string> = {
  ...all('traffic control is another family', 'TCA_UNSPEC', 'TCA_ROOT_UNSPEC'),
  ...all(LATER, 'FRA_UNSPEC', 'IFAL_ADDRESS', 'NETCONFA_UNSPEC', 'NDTA_UNSPEC', 'NDTPA_UNSPEC'),
  ...all(LATER, 'PREFIX_UNSPEC', 'NDUSEROPT_UNSPEC'),
  ...all(LATER, 'IFLA_BRIDGE_FLAGS', 'IFLA_BRIDGE_VLAN_TUNNEL_UNSPEC', 'IFLA_BRIDGE_MST_UNSPEC'),
  ...all(LATER, 'IFLA_BRIDGE_MST_ENTRY_UNSPEC', 'BRIDGE_XSTATS_UNSPEC'),
  ...all(LATER, 'IFLA_BRIDGE_MRP_UNSPEC', 'IFLA_BRIDGE_MRP_INSTANCE_UNSPEC', 'IFLA_BRIDGE_MRP_PORT_STATE_UNSPEC'),
  ...all(LATER, 'IFLA_BRIDGE_MRP_PORT_ROLE_UNSPEC', 'IFLA_BRIDGE_MRP_RING_STATE_UNSPEC'),
  ...all(LATER, 'IFLA_BRIDGE_MRP_RING_ROLE_UNSPEC', 'IFLA_BRIDGE_MRP_START_TEST_UNSPEC', 'IFLA_BRIDGE_MRP_INFO_UNSPEC'),
  ...all(LATER, 'IFLA_BRIDGE_MRP_IN_STATE_UNSPEC', 'IFLA_BRIDGE_MRP_IN_ROLE_UNSPEC'),
  ...all(LATER, 'IFLA_BRIDGE_MRP_START_IN_TEST_UNSPEC'),
  ...all(LATER, 'IFLA_BRIDGE_CFM_UNSPEC', 'IFLA_BRIDGE_CFM_MEP_CREATE_UNSPEC', 'IFLA_BRIDGE_CFM_MEP_DELETE_UNSPEC'),
  ...all(LATER, 'IFLA_BRIDGE_CFM_MEP_CONFIG_UNSPEC', 'IFLA_BRIDGE_CFM_CC_CONFIG_UNSPEC'),
  ...all(LATER, 'IFLA_BRIDGE_CFM_CC_PEER_MEP_UNSPEC', 'IFLA_BRIDGE_CFM_CC_RDI_UNSPEC'),
  ...all(LATER, 'IFLA_BRIDGE_CFM_CC_CCM_TX_UNSPEC', 'IFLA_BRIDGE_CFM_MEP_STATUS_UNSPEC'),
  ...all(LATER, 'IFLA_BRIDGE_CFM_CC_PEER_STATUS_UNSPEC'),
  ...all(LATER, 'BRIDGE_VLANDB_DUMP_UNSPEC', 'BRIDGE_VLANDB_UNSPEC', 'BRIDGE_VLANDB_ENTRY_UNSPEC'),
  ...all(LATER, 'BRIDGE_VLANDB_TINFO_UNSPEC', 'BRIDGE_VLANDB_STATS_UNSPEC', 'BRIDGE_VLANDB_GOPTS_UNSPEC'),
  ...all(LATER, 'MDBA_UNSPEC', 'MDBA_MDB_UNSPEC', 'MDBA_MDB_ENTRY_UNSPEC', 'MDBA_MDB_EATTR_UNSPEC'),
  ...all(LATER, 'MDBA_MDB_SRCLIST_UNSPEC', 'MDBA_MDB_SRCATTR_UNSPEC', 'MDBA_ROUTER_UNSPEC'),
  ...all(LATER, 'MDBA_ROUTER_PATTR_UNSPEC', 'MDBA_SET_ENTRY_UNSPEC', 'MDBE_ATTR_UNSPEC'),
  ...all(LATER, 'VXLAN_VNIFILTER_UNSPEC', 'VXLAN_VNIFILTER_ENTRY_UNSPEC', 'VNIFILTER_ENTRY_STATS_UNSPEC'),
  ...all(LATER, 'IFLA_STATS_UNSPEC', 'IFLA_STATS_GETSET_UNSPEC', 'LINK_XSTATS_TYPE_UNSPEC'),
  ...all(LATER, 'IFLA_OFFLOAD_XSTATS_UNSPEC', 'IFLA_OFFLOAD_XSTATS_HW_S_INFO_UNSPEC'),
}

/** Attributes and values that are in an enum that we have, and missing there; by the kernel's name. */
export const EXCUSED: Record<string, string> = {
  ...all(LATER, 'NDA_NDM_STATE_MASK', 'NDA_NDM_FLAGS_MASK'),
  ...all('no kernel since 2.6 sends or takes it', 'RTA_PROTOINFO', 'RTA_SESSION', 'RTA_MP_ALGO'),
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
  ...all(LATER, 'FR_ACT_UNSPEC'),
  ...all(LATER, 'BR_MCAST_DIR_RX'),
  ILA_CMD_UNSPEC: 'commands of a generic netlink family',
  BRIDGE_MODE_UNSPEC: 'of the two modes one is `hairpin: true`',
  FDB_NOTIFY_BIT: 'bits that `activityNotify` has as a number',
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
  IFLA_VXLAN_GROUP6: 'group',
  IFLA_VXLAN_LOCAL6: 'local',
  IFLA_DSA_MASTER: 'conduit',
  IFLA_GENEVE_REMOTE6: 'remote',
  IFLA_VLAN_QOS_MAPPING: 'item',
  IFA_ADDRESS: 'peer',
  IFA_LOCAL: 'address',
  IFA_CACHEINFO: 'validLifetime',
  IFA_RT_PRIORITY: 'metric',
  IFA_PROTO: 'protocol',
  NDA_IFINDEX: ['ifindex', 'via'],
  NDA_NH_ID: 'nexthopId',
  NDA_FDB_EXT_ATTRS: 'fdbExtended',
  NDA_FLAGS_EXT: 'extendedFlags',
  RTA_SRC: 'from',
  RTA_GATEWAY: 'via',
  RTA_PRIORITY: 'metric',
  RTA_MULTIPATH: 'nexthops',
  RTA_FLOW: 'realms',
  RTA_MFC_STATS: 'multicastStatistics',
  RTA_PREF: 'preference',
  RTA_NH_ID: 'nexthopId',
  SEG6_LOCAL_BPF_PROG_NAME: 'name',
  NHA_GATEWAY: 'via',
  NHA_RES_GROUP: 'resilient',
  NHA_RES_BUCKET: 'bucket',
  NHA_RES_BUCKET_NH_ID: 'nexthopId',
  NEXTHOP_GRP_TYPE_RES: 'resilient',
  PORT_VDP_RESPONSE_VTID_VERSION_VIOALTION: 'vdpResponseVtidVersionViolation',
  IFF_POINTOPOINT: 'pointToPoint',
  BR_BOOLOPT_NO_LL_LEARN: 'noLinkLocalLearn',
  RT_SCOPE_UNIVERSE: 'global',
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
  ...retyped('nest', 'lwtunnel.h: the attributes of the encapsulation are inside', 'RTA_ENCAP'),
  ...retyped('nest', 'neighbour.h: NFEA_* are inside', 'NDA_FDB_EXT_ATTRS'),
}
