/** Multicast databases of bridges and vxlans (bridge(8), mdb; RTM_NEWMDB, RTM_DELMDB, RTM_GETMDB). */
import { NetlinkError } from '../errors.js'
import { describeLink, type LinkReference } from '../schema/link-reference.js'
import {
  BR_PORT_MSG_SIZE,
  type MdbEntry,
  type MdbFlush,
  type MdbKey,
  type MdbQuestion,
  mdbRequestAttributes,
  type MdbRouterPort,
  type MdbSpec,
  readMdb,
  readMdbRouterPorts,
  writeMdb,
  writeMdbList,
} from '../schema/mdb.js'
import { RTM_DELMDB, RTM_GETMDB, RTM_NEWMDB } from '../schema/rtnetlink.js'
import { type Operation, Request } from '../socket/request.js'
import { formatAddress, formatLinkAddress } from '../wire/inet.js'
import { unknownOption } from '../wire/invalid.js'
import { NLM_F_ACK, NLM_F_BULK, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REPLACE } from '../wire/message.js'
import { writer } from '../wire/writer.js'
import { Facet } from './facet.js'

export type {
  MdbEntry,
  MdbFlag,
  MdbFlush,
  MdbKey,
  MdbQuestion,
  MdbRouterPort,
  MdbSpec,
  MdbState,
} from '../schema/mdb.js'

const ENODEV = 19
const EOPNOTSUPP = 95

const groupOf = ({ group, link }: MdbQuestion): string => {
  const text = typeof group === 'string' ? group : group.length === 6 ? formatLinkAddress(group) : formatAddress(group)
  return `${text} on link ${describeLink(link)}`
}

const needs =
  (what: string, version: string) =>
  (_: unknown, errno: number): string | undefined =>
    errno === EOPNOTSUPP ? `${what} takes Linux ${version} or later, and a bridge or a vxlan` : undefined

const operation = <Spec extends MdbQuestion>(message: string, verb: string): Operation<Spec, void> => ({
  message,
  describe: (spec) => `${verb} the multicast entry ${groupOf(spec)}`,
  table: mdbRequestAttributes,
  headerSize: BR_PORT_MSG_SIZE,
  answer: 'none',
})
const ADD = operation<MdbSpec>('RTM_NEWMDB', 'add')
const REPLACE = operation<MdbSpec>('RTM_NEWMDB', 'replace')
const DELETE = operation<MdbKey>('RTM_DELMDB', 'delete')
const GET: Operation<MdbQuestion, MdbEntry[]> = {
  ...(operation('RTM_GETMDB', 'get') as Operation<MdbQuestion, never>),
  advise: needs('Asking for a multicast entry', '6.7'),
  answer: 'object',
  // One message tells of all ports of the group.
  read: readMdb as unknown as NonNullable<Operation<MdbQuestion, MdbEntry[]>['read']>,
}
const FLUSH: Operation<MdbFlush, void> = {
  message: 'RTM_DELMDB',
  describe: ({ link }) => `flush the multicast entries of link ${describeLink(link)}`,
  advise: needs('Flushing multicast entries', '6.8'),
  table: mdbRequestAttributes,
  headerSize: BR_PORT_MSG_SIZE,
  answer: 'none',
}
const listing = <Row>(what: string, readEach: Operation<undefined, Row[]>['readEach'] & object) => ({
  message: 'RTM_GETMDB',
  describe: () => `list ${what}`,
  table: mdbRequestAttributes,
  headerSize: BR_PORT_MSG_SIZE,
  answer: 'dump' as const,
  readEach,
})
const LIST: Operation<undefined, MdbEntry[]> = listing('multicast entries', readMdb)
const LIST_ROUTER_PORTS: Operation<undefined, MdbRouterPort[]> = listing(
  'ports with multicast routers',
  readMdbRouterPorts,
)

/** Adds an entry; EEXIST where there is one. */
export const mdbAdd = (spec: MdbSpec): Request<void> =>
  new Request(ADD, writeMdb(writer, RTM_NEWMDB, NLM_F_CREATE | NLM_F_EXCL, 'spec', spec), spec)
/** Adds an entry or replaces the one there is (6.2). */
export const mdbReplace = (spec: MdbSpec): Request<void> =>
  new Request(REPLACE, writeMdb(writer, RTM_NEWMDB, NLM_F_CREATE | NLM_F_REPLACE, 'spec', spec), spec)
/** Deletes an entry; where there is none EINVAL of a bridge, ENOENT of a vxlan. */
export const mdbDelete = (key: MdbKey): Request<void> =>
  new Request(DELETE, writeMdb(writer, RTM_DELMDB, 0, 'key', key), key)
/** Asks for the entries of one group (6.7); ENOENT where there is none. */
export const mdbGet = (question: MdbQuestion): Request<MdbEntry[]> =>
  new Request(GET, writeMdb(writer, RTM_GETMDB, NLM_F_ACK, 'question', question), question)
/** Deletes all entries of a bridge or a vxlan that fit, at once (6.8). */
export const mdbFlush = (filter: MdbFlush): Request<void> =>
  new Request(FLUSH, writeMdb(writer, RTM_DELMDB, NLM_F_BULK, 'flush', filter), filter)
/** Lists the entries of all bridges and vxlans. */
export const mdbList = (): Request<MdbEntry[]> =>
  new Request(LIST, writeMdbList(writer, RTM_GETMDB, NLM_F_DUMP), undefined)
/** Lists the ports of all bridges behind which there are multicast routers. */
export const mdbRouterPortList = (): Request<MdbRouterPort[]> =>
  new Request(LIST_ROUTER_PORTS, writeMdbList(writer, RTM_GETMDB, NLM_F_DUMP), undefined)

/** Which entries to list. The kernel gives all; what does not fit is left out here. */
export interface MdbFilter {
  /** Those of one bridge or one vxlan. */
  link?: LinkReference | undefined
  /** Those of one VLAN. */
  vid?: number | undefined
}

/** Multicast databases: which ports of a bridge, which VTEPs of a vxlan, a group is sent to. */
export class Mdb extends Facet {
  /**
   * Adds an entry.
   *
   *     await rt.mdb.add({ link: 'br0', port: 'veth0', group: '239.1.1.1', state: 'permanent' })
   *     await rt.mdb.add({ link: 'vxlan0', group: 'ff0e::1', dst: '10.0.0.2', state: 'permanent' })
   *
   * @throws {NetlinkError} EEXIST where there is one. @throws {NetlinkError} EINVAL of a bridge that is down or does not
   * snoop.
   */
  add(spec: MdbSpec): Promise<void> {
    return this.run(mdbAdd, spec)
  }

  /** Adds an entry or replaces the one there is (kernel 6.2). */
  replace(spec: MdbSpec): Promise<void> {
    return this.run(mdbReplace, spec)
  }

  /** Deletes an entry. @throws {NetlinkError} EINVAL of a bridge, ENOENT of a vxlan, where there is none. */
  delete(key: MdbKey): Promise<void> {
    return this.run(mdbDelete, key)
  }

  /** The entries of one group, one for each port (kernel 6.7). @throws {NetlinkError} ENOENT where there is none. */
  get(question: MdbQuestion): Promise<MdbEntry[]> {
    return this.run(mdbGet, question)
  }

  /** All entries, or those that fit. */
  async list(filter: MdbFilter = {}): Promise<MdbEntry[]> {
    const ifindex = this.#indexOf(filter)
    const { vid } = filter
    return (await this.run(mdbList)).filter(
      (entry) => (ifindex === undefined || entry.ifindex === ifindex) && (vid === undefined || entry.vid === vid),
    )
  }

  /** Ports of bridges behind which there are multicast routers, of all bridges or of one. */
  async routerPorts(filter: Pick<MdbFilter, 'link'> = {}): Promise<MdbRouterPort[]> {
    const ifindex = this.#indexOf(filter)
    return (await this.run(mdbRouterPortList)).filter((port) => ifindex === undefined || port.ifindex === ifindex)
  }

  /** Deletes all entries that fit, at once (kernel 6.8). @throws {NetlinkError} EOPNOTSUPP of an older kernel. */
  flush(filter: MdbFlush): Promise<void> {
    return this.run(mdbFlush, filter)
  }

  #indexOf(filter: MdbFilter): number | undefined {
    for (const name in filter) if (name !== 'link' && name !== 'vid') throw unknownOption(name, ['link', 'vid'])
    const { link } = filter
    if (link === undefined) return undefined
    const ifindex =
      typeof link === 'string' ? this.socket.linkIndex(link) : typeof link === 'number' ? link : link.ifindex
    if (ifindex !== undefined) return ifindex
    throw new NetlinkError({
      errno: ENODEV,
      request: 'RTM_GETMDB',
      action: `list multicast entries of link ${describeLink(link)}`,
      reason: `there is no link named ${describeLink(link)}`,
    })
  }
}
