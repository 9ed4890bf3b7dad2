/** Buckets of resilient groups of nexthops (ip-nexthop(8), "ip nexthop bucket"; RTM_GETNEXTHOPBUCKET; kernel 5.13). */
import {
  NHMSG_SIZE,
  nexthopAttributes,
  type NexthopBucket,
  type NexthopBucketFilter,
  type NexthopBucketKey,
  readBucket,
  writeBucketFilter,
  writeBucketQuestion,
} from '../schema/nexthop.js'
import { RTM_GETNEXTHOPBUCKET } from '../schema/rtnetlink.js'
import { type Operation, Request } from '../socket/request.js'
import { NLM_F_ACK, NLM_F_DUMP } from '../wire/message.js'
import { writer } from '../wire/writer.js'
import { Facet } from './facet.js'

export type { NexthopBucket, NexthopBucketFilter, NexthopBucketKey } from '../schema/nexthop.js'

const shared = { table: nexthopAttributes, headerSize: NHMSG_SIZE, message: 'RTM_GETNEXTHOPBUCKET' } as const
const GET: Operation<NexthopBucketKey, NexthopBucket> = {
  ...shared,
  describe: ({ id, index }) => `get bucket ${index} of nexthop ${id}`,
  answer: 'object',
  read: readBucket,
}
const LIST: Operation<NexthopBucketFilter, NexthopBucket[]> = {
  ...shared,
  describe: ({ id }) => (id === undefined ? 'list buckets of nexthops' : `list buckets of nexthop ${id}`),
  answer: 'dump',
  read: readBucket,
}

/** Asks for one bucket; ENOENT where there is none, or no such group. */
export const nexthopBucketGet = (key: NexthopBucketKey): Request<NexthopBucket> =>
  new Request(GET, writeBucketQuestion(writer, RTM_GETNEXTHOPBUCKET, NLM_F_ACK, key), key)
/** Lists buckets. */
export const nexthopBucketList = (filter: NexthopBucketFilter = {}): Request<NexthopBucket[]> =>
  new Request(LIST, writeBucketFilter(writer, RTM_GETNEXTHOPBUCKET, NLM_F_DUMP, filter), filter)

export class NexthopBuckets extends Facet {
  /**
   * One bucket of a resilient group.
   * @throws {NetlinkError} ENOENT where there is none; EINVAL where the group is not resilient.
   */
  get(key: NexthopBucketKey): Promise<NexthopBucket> {
    return this.run(nexthopBucketGet, key)
  }

  /** All buckets of all resilient groups, or those that fit. @throws {NetlinkError} ENOENT where there is no such group. */
  list(filter?: NexthopBucketFilter): Promise<NexthopBucket[]> {
    return this.run(nexthopBucketList, filter)
  }
}
