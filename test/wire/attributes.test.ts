import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { addressLabelAttributes, readAddressLabel } from '../../src/schema/address-label.js'
import { addressAttributes, readAddress } from '../../src/schema/address.js'
import { linkAttributes, readLink } from '../../src/schema/link.js'
import { fdbAttributes, neighborAttributes, readFdb, readNeighbor } from '../../src/schema/neighbor.js'
import { neighborTableAttributes, readNeighborTable } from '../../src/schema/neighbor-table.js'
import { netconfAttributes, readNetconf } from '../../src/schema/netconf.js'
import { readGroupAddress } from '../../src/schema/group-address.js'
import { readMulticastReport } from '../../src/schema/multicast-report.js'
import { multicastRouteAttributes, readMulticastRoute } from '../../src/schema/multicast-route.js'
import { readMulticastTable } from '../../src/schema/multicast-table.js'
import { readNdUserOptions, readPrefix } from '../../src/schema/router-advertisement.js'
import { readRoute, routeAttributes } from '../../src/schema/route.js'
import { readRule, ruleAttributes } from '../../src/schema/rule.js'
import { readStatistics, statisticsAttributes } from '../../src/schema/statistics.js'
import type { AttributeTable } from '../../src/wire/attributes.js'
import { attribute, attributes, either, nested, pathAt, readOnly, repeated } from '../../src/wire/attributes.js'
import { flag, text, u16, u32, u8 } from '../../src/wire/codec.js'
import { HEADER_SIZE, type Message, Messages, readExtendedAck } from '../../src/wire/message.js'
import { MalformedMessage, Reader } from '../../src/wire/reader.js'
import { Writer } from '../../src/wire/writer.js'

const inner = attributes({ id: attribute(1, u32()), names: repeated(2, text(15)) })
const table = attributes({
  mtu: attribute(1, u32()),
  up: attribute(2, flag()),
  name: attribute(3, text(15)),
  data: attribute(4, nested(inner)),
  carrier: readOnly(5, u8()),
  port: either(attribute(6, u16()), 7, (value) => (value as number) > 1000),
  ids: repeated(8, u16()),
})

/** The attributes of an object, as they stand in a message. */
function written(object: object): Uint8Array {
  const w = new Writer()
  w.begin(16, 0, 0)
  table.write(w, object)
  const { bytes, start, end } = w.finish()
  return bytes.slice(start + HEADER_SIZE, end)
}
const read = (bytes: Uint8Array) => table.read(new Reader(bytes), 0, bytes.length)

describe('a table of attributes', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            mtu: fc.integer({ min: 0, max: 0xffffffff }),
            up: fc.constant(true),
            name: fc.stringMatching(/^[a-z0-9]{0,15}$/),
            data: fc.record(
              {
                id: fc.integer({ min: 0, max: 0xffffffff }),
                names: fc.array(fc.stringMatching(/^[a-z]{1,15}$/), { minLength: 1, maxLength: 5 }),
              },
              { requiredKeys: [] },
            ),
            port: fc.integer({ min: 0, max: 0xffff }),
            ids: fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 5 }),
          },
          { requiredKeys: [] },
        ),
        (object) => {
          expect(read(written(object))).toEqual(object)
        },
      ),
    )
  })

  it('does not send what is undefined, nor a flag that is false', () => {
    expect(written({ mtu: undefined, up: false })).toHaveLength(0)
    expect(written({ mtu: 0 })).toHaveLength(8)
  })

  it('keeps what it has no name for, and what is too short, as it came', () => {
    const unknown = Uint8Array.of(6, 0, 99, 0, 1, 2, 0, 0, 6, 0, 1, 0, 7, 7, 0, 0)
    expect(read(unknown)).toEqual({
      unknownAttributes: [
        { type: 99, data: Uint8Array.of(1, 2) },
        { type: 1, data: Uint8Array.of(7, 7) },
      ],
    })
  })

  it('looks past the bits that say "nested" and "network byte order"', () => {
    expect(read(Uint8Array.of(8, 0, 1, 0xc0, 5, 0, 0, 0))).toEqual({ mtu: 5 })
  })

  it('names the way to what it refuses', () => {
    const cases: [object, string][] = [
      [{ mtu: -1 }, 'mtu: expected an integer from 0 to 4294967295, got -1'],
      [{ mtuu: 1 }, 'mtuu: unknown option, did you mean mtu?'],
      [{ carrier: 1 }, 'carrier: expected nothing: it can only be read, got 1'],
      [{ data: 5 }, 'data: expected an object, got 5'],
      [{ data: [] }, 'data: expected an object, got an array of 0'],
      [{ data: { id: 'x' } }, 'data.id: expected an integer from 0 to 4294967295, got "x"'],
      [{ data: { names: ['a', ''.padEnd(16, 'b')] } }, 'data.names[1]: expected a string of 0 to 15 bytes'],
      [{ data: { names: 'a' } }, 'data.names: expected an array, got "a"'],
      [{ data: { idd: 1 } }, 'data.idd: unknown option, did you mean id?'],
      [{ constructor: 1 }, 'constructor: unknown option'],
    ]
    for (const [object, message] of cases) expect(() => written(object)).toThrow(message)
  })

  it('finds the attribute that a byte belongs to', () => {
    const bytes = written({ mtu: 1, data: { id: 2, names: ['abc', 'def'] } })
    const r = new Reader(bytes)
    const at = (offset: number) => pathAt(table, r, 0, bytes.length, offset)
    expect([0, 4, 8, 11, 12, 16, 20, 24, 28].map(at)).toEqual([
      'mtu',
      'mtu',
      'data',
      'data',
      'data.id',
      'data.id',
      'data.names[0]',
      'data.names[0]',
      'data.names[1]',
    ])
    expect(at(bytes.length)).toBeUndefined()
  })
})

describe('a writer', () => {
  it('moves a message that outgrows its slab, and leaves those before it where they are', () => {
    const w = new Writer()
    const messages = Array.from({ length: 40 }, (_, i) => {
      w.begin(16, 0, 0)
      table.write(w, { data: { names: Array.from({ length: 300 }, (_, j) => `${i}-${j}`) }, mtu: i })
      return w.finish()
    })
    for (const [i, { bytes, start, end }] of messages.entries()) {
      const message = bytes.slice(start, end)
      expect(new Reader(message).getU32(0)).toBe(message.length)
      const object = read(message.slice(HEADER_SIZE))
      expect(object.mtu).toBe(i)
      expect(object.data!.names).toHaveLength(300)
      expect(object.data!.names![299]).toBe(`${i}-299`)
    }
  })

  it('refuses an attribute that its length can not tell', () => {
    const w = new Writer()
    w.begin(16, 0, 0)
    const names = Array.from({ length: 5000 }, () => 'abcdefghijkl')
    expect(() => table.write(w, { data: { names } })).toThrow(/expected at most 65531 bytes/)
  })

  it('writes the same after any refusal', () => {
    const w = new Writer()
    const make = (object: object) => {
      w.begin(16, 1, 16)
      table.write(w, object)
      const { bytes, start, end } = w.finish()
      return bytes.slice(start, end)
    }
    const right = make({ name: 'eth0', mtu: 9 })
    fc.assert(
      fc.property(fc.string({ minLength: 16 }), fc.nat(5), (name, mtu) => {
        expect(() => make({ mtu, data: { names: ['a'] }, name })).toThrow()
        expect(make({ name: 'eth0', mtu: 9 })).toEqual(right)
      }),
    )
  })
})

/** Random bytes, and bytes that are nearly attributes: lengths and types are small. */
const noise = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .array(fc.tuple(fc.nat(40), fc.oneof(fc.nat(60), fc.nat(0xffff)), fc.uint8Array({ maxLength: 36 }), fc.boolean()), {
      maxLength: 12,
    })
    .map((list) =>
      Uint8Array.from(
        list.flatMap(([claimed, type, payload, honest]) => {
          const length = honest ? payload.length + 4 : claimed
          const padding = (4 - (payload.length & 3)) & 3
          return [length & 255, length >> 8, type & 255, type >> 8, ...payload, ...new Uint8Array(padding)]
        }),
      ),
    ),
)

/** A copy that ends where its buffer ends, and one with more behind it: reading beyond the end would tell. */
function twice<T>(bytes: Uint8Array, work: (bytes: Uint8Array) => T): T | 'malformed' {
  const attempt = (bytes: Uint8Array) => {
    try {
      return work(bytes)
    } catch (error) {
      if (error instanceof MalformedMessage) return 'malformed' as const
      throw error
    }
  }
  const exact = attempt(bytes.slice())
  for (const filler of [0, 0xff]) {
    const padded = new Uint8Array(bytes.length + 64).fill(filler)
    padded.set(bytes)
    expect(attempt(padded)).toEqual(exact)
  }
  return exact
}

describe('bytes that are no attributes', () => {
  it.each([
    ['links', linkAttributes],
    ['addresses', addressAttributes],
    ['address labels', addressLabelAttributes],
    ['settings', netconfAttributes],
    ['neighbour tables', neighborTableAttributes],
    ['statistics', statisticsAttributes],
    ['multicast routes', multicastRouteAttributes],
    ['routes', routeAttributes],
    ['rules', ruleAttributes],
    ['neighbours', neighborAttributes],
    ['FDB entries', fdbAttributes],
  ])('are read by the table of %s without looking beyond their end', (_, table) => {
    fc.assert(
      fc.property(noise, (bytes) => {
        const size = bytes.length
        twice(bytes, (bytes) => (table as unknown as AttributeTable).read(new Reader(bytes), 0, size))
      }),
      { numRuns: 1500 },
    )
  })

  it.each([
    ['link', readLink, 16],
    ['address', readAddress, 8],
    ['address label', readAddressLabel, 12],
    ['settings', readNetconf, 4],
    ['neighbour table', readNeighborTable, 4],
    ['statistics', readStatistics, 12],
    ['route', readRoute, 12],
    ['multicast route', readMulticastRoute, 12],
    ['multicast table', readMulticastTable, 16],
    ['multicast report', readMulticastReport, 4],
    ['group address', readGroupAddress, 8],
    ['advertised prefix', readPrefix, 12],
    ['option of neighbour discovery', readNdUserOptions, 16],
    ['rule', readRule, 12],
    ['neighbour', readNeighbor, 12],
    ['FDB entry', readFdb, 12],
  ] as const)('behind the header of a %s are read without looking beyond their end', (_, readOne, headerSize) => {
    fc.assert(
      fc.property(noise, fc.constantFrom(2, 7, 10, 128, 129), fc.nat(16), (noise, family, cut) => {
        const whole = new Uint8Array(HEADER_SIZE + headerSize + noise.length)
        whole[HEADER_SIZE] = family
        whole.set(noise, HEADER_SIZE + headerSize)
        const size = whole.length - Math.min(cut, noise.length + headerSize)
        const message: Message = { type: 16, flags: 0, sequence: 0, start: 0, body: HEADER_SIZE, end: size }
        twice(whole.subarray(0, size), (bytes) => readOne(new Reader(bytes), message) as unknown)
      }),
      { numRuns: 1500 },
    )
  })

  it('are told from messages, and never read forever', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        let count = 0
        try {
          const message = new Messages(new Reader(bytes))
          while (message.next()) {
            expect(message.end).toBeLessThanOrEqual(bytes.length)
            expect(++count).toBeLessThanOrEqual(bytes.length / HEADER_SIZE)
          }
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage)
        }
      }),
    )
  })

  it('are an extended ack as far as they go', () => {
    fc.assert(
      fc.property(noise, fc.nat(0x3ff), (noise, flags) => {
        const bytes = new Uint8Array(HEADER_SIZE + 4 + HEADER_SIZE + noise.length)
        bytes.set(noise, HEADER_SIZE + 4 + HEADER_SIZE)
        const end = bytes.length
        const message: Message = { type: 2, flags, sequence: 0, start: 0, body: HEADER_SIZE, end }
        twice(bytes, (bytes) => readExtendedAck(new Reader(bytes), message))
      }),
      { numRuns: 1500 },
    )
  })
})
