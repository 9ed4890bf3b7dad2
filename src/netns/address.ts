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

/** fe80::/10: the same on every link, so that the link has to be named. */
const LINK_LOCAL = /^fe[89ab][0-9a-f]:/i
/** Multicast on one link or one machine, where the link may be named. */
const LOCAL_MULTICAST = /^ff[0-9a-f][12]:/i

function isLinkLocal(address: string): boolean {
  return LINK_LOCAL.test(address)
}

/** @throws {TypeError | RangeError} Not an address, or one with a link that it does not need, or without one that it needs. */
export function checkAddress(value: unknown, path: string): Address {
  if (typeof value !== 'string') throw invalid(path, EXPECTED, value)
  const family = isIP(value)
  if (family === 0) throw invalid(path, EXPECTED, value, 'range')
  const [address, scope] = value.split('%') as [string, string | undefined]
  if (isLinkLocal(address)) {
    if (!scope) throw invalid(path, 'a link-local address with its link ("fe80::1%eth0")', value, 'range')
  } else if (scope !== undefined && !LOCAL_MULTICAST.test(address)) {
    throw invalid(path, 'an address without a link, as it is no link-local one', value, 'range')
  }
  return { family: family as 4 | 6, address, scope }
}

/**
 * An address that needs no link. Node takes the link of a link-local one for a link of the process's own namespace, also
 * where none was given, and fails to tell who a message is from.
 */
export function checkFarAddress(value: unknown, path: string): Address {
  const checked = checkAddress(value, path)
  if (isLinkLocal(checked.address)) {
    throw invalid(path, 'no link-local address (Node would look for its link outside of the namespace)', value, 'range')
  }
  return checked
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
