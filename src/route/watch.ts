/** Watching: what the kernel says of changes, as events (rtnetlink(7), multicast groups). */
import { type Address, readAddress } from '../schema/address.js'
import { type BridgePortLink, readBridgeLink } from '../schema/bridge-link.js'
import { type GroupAddress, readGroupAddress } from '../schema/group-address.js'
import { type Link, readLink } from '../schema/link.js'
import {
  type FdbEntry,
  type Neighbor,
  neighborAttributes,
  NDMSG_SIZE,
  readFdb,
  readNeighbor,
} from '../schema/neighbor.js'
import { type BridgeVlan, type BridgeVlanGlobal, readVlanGlobals, readVlans } from '../schema/bridge-vlan.js'
import { type MdbEntry, type MdbRouterPort, readMdb, readMdbRouterPorts } from '../schema/mdb.js'
import { readVnis, type VxlanVni } from '../schema/vni.js'
import { type NamespaceId, readNamespaceId } from '../schema/namespace-id.js'
import { type MplsRoute, readMplsRoute } from '../schema/mpls-route.js'
import { type MulticastReport, readMulticastReport } from '../schema/multicast-report.js'
import { type MulticastRoute, readMulticastRoute } from '../schema/multicast-route.js'
import { type Netconf, readNetconf } from '../schema/netconf.js'
import { type Route, readRoute } from '../schema/route.js'
import { type NexthopBucket, type NexthopObject, readBucket, readNexthop } from '../schema/nexthop.js'
import { readRule, type Rule } from '../schema/rule.js'
import {
  type AdvertisedPrefix,
  type NdUserOptions,
  readNdUserOptions,
  readPrefix,
} from '../schema/router-advertisement.js'
import { readStatistics, type Statistics } from '../schema/statistics.js'
import * as rtm from '../schema/rtnetlink.js'
import type { NetlinkSocket } from '../socket/netlink-socket.js'
import type { Subscription } from '../socket/subscription.js'
import { invalid } from '../wire/invalid.js'
import type { Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'

/** What can be watched, and the kernel's groups for it (RTNLGRP_*). FDB entries come with `neighbor`, what bridges tell with `link`. */
const GROUPS = {
  link: [rtm.RTNLGRP_LINK],
  address: [rtm.RTNLGRP_IPV4_IFADDR, rtm.RTNLGRP_IPV6_IFADDR],
  route: [rtm.RTNLGRP_IPV4_ROUTE, rtm.RTNLGRP_IPV6_ROUTE],
  /** Nexthop objects, and buckets of resilient groups that move. */
  nexthop: [rtm.RTNLGRP_NEXTHOP],
  rule: [rtm.RTNLGRP_IPV4_RULE, rtm.RTNLGRP_IPV6_RULE],
  neighbor: [rtm.RTNLGRP_NEIGH],
  netconf: [rtm.RTNLGRP_IPV4_NETCONF, rtm.RTNLGRP_IPV6_NETCONF, rtm.RTNLGRP_MPLS_NETCONF],
  statistics: [rtm.RTNLGRP_STATS],
  vlan: [rtm.RTNLGRP_BRVLAN],
  mdb: [rtm.RTNLGRP_MDB],
  vni: [rtm.RTNLGRP_TUNNEL],
  groupAddress: [rtm.RTNLGRP_IPV4_MCADDR, rtm.RTNLGRP_IPV6_MCADDR, rtm.RTNLGRP_IPV6_ACADDR],
  mplsRoute: [rtm.RTNLGRP_MPLS_ROUTE],
  multicastRoute: [rtm.RTNLGRP_IPV4_MROUTE, rtm.RTNLGRP_IPV6_MROUTE],
  /** What the kernel tells multicast routing daemons. Needs CAP_NET_ADMIN. */
  multicastReport: [rtm.RTNLGRP_IPV4_MROUTE_R, rtm.RTNLGRP_IPV6_MROUTE_R],
  prefix: [rtm.RTNLGRP_IPV6_PREFIX],
  ndUserOption: [rtm.RTNLGRP_ND_USEROPT],
  nsid: [rtm.RTNLGRP_NSID],
} as const
export type WatchGroup = keyof typeof GROUPS

type Change = {
  /** `new`: it was made or changed, or it is there. `delete`: it is there no more. */
  action: 'new' | 'delete'
}

/** Something changed, or is missing, or was missed. */
export type RouteEvent =
  /** A link was made or changed (`new`), or deleted. */
  | ({ type: 'link'; link: Link } & Change)
  /**
   * What a bridge tells of a port or of itself: `new`, a link became its port, or an option, the state or the VLANs of
   * the port changed; `delete`, it is its port no longer. Whether the link itself is gone is told by `link`.
   * States in spanning trees other than the common one (MST) are left out by the kernel: list them.
   */
  | ({ type: 'bridgeLink'; link: BridgePortLink } & Change)
  /** A link has an address, which is new or has changed, or has it no more. */
  | ({ type: 'address'; address: Address } & Change)
  /** An IPv4 or IPv6 route was made or replaced, or deleted. */
  | ({ type: 'route'; route: Route } & Change)
  /** A nexthop object was made or replaced, or deleted. */
  | ({ type: 'nexthop'; nexthop: NexthopObject } & Change)
  /** A bucket of a resilient group has another nexthop. */
  | ({ type: 'nexthopBucket'; bucket: NexthopBucket } & Change)
  /** A rule was made or deleted; also of the rules of multicast routing, of which `rule.family` tells. */
  | ({ type: 'rule'; rule: Rule } & Change)
  /** A neighbour was made or changed; deleting one by hand shows as `new` with the state `failed`. */
  | ({ type: 'neighbor'; neighbor: Neighbor } & Change)
  /** An FDB entry was made, learned or changed, or deleted. */
  | ({ type: 'fdb'; entry: FdbEntry } & Change)
  /** Settings changed, of which those that did are told; `delete`: of a link that is gone. */
  | ({ type: 'netconf'; netconf: Netconf } & Change)
  /** Hardware began or ceased to keep statistics of a link (kernel 5.18). */
  | { type: 'statistics'; statistics: Statistics }
  /** A link came into VLANs or left them, or options of theirs changed: of one or a range. */
  | ({ type: 'vlan'; vlan: BridgeVlan } & Change)
  /** What a bridge does with VLANs changed. */
  | ({ type: 'vlanGlobal'; vlan: BridgeVlanGlobal } & Change)
  /** An entry of a multicast database was made or changed, or deleted. */
  | ({ type: 'mdb'; entry: MdbEntry } & Change)
  /** There is a multicast router behind a port, or no more. */
  | ({ type: 'mdbRouterPort'; port: MdbRouterPort } & Change)
  /** A vxlan has a VNI with a group, or a VNI no more: each of a range by itself. One without a group comes unheard. */
  | ({ type: 'vni'; vni: VxlanVni } & Change)
  /** A link listens to a multicast address or does no longer (kernel 6.14), or to an anycast one (6.15): EINVAL before. */
  | ({ type: 'groupAddress'; address: GroupAddress } & Change)
  /** An MPLS route was made or replaced, or deleted. */
  | ({ type: 'mplsRoute'; route: MplsRoute } & Change)
  /** A multicast route was made or changed, or deleted, or is asked for (`unresolved`). */
  | ({ type: 'multicastRoute'; route: MulticastRoute } & Change)
  /** The kernel asks a multicast routing daemon for a route, or shows it a packet. */
  | { type: 'multicastReport'; report: MulticastReport }
  /** A router advertised a prefix. */
  | { type: 'prefix'; prefix: AdvertisedPrefix }
  /** A router advertised what the kernel leaves to others, such as name servers. */
  | { type: 'ndUserOption'; advertisement: NdUserOptions }
  /** Another namespace was given an id, or has it no more. */
  | ({ type: 'nsid'; nsid: NamespaceId } & Change)
  /**
   * The kernel wants an entry that nobody has made (RTM_GETNEIGH): with `dst` a neighbour (l3miss of a vxlan,
   * app_solicit), with `lladdr` alone an FDB entry (l2miss).
   */
  | {
      type: 'miss'
      /** The link by which the entry is wanted. */
      ifindex: number
      /** The IP address that no neighbour is known for. */
      dst?: string
      /** The MAC address that no FDB entry is known for. */
      lladdr?: string
    }
  /** Events were lost at this point: the kernel's buffer or this queue was full. What is known may be stale: list again. */
  | { type: 'overflow' }

export interface WatchOptions {
  /** Bytes of the socket's receive buffer. Default: 4 MiB, or what the process may have. */
  receiveBuffer?: number | undefined
  /** Events that may wait to be taken, before an `overflow` stands for further ones. Default: 65536. */
  limit?: number | undefined
  /** Ends the watch. */
  signal?: AbortSignal | undefined
}

const LIMIT = 65_536

/**
 * Events in the order the kernel sent them, from the moment the watch was made.
 * Ends by `close()`, by leaving a `for await` loop, or by its signal; never by an overflow.
 */
export class Watch implements AsyncIterableIterator<RouteEvent> {
  readonly #subscription: Subscription
  readonly #queue: RouteEvent[] = []
  readonly #limit: number
  readonly #signal: AbortSignal | undefined
  readonly #abort = () => this.close()
  #waiting: { resolve: (result: IteratorResult<RouteEvent>) => void; reject: (error: Error) => void }[] = []
  #error: Error | undefined
  #closed = false

  /** @internal */
  constructor(socket: NetlinkSocket, groups: readonly WatchGroup[], options: WatchOptions) {
    if (!Array.isArray(groups) || groups.length === 0) {
      throw invalid('groups', `an array of ${Object.keys(GROUPS).join(', ')}`, groups)
    }
    for (const group of groups as readonly string[]) {
      if (!Object.hasOwn(GROUPS, group)) {
        throw invalid('groups', `any of ${Object.keys(GROUPS).join(', ')}`, group, 'range')
      }
    }
    const { limit = LIMIT, receiveBuffer = 0, signal } = options
    if (!Number.isInteger(limit) || limit < 1) throw invalid('limit', 'an integer from 1', limit)
    this.#limit = limit
    this.#signal = signal
    signal?.throwIfAborted()
    const numbers = groups.flatMap((group: WatchGroup): readonly number[] => GROUPS[group])
    this.#subscription = socket.subscribe(
      numbers,
      {
        onMessage: (r, message) => {
          const event = readEvent(r, message)
          if (event !== undefined) this.#push(event)
        },
        onOverflow: () => this.#push({ type: 'overflow' }),
        onError: (error) => this.#fail(error),
      },
      receiveBuffer,
    )
    signal?.addEventListener('abort', this.#abort, { once: true })
  }

  #push(event: RouteEvent): void {
    const waiting = this.#waiting.shift()
    if (waiting !== undefined) return waiting.resolve({ value: event, done: false })
    if (this.#queue.length < this.#limit) this.#queue.push(event)
    else if (this.#queue.at(-1)!.type !== 'overflow') this.#queue.push({ type: 'overflow' })
  }

  #fail(error: Error): void {
    this.#error = error
    this.close()
  }

  next(): Promise<IteratorResult<RouteEvent>> {
    const event = this.#queue.shift()
    if (event !== undefined) return Promise.resolve({ value: event, done: false })
    if (this.#error !== undefined) {
      const error = this.#error
      this.#error = undefined
      return Promise.reject(error)
    }
    if (this.#closed) return Promise.resolve({ value: undefined, done: true })
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  return(): Promise<IteratorResult<RouteEvent>> {
    this.#queue.length = 0
    this.close()
    return Promise.resolve({ value: undefined, done: true })
  }

  /** Ends the watch; events that have arrived can still be taken. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#signal?.removeEventListener('abort', this.#abort)
    this.#subscription.close()
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      if (this.#error !== undefined) {
        reject(this.#error)
        this.#error = undefined
      } else {
        resolve({ value: undefined, done: true })
      }
    }
  }

  /** Whether the watch keeps the process alive, as it does at first. */
  ref(): this {
    this.#subscription.ref()
    return this
  }

  unref(): this {
    this.#subscription.unref()
    return this
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close()
    return Promise.resolve()
  }
}

type Action = Change['action']
type EventReader = (r: Reader, message: Message, action: Action) => RouteEvent | undefined

/** How the messages of a family are read, by the number of its RTM_NEW…; that of RTM_DEL… is the next. */
const READERS = new Map<number, EventReader>([
  [
    rtm.RTM_NEWLINK,
    (r, message, action) =>
      event(readLink(r, message), (link) => ({ type: 'link', action, link })) ??
      event(readBridgeLink(r, message), (link) => ({ type: 'bridgeLink', action, link })),
  ],
  [
    rtm.RTM_NEWADDR,
    (r, message, action) => event(readAddress(r, message), (address) => ({ type: 'address', action, address })),
  ],
  [
    rtm.RTM_NEWROUTE,
    (r, message, action) =>
      event(readRoute(r, message), (route) => ({ type: 'route', action, route })) ??
      event(readMulticastRoute(r, message), (route) => ({ type: 'multicastRoute', action, route })) ??
      event(readMplsRoute(r, message), (route) => ({ type: 'mplsRoute', action, route })),
  ],
  [
    rtm.RTM_NEWNEXTHOP,
    (r, message, action) => event(readNexthop(r, message), (nexthop) => ({ type: 'nexthop', action, nexthop })),
  ],
  [
    rtm.RTM_NEWNEXTHOPBUCKET,
    (r, message, action) => event(readBucket(r, message), (bucket) => ({ type: 'nexthopBucket', action, bucket })),
  ],
  [rtm.RTM_NEWRULE, (r, message, action) => event(readRule(r, message), (rule) => ({ type: 'rule', action, rule }))],
  [
    rtm.RTM_NEWNEIGH,
    (r, message, action) =>
      event(readNeighbor(r, message), (neighbor) => ({ type: 'neighbor', action, neighbor })) ??
      event(readFdb(r, message), (entry) => ({ type: 'fdb', action, entry })),
  ],
  [
    rtm.RTM_NEWNETCONF,
    (r, message, action) => event(readNetconf(r, message), (netconf) => ({ type: 'netconf', action, netconf })),
  ],
  [
    rtm.RTM_NEWNSID,
    (r, message, action) => event(readNamespaceId(r, message), (nsid) => ({ type: 'nsid', action, nsid })),
  ],
  [
    rtm.RTM_NEWSTATS,
    (r, message) => event(readStatistics(r, message), (statistics) => ({ type: 'statistics', statistics })),
  ],
  [
    rtm.RTM_NEWVLAN,
    // A notification tells of one range.
    (r, message, action) =>
      event(readVlans(r, message)[0], (vlan) => ({ type: 'vlan', action, vlan })) ??
      event(readVlanGlobals(r, message)[0], (vlan) => ({ type: 'vlanGlobal', action, vlan })),
  ],
  [
    rtm.RTM_NEWMDB,
    (r, message, action) =>
      event(readMdb(r, message)[0], (entry) => ({ type: 'mdb', action, entry })) ??
      event(readMdbRouterPorts(r, message)[0], (port) => ({ type: 'mdbRouterPort', action, port })),
  ],
  [rtm.RTM_NEWTUNNEL, (r, message, action) => event(readVnis(r, message)[0], (vni) => ({ type: 'vni', action, vni }))],
  [rtm.RTM_NEWMULTICAST, readGroupAddressEvent],
  [rtm.RTM_NEWANYCAST, readGroupAddressEvent],
  [
    rtm.RTM_NEWCACHEREPORT,
    (r, message) => event(readMulticastReport(r, message), (report) => ({ type: 'multicastReport', report })),
  ],
  [rtm.RTM_NEWPREFIX, (r, message) => event(readPrefix(r, message), (prefix) => ({ type: 'prefix', prefix }))],
  [
    rtm.RTM_NEWNDUSEROPT,
    (r, message) => event(readNdUserOptions(r, message), (advertisement) => ({ type: 'ndUserOption', advertisement })),
  ],
])

function event<T>(value: T | undefined, make: (value: T) => RouteEvent): RouteEvent | undefined {
  return value === undefined ? undefined : make(value)
}

function readGroupAddressEvent(r: Reader, message: Message, action: Action): RouteEvent | undefined {
  return event(readGroupAddress(r, message), (address) => ({ type: 'groupAddress', action, address }))
}

/** The lowest two bits of a message's type: new, delete, get, set. */
const VERB = 3
const DELETE = 1

function readEvent(r: Reader, message: Message): RouteEvent | undefined {
  const { type } = message
  if (type === rtm.RTM_GETNEIGH) return readMiss(r, message)
  if ((type & VERB) > DELETE) return undefined
  return READERS.get(type & ~VERB)?.(r, message, (type & VERB) === DELETE ? 'delete' : 'new')
}

function readMiss(r: Reader, { body, end }: Message): RouteEvent | undefined {
  if (end - body < NDMSG_SIZE) return undefined
  const { dst, lladdr } = neighborAttributes.read(r, body + NDMSG_SIZE, end)
  const miss: RouteEvent = { type: 'miss', ifindex: r.getS32(body + 4) }
  if (dst !== undefined) miss.dst = dst
  if (lladdr !== undefined) miss.lladdr = lladdr
  return miss
}
