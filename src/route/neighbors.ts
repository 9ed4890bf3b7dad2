/** Neighbours: ARP and NDP entries (ip-neighbour(8); RTM_NEWNEIGH, RTM_DELNEIGH, RTM_GETNEIGH). */
import { describeLink, type LinkReference, putLinkReference } from '../schema/link-reference.js'
import {
  type Neighbor,
  neighborAttributes,
  neighborFlag,
  type NeighborSpec,
  type NeighborState,
  NDMSG_SIZE,
  readNeighbor,
  writeNeighbor,
} from '../schema/neighbor.js'
import { RTM_DELNEIGH, RTM_GETNEIGH, RTM_NEWNEIGH } from '../schema/rtnetlink.js'
import { type Operation, Request } from '../socket/request.js'
import { unknownOption } from '../wire/invalid.js'
import { AF_INET, AF_INET6, formatAddress } from '../wire/inet.js'
import { NLM_F_ACK, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REPLACE, NLM_F_APPEND } from '../wire/message.js'
import { writer } from '../wire/writer.js'
import { countDeleted } from './count-deleted.js'
import { Facet } from './facet.js'

const operation = (message: string, verb: string): Operation<NeighborSpec, void> => ({
  message,
  describe: ({ dst, link }) =>
    `${verb} neighbour ${typeof dst === 'string' ? dst : formatAddress(dst)} on link ${describeLink(link)}`,
  table: neighborAttributes,
  headerSize: NDMSG_SIZE,
  answer: 'none',
})
const ADD = operation('RTM_NEWNEIGH', 'add')
const REPLACE = operation('RTM_NEWNEIGH', 'replace')
const CHANGE = operation('RTM_NEWNEIGH', 'change')
const APPEND = operation('RTM_NEWNEIGH', 'append')
const DELETE = operation('RTM_DELNEIGH', 'delete')
const GET: Operation<Pick<NeighborSpec, 'link' | 'dst' | 'proxy'>, Neighbor> = {
  ...operation('RTM_GETNEIGH', 'get'),
  answer: 'object',
  read: readNeighbor,
}
const LIST: Operation<NeighborFilter, Neighbor[]> = {
  message: 'RTM_GETNEIGH',
  describe: ({ link }) => (link === undefined ? 'list neighbours' : `list neighbours of link ${describeLink(link)}`),
  table: neighborAttributes,
  headerSize: NDMSG_SIZE,
  answer: 'dump',
  read: readNeighbor,
}

/** Which neighbours to list. The kernel does the filtering. */
export interface NeighborFilter {
  /** Those of ARP (ipv4) or of NDP (ipv6) alone. Default: both. */
  family?: 'ipv4' | 'ipv6' | undefined
  /** Those that are reached by this link alone. Default: all. */
  link?: LinkReference | undefined
  /** Those of the links that have this master. */
  master?: LinkReference | undefined
  /** Proxy entries instead. */
  proxy?: boolean | undefined
}

/** Which neighbours to flush: those listed, and of them the ones in one of these states. */
export interface NeighborFlush extends NeighborFilter {
  /** Those in one of these states. Default: all states but `permanent` and `noarp`, as ip-neighbour(8) has it. */
  state?: readonly NeighborState[] | undefined
}

/** Adds a neighbour; EEXIST where there is one. */
export const neighborAdd = (spec: NeighborSpec): Request<void> =>
  new Request(ADD, writeNeighbor(writer, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, spec, true), spec)
/** Adds a neighbour or replaces the one there is. */
export const neighborReplace = (spec: NeighborSpec): Request<void> =>
  new Request(REPLACE, writeNeighbor(writer, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, spec, true), spec)
/** Changes a neighbour; ENOENT where there is none. */
export const neighborChange = (spec: NeighborSpec): Request<void> =>
  new Request(CHANGE, writeNeighbor(writer, RTM_NEWNEIGH, NLM_F_REPLACE, spec, true), spec)
/** Adds a neighbour, which for neighbours is the same as `add` with EEXIST passed over by the kernel. */
export const neighborAppend = (spec: NeighborSpec): Request<void> =>
  new Request(APPEND, writeNeighbor(writer, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_APPEND, spec, true), spec)
/** Deletes a neighbour; ENOENT where there is none. */
export const neighborDelete = (spec: NeighborSpec): Request<void> =>
  new Request(DELETE, writeNeighbor(writer, RTM_DELNEIGH, 0, spec, false), spec)
/** Asks for one neighbour (kernel 5.1); ENOENT where there is none. */
export const neighborGet = (spec: Pick<NeighborSpec, 'link' | 'dst' | 'proxy'>): Request<Neighbor> =>
  new Request(GET, writeNeighbor(writer, RTM_GETNEIGH, NLM_F_ACK, spec, false), spec)

/** Lists neighbours. */
export function neighborList(filter: NeighborFilter = {}): Request<Neighbor[]> {
  const w = writer
  w.begin(RTM_GETNEIGH, NLM_F_DUMP, NDMSG_SIZE)
  const header = w.offset - NDMSG_SIZE
  for (const name in filter) {
    const value = filter[name as keyof NeighborFilter]
    if (value === undefined) continue
    w.trail[0] = name
    w.depth = 1
    switch (name) {
      case 'family':
        if (value !== 'ipv4' && value !== 'ipv6') throw w.invalid('ipv4 or ipv6', value)
        w.bytes[w.at(header)] = value === 'ipv4' ? AF_INET : AF_INET6
        break
      case 'proxy':
        if (typeof value !== 'boolean') throw w.invalid('true or false', value)
        if (value) w.bytes[w.at(header) + 10] = neighborFlag.proxy
        break
      case 'link':
      case 'master': {
        const token = w.open(name === 'link' ? 8 : 9)
        putLinkReference(w, w.position, value as LinkReference)
        w.position += 4
        w.close(token)
        break
      }
      default:
        throw unknownOption(name, ['family', 'link', 'master', 'proxy'])
    }
  }
  return new Request(LIST, w.finish(), filter)
}

export class Neighbors extends Facet {
  /** Adds a neighbour. @throws {NetlinkError} EEXIST where there is one; ENODEV. */
  add(spec: NeighborSpec): Promise<void> {
    return this.run(neighborAdd, spec)
  }

  /** Adds a neighbour or replaces the one there is. */
  replace(spec: NeighborSpec): Promise<void> {
    return this.run(neighborReplace, spec)
  }

  /** Changes a neighbour. @throws {NetlinkError} ENOENT where there is none. */
  change(spec: NeighborSpec): Promise<void> {
    return this.run(neighborChange, spec)
  }

  /** Deletes a neighbour. @throws {NetlinkError} ENOENT where there is none. */
  delete(spec: NeighborSpec): Promise<void> {
    return this.run(neighborDelete, spec)
  }

  /** One neighbour. @throws {NetlinkError} ENOENT where there is none. */
  get(spec: Pick<NeighborSpec, 'link' | 'dst' | 'proxy'>): Promise<Neighbor> {
    return this.run(neighborGet, spec)
  }

  /** All neighbours, or those that fit. */
  list(filter?: NeighborFilter): Promise<Neighbor[]> {
    return this.run(neighborList, filter)
  }

  /** Deletes the neighbours that fit; resolves to how many. Those that went away meanwhile are passed over. */
  async flush({ state, ...filter }: NeighborFlush = {}): Promise<number> {
    const wanted = (neighbor: Neighbor) =>
      state === undefined
        ? !neighbor.state.includes('permanent') && !neighbor.state.includes('noarp')
        : neighbor.state.some((s) => state.includes(s as NeighborState))
    const found = (await this.list(filter)).filter((neighbor) => filter.proxy === true || wanted(neighbor))
    const deletions = found.map((neighbor) =>
      neighborDelete({ link: neighbor.ifindex, dst: neighbor.dst!, proxy: filter.proxy }),
    )
    return countDeleted(await this.socket.bulk(deletions))
  }
}
