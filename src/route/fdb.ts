/** FDB entries of bridges and vxlans (bridge(8), fdb; RTM_NEWNEIGH, RTM_DELNEIGH, RTM_GETNEIGH with AF_BRIDGE). */
import { NetlinkError } from '../errors.js'
import { describeLink, type LinkReference, putLinkReference } from '../schema/link-reference.js'
import {
  fdbAttributes,
  type FdbEntry,
  type FdbFlush,
  fdbFlushAttributes,
  fdbFlushState,
  type FdbSpec,
  type FdbKey,
  NDMSG_SIZE,
  neighborState,
  readFdb,
  writeFdb,
  writeFdbFlush,
  writeFdbQuestion,
} from '../schema/neighbor.js'
import { AF_BRIDGE, RTM_DELNEIGH, RTM_GETNEIGH, RTM_NEWNEIGH } from '../schema/rtnetlink.js'
import { type Operation, Request } from '../socket/request.js'
import { formatAddress, formatLinkAddress, parseAddress } from '../wire/inet.js'
import { unknownOption } from '../wire/invalid.js'
import {
  NLM_F_ACK,
  NLM_F_APPEND,
  NLM_F_BULK,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  NLM_F_REPLACE,
} from '../wire/message.js'
import { writer } from '../wire/writer.js'
import { Facet } from './facet.js'
import { countDeleted } from './count-deleted.js'
import { type Link, linkGet } from './links.js'

export type { FdbFlush, FdbKey } from '../schema/neighbor.js'

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

const FLUSH: Operation<FdbFlush, void> = {
  message: 'RTM_DELNEIGH',
  describe: ({ link, master }) =>
    `flush the FDB entries of link ${describeLink(link)}${master === true ? ' in its bridge' : ''}`,
  table: fdbFlushAttributes,
  headerSize: NDMSG_SIZE,
  answer: 'none',
}

/** Which FDB entries to list. The kernel does the filtering. */
export interface FdbFilter {
  /** Those of one link: a bridge port, a vxlan. */
  link?: LinkReference | undefined
  /** Those of a bridge and its ports. */
  bridge?: LinkReference | undefined
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

/**
 * Deletes all entries that fit, at once: of bridges and ports by Linux 5.19 or later, of vxlans by 6.7 or later.
 * `rt.fdb.flush` does it in older kernels as well.
 */
export const fdbFlush = (filter: FdbFlush): Request<void> =>
  new Request(FLUSH, writeFdbFlush(writer, RTM_DELNEIGH, NLM_F_BULK, filter), filter)

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
   * Deletes the entries of a bridge, a port or a vxlan that fit: the kernel all at once, where it can (see `fdbFlush`),
   * or one by one. Those that go away meanwhile are passed over.
   *
   *     await rt.fdb.flush({ link: 'br0', vlan: 10 })
   *     await rt.fdb.flush({ link: 'veth0', master: true, state: 'dynamic' })
   *     await rt.fdb.flush({ link: 'vxlan0', dst: '10.0.0.2', state: 'all' })
   *
   * @throws {NetlinkError} ENODEV; EINVAL where the filter is not one of the link's kind; EOPNOTSUPP of a link without a
   * table of that sort.
   */
  async flush(filter: FdbFlush): Promise<void> {
    try {
      await this.run(fdbFlush, filter)
    } catch (error) {
      if (!(error instanceof NetlinkError) || !isWithoutBulk(error)) throw error
      await this.#flushSingly(filter, error)
    }
  }

  /** What a flush does, by a deletion for each entry. */
  async #flushSingly(filter: FdbFlush, refusal: NetlinkError): Promise<void> {
    const link = await this.socket.run(linkGet(filter.link))
    const { master = false, self = !master } = filter
    // A dump does not tell who added an entry; and other devices have no table that could be flushed.
    if (filter.use !== undefined || (self && link.kind !== 'bridge' && link.kind !== 'vxlan')) throw refusal
    if (OF_VXLAN.includes(refusal.attribute) && link.kind !== 'vxlan') throw refusal
    const brport = filter.brport === undefined ? undefined : await this.socket.run(linkGet(filter.brport))
    const fits = fitsOf(filter, link, brport?.ifindex)
    const listed = await this.list({ link })
    if (self && link.kind === 'bridge') listed.push(...(await this.list({ bridge: link })))
    const isMeant = (entry: FdbEntry) => {
      if (entry.lladdr === undefined) return false
      if (self && link.kind === 'bridge') return entry.master === link.ifindex && !entry.flags.includes('self')
      return entry.ifindex === link.ifindex && (tableOf(entry).self ? self : master)
    }
    // Those of a bridge itself may be in both.
    const found = new Map(listed.filter((e) => isMeant(e) && fits(e)).map((entry) => [JSON.stringify(entry), entry]))
    const deletions = Array.from(found.values(), (entry) =>
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
    countDeleted(await this.socket.bulk(deletions))
  }
}

const EINVAL = 22
const EOPNOTSUPP = 95

/** What only vxlans have, and kernels before 6.7 do not know of a flush. */
const OF_VXLAN: readonly (string | undefined)[] = ['dst', 'port', 'vni', 'srcVni', 'nexthopId']

/** Whether the kernel does not delete at once: before 5.19 it took the message for one that lacks its address. */
const isWithoutBulk = ({ errno, reason, attribute }: NetlinkError): boolean =>
  errno === EOPNOTSUPP || (errno === EINVAL && (reason === 'invalid address' || OF_VXLAN.includes(attribute)))

const bitsOfState = ({ state }: FdbEntry): number =>
  state.reduce<number>(
    (bits, name) => bits | (typeof name === 'number' ? name : name === 'none' ? 0 : neighborState[name]),
    0,
  )

const canonical = (address: string | Uint8Array): string =>
  formatAddress(typeof address === 'string' ? parseAddress(address)! : address)

/** Whether an entry fits, as the kernel has it of a flush. */
function fitsOf(filter: FdbFlush, link: Link, brport: number | undefined): (entry: FdbEntry) => boolean {
  const { state, mask } = fdbFlushState[filter.state ?? 'temporary']
  // A dump leaves out what is the device's own.
  const { port: ownPort = undefined, id: ownVni = undefined } = link.kind === 'vxlan' ? link.vxlan : {}
  const dst = filter.dst === undefined ? undefined : canonical(filter.dst)
  const is = <T>(wanted: T | undefined, value: T | undefined) => wanted === undefined || wanted === value
  return (entry) =>
    (bitsOfState(entry) & mask) === state &&
    (['externLearn', 'sticky', 'offloaded', 'router'] as const).every((flag) =>
      is(filter[flag], entry.flags.includes(flag)),
    ) &&
    is(brport, entry.ifindex) &&
    is(dst, entry.dst) &&
    is(filter.vlan, entry.vlan) &&
    is(filter.port, entry.port ?? ownPort) &&
    is(filter.vni, entry.vni ?? ownVni) &&
    is(filter.srcVni, entry.srcVni) &&
    is(filter.nexthopId, entry.nexthopId)
}

/** Which table the entry is in: its link's own, as that of the bridge itself is too, or the bridge's. */
function tableOf({ flags, ifindex, master }: FdbEntry): { self: boolean; master: boolean } {
  const self = flags.includes('self') || !master || master === ifindex
  return { self, master: !self }
}
