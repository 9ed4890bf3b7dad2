/** Tables of neighbours and their parameters (ip-ntable(8); RTM_GETNEIGHTBL, RTM_SETNEIGHTBL). */
import { describeLink } from '../schema/link-reference.js'
import {
  NDTMSG_SIZE,
  type NeighborTable,
  neighborTableAttributes,
  type NeighborTableFilter,
  type NeighborTableSpec,
  readNeighborTable,
  writeNeighborTable,
  writeNeighborTableFilter,
} from '../schema/neighbor-table.js'
import { RTM_GETNEIGHTBL, RTM_SETNEIGHTBL } from '../schema/rtnetlink.js'
import { type Operation, Request } from '../socket/request.js'
import { NLM_F_DUMP, NLM_F_REPLACE } from '../wire/message.js'
import { writer } from '../wire/writer.js'
import { Facet } from './facet.js'

export type { NeighborTable, NeighborTableFilter, NeighborTableSpec } from '../schema/neighbor-table.js'

const ENOENT = 2
const shared = { table: neighborTableAttributes, headerSize: NDTMSG_SIZE } as const
const CHANGE: Operation<NeighborTableSpec, void> = {
  ...shared,
  message: 'RTM_SETNEIGHTBL',
  describe: ({ name, link }) =>
    `change neighbour table ${name}${link === undefined ? '' : ` of link ${describeLink(link)}`}`,
  advise: ({ link }, errno) =>
    errno === ENOENT && link === undefined
      ? 'the table and what new links begin with can only be changed in the first namespace'
      : undefined,
  answer: 'none',
}
const LIST: Operation<NeighborTableFilter, NeighborTable[]> = {
  ...shared,
  message: 'RTM_GETNEIGHTBL',
  describe: ({ family }) => `list ${family === undefined ? '' : `${family} `}neighbour tables`,
  answer: 'dump',
  read: readNeighborTable,
}

/** Changes a table or the parameters of a link in it; ENOENT where there is none of the name. */
export const neighborTableChange = (spec: NeighborTableSpec): Request<void> =>
  new Request(CHANGE, writeNeighborTable(writer, RTM_SETNEIGHTBL, NLM_F_REPLACE, spec), spec)
/** Lists tables, each followed by the parameters of each link in it. */
export const neighborTableList = (filter: NeighborTableFilter = {}): Request<NeighborTable[]> =>
  new Request(LIST, writeNeighborTableFilter(writer, RTM_GETNEIGHTBL, NLM_F_DUMP, filter), filter)

/** How neighbours are found and forgotten: what is in /proc/sys/net/ipv4/neigh and ipv6/neigh. The kernel does not tell of changes. */
export class NeighborTables extends Facet {
  /**
   * Changes a table or the parameters of a link in it.
   *
   *     await rt.neighborTables.change({ name: 'arp_cache', link: 'eth0', parameters: { mcastProbes: 1 } })
   *
   * @throws {NetlinkError} ENOENT where there is no such table or link; and outside the first namespace where no link is
   * given, or what is of all namespaces (`thresh1`, `gcInterval` …).
   */
  change(spec: NeighborTableSpec): Promise<void> {
    return this.run(neighborTableChange, spec)
  }

  /** All tables or those of a family, each followed by the parameters of each link in it. */
  list(filter?: NeighborTableFilter): Promise<NeighborTable[]> {
    return this.run(neighborTableList, filter)
  }
}
