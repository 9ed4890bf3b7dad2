/**
 * The attribute numbers of the schema under the names of the kernel's constants, for the compiler to compare:
 * native/abi_numbers.inc. Run (`npm run abi`), it brings that file up to date.
 *
 * Names come from the headers that are installed and, of what is newer, from the kernel's specifications where they are
 * at hand, from the file itself, or follow from ours.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import type { AttributeTable } from '../../src/wire/attributes.js'
import { EXCUSED } from './excused.js'
import { enumsOf, headersMissing, isFiller } from './headers.js'
import { specifications } from './specifications.js'
import { ATTRIBUTES, HEADERS } from './vocabulary.js'

export const FILE = fileURLToPath(new URL('../../native/abi_numbers.inc', import.meta.url))

/** The constants of each enum: name by number. */
type Numbers = Map<string, Map<number, string>>

function parse(text: string): Numbers {
  const numbers: Numbers = new Map()
  let names = new Map<number, string>()
  for (const [, first, name, number] of text.matchAll(/^(?:\/\/ (\w+)|NUMBER\((\w+), (\d+)\))$/gm)) {
    if (first === undefined) names.set(Number(number), name!)
    else numbers.set(first, (names = new Map()))
  }
  return numbers
}

const inCapitals = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()

/** Our names of a table's numbers; of an attribute that has two the second is of IPv6, where nothing else is known. */
const namesOf = (table: AttributeTable): [number, string][] =>
  Object.entries(table.map).flatMap(([name, { type, alternative }]): [number, string][] => [
    [type, name],
    ...(alternative ? [[alternative.type, `${name}6`] as [number, string]] : []),
  ])

/** What the file has to be, given what it is. */
export function numbersFile(present: string): string {
  const old = parse(present)
  const enums = new Map(
    headersMissing === undefined
      ? HEADERS.flatMap((header) => enumsOf(header)).map((found) => [found.first, found])
      : [],
  )
  const specified = specifications((first) => enums.get(first)?.prefix)
  const sections = Object.entries(ATTRIBUTES).map(([first, { tables }]) => {
    const prefix = enums.get(first)?.prefix ?? first.replace(/UNSPEC$/, '')
    const known = new Map(old.get(first))
    for (const set of specified.filter((set) => set.first === first)) {
      for (const { member, number, payload } of set.attributes) if (payload.type !== 'pad') known.set(number, member)
    }
    for (const [member, number] of enums.get(first)?.members ?? []) {
      if (!isFiller(member) && !(member in EXCUSED)) known.set(number, member)
    }
    const ours = new Map(tables.flatMap(namesOf))
    const lines = [...ours]
      .sort(([a], [b]) => a - b)
      .map(([number, name]) => `NUMBER(${known.get(number) ?? prefix + inCapitals(name)}, ${number})\n`)
    return `// ${first}\n${lines.join('')}`
  })
  return `// Written by \`npm run abi\` from src/schema; what it is for says abi_numbers.cc.\n${sections.join('')}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(FILE, numbersFile(existsSync(FILE) ? readFileSync(FILE, 'utf8') : ''))
}
