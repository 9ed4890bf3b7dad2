/** Encapsulations of routes and nexthops (lightweight tunnels): RTA_ENCAP and RTA_ENCAP_TYPE, NHA_ENCAP and NHA_ENCAP_TYPE. */
import {
  attribute,
  type AttributeTable,
  type ChosenBySibling,
  type Given,
  isPlainObject,
  keepUnknown,
  type NestCodec,
  NLA_F_NESTED,
  type Read,
  readOnly,
  type WithUnknown,
} from '../wire/attributes.js'
import { unknownOption } from '../wire/invalid.js'
import { Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'
import type { RouteEncapsulation } from './route-encap/encapsulation.js'
import { routeEncapsulations } from './route-encap/index.js'

export const RTA_ENCAP_TYPE = 21
export const RTA_ENCAP = 22

type Encapsulations = typeof routeEncapsulations
export type RouteEncapType = keyof Encapsulations

type SpecOf<E> =
  E extends RouteEncapsulation<infer Name, infer T, infer Needed>
    ? { type: Name } & Omit<Given<T>, Needed> & {
          [K in keyof Pick<Given<T>, Needed & keyof Given<T>>]-?: Exclude<Given<T>[K], undefined>
        }
    : never
type ReadOf<E> = E extends RouteEncapsulation<infer Name, infer T, infer _Needed> ? { type: Name } & Read<T> : never

/** An encapsulation by its number (LWTUNNEL_ENCAP_*, 1 to 65535), with its attributes as bytes. */
export interface RawRouteEncap {
  type: number
  data: Uint8Array
}

/**
 * What is put around the packets of a route, by `type`:
 *
 *     { type: 'mpls', dst: [100, 200] }
 *     { type: 'ip', id: 42, dst: '192.0.2.1', flags: ['key'] }
 *     { type: 'seg6', srh: { mode: 'encap', segments: ['2001:db8::1'] } }
 *
 * An encapsulation without a name here is given by its number, with its attributes as bytes.
 */
export type RouteEncapSpec = { [K in RouteEncapType]: SpecOf<Encapsulations[K]> }[RouteEncapType] | RawRouteEncap
/** An encapsulation as the kernel has it; one without a name here has its number for `type`, and `data`. */
export type RouteEncap = { [K in RouteEncapType]: ReadOf<Encapsulations[K]> }[RouteEncapType] | RawRouteEncap

type AnyEncapsulation = RouteEncapsulation<string, AttributeTable['map'], string>
const byName = routeEncapsulations as unknown as Record<string, AnyEncapsulation>
const byNumber = new Map(Object.values(byName).map((encapsulation) => [encapsulation.number, encapsulation]))

const TYPE_EXPECTS = `one of ${Object.keys(byName).join(', ')}, or an integer from 1 to 65535`

/** Writes an encapsulation as the two attributes that it takes: what it is made of and, as ip(8) has it, its number behind. */
export function writeEncap(w: Writer, value: RouteEncapSpec, typeAttribute: number, dataAttribute: number): void {
  if (!isPlainObject(value)) throw w.invalid('an object with type', value)
  const { type } = value as { type: unknown }
  const known = typeof type === 'string' && Object.hasOwn(byName, type) ? byName[type]! : undefined
  const { depth } = w
  if (known === undefined && !(Number.isInteger(type) && (type as number) > 0 && (type as number) <= 0xffff)) {
    w.trail[depth] = 'type'
    w.depth = depth + 1
    throw w.invalid(TYPE_EXPECTS, type, typeof type === 'string' || typeof type === 'number' ? 'range' : 'type')
  }
  const nest = w.open(dataAttribute | NLA_F_NESTED)
  if (known === undefined) writeRaw(w, value)
  else writeKnown(w, known, value)
  w.close(nest)
  const number = w.open(typeAttribute)
  w.putU16(known?.number ?? (type as number))
  w.close(number)
}

function writeRaw(w: Writer, value: Record<string, unknown>): void {
  const { depth } = w
  for (const name in value) {
    w.trail[depth] = name
    w.depth = depth + 1
    if (name !== 'type' && name !== 'data') throw unknownOption(w.path, ['type', 'data'])
  }
  w.trail[depth] = 'data'
  w.depth = depth + 1
  const { data } = value
  if (!(data instanceof Uint8Array)) throw w.invalid('a Uint8Array', data)
  w.putBytes(data)
  w.depth = depth
}

function writeKnown(w: Writer, { data, needed }: AnyEncapsulation, value: Record<string, unknown>): void {
  for (const name of needed) {
    if (value[name] !== undefined) continue
    w.trail[w.depth] = name
    w.depth++
    throw w.invalid(data.map[name]!.codec.expects, undefined)
  }
  const options = ['type', ...data.names]
  for (const name in value) if (name !== 'type') data.writeOne(w, name, value[name], options)
}

/** The object that an encapsulation is read into. */
interface Encapsulated extends WithUnknown {
  encap?: RouteEncap
}
const NOTHING = new Uint8Array(0)

function readEncap(type: number, r: Reader, start: number, end: number): RouteEncap {
  const known = byNumber.get(type)
  if (known === undefined) return { type, data: r.bytes.slice(start, end) }
  return known.data.read(r, start, end, { type: known.name } as RouteEncap)
}

/** The number of an encapsulation. The kernel sends it behind what it is made of; nothing says that it must. */
const encapType = (typeAttribute: number): NestCodec<never, never> => ({
  wire: 'u16',
  expects: TYPE_EXPECTS,
  headerSize: 0,
  table: undefined,
  write(w, value) {
    throw w.invalid('nothing', value)
  },
  read: () => undefined,
  readInto(r, start, end, into: Encapsulated) {
    if (end - start < 2) return keepUnknown(into, typeAttribute, r.bytes.slice(start, end))
    const type = r.getU16(start)
    const { encap } = into
    const data = encap !== undefined && encap.type === 0 ? encap.data : undefined
    into.encap = data === undefined ? { type, data: NOTHING } : readEncap(type, new Reader(data), 0, data.length)
  },
})

const encap = (typeAttribute: number): NestCodec<never, RouteEncap> & ChosenBySibling => ({
  wire: 'nest',
  expects: 'an object with type',
  headerSize: 0,
  table: undefined,
  choose(r, start, end) {
    for (let at = start; at + 4 <= end;) {
      const length = r.getU16(at)
      if (length < 4 || at + length > end) return undefined
      if ((r.getU16(at + 2) & 0x3fff) === typeAttribute && length >= 6) return byNumber.get(r.getU16(at + 4))?.data
      at += (length + 3) & ~3
    }
    return undefined
  },
  write(w, value) {
    throw w.invalid('nothing', value)
  },
  read: () => undefined,
  readInto(r, start, end, into: Encapsulated) {
    const type = into.encap?.type
    into.encap =
      typeof type === 'number' ? readEncap(type, r, start, end) : { type: 0, data: r.bytes.slice(start, end) }
  },
})

/**
 * The attributes of an encapsulation, in a table of routes or nexthops: both are read into `encap`, and `writeEncap`
 * writes them.
 */
export const encapAttributes = (typeAttribute: number, dataAttribute: number) => ({
  encapType: readOnly(typeAttribute, encapType(typeAttribute)),
  encap: attribute(dataAttribute, encap(typeAttribute)),
})
