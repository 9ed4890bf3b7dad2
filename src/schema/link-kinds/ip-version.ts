/** IPv4 and IPv6 where the kernel has an attribute for each. */
import { AF_INET6, familyOf } from '../../wire/inet.js'

/** Whether what is given is in the form of an IPv6 address. */
export const isIPv6 = (value: unknown): boolean =>
  (typeof value === 'string' || value instanceof Uint8Array) && familyOf(value) === AF_INET6
