/** GENEVE tunnels (IFLA_GENEVE_*, linux/if_link.h; ip-link(8), "GENEVE Type Support"; RFC 8926). */
import { attribute, attributes, either } from '../../wire/attributes.js'
import { be16, be32, bool8, flag, oneOf, u32, u8 } from '../../wire/codec.js'
import { ip } from '../../wire/inet.js'
import { struct } from '../../wire/struct.js'
import { isIPv6 } from './ip-version.js'
import { linkKind } from './kind.js'

export const geneve = linkKind({
  name: 'geneve',
  needed: true,
  fixed: false,
  madeOn: false,
  data: attributes({
    /** The VNI, 0 to 16777215. */
    id: attribute(1, u32({ max: 0xffffff })),
    /** The unicast address of the remote end, IPv4 or IPv6. */
    remote: either(attribute(2, ip()), 7, isIPv6),
    /** The TTL of the outer header, 1 to 255; 0: the host's default. */
    ttl: attribute(3, u8()),
    /** TOS of the outer header; 1: the inner one's. */
    tos: attribute(4, u8()),
    /** UDP destination port. Default: 6081. */
    port: attribute(5, be16()),
    /** External mode: tunnel metadata comes with each packet, and none is given here but `port`. */
    collectMetadata: attribute(6, flag()),
    /** UDP checksums over IPv4. Off at first. */
    udpCsum: attribute(8, bool8()),
    /** No UDP checksums over IPv6, sent and accepted. */
    udpZeroCsum6Tx: attribute(9, bool8()),
    /** Packets without UDP checksum over IPv6 are accepted. */
    udpZeroCsum6Rx: attribute(10, bool8()),
    /** IPv6 flow label of the outer header, 0 to 1048575. */
    label: attribute(11, be32({ max: 0xfffff })),
    /** The TTL is the inner header's. */
    ttlInherit: attribute(12, bool8()),
    /** The don't-fragment bit of the outer IPv4 header; `inherit`: the inner one's. Default: unset. */
    df: attribute(13, oneOf(u8(), { unset: 0, set: 1, inherit: 2 })),
    /** Packets are carried without an Ethernet header of their own (5.18). */
    innerProtoInherit: attribute(14, flag()),
    /** UDP source ports, which are chosen by flow: `low` to `high`, from 1 (6.16). Default: 1 to 65535. */
    portRange: attribute(15, struct('ifla_geneve_port_range', { low: 'be16', high: 'be16' })),
    /** Packets tell by an option of their own what they carry, so that they can be put together (later than 6.18). */
    groHint: attribute(16, flag()),
    /** The address that the socket is bound to, IPv4 or IPv6 (later than 6.18). */
    local: either(attribute(17, ip()), 18, isIPv6),
  }),
})
