import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  be16,
  be32,
  bits,
  bool32,
  bool8,
  bytes,
  type Codec,
  flag,
  oneOf,
  s32,
  text,
  u16,
  u32,
  u64,
  u8,
  uint,
} from '../../src/wire/codec.js'
import { Reader } from '../../src/wire/reader.js'
import { struct } from '../../src/wire/struct.js'
import { Writer } from '../../src/wire/writer.js'

/** The payload that a codec writes. */
function written<In>(codec: Codec<In, unknown>, value: In): Uint8Array {
  const w = new Writer()
  w.begin(16, 0, 0)
  const token = w.open(1)
  codec.write(w, value)
  w.close(token)
  const { bytes, start } = w.finish()
  return bytes.slice(start + 20, start + 16 + (bytes[start + 16]! | (bytes[start + 17]! << 8)))
}
const read = <Out>(codec: Codec<never, Out>, bytes: Uint8Array): Out | undefined =>
  codec.read(new Reader(bytes), 0, bytes.length)

const integers: [string, Codec<number>, number, number, (view: DataView) => number][] = [
  ['u8', u8(), 0, 0xff, (v) => v.getUint8(0)],
  ['u16', u16(), 0, 0xffff, (v) => v.getUint16(0, true)],
  ['u32', u32(), 0, 0xffffffff, (v) => v.getUint32(0, true)],
  ['s32', s32(), -0x80000000, 0x7fffffff, (v) => v.getInt32(0, true)],
  ['be16', be16(), 0, 0xffff, (v) => v.getUint16(0, false)],
  ['be32', be32(), 0, 0xffffffff, (v) => v.getUint32(0, false)],
  ['u64', u64(), 0, Number.MAX_SAFE_INTEGER, (v) => Number(v.getBigUint64(0, true))],
]

describe.each(integers)('%s', (_, codec, min, max, view) => {
  it('is written as the machine or the network has it, and read back', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max)), (value) => {
        const payload = written(codec, value)
        expect(view(new DataView(payload.buffer))).toBe(value)
        expect(read(codec, payload)).toBe(value)
      }),
    )
  })

  it('refuses what is out of range as a RangeError, and what is no integer as a TypeError', () => {
    for (const value of [min - 1, max + 1]) expect(() => written(codec, value)).toThrow(RangeError)
    for (const value of [1.5, NaN, Infinity, '1', null, undefined, 1n, true]) {
      expect(() => written(codec, value as number)).toThrow(TypeError)
    }
  })

  it('reads the beginning of a longer payload, and nothing of a shorter one', () => {
    const payload = written(codec, 1)
    expect(read(codec, Uint8Array.of(...payload, 9, 9, 9, 9))).toBe(1)
    expect(read(codec, payload.subarray(1))).toBeUndefined()
    expect(read(codec, new Uint8Array())).toBeUndefined()
  })
})

describe('other codecs', () => {
  it('bounds that are given are kept', () => {
    expect(() => written(u16({ min: 1, max: 4094 }), 4095)).toThrow('expected an integer from 1 to 4094, got 4095')
    expect(() => written(u16({ min: 1, max: 4094 }), 0)).toThrow(RangeError)
  })

  it('an integer of either size is read and written in four or eight bytes', () => {
    expect(written(uint(), 0xffffffff)).toHaveLength(4)
    expect(written(uint(), 0x100000000)).toHaveLength(8)
    for (const value of [0, 0xffffffff, 0x100000000, Number.MAX_SAFE_INTEGER]) {
      expect(read(uint(), written(uint(), value))).toBe(value)
    }
    expect(() => written(uint(), -1)).toThrow(RangeError)
  })

  it('truth is a byte or a word, and a flag is nothing at all', () => {
    for (const codec of [bool8(), bool32()]) {
      for (const value of [true, false]) expect(read(codec, written(codec, value))).toBe(value)
      expect(() => written(codec, 1 as never)).toThrow('expected true or false, got 1')
      expect(read(codec, new Uint8Array())).toBeUndefined()
    }
    expect(read(bool32(), Uint8Array.of(0, 0, 0, 1))).toBe(true)
    expect(read(flag(), new Uint8Array())).toBe(true)
    expect(read(flag(), Uint8Array.of(0))).toBe(false)
    expect(() => written(flag(), 'yes' as never)).toThrow(TypeError)
  })

  it('text of any script is ended by NUL, counted in bytes, and read up to the NUL', () => {
    const codec = text(40)
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (value) => {
        const size = Buffer.byteLength(value)
        if (size > 40 || value.includes('\0')) {
          expect(() => written(codec, value)).toThrow(RangeError)
        } else {
          const payload = written(codec, value)
          expect(payload).toEqual(new Uint8Array(Buffer.from(`${value}\0`)))
          expect(read(codec, payload)).toBe(value)
          expect(read(codec, payload.subarray(0, -1))).toBe(value)
        }
      }),
    )
    expect(() => written(text(10, 1), '')).toThrow(/expected a string of 1 to 10 bytes/)
    expect(() => written(codec, 5 as never)).toThrow(TypeError)
    expect(read(codec, Uint8Array.of(97, 0, 98))).toBe('a')
    const long = 'é'.repeat(100)
    expect(read(text(400), written(text(400), long))).toBe(long)
  })

  it('bytes are copied', () => {
    const codec = bytes(4, 2)
    const source = Uint8Array.of(1, 2, 3, 4)
    const out = read(codec, source)!
    source[0] = 9
    expect(out).toEqual(Uint8Array.of(1, 2, 3, 4))
    expect(read(codec, Uint8Array.of(1))).toBeUndefined()
    expect(() => written(codec, new Uint8Array(5))).toThrow(RangeError)
    expect(() => written(codec, [1, 2] as never)).toThrow(TypeError)
  })

  it('names stand for numbers, and numbers without a name for themselves', () => {
    const codec = oneOf(u8(), { unicast: 1, local: 2, self: 2 })
    expect(written(codec, 'self')).toEqual(Uint8Array.of(2))
    expect(read(codec, Uint8Array.of(2))).toBe('local')
    expect(read(codec, Uint8Array.of(9))).toBe(9)
    expect(written(codec, 9)).toEqual(Uint8Array.of(9))
    expect(() => written(codec, 'toString' as never)).toThrow(/expected one of unicast, local, self, or an integer/)
    expect(() => written(codec, 256)).toThrow(RangeError)
    expect(() => written(codec, null as never)).toThrow(TypeError)
  })

  it('sets of bits are arrays of names, with the value of a bit that has none', () => {
    const codec = bits(u32(), { a: 1, b: 2, top: 0x80000000 })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (value) => {
        const payload = written(u32(), value)
        expect(written(codec, read(codec, payload)!)).toEqual(payload)
      }),
    )
    expect(read(codec, Uint8Array.of(5, 0, 0, 0x80))).toEqual(['a', 'top', 4])
    expect(() => written(codec, ['c'] as never)).toThrow(/expected an array of a, b, top, got "c"/)
    expect(() => written(codec, 'a' as never)).toThrow(TypeError)
  })

  it('structs are read as far as they go, and written whole', () => {
    const codec = struct('test', { a: 'u32', b: 'be16', c: 'u16', d: 'u64', e: 's32' }, 24)
    const value = { a: 1, b: 2, c: 3, d: 2 ** 40, e: -5 }
    const payload = written(codec, value)
    expect(payload).toHaveLength(24)
    expect(read(codec, payload)).toEqual(value)
    expect(read(codec, Uint8Array.of(...payload, 1, 2, 3, 4))).toEqual(value)
    expect(read(codec, payload.subarray(0, 9))).toEqual({ a: 1, b: 2, c: 3 })
    expect(() => written(codec, { ...value, b: 65536 })).toThrow(RangeError)
    expect(() => written(codec, { ...value, f: 1 } as never)).toThrow(TypeError)
    expect(() => written(codec, { a: 1 } as never)).toThrow(TypeError)
  })
})
