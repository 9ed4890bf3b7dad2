/** 6LoWPAN over IEEE 802.15.4 or Bluetooth (net/ieee802154/6lowpan). `link` is the radio below. */
import { attributes } from '../../wire/attributes.js'
import { linkKind } from './kind.js'

export const lowpan = linkKind({
  name: 'lowpan',
  needed: false,
  fixed: 'a 6LoWPAN link has no options of its own',
  madeOn: 'link',
  data: attributes({}),
})
