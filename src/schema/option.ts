/** Checks of options that requests of several families have. */
import { AF_INET, AF_INET6, type Family } from '../wire/inet.js'
import { unknownOption } from '../wire/invalid.js'
import type { Writer } from '../wire/writer.js'

/** The object must be one, and each option in it one of the known. */
export function checkOptions(w: Writer, spec: object, known: readonly string[]): void {
  w.depth = 0
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) throw w.invalid('an object', spec)
  for (const name in spec) {
    if (spec[name as never] !== undefined && !known.includes(name)) throw unknownOption(name, known)
  }
}

/** What is checked next is this option: what the path of an error says. */
export function at(w: Writer, name: string): void {
  w.trail[0] = name
  w.depth = 1
}

/** A truth value; undefined is false. */
export function truthOption(w: Writer, name: string, value: unknown): boolean {
  at(w, name)
  if (value !== undefined && typeof value !== 'boolean') throw w.invalid('true or false', value)
  return value === true
}

/** The number of a family; undefined where none is given. */
export function familyOption(w: Writer, value: unknown): Family | undefined {
  if (value === undefined) return undefined
  at(w, 'family')
  if (value !== 'ipv4' && value !== 'ipv6') {
    throw w.invalid('ipv4 or ipv6', value, typeof value === 'string' ? 'range' : 'type')
  }
  return value === 'ipv4' ? AF_INET : AF_INET6
}

/** An integer that stands in a header. */
export function integerOption(w: Writer, name: string, value: unknown, min: number, max: number): number {
  at(w, name)
  const expects = `an integer from ${min} to ${max}`
  if (!Number.isInteger(value)) throw w.invalid(expects, value)
  if ((value as number) < min || (value as number) > max) throw w.invalid(expects, value, 'range')
  return value as number
}
