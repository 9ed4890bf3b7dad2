/** Identifier locator addressing: the upper half of the destination is replaced (ILA_*, linux/ila.h; module ila). */
import { attribute, attributes } from '../../wire/attributes.js'
import { type Codec, oneOf, u8 } from '../../wire/codec.js'
import { parseAddress } from '../../wire/inet.js'
import { routeEncapsulation } from './encapsulation.js'

/** The upper 64 bits of an IPv6 address, as four groups: '2001:db8:0:1'. */
const locator = (): Codec<string> => ({
  wire: 'u64',
  expects: 'a locator of four groups such as 2001:db8:0:1',
  write(w, value) {
    if (typeof value !== 'string') throw w.invalid(this.expects, value)
    const address = /^[^:]+(:[^:]+){3}$/.test(value) ? parseAddress(`${value}::`) : undefined
    if (address === undefined) throw w.invalid(this.expects, value, 'range')
    w.putBytes(address.subarray(0, 8))
  },
  read(r, start, end) {
    if (end - start < 8) return undefined
    const groups = [0, 2, 4, 6].map((at) => r.getBE16(start + at).toString(16))
    return groups.join(':')
  },
})

export const ila = routeEncapsulation({
  name: 'ila',
  number: 3,
  needed: ['locator'],
  data: attributes(
    {
      /** The locator that is put in place: four groups such as '2001:db8:0:1'. */
      locator: attribute(1, locator()),
      /** How checksums stay right. Default: `noAction`. */
      csumMode: attribute(7, oneOf(u8(), { adjustTransport: 0, neutralMap: 1, noAction: 2, neutralMapAuto: 3 })),
      /** The type of the identifier. Default: `useFormat`, what the identifier says of itself. */
      identType: attribute(
        8,
        oneOf(u8(), {
          iid: 0,
          luid: 1,
          virtV4: 2,
          virtUniV6: 3,
          virtMultiV6: 4,
          nonlocalAddr: 5,
          rsvd1: 6,
          rsvd2: 7,
          useFormat: 32,
        }),
      ),
      /** Packets are translated as they leave (`output`, the default) or as they arrive. */
      hookType: attribute(9, oneOf(u8(), { output: 0, input: 1 })),
    },
    6,
  ),
})
