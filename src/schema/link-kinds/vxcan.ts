/** Pairs of virtual CAN links (VXCAN_INFO_*, linux/can/vxcan.h; ip-link(8), "VETH, VXCAN"). */
import { attributes, writeOnly } from '../../wire/attributes.js'
import { linkKind } from './kind.js'
import { linkPeer } from './peer.js'

export const vxcan = linkKind({
  name: 'vxcan',
  needed: false,
  fixed: 'the ends of a vxcan are two links, each of which is updated by itself',
  madeOn: false,
  data: attributes({
    /** The other end. Without it the kernel makes one with a name of its own choice in the same namespace. */
    peer: writeOnly(1, linkPeer),
  }),
})
