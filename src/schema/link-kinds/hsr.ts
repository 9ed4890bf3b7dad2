/** Redundant rings and networks: HSR and PRP (IFLA_HSR_*, linux/if_link.h; ip-link(8), "HSR"; IEC 62439-3). */
import { attribute, attributes, readOnly, writeOnly } from '../../wire/attributes.js'
import { oneOf, u16, u8 } from '../../wire/codec.js'
import { linkAddress } from '../../wire/inet.js'
import { linkIndex } from '../link-reference.js'
import { linkKind, refuseData } from './kind.js'

export const hsr = linkKind({
  name: 'hsr',
  needed: true,
  fixed: 'the ports of an HSR link are chosen when it is made',
  madeOn: false,
  data: attributes({
    /** The first port. */
    slave1: attribute(1, linkIndex()),
    /** The second port. */
    slave2: attribute(2, linkIndex()),
    /** The last byte of the address that supervision frames are sent to: 01:15:4e:00:01:XX. Default: 0. */
    multicastSpec: writeOnly(3, u8()),
    /** The address that supervision frames are sent to. */
    supervisionAddr: readOnly(4, linkAddress(6)),
    /** The sequence number of the next frame. */
    seqNr: readOnly(5, u16()),
    /** Of HSR: 0 is that of 2010, 1 that of 2012. Default: 0. */
    version: writeOnly(6, u8({ max: 1 })),
    /** Whether the ports are a ring (`hsr`) or lead into two networks side by side (`prp`). Default: hsr. */
    protocol: attribute(7, oneOf(u8(), { hsr: 0, prp: 1 })),
    /** The port to another ring, which makes this a RedBox (6.10). */
    interlink: attribute(8, linkIndex()),
  }),
  check(w, { slave1, slave2 }) {
    if (slave1 === undefined) throw refuseData(w, 'slave1', 'the link that is the first port', slave1)
    if (slave2 === undefined) throw refuseData(w, 'slave2', 'the link that is the second port', slave2)
  },
})
