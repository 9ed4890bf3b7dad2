/** Links (ip-link(8); RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK, RTM_NEWLINKPROP, RTM_DELLINKPROP). */
import { open } from 'node:fs/promises'

import {
  altNames,
  IFINFOMSG_SIZE,
  IFLA_ALT_IFNAME,
  IFLA_EXT_MASK,
  IFLA_GROUP,
  IFLA_IFNAME,
  IFLA_MASTER,
  IFLA_PROP_LIST,
  LONGEST_ALT_NAME,
} from '../schema/link-attributes.js'
import {
  type Link,
  linkAttributes,
  type LinkChanges,
  type LinkGroupChanges,
  type LinkOf,
  type LinkSpec,
  readLink,
  writeLinkChanges,
  writeLinkGroupChanges,
  writeNewLink,
} from '../schema/link.js'
import { writeKindFilter } from '../schema/link-info.js'
import { checkLinkName, describeLink, type LinkReference, putLinkReference } from '../schema/link-reference.js'
import type { LinkStatistics } from '../schema/link-statistics.js'
import type { NamespacePlacement } from '../schema/namespace-placement.js'
import {
  NETLINK_ROUTE,
  RTM_DELLINK,
  RTM_DELLINKPROP,
  RTM_GETLINK,
  RTM_NEWLINK,
  RTM_NEWLINKPROP,
} from '../schema/rtnetlink.js'
import { NetlinkSocket } from '../socket/netlink-socket.js'
import { type Operation, Request } from '../socket/request.js'
import { find, NLA_F_NESTED } from '../wire/attributes.js'
import { text, u32 } from '../wire/codec.js'
import { unknownOption } from '../wire/invalid.js'
import {
  type Message,
  NLM_F_ACK,
  NLM_F_APPEND,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_ECHO,
  NLM_F_EXCL,
} from '../wire/message.js'
import { MalformedMessage, type Reader } from '../wire/reader.js'
import { type Writer, writer } from '../wire/writer.js'
import { Facet } from './facet.js'

export type { BondPort, BondPortOptions } from '../schema/bond-port.js'
export type { BridgePort, BridgePortOptions } from '../schema/bridge-port.js'
export {
  type BridgeLink,
  type BridgeSpec,
  type KnownLinkKind,
  type Link,
  type LinkChanges,
  type LinkGroupChanges,
  type LinkOf,
  type LinkProperties,
  type LinkSpec,
  type OtherLink,
  type OtherLinkKind,
  otherLinkKind,
  type PlainLink,
  type VethLink,
  type VethSpec,
  type VxlanLink,
  type VxlanSpec,
} from '../schema/link.js'
export type { OperState } from '../schema/link-attributes.js'
export type { LinkFlag } from '../schema/link-flag.js'
export type { LinkPeerSpec } from '../schema/link-kinds/peer.js'
export type { VethPeerSpec } from '../schema/link-kinds/veth.js'
export type { LinkStatistics } from '../schema/link-statistics.js'
export type { NamespacePlacement } from '../schema/namespace-placement.js'
export type { VrfPort } from '../schema/vrf-port.js'

/** RTEXT_FILTER_*: what a link's description is to hold more, or less. */
const EXTENDED = { vf: 0x1, skipInet6Statistics: 0x8 } as const

/** What the description of a link is to hold. */
export interface LinkDetails {
  /** The counters of IPv6 (RTEXT_FILTER_SKIP_STATS), 400 bytes for each link. Default: true. */
  inet6Statistics?: boolean | undefined
  /** Virtual functions of SR-IOV devices (`vfInfoList`), which can be many. Default: false. */
  vf?: boolean | undefined
  /** Ask about the namespace with this id (see `namespaceIds`) instead of the socket's own. */
  targetNetnsid?: number | undefined
}

/** Which links to list. The kernel does the filtering. */
export interface LinkFilter extends LinkDetails {
  /** The links of this kind, by its name: 'veth'. */
  kind?: string | undefined
  /** The links that have this master; null: those that have none. */
  master?: LinkReference | null | undefined
}

/** What a request about an existing link is about, for its description. */
interface Changing {
  link: LinkReference
  changes?: LinkChanges
}

const EOPNOTSUPP = 95
const ENOTCONN = 107
const EBUSY = 16
const ENODEV = 19
const EXFULL = 54
const BRIDGE_IS_FULL = 'A bridge has at most 1,023 ports'
const shared = { table: linkAttributes, headerSize: IFINFOMSG_SIZE } as const

const CREATE: Operation<LinkSpec, Link> = {
  ...shared,
  message: 'RTM_NEWLINK',
  describe: ({ kind, name, ifindex }) =>
    `create ${kind} link${name === undefined ? (ifindex === undefined ? '' : ` #${ifindex}`) : ` ${name}`}`,
  advise: ({ kind, master }, errno) => {
    if (errno === EXFULL && master !== undefined) return BRIDGE_IS_FULL
    if (errno !== EOPNOTSUPP) return undefined
    return `Where no attribute is named, this kernel has no links of kind ${kind} (or can't load its module)`
  },
  answer: 'optional',
  changesLinks: () => true,
  read: readLink,
}
const MOVES = ['name', 'netns', 'targetNetnsid'] as const
const UPDATE: Operation<Changing, void> = {
  ...shared,
  message: 'RTM_NEWLINK',
  describe: ({ link }) => `update link ${describeLink(link)}`,
  advise: ({ changes }, errno) => {
    if (errno === EOPNOTSUPP && changes?.bridgePort !== undefined) {
      return 'Options of a bridge port can be set once the link has a bridge as its master: in an update of its own'
    }
    if (errno === EOPNOTSUPP && changes?.bondPort !== undefined) {
      return 'Options of a bond’s port can be set once the link has a bond as its master: in an update of its own'
    }
    if (errno === EXFULL && changes?.master !== undefined) return BRIDGE_IS_FULL
    if (errno === ENOTCONN) return 'A veth can be brought up once its other end is there'
    return undefined
  },
  answer: 'none',
  // Its name leads elsewhere afterwards.
  changesLinks: ({ changes = {} }) => MOVES.some((name) => changes[name] !== undefined),
}
const DELETE: Operation<{ link: LinkReference }, void> = {
  ...shared,
  message: 'RTM_DELLINK',
  describe: ({ link }) => `delete link ${describeLink(link)}`,
  answer: 'none',
  changesLinks: () => true,
}
const UPDATE_GROUP: Operation<{ group: number }, void> = {
  ...shared,
  message: 'RTM_NEWLINK',
  describe: ({ group }) => `update the links of group ${group}`,
  answer: 'none',
}
const DELETE_GROUP: Operation<{ group: number }, void> = {
  ...shared,
  message: 'RTM_DELLINK',
  describe: ({ group }) => `delete the links of group ${group}`,
  advise: (_, errno) =>
    errno === EOPNOTSUPP || errno === EBUSY
      ? 'None was deleted: one that can’t be (the loopback device, a physical one) keeps all others'
      : undefined,
  answer: 'none',
  changesLinks: () => true,
}
const GET: Operation<{ link: LinkReference }, Link> = {
  ...shared,
  message: 'RTM_GETLINK',
  describe: ({ link }) => `get link ${describeLink(link)}`,
  answer: 'object',
  read: readLink,
}
const LIST: Operation<LinkFilter, Link[]> = {
  ...shared,
  message: 'RTM_GETLINK',
  describe: ({ kind, master }) =>
    `list links${kind === undefined ? '' : ` of kind ${kind}`}${master ? ` with master ${describeLink(master)}` : ''}`,
  answer: 'dump',
  read: readLink,
}
const LIST_MEMBERS: Operation<{ group: number }, number[]> = {
  ...shared,
  message: 'RTM_GETLINK',
  describe: ({ group }) => `list links of group ${group}`,
  answer: 'dump',
}
const altNameOperation = (
  message: string,
  verb: string,
): Operation<{ link: LinkReference; names: readonly string[] }, void> => ({
  ...shared,
  message,
  describe: ({ link, names }) => `${verb} ${names.join(', ')} as names of link ${describeLink(link)}`,
  answer: 'none',
  changesLinks: () => true,
})
const ADD_ALT_NAME = altNameOperation('RTM_NEWLINKPROP', 'add')
const DELETE_ALT_NAME = altNameOperation('RTM_DELLINKPROP', 'delete')

const anyName = text(LONGEST_ALT_NAME, 1)
const LONGEST_NAME = 15

function putU32(w: Writer, type: number, value: number): void {
  const token = w.open(type)
  w.putU32(value)
  w.close(token)
}

const isLongName = (link: LinkReference): link is string =>
  typeof link === 'string' && Buffer.byteLength(link) > LONGEST_NAME

function putName(w: Writer, link: string): void {
  w.trail[0] = 'link'
  w.depth = 1
  const long = isLongName(link)
  const token = w.open(long ? IFLA_ALT_IFNAME : IFLA_IFNAME)
  anyName.write(w, long ? link : checkLinkName(w, link))
  w.close(token)
  w.depth = 0
}

/** Names a link to a request that looks names up itself: the kernel finds alternative names too. */
function putLinkOrName(w: Writer, header: number, link: LinkReference): void {
  if (typeof link === 'string') return putName(w, link)
  putIndex(w, header, link)
}

/** Puts the index of a link into the header; a name is looked up just before the request is sent. */
function putIndex(w: Writer, header: number, link: LinkReference): void {
  w.trail[0] = 'link'
  w.depth = 1
  putLinkReference(w, w.at(header) + 4, link)
  w.depth = 0
}

/** Begins a message and returns where its header is. */
function begin(w: Writer, type: number, flags: number): number {
  w.begin(type, flags, IFINFOMSG_SIZE)
  return w.offset - IFINFOMSG_SIZE
}

function putDetail(w: Writer, name: string, value: unknown, mask: number): number {
  if (name === 'targetNetnsid') {
    linkAttributes.writeOne(w, name, value, [name])
    return mask
  }
  w.trail[0] = name
  w.depth = 1
  if (typeof value !== 'boolean') throw w.invalid('true or false', value)
  w.depth = 0
  if (name === 'vf') return value ? mask | EXTENDED.vf : mask
  return value ? mask : mask | EXTENDED.skipInet6Statistics
}

const DETAILS = ['inet6Statistics', 'vf', 'targetNetnsid']

export interface LinkCreateOptions {
  /** Whether to ask for the link as it was made. Without, it costs the kernel less. Default: true. */
  echo?: boolean | undefined
}

/**
 * Makes a link. The answer is the link as the kernel made it, before it got its `master`; none from kernels before
 * 6.2, and none of a link that is made in another namespace.
 */
export function linkCreate<Kind extends LinkSpec['kind']>(
  spec: LinkSpec & { kind: Kind },
  options?: LinkCreateOptions,
): Request<LinkOf<Kind> | undefined>
export function linkCreate(spec: LinkSpec, options?: LinkCreateOptions): Request<Link | undefined>
export function linkCreate(spec: LinkSpec, { echo = true }: LinkCreateOptions = {}): Request<Link | undefined> {
  // The echo is sent in the namespace where the link is made, to whatever socket has our port there.
  const elsewhere = (spec as Partial<LinkSpec>)?.netns !== undefined || spec?.targetNetnsid !== undefined
  const flags = NLM_F_CREATE | NLM_F_EXCL | (elsewhere || !echo ? 0 : NLM_F_ACK | NLM_F_ECHO)
  const header = begin(writer, RTM_NEWLINK, flags)
  writeNewLink(writer, header, spec)
  return new Request<Link | undefined, LinkSpec>(CREATE, writer.finish(), spec)
}

/** Changes a link. ENODEV where there is none. */
export function linkUpdate(link: LinkReference, changes: LinkChanges): Request<void> {
  const w = writer
  const header = begin(w, RTM_NEWLINK, 0)
  if (isLongName(link)) {
    // IFLA_IFNAME would be looked up instead, and a group alone would change all its members.
    for (const name of ['name', 'group'] as const) {
      if (changes?.[name] === undefined) continue
      w.trail[0] = 'link'
      w.depth = 1
      throw w.invalid(`an ifindex, or a name of at most ${LONGEST_NAME} bytes, where ${name} is changed`, link)
    }
    putName(w, link)
  } else {
    putIndex(w, header, link)
  }
  writeLinkChanges(w, header, changes)
  return new Request(UPDATE, w.finish(), { link, changes })
}

/** Deletes a link; of a veth both ends go. ENODEV where there is none, EOPNOTSUPP where it can't be deleted. */
export function linkDelete(link: LinkReference): Request<void> {
  const header = begin(writer, RTM_DELLINK, 0)
  putLinkOrName(writer, header, link)
  return new Request(DELETE, writer.finish(), { link })
}

/** Asks for one link, by index, name or alternative name of any length. ENODEV where there is none. */
export function linkGet(link: LinkReference, details: LinkDetails = {}): Request<Link> {
  const w = writer
  const header = begin(w, RTM_GETLINK, NLM_F_ACK)
  putLinkOrName(w, header, link)
  let mask = 0
  for (const name in details) {
    const value = details[name as keyof LinkDetails]
    if (value === undefined) continue
    if (!DETAILS.includes(name)) throw unknownOption(name, DETAILS)
    mask = putDetail(w, name, value, mask)
  }
  if (mask !== 0) putU32(w, IFLA_EXT_MASK, mask)
  return new Request(GET, w.finish(), { link })
}

/** Lists links. */
export function linkList(filter: LinkFilter = {}): Request<Link[]> {
  const w = writer
  begin(w, RTM_GETLINK, NLM_F_DUMP)
  let mask = 0
  let operation = LIST
  for (const name in filter) {
    const value = filter[name as keyof LinkFilter]
    if (value === undefined) continue
    if (name === 'kind') {
      if (typeof value !== 'string') {
        w.trail[0] = name
        w.depth = 1
        throw w.invalid('the name of a kind', value)
      }
      writeKindFilter(w, value)
      // A kernel that does not have the kind lists all links.
      operation = {
        ...LIST,
        read(r: Reader, message: Message) {
          const link = readLink(r, message)
          return (link?.kind as string | undefined) === value ? link : undefined
        },
      }
    } else if (name === 'master') {
      w.trail[0] = name
      w.depth = 1
      const token = w.open(IFLA_MASTER)
      // -1 says "none": 0 says that nothing was asked.
      if (value === null) w.u32[w.position >> 2] = 0xffffffff
      else putLinkReference(w, w.position, value as LinkReference)
      w.position += 4
      w.close(token)
      w.depth = 0
    } else if (DETAILS.includes(name)) {
      mask = putDetail(w, name, value, mask)
    } else {
      throw unknownOption(name, ['kind', 'master', ...DETAILS])
    }
  }
  if (mask !== 0) putU32(w, IFLA_EXT_MASK, mask)
  return new Request(operation, w.finish(), filter)
}

function putGroup(w: Writer, group: number): void {
  w.trail[0] = 'group'
  w.depth = 1
  const token = w.open(IFLA_GROUP)
  u32().write(w, group)
  w.close(token)
  w.depth = 0
}

/** Changes all links of a group (ip-link(8), `group`). */
export function linkGroupUpdate(group: number, changes: LinkGroupChanges): Request<void> {
  const w = writer
  const header = begin(w, RTM_NEWLINK, 0)
  putGroup(w, group)
  writeLinkGroupChanges(w, header, changes)
  return new Request(UPDATE_GROUP, w.finish(), { group })
}

/** Deletes all links of a group, or none. */
export function linkGroupDelete(group: number): Request<void> {
  begin(writer, RTM_DELLINK, 0)
  putGroup(writer, group)
  return new Request(DELETE_GROUP, writer.finish(), { group })
}

/** The indexes of all links of a group. The kernel tells of all links: the others are passed over here. */
export function linkGroupMembers(group: number): Request<number[]> {
  begin(writer, RTM_GETLINK, NLM_F_DUMP)
  putU32(writer, IFLA_EXT_MASK, EXTENDED.skipInet6Statistics)
  const read = (r: Reader, { body, end }: Message): number | undefined => {
    if (end - body < IFINFOMSG_SIZE) return undefined
    const at = find(r, body + IFINFOMSG_SIZE, end, IFLA_GROUP)
    if (at === undefined || r.getU16(at) !== 8) throw new MalformedMessage('a link without its group')
    return r.getU32(at + 4) === group ? r.getS32(body + 4) : undefined
  }
  return new Request({ ...LIST_MEMBERS, read }, writer.finish(), { group })
}

function altNameRequest(
  operation: typeof ADD_ALT_NAME,
  type: number,
  flags: number,
  link: LinkReference,
  names: string | readonly string[],
): Request<void> {
  const w = writer
  const list = typeof names === 'string' ? [names] : names
  const header = begin(w, type, flags)
  putLinkOrName(w, header, link)
  const nest = w.open(IFLA_PROP_LIST | NLA_F_NESTED)
  altNames.write(w, list)
  w.close(nest)
  return new Request(operation, w.finish(), { link, names: list })
}

/** Gives a link further names, of 1 to 127 bytes (kernel 5.5). EEXIST where one is taken. */
export const linkAddAltName = (link: LinkReference, names: string | readonly string[]): Request<void> =>
  altNameRequest(ADD_ALT_NAME, RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND, link, names)
/** Takes further names from a link. */
export const linkDeleteAltName = (link: LinkReference, names: string | readonly string[]): Request<void> =>
  altNameRequest(DELETE_ALT_NAME, RTM_DELLINKPROP, 0, link, names)

/** Asks for a link in another namespace, with a socket opened there for this alone. */
async function getIn(netns: NamespacePlacement, link: string | number): Promise<Link> {
  const file = 'fd' in netns ? undefined : await open(`/proc/${netns.pid}/ns/net`)
  try {
    const socket = await NetlinkSocket.open(NETLINK_ROUTE, { netns: 'fd' in netns ? netns : file })
    try {
      return await socket.run(linkGet(link))
    } finally {
      await socket.close()
    }
  } finally {
    await file?.close()
  }
}

export class Links extends Facet {
  /**
   * Makes a link and resolves to it.
   *
   *     await rt.links.create({ kind: 'bridge', name: 'br0', up: true })
   *     await rt.links.create({
   *       kind: 'veth', name: 'veth0', master: 'br0', up: true,
   *       veth: { peer: { name: 'eth0', netns: blue } },
   *     })
   *
   * A link that is to be in another namespace is best made there with `netns`: moving it later costs 16 ms and more.
   * A vxlan made so keeps its tunnel in the namespace of this socket. It needs a `name` or an `ifindex`, so that it can
   * be found there.
   *
   * @throws {TypeError | RangeError} An option that is unknown, of another kind, or out of range; nothing was sent.
   * @throws {NetlinkError} EEXIST where the name or the index is taken; EOPNOTSUPP where the kernel has no such kind.
   */
  create<Kind extends LinkSpec['kind']>(spec: LinkSpec & { kind: Kind }): Promise<LinkOf<Kind>>
  create(spec: LinkSpec): Promise<Link>
  async create(spec: LinkSpec): Promise<Link> {
    const request = linkCreate(spec)
    const { name, ifindex, netns, master, targetNetnsid } = spec
    if (netns !== undefined || targetNetnsid !== undefined) {
      const found = ifindex ?? (name?.includes('%') ? undefined : name)
      if (found === undefined) {
        throw new TypeError(
          'name: expected a name (without %) or an ifindex of a link that is made in another namespace',
        )
      }
      await this.socket.run(request)
      return netns === undefined ? this.socket.run(linkGet(found, { targetNetnsid })) : getIn(netns, found)
    }
    const made = await this.socket.run(request)
    // The kernel describes a link before it gives it a master; one before 6.2 not at all.
    if (made !== undefined)
      return master === undefined || master === null ? made : this.socket.run(linkGet(made.ifindex))
    const found = ifindex ?? name
    if (found === undefined || (typeof found === 'string' && found.includes('%'))) {
      throw new Error('the link was made, and this kernel does not tell its name: give one')
    }
    return this.socket.run(linkGet(found))
  }

  /**
   * Changes a link: what is given, and nothing else.
   *
   *     await rt.links.update('eth0', { up: true, mtu: 1400 })
   *     await rt.links.update('veth0', { master: null })
   *     await rt.links.update('br0', { bridge: { ageingTime: 6000 } })
   *     await rt.links.update('veth0', { bridgePort: { isolated: true } })
   *
   * The kernel makes the changes one after another; a failure may leave those before it done.
   *
   * @throws {NetlinkError} ENODEV where there is no such link; what the kernel refuses.
   */
  async update(link: LinkReference, changes: LinkChanges): Promise<void> {
    return this.socket.run(linkUpdate(link, changes))
  }

  /**
   * Deletes a link; of a veth both ends go. Each costs the kernel 16 ms and more: many are deleted by their group.
   * @throws {NetlinkError} ENODEV where there is none; EOPNOTSUPP of one that can't be deleted.
   */
  async delete(link: LinkReference): Promise<void> {
    return this.socket.run(linkDelete(link))
  }

  /**
   * One link, by index, name or alternative name of any length. Never a dump.
   * @throws {NetlinkError} ENODEV where there is none.
   */
  async get(link: LinkReference, details?: LinkDetails): Promise<Link> {
    return this.socket.run(linkGet(link, details))
  }

  /** All links, or those that fit. */
  list<const Kind extends string = string>(
    filter?: LinkFilter & { kind?: Kind | undefined },
  ): Promise<(string extends Kind ? Link : LinkOf<Kind>)[]>
  async list(filter?: LinkFilter): Promise<Link[]> {
    return this.socket.run(linkList(filter))
  }

  /** The counters of a link. @throws {NetlinkError} ENODEV where there is none. */
  async statistics(link: LinkReference): Promise<LinkStatistics> {
    return (await this.get(link)).stats64 ?? {}
  }

  /** Puts links into a group, from 0 to 4294967295, by which they can be changed and deleted together. */
  async setGroup(links: LinkReference | readonly LinkReference[], group: number): Promise<void> {
    const all = Array.isArray(links) ? (links as readonly LinkReference[]) : [links as LinkReference]
    await Promise.all(all.map((link) => this.update(link, { group })))
  }

  /** Changes all links of a group: `{ up: false }`. Stops at the first that refuses. */
  async updateGroup(group: number, changes: LinkGroupChanges): Promise<void> {
    return this.socket.run(linkGroupUpdate(group, changes))
  }

  /**
   * Deletes many links at once, whatever groups they are in: they are put into a group of their own for it, which spares
   * each its own grace period of the kernel (16 ms and more). Gives what became of each, in order: ENODEV where there is
   * none, EOPNOTSUPP where one can't be deleted; the others go all the same. Of a veth both ends go.
   */
  async deleteAll(list: Iterable<LinkReference>): Promise<PromiseSettledResult<void>[]> {
    const links = [...list]
    const found = await this.socket.bulk(links.map((link) => linkGet(link, { inet6Statistics: false })))
    const errors = new Map<number, unknown>()
    const former = new Map<number, number | undefined>()
    const group = 0x4000_0000 + Math.floor(Math.random() * 0x3fff_ffff)
    const marked: number[] = []
    await Promise.all(
      found.map(async (result, index) => {
        if (result.status === 'rejected') {
          errors.set(index, result.reason)
          return
        }
        const { ifindex, kind, group: before } = result.value
        try {
          // A link without a kind can't be deleted, and one of them keeps its whole group: the kernel says why.
          if (kind === undefined) return await this.socket.run(linkDelete(ifindex))
          former.set(ifindex, before)
          await this.socket.run(linkUpdate(ifindex, { group }))
          marked.push(index)
        } catch (error) {
          errors.set(index, error)
        }
      }),
    )
    if (marked.length > 0) {
      try {
        await this.socket.run(linkGroupDelete(group))
      } catch (error) {
        if ((error as { errno?: number }).errno !== ENODEV) await this.#deleteSingly(marked, found, former, errors)
      }
    }
    return links.map((_, index) =>
      errors.has(index) ? { status: 'rejected', reason: errors.get(index) } : { status: 'fulfilled', value: undefined },
    )
  }

  /** What a group deletion refuses is found by deleting each, and gets its group back. */
  async #deleteSingly(
    marked: readonly number[],
    found: readonly PromiseSettledResult<Link>[],
    former: ReadonlyMap<number, number | undefined>,
    errors: Map<number, unknown>,
  ): Promise<void> {
    await Promise.all(
      marked.map(async (index) => {
        const { ifindex } = (found[index] as PromiseFulfilledResult<Link>).value
        try {
          await this.socket.run(linkDelete(ifindex))
        } catch (error) {
          // The other end of a veth that has just gone.
          if ((error as { errno?: number }).errno === ENODEV) return
          errors.set(index, error)
          await this.socket.run(linkUpdate(ifindex, { group: former.get(ifindex) ?? 0 })).catch(() => {})
        }
      }),
    )
  }

  /**
   * Deletes all links of a group at once, which spares each its own grace period of the kernel.
   * One member that can't be deleted (the loopback device, a physical one) keeps all of them: the group 0, in which
   * links are at first, never goes.
   * @throws {NetlinkError} EOPNOTSUPP where one can't be deleted; ENODEV where the group has no member.
   */
  async deleteGroup(group: number): Promise<void> {
    return this.socket.run(linkGroupDelete(group))
  }

  /** Gives a link further names of 1 to 127 bytes (kernel 5.5). @throws {NetlinkError} EEXIST where one is taken. */
  async addAltName(link: LinkReference, names: string | readonly string[]): Promise<void> {
    return this.socket.run(linkAddAltName(link, names))
  }

  /** Takes further names from a link. @throws {NetlinkError} ENOENT where it has none of that name. */
  async deleteAltName(link: LinkReference, names: string | readonly string[]): Promise<void> {
    return this.socket.run(linkDeleteAltName(link, names))
  }
}
