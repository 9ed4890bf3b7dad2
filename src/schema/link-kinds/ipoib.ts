/** IP over InfiniBand (IFLA_IPOIB_*, linux/if_link.h; ip-link(8), "IPOIB"): a partition on the device `link`. */
import { attribute, attributes } from '../../wire/attributes.js'
import { bool16, oneOf, u16 } from '../../wire/codec.js'
import { linkKind } from './kind.js'

export const ipoib = linkKind({
  name: 'ipoib',
  needed: false,
  fixed: false,
  madeOn: 'link',
  createOnly: ['pkey'],
  data: attributes({
    /** The partition key, 1 to 65535 but 32768. Default: the one of the link below. */
    pkey: attribute(1, u16({ min: 1 })),
    /**
     * How packets are carried (IPOIB_MODE_*): as datagrams, or by connections, which take larger ones. Default:
     * datagram.
     */
    mode: attribute(2, oneOf(u16(), { datagram: 0, connected: 1 })),
    /** Multicast is governed from user space. */
    umcast: attribute(3, bool16()),
  }),
})
