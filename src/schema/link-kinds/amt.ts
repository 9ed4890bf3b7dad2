/** Multicast through networks that have none (IFLA_AMT_*, linux/amt.h; ip-link(8), "AMT"; RFC 7450). */
import { attribute, attributes, readOnly } from '../../wire/attributes.js'
import { be16, oneOf, u32 } from '../../wire/codec.js'
import { ipv4 } from '../../wire/inet.js'
import { linkIndex } from '../link-reference.js'
import { linkKind, refuseData } from './kind.js'

export const amt = linkKind({
  name: 'amt',
  needed: true,
  fixed: 'the ends of an AMT tunnel are chosen when it is made',
  madeOn: false,
  data: attributes({
    /** `gateway` is where receivers are, `relay` where multicast is. */
    mode: attribute(1, oneOf(u32(), { gateway: 0, relay: 1 })),
    /** The UDP port of the relay. Default: 2268. */
    relayPort: attribute(2, be16()),
    /** The UDP port of the gateway. Default: 2268. */
    gatewayPort: attribute(3, be16()),
    /** The link of the underlay. */
    link: attribute(4, linkIndex()),
    /** The address that packets to the other end are sent from. */
    localIp: attribute(5, ipv4()),
    /** Of a gateway: the relay that answered. */
    remoteIp: readOnly(6, ipv4()),
    /** Of a gateway: where the relay is asked for. */
    discoveryIp: attribute(7, ipv4()),
    /** Of a relay: tunnels at most. Default: 128. */
    maxTunnels: attribute(8, u32()),
  }),
  check(w, { mode, link, localIp, discoveryIp }) {
    if (mode === undefined) throw refuseData(w, 'mode', 'gateway or relay', mode)
    if (link === undefined) throw refuseData(w, 'link', 'the link of the underlay', link)
    if (localIp === undefined) throw refuseData(w, 'localIp', 'an IPv4 address', localIp)
    if (discoveryIp === undefined && (mode === 'gateway' || mode === 0)) {
      throw refuseData(w, 'discoveryIp', 'an IPv4 address, which a gateway needs', discoveryIp)
    }
  },
})
