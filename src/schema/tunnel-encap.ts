/** The UDP header that IP and GRE tunnels may put around their packets (linux/if_tunnel.h; ip-fou(8)). */
import { attribute } from '../wire/attributes.js'
import { be16, bits, oneOf, u16 } from '../wire/codec.js'

/** TUNNEL_ENCAP_*. */
const encapType = { none: 0, fou: 1, gue: 2, mpls: 3 } as const
/** TUNNEL_ENCAP_FLAG_*. */
const encapFlag = { csum: 1, csum6: 2, remcsum: 4 } as const

/** Its four attributes, of which the first has the number `type` and the others follow. */
export const tunnelEncap = (type: number) => ({
  /** A further UDP header: `fou` (foo over UDP), `gue` (generic UDP encapsulation). Default: none. */
  encapType: attribute(type, oneOf(u16(), encapType)),
  /** UDP checksums over IPv4 (`csum`) and over IPv6 (`csum6`); remote checksum offload of GUE (`remcsum`). */
  encapFlags: attribute(type + 1, bits(u16(), encapFlag)),
  /** Its source port; 0: by the flow. */
  encapSport: attribute(type + 2, be16()),
  /** Its destination port, which a receiver has been set up for (ip-fou(8)). */
  encapDport: attribute(type + 3, be16()),
})
