/** VXLAN tunnels (IFLA_VXLAN_*, linux/if_link.h; ip-link(8), "VXLAN Type Support"; RFC 7348). */
import { attribute, attributes, either } from '../../wire/attributes.js'
import { be16, be32, bool8, bytes, flag, oneOf, u32, u8 } from '../../wire/codec.js'
import { ip } from '../../wire/inet.js'
import { struct } from '../../wire/struct.js'
import { linkIndex } from '../link-reference.js'
import { isIPv6 } from './ip-version.js'
import { linkKind } from './kind.js'

/** 224.0.0.0/4 and ff00::/8. */
const isMulticast = (address: string): boolean =>
  address.includes(':') ? address.startsWith('ff') : /^2(2[4-9]|3\d)\./.test(address)

export const vxlan = linkKind({
  name: 'vxlan',
  needed: true,
  fixed: false,
  madeOn: false,
  data: attributes({
    /** The VNI, 0 to 16777215. */
    id: attribute(1, u32({ max: 0xffffff })),
    /** The multicast group that unknown destinations are sent to, IPv4 or IPv6. Not together with `remote`. */
    group: either(attribute(2, ip()), 16, isIPv6),
    /** The unicast address of the remote end that unknown destinations are sent to. Not together with `group`. */
    remote: either(attribute(2, ip()), 16, isIPv6),
    /** The link of the underlay, which a multicast `group` needs. */
    link: attribute(3, linkIndex()),
    /** The source address, IPv4 or IPv6. */
    local: either(attribute(4, ip()), 17, isIPv6),
    /** The TTL of the outer header, 1 to 255; 0: the host's default. */
    ttl: attribute(5, u8()),
    /** TOS of the outer header; 1: the inner one's. */
    tos: attribute(6, u8()),
    /** FDB entries are learned from packets that arrive. On at first. */
    learning: attribute(7, bool8()),
    /** Seconds after which a learned FDB entry is forgotten. */
    ageing: attribute(8, u32()),
    /** FDB entries at most, 0: any number. */
    limit: attribute(9, u32()),
    /** UDP source ports, which are chosen by flow: `low` to `high`; both 0: the host's range. */
    portRange: attribute(10, struct('ifla_vxlan_port_range', { low: 'be16', high: 'be16' })),
    /** ARP and NDP requests are answered from the neighbour table. */
    proxy: attribute(11, bool8()),
    /**
     * Route short circuit: a packet to the MAC address of a router goes straight to the host it is for, where that is
     * known.
     */
    rsc: attribute(12, bool8()),
    /** Destinations without FDB entry are told to the neighbour group: the event `miss` with `lladdr`. */
    l2miss: attribute(13, bool8()),
    /** Requests for addresses without neighbour entry are told: the event `miss` with `dst`. */
    l3miss: attribute(14, bool8()),
    /** UDP destination port. The kernel's default is 8472, the standard's 4789. */
    port: attribute(15, be16()),
    /** UDP checksums over IPv4. */
    udpCsum: attribute(18, bool8()),
    /** No UDP checksums over IPv6, sent and accepted. */
    udpZeroCsum6Tx: attribute(19, bool8()),
    /** Packets without UDP checksum over IPv6 are accepted. */
    udpZeroCsum6Rx: attribute(20, bool8()),
    /** Remote checksum offload is used in packets sent. */
    remCsumTx: attribute(21, bool8()),
    /** Remote checksum offload is accepted. */
    remCsumRx: attribute(22, bool8()),
    /** Group based policy extension. Can't be taken back. */
    gbp: attribute(23, flag()),
    /** Remote checksum offload leaves whole checksums behind. Can’t be taken back. */
    remCsumNoPartial: attribute(24, flag()),
    /** External mode: tunnel metadata comes with each packet (`external` of ip-link). */
    collectMetadata: attribute(25, bool8()),
    /** IPv6 flow label of the outer header, 0 to 1048575. */
    label: attribute(26, be32({ max: 0xfffff })),
    /** Generic protocol extension; with `collectMetadata` and without `learning`. */
    gpe: attribute(27, flag()),
    /** The TTL is the inner header's. */
    ttlInherit: attribute(28, flag()),
    /** The don't-fragment bit of the outer header; `inherit`: the inner one's. */
    df: attribute(29, oneOf(u8(), { unset: 0, set: 1, inherit: 2 })),
    /** Packets with a VNI that is not in the filter are dropped; with `collectMetadata` (5.18). */
    vnifilter: attribute(30, bool8()),
    /** Packets to an end on the same host are delivered straight (6.5). On at first. */
    localbypass: attribute(31, bool8()),
    /** Where the flow label comes from (6.7). */
    labelPolicy: attribute(32, oneOf(u32(), { fixed: 0, inherit: 1 })),
    /** Bits of the eight-byte header that must be 0 in packets that arrive (6.14). */
    reservedBits: attribute(33, bytes(8, 8)),
    /** Multicast packets of the outer header are routed (6.15). */
    mcRoute: attribute(34, bool8()),
  }),
  check(w, data) {
    const missing = (name: string, expected: string) => {
      w.trail[1] = name
      w.depth = 2
      return w.invalid(expected, undefined)
    }
    if (data.id === undefined && data.collectMetadata !== true) {
      throw missing('id', 'an integer from 0 to 16777215 (or collectMetadata: true)')
    }
    if (data.group !== undefined && data.remote !== undefined) {
      w.trail[1] = 'remote'
      w.depth = 2
      throw w.invalid('nothing, since there is a group', data.remote)
    }
  },
  shape(data) {
    if (data.group === undefined || isMulticast(data.group)) return data
    const { group: remote, ...rest } = data
    return { ...rest, remote }
  },
})
