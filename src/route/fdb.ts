/** FDB entries of bridges and vxlans (bridge(8), fdb; RTM_NEWNEIGH, RTM_DELNEIGH, RTM_GETNEIGH with AF_BRIDGE). */
import { describeLink, type LinkReference, putLinkReference } from '../schema/link-reference.js'
import { fdbAttributes, type FdbEntry, type FdbSpec, NDMSG_SIZE, readFdb, writeFdb } from '../schema/neighbor.js'
import { AF_BRIDGE, RTM_DELNEIGH, RTM_GETNEIGH, RTM_NEWNEIGH } from '../schema/rtnetlink.js'
import { type Operation, Request } from '../socket/request.js'
import { unknownOption } from '../wire/invalid.js'
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REPLACE } from '../wire/message.js'
import { writer } from '../wire/writer.js'
import { Facet } from './facet.js'
import { countDeleted } from './neighbors.js'

const operation = (message: string, verb: string): Operation<FdbSpec, void> => ({
  message,
  describe: ({ lladdr, dst, link }) =>
    `${verb} FDB entry ${describe(lladdr)}${dst === undefined ? '' : ` dst ${describe(dst)}`} on link ${describeLink(link)}`,
  table: fdbAttributes,
  headerSize: NDMSG_SIZE,
  answer: 'none',
})
const describe = (address: string | Uint8Array) =>
  typeof address === 'string' ? address : Buffer.from(address).toString('hex')
const ADD = operation('RTM_NEWNEIGH', 'add')
const APPEND = operation('RTM_NEWNEIGH', 'append')
const REPLACE = operation('RTM_NEWNEIGH', 'replace')
const DELETE = operation('RTM_DELNEIGH', 'delete')
const LIST: Operation<FdbFilter, FdbEntry[]> = {
  message: 'RTM_GETNEIGH',
  describe: ({ link, bridge }) =>
    `list FDB entries${link === undefined ? '' : ` of link ${describeLink(link)}`}${bridge === undefined ? '' : ` of bridge ${describeLink(bridge)}`}`,
  table: fdbAttributes,
  headerSize: NDMSG_SIZE,
  answer: 'dump',
  read: readFdb,
}

/** Which FDB entries to list. The kernel does the filtering. */
export interface FdbFilter {
  /** Those of one link: a bridge port, a vxlan. */
  link?: LinkReference | undefined
  /** Those of a bridge and its ports. */
  bridge?: LinkReference | undefined
}

/** Which FDB entries to flush. */
export interface FdbFlush extends FdbFilter {
  /** Permanent entries too, which stay otherwise. */
  permanent?: boolean | undefined
  vlan?: number | undefined
}

/** Adds an entry; EEXIST where the MAC address has one. */
export const fdbAdd = (spec: FdbSpec): Request<void> =>
  new Request(ADD, writeFdb(writer, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, spec), spec)
/** Adds a further destination for a MAC address (vxlan). */
export const fdbAppend = (spec: FdbSpec): Request<void> =>
  new Request(APPEND, writeFdb(writer, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_APPEND, spec), spec)
/** Adds an entry or replaces the one there is. */
export const fdbReplace = (spec: FdbSpec): Request<void> =>
  new Request(REPLACE, writeFdb(writer, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, spec), spec)
/** Deletes an entry; with `dst` that destination of it alone. ENOENT where there is none. */
export const fdbDelete = (spec: FdbSpec): Request<void> =>
  new Request(DELETE, writeFdb(writer, RTM_DELNEIGH, 0, spec), spec)

/** Lists entries. */
export function fdbList(filter: FdbFilter = {}): Request<FdbEntry[]> {
  const w = writer
  w.begin(RTM_GETNEIGH, NLM_F_DUMP, NDMSG_SIZE)
  const header = w.offset - NDMSG_SIZE
  w.bytes[w.at(header)] = AF_BRIDGE
  for (const name in filter) {
    const value = filter[name as keyof FdbFilter]
    if (value === undefined) continue
    w.trail[0] = name
    w.depth = 1
    if (name === 'link') {
      putLinkReference(w, w.at(header) + 4, value)
    } else if (name === 'bridge') {
      const token = w.open(9)
      putLinkReference(w, w.position, value)
      w.position += 4
      w.close(token)
    } else throw unknownOption(name, ['link', 'bridge'])
  }
  return new Request(LIST, w.finish(), filter)
}

export class Fdb extends Facet {
  /** Adds an entry. @throws {NetlinkError} EEXIST where the MAC address has one. */
  add(spec: FdbSpec): Promise<void> {
    return this.run(fdbAdd, spec)
  }

  /** Adds a further destination for a MAC address of a vxlan: what it floods to. */
  append(spec: FdbSpec): Promise<void> {
    return this.run(fdbAppend, spec)
  }

  /** Adds an entry or replaces the one there is. */
  replace(spec: FdbSpec): Promise<void> {
    return this.run(fdbReplace, spec)
  }

  /** Deletes an entry; with `dst` that destination of it alone. @throws {NetlinkError} ENOENT where there is none. */
  delete(spec: FdbSpec): Promise<void> {
    return this.run(fdbDelete, spec)
  }

  /** All entries, or those that fit. */
  list(filter?: FdbFilter): Promise<FdbEntry[]> {
    return this.run(fdbList, filter)
  }

  /** Deletes the entries that fit; resolves to how many. Those that went away meanwhile are passed over. */
  async flush({ permanent = false, vlan, ...filter }: FdbFlush = {}): Promise<number> {
    const found = (await this.list(filter)).filter(
      (entry) =>
        (permanent || !entry.state.includes('permanent')) &&
        (vlan === undefined || entry.vlan === vlan) &&
        entry.lladdr,
    )
    const deletions = found.map((entry) =>
      fdbDelete({
        link: entry.ifindex,
        lladdr: entry.lladdr!,
        dst: entry.dst,
        vlan: entry.vlan,
        port: entry.port,
        vni: entry.vni,
        via: entry.via,
        srcVni: entry.srcVni,
        nexthopId: entry.nexthopId,
        self: entry.flags.includes('self') || !entry.master,
        master: !entry.flags.includes('self') && !!entry.master,
      }),
    )
    return countDeleted(await this.socket.bulk(deletions))
  }
}
