/** Random values that a table takes, made from what its codecs say they expect. */
import fc from 'fast-check'

import { type AttributeTable, isNest } from '../../src/wire/attributes.js'
import type { Codec } from '../../src/wire/codec.js'

const hex = (byte: number): string => byte.toString(16).padStart(2, '0')
const linkAddress = (size: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: size, maxLength: size }).map((bytes) => [...bytes].map(hex).join(':'))
const ipv4 = fc.tuple(fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.nat(255), fc.nat(255)).map((b) => b.join('.'))
const ipv6 = fc.nat(0xfffe).map((last) => `2001:db8::${(last + 1).toString(16)}`)
const between = (min: number, max: number): fc.Arbitrary<number> =>
  fc.bigInt({ min: BigInt(min), max: BigInt(max) }).map(Number)
const textOf = (least: number, most: number): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^[a-z0-9.-]{${least},${Math.min(most, 60)}}$`))

/** Sentences of `expects`, and what they allow that reads back as it was given. */
const SENTENCES: [RegExp, (found: RegExpExecArray) => fc.Arbitrary<unknown>][] = [
  [/^an integer from (-?\d+) to (\d+)$/, ([, min, max]) => between(Number(min), Number(max))],
  [/^true or false$/, () => fc.boolean()],
  [/^an IPv4 address$/, () => ipv4],
  [/^an IPv6 address$/, () => ipv6],
  [/^an IPv4 or IPv6 address$/, () => fc.oneof(ipv4, ipv6)],
  [/^a link-layer address(?: of (\d+))?/, ([, size]) => linkAddress(Number(size ?? 6))],
  [/^a link: /, () => between(1, 0x7fffffff)],
  [/^a link name /, () => fc.stringMatching(/^[a-z][a-z0-9]{0,14}$/)],
  [/^a string of (\d+) to (\d+) bytes/, ([, least, most]) => textOf(Number(least), Number(most))],
  [/^a Uint8Array of (\d+)(?: to (\d+))? bytes$/, ([, least, most]) =>
    fc.uint8Array({ minLength: Number(least), maxLength: Math.min(Number(most ?? least), 40) })],
  [/^a bigint of 64 bits$/, () => fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })],
  [/^sixteen hexadecimal digits/, () => fc.stringMatching(/^[0-9a-f]{16}$/)],
  [/^an array of 1 to (\d+) labels, each from 0 to (\d+)$/, ([, count, most]) =>
    fc.array(fc.nat(Number(most)), { minLength: 1, maxLength: Number(count) })],
  [/^a locator of four groups/, () => fc.array(fc.nat(0xffff), { minLength: 4, maxLength: 4 }).map((groups) => groups.map((group) => group.toString(16)).join(':'))],
  [/^an object with from and to, each from (\d+) to (\d+)$/, ([, min, max]) =>
    fc.record({ from: between(Number(min), Number(max)), to: between(Math.max(1, Number(min)), Number(max)) })],
] // prettier-ignore

/** Values of a codec; undefined where none are known that read back as they were given. */
export function valuesOf(codec: Codec<never, unknown>): fc.Arbitrary<unknown> | undefined {
  const { expects, wire } = codec
  const { names } = codec as { names?: Record<string, number> }
  if (wire === 'flag') return fc.constant(true)
  if (names !== undefined) {
    const all = Object.keys(names)
    if (expects.startsWith('one of ')) return fc.constantFrom(...all)
    // In the order of the bits, as they are read. Bits that overlap are no flags of their own.
    if (expects.startsWith('an array of ')) return fc.subarray(all.filter((name) => isSingleBit(names[name]!)))
    return fc.record(Object.fromEntries(all.map((name) => [name, fc.boolean()])))
  }
  if (isNest(codec)) {
    if (codec.headerSize !== 0 || codec.table === undefined) return undefined
    const list = /^an array of (?:at most (\d+), each )?/.exec(expects)
    if (list === null) return expects === 'an object' ? objectsOf(codec.table) : undefined
    const item = codec.table.map.item === undefined ? undefined : valuesOf(codec.table.map.item.codec as Codec<never>)
    return item && fc.array(item, { maxLength: 3 })
  }
  const fields = /^struct \w+$/.test(wire) ? /^an object with ([\w, ]+)$/.exec(expects)?.[1]?.split(', ') : undefined
  if (fields?.[0] === 'vf' && fields.length === 2) return undefined
  if (fields !== undefined) return fc.record(Object.fromEntries(fields.map((field) => [field, fc.nat(0x7f)])))
  for (const [sentence, make] of SENTENCES) {
    const found = sentence.exec(expects)
    if (found) return make(found)
  }
  return undefined
}

const isSingleBit = (bit: number): boolean => bit !== 0 && (bit & (bit - 1)) >>> 0 === 0

/** The attributes of a table that are given and read under the same name, with their values. */
export function attributesWithValues(table: AttributeTable): Record<string, fc.Arbitrary<unknown> | undefined> {
  const both = table.names.filter((name) => {
    const { access, type } = table.map[name]!
    return access === 'rw' && table.byType(type)?.name === name
  })
  return Object.fromEntries(
    both.map((name) => {
      const { codec, many } = table.map[name]!
      const value = valuesOf(codec as Codec<never, unknown>)
      return [name, many && value ? fc.array(value, { minLength: 1, maxLength: 3 }) : value]
    }),
  )
}

/** Objects of a table, with any of those attributes. */
export function objectsOf(table: AttributeTable): fc.Arbitrary<Record<string, unknown>> {
  const known = Object.entries(attributesWithValues(table)).filter((entry) => entry[1] !== undefined)
  return fc.record(Object.fromEntries(known) as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: [] })
}
