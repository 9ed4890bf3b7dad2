/** Addresses and ports that a socket inside a namespace is bound to or connects to. */
import { isIP } from 'node:net'

import { invalid, unknownOption } from '../wire/invalid.js'

export interface Address {
  family: 4 | 6
  /** Numeric, without the scope. */
  address: string
  /** The link after the % of a link-local address. */
  scope: string | undefined
}

const EXPECTED =
  'an IPv4 or IPv6 address (names are not resolved inside a namespace: the resolver would ask from outside of it)'

/** @throws {TypeError | RangeError} Not an address. */
export function checkAddress(value: unknown, path: string): Address {
  if (typeof value !== 'string') throw invalid(path, EXPECTED, value)
  const family = isIP(value)
  if (family === 0) throw invalid(path, EXPECTED, value, 'range')
  const [address, scope] = value.split('%') as [string, string | undefined]
  return { family: family as 4 | 6, address, scope }
}

/** @throws {TypeError | RangeError} Not a port. */
export function checkPort(value: unknown, path: string): number {
  const expected = 'a port (an integer from 0 to 65535)'
  if (typeof value !== 'number') throw invalid(path, expected, value)
  if (!Number.isInteger(value) || value < 0 || value > 65535) throw invalid(path, expected, value, 'range')
  return value
}

/** @throws {TypeError} An option that is not among the known. */
export function checkOptions(options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) throw invalid('options', 'an object', options)
  for (const key of Object.keys(options)) if (!known.includes(key)) throw unknownOption(`options.${key}`, known)
}

/** An address with a port, as one writes it. */
export function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
