import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

import { linkKinds } from '../src/schema/link-kinds/index.js'
import { KERNELS, KIND_KERNELS } from './support/kind-kernels.js'

const readme = readFileSync('README.md', 'utf8')

it('the README says of each kind of link which kernels make it, as the record has it', () => {
  const table = new Map(
    [...readme.matchAll(/^\| *(6\.18 and 6\.1|6\.1|6\.18|none here) *\| *(.*?) *\|$/gm)].map(([, kernels, kinds]) => [
      kernels!,
      kinds!.split(', '),
    ]),
  )
  const expected = new Map<string, string[]>()
  for (const kind of Object.keys(linkKinds).sort() as (keyof typeof linkKinds)[]) {
    const kernels = KERNELS.filter((kernel) => KIND_KERNELS[kind].includes(kernel)).join(' and ') || 'none here'
    expected.set(kernels, [...(expected.get(kernels) ?? []), kind])
  }
  expect(table).toEqual(expected)
})

it('the changelog says how many kinds there are', () => {
  const changelog = readFileSync('CHANGELOG.md', 'utf8')
  expect(changelog).toContain(`links (${Object.keys(linkKinds).length} kinds`)
})
