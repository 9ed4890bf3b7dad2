/** Tunnel metadata over IPv6 for a link in external mode, such as a vxlan with `collectMetadata` (LWTUNNEL_IP6_*, linux/lwtunnel.h). */
import { attribute, attributes, nested } from '../../wire/attributes.js'
import { be64, u8 } from '../../wire/codec.js'
import { ipv6 } from '../../wire/inet.js'
import { routeEncapsulation } from './encapsulation.js'
import { tunnelFlags, tunnelOptions } from './tunnel-options.js'

export const ip6 = routeEncapsulation({
  name: 'ip6',
  number: 4,
  needed: [],
  data: attributes(
    {
      /** The tunnel's id: the VNI, the GRE key. */
      id: attribute(1, be64()),
      /** The address of the remote end. */
      dst: attribute(2, ipv6()),
      /** The source address. Default: by the route to `dst`. */
      src: attribute(3, ipv6()),
      /** The hop limit of the outer header, 0 to 255; 0: the system's default. */
      hoplimit: attribute(4, u8()),
      /** The traffic class of the outer header, 0 to 255. */
      tc: attribute(5, u8()),
      /** What the tunnel header has: `key` for the id, `csum`, `seq`, `dontFragment`. */
      flags: attribute(6, tunnelFlags()),
      /** Options of GENEVE, VXLAN or ERSPAN. Kernels from 6.15 on were seen to crash on them. */
      opts: attribute(8, nested(tunnelOptions)),
    },
    7,
  ),
})
