/** IP over the modems of ST-Ericsson (IFLA_CAIF_*, linux/caif/if_caif.h). */
import { attribute, attributes } from '../../wire/attributes.js'
import { bool8, u32 } from '../../wire/codec.js'
import { linkKind } from './kind.js'

export const caif = linkKind({
  name: 'caif',
  needed: false,
  fixed: false,
  madeOn: false,
  data: attributes({
    /** The connection that IPv4 goes by. */
    ipv4Connid: attribute(1, u32()),
    /** The connection that IPv6 goes by. */
    ipv6Connid: attribute(2, u32()),
    /** What is sent comes back. */
    loopback: attribute(3, bool8()),
  }),
})
