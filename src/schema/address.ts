/** IPv4 and IPv6 addresses of links (linux/if_addr.h; RTM_NEWADDR, ifaddrmsg). */
import { attribute, attributes, readOnly, TYPE_MASK, type WithUnknown } from '../wire/attributes.js'
import { bits, bitsOf, namesOf, numberOf, oneOf, readText, s32, text, u32, u8 } from '../wire/codec.js'
import {
  AF_INET,
  AF_INET6,
  type Family,
  formatAddress,
  ip,
  parsePrefix,
  type Prefix,
  putAddress,
} from '../wire/inet.js'
import { unknownOption } from '../wire/invalid.js'
import type { Message } from '../wire/message.js'
import { MalformedMessage, type Reader } from '../wire/reader.js'
import { struct } from '../wire/struct.js'
import type { Writer } from '../wire/writer.js'
import { type LinkReference, putLinkReference } from './link-reference.js'
import { type RouteScope, routeScopeNumber, scopeName } from './route-scope.js'
import type { Told } from './told.js'

/** struct ifaddrmsg: u8 family │ u8 prefixlen │ u8 flags │ u8 scope │ u32 index */
export const IFADDRMSG_SIZE = 8

/** IFA_F_* that a request may set. */
export const addressSettableFlag = {
  /** IPv6: no duplicate address detection, the address is usable at once. */
  nodad: 0x02,
  /** IPv6: usable while duplicate address detection is under way (RFC 4429). */
  optimistic: 0x04,
  /** IPv6: a home address of Mobile IP (RFC 6275). */
  home: 0x10,
  /** IPv6: temporary addresses are made from this one (RFC 8981). */
  mngtmpaddr: 0x100,
  /** No route to the prefix is made. */
  noprefixroute: 0x200,
  /** A multicast address that is joined, and left when the address is deleted. */
  autojoin: 0x400,
} as const
/** IFA_F_* that are a state. */
const addressState = {
  /** IPv6: duplicate address detection has found another host that has the address. */
  dadfailed: 0x08,
  /** The preferred lifetime is over. */
  deprecated: 0x20,
  /** Duplicate address detection is under way. */
  tentative: 0x40,
  /** Its lifetimes do not end. */
  permanent: 0x80,
  /** IPv6: made by a hash that tells nothing of the hardware (RFC 7217). */
  stablePrivacy: 0x800,
} as const

/** The same bit is two things. */
const FLAGS = {
  [AF_INET]: { secondary: 0x01, ...addressSettableFlag, ...addressState },
  [AF_INET6]: { temporary: 0x01, ...addressSettableFlag, ...addressState },
} as const

export type AddressSettableFlag = keyof typeof addressSettableFlag
/**
 * IFA_F_*: what the address is for, and how it is with it. `secondary` (IPv4): another address of the link in the same
 * prefix came first. `temporary` (IPv6): its host part is random, and another one follows it (RFC 8981).
 */
export type AddressFlag = AddressSettableFlag | keyof typeof addressState | 'secondary' | 'temporary'

/** IFAPROT_*: who made the address (kernel 5.18). */
export const addressProtocol = { unspec: 0, kernelLo: 1, kernelRa: 2, kernelLl: 3 } as const
export type AddressProtocol = keyof typeof addressProtocol

const IFA_ADDRESS = 1
const IFA_LOCAL = 2
const IFA_LABEL = 3
const IFA_BROADCAST = 4
const IFA_CACHEINFO = 6
const IFA_FLAGS = 8
const IFA_RT_PRIORITY = 9
const IFA_TARGET_NETNSID = 10
const IFA_PROTO = 11

const FOREVER = 0xffffffff

/** IFA_*, by the names of the options that fill them. */
export const addressAttributes = attributes({
  /** IFA_LOCAL: the address of the link itself. */
  address: attribute(IFA_LOCAL, ip()),
  /** IFA_ADDRESS: the prefix; on the way to one peer, the peer's address. */
  peer: attribute(IFA_ADDRESS, ip()),
  label: attribute(IFA_LABEL, text(15)),
  broadcast: attribute(IFA_BROADCAST, ip()),
  anycast: readOnly(5, ip()),
  /** IFA_CACHEINFO. */
  validLifetime: attribute(
    IFA_CACHEINFO,
    struct('ifa_cacheinfo', { preferred: 'u32', valid: 'u32', created: 'u32', updated: 'u32' }),
  ),
  multicast: readOnly(7, ip()),
  flags: attribute(IFA_FLAGS, bits(u32(), FLAGS[AF_INET6])),
  metric: attribute(IFA_RT_PRIORITY, u32()),
  targetNetnsid: attribute(IFA_TARGET_NETNSID, s32()),
  protocol: attribute(IFA_PROTO, oneOf(u8(), addressProtocol)),
})

/** An address to be added, replaced, changed or deleted. */
export interface AddressSpec {
  /** The link that the address belongs to. */
  link: LinkReference
  /**
   * The address with the length of its prefix, '10.13.19.2/24', '2001:db8::2/64'. Without a length the whole address is
   * the prefix (/32, /128), in every request.
   */
  address: string
  /**
   * The address at the other end of a point-to-point link (IFA_ADDRESS). The length of the prefix is then this one's:
   * give it here or with `address`.
   */
  peer?: string | undefined
  /** IPv4: the broadcast address; 'auto': the last of the prefix, which there is up to /30. Not set where not given. */
  broadcast?: string | Uint8Array | undefined
  /** IPv4: a name for the address, at most 15 bytes, by custom `LINK:…`. Default: the link's name. */
  label?: string | undefined
  /** Where the address is valid, by name or number from 0 to 255. Default: `host` for 127.0.0.0/8, or else `global`. */
  scope?: RouteScope | number | undefined
  flags?: readonly (AddressSettableFlag | number)[] | undefined
  /**
   * Seconds until the address is deleted, from 0 (which the kernel refuses) to 4294967294, or Infinity: for ever, which
   * is what an address has whose lifetimes are not given.
   */
  validLifetime?: number | undefined
  /** Seconds until the address is deprecated, 0 (at once) to 4294967294, or Infinity. Default: `validLifetime`. */
  preferredLifetime?: number | undefined
  /** The priority of the route to the prefix, 0 to 4294967295. Default: the kernel's (IPv4: 0, IPv6: 256). */
  metric?: number | undefined
  /** Who made the address, by name or number from 0 to 255 (kernel 5.18). */
  protocol?: AddressProtocol | number | undefined
}

/** An address as the kernel has it. */
export interface Address extends WithUnknown, Told<AddressSpec, 'metric'> {
  /** Whether it is an IPv4 or an IPv6 address. */
  family: 'ipv4' | 'ipv6'
  /** The link that has the address. */
  ifindex: number
  /** In prefix form: '10.13.19.2/24'. */
  address: string
  scope: RouteScope | number
  flags: readonly (AddressFlag | number)[]
  /** Of a point-to-point link, in prefix form. */
  peer?: string
  /** IPv4: the broadcast address of the prefix. */
  broadcast?: string
  /** IPv4: the name of the address, by custom `LINK:…`. */
  label?: string
  /** Seconds left; Infinity: for ever. */
  validLifetime?: number
  /** Seconds left; 0: deprecated; Infinity: for ever. */
  preferredLifetime?: number
  /** When it was made, in hundredths of a second since the system started. */
  created?: number
  /** When it was last changed, in hundredths of a second since the system started. */
  updated?: number
  protocol?: AddressProtocol | number
  /** The namespace it is in, where another than the socket's was asked for. */
  targetNetnsid?: number
  /** IFA_ANYCAST, which the kernel sends in messages of anycast addresses alone (`groupAddresses`). */
  anycast?: string
  /** IFA_MULTICAST, which the kernel sends in messages of multicast addresses alone (`groupAddresses`). */
  multicast?: string
}

const addressOptions: readonly string[] = [
  'link', 'address', 'peer', 'broadcast', 'label', 'scope', 'flags', 'validLifetime', 'preferredLifetime', 'metric',
  'protocol',
] satisfies (keyof AddressSpec)[] // prettier-ignore

/** Writes the message of an address. */
export function writeAddress(w: Writer, type: number, flags: number, spec: AddressSpec) {
  const header = beginAddress(w, type, flags, spec)
  const { family, length } = writePrefix(w, header, spec)
  const prefixAt = w.offset - (family === AF_INET ? 4 : 16)
  let scope = family === AF_INET && w.bytes[w.at(prefixAt)] === 127 ? routeScopeNumber.host : routeScopeNumber.global
  let valid: number | undefined
  let preferred: number | undefined
  for (const name in spec) {
    const value: unknown = spec[name as keyof AddressSpec]
    if (value === undefined) continue
    w.trail[0] = name
    w.depth = 1
    switch (name) {
      case 'link':
      case 'address':
      case 'peer':
        break
      case 'broadcast':
        onlyIPv4(w, family, value)
        writeBroadcast(w, value as string, w.at(prefixAt), length)
        break
      case 'label':
        onlyIPv4(w, family, value)
        writeAttribute(w, name, value)
        break
      case 'scope':
        scope = numberOf(w, routeScopeNumber, value as RouteScope, 0xff) as typeof scope
        break
      case 'flags': {
        const bits = bitsOf(w, addressSettableFlag, value as AddressSettableFlag[])
        w.bytes[w.at(header) + 2] = bits
        putU32(w, IFA_FLAGS, bits)
        break
      }
      case 'validLifetime':
        valid = lifetime(w, value)
        break
      case 'preferredLifetime':
        preferred = lifetime(w, value)
        break
      case 'metric':
      case 'protocol':
        writeAttribute(w, name, value)
        break
      default:
        throw unknownOption(name, addressOptions)
    }
  }
  w.bytes[w.at(header) + 3] = scope
  if (valid !== undefined || preferred !== undefined) {
    const token = w.open(IFA_CACHEINFO)
    w.putU32(preferred ?? valid ?? FOREVER)
    w.putU32(valid ?? FOREVER)
    w.putU32(0)
    w.putU32(0)
    w.close(token)
  }
  return w.finish()
}

/** Writes a message with no more than tells an address from others. */
export function writeAddressKey(w: Writer, type: number, flags: number, spec: AddressSpec) {
  const header = beginAddress(w, type, flags, spec)
  const { family } = writePrefix(w, header, spec)
  for (const name in spec) {
    w.trail[0] = name
    w.depth = 1
    if (!addressOptions.includes(name)) throw unknownOption(name, addressOptions)
    if (name !== 'label' || spec.label === undefined) continue
    onlyIPv4(w, family, spec.label)
    writeAttribute(w, name, spec.label)
  }
  return w.finish()
}

/** Begins a message about an address of a link; returns where its header is. */
function beginAddress(w: Writer, type: number, flags: number, spec: { readonly link: LinkReference }): number {
  w.begin(type, flags, IFADDRMSG_SIZE)
  const header = w.offset - IFADDRMSG_SIZE
  if (typeof spec !== 'object' || spec === null) throw w.invalid('an object', spec)
  w.trail[0] = 'link'
  w.depth = 1
  putLinkReference(w, w.at(header) + 4, spec.link)
  return header
}

/** Writes the message that asks for an IPv6 address: what the kernel takes is the address alone. */
export function writeAddressQuestion(
  w: Writer,
  type: number,
  flags: number,
  spec: { link: LinkReference; address: string },
) {
  const header = beginAddress(w, type, flags, spec)
  for (const name in spec) if (name !== 'link' && name !== 'address') throw unknownOption(name, ['link', 'address'])
  w.trail[0] = 'address'
  w.depth = 1
  const { family, address } = parsePrefix(w, spec.address)
  if (family !== AF_INET6)
    throw w.invalid('an IPv6 address: the kernel tells of one IPv4 address in lists only', address, 'range')
  w.bytes[w.at(header)] = family
  const token = w.open(IFA_ADDRESS)
  putAddress(w, address, family)
  w.close(token)
  return w.finish()
}

/** Writes IFA_LOCAL and, last, IFA_ADDRESS, with family and length into the header. */
function writePrefix(w: Writer, header: number, { address, peer }: AddressSpec): Prefix {
  w.trail[0] = 'address'
  w.depth = 1
  const own = parsePrefix(w, address)
  let token = w.open(IFA_LOCAL)
  putAddress(w, own.address, own.family)
  w.close(token)
  let prefix = own
  if (peer !== undefined) {
    w.trail[0] = 'peer'
    const other = parsePrefix(w, peer)
    if (!peer.includes('/')) other.length = own.length
    else if (address.includes('/') && other.length !== own.length) {
      throw w.invalid(`an address alone, or with the length that address has, ${own.length}`, peer, 'range')
    }
    prefix = other
  }
  token = w.open(IFA_ADDRESS)
  putAddress(w, prefix.address, own.family)
  w.close(token)
  const at = w.at(header)
  w.bytes[at] = own.family
  w.bytes[at + 1] = prefix.length
  return { ...prefix, family: own.family }
}

/** Writes the broadcast address; 'auto' is made of the prefix at `at`: all bits of the host part are set. */
function writeBroadcast(w: Writer, value: string | Uint8Array, at: number, length: number): void {
  if (value !== 'auto') return writeAttribute(w, 'broadcast', value)
  if (length > 30) throw w.invalid('none: a prefix of more than 30 bits has no broadcast address', value, 'range')
  const { bytes } = w
  const mask = 0xffffffff >>> length
  const token = w.open(IFA_BROADCAST)
  w.putBE32(((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]! | mask) >>> 0)
  w.close(token)
}

function writeAttribute(w: Writer, name: string, value: unknown): void {
  w.depth = 0
  addressAttributes.writeOne(w, name, value, addressOptions)
}

function putU32(w: Writer, type: number, value: number): void {
  const token = w.open(type)
  w.putU32(value)
  w.close(token)
}

function onlyIPv4(w: Writer, family: Family, value: unknown): void {
  if (family !== AF_INET) throw w.invalid('nothing with an IPv6 address: it is of IPv4 alone', value)
}

function lifetime(w: Writer, value: unknown): number {
  if (value === Infinity) return FOREVER
  const expects = `seconds from 0 to ${FOREVER - 1}, or Infinity`
  if (!Number.isInteger(value)) throw w.invalid(expects, value)
  if ((value as number) < 0 || (value as number) >= FOREVER) throw w.invalid(expects, value, 'range')
  return value as number
}

/** Reads an address; undefined where the message is of another family, or of none of a link's own addresses. */
export function readAddress(r: Reader, { body, end }: Message): Address | undefined {
  if (end - body < IFADDRMSG_SIZE) return undefined
  const family = r.bytes[body]!
  if (family !== AF_INET && family !== AF_INET6) return undefined
  const size = family === AF_INET ? 4 : 16
  const length = r.bytes[body + 1]!
  const address: Address = {
    family: family === AF_INET ? 'ipv4' : 'ipv6',
    ifindex: r.getU32(body + 4),
    address: '',
    scope: scopeName(r.bytes[body + 3]!),
    flags: namesOf(FLAGS[family], r.bytes[body + 2]!),
  }
  let own: string | undefined
  let prefix: string | undefined
  for (let at = body + IFADDRMSG_SIZE; at + 4 <= end;) {
    const total = r.getU16(at)
    if (total < 4 || at + total > end) throw new MalformedMessage(`an attribute of ${total} bytes in ${end - at}`)
    const from = at + 4
    const type = r.getU16(at + 2) & TYPE_MASK
    if (type === IFA_ADDRESS && total === 4 + size) prefix = formatAddress(r.bytes, from, size)
    else if (type === IFA_LOCAL && total === 4 + size) own = formatAddress(r.bytes, from, size)
    else if (type === IFA_LABEL) address.label = readText(r, from, at + total)
    else if (type === IFA_FLAGS && total >= 8) address.flags = namesOf(FLAGS[family], r.getU32(from))
    else if (type === IFA_CACHEINFO && total >= 20) {
      address.validLifetime = seconds(r.getU32(from + 4))
      address.preferredLifetime = seconds(r.getU32(from))
      address.created = r.getU32(from + 8)
      address.updated = r.getU32(from + 12)
    } else addressAttributes.read(r, at, at + total, address)
    at += (total + 3) & ~3
  }
  const local = own ?? prefix
  if (local === undefined) return undefined
  address.address = `${local}/${length}`
  if (own !== undefined && prefix !== undefined && own !== prefix) address.peer = `${prefix}/${length}`
  return address
}

const seconds = (lifetime: number) => (lifetime === FOREVER ? Infinity : lifetime)
