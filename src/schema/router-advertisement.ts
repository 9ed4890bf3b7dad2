/** What routers advertise, as the kernel tells it (linux/rtnetlink.h; RTM_NEWPREFIX, prefixmsg; RTM_NEWNDUSEROPT, nduseroptmsg). */
import { attributes, readOnly, type WithUnknown } from '../wire/attributes.js'
import { namesOf } from '../wire/codec.js'
import { AF_INET6, ipv6 } from '../wire/inet.js'
import type { Message } from '../wire/message.js'
import { MalformedMessage, type Reader } from '../wire/reader.js'
import { struct } from '../wire/struct.js'

/** struct prefixmsg: u8 family │ u8 │ u16 │ s32 ifindex │ u8 type │ u8 len │ u8 flags │ u8 */
export const PREFIXMSG_SIZE = 12
/** struct nduseroptmsg: u8 family │ u8 │ u16 opts_len │ s32 ifindex │ u8 icmp_type │ u8 icmp_code │ u16 │ u32 │ options */
export const NDUSEROPTMSG_SIZE = 16

/** PREFIX_* */
export const prefixAttributes = attributes({
  address: readOnly(1, ipv6()),
  cacheInfo: readOnly(2, struct('prefix_cacheinfo', { preferredTime: 'u32', validTime: 'u32' })),
})

/** NDUSEROPT_* */
export const ndUserOptionAttributes = attributes({ srcaddr: readOnly(1, ipv6()) })

/** Bits of a Prefix Information option (RFC 4861, RFC 9762). */
const prefixFlag = {
  /** Its addresses are on the link. */
  onlink: 0x80,
  /** Hosts make addresses in it for themselves. */
  autoconf: 0x40,
  /** The address beside it is the router's own. */
  routerAddress: 0x20,
  /** Hosts had better ask for a prefix of their own. */
  pdPreferred: 0x10,
} as const

/** Kernels before 6.8 say IF_PREFIX_ONLINK and IF_PREFIX_AUTOCONF instead; the option's own such bits mean nothing yet. */
const prefixFlags = (bits: number) =>
  namesOf(prefixFlag, (bits & ~3) | (bits & 1 ? prefixFlag.onlink : 0) | (bits & 2 ? prefixFlag.autoconf : 0))

/** A prefix that a router advertises on a link (RFC 4861, Prefix Information). */
export interface AdvertisedPrefix extends WithUnknown {
  /** The link that it was advertised on. */
  ifindex: number
  /** The prefix with its length: '2001:db8::/64'. */
  prefix: string
  /** `onlink`: its addresses are on the link. `autoconf`: hosts make addresses in it. `routerAddress`: the address is the router's own. `pdPreferred`: hosts had better ask for a prefix of their own. */
  flags: readonly (keyof typeof prefixFlag | number)[]
  /** How long addresses in it are valid: seconds from now; Infinity: for ever. */
  validLifetime?: number
  /** How long they are preferred: seconds from now; Infinity: for ever. */
  preferredLifetime?: number
}

/** ND_OPT_* that the kernel leaves to others (RFC 8106, RFC 8910, RFC 8781). */
const optionType = { rdnss: 25, dnssl: 31, captivePortal: 37, pref64: 38 } as const
const optionNames = new Map(Object.entries(optionType).map(([name, number]) => [number as number, name]))

/** Options of a neighbour discovery message that the kernel leaves to others, such as name servers. */
export interface NdUserOptions extends WithUnknown {
  /** The link that the message came in by. */
  ifindex: number
  /** The type of the ICMPv6 message: 134, a router advertisement. */
  icmpType: number
  /** The code of the ICMPv6 message: 0. */
  icmpCode: number
  /** The address of the router that sent it. */
  source?: string
  /** Each with what follows its type and length. */
  options: { type: keyof typeof optionType | number; data: Uint8Array }[]
}

const seconds = (lifetime: number) => (lifetime === 0xffffffff ? Infinity : lifetime)

/** Reads an advertised prefix. */
export function readPrefix(r: Reader, { body, end }: Message): AdvertisedPrefix | undefined {
  if (end - body < PREFIXMSG_SIZE || r.bytes[body] !== AF_INET6) return undefined
  const { address, cacheInfo, unknownAttributes } = prefixAttributes.read(r, body + PREFIXMSG_SIZE, end)
  if (address === undefined) return undefined
  const prefix: AdvertisedPrefix = {
    ifindex: r.getS32(body + 4),
    prefix: `${address}/${r.bytes[body + 9]}`,
    flags: prefixFlags(r.bytes[body + 10]!),
  }
  if (cacheInfo?.validTime !== undefined) prefix.validLifetime = seconds(cacheInfo.validTime)
  if (cacheInfo?.preferredTime !== undefined) prefix.preferredLifetime = seconds(cacheInfo.preferredTime)
  if (unknownAttributes !== undefined) prefix.unknownAttributes = unknownAttributes
  return prefix
}

/** Reads options that are left to others. */
export function readNdUserOptions(r: Reader, { body, end }: Message): NdUserOptions | undefined {
  if (end - body < NDUSEROPTMSG_SIZE || r.bytes[body] !== AF_INET6) return undefined
  const start = body + NDUSEROPTMSG_SIZE
  const stop = start + r.getU16(body + 2)
  if (stop > end) throw new MalformedMessage(`${stop - start} bytes of options in ${end - start}`)
  const options: NdUserOptions['options'] = []
  for (let at = start; at < stop;) {
    const size = at + 1 < stop ? 8 * r.bytes[at + 1]! : 0
    if (size === 0 || at + size > stop) throw new MalformedMessage(`an option of ${size} bytes in ${stop - at}`)
    const type = r.bytes[at]!
    const name = optionNames.get(type) as keyof typeof optionType | undefined
    options.push({ type: name ?? type, data: r.bytes.slice(at + 2, at + size) })
    at += size
  }
  const { srcaddr, unknownAttributes } = ndUserOptionAttributes.read(r, (stop + 3) & ~3, end)
  const read: NdUserOptions = {
    ifindex: r.getS32(body + 4),
    icmpType: r.bytes[body + 8]!,
    icmpCode: r.bytes[body + 9]!,
    options,
  }
  if (srcaddr !== undefined) read.source = srcaddr
  if (unknownAttributes !== undefined) read.unknownAttributes = unknownAttributes
  return read
}
