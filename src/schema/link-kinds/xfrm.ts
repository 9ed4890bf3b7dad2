/** IPsec interfaces (IFLA_XFRM_*, linux/if_link.h; ip-link(8), "XFRM"): packets meet the policies with the same id. */
import { attribute, attributes } from '../../wire/attributes.js'
import { flag, u32 } from '../../wire/codec.js'
import { linkIndexOrNone } from '../link-reference.js'
import { linkKind, refuseData } from './kind.js'

export const xfrm = linkKind({
  name: 'xfrm',
  needed: true,
  fixed: false,
  madeOn: false,
  createOnly: ['collectMetadata'],
  data: attributes({
    /** The link below, which lends its MTU and offloads; null for none. */
    link: attribute(1, linkIndexOrNone()),
    /** The id of the policies and states, from 1. Read as 0 in external mode. */
    ifId: attribute(2, u32()),
    /** External mode: tunnel metadata comes with each packet, and neither `ifId` nor `link` is given (6.1). */
    collectMetadata: attribute(3, flag()),
  }),
  check(w, { ifId, collectMetadata }) {
    if (!ifId && collectMetadata !== true) {
      throw refuseData(w, 'ifId', 'an integer from 1 to 4294967295 (or collectMetadata: true)', ifId)
    }
    if (ifId && collectMetadata === true) throw refuseData(w, 'ifId', 'nothing, since collectMetadata is true', ifId)
  },
})
