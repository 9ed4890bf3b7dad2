/** Policy rules: which routing table a packet is looked up in (linux/fib_rules.h; RTM_NEWRULE, fib_rule_hdr; ip-rule(8)). */
import { attribute, attributes, type WithUnknown } from '../wire/attributes.js'
import { be32, bitsOf, bool8, type Codec, namesOf, numberOf, oneOf, u16, u32, u8 } from '../wire/codec.js'
import { AF_INET, AF_INET6, ip, parsePrefix, putAddress } from '../wire/inet.js'
import type { Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'
import { checkLinkName, linkName } from './link-reference.js'
import { at, checkOptions, integerOption, truthOption } from './option.js'
import { type RouteTable, routeTableNumber } from './route-table.js'
import { type Realms, realms } from './route-nexthop.js'
import { type RouteProtocol, routeProtocol } from './route-protocol.js'
import type { Told } from './told.js'

/** struct fib_rule_hdr: u8 family │ u8 dst_len │ u8 src_len │ u8 tos │ u8 table │ u8 │ u8 │ u8 action │ u32 flags */
export const RULE_HEADER_SIZE = 12

/** The families that have rules: unicast routing, and that of multicast (RTNL_FAMILY_IPMR, RTNL_FAMILY_IP6MR). */
export const ruleFamily = { ipv4: AF_INET, ipv6: AF_INET6, ipmr: 128, ip6mr: 129 } as const
export type RuleFamily = keyof typeof ruleFamily

/** FR_ACT_*: what is done with a packet that the rule is for. */
export const ruleAction = {
  /** Look into the table; where it has no route, the next rule goes on. */
  lookup: 1,
  /** Go on with the rule of the priority `goto`. */
  goto: 2,
  /** Nothing: a target for `goto`. */
  nop: 3,
  /** Dropped silently. */
  blackhole: 6,
  /** Refused: network unreachable. */
  unreachable: 7,
  /** Refused: administratively prohibited. */
  prohibit: 8,
} as const
export type RuleAction = keyof typeof ruleAction

/** FIB_RULE_* that a request may set. */
export const ruleSettableFlag = {
  /** Never to be deleted. */
  permanent: 0x1,
  /** IPv6: packets of this host without a source address get one before the rule is asked. */
  findSaddr: 0x10000,
} as const
const INVERT = 0x2
/** FIB_RULE_*: how it is with the rule. */
const ruleFlag = {
  ...ruleSettableFlag,
  /** There is no rule with the priority `goto`. */
  unresolved: 0x4,
  /** There is no link of the name `iif`. */
  iifDetached: 0x8,
  /** There is no link of the name `oif`. */
  oifDetached: 0x10,
} as const
export type RuleSettableFlag = keyof typeof ruleSettableFlag
export type RuleFlag = keyof typeof ruleFlag

/** From the first to the last, both included. */
export interface Range {
  /** The first. */
  start: number
  /** The last; not less than `start`. */
  end: number
}

/** Two numbers of which the second is not less than the first; one number is a range of itself. */
function range(wire: string, size: 2 | 4, min: number, max: number): Codec<Range | number, Range> {
  const expects = `an integer from ${min} to ${max}, or an object with start and end`
  return {
    wire,
    expects,
    write(w, value) {
      const whole = typeof value === 'number' ? { start: value, end: value } : value
      if (typeof whole !== 'object' || whole === null) throw w.invalid(expects, value)
      const { start, end, ...rest } = whole
      const fits = (n: unknown) => Number.isInteger(n) && (n as number) >= min && (n as number) <= max
      if (Object.keys(rest).length > 0) throw w.invalid(expects, value)
      for (const bound of [start, end]) {
        if (!fits(bound)) throw w.invalid(expects, typeof value === 'number' ? value : bound, typeof bound === 'number' ? 'range' : 'type') // prettier-ignore
      }
      if (start > end) throw w.invalid('a range that does not end before it starts', `${start}-${end}`, 'range')
      for (const bound of [start, end]) {
        if (size === 2) w.putU16(bound)
        else w.putU32(bound)
      }
    },
    read: (r, from, to) =>
      to - from < 2 * size
        ? undefined
        : size === 2
          ? { start: r.getU16(from), end: r.getU16(from + 2) }
          : { start: r.getU32(from), end: r.getU32(from + 4) },
  }
}

/** A tunnel's key: 64 bits in network byte order. One beyond 2^53 is not read, but kept as it came. */
const tunnelId: Codec<number> = {
  wire: 'be64',
  expects: `an integer from 1 to ${Number.MAX_SAFE_INTEGER}`,
  write(w, value) {
    if (!Number.isInteger(value)) throw w.invalid(this.expects, value)
    if (value < 1 || value > Number.MAX_SAFE_INTEGER) throw w.invalid(this.expects, value, 'range')
    w.putBE32(Math.floor(value / 0x1_0000_0000))
    w.putBE32(value % 0x1_0000_0000)
  },
  read(r, start, end) {
    if (end - start < 8) return undefined
    const value = r.getBE32(start) * 0x1_0000_0000 + r.getBE32(start + 4)
    return Number.isSafeInteger(value) ? value : undefined
  },
}

/** A name, or what has one. */
const namedLink: Codec<string | { readonly name: string }, string> = {
  ...linkName(),
  wire: 'string',
  write(w, value) {
    const name = typeof value === 'object' && value !== null ? value.name : value
    w.putBytes(Buffer.from(`${checkLinkName(w, name)}\0`))
  },
}

const FRA_DST = 1
const FRA_SRC = 2
const FRA_TABLE = 15
/** FRA_SUPPRESS_PREFIXLEN is always sent, with this where nothing is suppressed. */
const NOT_SUPPRESSED = 0xffffffff
const WHOLE_FLOW_LABEL = 0xfffff

/** FRA_*, by the names of the options that fill them. */
export const ruleAttributes = attributes(
  {
    to: attribute(FRA_DST, ip()),
    from: attribute(FRA_SRC, ip()),
    iif: attribute(3, namedLink),
    goto: attribute(4, u32({ min: 1 })),
    priority: attribute(6, u32()),
    fwmark: attribute(10, u32()),
    realms: attribute(11, realms()),
    tunId: attribute(12, tunnelId),
    suppressIfGroup: attribute(13, u32({ max: 0x7fffffff })),
    suppressPrefixLength: attribute(14, u32({ max: 128 })),
    table: attribute(FRA_TABLE, oneOf(u32(), routeTableNumber)),
    fwmask: attribute(16, u32()),
    oif: attribute(17, namedLink),
    l3mdev: attribute(19, bool8()),
    uidRange: attribute(20, range('struct fib_rule_uid_range', 4, 0, 0xfffffffe)),
    protocol: attribute(21, routeProtocol()),
    ipProto: attribute(22, u8({ min: 1 })),
    sport: attribute(23, range('struct fib_rule_port_range', 2, 1, 0xfffe)),
    dport: attribute(24, range('struct fib_rule_port_range', 2, 1, 0xfffe)),
    dscp: attribute(25, u8({ max: 63 })),
    flowLabel: attribute(26, be32({ max: WHOLE_FLOW_LABEL })),
    flowLabelMask: attribute(27, be32({ min: 1, max: WHOLE_FLOW_LABEL })),
    sportMask: attribute(28, u16({ min: 1 })),
    dportMask: attribute(29, u16({ min: 1 })),
    dscpMask: attribute(30, u8({ min: 1, max: 63 })),
  },
  18,
)

/**
 * A rule to be added or deleted: for which packets, and what is done with them. It is for packets that have all that is
 * given; with nothing given, for all.
 *
 * Kernels that do not know a selector take the rule and drop the selector silently, so that the rule is for more packets
 * than meant: `dscp` before 6.12, `flowLabel` before 6.14, `sportMask`, `dportMask` and `dscpMask` before 6.15. What
 * `list` then tells of the rule lacks it.
 */
export interface RuleSpec {
  /**
   * Packets of which family it is for; `ipmr` and `ip6mr`: which multicast routing table is asked. Default: that of
   * `from` or `to`, or else ipv4.
   */
  family?: RuleFamily | undefined
  /**
   * Rules are asked in the order of their priorities, 0 to 4294967295. Default: one less than that of the second rule
   * there is, which at first is 32765.
   */
  priority?: number | undefined
  /** Only packets from this prefix; an address alone is the whole of it (/32, /128). */
  from?: string | undefined
  /** Only packets to this prefix. */
  to?: string | undefined
  /** Only packets that came in by the link of this name, which need not be there yet; `lo`: those of this host. */
  iif?: string | { readonly name: string } | undefined
  /** Only packets of sockets bound to the link of this name, which need not be there yet. */
  oif?: string | { readonly name: string } | undefined
  /** Only packets with this mark, 0 to 4294967295. */
  fwmark?: number | undefined
  /** The bits of the mark that count, 0 to 4294967295. Default: all. */
  fwmask?: number | undefined
  /** Only packets with this type of service, 0 to 255, of which the two lowest bits (ECN) must be 0. */
  tos?: number | undefined
  /** Only packets with this DSCP, 0 to 63 (kernel 6.12). Not with `tos`. */
  dscp?: number | undefined
  /** The bits of the DSCP that count, 1 to 63 (kernel 6.15). Default: all. */
  dscpMask?: number | undefined
  /** Only packets of this protocol (IPPROTO_*), 1 to 255. */
  ipProto?: number | undefined
  /** Only packets from this port or these, 1 to 65534. */
  sport?: number | Range | undefined
  /** The bits of a single `sport` that count, 1 to 65535 (kernel 6.15). Default: all. */
  sportMask?: number | undefined
  /** Only packets to this port or these, 1 to 65534. */
  dport?: number | Range | undefined
  /** The bits of a single `dport` that count, 1 to 65535 (kernel 6.15). Default: all. */
  dportMask?: number | undefined
  /**
   * Only packets of sockets of this user or these, 0 to 4294967294. EPERM where the namespace belongs to another user
   * namespace than the caller's.
   */
  uidRange?: number | Range | undefined
  /** Only packets that came out of a tunnel with this key (in external mode), 1 to 2^53 - 1. */
  tunId?: number | undefined
  /** IPv6: only packets with this flow label, 0 to 1048575 (kernel 6.14). */
  flowLabel?: number | undefined
  /** IPv6: the bits of the flow label that count, 1 to 1048575. Default: all. */
  flowLabelMask?: number | undefined
  /** The table of the VRF that the packet came in by or leaves by, instead of `table`. */
  l3mdev?: boolean | undefined
  /** The rule is for packets that do not have what is given. */
  invert?: boolean | undefined
  /**
   * What becomes of the packets, by name or number from 0 to 255. Default: `goto` where `goto` is given, or else
   * `lookup`.
   */
  action?: RuleAction | number | undefined
  /** The table to look into, by name or number from 1 to 4294967295. Default: `main`. */
  table?: RouteTable | number | undefined
  /** The priority of the rule to go on with, which must be greater than this one's: 1 to 4294967295. */
  goto?: number | undefined
  /** Routes with a prefix of this length or shorter do not count, 0 to 128. */
  suppressPrefixLength?: number | undefined
  /** Routes by a link of this group do not count, 0 to 2147483647. */
  suppressIfGroup?: number | undefined
  /** IPv4: the realms of packets whose route has none. */
  realms?: Realms | undefined
  /** Who made the rule, by name or number from 0 to 255. Default: `unspec`. */
  protocol?: RouteProtocol | number | undefined
  /** `permanent`: never to be deleted. `findSaddr`, IPv6: packets of this host get a source address before the rule is asked. */
  flags?: readonly (RuleSettableFlag | number)[] | undefined
}

/** What of a rule is told as it was given. */
type ToldOfRules =
  | 'from'
  | 'to'
  | 'fwmark'
  | 'fwmask'
  | 'tos'
  | 'dscp'
  | 'ipProto'
  | 'sportMask'
  | 'dportMask'
  | 'tunId'
  | 'flowLabel'
  | 'flowLabelMask'
  | 'l3mdev'
  | 'invert'
  | 'goto'
  | 'suppressPrefixLength'
  | 'suppressIfGroup'

/** A rule as the kernel has it. */
export interface Rule extends WithUnknown, Told<RuleSpec, ToldOfRules> {
  family: RuleFamily
  /** Rules are asked in the order of their priorities. */
  priority: number
  action: RuleAction | number
  flags: readonly (RuleFlag | number)[]
  /** The table to look into. Absent where it is of no lookup. */
  table?: RouteTable | number
  /** Only packets that came in by the link of this name; `lo`: those of this host. */
  iif?: string
  /** Only packets of sockets bound to the link of this name. */
  oif?: string
  /** From 6.15 on the kernel tells the masks of `dscp` and of single ports where none was given, too. */
  dscpMask?: number
  /** Only packets from these ports. */
  sport?: Range
  /** Only packets to these ports. */
  dport?: Range
  /** Only packets of sockets of these users. */
  uidRange?: Range
  /** IPv4: the realms of packets whose route has none. */
  realms?: { from: number; to: number }
  /** Who made the rule. */
  protocol?: RouteProtocol | number
}

const headerOptions = ['family', 'tos', 'invert', 'action', 'flags'] as const
const ruleOptions: readonly string[] = [...ruleAttributes.names, ...headerOptions]

/** Selectors and the like that only some families' rules have: elsewhere the kernel would pass them over. */
const unicastOnly: readonly string[] = [
  'from', 'to', 'tos', 'dscp', 'dscpMask', 'ipProto', 'sport', 'sportMask', 'dport', 'dportMask', 'realms',
  'suppressPrefixLength', 'suppressIfGroup',
] satisfies (keyof RuleSpec)[] // prettier-ignore

/** What stands on another option, without which the kernel refuses it or does not look at it. */
const stands: readonly (readonly [keyof RuleSpec, keyof RuleSpec])[] = [
  ['dscpMask', 'dscp'],
  ['sportMask', 'sport'],
  ['dportMask', 'dport'],
  ['flowLabelMask', 'flowLabel'],
]

/** "100 from 10.0.0.0/8 iif eth0 table 5" */
export function describeRule(spec: Partial<RuleSpec>): string {
  const words: string[] = []
  for (const name of ['priority', 'from', 'to', 'iif', 'oif', 'action', 'table', 'goto'] as const) {
    const value = spec[name]
    if (value === undefined) continue
    const text = String(typeof value === 'object' ? value.name : value)
    words.push(name === 'priority' || name === 'action' ? text : `${name} ${text}`)
  }
  return words.join(' ') || 'for all packets'
}

/** Writes the message of a rule. One that deletes leaves open what is not given. */
export function writeRule(w: Writer, type: number, flags: number, spec: RuleSpec, deletes: boolean) {
  w.begin(type, flags, RULE_HEADER_SIZE)
  const header = w.offset - RULE_HEADER_SIZE
  checkOptions(w, spec, ruleOptions)
  const family = familyOfRule(w, spec)
  refuseForeign(w, family, spec)
  let table = -1
  let lengths = 0
  for (const name in spec) {
    const value: unknown = spec[name as keyof RuleSpec]
    if (value === undefined || (headerOptions as readonly string[]).includes(name)) continue
    at(w, name)
    switch (name) {
      case 'from':
      case 'to': {
        const prefix = parsePrefix(w, value as string)
        if (prefix.family !== family) throw w.invalid(`an ${spec.family ?? (family === AF_INET ? 'ipv4' : 'ipv6')} prefix`, value, 'range') // prettier-ignore
        const token = w.open(name === 'from' ? FRA_SRC : FRA_DST)
        putAddress(w, prefix.address, prefix.family)
        w.close(token)
        lengths |= prefix.length << (name === 'from' ? 8 : 0)
        break
      }
      case 'table':
        table = numberOf(w, routeTableNumber, value as RouteTable, 0xffffffff)
        break
      case 'l3mdev':
        // The kernel takes no 0 here.
        if (!truthOption(w, name, value)) break
        w.depth = 0
        ruleAttributes.writeOne(w, name, value, ruleOptions)
        break
      default:
        w.depth = 0
        ruleAttributes.writeOne(w, name, value, ruleOptions)
    }
  }
  if (spec.flowLabel !== undefined && spec.flowLabelMask === undefined) {
    ruleAttributes.writeOne(w, 'flowLabelMask', WHOLE_FLOW_LABEL, ruleOptions)
  }
  const action = actionOf(w, spec, deletes)
  if (table < 0 && !deletes && action === ruleAction.lookup && spec.l3mdev !== true) table = routeTableNumber.main
  if (table > 255) {
    const token = w.open(FRA_TABLE)
    w.putU32(table)
    w.close(token)
  }
  at(w, 'flags')
  const bits = spec.flags === undefined ? 0 : bitsOf(w, ruleSettableFlag, spec.flags)
  const invert = truthOption(w, 'invert', spec.invert) ? INVERT : 0
  const tos = spec.tos === undefined ? 0 : integerOption(w, 'tos', spec.tos, 0, 255)
  const start = w.at(header)
  const { bytes } = w
  bytes[start] = family
  bytes[start + 1] = lengths & 0xff
  bytes[start + 2] = lengths >> 8
  bytes[start + 3] = tos
  bytes[start + 4] = table > 255 ? routeTableNumber.unspec : Math.max(table, 0)
  bytes[start + 7] = action
  w.u32[(start + 8) >> 2] = (bits | invert) >>> 0
  return w.finish()
}

/** The family that is given, or that of the prefixes. */
function familyOfRule(w: Writer, spec: RuleSpec): number {
  at(w, 'family')
  if (spec.family !== undefined) return familyNumber(w, spec.family)
  for (const name of ['from', 'to'] as const) {
    const prefix = spec[name]
    at(w, name)
    if (prefix !== undefined) return parsePrefix(w, prefix).family
  }
  return AF_INET
}

export function familyNumber(w: Writer, family: RuleFamily): number {
  if (typeof family === 'string' && Object.hasOwn(ruleFamily, family)) return ruleFamily[family]
  throw w.invalid(`one of ${Object.keys(ruleFamily).join(', ')}`, family, typeof family === 'string' ? 'range' : 'type')
}

/** Refuses what the kernel would not look at, or what contradicts itself. */
function refuseForeign(w: Writer, family: number, spec: RuleSpec): void {
  const refuse = (name: keyof RuleSpec, where: string): never => {
    at(w, name)
    throw w.invalid(`nothing ${where}`, spec[name])
  }
  if (family !== AF_INET && family !== AF_INET6) {
    for (const name of unicastOnly) {
      if (spec[name as keyof RuleSpec] !== undefined) {
        refuse(name as keyof RuleSpec, 'with a rule of multicast routing, which does not look at it')
      }
    }
  }
  if (family !== AF_INET && spec.realms !== undefined) refuse('realms', 'with an IPv6 rule: it is of IPv4 alone')
  if (family !== AF_INET6 && spec.flowLabel !== undefined) {
    refuse('flowLabel', 'with a rule that is not of IPv6: it is of IPv6 alone')
  }
  if (spec.dscp !== undefined && spec.tos !== undefined) refuse('dscp', 'with tos, which holds it too')
  for (const [name, other] of stands) {
    if (spec[name] !== undefined && spec[other] === undefined) refuse(name, `without ${other}`)
  }
}

/** FR_ACT_*: 0, which is any, in a deletion that does not say. */
function actionOf(w: Writer, spec: RuleSpec, deletes: boolean): number {
  at(w, 'action')
  const implied = spec.goto !== undefined ? ruleAction.goto : deletes ? 0 : ruleAction.lookup
  const action = spec.action === undefined ? implied : numberOf(w, ruleAction, spec.action, 0xff)
  if (spec.goto !== undefined && action !== ruleAction.goto) {
    at(w, 'goto')
    throw w.invalid('nothing with an action that is not goto', spec.goto)
  }
  if (spec.goto === undefined && action === ruleAction.goto) {
    at(w, 'goto')
    throw w.invalid('the priority to go on with', undefined)
  }
  if (!deletes && spec.table !== undefined && action !== ruleAction.lookup) {
    at(w, 'table')
    throw w.invalid('nothing with an action that is not lookup', spec.table)
  }
  return action
}

const familyNames = new Map(Object.entries(ruleFamily).map(([name, number]) => [number as number, name as RuleFamily]))
const actionNames = new Map(Object.entries(ruleAction).map(([name, number]) => [number as number, name as RuleAction]))
const tableNames = new Map(
  Object.entries(routeTableNumber).map(([name, number]) => [number as number, name as RouteTable]),
)

/** Reads a rule; undefined where it is of a family that has none here. */
export function readRule(r: Reader, { body, end }: Message): Rule | undefined {
  if (end - body < RULE_HEADER_SIZE) return undefined
  const { bytes } = r
  const family = familyNames.get(bytes[body]!)
  if (family === undefined) return undefined
  const action = bytes[body + 7]!
  const bits = r.getU32(body + 8)
  const rule: Rule = {
    family,
    // Not sent where it is 0.
    priority: 0,
    action: actionNames.get(action) ?? action,
    flags: namesOf(ruleFlag, bits & ~INVERT),
  }
  const table = bytes[body + 4]!
  if (table !== 0) rule.table = tableNames.get(table) ?? table
  ruleAttributes.read(r, body + RULE_HEADER_SIZE, end, rule)
  if ((bits & INVERT) !== 0) rule.invert = true
  if (bytes[body + 3] !== 0) rule.tos = bytes[body + 3]!
  if (rule.to !== undefined) rule.to += `/${bytes[body + 1]}`
  if (rule.from !== undefined) rule.from += `/${bytes[body + 2]}`
  if (rule.suppressPrefixLength === NOT_SUPPRESSED) delete rule.suppressPrefixLength
  // The table of what is no lookup, and of the VRF's.
  if (rule.table === 'unspec') delete rule.table
  return rule
}

/** Which rules to list or to flush. The kernel tells them by family; the rest is looked at here. */
export interface RuleFilter {
  /** Rules of this family alone. Default: ipv4 and ipv6. */
  family?: RuleFamily | undefined
  /** Those with this priority alone. Default: all. */
  priority?: number | undefined
  /** Those that look into this table alone, by name or number. Default: all. */
  table?: RouteTable | number | undefined
  /** Those alone that this one made, by name or number from 0 to 255. Default: all. */
  protocol?: RouteProtocol | number | undefined
}
const filterOptions = ['family', 'priority', 'table', 'protocol'] satisfies (keyof RuleFilter)[]

/** Writes the request for a dump of rules. */
export function writeRuleFilter(w: Writer, type: number, flags: number, filter: RuleFilter) {
  w.begin(type, flags, RULE_HEADER_SIZE)
  checkOptions(w, filter, filterOptions)
  const start = w.position - RULE_HEADER_SIZE
  at(w, 'family')
  if (filter.family !== undefined) w.bytes[start] = familyNumber(w, filter.family)
  return w.finish()
}

/** Whether a rule is one of those. */
export function ruleFitter(w: Writer, filter: RuleFilter): (rule: Rule) => boolean {
  const { family, priority, table, protocol } = filter
  if (priority !== undefined) integerOption(w, 'priority', priority, 0, 0xffffffff)
  at(w, 'table')
  const wantedTable = table === undefined ? undefined : numberOf(w, routeTableNumber, table, 0xffffffff)
  at(w, 'protocol')
  const { names } = ruleAttributes.map.protocol.codec as ReturnType<typeof routeProtocol>
  const wantedProtocol = protocol === undefined ? undefined : numberOf(w, names, protocol, 0xff)
  const number = (numbers: Record<string, number>, value: string | number | undefined) =>
    typeof value === 'string' ? numbers[value] : (value ?? 0)
  return (rule) =>
    (family !== undefined ? rule.family === family : rule.family === 'ipv4' || rule.family === 'ipv6') &&
    (priority === undefined || rule.priority === priority) &&
    (wantedTable === undefined || number(routeTableNumber, rule.table) === wantedTable) &&
    (wantedProtocol === undefined || number(names, rule.protocol) === wantedProtocol)
}
