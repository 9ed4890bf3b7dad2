/** Watching: what the kernel says of changes, as events (rtnetlink(7), multicast groups). */
import { type Address, readAddress } from '../schema/address.js'
import { type Link, readLink } from '../schema/link.js'
import {
  type FdbEntry,
  type Neighbor,
  neighborAttributes,
  NDMSG_SIZE,
  readFdb,
  readNeighbor,
} from '../schema/neighbor.js'
import { type MplsRoute, readMplsRoute } from '../schema/mpls-route.js'
import { type NamespaceId, readNamespaceId } from '../schema/namespace-id.js'
import { type NexthopBucket, type NexthopObject, readBucket, readNexthop } from '../schema/nexthop.js'
import { type Route, readRoute } from '../schema/route.js'
import * as rtm from '../schema/rtnetlink.js'
import type { NetlinkSocket } from '../socket/netlink-socket.js'
import type { Subscription } from '../socket/subscription.js'
import { invalid } from '../wire/invalid.js'
import type { Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'

/** What can be watched, and the kernel's groups for it (RTNLGRP_*). FDB entries come with `neighbor`. */
const GROUPS = {
  link: [rtm.RTNLGRP_LINK],
  address: [rtm.RTNLGRP_IPV4_IFADDR, rtm.RTNLGRP_IPV6_IFADDR],
  route: [rtm.RTNLGRP_IPV4_ROUTE, rtm.RTNLGRP_IPV6_ROUTE],
  neighbor: [rtm.RTNLGRP_NEIGH],
  nsid: [rtm.RTNLGRP_NSID],
  mplsRoute: [rtm.RTNLGRP_MPLS_ROUTE],
  /** Nexthop objects, and buckets of resilient groups that move. */
  nexthop: [rtm.RTNLGRP_NEXTHOP],
} as const
export type WatchGroup = keyof typeof GROUPS

type Change = { action: 'new' | 'delete' }

/** Something changed, or is missing, or was missed. */
export type RouteEvent =
  /** A link was made or changed (`new`), or deleted. */
  | ({ type: 'link'; link: Link } & Change)
  | ({ type: 'address'; address: Address } & Change)
  | ({ type: 'route'; route: Route } & Change)
  /** A neighbour was made or changed; deleting one by hand shows as `new` with the state `failed`. */
  | ({ type: 'neighbor'; neighbor: Neighbor } & Change)
  | ({ type: 'fdb'; entry: FdbEntry } & Change)
  | ({ type: 'nsid'; nsid: NamespaceId } & Change)
  | ({ type: 'mplsRoute'; route: MplsRoute } & Change)
  | ({ type: 'nexthop'; nexthop: NexthopObject } & Change)
  /** A bucket of a resilient group has another nexthop. */
  | ({ type: 'nexthopBucket'; bucket: NexthopBucket } & Change)
  /**
   * The kernel wants an entry that nobody has made (RTM_GETNEIGH): with `dst` a neighbour (l3miss of a vxlan,
   * app_solicit), with `lladdr` alone an FDB entry (l2miss).
   */
  | { type: 'miss'; ifindex: number; dst?: string; lladdr?: string }
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

function readEvent(r: Reader, message: Message): RouteEvent | undefined {
  switch (message.type) {
    case rtm.RTM_NEWLINK:
    case rtm.RTM_DELLINK: {
      const link = readLink(r, message)
      return link && { type: 'link', action: message.type === rtm.RTM_NEWLINK ? 'new' : 'delete', link }
    }
    case rtm.RTM_NEWADDR:
    case rtm.RTM_DELADDR: {
      const address = readAddress(r, message)
      return address && { type: 'address', action: message.type === rtm.RTM_NEWADDR ? 'new' : 'delete', address }
    }
    case rtm.RTM_NEWROUTE:
    case rtm.RTM_DELROUTE: {
      const action = message.type === rtm.RTM_NEWROUTE ? 'new' : 'delete'
      const route = readRoute(r, message)
      if (route !== undefined) return { type: 'route', action, route }
      const mpls = readMplsRoute(r, message)
      return mpls && { type: 'mplsRoute', action, route: mpls }
    }
    case rtm.RTM_NEWNEIGH:
    case rtm.RTM_DELNEIGH: {
      const action = message.type === rtm.RTM_NEWNEIGH ? 'new' : 'delete'
      const neighbor = readNeighbor(r, message)
      if (neighbor !== undefined) return { type: 'neighbor', action, neighbor }
      const entry = readFdb(r, message)
      return entry && { type: 'fdb', action, entry }
    }
    case rtm.RTM_GETNEIGH: {
      if (message.end - message.body < NDMSG_SIZE) return undefined
      const { dst, lladdr } = neighborAttributes.read(r, message.body + NDMSG_SIZE, message.end)
      const event: RouteEvent = { type: 'miss', ifindex: r.getS32(message.body + 4) }
      if (dst !== undefined) event.dst = dst
      if (lladdr !== undefined) event.lladdr = lladdr
      return event
    }
    case rtm.RTM_NEWNSID:
    case rtm.RTM_DELNSID: {
      const nsid = readNamespaceId(r, message)
      return nsid && { type: 'nsid', action: message.type === rtm.RTM_NEWNSID ? 'new' : 'delete', nsid }
    }
    case rtm.RTM_NEWNEXTHOP:
    case rtm.RTM_DELNEXTHOP: {
      const nexthop = readNexthop(r, message)
      return nexthop && { type: 'nexthop', action: message.type === rtm.RTM_NEWNEXTHOP ? 'new' : 'delete', nexthop }
    }
    case rtm.RTM_NEWNEXTHOPBUCKET:
    case rtm.RTM_DELNEXTHOPBUCKET: {
      const action = message.type === rtm.RTM_NEWNEXTHOPBUCKET ? 'new' : 'delete'
      const bucket = readBucket(r, message)
      return bucket && { type: 'nexthopBucket', action, bucket }
    }
    default:
      return undefined
  }
}
