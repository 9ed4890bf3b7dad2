/** IP over IP (IFLA_IPTUN_*, linux/if_tunnel.h; ip-link(8), "IPIP, SIT", "IP6TNL"; ip-tunnel(8)). */
import { attribute, attributes } from '../../wire/attributes.js'
import { be32, bits, bool8, flag, oneOf, u16, u32, u8 } from '../../wire/codec.js'
import { ipv4, ipv6 } from '../../wire/inet.js'
import { ip6TunnelFlag } from '../ip6-tunnel-flag.js'
import { linkIndexOrNone } from '../link-reference.js'
import { tunnelEncap } from '../tunnel-encap.js'
import { linkKind } from './kind.js'

/** IPPROTO_*: what is carried. */
const protocol = { any: 0, ipip: 4, ipv6: 41, mpls: 137 } as const

const both = {
  /** The link that packets leave by; null for the one that the route says. */
  link: attribute(1, linkIndexOrNone()),
  ...tunnelEncap(15),
  /** The mark that packets are routed with. */
  fwmark: attribute(20, u32()),
} as const

const over4 = {
  ...both,
  /** The source address; 0.0.0.0: by the route. */
  local: attribute(2, ipv4()),
  /** The remote end; 0.0.0.0: any. */
  remote: attribute(3, ipv4()),
  /** The TTL of the outer header, 1 to 255; 0: the inner header's. Of a sit: 64 at first. */
  ttl: attribute(4, u8()),
  /** TOS of the outer header; 1: the inner one's. */
  tos: attribute(5, u8()),
  /** What is carried. Default: `ipip` of an ipip, which can't have `ipv6`; `ipv6` of a sit. ip-link(8) says `any`. */
  proto: attribute(9, oneOf(u8(), protocol)),
  /** Path MTU discovery: the don't-fragment bit is set. On at first. */
  pmtudisc: attribute(10, bool8()),
} as const

/** External mode: tunnel metadata comes with each packet (`external` of ip-link). */
const collectMetadata = attribute(19, flag())

/** IPv4 or MPLS over IPv4 (RFC 2003). */
export const ipip = linkKind({
  name: 'ipip',
  needed: false,
  fixed: false,
  madeOn: false,
  data: attributes({
    ...over4,
    /** External mode: tunnel metadata comes with each packet (`external` of ip-link). */
    collectMetadata,
  }),
})

/** IPv6, IPv4 or MPLS over IPv4 (RFC 4213; 6rd: RFC 5969; ISATAP: RFC 5214). */
export const sit = linkKind({
  name: 'sit',
  needed: false,
  fixed: false,
  madeOn: false,
  data: attributes({
    ...over4,
    /** The prefix list of ISATAP is used. In the byte order of the host, whatever the kernel calls it. */
    flags: attribute(8, bits(u16(), { isatap: 1 })),
    /** The prefix of the 6rd domain, whose length is `6rdPrefixlen`. Default: 2002::, which is 6to4. */
    '6rdPrefix': attribute(11, ipv6()),
    /** The IPv4 prefix that all relays have in common, whose length is `6rdRelayPrefixlen`. */
    '6rdRelayPrefix': attribute(12, ipv4()),
    /** The length of `6rdPrefix`, 0 to 128. Default: 16. */
    '6rdPrefixlen': attribute(13, u16({ max: 128 })),
    /** The length of `6rdRelayPrefix`, 0 to 32. Default: 0. */
    '6rdRelayPrefixlen': attribute(14, u16({ max: 32 })),
  }),
})

/** IPv6 or IPv4 over IPv6 (RFC 2473). */
export const ip6tnl = linkKind({
  name: 'ip6tnl',
  needed: false,
  fixed: false,
  madeOn: false,
  data: attributes({
    ...both,
    /** The source address; ::: by the route. */
    local: attribute(2, ipv6()),
    /** The remote end; ::: any. */
    remote: attribute(3, ipv6()),
    /** The hop limit; 0: the inner header's. Default: 0, where ip-link(8) says 64. */
    ttl: attribute(4, u8()),
    /** How deep tunnels may stand in each other: 0 to 255. Default: 0, where ip-link(8) says 4. */
    encapLimit: attribute(6, u8()),
    /** Traffic class and flow label of the outer header: eight bits before twenty. */
    flowinfo: attribute(7, be32({ max: 0xfffffff })),
    /** IP6_TNL_F_*: what the tunnel takes from the inner header, and what it allows. */
    flags: attribute(8, bits(u32(), ip6TunnelFlag)),
    /** What is carried: `ipv6`, `ipip` or `any`, which is where it begins. */
    proto: attribute(9, oneOf(u8(), protocol)),
    /** External mode: tunnel metadata comes with each packet (`external` of ip-link). */
    collectMetadata,
  }),
})
