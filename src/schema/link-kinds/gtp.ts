/** Tunnels of mobile networks' user plane (IFLA_GTP_*, linux/if_link.h; ip-link(8), "GTP"; 3GPP TS 29.281). */
import { attribute, attributes, either, writeOnly } from '../../wire/attributes.js'
import { bool8, oneOf, u32, u8 } from '../../wire/codec.js'
import { ip } from '../../wire/inet.js'
import { isIPv6 } from './ip-version.js'
import { linkKind, refuseData } from './kind.js'

export const gtp = linkKind({
  name: 'gtp',
  needed: true,
  fixed: 'the sockets of a GTP link are chosen when it is made',
  madeOn: false,
  data: attributes({
    /** The descriptor of a UDP socket bound to port 3386, for version 0. */
    fd0: writeOnly(1, u32({ max: 0x7fffffff })),
    /** The descriptor of a UDP socket bound to port 2152, for version 1. */
    fd1: writeOnly(2, u32({ max: 0x7fffffff })),
    /** Buckets of the tables of sessions. Default: 1024. */
    pdpHashsize: attribute(3, u32()),
    /** Which end this is (GTP_ROLE_*). Default: ggsn. */
    role: attribute(4, oneOf(u32(), { ggsn: 0, sgsn: 1 })),
    /** The kernel makes the sockets, and answers echo requests (5.18). */
    createSockets: writeOnly(5, bool8()),
    /** The restart counter in those answers (5.18). */
    restartCount: attribute(6, u8()),
    /** The address that the sockets are bound to, IPv4 or IPv6; with `createSockets` (6.10). Default: 0.0.0.0. */
    local: either(attribute(7, ip()), 8, isIPv6),
  }),
  check(w, { fd0, fd1, createSockets }) {
    if (fd0 === undefined && fd1 === undefined && createSockets !== true) {
      throw refuseData(w, 'fd1', 'the descriptor of a UDP socket (or fd0, or createSockets: true)', fd1)
    }
  },
})
