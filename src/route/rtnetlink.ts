/** The route family of netlink (rtnetlink(7)), in one network namespace. */
import { NetlinkSocket, type NetlinkSocketOptions, type ResultsOf, type SettledOf } from '../socket/netlink-socket.js'
import type { AnyRequest, Request } from '../socket/request.js'
import { NETLINK_ROUTE } from '../schema/rtnetlink.js'
import { BridgeLinks } from './bridge-links.js'
import { Fdb } from './fdb.js'
import { GroupAddresses } from './group-addresses.js'
import { MulticastRoutes } from './multicast-routes.js'
import { NeighborTables } from './neighbor-tables.js'
import { Mdb } from './mdb.js'
import { Neighbors } from './neighbors.js'
import { MplsRoutes } from './mpls-routes.js'
import { NexthopBuckets } from './nexthop-buckets.js'
import { Nexthops } from './nexthops.js'
import { NamespaceIds } from './namespace-ids.js'
import { Netconfs } from './netconf.js'
import { StatisticsOfLinks } from './statistics.js'
import { Watch, type WatchGroup, type WatchOptions } from './watch.js'
import { Links } from './links.js'
import { AddressLabels } from './address-labels.js'
import { Addresses } from './addresses.js'
import { Routes } from './routes.js'
import { Rules } from './rules.js'
import { Vlans } from './vlans.js'
import { Vnis } from './vnis.js'

export type RtnetlinkOptions = NetlinkSocketOptions

/**
 * Links, addresses, routes, rules, neighbours, FDB and multicast entries, ports and VLANs of bridges and more, of one namespace.
 *
 *     await using rt = await Rtnetlink.open()
 *     await rt.links.create({ kind: 'bridge', name: 'br0', up: true })
 *
 * Methods called in the same tick leave together, keep their order, and each promise gets its own result:
 * `await Promise.all(routes.map((route) => rt.routes.add(route)))` is the bulk API.
 */
export class Rtnetlink {
  readonly socket: NetlinkSocket
  readonly links: Links
  readonly addresses: Addresses
  readonly addressLabels: AddressLabels
  readonly routes: Routes
  readonly rules: Rules
  readonly multicastRoutes: MulticastRoutes
  readonly groupAddresses: GroupAddresses
  readonly neighbors: Neighbors
  readonly neighborTables: NeighborTables
  readonly fdb: Fdb
  readonly netconf: Netconfs
  readonly statistics: StatisticsOfLinks
  readonly bridgeLinks: BridgeLinks
  readonly vlans: Vlans
  readonly mdb: Mdb
  readonly vnis: Vnis
  readonly namespaceIds: NamespaceIds
  readonly nexthops: Nexthops
  readonly nexthopBuckets: NexthopBuckets
  readonly mplsRoutes: MplsRoutes

  private constructor(socket: NetlinkSocket) {
    this.socket = socket
    this.links = new Links(socket)
    this.addresses = new Addresses(socket)
    this.addressLabels = new AddressLabels(socket)
    this.routes = new Routes(socket)
    this.rules = new Rules(socket)
    this.multicastRoutes = new MulticastRoutes(socket)
    this.groupAddresses = new GroupAddresses(socket)
    this.neighbors = new Neighbors(socket)
    this.neighborTables = new NeighborTables(socket)
    this.fdb = new Fdb(socket)
    this.netconf = new Netconfs(socket)
    this.statistics = new StatisticsOfLinks(socket)
    this.bridgeLinks = new BridgeLinks(socket)
    this.vlans = new Vlans(socket)
    this.mdb = new Mdb(socket)
    this.vnis = new Vnis(socket)
    this.namespaceIds = new NamespaceIds(socket)
    this.nexthops = new Nexthops(socket)
    this.nexthopBuckets = new NexthopBuckets(socket)
    this.mplsRoutes = new MplsRoutes(socket)
  }

  /**
   * Opens a socket in the namespace (default: the process's own), where it stays.
   * @throws {NetlinkError} EPERM to enter another namespace without CAP_SYS_ADMIN; EMFILE.
   */
  static async open(options: RtnetlinkOptions = {}): Promise<Rtnetlink> {
    return new Rtnetlink(await NetlinkSocket.open(NETLINK_ROUTE, options))
  }

  /** The same, at once: for scripts. Blocks for some tens of microseconds. */
  static openSync(options: RtnetlinkOptions = {}): Rtnetlink {
    return new Rtnetlink(NetlinkSocket.openSync(NETLINK_ROUTE, options))
  }

  /** Runs one request, such as `linkCreate(spec)`: what the methods of `links`, `routes` … do. */
  run<Result>(request: Request<Result>): Promise<Result> {
    return this.socket.run(request)
  }

  /** Runs one request on the calling thread. The event loop stands still meanwhile: for scripts. */
  runSync<Result>(request: Request<Result>): Result {
    return this.socket.runSync(request)
  }

  /** Runs requests in order and stops at the first that fails. @throws {BatchError} */
  batch<const Requests extends readonly AnyRequest[]>(requests: Requests): Promise<ResultsOf<Requests>> {
    return this.socket.batch(requests)
  }

  /** Runs requests in order, all of them, and tells of each how it ended. */
  bulk<const Requests extends readonly AnyRequest[]>(requests: Requests): Promise<SettledOf<Requests>> {
    return this.socket.bulk(requests)
  }

  /**
   * Hears of changes from now on, as an async iterator of events. An overflow is an event, never the end.
   *
   *     for await (const event of rt.watch(['link', 'neighbor'])) …
   *
   * @throws {NetlinkError} The subscription can't be made. @throws {TypeError} No such group.
   */
  watch(groups: readonly WatchGroup[], options: WatchOptions = {}): Watch {
    return new Watch(this.socket, groups, options)
  }

  /** Whether requests in flight keep the process alive, as they do at first. */
  ref(): this {
    this.socket.ref()
    return this
  }

  unref(): this {
    this.socket.unref()
    return this
  }

  /** Takes no more requests, and closes the socket when those under way have ended. Resolves then. */
  async close(): Promise<void> {
    await this.socket.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
