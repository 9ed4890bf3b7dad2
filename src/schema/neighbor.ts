/** Neighbours (ARP, NDP) and FDB entries: one message, two tables (linux/neighbour.h; RTM_NEWNEIGH, ndmsg). */
import {
  type AttributeMap,
  attribute,
  attributes,
  type Given,
  nested,
  readOnly,
  writeOnly,
  type Read,
} from '../wire/attributes.js'
import { be16, bits, type Codec, bitsOf, flag, namesOf, numberOf, s32, u16, u32, u8 } from '../wire/codec.js'
import { AF_INET, AF_INET6, familyOf, ip, linkAddress } from '../wire/inet.js'
import { unknownOption } from '../wire/invalid.js'
import type { Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'
import { linkIndex, linkIndexOrNone, type LinkReference, putLinkReference } from './link-reference.js'
import { routeProtocol } from './route-protocol.js'
import { AF_BRIDGE } from './rtnetlink.js'

/** struct ndmsg: u8 family │ u8 │ u16 │ s32 ifindex │ u16 state │ u8 flags │ u8 type */
export const NDMSG_SIZE = 12

/** NUD_*, but for NUD_NONE. */
export const neighborState = {
  /** Its link-layer address was asked for, and is not known yet. */
  incomplete: 0x01,
  /** It was heard of lately. */
  reachable: 0x02,
  /** It was not heard of lately; that is looked into when it is used. */
  stale: 0x04,
  /** It was used while `stale`, and is probed soon. */
  delay: 0x08,
  /** It is being probed. */
  probe: 0x10,
  /** It did not answer. */
  failed: 0x20,
  /** It is never asked for: its address is known otherwise, or there is none. */
  noarp: 0x40,
  /** Made by hand: it is never asked for, nor forgotten. */
  permanent: 0x80,
} as const
/** NUD_*: what the kernel believes of the neighbour; `none`: nothing yet. */
export type NeighborState = keyof typeof neighborState | 'none'

/** NTF_*: what sort of entry it is. */
export const neighborFlag = {
  /** Used by a request: the kernel is to resolve the address. */
  use: 0x01,
  /** The entry is the device's own (FDB). */
  self: 0x02,
  /** The entry is the bridge's, which is the master (FDB). */
  master: 0x04,
  /** The host answers for the address. */
  proxy: 0x08,
  /** Learned by a control plane, and refreshed by it alone. */
  externLearn: 0x10,
  /** Hardware has the entry. */
  offloaded: 0x20,
  /** The entry does not move to another port. */
  sticky: 0x40,
  /** The neighbour is a router (IPv6). */
  router: 0x80,
} as const
export type NeighborFlag = keyof typeof neighborFlag

/** NTF_EXT_* */
export const neighborExtendedFlag = { managed: 0x1, locked: 0x2, externValidated: 0x4 } as const

export interface NeighborCacheInfo {
  /** Clock ticks (1/100 s) since it was confirmed, used and updated. */
  confirmed: number
  used: number
  updated: number
  /** References held. */
  referenceCount: number
}

const cacheInfo: Codec<NeighborCacheInfo> = {
  wire: 'struct nda_cacheinfo',
  expects: 'nothing: the kernel keeps it',
  write(w, value) {
    throw w.invalid(this.expects, value)
  },
  read: (r, start, end) =>
    end - start < 16
      ? undefined
      : {
          confirmed: r.getU32(start),
          used: r.getU32(start + 4),
          updated: r.getU32(start + 8),
          referenceCount: r.getU32(start + 12),
        },
}

/** FDB_NOTIFY_*: `notify` has the kernel tell when the entry comes to be active or inactive, `inactive` says that it is. */
export const fdbActivity = { notify: 1 << 0, inactive: 1 << 1 } as const

/** NFEA_*: activity of a bridge's FDB entry. */
const fdbExtended = attributes({
  /** Whether the kernel tells of the entry's activity, and whether it is inactive (5.14). */
  activityNotify: attribute(1, bits(u8(), fdbActivity)),
  /** Do not refresh the entry's time when it is replaced. */
  dontRefresh: writeOnly(2, flag()),
})

/** NDA_* that both tables have. */
const shared = {
  /** Hundredths of a second since it was confirmed, used and updated, and references held (NDA_CACHEINFO). */
  cacheInfo: readOnly(3, cacheInfo),
  /** Who made the entry: RTPROT_*, by name or number from 0 to 255. */
  protocol: attribute(12, routeProtocol()),
  /** Further flags: `managed` entries are kept resolved by the kernel (5.16); `locked` ones were seen on a locked port. */
  extendedFlags: attribute(15, bits(u32(), neighborExtendedFlag)),
  /** Another namespace's id, where the link is in it. */
  linkNetnsid: readOnly(10, s32()),
} satisfies AttributeMap

/** NDA_* of a neighbour. */
export const neighborAttributes = attributes({
  /** The network-layer address. */
  dst: attribute(1, ip()),
  /** The link-layer address. */
  lladdr: attribute(2, linkAddress()),
  /** Probes sent, 0 to 4294967295. */
  probes: readOnly(4, u32()),
  /** The VLAN, which the kernel tells of FDB entries alone. */
  vlan: readOnly(5, u16()),
  ifindex: readOnly(8, linkIndex()),
  /** The link's master, which the kernel tells of FDB entries alone. */
  master: readOnly(9, linkIndex()),
  ...shared,
})

/** NDA_* of an FDB entry. */
export const fdbAttributes = attributes({
  /** The MAC address. */
  lladdr: attribute(2, linkAddress(6)),
  /** vxlan: the remote VTEP. */
  dst: attribute(1, ip()),
  /** The VLAN, 1 to 4094. */
  vlan: attribute(5, u16({ min: 1, max: 4094 })),
  /** vxlan: the remote UDP port, 1 to 65535. */
  port: attribute(6, be16({ min: 1 })),
  /** vxlan: the remote VNI, 0 to 16777215. */
  vni: attribute(7, u32({ max: 0xffffff })),
  /** vxlan: the link through which the remote VTEP is reached. */
  via: attribute(8, linkIndex()),
  /** The bridge. */
  master: attribute(9, linkIndexOrNone()),
  /** vxlan in external mode: the VNI the entry belongs to, 0 to 16777215. */
  srcVni: attribute(11, u32({ max: 0xffffff })),
  /** vxlan: an FDB nexthop group instead of `dst`. */
  nexthopId: attribute(13, u32({ min: 1 })),
  /** Bridge: whether the entry's activity is watched (5.14). */
  fdbExtended: attribute(14, nested(fdbExtended)),
  ...shared,
})

type GivenNeighbor = Given<typeof neighborAttributes.map>
type GivenFdb = Given<typeof fdbAttributes.map>

/** A neighbour to be added, changed or deleted. */
export interface NeighborSpec extends Omit<GivenNeighbor, 'dst'> {
  /** The link that the neighbour is reached by. */
  link: LinkReference
  /** The IPv4 or IPv6 address. */
  dst: string | Uint8Array
  /** One or several of NUD_*. Default when one is made: `permanent` (none for proxy and managed entries). */
  state?: NeighborState | readonly NeighborState[] | undefined
  /** Flags of the entry; `proxy` and `router` can be given by themselves, too. */
  flags?: readonly (NeighborFlag | number)[] | undefined
  /** A proxy entry: the host answers for the address on this link. */
  proxy?: boolean | undefined
  /** The neighbour is a router (IPv6). */
  router?: boolean | undefined
}

/** An FDB entry to be added, appended, replaced or deleted. */
export interface FdbSpec extends Omit<GivenFdb, 'lladdr' | 'master'> {
  /** The port of a bridge, or the device with a table of its own, such as a vxlan. */
  link: LinkReference
  /** The MAC address. */
  lladdr: string | Uint8Array
  /** `permanent` (local; the default), `static` (not aged) or `dynamic` (aged). */
  state?: 'permanent' | 'static' | 'dynamic' | undefined
  /** The device's own table (the default, unless `master` is given). */
  self?: boolean | undefined
  /** The table of the bridge that is the link's master. */
  master?: boolean | undefined
  /** The entry may not move to another port. */
  sticky?: boolean | undefined
  /** A control plane has learned the entry: it is not aged, and refreshed by the control plane alone. */
  externLearn?: boolean | undefined
  /** Bridge: as if a packet from the address had come in, which makes or refreshes the entry. */
  use?: boolean | undefined
}

/** A neighbour as the kernel has it. */
export interface Neighbor extends Read<typeof neighborAttributes.map> {
  /** Whether it is an entry of ARP or of NDP. */
  family: 'ipv4' | 'ipv6'
  /** The link that the neighbour is reached by. */
  ifindex: number
  state: readonly (NeighborState | number)[]
  flags: readonly (NeighborFlag | number)[]
  /** RTN_* of the address. */
  type: number
}

/** An FDB entry as the kernel has it. */
export interface FdbEntry extends Read<typeof fdbAttributes.map> {
  /** The port of a bridge, or the device with a table of its own, such as a vxlan. */
  ifindex: number
  state: readonly (NeighborState | number)[]
  flags: readonly (NeighborFlag | number)[]
}

const neighborOptions = [...neighborAttributes.names, 'link', 'state', 'flags', 'proxy', 'router']
const fdbOptions = [...fdbAttributes.names, 'link', 'state', 'self', 'sticky', 'use', 'externLearn']

/** Writes the message of a neighbour. */
export function writeNeighbor(w: Writer, type: number, flags: number, spec: NeighborSpec, makes: boolean) {
  w.begin(type, flags, NDMSG_SIZE)
  const header = w.offset - NDMSG_SIZE
  const at = () => w.at(header)
  let state = -1
  let ndmFlags = 0
  required(w, spec, 'link', 'a link')
  required(w, spec, 'dst', 'an IPv4 or IPv6 address')
  for (const name in spec) {
    const value: unknown = spec[name as keyof NeighborSpec]
    if (value === undefined) continue
    w.trail[0] = name
    w.depth = 1
    if (name === 'link') putLinkReference(w, at() + 4, value as LinkReference)
    else if (name === 'state') state = stateOf(w, value as NeighborState)
    else if (name === 'flags') ndmFlags |= bitsOf(w, neighborFlag, value as NeighborFlag[])
    else if (name === 'proxy') ndmFlags |= truth(w, value) ? neighborFlag.proxy : 0
    else if (name === 'router') ndmFlags |= truth(w, value) ? neighborFlag.router : 0
    else {
      w.depth = 0
      neighborAttributes.writeOne(w, name, value, neighborOptions)
    }
  }
  w.bytes[at()] = familyOf(spec.dst)
  // The kernel refuses a permanent entry that it is to keep resolved.
  const stateless = (ndmFlags & neighborFlag.proxy) !== 0 || isManaged(spec)
  if (state < 0) state = makes && !stateless ? neighborState.permanent : 0
  w.u16[(at() + 8) >> 1] = state
  w.bytes[at() + 10] = ndmFlags
  return w.finish()
}

const isManaged = ({ extendedFlags }: NeighborSpec): boolean =>
  extendedFlags?.some((flag) => flag === 'managed' || flag === neighborExtendedFlag.managed) ?? false

/** As bridge(8) sends them: NUD_NOARP says that the entry is not aged. */
const fdbState = {
  permanent: neighborState.permanent | neighborState.noarp,
  static: neighborState.reachable | neighborState.noarp,
  dynamic: neighborState.reachable,
} as const

/** Writes the message of an FDB entry. */
export function writeFdb(w: Writer, type: number, flags: number, spec: FdbSpec) {
  w.begin(type, flags, NDMSG_SIZE)
  const header = w.offset - NDMSG_SIZE
  let state: number = fdbState.permanent
  let ndmFlags = 0
  let self: boolean | undefined
  required(w, spec, 'link', 'a link')
  required(w, spec, 'lladdr', 'a MAC address')
  for (const name in spec) {
    const value: unknown = spec[name as keyof FdbSpec]
    if (value === undefined) continue
    w.trail[0] = name
    w.depth = 1
    switch (name) {
      case 'link':
        putLinkReference(w, w.at(header) + 4, value as LinkReference)
        break
      case 'state':
        state = numberOf(w, fdbState, value as keyof typeof fdbState, 0xffff)
        break
      case 'self':
        self = truth(w, value)
        break
      case 'master':
        ndmFlags |= truth(w, value) ? neighborFlag.master : 0
        break
      case 'sticky':
      case 'use':
      case 'externLearn':
        ndmFlags |= truth(w, value) ? neighborFlag[name] : 0
        break
      default:
        w.depth = 0
        fdbAttributes.writeOne(w, name, value, fdbOptions)
    }
  }
  if (self ?? (ndmFlags & neighborFlag.master) === 0) ndmFlags |= neighborFlag.self
  const at = w.at(header)
  w.bytes[at] = AF_BRIDGE
  w.u16[(at + 8) >> 1] = state
  w.bytes[at + 10] = ndmFlags
  return w.finish()
}

/** Which FDB entry: of which table. */
export interface FdbKey {
  /** The port of a bridge, or the device with a table of its own, such as a vxlan. */
  link: LinkReference
  /** The MAC address. */
  lladdr: string | Uint8Array
  /** The VLAN, 1 to 4094. */
  vlan?: number | undefined
  /** The device's own table (the default, unless `master` is given). */
  self?: boolean | undefined
  /** The table of the bridge that is the link's master. */
  master?: boolean | undefined
  /** vxlan in external mode: the VNI that the entry belongs to, 0 to 16777215 (`srcVni` of it). */
  vni?: number | undefined
}
const fdbKeyOptions = ['link', 'lladdr', 'vlan', 'self', 'master', 'vni'] satisfies (keyof FdbKey)[]

/** Writes the question for one FDB entry. */
export function writeFdbQuestion(w: Writer, type: number, flags: number, key: FdbKey) {
  w.begin(type, flags, NDMSG_SIZE)
  const header = w.offset - NDMSG_SIZE
  required(w, key, 'link', 'a link')
  required(w, key, 'lladdr', 'a MAC address')
  let master = false
  for (const name in key) {
    const value: unknown = key[name as keyof FdbKey]
    if (value === undefined) continue
    w.trail[0] = name
    w.depth = 1
    if (name === 'link') putLinkReference(w, w.at(header) + 4, value as LinkReference)
    else if (name === 'master') master = truth(w, value)
    else if (name === 'self') truth(w, value)
    else {
      w.depth = 0
      if (!(fdbKeyOptions as readonly string[]).includes(name)) throw unknownOption(name, fdbKeyOptions)
      fdbAttributes.writeOne(w, name, value, fdbKeyOptions)
    }
  }
  const at = w.at(header)
  w.bytes[at] = AF_BRIDGE
  w.bytes[at + 10] = (master ? neighborFlag.master : 0) | ((key.self ?? !master) ? neighborFlag.self : 0)
  return w.finish()
}

/** NDA_* of a flush: what entries are to have, and which bits of their state and flags count. */
export const fdbFlushAttributes = attributes({
  dst: attribute(1, ip()),
  vlan: attribute(5, u16({ min: 1, max: 4094 })),
  port: attribute(6, be16({ min: 1 })),
  vni: attribute(7, u32({ max: 0xffffff })),
  ifindex: attribute(8, linkIndex()),
  srcVni: attribute(11, u32({ max: 0xffffff })),
  nexthopId: attribute(13, u32({ min: 1 })),
  ndmStateMask: attribute(16, bits(u16(), neighborState)),
  ndmFlagsMask: attribute(17, bits(u8(), neighborFlag)),
})

/** Flags that entries to be flushed have, or have not. */
const flushFlags = ['use', 'externLearn', 'sticky', 'offloaded', 'router'] as const

/** Which FDB entries to flush: those that fit all of it. */
export interface FdbFlush {
  /** A bridge, a port of one (with `master`), or a vxlan. */
  link: LinkReference
  /** The table of the link itself (the default, unless `master` is given): a bridge or a vxlan. */
  self?: boolean | undefined
  /** The link's entries in the table of the bridge that is its master. */
  master?: boolean | undefined
  /** Of a bridge: those of one of its ports, or of itself. */
  brport?: LinkReference | undefined
  /**
   * Those that are `permanent`, or `static` (not aged), or `dynamic` (aged), or `all`. Default: `static` and `dynamic`
   * ones; permanent are also the addresses that a bridge takes packets for itself.
   */
  state?: 'permanent' | 'static' | 'dynamic' | 'all' | undefined
  /** Of a bridge: those that were added by hand (true) or were not (false). */
  use?: boolean | undefined
  /** Those that a control plane learned, or did not. */
  externLearn?: boolean | undefined
  /** Of a bridge: those that may not move to another port, or may. */
  sticky?: boolean | undefined
  /** Those that the hardware has, or has not. */
  offloaded?: boolean | undefined
  /** Of a vxlan: those of routers, or of others. */
  router?: boolean | undefined
  /** Of a bridge: those of one VLAN, 1 to 4094. */
  vlan?: number | undefined
  /** Of a vxlan: those that lead to one VTEP. */
  dst?: string | Uint8Array | undefined
  /** Of a vxlan: those with this remote UDP port, 1 to 65535. */
  port?: number | undefined
  /** Of a vxlan: those with this remote VNI, 0 to 16777215. */
  vni?: number | undefined
  /** Of a vxlan in external mode: those that belong to a VNI, 0 to 16777215. */
  srcVni?: number | undefined
  /** Of a vxlan: those of one nexthop group. */
  nexthopId?: number | undefined
}

const flushOptions = [
  'link', 'self', 'master', 'brport', 'state', ...flushFlags, 'vlan', 'dst', 'port', 'vni', 'srcVni', 'nexthopId',
] as const satisfies (keyof FdbFlush)[] // prettier-ignore

/** The bits of the state that entries to be flushed have, and those that count. */
export const fdbFlushState = {
  permanent: { state: neighborState.permanent, mask: neighborState.permanent },
  static: { state: neighborState.noarp, mask: neighborState.noarp | neighborState.permanent },
  dynamic: { state: 0, mask: neighborState.noarp | neighborState.permanent },
  all: { state: 0, mask: 0 },
  /** Where nothing is said. */
  temporary: { state: 0, mask: neighborState.permanent },
} as const

/** Writes the deletion of all FDB entries that fit. */
export function writeFdbFlush(w: Writer, type: number, flags: number, filter: FdbFlush) {
  w.begin(type, flags, NDMSG_SIZE)
  const header = w.offset - NDMSG_SIZE
  required(w, filter, 'link', 'a link')
  let ndmFlags = 0
  let flagsMask = 0
  let self: boolean | undefined
  let wanted: (typeof fdbFlushState)[keyof typeof fdbFlushState] = fdbFlushState.temporary
  for (const name in filter) {
    const value: unknown = filter[name as keyof FdbFlush]
    if (value === undefined) continue
    w.trail[0] = name
    w.depth = 1
    if (name === 'link') putLinkReference(w, w.at(header) + 4, value as LinkReference)
    else if (name === 'self') self = truth(w, value)
    else if (name === 'master') ndmFlags |= truth(w, value) ? neighborFlag.master : 0
    else if (name === 'state') {
      if (typeof value !== 'string' || value === 'temporary' || !Object.hasOwn(fdbFlushState, value)) {
        throw w.invalid('permanent, static, dynamic or all', value, typeof value === 'string' ? 'range' : 'type')
      }
      wanted = fdbFlushState[value as 'all']
    } else if ((flushFlags as readonly string[]).includes(name)) {
      const bit = neighborFlag[name as NeighborFlag]
      flagsMask |= bit
      if (truth(w, value)) ndmFlags |= bit
    } else if (name === 'brport') {
      const token = w.open(8)
      putLinkReference(w, w.position, value as LinkReference)
      w.position += 4
      w.close(token)
    } else {
      if (!(flushOptions as readonly string[]).includes(name)) throw unknownOption(name, flushOptions)
      w.depth = 0
      fdbFlushAttributes.writeOne(w, name, value, flushOptions)
    }
  }
  w.depth = 0
  if (wanted.mask !== 0) fdbFlushAttributes.write(w, { ndmStateMask: [wanted.mask] })
  if (flagsMask !== 0) fdbFlushAttributes.write(w, { ndmFlagsMask: [flagsMask] })
  if (self ?? (ndmFlags & neighborFlag.master) === 0) ndmFlags |= neighborFlag.self
  const at = w.at(header)
  w.bytes[at] = AF_BRIDGE
  w.u16[(at + 8) >> 1] = wanted.state
  w.bytes[at + 10] = ndmFlags
  return w.finish()
}

/** Reads a neighbour; undefined for an FDB entry, which comes in the same message. */
export function readNeighbor(r: Reader, { body, end }: Message): Neighbor | undefined {
  if (end - body < NDMSG_SIZE) return undefined
  const family = r.bytes[body]!
  if (family !== AF_INET && family !== AF_INET6) return undefined
  const neighbor: Neighbor = {
    family: family === AF_INET ? 'ipv4' : 'ipv6',
    ifindex: r.getS32(body + 4),
    state: statesOf(r.getU16(body + 8)),
    flags: namesOf(neighborFlag, r.bytes[body + 10]!),
    type: r.bytes[body + 11]!,
  }
  return neighborAttributes.read(r, body + NDMSG_SIZE, end, neighbor)
}

/** Reads an FDB entry; undefined for a neighbour. */
export function readFdb(r: Reader, { body, end }: Message): FdbEntry | undefined {
  if (end - body < NDMSG_SIZE || r.bytes[body] !== AF_BRIDGE) return undefined
  const entry: FdbEntry = {
    ifindex: r.getS32(body + 4),
    state: statesOf(r.getU16(body + 8)),
    flags: namesOf(neighborFlag, r.bytes[body + 10]!),
  }
  return fdbAttributes.read(r, body + NDMSG_SIZE, end, entry)
}

const NONE: readonly NeighborState[] = Object.freeze(['none'] as const)

function statesOf(state: number): readonly (NeighborState | number)[] {
  return state === 0 ? NONE : namesOf(neighborState, state)
}

const STATES = { none: 0, ...neighborState }

function stateOf(w: Writer, value: NeighborState | readonly NeighborState[]): number {
  if (Array.isArray(value)) return bitsOf(w, STATES, value as NeighborState[])
  return numberOf(w, STATES, value as NeighborState, 0xffff)
}

function truth(w: Writer, value: unknown): boolean {
  if (typeof value !== 'boolean') throw w.invalid('true or false', value)
  return value
}

function required(w: Writer, spec: object, name: string, what: string): void {
  if (typeof spec !== 'object' || spec === null) throw w.invalid('an object', spec)
  if ((spec as Record<string, unknown>)[name] === undefined) {
    w.trail[0] = name
    w.depth = 1
    throw w.invalid(what, undefined)
  }
}
