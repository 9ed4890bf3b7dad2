/** Ids of other namespaces, as this one knows them (ip-netns(8), set and list-id; RTM_NEWNSID, RTM_GETNSID). */
import { type NamespaceId, namespaceIdAttributes, readNamespaceId, RTGENMSG_SIZE } from '../schema/namespace-id.js'
import { RTM_GETNSID, RTM_NEWNSID } from '../schema/rtnetlink.js'
import { type Operation, Request } from '../socket/request.js'
import type { NamespaceReference } from '../socket/netlink-socket.js'
import { invalid } from '../wire/invalid.js'
import { NLM_F_ACK, NLM_F_DUMP } from '../wire/message.js'
import { writer } from '../wire/writer.js'
import { Facet } from './facet.js'

/** A namespace by descriptor (a `Netns` has one) or by a process that is in it. */
export type NamespaceOfId =
  | NamespaceReference
  | {
      /** A process that is in the namespace, from 1, as the caller's PID namespace numbers it. */
      readonly pid: number
    }

interface Spec {
  of?: NamespaceOfId | undefined
  nsid?: number | 'auto' | undefined
}

const describe = ({ of }: Spec) =>
  of === undefined ? '' : 'pid' in of ? `of process ${of.pid}` : `of descriptor ${of.fd}`
const shared = { table: namespaceIdAttributes, headerSize: RTGENMSG_SIZE }
const SET: Operation<Spec, void> = {
  ...shared,
  message: 'RTM_NEWNSID',
  describe: (spec) => `give the id ${spec.nsid} to the namespace ${describe(spec)}`,
  answer: 'none',
}
const GET: Operation<Spec, NamespaceId> = {
  ...shared,
  message: 'RTM_GETNSID',
  describe: (spec) => `get the id of the namespace ${describe(spec)}`,
  answer: 'object',
  read: readNamespaceId,
}
const LIST: Operation<Spec, NamespaceId[]> = {
  ...shared,
  message: 'RTM_GETNSID',
  describe: () => 'list namespace ids',
  answer: 'dump',
  read: readNamespaceId,
}

function encode(type: number, flags: number, of: NamespaceOfId | undefined, nsid: number | undefined) {
  writer.begin(type, flags, RTGENMSG_SIZE)
  if (of !== undefined) {
    if (typeof of !== 'object' || of === null) throw invalid('of', 'a Netns, { fd } or { pid }', of)
    if ('pid' in of) {
      namespaceIdAttributes.write(writer, { pid: of.pid })
    } else {
      namespaceIdAttributes.write(writer, { fd: of.fd })
      if (of.hold && of.release) writer.hold(of as Required<NamespaceReference>)
    }
  }
  if (nsid !== undefined) namespaceIdAttributes.write(writer, { nsid })
  return writer.finish()
}

/** Gives a namespace an id here. EEXIST where it has one, ENOSPC or EEXIST where another has the id. */
export const namespaceIdSet = (of: NamespaceOfId, nsid: number | 'auto'): Request<void> =>
  new Request(SET, encode(RTM_NEWNSID, 0, of, nsid === 'auto' ? -1 : nsid), { of, nsid })
/** Asks for the id that a namespace has here. */
export const namespaceIdGet = (of: NamespaceOfId): Request<NamespaceId> =>
  new Request(GET, encode(RTM_GETNSID, NLM_F_ACK, of, undefined), { of })
/** Lists all ids given here. */
export const namespaceIdList = (): Request<NamespaceId[]> =>
  new Request(LIST, encode(RTM_GETNSID, NLM_F_DUMP, undefined, undefined), {})

export class NamespaceIds extends Facet {
  /** The id of a namespace as this one knows it; undefined where it was given none. */
  async get(of: NamespaceOfId): Promise<number | undefined> {
    return (await this.run(namespaceIdGet, of)).nsid
  }

  /**
   * Gives a namespace an id (from 0), or lets the kernel choose with 'auto'.
   * @throws {NetlinkError} EEXIST where the namespace has one already or the id is taken.
   */
  set(of: NamespaceOfId, nsid: number | 'auto' = 'auto'): Promise<void> {
    return this.run(namespaceIdSet, of, nsid)
  }

  /** All ids given. Which namespace has one is asked with `get`. */
  async list(): Promise<number[]> {
    return (await this.run(namespaceIdList)).map(({ nsid }) => nsid!).filter((nsid) => nsid !== undefined)
  }
}
