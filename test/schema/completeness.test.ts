import { describe, expect, it } from 'vitest'

import type { AttributeMap } from '../../src/wire/attributes.js'
import { Reader } from '../../src/wire/reader.js'
import {
  EXCUSED,
  FOREIGN_ENUMS,
  MOST_EXCUSED,
  NEWER,
  OTHER_DEFINITIONS,
  OTHER_ENUMS,
  OTHER_SETS,
  PARTLY,
  RENAMED,
  RETYPED,
  SPECIFIED_RENAMED,
} from './excused.js'
import {
  enumsOf,
  headerExists,
  type HeaderEnum,
  headersMissing,
  headersOlderThan,
  isFiller,
  structOf,
} from './headers.js'
import { type Payload, SPECIFICATIONS, type Specified, specifications, specifiedNames } from './specifications.js'
import { ARRAYS, ATTRIBUTES, HEADERS, SPECIFIED_VALUES, VALUES } from './vocabulary.js'

const enums = new Map<string, HeaderEnum>()
if (headersMissing === undefined) {
  for (const header of HEADERS) for (const found of enumsOf(header)) enums.set(found.first, found)
}

const bare = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')
const isNamed = (ours: string, member: string, prefix: string): boolean =>
  [RENAMED[member] ?? member.slice(prefix.length)].flat().some((name) => bare(name) === bare(ours))

/** Those of the members that are attributes. */
const attributesOf = ({ members }: HeaderEnum): [string, number][] => [...members].filter(([name]) => !isFiller(name))

/** What is wrong with an attribute, if anything is. */
function complaint(member: string, number: number, prefix: string, first: string): string | undefined {
  const found = ATTRIBUTES[first]!.tables.flatMap((table) => table.byType(number) ?? [])
  const excuse = EXCUSED[member]
  if (found.length === 0) return excuse === undefined ? `${member} (${number}) is missing` : undefined
  if (excuse !== undefined) return `${member} (${number}) is there, and needs no excuse`
  const wrong = found.find(({ name }) => !isNamed(name, member, prefix))
  return wrong && `${member} (${number}) is called ${wrong.name}`
}

describe.skipIf(headersMissing !== undefined)(`the headers${headersMissing ? ` (${headersMissing})` : ''}`, () => {
  it('have no enum that is neither held by a table nor excused', () => {
    expect(enums.size).toBeGreaterThan(80)
    const known = [ATTRIBUTES, VALUES, ARRAYS, FOREIGN_ENUMS, OTHER_ENUMS]
    const accounts = [...enums.keys()].map((first) => [first, known.filter((some) => first in some).length])
    expect(accounts.filter(([, count]) => count !== 1)).toEqual([])
  })

  it.each(Object.keys(ATTRIBUTES).filter((first) => enums.has(first)))(
    'have no attribute that is missing or has another number: %s',
    (first) => {
      const found = enums.get(first)!
      const attributes = attributesOf(found)
      expect(attributes.length).toBeGreaterThan(0)
      expect(attributes.flatMap(([member, number]) => complaint(member, number, found.prefix, first) ?? [])).toEqual([])
    },
  )

  it.each(Object.keys(VALUES).filter((first) => enums.has(first)))(
    'have no value that is missing or has another number: %s',
    (first) => {
      const { members, prefix } = enums.get(first)!
      const ours = VALUES[first]!
      const wrong = [...members].filter(([member, number]) => {
        const named = Object.entries(ours).filter(([name]) => name === member || isNamed(name, member, prefix))
        if (named.length === 0) return !(first in PARTLY) && !(member in EXCUSED)
        return member in EXCUSED || named.some(([, value]) => value !== number)
      })
      expect(wrong).toEqual([])
      expect(Object.keys(ours).length).toBeGreaterThan(0)
    },
  )

  it.each(Object.keys(ARRAYS))('have the members of an array in our order: %s', (first) => {
    const { members, prefix } = enums.get(first)!
    const count = Math.max(...members.values()) + 1
    const reader = new Reader(new Uint8Array(Int32Array.from({ length: count }, (_, index) => index).buffer))
    const read = ARRAYS[first]!.codec().read(reader, 0, 4 * count) as Record<string, number>
    const wrong = [...members].filter(
      ([member, number]) =>
        !Object.entries(read).some(([name, value]) => value === number && isNamed(name, member, prefix)),
    )
    expect(wrong).toEqual([])
  })

  it('have structs with the fields of ours at the same places', () => {
    const compared: string[] = []
    const wrong: unknown[] = []
    for (const { tables } of Object.values(ATTRIBUTES)) {
      for (const [name, { codec }] of tables.flatMap((table) => Object.entries(table.map as AttributeMap))) {
        const structName = /^struct (\w+)$/.exec(codec.wire)?.[1]
        const found =
          structName && HEADERS.map((header) => structOf(header, structName)).find((struct) => struct !== undefined)
        if (!found || compared.includes(structName)) continue
        const bytes = Uint8Array.from({ length: (found.size + 3) & ~3 }, (_, index) => (index * 7 + 3) % 120)
        const view = new DataView(bytes.buffer)
        const theirs = found.fields.map(({ at, size, signed, bigEndian }) => {
          if (size === 8) return Number(view.getBigUint64(at, !bigEndian))
          if (size === 4) return signed ? view.getInt32(at, !bigEndian) : view.getUint32(at, !bigEndian)
          return size === 2 ? view.getUint16(at, !bigEndian) : view.getUint8(at)
        })
        const ours = codec.read(new Reader(bytes), 0, found.size) as Record<string, unknown>
        const numbers = Object.values(ours).filter((value) => typeof value === 'number')
        if (numbers.length !== Object.keys(ours).length) continue
        compared.push(structName)
        // A field of ours may be read as another, and what newer kernels have behind them is not in these headers.
        if (numbers.slice(0, theirs.length).join() !== theirs.slice(0, numbers.length).join()) {
          wrong.push([structName, name, theirs, numbers])
        }
      }
    }
    expect(wrong).toEqual([])
    expect(compared.length).toBeGreaterThan(10)
  })

  it(`leave at most ${100 * MOST_EXCUSED} % of the attributes to excuses`, () => {
    let all = 0
    let excused = 0
    for (const [first, found] of enums) {
      if (!(first in ATTRIBUTES)) continue
      const attributes = attributesOf(found)
      all += attributes.length
      excused += attributes.filter(([name]) => name in EXCUSED).length
    }
    console.info(`${excused} of ${all} attributes excused: ${((100 * excused) / all).toFixed(1)} %`)
    expect(excused / all).toBeLessThanOrEqual(MOST_EXCUSED)
  })

  it.skipIf(headersOlderThan(6, 1))('have every attribute, value and enum that an excuse is made for', () => {
    const members = new Set([...enums.values()].flatMap((found) => [...found.members.keys()]))
    const excuses = [EXCUSED, RENAMED, FOREIGN_ENUMS, OTHER_ENUMS].flatMap((excused) => Object.keys(excused))
    const isNewer = (name: string): boolean => headersOlderThan(7, 2) && NEWER.includes(name)
    expect(excuses.filter((name) => !members.has(name) && !isNewer(name))).toEqual([])
    expect(NEWER.filter((name) => !excuses.includes(name))).toEqual([])
  })

  it.skipIf(headersOlderThan(6, 1))('are there, but for what a newer kernel has lost', () => {
    const lost = headersOlderThan(7, 0) ? [] : ['caif/if_caif.h']
    expect(HEADERS.filter((header) => !headerExists(header))).toEqual(lost)
  })
})

const specified = specifications((first) => enums.get(first)?.prefix)

/** Whether a codec's payload is what the specification says. */
function fits(wire: string, { type, byteOrder, struct, hint }: Payload): boolean {
  const isAddress = ['ip', 'ipv4', 'ipv6', 'mac', 'lladdr'].includes(wire)
  switch (type) {
    case 'nest':
    case 'indexed-array':
    case 'sub-message':
      return /\bnest$|\[\]$/.test(wire)
    case 'binary':
      if (struct !== undefined) return wire === `struct ${struct.replaceAll('-', '_')}`
      if (hint === 'mac') return wire === 'mac' || wire === 'lladdr'
      if (hint !== undefined) return wire.startsWith('ip')
      return wire === 'binary' || wire.startsWith('struct ') || isAddress
    case 'u16':
    case 'u32':
      if (hint?.startsWith('ipv4')) return wire === 'ipv4' || wire === 'ip'
      return wire === (byteOrder === 'big-endian' ? type.replace('u', 'be') : type)
    default:
      return wire === type
  }
}

interface Misfit {
  member: string
  /** Ours; undefined where the attribute is missing. */
  wires: string[]
  text: string
}

/** The attributes of a set that are missing or have another payload in our tables. */
function misfits({ first, attributes }: Specified): Misfit[] {
  return attributes.flatMap(({ member, number, payload }) => {
    if (['pad', 'unused'].includes(payload.type) || isFiller(member)) return []
    const wires = ATTRIBUTES[first]!.tables.flatMap((table) => table.byType(number)?.codec.wire ?? [])
    if (wires.some((wire) => fits(wire, payload))) return []
    const ours = wires.length === 0 ? 'missing' : wires.join(', ')
    return { member, wires, text: `${member} (${number}) is ${ours}, specified as ${JSON.stringify(payload)}` }
  })
}

const noSpecifications = specified.length === 0
describe.skipIf(noSpecifications)(`the specifications${noSpecifications ? ` (no ${SPECIFICATIONS})` : ''}`, () => {
  it.each(specified)('agree about numbers and payloads: $set', (set) => {
    expect(set.attributes.length).toBeGreaterThan(0)
    const wrong = misfits(set).filter(({ member, wires }) =>
      wires.length === 0 ? !(member in EXCUSED) : !wires.includes(RETYPED[member]?.wire ?? ''),
    )
    expect(wrong.map(({ text }) => text)).toEqual([])
  })

  const { sets, values } = specifiedNames()

  it('have no set of attributes that is neither compared nor excused', () => {
    const compared = specified.map(({ path }) => path)
    expect(sets.length).toBeGreaterThan(40)
    expect(sets.filter((path) => Number(compared.includes(path)) + Number(path in OTHER_SETS) !== 1)).toEqual([])
    expect(Object.keys(OTHER_SETS).filter((path) => !sets.includes(path))).toEqual([])
  })

  it('have no enum or flags that are neither compared nor excused', () => {
    const paths = values.map(({ path }) => path)
    const known = [SPECIFIED_VALUES, OTHER_DEFINITIONS]
    expect(paths.filter((path) => known.filter((some) => path in some).length !== 1)).toEqual([])
    expect(known.flatMap((some) => Object.keys(some)).filter((path) => !paths.includes(path))).toEqual([])
  })

  it.each(values.filter(({ path }) => path in SPECIFIED_VALUES))('agree about values: $path', ({ path, values }) => {
    const ours = Object.entries(SPECIFIED_VALUES[path]!)
    const wrong = values.filter(([name, number]) => {
      const excuse = SPECIFIED_RENAMED[`${path}/${name}`]
      if (excuse === undefined) return !ours.some(([our, value]) => bare(our) === bare(name) && value === number)
      return excuse !== null && !ours.some(([our, value]) => our === excuse && value === number)
    })
    expect(wrong).toEqual([])
    expect(values.length).toBeGreaterThan(0)
  })

  it('need every excuse that is made', () => {
    const needed = new Set(specified.flatMap(misfits).map(({ member }) => member))
    expect(Object.keys(RETYPED).filter((member) => !needed.has(member))).toEqual([])
  })
})
