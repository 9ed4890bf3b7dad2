import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { AttributeTable } from '../../src/wire/attributes.js'
import { HEADER_SIZE } from '../../src/wire/message.js'
import { Reader } from '../../src/wire/reader.js'
import { Writer } from '../../src/wire/writer.js'
import { attributesWithValues, objectsOf } from '../support/arbitrary.js'
import { ATTRIBUTES } from './vocabulary.js'

/** Every table of the schema, by the enum that it holds. */
const TABLES = Object.entries(ATTRIBUTES).flatMap(([first, { tables }]) =>
  tables.map((table, index): [string, AttributeTable] => [tables.length > 1 ? `${first} ${index}` : first, table]),
)

/** Of attributes that can be given and read, the share of which random values are made. The rest is tested by hand. */
const LEAST_SHARE = 0.9

function written(table: AttributeTable, object: object): Uint8Array {
  const w = new Writer()
  w.begin(16, 0, 0)
  table.write(w, object)
  const { bytes, start, end } = w.finish()
  return bytes.slice(start + HEADER_SIZE, end)
}
const read = (table: AttributeTable, bytes: Uint8Array): object => table.read(new Reader(bytes), 0, bytes.length)

describe('random objects read back as they were written:', () => {
  it.each(TABLES)('%s', (_, table) => {
    fc.assert(
      fc.property(objectsOf(table), (object) => {
        expect(read(table, written(table, object))).toEqual(object)
      }),
    )
  })

  it('of nearly all attributes', () => {
    const all = TABLES.flatMap(([first, table]) =>
      Object.entries(attributesWithValues(table)).map(([name, value]) => ({ name: `${first}.${name}`, value })),
    )
    const without = all.filter(({ value }) => value === undefined).map(({ name }) => name)
    console.info(`${all.length - without.length} of ${all.length}; without: ${without.join(', ')}`)
    expect(1 - without.length / all.length).toBeGreaterThanOrEqual(LEAST_SHARE)
  })
})

it('random bytes are read, or refused as malformed, by every table', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...TABLES),
      fc.array(fc.tuple(fc.nat(80), fc.uint8Array({ maxLength: 40 })), { minLength: 1, maxLength: 6 }),
      fc.nat(4),
      ([, table], attributes, cut) => {
        const parts = attributes.flatMap(([type, data]) => {
          const header = Buffer.alloc(4)
          header.writeUInt16LE(4 + data.length)
          header.writeUInt16LE(type, 2)
          return [header, Buffer.from(data), Buffer.alloc(-data.length & 3)]
        })
        const bytes = new Uint8Array(Buffer.concat(parts))
        try {
          read(table, bytes.subarray(0, bytes.length - cut))
        } catch (error) {
          expect((error as Error).name).toBe('MalformedMessage')
        }
      },
    ),
    { numRuns: 3000 },
  )
})
