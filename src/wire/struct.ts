/** Payloads that are C structs: fields of fixed size, one after another. */
import { littleEndian, readU64, type Codec } from './codec.js'
import type { Reader } from './reader.js'
import type { Writer } from './writer.js'

const SIZE = { u8: 1, u16: 2, be16: 2, u32: 4, s32: 4, be32: 4, u64: 8 } as const
const MOST = { u8: 0xff, u16: 0xffff, be16: 0xffff, u32: 0xffffffff, s32: 0x7fffffff, be32: 0xffffffff } as const

/** Types of fields. All but u64 stand at a multiple of their size. */
export type FieldType = keyof typeof SIZE
export type StructValue<Fields extends Record<string, FieldType>> = { [K in keyof Fields]: number }

interface Field {
  readonly name: string
  readonly type: FieldType
  readonly at: number
  readonly end: number
}

function layOut(fields: Record<string, FieldType>): Field[] {
  let at = 0
  return Object.entries(fields).map(([name, type]) => ({ name, type, at, end: (at += SIZE[type]) }))
}

/** How many fields a payload of `size` bytes holds. */
function fieldsWithin(layout: readonly Field[], size: number): number {
  let count = layout.length
  while (count > 0 && layout[count - 1]!.end > size) count--
  return count
}

/**
 * An object with the first `count` fields, to be copied. V8 gives an object that grows by computed names beyond some
 * twelve properties the slow form of a dictionary; a parsed one and its copies keep the fast form.
 */
function template(layout: readonly Field[], count: number): Record<string, number> {
  const fields = layout.slice(0, count).map(({ name }) => [name, 0] as const)
  return JSON.parse(JSON.stringify(Object.fromEntries(fields))) as Record<string, number>
}

function getField(r: Reader, type: FieldType, at: number): number {
  switch (type) {
    case 'u8':
      return r.bytes[at]!
    case 'u16':
      return r.getU16(at)
    case 'be16':
      return r.getBE16(at)
    case 'u32':
      return r.getU32(at)
    case 's32':
      return r.getS32(at)
    case 'be32':
      return r.getBE32(at)
    case 'u64':
      return readU64(r, at)
  }
}

function putField(w: Writer, type: FieldType, value: number): void {
  switch (type) {
    case 'u8':
      return w.putU8(value)
    case 'u16':
      return w.putU16(value)
    case 'be16':
      return w.putBE16(value)
    case 'u32':
    case 's32':
      return w.putU32(value >>> 0)
    case 'be32':
      return w.putBE32(value)
    case 'u64': {
      const low = value % 0x1_0000_0000
      const high = (value - low) / 0x1_0000_0000
      w.putU32(littleEndian ? low : high)
      w.putU32(littleEndian ? high : low)
    }
  }
}

/**
 * A struct as an object of numbers. When written every field must be given. When read, a shorter struct of an older
 * kernel lacks its last fields, and what a newer kernel added behind them is passed over. `size` is that of the struct
 * where the compiler pads it at the end.
 */
export function struct<const Fields extends Record<string, FieldType>>(
  name: string,
  fields: Fields,
  size = 0,
): Codec<StructValue<Fields>, Partial<StructValue<Fields>>> {
  const layout = layOut(fields)
  const expects = `an object with ${Object.keys(fields).join(', ')}`
  const templates: Record<string, number>[] = []
  return {
    wire: `struct ${name}`,
    expects,
    write(w, value) {
      if (typeof value !== 'object' || value === null) throw w.invalid(expects, value)
      const { depth } = w
      for (const key in value) {
        if (Object.hasOwn(fields, key)) continue
        w.trail[depth] = key
        w.depth = depth + 1
        throw w.invalid(`nothing (${expects})`, value[key])
      }
      for (const { name, type } of layout) {
        const number: number = value[name]!
        const most = type === 'u64' ? Number.MAX_SAFE_INTEGER : MOST[type]
        const least = type === 's32' ? -0x80000000 : 0
        if (!Number.isInteger(number) || number < least || number > most) {
          w.trail[depth] = name
          w.depth = depth + 1
          throw w.invalid(`an integer from ${least} to ${most}`, number, typeof number === 'number' ? 'range' : 'type')
        }
        putField(w, type, number)
      }
      const padding = size - layout.at(-1)!.end
      if (padding > 0) w.position += padding
    },
    read(r, start, end) {
      const present = fieldsWithin(layout, end - start)
      const out = { ...(templates[present] ??= template(layout, present)) }
      for (let i = 0; i < present; i++) {
        const { name, type, at } = layout[i]!
        out[name] = getField(r, type, start + at)
      }
      return out as Partial<StructValue<Fields>>
    },
  }
}
