/** Links with MAC addresses of their own on another, `link` (IFLA_MACVLAN_*, linux/if_link.h; ip-link(8), "MACVLAN"). */
import { attribute, attributes, readOnly, writeOnly } from '../../wire/attributes.js'
import { bits, oneOf, s32, u16, u32 } from '../../wire/codec.js'
import { linkAddress } from '../../wire/inet.js'
import { listOf } from '../../wire/list.js'
import { linkKind } from './kind.js'

/** IFLA_MACVLAN_MACADDR. */
const MACADDR = 4

const data = attributes({
  /**
   * Who is reached (MACVLAN_MODE_*): `private` no other link on the same one; `vepa` others by way of the switch; `bridge`
   * others directly; `passthru` takes over the link below; `source` receives from listed addresses alone. Default: vepa.
   */
  mode: attribute(1, oneOf(u32(), { private: 1, vepa: 2, bridge: 4, passthru: 8, source: 16 })),
  /**
   * MACVLAN_FLAG_*: with mode `passthru`, `nopromisc` leaves the link below not promiscuous; with mode `source`, `nodst`
   * keeps packets that were delivered by their source from being delivered by their destination as well.
   */
  flags: attribute(2, bits(u16(), { nopromisc: 1, nodst: 2 })),
  /** With mode `source`: what is done to the list of addresses; `set` and `flush` begin anew. */
  macaddrMode: writeOnly(3, oneOf(u32(), { add: 0, del: 1, flush: 2, set: 3 })),
  /** The address to add or to delete. */
  macaddr: writeOnly(MACADDR, linkAddress(6)),
  /** With mode `source`: the addresses from which packets are received. Given with `macaddrMode: 'set'`. */
  macaddrData: attribute(5, listOf(MACADDR, linkAddress(6))),
  /** How many there are. */
  macaddrCount: readOnly(6, u32()),
  /**
   * Broadcast and multicast packets that may wait to be copied, from 0 (none is delivered). The largest of all macvlans
   * on a link counts. Default: 1000 (5.11).
   */
  bcQueueLen: attribute(7, u32()),
  /** How many may wait by the largest `bcQueueLen` of all macvlans on the link. */
  bcQueueLenUsed: readOnly(8, u32()),
  /**
   * Multicast to at most so many links is copied at once, without queue: -1 for any number, 0 for none. Default: 1, which
   * is not told (6.4).
   */
  bcCutoff: attribute(9, s32({ min: -1 })),
})

export const macvlan = linkKind({ name: 'macvlan', needed: false, fixed: false, madeOn: 'link', data })

/** A macvlan whose packets are read and written through /dev/tapIFINDEX. */
export const macvtap = linkKind({ name: 'macvtap', needed: false, fixed: false, madeOn: 'link', data })
