/** B.A.T.M.A.N. meshes (IFLA_BATADV_*, linux/batman_adv.h). Links join with `master`; the rest is generic netlink's. */
import { attributes, writeOnly } from '../../wire/attributes.js'
import { text } from '../../wire/codec.js'
import { linkKind } from './kind.js'

export const batadv = linkKind({
  name: 'batadv',
  needed: false,
  fixed: 'the routing algorithm is chosen when a mesh is made',
  madeOn: false,
  data: attributes({
    /** The routing algorithm: 'BATMAN_IV' or 'BATMAN_V'. Default: the module's parameter `routing_algo`. */
    algoName: writeOnly(1, text(19, 1)),
  }),
})
