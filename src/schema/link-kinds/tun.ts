/** TUN and TAP links (IFLA_TUN_*, linux/if_link.h): packets are read and written through a descriptor of /dev/net/tun. */
import { attributes, readOnly } from '../../wire/attributes.js'
import { bool8, oneOf, u32, u8 } from '../../wire/codec.js'
import { linkKind } from './kind.js'

export const tun = linkKind({
  name: 'tun',
  needed: false,
  fixed: 'a TUN or TAP link is changed through a descriptor of /dev/net/tun',
  madeOn: false,
  madeElsewhere: 'TUN and TAP links are made through /dev/net/tun',
  data: attributes({
    /** The user who may attach; absent: whoever may administer the network. */
    owner: readOnly(1, u32()),
    /** The group whose members may. */
    group: readOnly(2, u32()),
    /** IP packets (`tun`) or Ethernet (`tap`). */
    type: readOnly(3, oneOf(u8(), { tun: 1, tap: 2 })),
    /** Each packet has flags and protocol before it. */
    pi: readOnly(4, bool8()),
    /** Each packet has a virtio header before it. */
    vnetHdr: readOnly(5, bool8()),
    /** The link stays when nobody is attached. */
    persist: readOnly(6, bool8()),
    /** It can be attached to several times, each a queue of its own. */
    multiQueue: readOnly(7, bool8()),
    /** With `multiQueue`: how many are attached and in use. */
    numQueues: readOnly(8, u32()),
    /** With `multiQueue`: how many are attached and not in use. */
    numDisabledQueues: readOnly(9, u32()),
  }),
})
