/** Virtual Ethernet pairs (VETH_INFO_*, linux/veth.h; veth(4)). */
import { attributes, writeOnly } from '../../wire/attributes.js'
import { linkKind } from './kind.js'
import { linkPeer, type LinkPeerSpec } from './peer.js'

/** The other end of a veth that is to be made. */
export type VethPeerSpec = LinkPeerSpec

export const veth = linkKind({
  name: 'veth',
  needed: false,
  fixed: 'the ends of a veth are two links, each of which is updated by itself',
  madeOn: false,
  data: attributes({
    /** The other end. Without it the kernel makes one with a name of its own choice in the same namespace. */
    peer: writeOnly(1, linkPeer),
  }),
})
