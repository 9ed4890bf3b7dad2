/** Nests that hold one sort of value many times, as arrays. */
import {
  attributes,
  type AttributeTable,
  countOf,
  isNest,
  type NestCodec,
  NLA_F_NESTED,
  placeWithin,
  repeated,
  TYPE_MASK,
} from './attributes.js'
import type { Codec } from './codec.js'
import { MalformedMessage } from './reader.js'

/**
 * An array as a nest with an attribute for each element: all of them of the one number `type`, or of the numbers from 0
 * up (`'index'`), of which gaps are read over. `max` counts elements.
 */
export function listOf<In, Out>(
  type: number | 'index',
  codec: Codec<In, Out>,
  max = Infinity,
): NestCodec<readonly In[], Out[]> {
  const expects = `an array of ${max === Infinity ? '' : `at most ${max}, each `}${codec.expects}`
  const table =
    type === 'index' ? undefined : (attributes({ item: repeated(type, codec) }) as unknown as AttributeTable)
  // The kernel wants nests marked as such, in a nest as well.
  const mark = isNest(codec) ? NLA_F_NESTED : 0
  return {
    wire: 'nest',
    expects,
    headerSize: 0,
    table,
    write(w, value) {
      if (!Array.isArray(value)) throw w.invalid(expects, value)
      if (value.length > max) throw w.invalid(expects, value, 'range')
      const { depth } = w
      for (let i = 0; i < value.length; i++) {
        w.trail[depth] = i
        w.depth = depth + 1
        const token = w.open((type === 'index' ? i : type) | mark)
        codec.write(w, value[i] as In)
        w.close(token)
      }
      w.depth = depth
    },
    read(r, start, end) {
      const values: Out[] = []
      for (let at = start; at + 4 <= end;) {
        const length = r.getU16(at)
        if (length < 4 || at + length > end) {
          throw new MalformedMessage(`an attribute of ${length} bytes in ${end - at}`)
        }
        if (type === 'index' || (r.getU16(at + 2) & 0x3fff) === type) {
          const value = codec.read(r, at + 4, at + length)
          if (value !== undefined) values.push(value)
        }
        at += (length + 3) & ~3
      }
      return values
    },
    placeAt(r, start, end, offset) {
      for (let at = start; at + 4 <= end;) {
        const length = r.getU16(at)
        if (length < 4 || at + length > end) return undefined
        if (offset >= at && offset < at + length) {
          const number = r.getU16(at + 2) & TYPE_MASK
          if (type !== 'index' && number !== type) return { path: `attribute ${number}`, inside: undefined }
          const index = type === 'index' ? number : countOf(r, start, at, type)
          return placeWithin(`[${index}]`, codec, r, at, at + length, offset)
        }
        at += (length + 3) & ~3
      }
      return undefined
    },
  }
}
