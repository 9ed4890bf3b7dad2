/** MPLS labels before the IP header (MPLS_IPTUNNEL_*, linux/mpls_iptunnel.h; module mpls_iptunnel). */
import { attribute, attributes } from '../../wire/attributes.js'
import { u8 } from '../../wire/codec.js'
import { mplsLabels } from '../mpls-labels.js'
import { routeEncapsulation } from './encapsulation.js'

export const mpls = routeEncapsulation({
  name: 'mpls',
  number: 1,
  needed: ['dst'],
  data: attributes({
    /** The labels, the outermost first: 1 to 30 of them, each 0 to 1048575. */
    dst: attribute(1, mplsLabels()),
    /** The TTL of the labels, 1 to 255; 0: the IP header's. Default: as net.mpls.ip_ttl_propagate has it. */
    ttl: attribute(2, u8()),
  }),
})
