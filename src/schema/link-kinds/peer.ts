/** The other end of a pair of links that are made together (veth(4), vxcan, netkit): an ifinfomsg and its attributes. */
import { attributes, type Given, type NestCodec } from '../../wire/attributes.js'
import { unknownOption } from '../../wire/invalid.js'
import { IFINFOMSG_SIZE, linkAttributeMap } from '../link-attributes.js'
import { isLinkFlagOption, type LinkFlagOptions, linkFlagOptions, putLinkFlag } from '../link-flag.js'

const IGNORED = 'the kernel ignores it in a peer, it is to be set with a message of its own'

/** What the kernel takes of a peer that it makes; the rest it would ignore. */
const {
  address, broadcast, name, mtu, txqlen, operState, linkMode, netns, group, numTxQueues, numRxQueues,
  gsoMaxSegs, gsoMaxSize, groMaxSize, gsoIpv4MaxSize, groIpv4MaxSize,
} = linkAttributeMap // prettier-ignore
const peerAttributes = attributes({
  address, broadcast, name, mtu, txqlen, operState, linkMode, netns, group, numTxQueues, numRxQueues,
  gsoMaxSegs, gsoMaxSize, groMaxSize, gsoIpv4MaxSize, groIpv4MaxSize,
}) // prettier-ignore

type PeerAttributes = Given<typeof peerAttributes.map>
type PeerFlags = Omit<LinkFlagOptions, 'up'>

/**
 * The other end of a pair of links that are to be made. It may be made in another namespace (`netns`), which costs nothing
 * extra, where moving it later costs the kernel 16 ms and more. Without, it is made in the namespace of the socket,
 * also where the first end is made in another.
 * It can't be made `up`: the kernel answers ENOTCONN, since at that moment the end has no peer.
 */
export interface LinkPeerSpec extends PeerAttributes, PeerFlags {
  /** The index to have, free in its namespace. Taken only where the outer end's index is chosen as well. */
  ifindex?: number | undefined
  up?: never
}

const known = [...peerAttributes.names, ...linkFlagOptions.filter((name) => name !== 'up'), 'ifindex']

/** VETH_INFO_PEER and its like: an ifinfomsg and the link attributes of the peer. */
export const linkPeer: NestCodec<LinkPeerSpec, never> = {
  wire: 'struct ifinfomsg, nest',
  expects: 'an object',
  headerSize: IFINFOMSG_SIZE,
  table: peerAttributes,
  write(w, value) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw w.invalid('an object', value)
    const header = w.offset
    w.reserve(IFINFOMSG_SIZE)
    w.position += IFINFOMSG_SIZE
    const { depth } = w
    for (const name in value) {
      const given: unknown = value[name as keyof LinkPeerSpec]
      if (given === undefined) continue
      if (peerAttributes.takes(name)) {
        peerAttributes.writeOne(w, name, given, known)
        continue
      }
      w.trail[depth] = name
      w.depth = depth + 1
      if (name === 'up') {
        throw w.invalid(
          'nothing: the kernel makes no peer that is up (ENOTCONN), bring it up with an update afterwards',
          given,
        )
      }
      if (name === 'ifindex') {
        if (!Number.isInteger(given)) throw w.invalid('an integer from 1 to 2147483647', given)
        if ((given as number) < 1 || (given as number) > 0x7fffffff) {
          throw w.invalid('an integer from 1 to 2147483647', given, 'range')
        }
        w.u32[(w.at(header) + 4) >> 2] = given as number
      } else if (isLinkFlagOption(name)) {
        putLinkFlag(w, w.at(header), name, given)
      } else if (Object.hasOwn(linkAttributeMap, name)) {
        const { access } = linkAttributeMap[name as keyof typeof linkAttributeMap]
        throw w.invalid(access === 'r' ? 'nothing: it can only be read' : `nothing: ${IGNORED}`, given)
      } else {
        throw unknownOption(w.path, known)
      }
      w.depth = depth
    }
  },
  read: () => undefined,
}
