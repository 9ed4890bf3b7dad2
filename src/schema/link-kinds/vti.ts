/** IPsec tunnels by key, over IPv4 and IPv6 (IFLA_VTI_*, linux/if_tunnel.h; ip-link(8), "VTI"). Newer ones are `xfrm`. */
import { attribute, attributes } from '../../wire/attributes.js'
import { be32, u32 } from '../../wire/codec.js'
import { ipv4, ipv6 } from '../../wire/inet.js'
import { linkIndexOrNone } from '../link-reference.js'
import { linkKind } from './kind.js'

const both = {
  /** The link that packets leave by; null for the one that the route says. */
  link: attribute(1, linkIndexOrNone()),
  /** The mark that policies and states of received packets have. ip(8) shows it as four numbers with dots. */
  ikey: attribute(2, be32()),
  /** The mark that policies and states of packets sent have. */
  okey: attribute(3, be32()),
  /** The mark that packets are routed with. */
  fwmark: attribute(6, u32()),
} as const

export const vti = linkKind({
  name: 'vti',
  needed: false,
  fixed: false,
  madeOn: false,
  data: attributes({
    ...both,
    /** The source address of the outer header. */
    local: attribute(4, ipv4()),
    /** The destination address of the outer header. */
    remote: attribute(5, ipv4()),
  }),
})

export const vti6 = linkKind({
  name: 'vti6',
  needed: false,
  fixed: false,
  madeOn: false,
  data: attributes({
    ...both,
    /** The source address of the outer header. */
    local: attribute(4, ipv6()),
    /** The destination address of the outer header. */
    remote: attribute(5, ipv6()),
  }),
})
