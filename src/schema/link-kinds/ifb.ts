/** Intermediate functional blocks (drivers/net/ifb.c): traffic is redirected to one, to be queued there (tc-mirred(8)). */
import { attributes } from '../../wire/attributes.js'
import { linkKind } from './kind.js'

export const ifb = linkKind({
  name: 'ifb',
  needed: false,
  fixed: 'an ifb has no options of its own',
  madeOn: false,
  data: attributes({}),
})
