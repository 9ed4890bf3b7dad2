/** IFLA_LINKINFO: the kind of a link, and what the kind and the master's kind say of it (linux/if_link.h). */
import {
  attribute,
  type AttributeTable,
  attributes,
  type ChosenBySibling,
  find,
  isPlainObject,
  keepUnknown,
  nested,
  type NestCodec,
  NLA_F_NESTED,
  readOnly,
  type UnknownAttribute,
} from '../wire/attributes.js'
import { bytes, readText, text } from '../wire/codec.js'
import { MalformedMessage, type Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'
import { IFLA_LINKINFO } from './link-attributes.js'
import { linkKinds } from './link-kinds/index.js'
import type { LinkKind } from './link-kinds/kind.js'
import { type LinkPort, linkPortByMaster, linkPortByName } from './link-ports.js'

const IFLA_INFO_KIND = 1
const IFLA_INFO_DATA = 2
const IFLA_INFO_XSTATS = 3
const IFLA_INFO_SLAVE_KIND = 4
const IFLA_INFO_SLAVE_DATA = 5

type AnyKind = LinkKind<string, AttributeTable['map'], boolean, string | false, false | 'link' | 'device', string>
/** The kinds that are known, by name. */
export const kindByName = new Map<string, AnyKind>(
  Object.values(linkKinds).map((kind) => [kind.name, kind as unknown as AnyKind]),
)
/** Kinds of which the kernel tells something. */
const readableKinds = new Set<string>(
  [...kindByName.values()]
    .filter(({ data }) => Object.values(data.map).some(({ access }) => access !== 'w'))
    .map(({ name }) => name),
)

/** The text of the attribute `type` among those from `start` to `end`. */
function siblingText(r: Reader, start: number, end: number, type: number): string | undefined {
  const at = find(r, start, end, type)
  return at === undefined ? undefined : readText(r, at + 4, at + r.getU16(at))
}

const chosen = (
  selector: number,
  tableOf: (kind: string) => AttributeTable | undefined,
): NestCodec<never, never> & ChosenBySibling => ({
  wire: 'nest',
  expects: 'an object',
  headerSize: 0,
  table: undefined,
  choose(r, start, end) {
    const kind = siblingText(r, start, end, selector)
    return kind === undefined ? undefined : tableOf(kind)
  },
  write(w, value) {
    throw w.invalid('nothing', value)
  },
  read: () => undefined,
})

const linkInfo = attributes({
  kind: attribute(IFLA_INFO_KIND, text(15, 1)),
  data: attribute(
    IFLA_INFO_DATA,
    chosen(IFLA_INFO_KIND, (kind) => kindByName.get(kind)?.data),
  ),
  xstats: readOnly(IFLA_INFO_XSTATS, bytes()),
  slaveKind: attribute(IFLA_INFO_SLAVE_KIND, text(15, 1)),
  slaveData: attribute(
    IFLA_INFO_SLAVE_DATA,
    chosen(IFLA_INFO_SLAVE_KIND, (kind) => linkPortByMaster.get(kind)?.data),
  ),
})

/** The attributes of a range as they are. */
function readRaw(r: Reader, start: number, end: number): UnknownAttribute[] {
  const raw: UnknownAttribute[] = []
  for (let at = start; at + 4 <= end;) {
    const length = r.getU16(at)
    if (length < 4 || at + length > end) throw new MalformedMessage(`an attribute of ${length} bytes in ${end - at}`)
    raw.push({ type: r.getU16(at + 2), data: r.bytes.slice(at + 4, at + length) })
    at += (length + 3) & ~3
  }
  return raw
}

/** A link while it is read. */
export type LinkDraft = { kind: string | undefined; unknownAttributes?: UnknownAttribute[] } & Record<string, unknown>

/** IFLA_LINKINFO: read into the link itself, as `kind`, what stands under the kind's name, and `bridgePort` or its like. */
export const linkInfoCodec: NestCodec<never, never> = {
  ...(nested(linkInfo) as unknown as NestCodec<never, never>),
  readInto(r, start, end, into) {
    const link = into as LinkDraft
    // The kernel sends both names first; nothing says that it must.
    const name = siblingText(r, start, end, IFLA_INFO_KIND)
    const slaveKind = siblingText(r, start, end, IFLA_INFO_SLAVE_KIND)
    const kind = name === undefined ? undefined : kindByName.get(name)
    link.kind = name
    if (slaveKind !== undefined) link.slaveKind = slaveKind
    // A kind's options are there although none may be set, so that `link.vxlan.id` can be written.
    if (kind !== undefined && readableKinds.has(kind.name)) link[kind.name] = {}
    for (let at = start; at + 4 <= end;) {
      const length = r.getU16(at)
      if (length < 4 || at + length > end) throw new MalformedMessage(`an attribute of ${length} bytes in ${end - at}`)
      const type = r.getU16(at + 2) & 0x3fff
      const from = at + 4
      const to = at + length
      switch (type) {
        case IFLA_INFO_KIND:
        case IFLA_INFO_SLAVE_KIND:
          break
        case IFLA_INFO_DATA:
          if (kind === undefined) {
            link.data = readRaw(r, from, to)
          } else {
            const data = kind.data.read(r, from, to)
            link[kind.name] = kind.shape === undefined ? data : kind.shape(data)
          }
          break
        case IFLA_INFO_XSTATS:
          link.xstats = kind?.xstats === undefined ? r.bytes.slice(from, to) : kind.xstats.read(r, from, to)
          break
        case IFLA_INFO_SLAVE_DATA: {
          const port = slaveKind === undefined ? undefined : linkPortByMaster.get(slaveKind)
          if (port === undefined) link.slaveData = readRaw(r, from, to)
          else link[port.name] = port.data.read(r, from, to)
          break
        }
        default:
          keepUnknown(link, type, r.bytes.slice(from, to))
      }
      at += (length + 3) & ~3
    }
  },
}

/** The error that refuses an option of the outermost object. */
export function refuse(w: Writer, name: string, expected: string, got: unknown): Error {
  w.trail[0] = name
  w.depth = 1
  return w.invalid(expected, got)
}

function putKind(w: Writer, type: number, kind: string): void {
  const token = w.open(type)
  w.trail[0] = 'kind'
  w.depth = 1
  text(15, 1).write(w, kind)
  w.close(token)
  w.depth = 0
}

function putData(w: Writer, name: string, kind: AnyKind, value: object): void {
  const token = w.open(IFLA_INFO_DATA | NLA_F_NESTED)
  w.trail[0] = name
  w.depth = 1
  kind.data.write(w, value)
  w.depth = 0
  w.close(token)
}

function putRaw(w: Writer, value: unknown): void {
  const expects = 'an array of { type, data: Uint8Array }'
  if (!Array.isArray(value)) throw refuse(w, 'data', expects, value)
  const nest = w.open(IFLA_INFO_DATA | NLA_F_NESTED)
  for (const [index, item] of (value as UnknownAttribute[]).entries()) {
    w.trail[0] = 'data'
    w.trail[1] = index
    w.depth = 2
    if (!isPlainObject(item) || !(item.data instanceof Uint8Array)) throw w.invalid(expects, item)
    if (!Number.isInteger(item.type) || item.type < 0 || item.type > 0xffff) {
      throw w.invalid('a type from 0 to 65535', item.type, 'range')
    }
    const token = w.open(item.type)
    w.putBytes(item.data)
    w.close(token)
  }
  w.depth = 0
  w.close(nest)
}

/** Writes what is needed of the kind to make a link; its data stands in `spec` under the kind's name. */
export function writeNewLinkInfo(w: Writer, name: string, spec: Record<string, unknown>): void {
  const nest = w.open(IFLA_LINKINFO | NLA_F_NESTED)
  putKind(w, IFLA_INFO_KIND, name)
  const kind = kindByName.get(name)
  if (kind === undefined) {
    if (spec.data !== undefined) putRaw(w, spec.data)
  } else {
    const data = spec[kind.name]
    if (data === undefined && kind.needed) throw refuse(w, kind.name, 'an object', data)
    if (data !== undefined) {
      if (!isPlainObject(data)) throw refuse(w, kind.name, 'an object', data)
      if (kind.data.names.length === 0) throw refuse(w, kind.name, `nothing: ${kind.fixed}`, data)
      w.trail[0] = kind.name
      w.depth = 1
      kind.check?.(w, data)
      w.depth = 0
      putData(w, kind.name, kind, data)
    }
  }
  w.close(nest)
}

/** A flag is an attribute that is there or not: that it is not there changes nothing. */
function refuseFlagsTakenBack(w: Writer, kind: AnyKind, data: Record<string, unknown>): void {
  for (const name in data) {
    const flag = kind.data.map[name]
    if (data[name] !== false || flag?.codec.wire !== 'flag' || flag.access !== 'rw') continue
    w.trail[0] = kind.name
    w.trail[1] = name
    w.depth = 2
    throw w.invalid('true: it can’t be taken back once the link is there', false)
  }
}

function refuseCreateOnly(w: Writer, kind: AnyKind, data: Record<string, unknown>): void {
  for (const name of kind.createOnly ?? []) {
    if (data[name] === undefined) continue
    w.trail[0] = kind.name
    w.trail[1] = name
    w.depth = 2
    throw w.invalid('nothing: it is fixed when the link is made', data[name])
  }
}

/** The one port whose options are among the changes. */
function portOf(w: Writer, changes: Record<string, unknown>): LinkPort | undefined {
  let port: LinkPort | undefined
  for (const name in changes) {
    if (changes[name] === undefined || !linkPortByName.has(name)) continue
    if (port !== undefined) throw refuse(w, name, `nothing, since the link is a ${port.name}`, changes[name])
    port = linkPortByName.get(name)
  }
  return port
}

/** Writes changes of what belongs to the kind, and to the link as a port of its master. */
export function writeLinkInfoChanges(w: Writer, name: string | undefined, changes: Record<string, unknown>): void {
  const kind = name === undefined ? undefined : kindByName.get(name)
  const data = kind === undefined ? changes.data : changes[kind.name]
  const port = portOf(w, changes)
  if (name === undefined && data !== undefined)
    throw refuse(w, 'kind', 'the kind of the link, which data needs', undefined)
  if (data === undefined && port === undefined) return
  const nest = w.open(IFLA_LINKINFO | NLA_F_NESTED)
  if (data !== undefined) {
    putKind(w, IFLA_INFO_KIND, name!)
    if (kind === undefined) {
      putRaw(w, data)
    } else {
      if (kind.fixed !== false) throw refuse(w, kind.name, `nothing: ${kind.fixed}`, data)
      if (!isPlainObject(data)) throw refuse(w, kind.name, 'an object', data)
      refuseCreateOnly(w, kind, data)
      refuseFlagsTakenBack(w, kind, data)
      putData(w, kind.name, kind, data)
    }
  }
  if (port !== undefined) {
    const given = changes[port.name]
    if (!isPlainObject(given)) throw refuse(w, port.name, 'an object', given)
    putKind(w, IFLA_INFO_SLAVE_KIND, port.master)
    const token = w.open(IFLA_INFO_SLAVE_DATA | NLA_F_NESTED)
    w.trail[0] = port.name
    w.depth = 1
    port.data.write(w, given)
    w.depth = 0
    w.close(token)
  }
  w.close(nest)
}

/** Writes a kind alone: a filter of dumps. */
export function writeKindFilter(w: Writer, kind: string): void {
  const nest = w.open(IFLA_LINKINFO | NLA_F_NESTED)
  putKind(w, IFLA_INFO_KIND, kind)
  w.close(nest)
}
