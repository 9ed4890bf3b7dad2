/** Netlink monitors (drivers/net/nlmon.c): a packet socket on one sees the netlink messages of its namespace. */
import { attributes } from '../../wire/attributes.js'
import { linkKind } from './kind.js'

export const nlmon = linkKind({
  name: 'nlmon',
  needed: false,
  fixed: 'a netlink monitor has no options of its own',
  madeOn: false,
  data: attributes({}),
})
