/** Links that share the MAC address of another, `link` (IFLA_IPVLAN_*, linux/if_link.h; ip-link(8), "IPVLAN"). */
import { attribute, attributes } from '../../wire/attributes.js'
import { bits, oneOf, u16 } from '../../wire/codec.js'
import { linkKind } from './kind.js'

const data = attributes({
  /**
   * Where packets are taken over (IPVLAN_MODE_*): `l2` as on a switch; `l3` as by a router, without broadcast and
   * multicast; `l3s` likewise, and through the netfilter hooks of the host. One for all ipvlans on a link. Default: l3.
   */
  mode: attribute(1, oneOf(u16(), { l2: 0, l3: 1, l3s: 2 })),
  /**
   * IPVLAN_F_*: others on the same link are not reached (`private`), or by way of the switch (`vepa`). Not both. None of
   * them is what ip-link(8) calls `bridge`.
   */
  flags: attribute(2, bits(u16(), { private: 1, vepa: 2 })),
})

export const ipvlan = linkKind({ name: 'ipvlan', needed: false, fixed: false, madeOn: 'link', data })

/** An ipvlan whose packets are read and written through /dev/tapIFINDEX. */
export const ipvtap = linkKind({ name: 'ipvtap', needed: false, fixed: false, madeOn: 'link', data })
