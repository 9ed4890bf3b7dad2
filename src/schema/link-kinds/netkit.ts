/** Pairs of links for containers, whose programs are BPF (IFLA_NETKIT_*, linux/if_link.h; ip-link(8), "netkit"; 6.7). */
import { attribute, attributes, readOnly, writeOnly } from '../../wire/attributes.js'
import { bool8, oneOf, u16, u32 } from '../../wire/codec.js'
import { linkKind } from './kind.js'
import { linkPeer } from './peer.js'

/** What becomes of packets while there is no program, or it has no opinion (NETKIT_PASS, NETKIT_DROP). */
const policy = oneOf(u32(), { forward: 0, blackhole: 2 })
/** What of a packet is forgotten when it changes sides (NETKIT_SCRUB_*). */
const scrub = oneOf(u32(), { none: 0, default: 1 })

/** The link that is made is the primary one, through which both ends are governed. */
export const netkit = linkKind({
  name: 'netkit',
  needed: false,
  fixed: false,
  madeOn: false,
  createOnly: ['peer', 'mode', 'scrub', 'peerScrub', 'headroom', 'tailroom', 'pairing'],
  data: attributes({
    /** The other end. Without it the kernel makes one with a name of its own choice in the same namespace. */
    peer: writeOnly(1, linkPeer),
    /** Whether this is the end that governs both. */
    primary: readOnly(2, bool8()),
    /** What becomes of packets here while no program decides. Default: forward. */
    policy: attribute(3, policy),
    /** The same at the other end. Default: forward. */
    peerPolicy: attribute(4, policy),
    /** `l2`: Ethernet, with MAC addresses; `l3`: IP alone. Default: l3. */
    mode: attribute(5, oneOf(u32(), { l2: 0, l3: 1 })),
    /** Of packets that arrive here, priority and mark are forgotten (`default`) or not (6.13). Default: default. */
    scrub: attribute(6, scrub),
    /** The same at the other end (6.13). */
    peerScrub: attribute(7, scrub),
    /** Bytes that both ends want before a packet (6.14). Default: 0. */
    headroom: attribute(8, u16()),
    /** Bytes that both ends want behind a packet (6.14). Default: 0. */
    tailroom: attribute(9, u16()),
    /** Whether there is another end (`pair`) or none (`single`; later than 6.18). Default: pair. */
    pairing: attribute(10, oneOf(u32(), { pair: 0, single: 1 })),
  }),
})
