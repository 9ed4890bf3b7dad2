/** What a caller gave, option by option: refused with its name where it is not what is wanted. */
import type { Writer } from '../wire/writer.js'

/** Refuses what is no object, or lacks one of the options. `what` says what each is. */
export function required(w: Writer, spec: object, what: Readonly<Record<string, string>>): void {
  w.depth = 0
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) throw w.invalid('an object', spec)
  for (const name in what) {
    if ((spec as Record<string, unknown>)[name] !== undefined) continue
    w.trail[0] = name
    w.depth = 1
    throw w.invalid(what[name]!, undefined)
  }
}

/** Goes over the options that are given, in their order; what is wrong with one is said of it by its name. */
export function eachGiven(w: Writer, spec: object, visit: (name: string, value: unknown) => void): void {
  for (const name in spec) {
    const value = (spec as Record<string, unknown>)[name]
    if (value === undefined) continue
    w.trail[0] = name
    w.depth = 1
    visit(name, value)
  }
  w.depth = 0
}

export function truth(w: Writer, value: unknown): boolean {
  if (typeof value !== 'boolean') throw w.invalid('true or false', value)
  return value
}

export function integer(w: Writer, value: unknown, min: number, max: number): number {
  const expects = `an integer from ${min} to ${max}`
  if (!Number.isInteger(value)) throw w.invalid(expects, value)
  if ((value as number) < min || (value as number) > max) throw w.invalid(expects, value, 'range')
  return value as number
}

/** The end of a range that begins with another option, which it has to be above. */
export function rangeEnd(w: Writer, value: unknown, start: unknown, of: string, max: number): number {
  const end = integer(w, value, 1, max)
  if (typeof start === 'number' && end <= start) throw w.invalid(`an integer above ${of} (${start})`, end, 'range')
  return end
}
