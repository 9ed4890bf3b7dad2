import { readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { FILE, numbersFile } from './abi-numbers.js'
import { enumsOf, headersMissing, isFiller } from './headers.js'
import { EXCUSED } from './excused.js'
import { ATTRIBUTES, HEADERS } from './vocabulary.js'

const text = readFileSync(FILE, 'utf8')

it('the numbers that the compiler compares are those of the schema (npm run abi writes them)', () => {
  expect(text).toBe(numbersFile(text))
})

it('no name stands for two numbers', () => {
  const names = [...text.matchAll(/^NUMBER\((\w+), /gm)].map(([, name]) => name)
  expect(names.length).toBeGreaterThan(600)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})

it.skipIf(headersMissing !== undefined)('every attribute that the headers have is compared', () => {
  const found = HEADERS.flatMap((header) => enumsOf(header)).filter(({ first }) => first in ATTRIBUTES)
  const missing = found.flatMap(({ members }) => {
    const attributes = [...members].filter(([name]) => !isFiller(name) && !(name in EXCUSED))
    const isThere = ([name, number]: [string, number]): boolean => text.includes(`NUMBER(${name}, ${number})\n`)
    // Some have two names.
    const numbers = new Set(attributes.filter(isThere).map(([, number]) => number))
    return attributes.filter(([, number]) => !numbers.has(number))
  })
  expect(found.length).toBeGreaterThan(40)
  expect(missing).toEqual([])
})

it('every header of the family is among those that are compared with', () => {
  const source = readFileSync(FILE.replace(/inc$/, 'cc'), 'utf8')
  expect(HEADERS.filter((header) => !source.includes(`#include <linux/${header}>`))).toEqual([])
})
