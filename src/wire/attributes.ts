/**
 * Tables of attributes: for each its name, number, codec and direction. From a table follow the encoder, the decoder,
 * the TypeScript types of both and the names in errors.
 */
import type { Codec } from './codec.js'
import { unknownOption } from './invalid.js'
import { MalformedMessage, type Reader } from './reader.js'
import type { Writer } from './writer.js'

/** `rw`: given and read; `r`: the kernel's to say; `w`: a request's only. */
export type Access = 'rw' | 'r' | 'w'

export interface Attribute<In, Out, A extends Access = Access, Many extends boolean = boolean> {
  readonly type: number
  readonly codec: Codec<In, Out>
  readonly access: A
  /** The attribute may be repeated; its values are an array. */
  readonly many: Many
  /** Another attribute that holds the value instead where `takes` says so: IFLA_VXLAN_GROUP6 for IFLA_VXLAN_GROUP. */
  readonly alternative?: { readonly type: number; takes(value: unknown): boolean }
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a table holds attributes of any types
export type AttributeMap = Record<string, Attribute<any, any>>

/** An attribute that is given and read. */
export const attribute = <In, Out>(type: number, codec: Codec<In, Out>): Attribute<In, Out, 'rw', false> => ({
  type,
  codec,
  access: 'rw',
  many: false,
})
/** An attribute that the kernel sends and never takes. */
export const readOnly = <In, Out>(type: number, codec: Codec<In, Out>): Attribute<In, Out, 'r', false> => ({
  type,
  codec,
  access: 'r',
  many: false,
})
/** An attribute that is only part of requests. */
export const writeOnly = <In, Out>(type: number, codec: Codec<In, Out>): Attribute<In, Out, 'w', false> => ({
  type,
  codec,
  access: 'w',
  many: false,
})
/** An attribute that may stand many times: an array. */
export const repeated = <In, Out>(type: number, codec: Codec<In, Out>): Attribute<In, Out, 'rw', true> => ({
  type,
  codec,
  access: 'rw',
  many: true,
})

/** The same under one name, held by the attribute `type` or, where `takes` says so, by `otherType`. */
export const either = <A extends Attribute<never, unknown>>(
  attribute: A,
  otherType: number,
  takes: (value: unknown) => boolean,
): A => ({ ...attribute, alternative: { type: otherType, takes } })

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- inferred from any attribute
type ValueIn<A> = A extends Attribute<infer In, any, any, infer Many> ? (Many extends true ? readonly In[] : In) : never
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- inferred from any attribute
type ValueOut<A> = A extends Attribute<any, infer Out, any, infer Many> ? (Many extends true ? Out[] : Out) : never

/** What may be given of a table. What is absent or undefined is not sent. */
export type Given<T extends AttributeMap> = {
  [K in keyof T as T[K]['access'] extends 'r' ? never : K]?: ValueIn<T[K]> | undefined
}

/** What is read of a table. What the kernel did not send is absent. */
export type Read<T extends AttributeMap> = {
  [K in keyof T as T[K]['access'] extends 'w' ? never : K]?: ValueOut<T[K]>
} & WithUnknown

/** An attribute without a name here, from a newer kernel perhaps: kept as it came. */
export interface UnknownAttribute {
  type: number
  data: Uint8Array
}
export interface WithUnknown {
  /** Attributes that this version has no name for. Absent where there are none. */
  unknownAttributes?: UnknownAttribute[]
}

/** Set in `nla_type` of an attribute that contains attributes; the kernel wants it of some. */
export const NLA_F_NESTED = 0x8000
/** The bits of `nla_type` that are the attribute's number. */
export const TYPE_MASK = 0x3fff

interface Entry extends Attribute<unknown, unknown> {
  readonly name: string
  /** The attribute's contents stand in the object itself, not in a property of it. */
  readonly readInto: ((r: Reader, start: number, end: number, into: object) => void) | undefined
}

export class AttributeTable<T extends AttributeMap = AttributeMap> {
  readonly map: T
  readonly names: readonly string[]
  readonly #byName = new Map<string, Entry>()
  readonly #byType: (Entry | undefined)[] = []

  /** The number of what some machines need between attributes, to align those of 64 bits: there and empty. */
  readonly #pad: number | undefined

  constructor(map: T, pad?: number) {
    this.map = map
    this.#pad = pad
    this.names = Object.keys(map)
    for (const [name, attribute] of Object.entries(map)) {
      const { codec } = attribute as Attribute<unknown, unknown>
      const readInto = isNest(codec) ? codec.readInto?.bind(codec) : undefined
      const entry: Entry = { ...(attribute as Attribute<unknown, unknown>), name, readInto }
      this.#byName.set(name, entry)
      // Of two names for one number the first is the one that is read.
      this.#byType[entry.type] ??= entry
      if (entry.alternative !== undefined) this.#byType[entry.alternative.type] ??= entry
    }
  }

  /** Whether the table has an attribute of this name that may be given. */
  takes(name: string): boolean {
    const entry = this.#byName.get(name)
    return entry !== undefined && entry.access !== 'r'
  }

  /** The attribute with this number, if it has a name. */
  byType(type: number): (Attribute<unknown, unknown> & { readonly name: string }) | undefined {
    return this.#byType[type & TYPE_MASK]
  }

  /** Writes every attribute of the object, in the object's order; refuses names that the table does not have. */
  write(w: Writer, object: Given<T>): void {
    for (const name in object) this.writeOne(w, name, (object as Record<string, unknown>)[name], this.names)
  }

  /** Writes one attribute by name. `known` is what an error suggests from, where the caller knows more names. */
  writeOne(w: Writer, name: string, value: unknown, known: readonly string[]): void {
    if (value === undefined) return
    const { depth } = w
    w.trail[depth] = name
    w.depth = depth + 1
    const entry = this.#byName.get(name)
    if (entry === undefined) throw unknownOption(w.path, known)
    if (entry.access === 'r') throw w.invalid('nothing: it can only be read', value)
    if (entry.many) {
      if (!Array.isArray(value)) throw w.invalid('an array', value)
      for (let i = 0; i < value.length; i++) {
        w.trail[depth + 1] = i
        w.depth = depth + 2
        writeValue(w, entry, value[i])
      }
    } else {
      writeValue(w, entry, value)
    }
    w.depth = depth
  }

  /** Reads the attributes of a range into an object. */
  read<O extends object = Read<T>>(r: Reader, start: number, end: number, into: O = {} as O): O {
    const { u16 } = r
    let at = start
    while (at + 4 <= end) {
      const length = u16[at >> 1]!
      if (length < 4 || at + length > end) throw new MalformedMessage(`an attribute of ${length} bytes in ${end - at}`)
      this.readOne(r, u16[(at >> 1) + 1]!, at + 4, at + length, into)
      at += (length + 3) & ~3
    }
    return into
  }

  /** Reads one attribute into an object. `start` is where its payload begins, which must be within the buffer. */
  readOne(r: Reader, type: number, start: number, end: number, into: object): void {
    const out = into as Record<string, unknown>
    const entry = this.#byType[type & TYPE_MASK]
    if (entry?.readInto !== undefined) return entry.readInto(r, start, end, out)
    const value = entry === undefined || entry.access === 'w' ? undefined : entry.codec.read(r, start, end)
    if (value === undefined) {
      if ((type & TYPE_MASK) === this.#pad && start === end) return
      keepUnknown(out, type & TYPE_MASK, r.bytes.slice(start, end))
    } else if (entry!.many) {
      const values = out[entry!.name] as unknown[] | undefined
      if (values === undefined) out[entry!.name] = [value]
      else values.push(value)
    } else {
      out[entry!.name] = value
    }
  }
}

function writeValue(w: Writer, entry: Entry, value: unknown): void {
  const { codec, alternative } = entry
  if (codec.wire === 'flag') {
    codec.write(w, value)
    if (value === true) w.close(w.open(entry.type))
    return
  }
  const type = alternative?.takes(value) ? alternative.type : entry.type
  const token = w.open(isNest(codec) ? type | NLA_F_NESTED : type)
  codec.write(w, value)
  w.close(token)
}

export function keepUnknown(out: WithUnknown, type: number, data: Uint8Array): void {
  ;(out.unknownAttributes ??= []).push({ type, data })
}

/** A table of attributes. `pad` is the number of the family's padding, where it has one. */
export const attributes = <const T extends AttributeMap>(map: T, pad?: number): AttributeTable<T> =>
  new AttributeTable(map, pad)

/** A codec whose payload is attributes. The table may be made on first use, where tables contain each other. */
export interface NestCodec<In, Out> extends Codec<In, Out> {
  /** The table of what is inside; undefined where it depends on what stands beside it. */
  readonly table: AttributeTable | undefined
  /** Bytes before the first attribute: a header of the family's. */
  readonly headerSize: number
  /** What is at an offset inside, where what is inside is not just attributes. Its path may begin with '[0]'. */
  placeAt?(r: Reader, start: number, end: number, offset: number): Place | undefined
  /** Reads what is inside into the object around it, instead of into an object of its own. */
  readInto?(r: Reader, start: number, end: number, into: object): void
}

export function isNest(codec: Codec<never, unknown> | Codec<unknown>): codec is NestCodec<unknown, unknown> {
  return 'table' in codec
}

export function nested<T extends AttributeMap>(
  table: AttributeTable<T> | (() => AttributeTable<T>),
): NestCodec<Given<T>, Read<T>> {
  const get = typeof table === 'function' ? table : () => table
  return {
    wire: 'nest',
    expects: 'an object',
    headerSize: 0,
    get table() {
      return get() as unknown as AttributeTable
    },
    write(w, value) {
      if (!isPlainObject(value)) throw w.invalid('an object', value)
      get().write(w, value)
    },
    read: (r, start, end) => get().read(r, start, end),
  }
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
}

/** Where the attribute `type` begins among those from `start` to `end`; undefined: it is not there. */
export function find(r: Reader, start: number, end: number, type: number): number | undefined {
  for (let at = start; at + 4 <= end;) {
    const length = r.getU16(at)
    if (length < 4 || at + length > end) return undefined
    if ((r.getU16(at + 2) & TYPE_MASK) === type) return at
    at += (length + 3) & ~3
  }
  return undefined
}

/** What is at a byte of a message. */
export interface Place {
  /** The names of the attributes on the way to it: 'linkinfo.data.id', 'multipath[1].encap.dst'. */
  readonly path: string
  /** Where it is a nest and not in one of its attributes: what can be in it. */
  readonly inside: AttributeTable | undefined
}

/**
 * What is at a byte of a message: the extended ack's offset turned back into a path. `start` is where the attributes
 * begin. Undefined where the offset is in no attribute.
 */
export function placeAt(
  table: AttributeTable | undefined,
  r: Reader,
  start: number,
  end: number,
  offset: number,
): Place | undefined {
  for (let at = start; at + 4 <= end;) {
    const length = r.getU16(at)
    if (length < 4 || at + length > end) return undefined
    if (offset >= at && offset < at + length) {
      const type = r.getU16(at + 2) & TYPE_MASK
      const entry = table?.byType(type)
      if (entry === undefined) return { path: `attribute ${type}`, inside: undefined }
      const name = entry.many ? `${entry.name}[${countOf(r, start, at, type)}]` : entry.name
      return placeWithin(name, entry.codec, r, at, at + length, offset, () =>
        (entry.codec as Partial<ChosenBySibling>).choose?.(r, start, end),
      )
    }
    at += (length + 3) & ~3
  }
  return undefined
}

/** What is at an offset of the attribute from `at` to `end`, which is called `name` and has this codec. */
export function placeWithin(
  name: string,
  codec: Codec<never, unknown> | Codec<unknown>,
  r: Reader,
  at: number,
  end: number,
  offset: number,
  chosen?: () => AttributeTable | undefined,
): Place {
  if (!isNest(codec)) return { path: name, inside: undefined }
  const inside = codec.table ?? chosen?.()
  const start = at + 4 + codec.headerSize
  if (offset < at + 4) return { path: name, inside }
  const inner = codec.placeAt ? codec.placeAt(r, start, end, offset) : placeAt(inside, r, start, end, offset)
  if (inner === undefined) return { path: name, inside }
  return { path: name + (inner.path.startsWith('[') ? '' : '.') + inner.path, inside: inner.inside }
}

/** How many attributes of the number `type` there are in a range whose attributes are whole. */
export function countOf(r: Reader, start: number, end: number, type: number): number {
  let count = 0
  for (let at = start; at < end; at += (r.getU16(at) + 3) & ~3) {
    if ((r.getU16(at + 2) & TYPE_MASK) === type) count++
  }
  return count
}

/** The path of `placeAt` alone. */
export const pathAt = (...where: Parameters<typeof placeAt>): string | undefined => placeAt(...where)?.path

/** A nest whose table is chosen by what stands beside it, as IFLA_INFO_DATA's is by IFLA_INFO_KIND. */
export interface ChosenBySibling {
  choose(r: Reader, start: number, end: number): AttributeTable | undefined
}
