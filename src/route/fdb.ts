/** FDB entries of bridges and vxlans (bridge(8), fdb; RTM_NEWNEIGH, RTM_DELNEIGH, RTM_GETNEIGH with AF_BRIDGE). */
import { describeLink, type LinkReference, putLinkReference } from '../schema/link-reference.js'
import {
  fdbAttributes,
  type FdbEntry,
  type FdbSpec,
  type FdbKey,
  NDMSG_SIZE,
  readFdb,
  writeFdb,
  writeFdbQuestion,
} from '../schema/neighbor.js'
import { AF_BRIDGE, RTM_DELNEIGH, RTM_GETNEIGH, RTM_NEWNEIGH } from '../schema/rtnetlink.js'
import { type Operation, Request } from '../socket/request.js'
import { formatAddress, formatLinkAddress } from '../wire/inet.js'
import { unknownOption } from '../wire/invalid.js'
import { NLM_F_ACK, NLM_F_APPEND, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REPLACE } from '../wire/message.js'
import { writer } from '../wire/writer.js'
import { Facet } from './facet.js'
import { countDeleted } from './count-deleted.js'

export type { FdbKey } from '../schema/neighbor.js'

const operation = (message: string, verb: string): Operation<FdbSpec, void> => ({
  message,
  describe: ({ lladdr, dst, link }) =>
    `${verb} FDB entry ${describe(lladdr)}${dst === undefined ? '' : ` dst ${describe(dst)}`} on link ${describeLink(link)}`,
  table: fdbAttributes,
  headerSize: NDMSG_SIZE,
  answer: 'none',
})
const describe = (address: string | Uint8Array) =>
  typeof address === 'string' ? address : address.length === 6 ? formatLinkAddress(address) : formatAddress(address)
const ADD = operation('RTM_NEWNEIGH', 'add')
const APPEND = operation('RTM_NEWNEIGH', 'append')
const REPLACE = operation('RTM_NEWNEIGH', 'replace')
const DELETE = operation('RTM_DELNEIGH', 'delete')
const GET: Operation<FdbKey, FdbEntry> = {
  message: 'RTM_GETNEIGH',
  describe: ({ lladdr, link }) => `get FDB entry ${describe(lladdr)} on link ${describeLink(link)}`,
  table: fdbAttributes,
  headerSize: NDMSG_SIZE,
  answer: 'object',
  read: readFdb,
}
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
/**
 * Adds a further destination of a vxlan for 00:00:00:00:00:00, which it floods to, or a multicast MAC address. Of
 * another MAC address that has a destination the kernel keeps that one, and says that all is well.
 */
export const fdbAppend = (spec: FdbSpec): Request<void> =>
  new Request(APPEND, writeFdb(writer, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_APPEND, spec), spec)
/** Adds an entry or replaces the one there is. */
export const fdbReplace = (spec: FdbSpec): Request<void> =>
  new Request(REPLACE, writeFdb(writer, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, spec), spec)
/** Deletes an entry; with `dst` that destination of it alone. ENOENT where there is none. */
export const fdbDelete = (spec: FdbSpec): Request<void> =>
  new Request(DELETE, writeFdb(writer, RTM_DELNEIGH, 0, spec), spec)

/** Asks for one entry (kernel 5.1); ENOENT where there is none. Of several destinations the first is told. */
export const fdbGet = (key: FdbKey): Request<FdbEntry> =>
  new Request(GET, writeFdbQuestion(writer, RTM_GETNEIGH, NLM_F_ACK, key), key)

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

  /**
   * Adds a further destination of a vxlan for 00:00:00:00:00:00, which it floods to, or a multicast MAC address. Of
   * another MAC address that has a destination the kernel keeps that one, and says that all is well.
   */
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

  /**
   * One entry of the device's own table, or with `master` of its bridge's. Of several destinations the first is told.
   * @throws {NetlinkError} ENOENT where there is none.
   */
  get(key: FdbKey): Promise<FdbEntry> {
    return this.run(fdbGet, key)
  }

  /** All entries, or those that fit. */
  list(filter?: FdbFilter): Promise<FdbEntry[]> {
    return this.run(fdbList, filter)
  }

  /**
   * Deletes the entries of bridges and vxlans that fit; resolves to how many. Those that went away meanwhile are passed
   * over. What other devices show as entries of their own, the addresses that they take packets for, stays.
   */
  async flush({ permanent = false, vlan, ...filter }: FdbFlush = {}): Promise<number> {
    const found = (await this.list(filter)).filter(
      (entry) =>
        entry.lladdr !== undefined &&
        // Addresses of a device have no times.
        entry.cacheInfo !== undefined &&
        (permanent || !entry.state.includes('permanent')) &&
        (vlan === undefined || entry.vlan === vlan),
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
        ...tableOf(entry),
      }),
    )
    return countDeleted(await this.socket.bulk(deletions))
  }
}

/** Which table the entry is in: its link's own, as that of the bridge itself is too, or the bridge's. */
function tableOf({ flags, ifindex, master }: FdbEntry): { self: boolean; master: boolean } {
  const self = flags.includes('self') || !master || master === ifindex
  return { self, master: !self }
}
