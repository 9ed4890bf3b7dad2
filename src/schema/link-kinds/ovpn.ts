/** OpenVPN's data channel (IFLA_OVPN_*, linux/if_link.h; 6.16). Peers and keys are the generic netlink family `ovpn`'s. */
import { attribute, attributes } from '../../wire/attributes.js'
import { oneOf, u8 } from '../../wire/codec.js'
import { linkKind } from './kind.js'

export const ovpn = linkKind({
  name: 'ovpn',
  needed: false,
  fixed: 'the mode is chosen when an ovpn link is made',
  madeOn: false,
  data: attributes({
    /** With one peer (`p2p`) or many (`mp`). Default: p2p. */
    mode: attribute(1, oneOf(u8({ max: 1 }), { p2p: 0, mp: 1 })),
  }),
})
