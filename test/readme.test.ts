import { existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import { gunzipSync } from 'node:zlib'

import { expect, it } from 'vitest'

import { linkKinds } from '../src/schema/link-kinds/index.js'
import { BYTES_ONLY } from './support/bytes-only.js'
import { KERNELS, kernelOf, KIND_KERNELS } from './support/kind-kernels.js'

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

it('the README says what else is tested as bytes alone, as the record has it', () => {
  const [, list] = /is tested as bytes alone:\n\n((?:- .*\n)+)/.exec(readme)!
  expect(list!.trim().split('\n')).toEqual(BYTES_ONLY.map(({ feature }) => `- ${feature}`))
})

const CONFIG = '/proc/config.gz'
const configured = existsSync(CONFIG) && kernelOf(release()) !== undefined
it.skipIf(!configured)(`this kernel has none of it (${configured ? CONFIG : 'its configuration is not told'})`, () => {
  const config = gunzipSync(readFileSync(CONFIG)).toString()
  const set = BYTES_ONLY.flatMap(({ config: options }) => options).filter((option) =>
    new RegExp(`^CONFIG_${option}=`, 'm').test(config),
  )
  expect(set).toEqual([])
})

it('the README names each part of an Rtnetlink, once', () => {
  const source = readFileSync('src/route/rtnetlink.ts', 'utf8')
  const parts = [...source.matchAll(/^ {2}readonly (\w+): /gm)]
    .map(([, name]) => name!)
    .filter((name) => name !== 'socket')
  const rows = [...readme.matchAll(/^\| (.*?) +\|/gm)].map(([, cell]) => cell!)
  expect(parts.length).toBeGreaterThan(15)
  const times = (name: string): number => rows.filter((cell) => cell.includes(`\`rt.${name}\``)).length
  expect(parts.filter((name) => times(name) !== 1)).toEqual([])
})

it('the changelog says how many kinds there are', () => {
  const changelog = readFileSync('CHANGELOG.md', 'utf8')
  expect(changelog).toContain(`links (${Object.keys(linkKinds).length} kinds`)
})
