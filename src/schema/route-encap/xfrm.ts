/** An xfrm interface in external mode is told which of its ids is meant (LWT_XFRM_*, linux/lwtunnel.h; 6.2). */
import { attribute, attributes } from '../../wire/attributes.js'
import { u32 } from '../../wire/codec.js'
import { linkIndex } from '../link-reference.js'
import { routeEncapsulation } from './encapsulation.js'

export const xfrm = routeEncapsulation({
  name: 'xfrm',
  number: 10,
  needed: ['ifId'],
  data: attributes({
    /** The id of policies and states, 1 to 4294967295. */
    ifId: attribute(1, u32({ min: 1 })),
    /** The link below. */
    link: attribute(2, linkIndex()),
  }),
})
