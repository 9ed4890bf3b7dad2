/** Labels of IPv6 addresses, by which source addresses are chosen (RFC 6724; linux/if_addrlabel.h; RTM_NEWADDRLABEL). */
import { attribute, attributes, type WithUnknown } from '../wire/attributes.js'
import { u32 } from '../wire/codec.js'
import { AF_INET6, ipv6, parsePrefix, putAddress } from '../wire/inet.js'
import type { Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'
import { type LinkReference, putLinkReference } from './link-reference.js'
import { at, checkOptions } from './option.js'

/** struct ifaddrlblmsg: u8 family │ u8 │ u8 prefixlen │ u8 flags │ u32 index │ u32 seq */
export const IFADDRLBLMSG_SIZE = 12

const IFAL_ADDRESS = 1

/** IFAL_* */
export const addressLabelAttributes = attributes({
  prefix: attribute(IFAL_ADDRESS, ipv6()),
  /** 0xffffffff is what an address has that no label is for. */
  label: attribute(2, u32({ max: 0xfffffffe })),
})

/** Which prefix has a label. */
export interface AddressLabelKey {
  /** '2001:db8::/32'; an address alone is the whole of it (/128). */
  prefix: string
  /** Only for packets that leave by this link. */
  link?: LinkReference | undefined
}

/** A label to be given to the addresses of a prefix. */
export interface AddressLabelSpec extends AddressLabelKey {
  /** 0 to 4294967294. A source address is preferred that has the label of the destination. */
  label: number
}

/** A label as the kernel has it. */
export interface AddressLabel extends WithUnknown {
  /** In canonical form: '2001:db8::/32'. */
  prefix: string
  /** A source address is preferred that has the label of the destination. */
  label: number
  /** The ifindex of the link it is for. Absent: any. */
  ifindex?: number
}

const labelOptions = ['prefix', 'label', 'link'] satisfies (keyof AddressLabelSpec)[]

/** Writes the message of a label. The kernel wants one in a deletion too, and does not look at it. */
export function writeAddressLabel(w: Writer, type: number, flags: number, spec: AddressLabelSpec) {
  const header = begin(w, type, flags, spec, labelOptions)
  at(w, 'prefix')
  const { family, address, length } = parsePrefix(w, spec.prefix)
  if (family !== AF_INET6) throw w.invalid('an IPv6 prefix', spec.prefix, 'range')
  writePrefix(w, address)
  w.depth = 0
  at(w, 'label')
  if (spec.label === undefined) throw w.invalid('a label from 0 to 4294967294', undefined)
  w.depth = 0
  addressLabelAttributes.writeOne(w, 'label', spec.label, labelOptions)
  w.bytes[w.at(header) + 2] = length
  return w.finish()
}

/** What is asked for: the label that an address has. */
export interface AddressLabelQuestion {
  /** An IPv6 address. */
  address: string
  /** As for packets that leave by this link. */
  link?: LinkReference | undefined
}

/** Writes the question for the label of an address. */
export function writeAddressLabelQuestion(w: Writer, type: number, flags: number, question: AddressLabelQuestion) {
  const header = begin(w, type, flags, question, ['address', 'link'])
  at(w, 'address')
  if (typeof question.address !== 'string') throw w.invalid('an IPv6 address', question.address)
  writePrefix(w, question.address)
  w.bytes[w.at(header) + 2] = 128
  return w.finish()
}

/** Begins a message; returns where its header is. */
function begin(
  w: Writer,
  type: number,
  flags: number,
  spec: { readonly link?: LinkReference | undefined },
  options: readonly string[],
): number {
  w.begin(type, flags, IFADDRLBLMSG_SIZE)
  const header = w.offset - IFADDRLBLMSG_SIZE
  checkOptions(w, spec, options)
  w.bytes[w.at(header)] = AF_INET6
  at(w, 'link')
  if (spec.link !== undefined) putLinkReference(w, w.at(header) + 4, spec.link)
  return header
}

function writePrefix(w: Writer, address: string | Uint8Array): void {
  const token = w.open(IFAL_ADDRESS)
  putAddress(w, address, AF_INET6)
  w.close(token)
}

/** Writes the request for a dump of labels. */
export function writeAddressLabelDump(w: Writer, type: number, flags: number) {
  w.begin(type, flags, IFADDRLBLMSG_SIZE)
  w.bytes[w.position - IFADDRLBLMSG_SIZE] = AF_INET6
  return w.finish()
}

/** Reads a label. */
export function readAddressLabel(r: Reader, { body, end }: Message): AddressLabel | undefined {
  if (end - body < IFADDRLBLMSG_SIZE || r.bytes[body] !== AF_INET6) return undefined
  const { prefix, label, unknownAttributes } = addressLabelAttributes.read(r, body + IFADDRLBLMSG_SIZE, end)
  if (prefix === undefined || label === undefined) return undefined
  const ifindex = r.getU32(body + 4)
  const read: AddressLabel = { prefix: `${prefix}/${r.bytes[body + 2]}`, label }
  if (ifindex !== 0) read.ifindex = ifindex
  if (unknownAttributes !== undefined) read.unknownAttributes = unknownAttributes
  return read
}
