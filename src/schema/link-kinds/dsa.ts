/** Ports of a switch in the hardware (IFLA_DSA_*, linux/if_link.h; ip-link(8), "DSA"). */
import { attribute, attributes } from '../../wire/attributes.js'
import { linkIndex } from '../link-reference.js'
import { linkKind } from './kind.js'

export const dsa = linkKind({
  name: 'dsa',
  needed: false,
  fixed: false,
  madeOn: false,
  madeElsewhere: 'the drivers of switches make the links of their ports',
  data: attributes({
    /** The link to the host that the port's traffic takes (6.1). */
    conduit: attribute(1, linkIndex()),
  }),
})
