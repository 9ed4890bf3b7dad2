/** RTPROT_*: who made a route, an address or a neighbour (linux/rtnetlink.h, /etc/iproute2/rt_protos). */
import { oneOf, u8 } from '../wire/codec.js'

/** RTPROT_*: who made it. */
export const routeProtocolNumber = {
  unspec: 0,
  /** Redirects of ICMP. */
  redirect: 1,
  kernel: 2,
  /** Installed while the system started; what ip-route(8) takes where it is given none. */
  boot: 3,
  /** The administrator; routing daemons leave it alone. */
  static: 4,
  gated: 8,
  /** Router advertisements. */
  ra: 9,
  mrt: 10,
  zebra: 11,
  bird: 12,
  dnrouted: 13,
  xorp: 14,
  ntk: 15,
  dhcp: 16,
  mrouted: 17,
  keepalived: 18,
  babel: 42,
  openr: 99,
  bgp: 186,
  isis: 187,
  ospf: 188,
  rip: 189,
  eigrp: 192,
} as const

export type RouteProtocol = keyof typeof routeProtocolNumber

export const routeProtocol = () => oneOf(u8(), routeProtocolNumber)
