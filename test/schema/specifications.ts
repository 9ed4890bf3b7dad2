/** The kernel's own descriptions of its families (YNL), where they have been put beside the project. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'

import { parse } from 'yaml'

import { ATTRIBUTES } from './vocabulary.js'

export const SPECIFICATIONS = '../shared/ynl'

export interface Specified {
  first: string
  set: string
  /** 'rt-link/link-attrs' */
  path: string
  attributes: { member: string; number: number; payload: Payload }[]
}
export interface Payload {
  type: string
  byteOrder?: string
  struct?: string
  hint?: string
}

/** The specifications of the families that are ours. */
export const FAMILIES = ['rt-addr', 'rt-link', 'rt-neigh', 'rt-route', 'rt-rule'] as const

export interface SpecifiedValues {
  /** 'rt-link/netkit-mode' */
  path: string
  /** Flags are given by their bits. */
  values: [name: string, number: number][]
}

/** The names of all sets of attributes of those families, and the enums and flags with their numbers. */
export function specifiedNames(): { sets: string[]; values: SpecifiedValues[] } {
  const sets: string[] = []
  const values: SpecifiedValues[] = []
  if (!existsSync(SPECIFICATIONS)) return { sets, values }
  for (const family of FAMILIES) {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- YAML
    const document: any = parse(readFileSync(`${SPECIFICATIONS}/${family}.yaml`, 'utf8'))
    for (const { name } of document['attribute-sets']) sets.push(`${family}/${name}`)
    for (const { name, type, entries, 'value-start': first = 0 } of document.definitions) {
      if (type === 'struct') continue
      let next = first - 1
      const numbered = entries.map((entry: string | { name: string; value?: number }): [string, number] => {
        const { name, value } = typeof entry === 'string' ? { name: entry, value: undefined } : entry
        next = value ?? next + 1
        return [name, type === 'flags' ? (1 << next) >>> 0 : next]
      })
      values.push({ path: `${family}/${name}`, values: numbered })
    }
  }
  return { sets, values }
}

/** The sets of attributes that the specifications have for our tables. `prefixOf`: of the members of an enum. */
export function specifications(prefixOf: (first: string) => string | undefined): Specified[] {
  if (!existsSync(SPECIFICATIONS)) return []
  const documents = new Map<string, any>() // eslint-disable-line @typescript-eslint/no-explicit-any -- YAML
  for (const file of readdirSync(SPECIFICATIONS).filter((name) => name.endsWith('.yaml'))) {
    documents.set(file.replace('.yaml', ''), parse(readFileSync(`${SPECIFICATIONS}/${file}`, 'utf8')))
  }
  return Object.entries(ATTRIBUTES).flatMap(([first, { spec }]) =>
    [spec ?? []].flat().map((path) => {
      const [file, set] = path.split('/') as [string, string]
      const sets = documents.get(file)['attribute-sets']
      const own = sets.find(({ name }: { name: string }) => name === set)
      const whole = own['subset-of'] ? sets.find(({ name }: { name: string }) => name === own['subset-of']) : own
      const prefix = prefixOf(first) ?? first.replace(/UNSPEC$/, '')
      let number = 0
      // eslint-disable-next-line @typescript-eslint/no-explicit-any -- YAML
      const attributes = whole.attributes.map((attribute: any) => {
        number = attribute.value ?? number + 1
        const narrowed = own.attributes.find(({ name }: { name: string }) => name === attribute.name)
        const { name, type, 'byte-order': byteOrder, struct, 'display-hint': hint } = { ...attribute, ...narrowed }
        const member = prefix + name.replaceAll('-', '_').toUpperCase()
        return { member, number, payload: { type, byteOrder, struct, hint }, inSubset: narrowed !== undefined }
      })
      return { first, set, path, attributes: attributes.filter(({ inSubset }: { inSubset: boolean }) => inSubset) }
    }),
  )
}
