/** The kernel's own descriptions of its families (YNL), where they have been put beside the project. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'

import { parse } from 'yaml'

import { ATTRIBUTES } from './vocabulary.js'

export const SPECIFICATIONS = '../shared/ynl'

export interface Specified {
  first: string
  set: string
  attributes: { member: string; number: number; payload: Payload }[]
}
export interface Payload {
  type: string
  byteOrder?: string
  struct?: string
  hint?: string
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
      return { first, set, attributes: attributes.filter(({ inSubset }: { inSubset: boolean }) => inSubset) }
    }),
  )
}
