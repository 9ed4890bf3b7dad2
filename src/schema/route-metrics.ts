/** RTAX_*: what a route says of the path, for TCP above all (linux/rtnetlink.h, ip-route(8)). */
import { attribute, attributes, type Given, type Read } from '../wire/attributes.js'
import { bits, bool32, type Codec, text, u32 } from '../wire/codec.js'

const RTAX = {
  mtu: 2,
  window: 3,
  rtt: 4,
  rttvar: 5,
  ssthresh: 6,
  cwnd: 7,
  advmss: 8,
  reordering: 9,
  hoplimit: 10,
  initcwnd: 11,
  features: 12,
  rtoMin: 13,
  initrwnd: 14,
  quickack: 15,
  ccAlgo: 16,
  fastopenNoCookie: 17,
} as const

/** RTAX_LOCK: bit N stands for the metric with number N. */
const lockBit = Object.fromEntries(Object.entries(RTAX).map(([name, number]) => [name, 1 << number])) as {
  readonly [Name in keyof typeof RTAX]: number
}

/** RTAX_FEATURE_* */
const feature = { ecn: 0x1, sack: 0x2, timestamp: 0x4, allfrag: 0x8, tcpUsecTs: 0x10 } as const

/** The kernel's own limits are lower in places, and it lowers what is above: mtu 65520, advmss 65495, hoplimit 255. */
const number: Codec<number> = u32()

export const routeMetrics = attributes({
  /** Metrics that the kernel does not adapt: `['mtu']` means that path MTU discovery is not tried. */
  lock: attribute(1, bits(u32(), lockBit)),
  /** The largest packet that the path takes, in bytes. */
  mtu: attribute(RTAX.mtu, number),
  /** The largest TCP window to advertise, in bytes. */
  window: attribute(RTAX.window, number),
  /** The first estimate of the round trip time, in eighths of a millisecond. */
  rtt: attribute(RTAX.rtt, number),
  /** The first estimate of its variance, in quarters of a millisecond. */
  rttvar: attribute(RTAX.rttvar, number),
  /** The first slow start threshold of TCP, in segments. */
  ssthresh: attribute(RTAX.ssthresh, number),
  /** The limit of the congestion window; has effect where it is locked. */
  cwnd: attribute(RTAX.cwnd, number),
  /** The TCP maximum segment size to advertise, in bytes. */
  advmss: attribute(RTAX.advmss, number),
  /** Reordering to expect, in packets. */
  reordering: attribute(RTAX.reordering, number),
  /** The TTL or hop limit of packets that this host sends; 0: the system's default. */
  hoplimit: attribute(RTAX.hoplimit, number),
  /** The first congestion window, in segments. */
  initcwnd: attribute(RTAX.initcwnd, number),
  /**
   * `ecn`: TCP asks for ECN, whatever net.ipv4.tcp_ecn says. `tcpUsecTs`: TCP timestamps are in microseconds (6.7).
   * `sack` and `timestamp` have no effect.
   */
  features: attribute(RTAX.features, bits(number, feature)),
  /** The least TCP retransmission timeout, in milliseconds. */
  rtoMin: attribute(RTAX.rtoMin, number),
  /** The first window to advertise, in segments. */
  initrwnd: attribute(RTAX.initrwnd, number),
  /** TCP acknowledges at once. */
  quickack: attribute(RTAX.quickack, bool32()),
  /** The TCP congestion control algorithm, as in net.ipv4.tcp_available_congestion_control. */
  ccAlgo: attribute(RTAX.ccAlgo, text(15, 1)),
  /** TCP Fast Open without a cookie. */
  fastopenNoCookie: attribute(RTAX.fastopenNoCookie, bool32()),
})

/** Metrics of a route to be made. */
export type RouteMetricsSpec = Given<typeof routeMetrics.map>
/** Metrics of a route as the kernel has it. */
export type RouteMetrics = Read<typeof routeMetrics.map>
