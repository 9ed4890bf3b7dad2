/**
 * Which of our tables holds which enum of the kernel's headers. To add a table: its line here, under the name of the
 * enum's first member (most enums have no other name). What has no line here has a reason in excused.ts.
 */
import { addressLabelAttributes } from '../../src/schema/address-label.js'
import { addressAttributes } from '../../src/schema/address.js'
import { addrGenMode } from '../../src/schema/af-spec.js'
import { bridgeAfSpec } from '../../src/schema/bridge-af-spec.js'
import { vlanAttributes, vlanDumpAttributes } from '../../src/schema/bridge-vlan.js'
import { linkEvent, linkMode, operState } from '../../src/schema/link-attributes.js'
import { linkAttributes } from '../../src/schema/link.js'
import { linkFlag } from '../../src/schema/link-flag.js'
import { linkInfoCodec } from '../../src/schema/link-info.js'
import { linkKinds as kinds } from '../../src/schema/link-kinds/index.js'
import { multicastRouter } from '../../src/schema/link-kinds/bridge.js'
import { linkPorts } from '../../src/schema/link-ports.js'
import { mdbAttributes, mdbOptions, mdbRequestAttributes } from '../../src/schema/mdb.js'
import { routerPorts } from '../../src/schema/multicast-router-port.js'
import { multicastReport6Attributes, multicastReportAttributes } from '../../src/schema/multicast-report.js'
import { multicastTable } from '../../src/schema/multicast-table.js'
import { mplsRouteAttributes } from '../../src/schema/mpls-route.js'
import { namespaceIdAttributes } from '../../src/schema/namespace-id.js'
import { neighborTableAttributes } from '../../src/schema/neighbor-table.js'
import { netconfAttributes } from '../../src/schema/netconf.js'
import { nexthopAttributes, nexthopGroupType } from '../../src/schema/nexthop.js'
import { routeEncapsulations as encaps } from '../../src/schema/route-encap/index.js'
import { seg6Mode } from '../../src/schema/route-encap/seg6.js'
import { seg6LocalAction, seg6LocalFlavor } from '../../src/schema/route-encap/seg6local.js'
import { ndUserOptionAttributes, prefixAttributes } from '../../src/schema/router-advertisement.js'
import { routeAttributes, routeTypeNumber } from '../../src/schema/route.js'
import {
  fdbActivity,
  fdbAttributes,
  fdbFlushAttributes,
  neighborAttributes,
  neighborExtendedFlag,
  neighborFlag,
  neighborState,
} from '../../src/schema/neighbor.js'
import { routeScopeNumber } from '../../src/schema/route-scope.js'
import { routeTableNumber } from '../../src/schema/route-table.js'
import { ruleAction, ruleAttributes } from '../../src/schema/rule.js'
import * as rtnetlink from '../../src/schema/rtnetlink.js'
import { portResponse, vfLinkStates } from '../../src/schema/virtual-functions.js'
import { statisticsAttributes, statisticsRequestAttributes } from '../../src/schema/statistics.js'
import { vniAttributes } from '../../src/schema/vni.js'
import type { AttributeMap, AttributeTable, NestCodec } from '../../src/wire/attributes.js'

/** Headers whose enums are the route family's. All enums in them are accounted for. */
export const HEADERS = [
  'amt.h', 'caif/if_caif.h', 'can/netlink.h', 'can/vxcan.h', 'fib_rules.h', 'if.h', 'if_addr.h', 'if_addrlabel.h', 'if_bonding.h',
  'if_bridge.h', 'if_link.h', 'if_tunnel.h', 'ila.h', 'ioam6_iptunnel.h', 'ip.h', 'ipv6.h', 'lwtunnel.h',
  'mpls.h', 'mpls_iptunnel.h', 'mroute.h', 'mroute6.h', 'neighbour.h', 'net_namespace.h', 'netconf.h', 'nexthop.h', 'rpl_iptunnel.h', 'rtnetlink.h',
  'seg6_iptunnel.h', 'seg6_local.h', 'veth.h', 'wwan.h',
] as const // prettier-ignore

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tables of any attributes
type Table = AttributeTable<any>

/** The table inside a nest, by the way to it: `inside(linkAttributes, 'afSpec', 'inet')`. */
function inside(table: Table, ...path: string[]): Table {
  return path.reduce<Table>((outer, name) => {
    const { codec } = (outer.map as AttributeMap)[name] ?? missing(name)
    return (codec as NestCodec<unknown, unknown>).table ?? missing(name)
  }, table)
}

/** The named values that an attribute takes. */
function valuesOf(table: Table, name: string): Record<string, number> {
  const { codec } = (table.map as AttributeMap)[name] ?? missing(name)
  return (codec as unknown as { names?: Record<string, number> }).names ?? missing(name)
}

/** Bits by their number, where the kernel's enum has them so. */
const bitNumbers = (values: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Math.log2(value)]))

const missing = (name: string): never => {
  throw new Error(`the schema has no ${name}`)
}

/** Enums of attributes: the tables that hold them together, and the set of the kernel's specification. */
export const ATTRIBUTES: Record<string, { tables: Table[]; spec?: string | string[] }> = {
  IFLA_UNSPEC: { tables: [linkAttributes], spec: 'rt-link/link-attrs' },
  IFLA_INFO_UNSPEC: { tables: [linkInfoCodec.table!], spec: 'rt-link/linkinfo-attrs' },
  IFLA_PROTO_DOWN_REASON_UNSPEC: { tables: [inside(linkAttributes, 'protoDownReason')] },
  IFLA_XDP_UNSPEC: { tables: [inside(linkAttributes, 'xdp')], spec: 'rt-link/xdp-attrs' },
  IFLA_INET_UNSPEC: { tables: [inside(linkAttributes, 'afSpec', 'inet')], spec: 'rt-link/ifla-attrs' },
  IPV4_DEVCONF_FORWARDING: { tables: [inside(linkAttributes, 'afSpec', 'inet', 'conf')] },
  IFLA_INET6_UNSPEC: { tables: [inside(linkAttributes, 'afSpec', 'inet6')], spec: 'rt-link/ifla6-attrs' },
  IFLA_MCTP_UNSPEC: { tables: [inside(linkAttributes, 'afSpec', 'mctp')], spec: 'rt-link/mctp-attrs' },
  IFLA_VF_INFO_UNSPEC: { tables: [inside(linkAttributes, 'vfInfoList')], spec: 'rt-link/vfinfo-list-attrs' },
  IFLA_VF_UNSPEC: { tables: [inside(linkAttributes, 'vfInfoList', 'info')], spec: 'rt-link/vfinfo-attrs' },
  IFLA_VF_VLAN_INFO_UNSPEC: {
    tables: [inside(linkAttributes, 'vfInfoList', 'info', 'vlanList')],
    spec: 'rt-link/vf-vlan-attrs',
  },
  IFLA_VF_STATS_RX_PACKETS: {
    tables: [inside(linkAttributes, 'vfInfoList', 'info', 'statistics')],
    spec: 'rt-link/vf-stats-attrs',
  },
  IFLA_VF_PORT_UNSPEC: { tables: [inside(linkAttributes, 'vfPorts')] },
  IFLA_PORT_UNSPEC: { tables: [inside(linkAttributes, 'vfPorts', 'port')] },

  IFLA_BR_UNSPEC: { tables: [kinds.bridge.data], spec: 'rt-link/linkinfo-bridge-attrs' },
  BRIDGE_QUERIER_UNSPEC: { tables: [inside(kinds.bridge.data, 'mcastQuerierState')] },
  IFLA_BRPORT_UNSPEC: { tables: [linkPorts.bridgePort.data], spec: 'rt-link/linkinfo-brport-attrs' },
  VETH_INFO_UNSPEC: { tables: [kinds.veth.data] },
  IFLA_VXLAN_UNSPEC: { tables: [kinds.vxlan.data] },
  IFLA_AMT_UNSPEC: { tables: [kinds.amt.data] },
  IFLA_BAREUDP_UNSPEC: { tables: [kinds.bareudp.data] },
  IFLA_BOND_UNSPEC: { tables: [kinds.bond.data], spec: 'rt-link/linkinfo-bond-attrs' },
  IFLA_BOND_AD_INFO_UNSPEC: { tables: [inside(kinds.bond.data, 'adInfo')], spec: 'rt-link/bond-ad-info-attrs' },
  IFLA_BOND_SLAVE_UNSPEC: { tables: [linkPorts.bondPort.data], spec: 'rt-link/bond-slave-attrs' },
  IFLA_CAIF_IPV4_CONNID: { tables: [kinds.caif.data] },
  IFLA_CAN_UNSPEC: { tables: [kinds.can.data] },
  IFLA_CAN_TDC_UNSPEC: { tables: [inside(kinds.can.data, 'tdc'), inside(kinds.can.data, 'xlTdc')] },
  IFLA_CAN_PWM_UNSPEC: { tables: [inside(kinds.can.data, 'xlPwm')] },
  IFLA_CAN_CTRLMODE_UNSPEC: { tables: [inside(kinds.can.data, 'ctrlmodeExt')] },
  IFLA_DSA_UNSPEC: { tables: [kinds.dsa.data] },
  IFLA_GENEVE_UNSPEC: { tables: [kinds.geneve.data], spec: 'rt-link/linkinfo-geneve-attrs' },
  IFLA_GRE_UNSPEC: {
    tables: [kinds.gre.data, kinds.gretap.data, kinds.erspan.data, kinds.ip6gre.data, kinds.ip6gretap.data, kinds.ip6erspan.data],
    spec: ['rt-link/linkinfo-gre-attrs', 'rt-link/linkinfo-gre6-attrs'],
  }, // prettier-ignore
  IFLA_GTP_UNSPEC: { tables: [kinds.gtp.data] },
  IFLA_HSR_UNSPEC: { tables: [kinds.hsr.data] },
  IFLA_IPOIB_UNSPEC: { tables: [kinds.ipoib.data] },
  IFLA_IPTUN_UNSPEC: {
    tables: [kinds.ipip.data, kinds.sit.data, kinds.ip6tnl.data],
    spec: ['rt-link/linkinfo-iptun-attrs', 'rt-link/linkinfo-ip6tnl-attrs'],
  },
  IFLA_IPVLAN_UNSPEC: { tables: [kinds.ipvlan.data] },
  IFLA_MACSEC_UNSPEC: { tables: [kinds.macsec.data] },
  IFLA_MACVLAN_UNSPEC: { tables: [kinds.macvlan.data] },
  IFLA_NETKIT_UNSPEC: { tables: [kinds.netkit.data], spec: 'rt-link/linkinfo-netkit-attrs' },
  IFLA_OVPN_UNSPEC: { tables: [kinds.ovpn.data], spec: 'rt-link/linkinfo-ovpn-attrs' },
  IFLA_PPP_UNSPEC: { tables: [kinds.ppp.data] },
  IFLA_RMNET_UNSPEC: { tables: [kinds.rmnet.data] },
  IFLA_TUN_UNSPEC: { tables: [kinds.tun.data], spec: 'rt-link/linkinfo-tun-attrs' },
  IFLA_VLAN_UNSPEC: { tables: [kinds.vlan.data], spec: 'rt-link/linkinfo-vlan-attrs' },
  IFLA_VLAN_QOS_UNSPEC: { tables: [inside(kinds.vlan.data, 'egressQos')], spec: 'rt-link/ifla-vlan-qos' },
  IFLA_VRF_UNSPEC: { tables: [kinds.vrf.data], spec: 'rt-link/linkinfo-vrf-attrs' },
  IFLA_VRF_PORT_UNSPEC: { tables: [linkPorts.vrfPort.data] },
  IFLA_VTI_UNSPEC: {
    tables: [kinds.vti.data, kinds.vti6.data],
    spec: ['rt-link/linkinfo-vti-attrs', 'rt-link/linkinfo-vti6-attrs'],
  },
  VXCAN_INFO_UNSPEC: { tables: [kinds.vxcan.data] },
  IFLA_WWAN_UNSPEC: { tables: [kinds.wwan.data] },
  IFLA_XFRM_UNSPEC: { tables: [kinds.xfrm.data] },

  IFA_UNSPEC: { tables: [addressAttributes], spec: 'rt-addr/addr-attrs' },
  IFAL_ADDRESS: { tables: [addressLabelAttributes] },
  NETCONFA_UNSPEC: { tables: [netconfAttributes] },
  NDTA_UNSPEC: { tables: [neighborTableAttributes], spec: 'rt-neigh/ndt-attrs' },
  NDTPA_UNSPEC: { tables: [inside(neighborTableAttributes, 'parameters')], spec: 'rt-neigh/ndtpa-attrs' },
  NDA_UNSPEC: { tables: [neighborAttributes, fdbAttributes, fdbFlushAttributes], spec: 'rt-neigh/neighbour-attrs' },
  NFEA_UNSPEC: { tables: [inside(fdbAttributes, 'fdbExtended')] },
  IFLA_BRIDGE_FLAGS: { tables: [bridgeAfSpec] },
  IFLA_BRIDGE_VLAN_TUNNEL_UNSPEC: { tables: [inside(bridgeAfSpec, 'vlanTunnelInfo')] },
  IFLA_BRIDGE_MST_UNSPEC: { tables: [inside(bridgeAfSpec, 'mst')] },
  IFLA_BRIDGE_MST_ENTRY_UNSPEC: { tables: [inside(bridgeAfSpec, 'mst', 'item')] },
  IFLA_BRIDGE_MRP_UNSPEC: { tables: [inside(bridgeAfSpec, 'mrp')] },
  IFLA_BRIDGE_MRP_INSTANCE_UNSPEC: { tables: [inside(bridgeAfSpec, 'mrp', 'instance')] },
  IFLA_BRIDGE_MRP_PORT_STATE_UNSPEC: { tables: [inside(bridgeAfSpec, 'mrp', 'portState')] },
  IFLA_BRIDGE_MRP_PORT_ROLE_UNSPEC: { tables: [inside(bridgeAfSpec, 'mrp', 'portRole')] },
  IFLA_BRIDGE_MRP_RING_STATE_UNSPEC: { tables: [inside(bridgeAfSpec, 'mrp', 'ringState')] },
  IFLA_BRIDGE_MRP_RING_ROLE_UNSPEC: { tables: [inside(bridgeAfSpec, 'mrp', 'ringRole')] },
  IFLA_BRIDGE_MRP_START_TEST_UNSPEC: { tables: [inside(bridgeAfSpec, 'mrp', 'startTest')] },
  IFLA_BRIDGE_MRP_INFO_UNSPEC: { tables: [inside(bridgeAfSpec, 'mrp', 'info')] },
  IFLA_BRIDGE_MRP_IN_STATE_UNSPEC: { tables: [inside(bridgeAfSpec, 'mrp', 'inState')] },
  IFLA_BRIDGE_MRP_IN_ROLE_UNSPEC: { tables: [inside(bridgeAfSpec, 'mrp', 'inRole')] },
  IFLA_BRIDGE_MRP_START_IN_TEST_UNSPEC: { tables: [inside(bridgeAfSpec, 'mrp', 'startInTest')] },
  IFLA_BRIDGE_CFM_UNSPEC: { tables: [inside(bridgeAfSpec, 'cfm')] },
  IFLA_BRIDGE_CFM_MEP_CREATE_UNSPEC: { tables: [inside(bridgeAfSpec, 'cfm', 'mepCreate')] },
  IFLA_BRIDGE_CFM_MEP_DELETE_UNSPEC: { tables: [inside(bridgeAfSpec, 'cfm', 'mepDelete')] },
  IFLA_BRIDGE_CFM_MEP_CONFIG_UNSPEC: { tables: [inside(bridgeAfSpec, 'cfm', 'mepConfig')] },
  IFLA_BRIDGE_CFM_CC_CONFIG_UNSPEC: { tables: [inside(bridgeAfSpec, 'cfm', 'ccConfig')] },
  IFLA_BRIDGE_CFM_CC_PEER_MEP_UNSPEC: { tables: [inside(bridgeAfSpec, 'cfm', 'ccPeerMepAdd')] },
  IFLA_BRIDGE_CFM_CC_RDI_UNSPEC: { tables: [inside(bridgeAfSpec, 'cfm', 'ccRdi')] },
  IFLA_BRIDGE_CFM_CC_CCM_TX_UNSPEC: { tables: [inside(bridgeAfSpec, 'cfm', 'ccCcmTx')] },
  IFLA_BRIDGE_CFM_MEP_STATUS_UNSPEC: { tables: [inside(bridgeAfSpec, 'cfm', 'mepStatusInfo')] },
  IFLA_BRIDGE_CFM_CC_PEER_STATUS_UNSPEC: { tables: [inside(bridgeAfSpec, 'cfm', 'ccPeerStatusInfo')] },
  BRIDGE_VLANDB_DUMP_UNSPEC: { tables: [vlanDumpAttributes] },
  BRIDGE_VLANDB_UNSPEC: { tables: [vlanAttributes] },
  BRIDGE_VLANDB_ENTRY_UNSPEC: { tables: [inside(vlanAttributes, 'entry')] },
  BRIDGE_VLANDB_TINFO_UNSPEC: { tables: [inside(vlanAttributes, 'entry', 'tunnelInfo')] },
  BRIDGE_VLANDB_STATS_UNSPEC: { tables: [inside(vlanAttributes, 'entry', 'statistics')] },
  BRIDGE_VLANDB_GOPTS_UNSPEC: { tables: [inside(vlanAttributes, 'globalOptions')] },
  MDBA_UNSPEC: { tables: [mdbAttributes] },
  MDBA_MDB_UNSPEC: { tables: [inside(mdbAttributes, 'mdb')] },
  MDBA_MDB_ENTRY_UNSPEC: { tables: [inside(mdbAttributes, 'mdb', 'entry')] },
  MDBA_MDB_EATTR_UNSPEC: { tables: [inside(mdbAttributes, 'mdb', 'entry', 'info')] },
  MDBA_MDB_SRCLIST_UNSPEC: { tables: [inside(mdbAttributes, 'mdb', 'entry', 'info', 'sourceList')] },
  MDBA_MDB_SRCATTR_UNSPEC: { tables: [inside(mdbAttributes, 'mdb', 'entry', 'info', 'sourceList', 'item')] },
  MDBA_SET_ENTRY_UNSPEC: { tables: [mdbRequestAttributes] },
  MDBA_GET_ENTRY_UNSPEC: { tables: [mdbRequestAttributes] },
  MDBE_ATTR_UNSPEC: { tables: [mdbOptions] },
  MDBE_SRC_LIST_UNSPEC: { tables: [inside(mdbOptions, 'sourceList')] },
  MDBE_SRCATTR_UNSPEC: { tables: [inside(mdbOptions, 'sourceList', 'entry')] },
  MDBA_ROUTER_UNSPEC: { tables: [routerPorts] },
  MDBA_ROUTER_PATTR_UNSPEC: { tables: [inside(routerPorts, 'port')] },
  VXLAN_VNIFILTER_UNSPEC: { tables: [vniAttributes] },
  VXLAN_VNIFILTER_ENTRY_UNSPEC: { tables: [inside(vniAttributes, 'entry')] },
  VNIFILTER_ENTRY_STATS_UNSPEC: { tables: [inside(vniAttributes, 'entry', 'statistics')] },
  RTA_UNSPEC: { tables: [routeAttributes, mplsRouteAttributes], spec: 'rt-route/route-attrs' },
  RTAX_UNSPEC: { tables: [inside(routeAttributes, 'metrics')], spec: 'rt-route/metrics' },
  FRA_UNSPEC: { tables: [ruleAttributes], spec: 'rt-rule/fib-rule-attrs' },
  IFLA_STATS_UNSPEC: { tables: [statisticsAttributes], spec: 'rt-link/stats-attrs' },
  IFLA_STATS_GETSET_UNSPEC: { tables: [statisticsRequestAttributes] },
  LINK_XSTATS_TYPE_UNSPEC: { tables: [inside(statisticsAttributes, 'linkXstats')] },
  BRIDGE_XSTATS_UNSPEC: { tables: [inside(statisticsAttributes, 'linkXstats', 'bridge')] },
  BOND_XSTATS_UNSPEC: { tables: [inside(statisticsAttributes, 'linkXstats', 'bond')] },
  BOND_3AD_STAT_LACPDU_RX: { tables: [inside(statisticsAttributes, 'linkXstats', 'bond', '3ad')] },
  IFLA_OFFLOAD_XSTATS_UNSPEC: {
    tables: [inside(statisticsAttributes, 'linkOffloadXstats')],
    spec: 'rt-link/link-offload-xstats',
  },
  IFLA_OFFLOAD_XSTATS_HW_S_INFO_UNSPEC: {
    tables: [inside(statisticsAttributes, 'linkOffloadXstats', 'hwStatsInfo', 'l3Stats')],
    spec: 'rt-link/hw-s-info-one',
  },
  MPLS_STATS_UNSPEC: { tables: [inside(statisticsAttributes, 'afSpec', 'mpls')] },
  MPLS_IPTUNNEL_UNSPEC: { tables: [encaps.mpls.data] },
  LWTUNNEL_IP_UNSPEC: { tables: [encaps.ip.data] },
  LWTUNNEL_IP6_UNSPEC: { tables: [encaps.ip6.data] },
  LWTUNNEL_IP_OPTS_UNSPEC: { tables: [inside(encaps.ip.data, 'opts')] },
  LWTUNNEL_IP_OPT_GENEVE_UNSPEC: { tables: [inside(encaps.ip.data, 'opts', 'geneve')] },
  LWTUNNEL_IP_OPT_VXLAN_UNSPEC: { tables: [inside(encaps.ip.data, 'opts', 'vxlan')] },
  LWTUNNEL_IP_OPT_ERSPAN_UNSPEC: { tables: [inside(encaps.ip.data, 'opts', 'erspan')] },
  ILA_ATTR_UNSPEC: { tables: [encaps.ila.data] },
  SEG6_IPTUNNEL_UNSPEC: { tables: [encaps.seg6.data] },
  LWT_BPF_UNSPEC: { tables: [encaps.bpf.data] },
  LWT_BPF_PROG_UNSPEC: { tables: [inside(encaps.bpf.data, 'xmit')] },
  SEG6_LOCAL_UNSPEC: { tables: [encaps.seg6local.data] },
  SEG6_LOCAL_BPF_PROG_UNSPEC: { tables: [inside(encaps.seg6local.data, 'bpf')] },
  SEG6_LOCAL_CNT_UNSPEC: { tables: [inside(encaps.seg6local.data, 'counters')] },
  SEG6_LOCAL_FLV_UNSPEC: { tables: [inside(encaps.seg6local.data, 'flavors')] },
  RPL_IPTUNNEL_UNSPEC: { tables: [encaps.rpl.data] },
  IOAM6_IPTUNNEL_UNSPEC: { tables: [encaps.ioam6.data] },
  LWT_XFRM_UNSPEC: { tables: [encaps.xfrm.data] },
  IPMRA_TABLE_UNSPEC: { tables: [multicastTable] },
  IPMRA_VIF_UNSPEC: { tables: [inside(multicastTable, 'vifs')] },
  IPMRA_VIFA_UNSPEC: { tables: [inside(multicastTable, 'vifs', 'item')] },
  IPMRA_CREPORT_UNSPEC: { tables: [multicastReportAttributes] },
  IP6MRA_CREPORT_UNSPEC: { tables: [multicastReport6Attributes] },
  PREFIX_UNSPEC: { tables: [prefixAttributes] },
  NDUSEROPT_UNSPEC: { tables: [ndUserOptionAttributes] },
  NHA_UNSPEC: { tables: [nexthopAttributes] },
  NHA_RES_GROUP_UNSPEC: { tables: [inside(nexthopAttributes, 'resilient')] },
  NHA_RES_BUCKET_UNSPEC: { tables: [inside(nexthopAttributes, 'bucket')] },
  NHA_GROUP_STATS_UNSPEC: { tables: [inside(nexthopAttributes, 'groupStats')] },
  NHA_GROUP_STATS_ENTRY_UNSPEC: { tables: [inside(nexthopAttributes, 'groupStats', 'item')] },
  NETNSA_NONE: { tables: [namespaceIdAttributes] },
}

/** Enums of values: our names and numbers. */
export const VALUES: Record<string, Record<string, number>> = {
  IFF_UP: linkFlag,
  IF_OPER_UNKNOWN: operState,
  IF_LINK_MODE_DEFAULT: linkMode,
  IFLA_EVENT_NONE: linkEvent,
  IN6_ADDR_GEN_MODE_EUI64: addrGenMode,
  XDP_ATTACHED_NONE: valuesOf(inside(linkAttributes, 'xdp'), 'attached'),
  PORT_REQUEST_PREASSOCIATE: valuesOf(inside(linkAttributes, 'vfPorts', 'port'), 'request'),
  PORT_VDP_RESPONSE_SUCCESS: portResponse,
  IFLA_VF_LINK_STATE_AUTO: vfLinkStates,
  MDB_RTR_TYPE_DISABLED: multicastRouter,
  BR_BOOLOPT_NO_LL_LEARN: bitNumbers(valuesOf(kinds.bridge.data, 'multiBoolopt')),
  BR_STP_MODE_AUTO: valuesOf(kinds.bridge.data, 'stpMode'),
  VXLAN_LABEL_FIXED: valuesOf(kinds.vxlan.data, 'labelPolicy'),
  NETKIT_L2: valuesOf(kinds.netkit.data, 'mode'),
  NETKIT_DEVICE_PAIR: valuesOf(kinds.netkit.data, 'pairing'),
  NETKIT_SCRUB_NONE: valuesOf(kinds.netkit.data, 'scrub'),
  OVPN_MODE_P2P: valuesOf(kinds.ovpn.data, 'mode'),
  VXLAN_DF_UNSET: valuesOf(kinds.vxlan.data, 'df'),
  AMT_MODE_GATEWAY: valuesOf(kinds.amt.data, 'mode'),
  CAN_STATE_ERROR_ACTIVE: valuesOf(kinds.can.data, 'state'),
  GENEVE_DF_UNSET: valuesOf(kinds.geneve.data, 'df'),
  GTP_ROLE_GGSN: valuesOf(kinds.gtp.data, 'role'),
  HSR_PROTOCOL_HSR: valuesOf(kinds.hsr.data, 'protocol'),
  IPOIB_MODE_DATAGRAM: valuesOf(kinds.ipoib.data, 'mode'),
  IPVLAN_MODE_L2: valuesOf(kinds.ipvlan.data, 'mode'),
  MACSEC_VALIDATE_DISABLED: valuesOf(kinds.macsec.data, 'validation'),
  MACSEC_OFFLOAD_OFF: valuesOf(kinds.macsec.data, 'offload'),
  MACVLAN_MODE_PRIVATE: valuesOf(kinds.macvlan.data, 'mode'),
  MACVLAN_MACADDR_ADD: valuesOf(kinds.macvlan.data, 'macaddrMode'),
  TUNNEL_ENCAP_NONE: valuesOf(kinds.gre.data, 'encapType'),
  RTN_UNSPEC: routeTypeNumber,
  LWTUNNEL_ENCAP_NONE: Object.fromEntries(Object.values(encaps).map(({ name, number }) => [name, number])),
  SEG6_IPTUN_MODE_INLINE: seg6Mode,
  SEG6_LOCAL_ACTION_UNSPEC: seg6LocalAction,
  SEG6_LOCAL_FLV_OP_UNSPEC: bitNumbers(seg6LocalFlavor),
  IOAM6_IPTUNNEL_MODE_INLINE: valuesOf(encaps.ioam6.data, 'mode'),
  ILA_CSUM_ADJUST_TRANSPORT: valuesOf(encaps.ila.data, 'csumMode'),
  ILA_ATYPE_IID: valuesOf(encaps.ila.data, 'identType'),
  ILA_HOOK_ROUTE_OUTPUT: valuesOf(encaps.ila.data, 'hookType'),
  NEXTHOP_GRP_TYPE_MPATH: nexthopGroupType,
  RT_SCOPE_UNIVERSE: routeScopeNumber,
  RT_TABLE_UNSPEC: routeTableNumber,
  FR_ACT_UNSPEC: ruleAction,
  FDB_NOTIFY_BIT: fdbActivity,
  RTM_BASE: rtnetlink,
  RTNLGRP_NONE: rtnetlink,
}

/** Enums and flags of the kernel's specifications: our names and numbers. */
export const SPECIFIED_VALUES: Record<string, Record<string, number>> = {
  'rt-link/ifinfo-flags': linkFlag,
  'rt-link/vlan-flags': valuesOf(kinds.vlan.data, 'flags'),
  'rt-link/ifla-vf-link-state-enum': vfLinkStates,
  'rt-link/netkit-policy': valuesOf(kinds.netkit.data, 'policy'),
  'rt-link/netkit-mode': valuesOf(kinds.netkit.data, 'mode'),
  'rt-link/netkit-scrub': valuesOf(kinds.netkit.data, 'scrub'),
  'rt-link/ovpn-mode': valuesOf(kinds.ovpn.data, 'mode'),
  'rt-addr/ifa-flags': valuesOf(addressAttributes, 'flags'),
  'rt-route/rtm-type': routeTypeNumber,
  'rt-rule/fr-act': ruleAction,
  'rt-neigh/nud-state': neighborState,
  'rt-neigh/ntf-flags': neighborFlag,
  'rt-neigh/ntf-ext-flags': neighborExtendedFlag,
  'rt-neigh/rtm-type': routeTypeNumber,
}

/** Arrays of numbers that an enum names, which we read as objects. */
export const ARRAYS: Record<string, { codec: () => NestCodec<unknown, unknown>; offset: number }> = {
  DEVCONF_FORWARDING: {
    codec: () =>
      (inside(linkAttributes, 'afSpec', 'inet6').map as AttributeMap).conf!.codec as NestCodec<unknown, unknown>,
    offset: 0,
  },
}
