import { isIP, isIPv4, isIPv6 } from 'node:net'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  linkAddress,
  ip,
  ipv4,
  ipv6,
  formatAddress,
  formatPrefix,
  parseAddress,
  parsePrefix,
} from '../../src/wire/inet.js'
import type { Codec } from '../../src/wire/codec.js'
import { Reader } from '../../src/wire/reader.js'
import { Writer } from '../../src/wire/writer.js'

/** The payload that a codec writes. */
function written<In>(codec: Codec<In, unknown>, value: In): Uint8Array {
  const w = new Writer()
  w.begin(16, 0, 0)
  const token = w.open(1)
  codec.write(w, value)
  w.close(token)
  const { bytes, start, end } = w.finish()
  const length = bytes[start + 16]! | (bytes[start + 17]! << 8)
  expect(end - start).toBe(16 + ((length + 3) & ~3))
  return bytes.slice(start + 20, start + 16 + length)
}
const read = <Out>(codec: Codec<never, Out>, bytes: Uint8Array): Out | undefined =>
  codec.read(new Reader(bytes), 0, bytes.length)

/** The canonical form of an IPv6 address by another hand. The URL standard never writes the last 32 bits in decimal. */
const canonical = (text: string) => new URL(`http://[${text}]/`).hostname.slice(1, -1)
const isMapped = (bytes: Uint8Array) =>
  bytes.subarray(0, 10).every((b) => b === 0) && bytes[10] === 0xff && bytes[11] === 0xff

const v4Bytes = fc.uint8Array({ minLength: 4, maxLength: 4 })
/** Runs of zeros, of all lengths and places, are what the canonical form is about. */
const v6Bytes = fc
  .array(fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 })
  .map((groups) => Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff])))

/** Text that is an address, or nearly. */
const nearly = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.stringMatching(/^[0-9a-fA-F:.]{0,40}$/),
  fc.string(),
  fc
    .tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(40), fc.constantFrom('', ':', '.', '0', '::', 'g', '%1', ' ', '/8'))
    .map(([text, at, other]) => text.slice(0, at) + other + text.slice(at + 1)),
)

describe('an IPv4 or IPv6 address', () => {
  it('is taken for one exactly where node takes it for one', () => {
    fc.assert(
      fc.property(nearly, (text) => {
        // A zone belongs to a link, not to an address on the wire.
        const expected = text.includes('%') ? 0 : isIP(text)
        expect(parseAddress(text)?.length, text).toBe({ 0: undefined, 4: 4, 6: 16 }[expected])
      }),
      { numRuns: 5000 },
    )
  })

  it('of four bytes is read and written as dotted decimal', () => {
    fc.assert(
      fc.property(v4Bytes, (bytes) => {
        const text = formatAddress(bytes)
        expect(text).toBe([...bytes].join('.'))
        expect(isIPv4(text)).toBe(true)
        expect(parseAddress(text)).toEqual(bytes)
      }),
    )
  })

  it('of sixteen bytes is read in the canonical form of RFC 5952', () => {
    fc.assert(
      fc.property(v6Bytes, (bytes) => {
        const text = formatAddress(bytes)
        expect(isIPv6(text)).toBe(true)
        if (!isMapped(bytes)) expect(text).toBe(canonical(text))
        expect(parseAddress(text)).toEqual(bytes)
      }),
      { numRuns: 3000 },
    )
  })

  it('is the same however it was spelt', () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.boolean(), (text, upper) => {
        const bytes = parseAddress(upper ? text.toUpperCase() : text)
        expect(bytes).toBeDefined()
        if (!isMapped(bytes!)) expect(formatAddress(bytes!)).toBe(canonical(text))
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['::', '::'],
    ['::1', '::1'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1::', '1::'],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.1'],
    ['::ffff:0a00:0001', '::ffff:10.0.0.1'],
    ['::10.0.0.1', '::a00:1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('%s is %s', (given, canonical) => {
    expect(formatAddress(parseAddress(given)!)).toBe(canonical)
  })

  it.each([
    '01.2.3.4',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '1..2.3',
    '',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '12345::',
    '::1%lo',
  ])('%j is none', (text) => {
    expect(parseAddress(text)).toBeUndefined()
    expect(() => written(ip(), text)).toThrow(RangeError)
  })

  it('goes through its codec unchanged, as text or as bytes', () => {
    fc.assert(
      fc.property(fc.oneof(v4Bytes, v6Bytes), (bytes) => {
        const text = formatAddress(bytes)
        expect(written(ip(), text)).toEqual(bytes)
        expect(written(ip(), bytes)).toEqual(bytes)
        expect(read(ip(), bytes)).toBe(text)
      }),
    )
  })

  it('is refused by the codec of the other family, and as another type', () => {
    expect(() => written(ipv4(), '::1')).toThrow(/expected an IPv4 address, got "::1"/)
    expect(() => written(ipv6(), '10.0.0.1')).toThrow(/expected an IPv6 address/)
    expect(() => written(ipv4(), new Uint8Array(16))).toThrow(/got 16 bytes/)
    for (const value of [undefined, null, 4, {}, [10, 0, 0, 1], new Uint8Array(5)]) {
      expect(() => written(ip(), value as never)).toThrow(TypeError)
    }
  })

  it('is not read from another number of bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        if (bytes.length !== 4 && bytes.length !== 16) expect(read(ip(), bytes)).toBeUndefined()
      }),
    )
  })
})

describe('a prefix', () => {
  const w = new Writer()

  it('is taken apart, and an address alone is the whole of it', () => {
    expect(parsePrefix(w, '10.0.0.0/8')).toMatchObject({ address: '10.0.0.0', length: 8 })
    expect(parsePrefix(w, '10.0.0.1')).toMatchObject({ address: '10.0.0.1', length: 32 })
    expect(parsePrefix(w, '2001:db8::/32')).toMatchObject({ address: '2001:db8::', length: 32 })
    expect(parsePrefix(w, '::')).toMatchObject({ address: '::', length: 128 })
    expect(parsePrefix(w, '0.0.0.0/0')).toMatchObject({ length: 0 })
  })

  it.each([
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.0/ 8',
    '10.0.0.0/0x8',
    '10.0.0.0/1e1',
  ])('%j is none', (text) => {
    expect(() => parsePrefix(w, text)).toThrow(RangeError)
  })

  it('is read as its address and its length', () => {
    fc.assert(
      fc.property(fc.oneof(v4Bytes, v6Bytes), fc.nat(128), (bytes, bits) => {
        const length = Math.min(bits, bytes.length * 8)
        expect(formatPrefix(bytes, 0, bytes.length, length)).toBe(`${formatAddress(bytes)}/${length}`)
      }),
    )
  })
})

describe('a link-layer address', () => {
  it('of any length goes through its codec unchanged, and is read in lower case', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 32 }), fc.boolean(), (bytes, upper) => {
        const text = Buffer.from(bytes)
          .toString('hex')
          .replace(/..(?=.)/g, '$&:')
        expect(read(linkAddress(), bytes)).toBe(text)
        expect(written(linkAddress(), upper ? text.toUpperCase() : text)).toEqual(bytes)
        expect(written(linkAddress(), bytes)).toEqual(bytes)
      }),
    )
  })

  it('has the number of bytes that the codec wants', () => {
    const mac = linkAddress(6)
    expect(written(mac, '02:42:0A:0d:13:02')).toEqual(Uint8Array.of(2, 0x42, 0x0a, 0x0d, 0x13, 2))
    for (const value of [
      '02:42:0a:0d:13',
      '02:42:0a:0d:13:02:01',
      '02-42-0a-0d-13-02',
      '02420a0d1302',
      '2:42:a:d:13:2',
      '',
    ]) {
      expect(() => written(mac, value)).toThrow(RangeError)
    }
    for (const value of [undefined, null, 1, new Uint8Array(5)]) {
      expect(() => written(mac, value as never)).toThrow(/expected a link-layer address of 6 bytes/)
    }
    expect(() => written(linkAddress(), new Uint8Array(33))).toThrow(TypeError)
  })
})
