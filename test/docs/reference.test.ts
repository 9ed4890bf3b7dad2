import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { FOLDER, reference } from '../../docs/generate.js'
import { linkKinds } from '../../src/schema/link-kinds/index.js'

/** What a table of options says, cell by cell. */
const rowsOf = (page: string): string[][] =>
  page
    .split('\n')
    .filter((line) => /^\| `/.test(line))
    .map((line) => line.slice(2, -2).split(/ \| /))

// The compiler takes its time.
describe.skipIf(process.env.LINKWRIGHT_UML !== undefined)('the reference', () => {
  it('is what the sources say now (npm run docs writes it)', async () => {
    const pages = await reference()
    expect(readdirSync(FOLDER).sort()).toEqual([...pages.keys()].sort())
    for (const [name, text] of pages) expect(readFileSync(join(FOLDER, name), 'utf8')).toBe(text)
  })

  it('says of every option what it takes', () => {
    const rows = readdirSync(FOLDER).flatMap((name) => rowsOf(readFileSync(join(FOLDER, name), 'utf8')))
    expect(rows.length).toBeGreaterThan(900)
    const says = (takes: string | undefined): boolean =>
      /\w/.test(takes ?? '') && !/^`(any|unknown)`$|undefined`$/.test(takes!)
    expect(rows.filter(([, takes]) => !says(takes))).toEqual([])
  })

  it('says of every option, given or read, and of every property what it means', () => {
    const meanings = readdirSync(FOLDER).flatMap((name) =>
      readFileSync(join(FOLDER, name), 'utf8')
        .split(/^(?=#+ )/m)
        .flatMap((part) => rowsOf(part).map((row) => ({ name, under: part.split('\n')[0]!, row }))),
    )
    expect(meanings.length).toBeGreaterThan(2200)
    expect(meanings.filter(({ row }) => row.length !== 3 || !/\w/.test(row[2]!))).toEqual([])
  })

  it('has the options of every kind of link, and leads to no place that is not there', () => {
    const page = readFileSync(join(FOLDER, 'links.md'), 'utf8')
    for (const [name, kind] of Object.entries(linkKinds)) {
      if (kind.data.names.length > 0) expect(page).toMatch(new RegExp(`^\\| \`${name}\` .*\\| an object: \\[`, 'm'))
    }
    for (const name of readdirSync(FOLDER)) {
      const text = readFileSync(join(FOLDER, name), 'utf8')
      const titles = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
        title!.toLowerCase().replace(/[^a-z0-9 -]/g, '').replaceAll(' ', '-'),
      ) // prettier-ignore
      const links = [...text.matchAll(/\]\(#([^)]*)\)/g)].map(([, target]) => target!)
      expect(links.filter((target) => !titles.includes(target))).toEqual([])
      const files = [...text.matchAll(/\]\(([a-z-]+\.md)\)/g)].map(([, file]) => file!)
      expect(files.filter((file) => !readdirSync(FOLDER).includes(file))).toEqual([])
    }
  })
})
