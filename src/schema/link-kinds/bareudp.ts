/** Packets of one protocol in UDP (IFLA_BAREUDP_*, linux/if_link.h; ip-link(8), "BAREUDP"). */
import { attribute, attributes } from '../../wire/attributes.js'
import { be16, flag, oneOf, u16 } from '../../wire/codec.js'
import { linkKind, refuseData } from './kind.js'

export const bareudp = linkKind({
  name: 'bareudp',
  needed: true,
  fixed: 'the port and the protocol are chosen when a bareudp link is made',
  madeOn: false,
  data: attributes({
    /** The UDP destination port. */
    port: attribute(1, be16()),
    /** What is carried, by its EtherType (ETH_P_*). */
    ethertype: attribute(2, oneOf(be16(), { ipv4: 0x0800, ipv6: 0x86dd, mplsUc: 0x8847, mplsMc: 0x8848 })),
    /** UDP source ports, which are chosen by flow, begin here. Default: the host's range. */
    srcportMin: attribute(3, u16()),
    /** IPv6 besides IPv4, and MPLS multicast besides unicast. */
    multiprotoMode: attribute(4, flag()),
  }),
  check(w, { port, ethertype }) {
    if (port === undefined) throw refuseData(w, 'port', 'an integer from 0 to 65535', port)
    if (ethertype === undefined) {
      throw refuseData(w, 'ethertype', 'one of ipv4, ipv6, mplsUc, mplsMc, or an EtherType', ethertype)
    }
  },
})
