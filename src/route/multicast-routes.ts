/** Multicast routes (ip-mroute(8); RTM_GETROUTE). */
import {
  type MulticastRoute,
  multicastRouteAttributes,
  type MulticastRouteFilter,
  type MulticastRouteQuestion,
  readMulticastRoute,
  writeMulticastRouteFilter,
  writeMulticastRouteQuestion,
} from '../schema/multicast-route.js'
import {
  joinMulticastTables,
  type MulticastTable,
  multicastTableAttributes,
  readMulticastTable,
  writeMulticastTableQuestion,
} from '../schema/multicast-table.js'
import { IFINFOMSG_SIZE } from '../schema/link-attributes.js'
import { routeTableNumber } from '../schema/route-table.js'
import { RTMSG_SIZE } from '../schema/route.js'
import { RTM_GETLINK, RTM_GETROUTE } from '../schema/rtnetlink.js'
import { type Operation, Request } from '../socket/request.js'
import { NLM_F_ACK, NLM_F_DUMP } from '../wire/message.js'
import { writer } from '../wire/writer.js'
import { Facet } from './facet.js'

export type {
  MulticastNexthop,
  MulticastRoute,
  MulticastRouteFilter,
  MulticastRouteQuestion,
} from '../schema/multicast-route.js'
export type { MulticastReport } from '../schema/multicast-report.js'
export type { MulticastTable, MulticastVif } from '../schema/multicast-table.js'

const ENOENT = 2
const shared = {
  message: 'RTM_GETROUTE',
  table: multicastRouteAttributes,
  headerSize: RTMSG_SIZE,
  read: readMulticastRoute,
} as const
const GET: Operation<MulticastRouteQuestion, MulticastRoute> = {
  ...shared,
  describe: ({ source, group }) => `get the multicast route from ${source} to ${group}`,
  answer: 'object',
}
const LIST: Operation<MulticastRouteFilter, MulticastRoute[]> = {
  ...shared,
  describe: ({ family = 'ipv4' }) => `list ${family} multicast routes`,
  answer: 'dump',
}
const TABLES: Operation<undefined, MulticastTable[]> = {
  message: 'RTM_GETLINK',
  describe: () => 'list tables of multicast routes',
  table: multicastTableAttributes,
  headerSize: IFINFOMSG_SIZE,
  answer: 'dump',
  read: readMulticastTable,
}

/** Asks for the multicast route from a source to a group; ENOENT where there is none. */
export const multicastRouteGet = (question: MulticastRouteQuestion): Request<MulticastRoute> =>
  new Request(GET, writeMulticastRouteQuestion(writer, RTM_GETROUTE, NLM_F_ACK, question), question)
/** Lists multicast routes. */
export function multicastRouteList(filter: MulticastRouteFilter = {}): Request<MulticastRoute[]> {
  const encoded = writeMulticastRouteFilter(writer, RTM_GETROUTE, NLM_F_DUMP, filter)
  const { table } = filter
  if (table === undefined) return new Request(LIST, encoded, filter)
  // A kernel that was built for one table tells of that one, whichever is asked for.
  const wanted = typeof table === 'string' ? routeTableNumber[table] : table
  const operation: typeof LIST = {
    ...LIST,
    read(r, message) {
      const route = readMulticastRoute(r, message)
      const number = typeof route?.table === 'string' ? routeTableNumber[route.table] : route?.table
      return number === wanted ? route : undefined
    },
  }
  return new Request(operation, encoded, filter)
}
/** Lists tables of multicast routes. Where a table has many links it comes in more than one piece, one after the other. */
export const multicastTableList = (): Request<MulticastTable[]> =>
  new Request(TABLES, writeMulticastTableQuestion(writer, RTM_GETLINK, NLM_F_DUMP), undefined)

/**
 * Multicast routes, which daemons such as mrouted and pimd make through sockets of their own. Their changes are watched
 * as `multicastRoute`, what the kernel asks the daemons as `multicastReport`; which table is asked for a packet is said by rules of the families `ipmr` and `ip6mr`.
 */
export class MulticastRoutes extends Facet {
  /**
   * The route from a source to a group.
   * @throws {NetlinkError} ENOENT where there is none; EOPNOTSUPP for IPv6 before kernel 6.0.
   */
  get(question: MulticastRouteQuestion): Promise<MulticastRoute> {
    return this.run(multicastRouteGet, question)
  }

  /** The routes of IPv4 or IPv6, all of them or those that fit. None for a table that does not exist. */
  async list(filter?: MulticastRouteFilter): Promise<MulticastRoute[]> {
    try {
      return await this.run(multicastRouteList, filter)
    } catch (error) {
      if (filter?.table !== undefined && (error as { errno?: number }).errno === ENOENT) return []
      throw error
    }
  }

  /**
   * The tables of IPv4 multicast routes that there are, each with the links that its daemon routes between and what they
   * counted. The kernel tells no such thing of IPv6.
   */
  async tables(): Promise<MulticastTable[]> {
    return joinMulticastTables(await this.run(multicastTableList))
  }
}
