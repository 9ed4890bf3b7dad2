/** Data channels of a modem, which `parentDevName` names (IFLA_WWAN_*, linux/wwan.h; ip-link(8), `parentdev`). */
import { attribute, attributes } from '../../wire/attributes.js'
import { u32 } from '../../wire/codec.js'
import { linkKind, refuseData } from './kind.js'

export const wwan = linkKind({
  name: 'wwan',
  needed: true,
  fixed: 'the channel is chosen when the link is made',
  madeOn: 'device',
  data: attributes({
    /** The data channel of the modem that the link is for. */
    linkId: attribute(1, u32()),
  }),
  check(w, { linkId }) {
    if (linkId === undefined) throw refuseData(w, 'linkId', 'an integer from 0 to 4294967295', linkId)
  },
})
