/** IFF_*: the flags of a link (linux/if.h, netdevice(7)), and the options that set some of them. */
import type { Writer } from '../wire/writer.js'

/** IFF_*: what a link is and does. */
export const linkFlag = {
  /** Administratively up. */
  up: 0x1,
  /** It has a broadcast address. */
  broadcast: 0x2,
  /** The driver prints more. */
  debug: 0x4,
  /** What is sent comes back to this host. */
  loopback: 0x8,
  /** There is one other end. */
  pointToPoint: 0x10,
  /** Trailers are not used; the kernel has none. */
  noTrailers: 0x20,
  /** Operational: up, and with a carrier. */
  running: 0x40,
  /** ARP and NDP are not spoken. */
  noArp: 0x80,
  /** All packets are received, since it was set by hand. */
  promisc: 0x100,
  /** All multicast packets are received, since it was set by hand. */
  allMulti: 0x200,
  /** It has ports among which it divides the load: a bond, a team. */
  master: 0x400,
  /** It is a port of such a link. */
  slave: 0x800,
  /** Multicast is sent and received. */
  multicast: 0x1000,
  /** The device can choose its connector. */
  portsel: 0x2000,
  /** The device finds its connector by itself. */
  autoMedia: 0x4000,
  /** Addresses are lost when it goes down. */
  dynamic: 0x8000,
  /** The layer below is up: there is a carrier. */
  lowerUp: 0x10000,
  /** It waits for something outside, such as 802.1X. */
  dormant: 0x20000,
  /** Packets that are sent are received here, too (CAN). */
  echo: 0x40000,
} as const
export type LinkFlag = keyof typeof linkFlag

/** Flags that can be set. What is not given stays as it is. */
export interface LinkFlagOptions {
  /** Administratively up (IFF_UP). */
  up?: boolean | undefined
  /** ARP and NDP are spoken (not IFF_NOARP). */
  arp?: boolean | undefined
  /** Multicast is sent and received (IFF_MULTICAST). */
  multicast?: boolean | undefined
  /** All multicast packets are received (IFF_ALLMULTI). */
  allmulticast?: boolean | undefined
  /** All packets are received (IFF_PROMISC). */
  promisc?: boolean | undefined
  /** Addresses are lost when the link goes down (IFF_DYNAMIC). */
  dynamic?: boolean | undefined
  /** The driver prints more (IFF_DEBUG). */
  debug?: boolean | undefined
  /** Trailers behind packets are allowed (not IFF_NOTRAILERS), which drivers no longer heed. */
  trailers?: boolean | undefined
  /** The device can choose its connector (IFF_PORTSEL). */
  portsel?: boolean | undefined
  /** The device finds its connector by itself (IFF_AUTOMEDIA). */
  autoMedia?: boolean | undefined
}

/** Bit of each option; negative where the flag says the opposite. */
const BITS = {
  up: linkFlag.up,
  arp: -linkFlag.noArp,
  multicast: linkFlag.multicast,
  allmulticast: linkFlag.allMulti,
  promisc: linkFlag.promisc,
  dynamic: linkFlag.dynamic,
  debug: linkFlag.debug,
  trailers: -linkFlag.noTrailers,
  portsel: linkFlag.portsel,
  autoMedia: linkFlag.autoMedia,
} as const satisfies Record<keyof LinkFlagOptions, number>

export const linkFlagOptions = Object.keys(BITS) as (keyof LinkFlagOptions)[]

export const isLinkFlagOption = (name: string): name is keyof LinkFlagOptions => Object.hasOwn(BITS, name)

/** Adds an option to ifi_flags and ifi_change of a header at `at`. */
export function putLinkFlag(w: Writer, at: number, name: keyof LinkFlagOptions, value: unknown): void {
  if (typeof value !== 'boolean') throw w.invalid('true or false', value)
  const bit = Math.abs(BITS[name])
  if (value === BITS[name] > 0) w.u32[(at + 8) >> 2]! |= bit
  w.u32[(at + 12) >> 2]! |= bit
}
