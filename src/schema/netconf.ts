/** Settings of IPv4, IPv6 and MPLS, of a link or of all (linux/netconf.h; RTM_GETNETCONF, netconfmsg; ip-netconf(8)). */
import { attribute, attributes, readOnly, type WithUnknown } from '../wire/attributes.js'
import { bool32, type Codec, oneOf, s32 } from '../wire/codec.js'
import { AF_INET, AF_INET6 } from '../wire/inet.js'
import type { Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'
import { type LinkReference, putLinkReference } from './link-reference.js'
import { at, checkOptions } from './option.js'

/** struct netconfmsg: u8 family, and padding. */
export const NETCONFMSG_SIZE = 1

const netconfFamily = { ipv4: AF_INET, ipv6: AF_INET6, mpls: 28 } as const
export type NetconfFamily = keyof typeof netconfFamily

/** NETCONFA_IFINDEX_*: what holds for all links, and what new links begin with. No link can have these names. */
const ofNoLink = { all: -1, default: -2 } as const

const settingsOf: Codec<LinkReference, number | keyof typeof ofNoLink> = {
  wire: 's32',
  expects: 'a link, all or default',
  write(w, value) {
    if (value === 'all' || value === 'default') return w.putU32(ofNoLink[value] >>> 0)
    if (value === undefined) throw w.invalid(this.expects, value)
    putLinkReference(w, w.position, value)
    w.position += 4
  },
  read(r, start, end) {
    if (end - start < 4) return undefined
    const ifindex = r.getS32(start)
    return ifindex === ofNoLink.all ? 'all' : ifindex === ofNoLink.default ? 'default' : ifindex
  },
}

/** NETCONFA_* */
export const netconfAttributes = attributes({
  ifindex: attribute(1, settingsOf),
  forwarding: readOnly(2, bool32()),
  rpFilter: readOnly(3, oneOf(s32(), { off: 0, strict: 1, loose: 2 })),
  mcForwarding: readOnly(4, bool32()),
  proxyNeigh: readOnly(5, bool32()),
  ignoreRoutesWithLinkdown: readOnly(6, bool32()),
  input: readOnly(7, bool32()),
  bcForwarding: readOnly(8, bool32()),
  forceForwarding: readOnly(9, bool32()),
})

/** Whose settings. */
export interface NetconfKey {
  /** A link; `all`: what holds for all links; `default`: what new links begin with. MPLS has neither of these. */
  link: LinkReference
  /** Of which family the settings are asked for. Default: ipv4. */
  family?: NetconfFamily | undefined
}

/** Settings as the kernel has them. Those that the family does not have, or that did not change, are absent. */
export interface Netconf extends WithUnknown {
  /** Of which family the settings are. */
  family: NetconfFamily
  /** The link that has them; `all`: what holds for all links; `default`: what new links begin with. */
  ifindex: number | 'all' | 'default'
  /** Packets that are not for this host are sent on. */
  forwarding?: boolean
  /** IPv4: whether packets are dropped to whose source the route is none (`loose`), or not by this link (`strict`). */
  rpFilter?: 'off' | 'strict' | 'loose' | number
  /** A daemon routes multicast packets. Absent where the kernel was built without that. */
  mcForwarding?: boolean
  /** The host answers for others (proxy ARP; IPv6: proxy NDP). */
  proxyNeigh?: boolean
  /** Routes by links without carrier do not count. */
  ignoreRoutesWithLinkdown?: boolean
  /** MPLS: packets with labels are taken. */
  input?: boolean
  /** IPv4: directed broadcasts are sent on (kernel 5.0). */
  bcForwarding?: boolean
  /**
   * IPv6: packets that are not for this host are sent on by this link, whatever `forwarding` of all says (kernel 6.17).
   * Linux 6.18 says that it changed, and not what it is: `Netns.sysctl` tells.
   */
  forceForwarding?: boolean
}

function familyNumber(w: Writer, family: NetconfFamily | undefined): number {
  at(w, 'family')
  if (family === undefined) return 0
  if (typeof family === 'string' && Object.hasOwn(netconfFamily, family)) return netconfFamily[family]
  throw w.invalid('one of ipv4, ipv6, mpls', family, typeof family === 'string' ? 'range' : 'type')
}

/** Writes the question for the settings of one. */
export function writeNetconfQuestion(w: Writer, type: number, flags: number, key: NetconfKey) {
  w.begin(type, flags, NETCONFMSG_SIZE)
  const header = w.offset - 4
  checkOptions(w, key, ['link', 'family'])
  w.bytes[w.at(header)] = familyNumber(w, key.family) || AF_INET
  at(w, 'link')
  const token = w.open(1)
  settingsOf.write(w, key.link)
  w.close(token)
  return w.finish()
}

/** Which settings to list. */
export interface NetconfFilter {
  /** Settings of this family alone. Default: all of them. */
  family?: NetconfFamily | undefined
}

/** Writes the request for a dump of settings. */
export function writeNetconfFilter(w: Writer, type: number, flags: number, filter: NetconfFilter) {
  w.begin(type, flags, NETCONFMSG_SIZE)
  checkOptions(w, filter, ['family'])
  w.bytes[w.position - 4] = familyNumber(w, filter.family)
  return w.finish()
}

/** Reads settings. */
export function readNetconf(r: Reader, { body, end }: Message): Netconf | undefined {
  if (end - body < NETCONFMSG_SIZE) return undefined
  const number = r.bytes[body]
  const family = (Object.keys(netconfFamily) as NetconfFamily[]).find((name) => netconfFamily[name] === number)
  if (family === undefined) return undefined
  const netconf: Partial<Netconf> & { family: NetconfFamily } = { family }
  netconfAttributes.read(r, body + 4, end, netconf)
  return netconf.ifindex === undefined ? undefined : (netconf as Netconf)
}
