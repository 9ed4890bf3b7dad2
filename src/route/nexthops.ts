/** Nexthop objects (ip-nexthop(8); RTM_NEWNEXTHOP, RTM_DELNEXTHOP, RTM_GETNEXTHOP; kernel 5.3). */
import {
  describeNexthop,
  NHMSG_SIZE,
  nexthopAttributes,
  type NexthopFilter,
  type NexthopObject,
  type NexthopObjectSpec,
  type NexthopQuestion,
  readNexthop,
  writeNexthop,
  writeNexthopFilter,
  writeNexthopQuestion,
} from '../schema/nexthop.js'
import { RTM_DELNEXTHOP, RTM_GETNEXTHOP, RTM_NEWNEXTHOP } from '../schema/rtnetlink.js'
import { type Operation, Request } from '../socket/request.js'
import { NLM_F_ACK, NLM_F_CREATE, NLM_F_DUMP, NLM_F_ECHO, NLM_F_EXCL, NLM_F_REPLACE } from '../wire/message.js'
import { writer } from '../wire/writer.js'
import { countDeleted } from './count-deleted.js'
import { Facet } from './facet.js'

export type {
  NexthopFilter,
  NexthopGroupMember,
  NexthopGroupMemberSpec,
  NexthopGroupType,
  NexthopObject,
  NexthopObjectSpec,
  NexthopOperationFlag,
} from '../schema/nexthop.js'

const shared = { table: nexthopAttributes, headerSize: NHMSG_SIZE } as const
const making = (verb: string): Operation<NexthopObjectSpec, NexthopObject> => ({
  ...shared,
  message: 'RTM_NEWNEXTHOP',
  describe: (spec) => `${verb} ${describeNexthop(spec)}`,
  answer: 'object',
  // What is told of the routes that have a nexthop which is replaced comes as part of the answer.
  read: (r, message) => (message.type === RTM_NEWNEXTHOP ? readNexthop(r, message) : undefined),
})
const ADD = making('add')
const REPLACE = making('replace')
const DELETE: Operation<NexthopQuestion, void> = {
  ...shared,
  message: 'RTM_DELNEXTHOP',
  describe: (question) => `delete ${describeNexthop(question)}`,
  answer: 'none',
}
const GET: Operation<NexthopQuestion, NexthopObject> = {
  ...shared,
  message: 'RTM_GETNEXTHOP',
  describe: (question) => `get ${describeNexthop(question)}`,
  answer: 'object',
  read: readNexthop,
}
const LIST: Operation<NexthopFilter, NexthopObject[]> = {
  ...shared,
  message: 'RTM_GETNEXTHOP',
  describe: () => 'list nexthops',
  answer: 'dump',
  read: readNexthop,
}

/** The kernel takes this filter, and pays no attention to it. */
const LIST_FDB: typeof LIST = {
  ...LIST,
  read(r, message) {
    const nexthop = readNexthop(r, message)
    return nexthop?.fdb === true ? nexthop : undefined
  },
}

// The kernel tells what it made to who asked for it, the id that it chose above all.
const MAKES = NLM_F_ACK | NLM_F_ECHO | NLM_F_CREATE

/** Adds a nexthop; EEXIST where there is one of the id. */
export const nexthopAdd = (spec: NexthopObjectSpec): Request<NexthopObject> =>
  new Request(ADD, writeNexthop(writer, RTM_NEWNEXTHOP, MAKES | NLM_F_EXCL, spec), spec)
/** Adds a nexthop or replaces the one of the id, for all routes and groups that have it. */
export const nexthopReplace = (spec: NexthopObjectSpec): Request<NexthopObject> =>
  new Request(REPLACE, writeNexthop(writer, RTM_NEWNEXTHOP, MAKES | NLM_F_REPLACE, spec), spec)
/** Deletes a nexthop, and with it the routes that have it; ENOENT where there is none. */
export const nexthopDelete = (id: number): Request<void> => {
  const question = { id }
  return new Request(DELETE, writeNexthopQuestion(writer, RTM_DELNEXTHOP, 0, question), question)
}
/** Asks for one nexthop; ENOENT where there is none. */
export const nexthopGet = (question: NexthopQuestion): Request<NexthopObject> =>
  new Request(GET, writeNexthopQuestion(writer, RTM_GETNEXTHOP, NLM_F_ACK, question), question)
/** Lists nexthops. */
export const nexthopList = (filter: NexthopFilter = {}): Request<NexthopObject[]> =>
  new Request(
    filter.fdb === true ? LIST_FDB : LIST,
    writeNexthopFilter(writer, RTM_GETNEXTHOP, NLM_F_DUMP, filter),
    filter,
  )

export class Nexthops extends Facet {
  /**
   * Adds a nexthop, which routes then name by `nexthopId`. Resolves to what was made, with the id that the kernel chose
   * where none was given.
   *
   *     await rt.nexthops.add({ id: 1, via: '10.1.0.1', oif: 'eth0' })
   *     await rt.nexthops.add({ id: 2, via: '10.2.0.1', oif: 'eth1' })
   *     await rt.nexthops.add({ id: 10, group: [{ id: 1, weight: 3 }, { id: 2 }] })
   *     await rt.nexthops.add({ id: 11, group: [{ id: 1 }, { id: 2 }], groupType: 'resilient', resilient: { buckets: 32 } })
   *     await rt.routes.add({ dst: 'default', nexthopId: 10 })
   *
   * @throws {NetlinkError} EEXIST where there is one of the id; EHOSTUNREACH or ENETUNREACH where the gateway is not
   * reachable; ENETDOWN where the link is down; EINVAL for a group of nexthops that there are not.
   */
  add(spec: NexthopObjectSpec): Promise<NexthopObject> {
    return this.run(nexthopAdd, spec)
  }

  /** Adds a nexthop or replaces the one of the id, for all routes and groups that have it. */
  replace(spec: NexthopObjectSpec): Promise<NexthopObject> {
    return this.run(nexthopReplace, spec)
  }

  /**
   * Deletes a nexthop, the routes that have it, and groups that have no other.
   * @throws {NetlinkError} ENOENT where there is none.
   */
  delete(id: number): Promise<void> {
    return this.run(nexthopDelete, id)
  }

  /**
   * One nexthop; with `opFlags: ['dumpStats']` also how many packets each of a group has sent.
   * @throws {NetlinkError} ENOENT where there is none.
   */
  get(id: number, question: Omit<NexthopQuestion, 'id'> = {}): Promise<NexthopObject> {
    return this.run(nexthopGet, { ...question, id })
  }

  /** All nexthops, or those that fit. */
  list(filter?: NexthopFilter): Promise<NexthopObject[]> {
    return this.run(nexthopList, filter)
  }

  /**
   * Deletes the nexthops that fit; resolves to how many. Those that went away meanwhile, as groups do with their last
   * nexthop, are passed over.
   */
  async flush(filter: Omit<NexthopFilter, 'opFlags'> = {}): Promise<number> {
    const found = await this.list(filter)
    return countDeleted(await this.socket.bulk(found.map(({ id }) => nexthopDelete(id))))
  }
}
