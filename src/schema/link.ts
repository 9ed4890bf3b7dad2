/** Links: one message for all of them, whose contents the kind chooses (linux/if_link.h; RTM_NEWLINK, ifinfomsg). */
import {
  attributes,
  type Given,
  isPlainObject,
  type Read,
  readOnly,
  type UnknownAttribute,
} from '../wire/attributes.js'
import { type Codec, namesOf } from '../wire/codec.js'
import { unknownOption } from '../wire/invalid.js'
import type { Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'
import type { BondPort, BondPortOptions } from './bond-port.js'
import type { BridgePort, BridgePortOptions } from './bridge-port.js'
import {
  IFINFOMSG_SIZE,
  IFLA_LINKINFO,
  type LinkAttributeOptions,
  linkAttributeMap,
  type LinkAttributes,
} from './link-attributes.js'
import {
  isLinkFlagOption,
  type LinkFlag,
  linkFlag,
  type LinkFlagOptions,
  linkFlagOptions,
  putLinkFlag,
} from './link-flag.js'
import {
  kindByName,
  type LinkDraft,
  linkInfoCodec,
  refuse,
  writeLinkInfoChanges,
  writeNewLinkInfo,
} from './link-info.js'
import type { linkKinds } from './link-kinds/index.js'
import { linkLayerType, type LinkLayerType } from './link-layer-type.js'
import { linkPortByName } from './link-ports.js'
import type { LinkReference } from './link-reference.js'
import type { VrfPort } from './vrf-port.js'

// --- Types: everything follows from the list of kinds ---------------------------------------------------------------

type Kinds = typeof linkKinds
/** Names of the kinds that have options and types of their own. */
export type KnownLinkKind = keyof Kinds

/** Exists for the compiler alone: of strings, only members of an enum are never taken for a literal. */
declare enum OtherKind {
  name = 'any but the known kinds',
}
/**
 * The name of a kind that this version has no types for, such as one of a newer kernel. It is a type of its own so that
 * `link.kind === 'vxlan'` narrows; `otherLinkKind` makes one.
 */
export type OtherLinkKind = OtherKind

/** The name of a kind that this version has no types for. @throws {TypeError} It has. */
export function otherLinkKind(name: string): OtherLinkKind {
  if (kindByName.has(name)) throw new TypeError(`${name} is a kind with types of its own`)
  return name as unknown as OtherLinkKind
}

type DataOf<K extends KnownLinkKind> = Kinds[K]['data']['map']
type Readable<T> = Exclude<keyof T, 'unknownAttributes'> extends never ? never : T
type ReadData<K extends KnownLinkKind> = Read<DataOf<K>>

/** What every link has, whatever its kind. */
export interface LinkProperties extends LinkAttributes {
  /** The number of the link in its namespace. */
  ifindex: number
  name: string
  /** The link-layer protocol: 'ether', 'loopback' … (ARPHRD_*). */
  type: LinkLayerType | number
  /** Administratively up (IFF_UP). Whether packets flow is told by `operState`. */
  up: boolean
  flags: readonly (LinkFlag | number)[]
  /** The kind of the master, where the link has one that adds something to its ports: 'bridge'. */
  slaveKind?: string
  /** What the bridge says of the link as its port. */
  bridgePort?: BridgePort
  /** What the bond says of the link as its port. */
  bondPort?: BondPort
  /** What the VRF says of the link as its port. */
  vrfPort?: VrfPort
  /** What a master of another kind says of it. */
  slaveData?: UnknownAttribute[]
}

type StatisticsOf<K extends KnownLinkKind> = Kinds[K]['xstats'] extends Codec<never, infer Out> | undefined
  ? Out
  : never
interface Counted<Statistics = Uint8Array> {
  /** What the kind counts of its own (IFLA_INFO_XSTATS). */
  xstats?: Statistics
}

type LinkOfKind<K extends KnownLinkKind> = LinkProperties & {
  /** What sort of link it is (IFLA_INFO_KIND). Absent: it has none, as the loopback device and physical ones. */
  kind: K
} & Counted<StatisticsOf<K>> & {
    [P in K as Readable<ReadData<P>> extends never ? never : P]: ReadData<P>
  }

/** A link that has no kind: the loopback device, a physical one. */
export type PlainLink = LinkProperties & Counted & { kind: undefined }
/** A link of a kind without types here; `data` is what the kernel tells of it, attribute by attribute. */
export type OtherLink = LinkProperties &
  Counted & {
    kind: OtherLinkKind
    /** Of a kind without types here: what the kernel tells of it, attribute by attribute. */
    data?: UnknownAttribute[]
  }

/** A link as the kernel has it. `link.kind === 'vxlan'` gives `link.vxlan`. */
export type Link = { [K in KnownLinkKind]: LinkOfKind<K> }[KnownLinkKind] | PlainLink | OtherLink
/** A link of the kind. */
export type LinkOf<Kind> = Extract<Link, { kind: Kind }>
export type BridgeLink = LinkOf<'bridge'>
export type VethLink = LinkOf<'veth'>
export type VxlanLink = LinkOf<'vxlan'>

/** What the kernel passes over without a word when it makes a link: these are given to `update` afterwards. */
const UPDATE_ONLY = [
  'afSpec', 'alias', 'carrier', 'map', 'newIfindex', 'portSelf', 'protoDown', 'protoDownReason', 'vfInfoList', 'vfPorts', 'xdp',
] as const // prettier-ignore
type UpdateOnly = (typeof UPDATE_ONLY)[number]
/** What only the making of a link takes. */
const CREATE_ONLY = ['link', 'linkNetnsid', 'numRxQueues', 'numTxQueues', 'parentDevName'] as const
type CreateOnly = (typeof CREATE_ONLY)[number]

/** Options of a link that is to be made, of any kind. */
export interface NewLinkOptions extends Omit<LinkAttributeOptions, UpdateOnly>, LinkFlagOptions {
  /** The index to have, free in the namespace. Default: the kernel's choice. */
  ifindex?: number | undefined
}
type DataOption<K extends KnownLinkKind> = keyof DataOf<K> extends never ? never : Given<DataOf<K>>
type NotOf<K extends KnownLinkKind> = { [P in Exclude<KnownLinkKind, K>]?: never }
/** What the kernel passes over when it makes a link of the kind. */
type Useless<K extends KnownLinkKind> =
  (Kinds[K]['madeOn'] extends 'device' ? never : 'parentDevName') | (Kinds[K]['madeOn'] extends 'link' ? never : 'link')
type MadeOn = { link: { link: LinkReference }; device: { parentDevName: string } }
type On<K extends KnownLinkKind> = Kinds[K]['madeOn'] extends keyof MadeOn ? MadeOn[Kinds[K]['madeOn']] : unknown
/** Kinds of which rtnetlink makes links. */
type Makeable = {
  [K in KnownLinkKind]: NonNullable<Kinds[K]['madeElsewhere']> extends never ? K : never
}[KnownLinkKind]
type SpecOfKind<K extends KnownLinkKind> = Omit<NewLinkOptions, Useless<K>> & {
  /** The kind of link to make. */
  kind: K
  data?: never
} & On<K> &
  NotOf<K> &
  (Kinds[K]['needed'] extends true ? { [P in K]: DataOption<P> } : { [P in K]?: DataOption<P> | undefined })
type SpecOfOther = NewLinkOptions & {
  kind: OtherLinkKind
  /** The contents of IFLA_INFO_DATA. Nests are given as their bytes, with NLA_F_NESTED (0x8000) in `type`. */
  data?: readonly UnknownAttribute[] | undefined
} & { [P in KnownLinkKind]?: never }

/** A link to be made. What belongs to the kind stands under its name: `{ kind: 'vxlan', vxlan: { id: 42 } }`. */
export type LinkSpec = { [K in Makeable]: SpecOfKind<K> }[Makeable] | SpecOfOther
/** A link of the kind, to be made. */
export type SpecOf<K extends KnownLinkKind> = SpecOfKind<K>
export type BridgeSpec = SpecOfKind<'bridge'>
export type VethSpec = SpecOfKind<'veth'>
export type VxlanSpec = SpecOfKind<'vxlan'>

interface CommonChanges extends Omit<LinkAttributeOptions, CreateOnly>, LinkFlagOptions {
  /** Options of the link as a port of a bridge. Not together with `master`: it has to be a port already. */
  bridgePort?: BridgePortOptions | undefined
  /** Options of the link as a port of a bond. Not together with `master`: it has to be a port already. */
  bondPort?: BondPortOptions | undefined
}
type Changeable = { [K in KnownLinkKind]: Kinds[K]['fixed'] extends false ? K : never }[KnownLinkKind]
type CreateOnlyData<K extends KnownLinkKind> = NonNullable<Kinds[K]['createOnly']>[number]
type ChangesOfKind<K extends KnownLinkKind> = CommonChanges & {
  /** The kind of the link, which options of a kind say by themselves. */
  kind?: K | undefined
  data?: never
} & NotOf<K> & {
    [P in K]?: (P extends Changeable ? Omit<DataOption<P>, CreateOnlyData<P>> : never) | undefined
  }
type ChangesOfOther = CommonChanges & {
  kind: OtherLinkKind
  /** What of IFLA_INFO_DATA is to change, as of a link to be made. */
  data?: readonly UnknownAttribute[] | undefined
} & {
  [P in KnownLinkKind]?: never
}
/** What is to change of all links of a group. */
export type LinkGroupChanges = Omit<CommonChanges, 'name' | 'group' | 'bridgePort' | 'bondPort'>
/** What is to change of a link; all else stays. `{ vxlan: { ageing: 60 } }` changes options of the kind. */
export type LinkChanges = { [K in KnownLinkKind]: ChangesOfKind<K> }[KnownLinkKind] | ChangesOfOther

/** All of IFLA_*, to read links and to name what an extended ack points at. */
export const linkAttributes = attributes({ ...linkAttributeMap, linkinfo: readOnly(IFLA_LINKINFO, linkInfoCodec) }, 42)

// --- Writing --------------------------------------------------------------------------------------------------------

const takeable = Object.keys(linkAttributeMap).filter((name) => linkAttributes.takes(name))
const common = [...takeable, ...linkFlagOptions, ...kindByName.keys(), 'kind', 'data']
const createOptions = [...common, 'ifindex'].filter((name) => !UPDATE_ONLY.includes(name as UpdateOnly))
const changeOptions = [...common, ...linkPortByName.keys()].filter((name) => !CREATE_ONLY.includes(name as CreateOnly))

/** Refuses the options of all kinds but one. */
function refuseOtherKinds(w: Writer, spec: Record<string, unknown>, kind: string | undefined): void {
  for (const other in spec) {
    if (other !== kind && spec[other] !== undefined && kindByName.has(other)) {
      throw refuse(w, other, `nothing, since the link is of kind ${kind ?? 'unknown'}`, spec[other])
    }
  }
  if (kind !== undefined && kindByName.has(kind) && spec.data !== undefined) {
    throw refuse(w, 'data', `nothing: what belongs to the link stands under ${kind}`, spec.data)
  }
}

/** Writes attributes and flags; the header stands at `header`. */
function writeProperties(
  w: Writer,
  header: number,
  spec: Record<string, unknown>,
  refused: readonly string[],
  why: string,
  known: readonly string[],
): void {
  if (typeof spec.master === 'string' && (spec.netns !== undefined || spec.targetNetnsid !== undefined)) {
    throw refuse(w, 'master', 'an ifindex: the master is in the namespace that the link is to be in', spec.master)
  }
  for (const name in spec) {
    const value = spec[name]
    if (value === undefined) continue
    if (name === 'kind' || name === 'data' || name === 'ifindex') continue
    if (kindByName.has(name) || linkPortByName.has(name)) continue
    if (isLinkFlagOption(name)) {
      w.trail[0] = name
      w.depth = 1
      putLinkFlag(w, w.at(header), name, value)
      w.depth = 0
    } else {
      if (refused.includes(name)) throw refuse(w, name, why, value)
      if (name === 'linkinfo') throw unknownOption(name, known)
      linkAttributes.writeOne(w, name, value, known)
    }
  }
}

/** Writes what is needed to make a link, behind a message's beginning. */
export function writeNewLink(w: Writer, header: number, spec: LinkSpec): void {
  if (!isPlainObject(spec)) throw w.invalid('an object', spec)
  const given = spec as unknown as Record<string, unknown>
  if (typeof spec.kind !== 'string') {
    throw refuse(
      w,
      'kind',
      `the kind of link to make (${[...kindByName.keys()].slice(0, 3).join(', ')}, …)`,
      given.kind,
    )
  }
  for (const name of linkPortByName.keys()) {
    if (given[name] === undefined) continue
    throw refuse(w, name, 'nothing: a link is a port once it has been made, update it then', given[name])
  }
  refuseOtherKinds(w, given, spec.kind)
  const kind = kindByName.get(spec.kind)
  if (kind !== undefined) {
    if (kind.madeElsewhere !== undefined) {
      throw refuse(w, 'kind', `a kind that rtnetlink makes: ${kind.madeElsewhere}`, kind.name)
    }
    const { madeOn } = kind
    for (const [name, on] of [
      ['link', 'link'],
      ['parentDevName', 'device'],
    ] as const) {
      if (madeOn !== on && given[name] !== undefined) {
        throw refuse(w, name, `nothing: a ${kind.name} does not use it`, given[name])
      }
    }
    if (madeOn === 'link' && given.link === undefined) {
      throw refuse(w, 'link', `the link below, which a ${kind.name} needs`, given.link)
    }
    if (madeOn === 'device' && given.parentDevName === undefined) {
      throw refuse(w, 'parentDevName', `the name of the device, which a ${kind.name} needs`, given.parentDevName)
    }
  }
  if (spec.ifindex !== undefined) {
    const { ifindex } = spec
    const expects = 'an integer from 1 to 2147483647'
    if (!Number.isInteger(ifindex)) throw refuse(w, 'ifindex', expects, ifindex)
    w.trail[0] = 'ifindex'
    w.depth = 1
    if (ifindex < 1 || ifindex > 0x7fffffff) throw w.invalid(expects, ifindex, 'range')
    w.depth = 0
    w.u32[(w.at(header) + 4) >> 2] = ifindex
  }
  writeProperties(
    w,
    header,
    given,
    UPDATE_ONLY,
    'nothing: the kernel passes over it when it makes a link, update the link afterwards',
    createOptions,
  )
  writeNewLinkInfo(w, spec.kind, given)
}

/** The first kind of which options are given. */
function kindAmong(given: Record<string, unknown>): string | undefined {
  for (const name in given) if (given[name] !== undefined && kindByName.has(name)) return name
  return undefined
}

/** Writes changes of a link, behind a message's beginning. */
export function writeLinkChanges(w: Writer, header: number, changes: LinkChanges): void {
  if (!isPlainObject(changes)) throw w.invalid('an object', changes)
  const given = changes
  const name = (given.kind as string | undefined) ?? kindAmong(given)
  if (name !== undefined && typeof name !== 'string') throw refuse(w, 'kind', 'the kind of the link', name)
  refuseOtherKinds(w, given, name)
  if (given.newIfindex !== undefined && given.netns === undefined && given.targetNetnsid === undefined) {
    throw refuse(w, 'newIfindex', 'nothing unless the link moves to another namespace', given.newIfindex)
  }
  if (given.ifindex !== undefined) {
    throw refuse(w, 'ifindex', 'nothing: an index stays (newIfindex chooses one in another namespace)', given.ifindex)
  }
  writeProperties(w, header, given, CREATE_ONLY, 'nothing: it is fixed when the link is made', changeOptions)
  writeLinkInfoChanges(w, name, given)
}

/** Writes changes of all links of a group, of which the kernel takes nothing that is a kind's. */
export function writeLinkGroupChanges(w: Writer, header: number, changes: LinkGroupChanges): void {
  if (!isPlainObject(changes)) throw w.invalid('an object', changes)
  const given = changes as Record<string, unknown>
  const single = ['name', 'group', 'kind', 'data', 'ifindex']
  for (const name in given) {
    if (given[name] === undefined) continue
    if (single.includes(name) || linkPortByName.has(name) || kindByName.has(name))
      throw refuse(w, name, 'nothing: it can’t be changed of a whole group', given[name])
  }
  writeProperties(w, header, given, CREATE_ONLY, 'nothing: it is fixed when the link is made', changeOptions)
}

// --- Reading --------------------------------------------------------------------------------------------------------

/**
 * Reads RTM_NEWLINK and RTM_DELLINK; undefined for what a family says of a link in messages of its own: that a bridge
 * has lost a port comes as an RTM_DELLINK of the family AF_BRIDGE, and deletes no link.
 */
export function readLink(r: Reader, { body, end }: Message): Link | undefined {
  if (end - body < IFINFOMSG_SIZE || r.bytes[body] !== 0) return undefined
  const flags = r.getU32(body + 8)
  const link: LinkDraft = {
    ifindex: r.getS32(body + 4),
    name: '',
    kind: undefined,
    type: linkLayerType(r.getU16(body + 2)),
    up: (flags & linkFlag.up) !== 0,
    flags: namesOf(linkFlag, flags),
  }
  return linkAttributes.read<LinkDraft>(r, body + IFINFOMSG_SIZE, end, link) as unknown as Link
}
