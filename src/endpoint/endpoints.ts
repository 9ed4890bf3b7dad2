/** Container endpoints, made and removed by the thousand. */
import { existsSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'

import { ClosedError, EndpointError } from '../errors.js'
import { linkGroupDelete, linkGroupMembers, linkList, linkUpdate } from '../route/links.js'
import { NETLINK_ROUTE } from '../schema/rtnetlink.js'
import { type NamespaceReference, NetlinkSocket } from '../socket/netlink-socket.js'
import { invalid, unknownOption } from '../wire/invalid.js'
import { EndpointCreation, type EndpointProgress, type EndpointResult } from './creation.js'
import type { Endpoint } from './endpoint.js'
import { Indexes, makeEndpoint } from './making.js'
import { NamespacePool } from './namespace-pool.js'
import { undoOf } from './plan.js'
import type { EndpointSpec } from './spec.js'
import { deleteInside, isAbsent } from './undoing.js'

/** 'lw': the group of the outer links, unless another is given. */
const GROUP = 0x6c77_0000
const LARGEST = 0x7fff_ffff
/** Endpoints on their way at a time: enough that the kernel never waits for JavaScript. */
const WINDOW = 16
const POOL_AT_MOST = 10_000
/** Endpoints whose removal is begun in one go. */
const SLICE = 64

export interface EndpointsOptions {
  /** The namespace of the host's side: of bridges and outer links. Default: the process's own. */
  netns?: NamespaceReference | undefined
  /**
   * The group (IFLA_GROUP, 1 to 2147483646) of the outer links, by which they are found and deleted together; the next
   * number is that of those being deleted. Programs that make endpoints in one namespace need one each.
   * Default: 0x6c770000.
   */
  group?: number | undefined
  /** Endpoints on their way at a time, 1 to 1024. Default: 16. */
  window?: number | undefined
  /** Namespaces kept ready, 0 to 10000; each takes two descriptors. Default: 0. */
  pool?: number | undefined
}
const OPTIONS = ['netns', 'group', 'window', 'pool'] satisfies (keyof EndpointsOptions)[]

export interface EndpointCreateOptions {
  /** Ends it: nothing further is begun, and of what has not ended nothing is left. */
  signal?: AbortSignal | undefined
  /** Told after each endpoint. */
  onProgress?: ((progress: EndpointProgress) => void) | undefined
}

/** An endpoint that `reconcile` found. */
export interface FoundEndpoint {
  /** Undefined of one that was never finished. */
  readonly id: string | undefined
  /** The name of its outer link. */
  readonly name: string
  /** The number of that link. */
  readonly ifindex: number
}

/**
 * Makes and removes container endpoints: a namespace each, a veth born in it, addresses and routes inside, entries on
 * the host's side.
 *
 *     await using endpoints = await Endpoints.open()
 *     const creation = endpoints.create(
 *       containers.map(({ id, ip }, i) => ({
 *         id,
 *         outer: { name: `ve${i}`, master: bridge, mtu: 1450 },
 *         addresses: [`${ip}/16`],
 *         routes: ['10.13.0.1'],
 *       })),
 *     )
 *     for await (const result of creation) …
 *     await endpoints.remove(made)
 *
 * Each is made whole or not at all. What a process that was killed leaves behind, `reconcile` finds: outer links bear a
 * group from the message that makes them (nothing else does, an alias or alternative name is a further message), and as
 * alias the endpoint's id from the last message on.
 */
export class Endpoints {
  readonly #host: NetlinkSocket
  /** For what takes long, so that others need not wait for it: single deletions. */
  readonly #aside: NetlinkSocket
  readonly #group: number
  readonly #window: number
  readonly #pool: NamespacePool
  readonly #indexes = new Indexes()
  readonly #hasIPv6 = existsSync('/proc/sys/net/ipv6')
  /** What is being made, and how it is cancelled. */
  readonly #creating = new Map<Promise<void>, (reason: unknown) => void>()
  /** How many creations there have been. */
  #begun = 0
  #closed = false

  private constructor(host: NetlinkSocket, aside: NetlinkSocket, group: number, window: number, pool: number) {
    this.#host = host
    this.#aside = aside
    this.#group = group
    this.#window = window
    this.#pool = new NamespacePool(host, pool)
  }

  /**
   * Opens the host's side.
   * @throws {NetlinkError} EPERM to enter a namespace without CAP_SYS_ADMIN; EMFILE.
   * @throws {TypeError | RangeError} Not such options.
   */
  static async open(options: EndpointsOptions = {}): Promise<Endpoints> {
    for (const name in options) if (!(OPTIONS as string[]).includes(name)) throw unknownOption(name, OPTIONS)
    const { netns, group = GROUP, window = WINDOW, pool = 0 } = options
    checkInteger('group', group, 1, LARGEST - 1)
    checkInteger('window', window, 1, 1024)
    checkInteger('pool', pool, 0, POOL_AT_MOST)
    const host = await NetlinkSocket.open(NETLINK_ROUTE, { netns })
    try {
      return new Endpoints(host, await NetlinkSocket.open(NETLINK_ROUTE, { netns }), group, window, pool)
    } catch (error) {
      await host.close()
      throw error
    }
  }

  /**
   * Makes endpoints, in the order of the list, some on their way at a time. Begins at once; each ends for itself, with an
   * `Endpoint` or an `EndpointError`.
   * @throws {ClosedError}
   */
  create(
    specs: Iterable<EndpointSpec> | AsyncIterable<EndpointSpec>,
    { signal, onProgress }: EndpointCreateOptions = {},
  ): EndpointCreation {
    this.#check()
    const cancelling = new AbortController()
    const cancelled = signal === undefined ? cancelling.signal : AbortSignal.any([signal, cancelling.signal])
    const cancel = (reason: unknown) => cancelling.abort(reason)
    const list = iteratorOf(specs)
    const total = Array.isArray(specs) ? specs.length : undefined
    const start = (report: (result: EndpointResult) => void): Promise<void> => {
      const number = ++this.#begun
      const all = this.#createAll(list, number, cancelled, report).finally(() => {
        this.#creating.delete(all)
        this.#pool.refillLater()
      })
      this.#creating.set(all, cancel)
      return all
    }
    return new EndpointCreation(total, onProgress, start, cancel)
  }

  async #createAll(
    list: Iterator<EndpointSpec> | AsyncIterator<EndpointSpec>,
    number: number,
    cancelled: AbortSignal,
    report: (result: EndpointResult) => void,
  ): Promise<void> {
    let count = 0
    let ended = false
    const cancel = () => this.#host.cancel(number)
    cancelled.addEventListener('abort', cancel, { once: true })
    const side = {
      host: this.#host,
      aside: this.#aside,
      pool: this.#pool,
      group: this.#group,
      indexes: this.#indexes,
      hasIPv6: this.#hasIPv6,
    }
    const make = (spec: EndpointSpec, index: number) => makeEndpoint(side, spec, index, cancelled, number)
    const work = async () => {
      while (!ended) {
        // Each takes the next as soon as it is free: the list is asked by one at a time.
        const index = count++
        try {
          const next = list.next()
          const item: IteratorResult<EndpointSpec, unknown> = next instanceof Promise ? await next : next
          if (item.done) ended = true
          else await resultOf(report, index, () => make(item.value, index))
        } catch (error) {
          ended = true
          throw error
        }
      }
    }
    const workers = await Promise.allSettled(Array.from({ length: this.#window }, work))
    cancelled.removeEventListener('abort', cancel)
    for (const worker of workers) if (worker.status === 'rejected') throw worker.reason
  }

  /**
   * Removes endpoints: what was written down for them on the host's side, then all their links by one deletion of a group,
   * and closes the handles of their namespaces. What is gone already is no failure. Gives what became of each, in
   * order; an endpoint that could not be removed does not keep the others.
   */
  async remove(list: Iterable<Endpoint>): Promise<PromiseSettledResult<void>[]> {
    this.#check()
    const endpoints = [...list]
    const errors = new Map<number, unknown>()
    const settle = async (index: number, work: Promise<unknown>) => {
      try {
        await work
        return true
      } catch (error) {
        if (isAbsent(error)) return false
        errors.set(index, error)
        return false
      }
    }
    // First: what JavaScript does while the kernel deletes links slows that down.
    await inSlices(endpoints, ({ spec }, index) =>
      Promise.all(undoOf(spec).map((request) => settle(index, this.#host.run(request)))),
    )
    const alone = await this.#deleteWholeGroup(endpoints)
    const group = this.#group + 1
    const marked = alone
      ? []
      : await inSlices(
          endpoints,
          async ({ outer }, index) =>
            outer !== undefined && settle(index, this.#host.run(linkUpdate(outer.ifindex, { group }))),
        )
    if (marked.includes(true)) {
      try {
        await this.#host.run(linkGroupDelete(group))
      } catch (error) {
        if (!isAbsent(error)) marked.forEach((was, index) => was && errors.set(index, error))
      }
    }
    await inSlices(endpoints, async (endpoint, index) => {
      if (endpoint.outer === undefined && !endpoint.netns.closed) {
        await settle(index, deleteInside(this.#aside, endpoint.netns, endpoint.inner))
      }
      if (!errors.has(index)) endpoint.closeNetns()
    })
    return endpoints.map((_, index) =>
      errors.has(index) ? { status: 'rejected', reason: errors.get(index) } : { status: 'fulfilled', value: undefined },
    )
  }

  /**
   * Deletes the whole group of outer links where it holds none but those of `endpoints`; false: nothing was done. A link
   * that is marked as one to go costs the kernel a look at every IPv6 route of the namespace.
   */
  async #deleteWholeGroup(endpoints: readonly Endpoint[]): Promise<boolean> {
    // All links are looked through: for a few it is not worth it.
    if (endpoints.length < SLICE) return false
    const begun = this.#begun
    const members = await this.#host.run(linkGroupMembers(this.#group))
    if (this.#creating.size > 0 || this.#begun !== begun) return false
    const ours = new Set(endpoints.map(({ outer }) => outer?.ifindex))
    if (!members.every((ifindex) => ours.has(ifindex))) return false
    try {
      await this.#host.run(linkGroupDelete(this.#group))
      return true
    } catch {
      // One of them keeps its whole group: it is found out which.
      return false
    }
  }

  /**
   * Finds the outer links of this group, removes what was never finished or was being removed, as a killed process
   * leaves it, and, where `keep` is given, those whose id it does not hold. Entries on the host's side are not known any
   * more and stay. Nothing may be making endpoints with this group at the time.
   * @throws {Error} while this object is making some.
   */
  async reconcile({ keep }: { keep?: Iterable<string> | undefined } = {}): Promise<{
    kept: FoundEndpoint[]
    removed: FoundEndpoint[]
  }> {
    this.#check()
    if (this.#creating.size > 0)
      throw new Error('endpoints are being made: what is not finished can’t be told from them')
    const wanted = keep === undefined ? undefined : new Set(keep)
    const doomed = this.#group + 1
    const kept: FoundEndpoint[] = []
    const removed: FoundEndpoint[] = []
    for (const link of await this.#host.run(linkList({ inet6Statistics: false }))) {
      if (link.group !== this.#group && link.group !== doomed) continue
      const found = { id: link.alias, name: link.name, ifindex: link.ifindex }
      const stays = link.group === this.#group && link.alias !== undefined && (wanted?.has(link.alias) ?? true)
      ;(stays ? kept : removed).push(found)
    }
    if (removed.length > 0) {
      const marks = await this.#host.bulk(removed.map(({ ifindex }) => linkUpdate(ifindex, { group: doomed })))
      const refused = marks.find((mark) => mark.status === 'rejected' && !isAbsent(mark.reason))
      if (refused?.status === 'rejected') throw refused.reason
      await this.#host.run(linkGroupDelete(doomed)).catch((error: unknown) => {
        if (!isAbsent(error)) throw error
      })
    }
    return { kept, removed }
  }

  /** Fills the pool of namespaces, and waits until it is full. */
  async warm(): Promise<void> {
    this.#check()
    await this.#pool.fill()
  }

  /** How many namespaces are ready. */
  get ready(): number {
    return this.#pool.size
  }

  /**
   * Cancels what is being made, as a signal does, and closes the sockets and the namespaces that are ready when what is
   * under way has ended. Endpoints that were made stay.
   */
  async close(): Promise<void> {
    this.#closed = true
    for (const cancel of this.#creating.values()) cancel(closedError())
    await Promise.allSettled(this.#creating.keys())
    await this.#pool.close()
    await Promise.all([this.#host.close(), this.#aside.close()])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #check(): void {
    if (this.#closed) throw closedError()
  }
}

/** Works on all, and leaves the event loop to others in between. */
async function inSlices<T, Result>(
  list: readonly T[],
  work: (item: T, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Promise<Result>[] = []
  for (const [index, item] of list.entries()) {
    if (index > 0 && index % SLICE === 0) await setImmediate()
    results.push(work(item, index))
  }
  return Promise.all(results)
}

const closedError = () => new ClosedError('the endpoints’ sockets are closed')

function iteratorOf(specs: Iterable<EndpointSpec> | AsyncIterable<EndpointSpec>) {
  if (typeof specs === 'object' && specs !== null) {
    if (Symbol.asyncIterator in specs) return specs[Symbol.asyncIterator]()
    if (Symbol.iterator in specs) return specs[Symbol.iterator]()
  }
  throw invalid('specs', 'an iterable of endpoints', specs)
}

async function resultOf(
  report: (result: EndpointResult) => void,
  index: number,
  make: () => Promise<Endpoint>,
): Promise<void> {
  try {
    report({ index, status: 'fulfilled', value: await make() })
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error
    report({ index, status: 'rejected', reason: error })
  }
}

function checkInteger(name: string, value: unknown, least: number, most: number): void {
  const expected = `an integer from ${least} to ${most}`
  if (!Number.isInteger(value)) throw invalid(name, expected, value)
  if ((value as number) < least || (value as number) > most) throw invalid(name, expected, value, 'range')
}
