/** Statistics of links beyond the usual counters (ip-stats(8); RTM_GETSTATS, RTM_SETSTATS). */
import { describeLink, type LinkReference } from '../schema/link-reference.js'
import { RTM_GETSTATS, RTM_SETSTATS } from '../schema/rtnetlink.js'
import {
  IF_STATS_MSG_SIZE,
  joinStatistics,
  readStatistics,
  type Statistics,
  type StatisticsFilter,
  statisticsRequestAttributes,
  type StatisticsSettings,
  writeStatisticsFilter,
  writeStatisticsQuestion,
  writeStatisticsSettings,
} from '../schema/statistics.js'
import { type Operation, Request } from '../socket/request.js'
import { NLM_F_ACK, NLM_F_DUMP } from '../wire/message.js'
import { writer } from '../wire/writer.js'
import { Facet } from './facet.js'

export type {
  BondStatistics,
  BridgeStatistics,
  BridgeVlanStatistics,
  OffloadStatistics,
  Statistics,
  StatisticsFilter,
  StatisticsGroup,
  StatisticsSettings,
} from '../schema/statistics.js'

interface OfLink {
  readonly link: LinkReference
}
const shared = { table: statisticsRequestAttributes, headerSize: IF_STATS_MSG_SIZE } as const
const GET: Operation<OfLink, Statistics> = {
  ...shared,
  message: 'RTM_GETSTATS',
  describe: ({ link }) => `get statistics of link ${describeLink(link)}`,
  answer: 'object',
  read: readStatistics,
}
const LIST: Operation<unknown, Statistics[]> = {
  ...shared,
  message: 'RTM_GETSTATS',
  describe: () => 'list statistics of links',
  answer: 'dump',
  read: readStatistics,
}
const SET: Operation<OfLink, void> = {
  ...shared,
  message: 'RTM_SETSTATS',
  describe: ({ link }) => `set statistics of link ${describeLink(link)}`,
  answer: 'none',
}

/** Asks for statistics of a link; ENODEV where there is none. */
export const statisticsGet = (link: LinkReference, filter: StatisticsFilter = {}): Request<Statistics> =>
  new Request(GET, writeStatisticsQuestion(writer, RTM_GETSTATS, NLM_F_ACK, link, filter), { ...filter, link })
/** Lists statistics of all links. Where there are many of a link they come in more than one piece, one after the other. */
export const statisticsList = (filter: StatisticsFilter = {}): Request<Statistics[]> =>
  new Request(LIST, writeStatisticsFilter(writer, RTM_GETSTATS, NLM_F_DUMP, filter), filter)
/** Has statistics of a link kept, or not. */
export const statisticsSet = (link: LinkReference, settings: StatisticsSettings): Request<void> =>
  new Request(SET, writeStatisticsSettings(writer, RTM_SETSTATS, 0, link, settings), { ...settings, link })

/** Statistics of links: the usual counters, those of bridges, bonds and MPLS, and those that hardware keeps. */
export class StatisticsOfLinks extends Facet {
  /**
   * Statistics of a link: all that it has, or those asked for.
   *
   *     const { linkXstats } = await rt.statistics.get('br0', { groups: ['linkXstats'] })
   *
   * @throws {NetlinkError} ENODEV where there is no such link; EMSGSIZE where they are too many for one answer.
   */
  get(link: LinkReference, filter?: StatisticsFilter): Promise<Statistics> {
    return this.run(statisticsGet, link, filter)
  }

  /** Statistics of all links. */
  async list(filter?: StatisticsFilter): Promise<Statistics[]> {
    return joinStatistics(await this.run(statisticsList, filter))
  }

  /**
   * Has hardware count what it routes for a link, or no longer (kernel 5.18).
   * @throws {NetlinkError} ENODEV where there is no such link.
   */
  set(link: LinkReference, settings: StatisticsSettings): Promise<void> {
    return this.run(statisticsSet, link, settings)
  }
}
