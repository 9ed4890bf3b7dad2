/** Namespaces for endpoints: those that are there, new ones, and new ones that were made before they are wanted. */
import { Netns } from '../netns/netns.js'
import type { NativeNamespace } from '../native.js'
import type { NetnsTarget } from '../netns/target.js'
import { NETLINK_ROUTE } from '../schema/rtnetlink.js'
import type { NetlinkSocket } from '../socket/netlink-socket.js'

/** A namespace that an endpoint is made in, and a socket inside where there is one already. */
export class Place {
  readonly netns: Netns
  readonly socket: NetlinkSocket | undefined
  readonly #isOurs: boolean
  readonly #giveBack: ((place: Place) => void) | undefined

  constructor(netns: Netns, socket: NetlinkSocket | undefined, isOurs: boolean, giveBack?: (place: Place) => void) {
    this.netns = netns
    this.socket = socket
    this.#isOurs = isOurs
    this.#giveBack = giveBack
  }

  /** The endpoint is made: the handle is its now, the socket is nobody's. */
  done(): void {
    void this.socket?.close()
  }

  /** The endpoint is not made. A namespace that nothing was made in is as good as new. */
  async abandon(used: boolean): Promise<void> {
    if (!used && this.#giveBack !== undefined) return this.#giveBack(this)
    await this.close()
  }

  async close(): Promise<void> {
    await this.socket?.close()
    if (this.#isOurs) this.netns.close()
  }
}

const REFILL_AFTER_MS = 100

export class NamespacePool {
  readonly #host: NetlinkSocket
  readonly #bound: number
  readonly #ready: Place[] = []
  #filling: Promise<void> | undefined
  #refill: NodeJS.Timeout | undefined
  #closed = false

  /** Sockets run in one order with those of `host`. At most `bound` namespaces are kept. */
  constructor(host: NetlinkSocket, bound: number) {
    this.#host = host
    this.#bound = bound
  }

  get size(): number {
    return this.#ready.length
  }

  /** A place in a namespace that is there, or in one that is ready; undefined: none is. */
  async take(target: Netns | NetnsTarget | undefined): Promise<Place | undefined> {
    if (target === undefined) {
      this.refillLater()
      return this.#ready.shift()
    }
    const netns = target instanceof Netns ? target : await Netns.open(target)
    return new Place(netns, undefined, netns !== target)
  }

  /** A place in a namespace that has just been made. */
  adopt(created: NativeNamespace, socket?: NetlinkSocket): Place {
    return new Place(Netns.adopt(created), socket, true, (place) => this.#put(place))
  }

  async #make(): Promise<Place> {
    const { socket, created } = await this.#host.beside(NETLINK_ROUTE, { netns: 'new' })
    return this.adopt(created!, socket)
  }

  #put(place: Place): void {
    if (this.#closed || this.#ready.length >= this.#bound) void place.close()
    else this.#ready.push(place)
  }

  /** Makes as many as are missing. */
  fill(): Promise<void> {
    this.#filling ??= this.#fill().finally(() => (this.#filling = undefined))
    return this.#filling
  }

  async #fill(): Promise<void> {
    while (!this.#closed && this.#ready.length < this.#bound) {
      const missing = Math.min(this.#bound - this.#ready.length, 16)
      const made = await Promise.allSettled(Array.from({ length: missing }, () => this.#make()))
      for (const place of made) if (place.status === 'fulfilled') this.#put(place.value)
      for (const place of made) if (place.status === 'rejected') throw place.reason
    }
  }

  /**
   * The same in the background, when nothing has been taken for a while: the kernel makes namespaces under the lock that
   * all else wants. What fails then will fail where it is needed.
   */
  refillLater(): void {
    clearTimeout(this.#refill)
    if (this.#bound === 0 || this.#closed) return
    this.#refill = setTimeout(() => void this.fill().catch(() => {}), REFILL_AFTER_MS).unref()
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#refill)
    await this.#filling?.catch(() => {})
    await Promise.all(this.#ready.splice(0).map((place) => place.close()))
  }
}
