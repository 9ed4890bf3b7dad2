/** GRE tunnels over IPv4 and IPv6, of IP, Ethernet and ERSPAN (IFLA_GRE_*, linux/if_tunnel.h; ip-link(8), "GRE"). */
import { attribute, attributes } from '../../wire/attributes.js'
import { be16, be32, bits, bool8, flag, oneOf, u16, u32, u8 } from '../../wire/codec.js'
import { ipv4, ipv6 } from '../../wire/inet.js'
import type { Writer } from '../../wire/writer.js'
import { ip6TunnelFlag } from '../ip6-tunnel-flag.js'
import { linkIndexOrNone } from '../link-reference.js'
import { tunnelEncap } from '../tunnel-encap.js'
import { linkKind, refuseData } from './kind.js'

/** GRE_*: what is in the header, or has to be. */
const greFlag = { csum: 0x8000, key: 0x2000, seq: 0x1000 } as const
type GreFlags = readonly (keyof typeof greFlag | number)[]

/** Of both versions of IP. A key counts only where the flags say that there is one. */
const head = {
  /** The link that packets leave by; null for the one that the route says. */
  link: attribute(1, linkIndexOrNone()),
  /** What received packets must have: a key that is `ikey`, a sequence number, a checksum. */
  iflags: attribute(2, bits(be16(), greFlag)),
  /** What packets are sent with. */
  oflags: attribute(3, bits(be16(), greFlag)),
  /** The key of received packets, with the flag `key` in `iflags`. ip(8) shows it as four numbers with dots. */
  ikey: attribute(4, be32()),
  /** The key of packets sent, with the flag `key` in `oflags`. */
  okey: attribute(5, be32()),
} as const
const tail = {
  ...tunnelEncap(14),
  /** External mode: tunnel metadata comes with each packet (`external` of ip-link). */
  collectMetadata: attribute(18, flag()),
  /** The mark that packets are routed with. */
  fwmark: attribute(20, u32()),
} as const

const over4 = {
  ...head,
  /** The source address; 0.0.0.0: by the route. */
  local: attribute(6, ipv4()),
  /** The remote end. 0.0.0.0 or a multicast group: many. */
  remote: attribute(7, ipv4()),
  /** The TTL of the outer header, 1 to 255; 0: the inner header's. */
  ttl: attribute(8, u8()),
  /** TOS of the outer header; 1: the inner one's. */
  tos: attribute(9, u8()),
  /** Path MTU discovery: the don't-fragment bit is set. On at first. */
  pmtudisc: attribute(10, bool8()),
  ...tail,
  /** The inner don't-fragment bit is ignored; only without `pmtudisc`. */
  ignoreDf: attribute(19, bool8()),
} as const

const over6 = {
  ...head,
  /** The source address; ::: by the route. */
  local: attribute(6, ipv6()),
  /** The remote end. */
  remote: attribute(7, ipv6()),
  /** The hop limit; 0: the inner header's. Default: 0, where ip-link(8) says 64. */
  ttl: attribute(8, u8()),
  /** How deep tunnels may stand in each other: 0 to 255. Default: 0, where ip-link(8) says 4. */
  encapLimit: attribute(11, u8()),
  /** Traffic class and flow label of the outer header: eight bits before twenty. */
  flowinfo: attribute(12, be32({ max: 0xfffffff })),
  /** IP6_TNL_F_*: what the tunnel takes from the inner header, and what it allows. */
  flags: attribute(13, bits(u32(), ip6TunnelFlag)),
  ...tail,
} as const

const mirror = {
  /** With version 1: the port of the switch that is mirrored, 0 to 1048575. */
  erspanIndex: attribute(21, u32({ max: 0xfffff })),
  /** The version of ERSPAN. 0: type I; 1: type II; 2: type III. Default: 1. */
  erspanVer: attribute(22, u8({ max: 2 })),
  /** With version 2: the direction that is mirrored. Default: ingress. */
  erspanDir: attribute(23, oneOf(u8({ max: 1 }), { ingress: 0, egress: 1 })),
  /** With version 2: the engine that mirrors, 0 to 63. Default: 0. */
  erspanHwid: attribute(24, u16({ max: 63 })),
  /** The session: the key of received packets, 0 to 1023. */
  ikey: attribute(4, be32({ max: 1023 })),
  /** The session: the key of packets sent, 0 to 1023. */
  okey: attribute(5, be32({ max: 1023 })),
} as const

interface Keys {
  iflags?: GreFlags | undefined
  oflags?: GreFlags | undefined
  ikey?: number | undefined
  okey?: number | undefined
}

const numberOf = (flags: GreFlags | undefined): number =>
  Array.isArray(flags)
    ? (flags as GreFlags).reduce<number>((all, one) => all | (typeof one === 'number' ? one : greFlag[one]), 0)
    : 0

/** The kernel would take a key and not use it. */
function checkKeys(w: Writer, data: Keys): void {
  for (const [key, flags] of [
    ['ikey', 'iflags'],
    ['okey', 'oflags'],
  ] as const) {
    if (data[key] !== undefined && (numberOf(data[flags]) & greFlag.key) === 0) {
      throw refuseData(w, flags, `the flag key, since there is an ${key}`, data[flags])
    }
  }
}

function checkOver4(w: Writer, data: Keys & { ignoreDf?: boolean | undefined; pmtudisc?: boolean | undefined }): void {
  checkKeys(w, data)
  if (data.ignoreDf === true && data.pmtudisc !== false) {
    throw refuseData(w, 'pmtudisc', 'false, since ignoreDf is true', data.pmtudisc)
  }
}

/** ERSPAN of types II and III has keys and sequence numbers, and nothing else (RFC draft foschiano-erspan). */
function checkErspan(
  w: Writer,
  data: Keys & { erspanVer?: number | undefined; collectMetadata?: boolean | undefined },
): void {
  if (data.erspanVer !== 0 && data.collectMetadata !== true) {
    if ((numberOf(data.iflags) | numberOf(data.oflags)) !== (greFlag.key | greFlag.seq)) {
      throw refuseData(w, 'oflags', 'with iflags together: key and seq (or erspanVer: 0)', data.oflags)
    }
  }
  checkKeys(w, data)
}

const anyGre = { needed: false, fixed: false, madeOn: false } as const

/** IP over GRE over IPv4 (RFC 2784, RFC 2890). */
export const gre = linkKind({ name: 'gre', ...anyGre, data: attributes(over4), check: checkOver4 })
/** Ethernet over GRE over IPv4. */
export const gretap = linkKind({ name: 'gretap', ...anyGre, data: attributes(over4), check: checkOver4 })
/** Mirrored Ethernet over GRE over IPv4. */
export const erspan = linkKind({
  name: 'erspan',
  ...anyGre,
  data: attributes({ ...over4, ...mirror }),
  check(w, data) {
    checkErspan(w, data)
    checkOver4(w, data)
  },
})
/** IP over GRE over IPv6. */
export const ip6gre = linkKind({ name: 'ip6gre', ...anyGre, data: attributes(over6), check: checkKeys })
/** Ethernet over GRE over IPv6. */
export const ip6gretap = linkKind({ name: 'ip6gretap', ...anyGre, data: attributes(over6), check: checkKeys })
/** Mirrored Ethernet over GRE over IPv6. */
export const ip6erspan = linkKind({
  name: 'ip6erspan',
  ...anyGre,
  data: attributes({ ...over6, ...mirror }),
  check: checkErspan,
})
