/** Streams of a Qualcomm modem, on its `link` (IFLA_RMNET_*, linux/if_link.h; ip-link(8), "RMNET"). */
import { attribute, attributes } from '../../wire/attributes.js'
import { u16 } from '../../wire/codec.js'
import { switches } from '../../wire/switches.js'
import { linkKind, refuseData } from './kind.js'

export const rmnet = linkKind({
  name: 'rmnet',
  needed: true,
  fixed: false,
  madeOn: 'link',
  data: attributes({
    /** The stream, 1 to 254. */
    muxId: attribute(1, u16({ min: 1, max: 254 })),
    /** RMNET_FLAGS_*: only those given are changed. */
    flags: attribute(
      2,
      switches('ifla_rmnet_flags', {
        /** Received frames hold many packets. On at first. */
        ingressDeaggregation: 0x1,
        /** Received frames may be commands. */
        ingressMapCommands: 0x2,
        /** Received packets have checksums behind them, in the fourth version of the protocol. */
        ingressMapCksumv4: 0x4,
        /** Packets sent have the fields for a checksum by the modem. */
        egressMapCksumv4: 0x8,
        /** The same in the fifth version (5.14). */
        ingressMapCksumv5: 0x10,
        egressMapCksumv5: 0x20,
      }),
    ),
  }),
  check(w, { muxId }) {
    if (muxId === undefined) throw refuseData(w, 'muxId', 'an integer from 1 to 254', muxId)
  },
})
