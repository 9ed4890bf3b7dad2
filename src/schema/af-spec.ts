/** What address families say of a link: IFLA_AF_SPEC (linux/if_link.h, linux/ip.h, linux/ipv6.h). */
import { attribute, attributes, type Given, nested, type NestCodec, readOnly } from '../wire/attributes.js'
import { bits, bytes, oneOf, s32, u32, u8 } from '../wire/codec.js'
import { ipv6 } from '../wire/inet.js'
import { struct } from '../wire/struct.js'

/** IPV4_DEVCONF_*, from 1. The sysctls net.ipv4.conf.LINK.*. */
const inetConf = attributes({
  /** Packets that arrive here may be forwarded. */
  forwarding: attribute(1, s32()),
  /** Multicast packets are routed; multicast routing daemons set it. */
  mcForwarding: attribute(2, s32()),
  /** ARP requests for what is routed elsewhere are answered. */
  proxyArp: attribute(3, s32()),
  /** ICMP redirects are believed. */
  acceptRedirects: attribute(4, s32()),
  /** ICMP redirects are believed of known gateways alone. */
  secureRedirects: attribute(5, s32()),
  /** ICMP redirects are sent. */
  sendRedirects: attribute(6, s32()),
  /** Several networks share the link: redirects between them are fit (RFC 1620). */
  sharedMedia: attribute(7, s32()),
  /** Whether the source address must be routed by this link (1), by any (2), or is not looked at (0). */
  rpFilter: attribute(8, s32()),
  /** Packets with source routes are taken. */
  acceptSourceRoute: attribute(9, s32()),
  /** Packets from 0.b.c.d for others are taken as BOOTP’s; not implemented. */
  bootpRelay: attribute(10, s32()),
  /** Packets with impossible addresses are written to the log. */
  logMartians: attribute(11, s32()),
  /** A number that the kernel does nothing with. */
  tag: attribute(12, s32()),
  /** ARP is answered only where this link would be the one to answer by. */
  arpFilter: attribute(13, s32()),
  /** Which medium the link is on, for `proxyArp`: 0 one of its own, -1 not known. */
  mediumId: attribute(14, s32()),
  /** No IPsec, whatever the policy (disable_xfrm). */
  noXfrm: attribute(15, s32()),
  /** No IPsec policy (disable_policy). */
  noPolicy: attribute(16, s32()),
  /** The version of IGMP, 1 to 3; 0: the newest that works. */
  forceIgmpVersion: attribute(17, s32()),
  /** Source addresses of ARP requests: 0 any, 1 rather one of the target’s network, 2 the best for the target. */
  arpAnnounce: attribute(18, s32()),
  /** Which ARP requests are answered: 0 for all local addresses, 1 for those of this link, 2 to 8 for fewer. */
  arpIgnore: attribute(19, s32()),
  /** When an address is deleted the next of its network takes its place. */
  promoteSecondaries: attribute(20, s32()),
  /** Unasked ARP makes entries: 0 no, 1 yes, 2 of the link’s networks. */
  arpAccept: attribute(21, s32()),
  /** Unasked ARP is sent when the link comes up or its address changes. */
  arpNotify: attribute(22, s32()),
  /** Packets from addresses of this host are taken. */
  acceptLocal: attribute(23, s32()),
  /** `rpFilter` looks at the mark of packets. */
  srcVmark: attribute(24, s32()),
  /** `proxyArp` answers on the link that it was asked on (private VLANs). */
  proxyArpPvlan: attribute(25, s32()),
  /** 127.0.0.0/8 is routed as any other network. */
  routeLocalnet: attribute(26, s32()),
  /** Milliseconds until the report of a group that was joined is sent again, by IGMPv1 and IGMPv2. */
  igmpv2UnsolicitedReportInterval: attribute(27, s32()),
  /** Milliseconds until the report of a group that was joined is sent again, by IGMPv3. */
  igmpv3UnsolicitedReportInterval: attribute(28, s32()),
  /** Routes of a link without carrier are passed over. */
  ignoreRoutesWithLinkdown: attribute(29, s32()),
  /** Unicast IP packets in link-layer multicast are dropped. */
  dropUnicastInL2Multicast: attribute(30, s32()),
  /** Unasked ARP is dropped. */
  dropGratuitousArp: attribute(31, s32()),
  /** Directed broadcasts are forwarded. */
  bcForwarding: attribute(32, s32()),
  /** The neighbour table is emptied when the carrier is lost. */
  arpEvictNocarrier: attribute(33, s32()),
})
type InetConf = Given<typeof inetConf.map>

/** Given as a nest of the settings to change, read as an array of all of them: the kernel has it both ways. */
const inetConfCodec: NestCodec<InetConf, { [K in keyof InetConf]?: number }> = {
  ...nested(inetConf),
  expects: 'an object of the settings to change',
  read(r, start, end) {
    const out: Record<string, number> = {}
    for (let at = start, type = 1; at + 4 <= end; at += 4, type++) {
      out[inetConf.byType(type)?.name ?? type] = r.getS32(at)
    }
    return out
  },
}

/** DEVCONF_*, from 0: the sysctls net.ipv6.conf.LINK.* (stable_secret excepted: 0). */
const inet6Conf = struct('ipv6_devconf', {
  forwarding: 's32',
  hoplimit: 's32',
  mtu6: 's32',
  acceptRa: 's32',
  acceptRedirects: 's32',
  autoconf: 's32',
  dadTransmits: 's32',
  rtrSolicits: 's32',
  rtrSolicitInterval: 's32',
  rtrSolicitDelay: 's32',
  useTempaddr: 's32',
  tempValidLft: 's32',
  tempPreferedLft: 's32',
  regenMaxRetry: 's32',
  maxDesyncFactor: 's32',
  maxAddresses: 's32',
  forceMldVersion: 's32',
  acceptRaDefrtr: 's32',
  acceptRaPinfo: 's32',
  acceptRaRtrPref: 's32',
  rtrProbeInterval: 's32',
  acceptRaRtInfoMaxPlen: 's32',
  proxyNdp: 's32',
  optimisticDad: 's32',
  acceptSourceRoute: 's32',
  mcForwarding: 's32',
  disableIpv6: 's32',
  acceptDad: 's32',
  forceTllao: 's32',
  ndiscNotify: 's32',
  mldv1UnsolicitedReportInterval: 's32',
  mldv2UnsolicitedReportInterval: 's32',
  suppressFragNdisc: 's32',
  acceptRaFromLocal: 's32',
  useOptimistic: 's32',
  acceptRaMtu: 's32',
  stableSecret: 's32',
  useOifAddrsOnly: 's32',
  acceptRaMinHopLimit: 's32',
  ignoreRoutesWithLinkdown: 's32',
  dropUnicastInL2Multicast: 's32',
  dropUnsolicitedNa: 's32',
  keepAddrOnDown: 's32',
  rtrSolicitMaxInterval: 's32',
  seg6Enabled: 's32',
  seg6RequireHmac: 's32',
  enhancedDad: 's32',
  addrGenMode: 's32',
  disablePolicy: 's32',
  acceptRaRtInfoMinPlen: 's32',
  ndiscTclass: 's32',
  rplSegEnabled: 's32',
  raDefrtrMetric: 's32',
  ioam6Enabled: 's32',
  ioam6Id: 's32',
  ioam6IdWide: 's32',
  ndiscEvictNocarrier: 's32',
  acceptUntrackedNa: 's32',
  acceptRaMinLft: 's32',
  forceForwarding: 's32',
})

/** IPSTATS_MIB_*, behind their number. */
const inet6Statistics = struct('ipstats_mib', {
  num: 'u64',
  inPkts: 'u64',
  inOctets: 'u64',
  inDelivers: 'u64',
  outForwDatagrams: 'u64',
  outPkts: 'u64',
  outOctets: 'u64',
  inHdrErrors: 'u64',
  inTooBigErrors: 'u64',
  inNoRoutes: 'u64',
  inAddrErrors: 'u64',
  inUnknownProtos: 'u64',
  inTruncatedPkts: 'u64',
  inDiscards: 'u64',
  outDiscards: 'u64',
  outNoRoutes: 'u64',
  reasmTimeout: 'u64',
  reasmReqds: 'u64',
  reasmOks: 'u64',
  reasmFails: 'u64',
  fragOks: 'u64',
  fragFails: 'u64',
  fragCreates: 'u64',
  inMcastPkts: 'u64',
  outMcastPkts: 'u64',
  inBcastPkts: 'u64',
  outBcastPkts: 'u64',
  inMcastOctets: 'u64',
  outMcastOctets: 'u64',
  inBcastOctets: 'u64',
  outBcastOctets: 'u64',
  csumErrors: 'u64',
  noEctPkts: 'u64',
  ect1Pkts: 'u64',
  ect0Pkts: 'u64',
  cePkts: 'u64',
  reasmOverlaps: 'u64',
  outTransmits: 'u64',
})

/** ICMP6_MIB_*, behind their number. */
const icmp6Statistics = struct('icmp6_mib', {
  num: 'u64',
  inMsgs: 'u64',
  inErrors: 'u64',
  outMsgs: 'u64',
  outErrors: 'u64',
  csumErrors: 'u64',
  rateLimitHost: 'u64',
})

/** IF_* of an IPv6 interface (net/if_inet6.h). */
export const inet6Flag = {
  raOtherConf: 0x80,
  raManaged: 0x40,
  raRcvd: 0x20,
  rsSent: 0x10,
  ready: 0x80000000,
} as const

/** IN6_ADDR_GEN_MODE_*: how the link-local and SLAAC addresses are made; `none`: there are none. */
export const addrGenMode = { eui64: 0, none: 1, stablePrivacy: 2, random: 3 } as const

const inet = attributes({
  /** Settings of IPv4 on this link, as net.ipv4.conf has them. Only those given are changed. */
  conf: attribute(1, inetConfCodec),
})

const inet6 = attributes({
  /**
   * IF_*: `ready`: there is a link. `rsSent`: routers were asked. `raRcvd`: a router answered; `raManaged`,
   * `raOtherConf`: it said that addresses, or other things, are to be had by DHCPv6.
   */
  flags: readOnly(1, bits(u32(), inet6Flag)),
  /** Settings of IPv6 on this link, as net.ipv6.conf has them. */
  conf: readOnly(2, inet6Conf),
  /** What IPv6 counted on this link, as in /proc/net/dev_snmp6. */
  statistics: readOnly(3, inet6Statistics),
  /** IFLA_INET6_MCAST, which the kernel does not send. */
  mcast: readOnly(4, bytes()),
  /**
   * Bytes that a packet put together may have; 1/100 s from the system's start to the last change; milliseconds that a
   * neighbour is held to be reachable, and between solicitations.
   */
  cacheInfo: readOnly(
    5,
    struct('ifla_cacheinfo', { maxReasmLen: 'u32', tstamp: 'u32', reachableTime: 's32', retransTime: 'u32' }),
  ),
  /** What ICMPv6 counted on this link, as in /proc/net/dev_snmp6. */
  icmp6Statistics: readOnly(6, icmp6Statistics),
  /** The host part of addresses made from router advertisements: '::1:2:3:4', or '::' for none. */
  token: attribute(7, ipv6()),
  /** How addresses are made: `none` before the link is up means no link-local address. */
  addrGenMode: attribute(8, oneOf(u8(), addrGenMode)),
  /** The MTU that a router advertised, in bytes. Absent: none did. */
  raMtu: readOnly(9, u32()),
})

const mctp = attributes({
  /** The number of the MCTP network. */
  net: attribute(1, u32()),
  /** How MCTP is carried (DMTF DSP0239): 1 SMBus, 2 PCIe VDM, 3 USB, 4 KCS, 5 serial, 6 I3C. */
  physBinding: readOnly(2, u8()),
})

/** IFLA_AF_SPEC: a nest for each family. */
export const afSpec = attributes({
  /** Settings of IPv4 on the link. */
  inet: attribute(2, nested(inet)),
  /** Settings of IPv6 on the link, its state and its counters. */
  inet6: attribute(10, nested(inet6)),
  /** The Management Component Transport Protocol. */
  mctp: attribute(45, nested(mctp)),
})
