/** MPLS routes (ip-route(8), `ip -f mpls route`; RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE of AF_MPLS; module mpls_router). */
import {
  MPLS_RTMSG_SIZE,
  type MplsRoute,
  mplsRouteAttributes,
  type MplsRouteFilter,
  type MplsRouteQuestion,
  type MplsRouteSpec,
  readMplsRoute,
  writeMplsRoute,
  writeMplsRouteFilter,
  writeMplsRouteQuestion,
} from '../schema/mpls-route.js'
import { RTM_DELROUTE, RTM_GETROUTE, RTM_NEWROUTE } from '../schema/rtnetlink.js'
import { type Operation, Request } from '../socket/request.js'
import { NLM_F_ACK, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REPLACE } from '../wire/message.js'
import { writer } from '../wire/writer.js'
import { countDeleted } from './count-deleted.js'
import { Facet } from './facet.js'

export type {
  MplsNexthop,
  MplsNexthopSpec,
  MplsRoute,
  MplsRouteFilter,
  MplsRouteQuestion,
  MplsRouteSpec,
} from '../schema/mpls-route.js'

const EOPNOTSUPP = 95

const shared = {
  table: mplsRouteAttributes,
  headerSize: MPLS_RTMSG_SIZE,
  advise: (_: unknown, errno: number) =>
    errno === EOPNOTSUPP ? 'the kernel has no MPLS routes: load the module mpls_router' : undefined,
} as const
const operation = (message: string, verb: string): Operation<MplsRouteSpec, void> => ({
  ...shared,
  message,
  describe: ({ dst }) => `${verb} MPLS route ${dst}`,
  answer: 'none',
})
const ADD = operation('RTM_NEWROUTE', 'add')
const REPLACE = operation('RTM_NEWROUTE', 'replace')
const CHANGE = operation('RTM_NEWROUTE', 'change')
const DELETE = operation('RTM_DELROUTE', 'delete')
const GET: Operation<MplsRouteQuestion, MplsRoute> = {
  ...shared,
  message: 'RTM_GETROUTE',
  describe: ({ dst }) => `get the MPLS route of label ${dst}`,
  answer: 'object',
  read: readMplsRoute,
}
const LIST: Operation<MplsRouteFilter, MplsRoute[]> = {
  ...shared,
  message: 'RTM_GETROUTE',
  describe: () => 'list MPLS routes',
  answer: 'dump',
  read: readMplsRoute,
}

/** Adds an MPLS route; EEXIST where there is one of the label. */
export const mplsRouteAdd = (spec: MplsRouteSpec): Request<void> =>
  new Request(ADD, writeMplsRoute(writer, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, spec, false), spec)
/** Adds an MPLS route or replaces the one there is. */
export const mplsRouteReplace = (spec: MplsRouteSpec): Request<void> =>
  new Request(REPLACE, writeMplsRoute(writer, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, spec, false), spec)
/** Replaces an MPLS route; ENOENT where there is none. */
export const mplsRouteChange = (spec: MplsRouteSpec): Request<void> =>
  new Request(CHANGE, writeMplsRoute(writer, RTM_NEWROUTE, NLM_F_REPLACE, spec, false), spec)
/** Deletes the MPLS route of the label, whatever else is given. That there is none is no error to the kernel. */
export const mplsRouteDelete = (spec: MplsRouteSpec): Request<void> =>
  new Request(DELETE, writeMplsRoute(writer, RTM_DELROUTE, 0, spec, true), spec)
/** Asks which way a packet with a label would take (kernel 4.13). */
export const mplsRouteGet = (question: MplsRouteQuestion): Request<MplsRoute> =>
  new Request(GET, writeMplsRouteQuestion(writer, RTM_GETROUTE, NLM_F_ACK, question), question)
/** Lists MPLS routes. */
export const mplsRouteList = (filter: MplsRouteFilter = {}): Request<MplsRoute[]> =>
  new Request(LIST, writeMplsRouteFilter(writer, RTM_GETROUTE, NLM_F_DUMP, filter), filter)

export class MplsRoutes extends Facet {
  /**
   * Adds an MPLS route: packets that come in with the label `dst` go out with the labels `newDst` instead, or without.
   * The label has to be below net.mpls.platform_labels, and links take MPLS packets where net.mpls.conf.LINK.input is 1.
   *
   *     await rt.mplsRoutes.add({ dst: 100, newDst: [200, 300], via: '10.1.0.2', oif: 'eth0' })
   *     await rt.mplsRoutes.add({ dst: 101, oif: 'lo' })
   *
   * @throws {NetlinkError} EEXIST where there is one of the label; EINVAL for a label beyond platform_labels or below 16;
   * ENODEV where no link leads to the gateway; EOPNOTSUPP where the kernel has no MPLS.
   */
  add(spec: MplsRouteSpec): Promise<void> {
    return this.run(mplsRouteAdd, spec)
  }

  /** Adds an MPLS route or replaces the one there is. */
  replace(spec: MplsRouteSpec): Promise<void> {
    return this.run(mplsRouteReplace, spec)
  }

  /** Replaces an MPLS route. @throws {NetlinkError} ENOENT where there is none. */
  change(spec: MplsRouteSpec): Promise<void> {
    return this.run(mplsRouteChange, spec)
  }

  /**
   * Deletes the MPLS route of the label, whatever else is given. That there is none is no error to the kernel.
   * @throws {NetlinkError} EINVAL for a label beyond platform_labels or below 16.
   */
  delete(spec: MplsRouteSpec): Promise<void> {
    return this.run(mplsRouteDelete, spec)
  }

  /** The way that a packet with this label would take. @throws {NetlinkError} ENETUNREACH where there is none. */
  get(dst: number, question: Omit<MplsRouteQuestion, 'dst'> = {}): Promise<MplsRoute> {
    return this.run(mplsRouteGet, { ...question, dst })
  }

  /** All MPLS routes, or those that fit. None where the kernel has no MPLS. */
  list(filter?: MplsRouteFilter): Promise<MplsRoute[]> {
    return this.run(mplsRouteList, filter)
  }

  /** Deletes the MPLS routes that fit; resolves to how many there were. */
  async flush(filter?: MplsRouteFilter): Promise<number> {
    const found = await this.list(filter)
    return countDeleted(await this.socket.bulk(found.map(({ dst }) => mplsRouteDelete({ dst }))))
  }
}
