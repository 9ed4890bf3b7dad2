/** Multicast and anycast addresses that a link listens to (linux/if_addr.h; RTM_GETMULTICAST, RTM_GETANYCAST, ifaddrmsg). */
import type { WithUnknown } from '../wire/attributes.js'
import { AF_INET, AF_INET6 } from '../wire/inet.js'
import type { Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'
import { addressAttributes, IFADDRMSG_SIZE } from './address.js'
import { type LinkReference, putLinkReference } from './link-reference.js'
import { at, checkOptions, familyOption } from './option.js'
import { type RouteScope, scopeName } from './route-scope.js'

export type GroupAddressType = 'multicast' | 'anycast'

/** An address that a link listens to beside its own. */
export interface GroupAddress extends WithUnknown {
  /** Whether it is the address of a group, or one that several hosts have of which one answers. */
  type: GroupAddressType
  /** Whether it is an IPv4 or an IPv6 address. */
  family: 'ipv4' | 'ipv6'
  /** The link that listens to it. */
  ifindex: number
  /** The address, without a prefix length: '224.0.0.1', 'ff02::1'. */
  address: string
  scope: RouteScope | number
  /** When it was joined, in hundredths of a second since the system started. */
  created?: number
  /** When it was last changed, likewise. */
  updated?: number
}

/** Which addresses to list. The kernel does the filtering. */
export interface GroupAddressFilter {
  /**
   * IPv4 or IPv6 addresses. Default: ipv6. IPv4 ones are told from kernel 6.15 on; anycast addresses are of IPv6 alone.
   */
  family?: 'ipv4' | 'ipv6' | undefined
  /** Those of this link alone. Default: all. */
  link?: LinkReference | undefined
}

/** Writes the request for a dump of them. */
export function writeGroupAddressFilter(w: Writer, type: number, flags: number, filter: GroupAddressFilter) {
  w.begin(type, flags, IFADDRMSG_SIZE)
  const header = w.offset - IFADDRMSG_SIZE
  checkOptions(w, filter, ['family', 'link'])
  w.bytes[w.at(header)] = familyOption(w, filter.family) ?? AF_INET6
  at(w, 'link')
  if (filter.link !== undefined) putLinkReference(w, w.at(header) + 4, filter.link)
  return w.finish()
}

/** Reads one; undefined for an address of a link's own. */
export function readGroupAddress(r: Reader, { body, end }: Message): GroupAddress | undefined {
  if (end - body < IFADDRMSG_SIZE) return undefined
  const family = r.bytes[body]
  if (family !== AF_INET && family !== AF_INET6) return undefined
  const read = addressAttributes.read(r, body + IFADDRMSG_SIZE, end)
  const address = read.multicast ?? read.anycast
  if (address === undefined) return undefined
  const group: GroupAddress = {
    type: read.multicast === undefined ? 'anycast' : 'multicast',
    family: family === AF_INET ? 'ipv4' : 'ipv6',
    ifindex: r.getU32(body + 4),
    address,
    scope: scopeName(r.bytes[body + 3]!),
  }
  // IFA_CACHEINFO, of which the lifetimes say nothing: the address stays until it is left.
  const times = read.validLifetime
  if (times?.created !== undefined) group.created = times.created
  if (times?.updated !== undefined) group.updated = times.updated
  if (read.unknownAttributes !== undefined) group.unknownAttributes = read.unknownAttributes
  return group
}
