/** Routes (ip-route(8); RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE). */
import {
  describeRoute,
  readRoute,
  type Route,
  routeAttributes,
  type RouteFilter,
  type RouteQuestion,
  type RouteSpec,
  RTMSG_SIZE,
  writeRoute,
  writeRouteFilter,
  writeRouteQuestion,
} from '../schema/route.js'
import { RTM_DELROUTE, RTM_GETROUTE, RTM_NEWROUTE } from '../schema/rtnetlink.js'
import { type Operation, Request } from '../socket/request.js'
import { NLM_F_ACK, NLM_F_APPEND, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REPLACE } from '../wire/message.js'
import { writer } from '../wire/writer.js'
import { Facet } from './facet.js'
import { countDeleted } from './count-deleted.js'

export type { Route, RouteFilter, RouteFlag, RouteQuestion, RouteSpec, RouteType } from '../schema/route.js'
export type { RawRouteEncap, RouteEncap, RouteEncapSpec, RouteEncapType } from '../schema/route-encap.js'
export type { RouteMetrics, RouteMetricsSpec } from '../schema/route-metrics.js'
export type { Nexthop, NexthopSpec, Realms } from '../schema/route-nexthop.js'
export type { RouteProtocol } from '../schema/route-protocol.js'
export type { RouteTable } from '../schema/route-table.js'

const ENOENT = 2
const ESRCH = 3

const shared = { table: routeAttributes, headerSize: RTMSG_SIZE } as const
const operation = (message: string, verb: string): Operation<RouteSpec, void> => ({
  ...shared,
  message,
  describe: (spec) => `${verb} route ${describeRoute(spec)}`,
  answer: 'none',
})
const ADD = operation('RTM_NEWROUTE', 'add')
const APPEND = operation('RTM_NEWROUTE', 'append')
const REPLACE = operation('RTM_NEWROUTE', 'replace')
const CHANGE = operation('RTM_NEWROUTE', 'change')
const DELETE = operation('RTM_DELROUTE', 'delete')
const GET: Operation<RouteQuestion, Route> = {
  ...shared,
  message: 'RTM_GETROUTE',
  describe: ({ dst }) => `get the route to ${dst}`,
  answer: 'object',
  read: readRoute,
}
const LIST: Operation<RouteFilter, Route[]> = {
  ...shared,
  message: 'RTM_GETROUTE',
  describe: ({ table }) => (table === undefined ? 'list routes' : `list routes of table ${table}`),
  answer: 'dump',
  read: readRoute,
}

/** Adds a route; EEXIST where there is one to the same prefix with the same tos and metric. */
export const routeAdd = (spec: RouteSpec): Request<void> =>
  new Request(ADD, writeRoute(writer, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, spec, false), spec)
/** Adds a route beside those to the same prefix: of IPv6 ones this makes a multipath route. */
export const routeAppend = (spec: RouteSpec): Request<void> =>
  new Request(APPEND, writeRoute(writer, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND, spec, false), spec)
/** Adds a route or replaces the one there is. */
export const routeReplace = (spec: RouteSpec): Request<void> =>
  new Request(REPLACE, writeRoute(writer, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, spec, false), spec)
/** Replaces a route; ENOENT where there is none. */
export const routeChange = (spec: RouteSpec): Request<void> =>
  new Request(CHANGE, writeRoute(writer, RTM_NEWROUTE, NLM_F_REPLACE, spec, false), spec)
/** Deletes the first route that has all that is given; ESRCH where there is none. */
export const routeDelete = (spec: RouteSpec): Request<void> =>
  new Request(DELETE, writeRoute(writer, RTM_DELROUTE, 0, spec, true), spec)
/** Asks which route a packet would take. */
export const routeGet = (question: RouteQuestion): Request<Route> =>
  new Request(GET, writeRouteQuestion(writer, RTM_GETROUTE, NLM_F_ACK, question), question)
/** Lists routes. */
export const routeList = (filter: RouteFilter = {}): Request<Route[]> =>
  new Request(LIST, writeRouteFilter(writer, RTM_GETROUTE, NLM_F_DUMP, filter), filter)

export class Routes extends Facet {
  /**
   * Adds a route.
   *
   *     await rt.routes.add({ dst: 'default', via: '10.13.19.1' })
   *     await rt.routes.add({ dst: '10.0.0.0/8', oif: 'eth0', metrics: { mtu: 1400 } })
   *     await rt.routes.add({ dst: '10.0.0.0/8', nexthops: [{ via: '10.1.0.1', weight: 2 }, { via: '10.2.0.1' }] })
   *
   * @throws {NetlinkError} EEXIST where there is one to the same prefix with the same tos and metric; ENETUNREACH where
   * the gateway is not reachable; EINVAL where the address has bits beyond the prefix.
   */
  add(spec: RouteSpec): Promise<void> {
    return this.run(routeAdd, spec)
  }

  /** Adds a route beside those to the same prefix: of IPv6 ones this makes a multipath route. */
  append(spec: RouteSpec): Promise<void> {
    return this.run(routeAppend, spec)
  }

  /** Adds a route or replaces the one there is. */
  replace(spec: RouteSpec): Promise<void> {
    return this.run(routeReplace, spec)
  }

  /** Replaces a route. @throws {NetlinkError} ENOENT where there is none. */
  change(spec: RouteSpec): Promise<void> {
    return this.run(routeChange, spec)
  }

  /** Deletes the first route that has all that is given. @throws {NetlinkError} ESRCH where there is none. */
  delete(spec: RouteSpec): Promise<void> {
    return this.run(routeDelete, spec)
  }

  /**
   * The route that a packet to this address would take.
   * @throws {NetlinkError} ENETUNREACH, EHOSTUNREACH, EACCES: what the packet would be answered.
   */
  get(dst: string, question: Omit<RouteQuestion, 'dst'> = {}): Promise<Route> {
    return this.run(routeGet, { ...question, dst })
  }

  /** All routes of all tables, or those that fit. None for a table that does not exist. */
  async list(filter?: RouteFilter): Promise<Route[]> {
    try {
      return await this.run(routeList, filter)
    } catch (error) {
      // A table exists with its first route; the kernel refuses to list one that does not.
      if (filter?.table !== undefined && (error as { errno?: number }).errno === ENOENT) return []
      throw error
    }
  }

  /**
   * Deletes the routes that fit; resolves to how many. Without a table that is all of them, the kernel's own among them.
   * Those that went away meanwhile are passed over.
   */
  async flush(filter: Omit<RouteFilter, 'cached'>): Promise<number> {
    const found = await this.list(filter)
    const deletions = found.map(({ family, dst, type, table, protocol, metric, tos, via, oif, from }) =>
      routeDelete({ family, dst, type, table, protocol, metric, tos, via, oif, from }),
    )
    return countDeleted(await this.socket.bulk(deletions), ESRCH)
  }
}
