/** Virtual routing and forwarding (IFLA_VRF_*, linux/if_link.h; ip-vrf(8)): links with it as `master` use its table. */
import { attribute, attributes } from '../../wire/attributes.js'
import { u32 } from '../../wire/codec.js'
import { linkKind, refuseData } from './kind.js'

export const vrf = linkKind({
  name: 'vrf',
  needed: true,
  fixed: 'the table of a VRF is chosen when it is made',
  madeOn: false,
  data: attributes({
    /** The routing table, from 1. */
    table: attribute(1, u32({ min: 1 })),
  }),
  check(w, { table }) {
    if (table === undefined) throw refuseData(w, 'table', 'an integer from 1 to 4294967295', table)
  },
})
