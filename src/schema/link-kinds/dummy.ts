/** Dummy links (drivers/net/dummy.c): what is sent there is gone. */
import { attributes } from '../../wire/attributes.js'
import { linkKind } from './kind.js'

export const dummy = linkKind({
  name: 'dummy',
  needed: false,
  fixed: 'a dummy has no options of its own',
  madeOn: false,
  data: attributes({}),
})
