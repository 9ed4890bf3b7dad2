/** Nexthop objects (NHA_*, linux/nexthop.h; RTM_NEWNEXTHOP, nhmsg; ip-nexthop(8)), and the buckets of resilient groups. */
import {
  attribute,
  attributes,
  isPlainObject,
  nested,
  NLA_F_NESTED,
  type Read,
  readOnly,
  writeOnly,
  type WithUnknown,
} from '../wire/attributes.js'
import { bits, bool32, type Codec, flag, namesOf, numberOf, oneOf, u16, u32, u64, uint } from '../wire/codec.js'
import { AF_INET, AF_INET6, familyOf, ip } from '../wire/inet.js'
import { unknownOption } from '../wire/invalid.js'
import { listOf } from '../wire/list.js'
import type { Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'
import { linkIndex, type LinkReference } from './link-reference.js'
import { encapAttributes, type RouteEncapSpec, writeEncap } from './route-encap.js'
import { type NexthopFlag, nexthopFlag, type Way } from './route-nexthop.js'
import { type RouteProtocol, routeProtocolNumber } from './route-protocol.js'
import { type RouteScope, scopeName } from './route-scope.js'
import { AF_UNSPEC } from './rtnetlink.js'
import type { Told } from './told.js'

/** struct nhmsg: u8 family │ u8 scope │ u8 protocol │ u8 │ u32 flags */
export const NHMSG_SIZE = 8

const NHA_ENCAP_TYPE = 7
const NHA_ENCAP = 8
const NHA_RES_BUCKET = 13

/** NEXTHOP_GRP_TYPE_* */
export const nexthopGroupType = {
  /** Flows are divided by a hash; a change of the group may move any of them. */
  mpath: 0,
  /** Flows are divided among buckets, which move from one nexthop to another one when they are idle. */
  resilient: 1,
} as const
export type NexthopGroupType = keyof typeof nexthopGroupType

/** NHA_OP_FLAG_*: what answers are to tell, and what they say of the kernel. */
export const nexthopOperationFlag = {
  /** Packets of each nexthop of a group are told (6.9). */
  dumpStats: 0x1,
  /** Those that hardware has forwarded too (6.9). */
  dumpHwStats: 0x2,
  /** Answers: the kernel knows weights of 16 bits (6.12). */
  respGrpResvd0: 0x80000000,
} as const
export type NexthopOperationFlag = keyof typeof nexthopOperationFlag

/** One nexthop of a group. */
export interface NexthopGroupMemberSpec {
  /** The id of the nexthop, which is there. */
  id: number
  /** Its share among the others, 1 to 65535; above 255 from Linux 6.12 on. Default: 1. */
  weight?: number | undefined
}
export interface NexthopGroupMember {
  /** The id of the nexthop. */
  id: number
  /** Its share among the others, 1 to 65535. */
  weight: number
}

/** struct nexthop_grp: u32 id │ u8 weight less one │ u8 its high byte │ u16 */
const GROUP_MEMBER_SIZE = 8
const HIGHEST_WEIGHT = 0xffff

const group = (): Codec<readonly NexthopGroupMemberSpec[], NexthopGroupMember[]> => ({
  wire: 'struct nexthop_grp[]',
  expects: 'an array of one or more of { id, weight }',
  write(w, value) {
    if (!Array.isArray(value)) throw w.invalid(this.expects, value)
    if (value.length === 0) throw w.invalid(this.expects, value, 'range')
    w.reserve(GROUP_MEMBER_SIZE * value.length)
    const { depth } = w
    for (let i = 0; i < value.length; i++) {
      const member: unknown = value[i]
      w.trail[depth] = i
      w.depth = depth + 1
      if (!isPlainObject(member)) throw w.invalid('an object with id and weight', member)
      for (const name in member) {
        w.trail[depth + 1] = name
        w.depth = depth + 2
        if (name !== 'id' && name !== 'weight') throw unknownOption(w.path, ['id', 'weight'])
      }
      w.depth = depth + 2
      w.trail[depth + 1] = 'id'
      const id = within(w, member.id, 0xffffffff)
      w.trail[depth + 1] = 'weight'
      const less = member.weight === undefined ? 0 : within(w, member.weight, HIGHEST_WEIGHT) - 1
      w.putU32(id)
      w.putU8(less & 0xff)
      w.putU8(less >> 8)
      w.position += 2
    }
    w.depth = depth
  },
  read(r, start, end) {
    const members: NexthopGroupMember[] = []
    for (let at = start; at + GROUP_MEMBER_SIZE <= end; at += GROUP_MEMBER_SIZE) {
      members.push({ id: r.getU32(at), weight: ((r.bytes[at + 5]! << 8) | r.bytes[at + 4]!) + 1 })
    }
    return members
  },
})

function within(w: Writer, value: unknown, most: number): number {
  const expects = `an integer from 1 to ${most}`
  if (!Number.isInteger(value)) throw w.invalid(expects, value)
  if ((value as number) < 1 || (value as number) > most) throw w.invalid(expects, value, 'range')
  return value as number
}

/** NHA_RES_GROUP_*. Times are in hundredths of a second. */
const resilientGroup = attributes(
  {
    /** How many buckets there are, 1 to 65535; fixed when the group is made. Needed then. */
    buckets: attribute(1, u16({ min: 1 })),
    /** How long a bucket must have had no packet to be moved, in hundredths of a second. Default: 12000. */
    idleTimer: attribute(2, u32()),
    /** How long a group may stay unbalanced until busy buckets are moved, in hundredths of a second. Default: 0, for ever. */
    unbalancedTimer: attribute(3, u32()),
    /** How long the group has been unbalanced, in hundredths of a second. */
    unbalancedTime: readOnly(4, u64()),
  },
  0,
)

/** NHA_RES_BUCKET_* */
const bucket = attributes(
  {
    /** Which of the buckets of the group, from 0. */
    index: attribute(1, u16()),
    /** How long it has had no packet, in hundredths of a second. */
    idleTime: readOnly(2, u64()),
    /** The nexthop that has it. */
    nexthopId: attribute(3, u32({ min: 1 })),
  },
  0,
)

/** NHA_GROUP_STATS_ENTRY_* */
const statistics = attributes({
  /** The id of the nexthop. */
  id: readOnly(1, u32()),
  /** Packets that were sent by it, those of hardware among them where they are asked for. */
  packets: readOnly(2, uint()),
  /** Packets that hardware has sent by it. */
  packetsHw: readOnly(3, uint()),
})

/** NHA_*, by the names of the options that fill them. */
export const nexthopAttributes = attributes({
  id: attribute(1, u32({ min: 1 })),
  group: attribute(2, group()),
  groupType: attribute(3, oneOf(u16(), nexthopGroupType)),
  blackhole: attribute(4, flag()),
  oif: attribute(5, linkIndex()),
  via: attribute(6, ip()),
  ...encapAttributes(NHA_ENCAP_TYPE, NHA_ENCAP),
  groups: writeOnly(9, flag()),
  master: writeOnly(10, linkIndex()),
  fdb: attribute(11, flag()),
  resilient: attribute(12, nested(resilientGroup)),
  bucket: attribute(NHA_RES_BUCKET, nested(bucket)),
  opFlags: attribute(14, bits(u32(), nexthopOperationFlag)),
  groupStats: readOnly(15, listOf(1, nested(statistics))),
  hwStatsEnable: attribute(16, bool32()),
  hwStatsUsed: readOnly(17, bool32()),
})

/** A nexthop object to be added or replaced: a way out (`via`, `oif`), a `blackhole`, or a `group` of others. */
export interface NexthopObjectSpec {
  /** By which routes and groups name it, 1 to 4294967295. Default: one that is free, which the answer tells. */
  id?: number | undefined
  /** Of one without `via`. Default: ipv4. */
  family?: 'ipv4' | 'ipv6' | undefined
  /** The gateway. */
  via?: string | Uint8Array | undefined
  /** The link that it leaves by. */
  oif?: LinkReference | undefined
  /** The gateway is taken to be on the link, whatever the addresses say. */
  onlink?: boolean | undefined
  /** Packets are dropped silently. */
  blackhole?: boolean | undefined
  /** What is put around the packets. */
  encap?: RouteEncapSpec | undefined
  /** For FDB entries instead of routes: `via` is a VTEP, or the members of the group are. */
  fdb?: boolean | undefined
  /** Several nexthops, among which flows are divided by weight. */
  group?: readonly NexthopGroupMemberSpec[] | undefined
  /** How flows are divided among the members. Default: `mpath`. */
  groupType?: NexthopGroupType | number | undefined
  /** Buckets and timers of a group of the type `resilient` (5.13). */
  resilient?:
    { buckets?: number | undefined; idleTimer?: number | undefined; unbalancedTimer?: number | undefined } | undefined
  /** Of a group: hardware is asked to count packets (6.9). */
  hwStatsEnable?: boolean | undefined
  /** Who made it, by name or number from 0 to 255. Default: `unspec`. */
  protocol?: RouteProtocol | number | undefined
}

/** A nexthop object as the kernel has it. */
export interface NexthopObject
  extends WithUnknown, Pick<Way, 'via' | 'oif' | 'encap'>, Told<NexthopObjectSpec, 'blackhole' | 'fdb'> {
  /** By which routes and groups name it. */
  id: number
  /** Absent: of a group. */
  family?: 'ipv4' | 'ipv6'
  scope: RouteScope | number
  protocol: RouteProtocol | number
  flags: readonly (NexthopFlag | number)[]
  /** Of a group: its members, among which flows are divided by weight. */
  group?: NexthopGroupMember[]
  groupType?: NexthopGroupType | number
  resilient?: Read<typeof resilientGroup.map>
  /** What each nexthop of the group has sent, where it was asked for. */
  groupStats?: Read<typeof statistics.map>[]
  /** Of a group: whether hardware is asked to count packets (6.9). */
  hwStatsEnable?: boolean
  /** Of a group: whether any hardware counts them (6.9). */
  hwStatsUsed?: boolean
  opFlags?: readonly (NexthopOperationFlag | number)[]
}

const objectOptions = [
  'id', 'family', 'via', 'oif', 'onlink', 'blackhole', 'encap', 'fdb', 'group', 'groupType', 'resilient',
  'hwStatsEnable', 'protocol',
] satisfies (keyof NexthopObjectSpec)[] // prettier-ignore

/** "nexthop 12" */
export const describeNexthop = ({ id }: { id?: number | undefined }): string =>
  id === undefined ? 'nexthop' : `nexthop ${id}`

/** Writes the message of a nexthop object to be made. */
export function writeNexthop(w: Writer, type: number, flags: number, spec: NexthopObjectSpec) {
  w.begin(type, flags, NHMSG_SIZE)
  const header = w.offset - NHMSG_SIZE
  if (!isPlainObject(spec)) throw w.invalid('an object', spec)
  let onlink = false
  let protocol = 0
  for (const name in spec) {
    const value: unknown = spec[name]
    if (value === undefined) continue
    w.trail[0] = name
    w.depth = 1
    switch (name) {
      case 'family':
        if (value !== 'ipv4' && value !== 'ipv6') throw w.invalid('ipv4 or ipv6', value)
        break
      case 'onlink':
        if (typeof value !== 'boolean') throw w.invalid('true or false', value)
        onlink = value
        break
      case 'encap':
        writeEncap(w, value as RouteEncapSpec, NHA_ENCAP_TYPE, NHA_ENCAP)
        break
      case 'protocol':
        protocol = numberOf(w, routeProtocolNumber, value as RouteProtocol, 0xff)
        break
      default:
        w.depth = 0
        if (!(objectOptions as readonly string[]).includes(name)) throw unknownOption(name, objectOptions)
        nexthopAttributes.writeOne(w, name, value, objectOptions)
    }
  }
  const { groupType, resilient } = spec
  if (resilient !== undefined && groupType !== 'resilient' && groupType !== nexthopGroupType.resilient) {
    w.trail[0] = 'groupType'
    w.depth = 1
    throw w.invalid('resilient, which has buckets and timers', groupType)
  }
  const family = familyOfNexthop(w, spec)
  const at = w.at(header)
  w.bytes[at] = family
  w.bytes[at + 2] = protocol
  if (onlink) w.u32[(at + 4) >> 2] = nexthopFlag.onlink
  return w.finish()
}

function familyOfNexthop(w: Writer, { family, via, group }: NexthopObjectSpec): number {
  const told = family === undefined ? undefined : family === 'ipv6' ? AF_INET6 : AF_INET
  if (via === undefined) return told ?? (group === undefined ? AF_INET : AF_UNSPEC)
  const own = familyOf(via)
  if (told !== undefined && told !== own) {
    w.trail[0] = 'via'
    w.depth = 1
    throw w.invalid(`an ${family} address`, via, 'range')
  }
  return own
}

/** Which nexthop, and what is to be told of it. */
export interface NexthopQuestion {
  id: number
  /** What the answer is to tell: `dumpStats`, `dumpHwStats` (6.9). */
  opFlags?: readonly (NexthopOperationFlag | number)[] | undefined
}

/** Writes what names one nexthop object. */
export function writeNexthopQuestion(w: Writer, type: number, flags: number, question: NexthopQuestion) {
  w.begin(type, flags, NHMSG_SIZE)
  if (!isPlainObject(question)) throw w.invalid('an object', question)
  const options = ['id', 'opFlags']
  if (question.id === undefined) throw missing(w, 'id', 'an integer from 1 to 4294967295')
  for (const name in question) {
    if (!options.includes(name)) throw unknownOption(name, options)
    nexthopAttributes.writeOne(w, name, question[name], options)
  }
  return w.finish()
}

function missing(w: Writer, name: string, expects: string): Error {
  w.trail[0] = name
  w.depth = 1
  return w.invalid(expects, undefined)
}

/** Which nexthop objects to list. The kernel does the filtering. */
export interface NexthopFilter {
  /** Those of IPv4 or of IPv6 alone, which groups are neither of. Default: all. */
  family?: 'ipv4' | 'ipv6' | undefined
  /** Those that leave by this link alone. Default: all. */
  oif?: LinkReference | undefined
  /** Those whose link has this master. */
  master?: LinkReference | undefined
  /** Groups alone. */
  groups?: boolean | undefined
  /** Those for FDB entries alone. */
  fdb?: boolean | undefined
  /** What is to be told: `dumpStats`, `dumpHwStats` (6.9). */
  opFlags?: readonly (NexthopOperationFlag | number)[] | undefined
}
const filterOptions = ['family', 'oif', 'master', 'groups', 'fdb', 'opFlags'] satisfies (keyof NexthopFilter)[]

/** Writes the request for a dump of nexthop objects. */
export function writeNexthopFilter(w: Writer, type: number, flags: number, filter: NexthopFilter) {
  w.begin(type, flags, NHMSG_SIZE)
  const header = w.offset - NHMSG_SIZE
  for (const name in filter) {
    const value: unknown = filter[name as keyof NexthopFilter]
    if (value === undefined) continue
    if (name === 'family') {
      w.trail[0] = name
      w.depth = 1
      if (value !== 'ipv4' && value !== 'ipv6') throw w.invalid('ipv4 or ipv6', value)
      w.bytes[w.at(header)] = value === 'ipv4' ? AF_INET : AF_INET6
      w.depth = 0
    } else {
      if (!(filterOptions as readonly string[]).includes(name)) throw unknownOption(name, filterOptions)
      nexthopAttributes.writeOne(w, name, value, filterOptions)
    }
  }
  return w.finish()
}

const protocolNames = new Map<number, RouteProtocol>(
  Object.entries(routeProtocolNumber).map(([name, number]) => [number, name as RouteProtocol]),
)

/** Reads a nexthop object; undefined where it is none. */
export function readNexthop(r: Reader, { body, end }: Message): NexthopObject | undefined {
  if (end - body < NHMSG_SIZE) return undefined
  const nexthop: NexthopObject = {
    id: 0,
    scope: scopeName(r.bytes[body + 1]!),
    protocol: protocolNames.get(r.bytes[body + 2]!) ?? r.bytes[body + 2]!,
    flags: namesOf(nexthopFlag, r.getU32(body + 4)),
  }
  const family = r.bytes[body]!
  if (family === AF_INET || family === AF_INET6) nexthop.family = family === AF_INET ? 'ipv4' : 'ipv6'
  return nexthopAttributes.read(r, body + NHMSG_SIZE, end, nexthop)
}

/** A bucket of a resilient group as the kernel has it. */
export interface NexthopBucket extends WithUnknown {
  /** The id of the group. */
  id: number
  /** Which of its buckets, from 0. */
  index: number
  /** The nexthop that has it. */
  nexthopId: number
  /** How long it has had no packet, in hundredths of a second. */
  idleTime: number
  flags: readonly (NexthopFlag | number)[]
}

/** Which bucket. */
export interface NexthopBucketKey {
  /** The id of the group. */
  id: number
  /** Which of its buckets, 0 to 65535. */
  index: number
}

/** Writes the question for one bucket. */
export function writeBucketQuestion(w: Writer, type: number, flags: number, key: NexthopBucketKey) {
  w.begin(type, flags, NHMSG_SIZE)
  if (!isPlainObject(key)) throw w.invalid('an object', key)
  const options = ['id', 'index']
  for (const name in key) if (!options.includes(name)) throw unknownOption(name, options)
  const { id, index } = key as unknown as NexthopBucketKey
  if (id === undefined) throw missing(w, 'id', 'an integer from 1 to 4294967295')
  if (index === undefined) throw missing(w, 'index', 'an integer from 0 to 65535')
  nexthopAttributes.writeOne(w, 'id', id, options)
  writeBucket(w, 'index', index)
  return w.finish()
}

/** A bucket's attribute, which the caller names without the nest around it. */
function writeBucket(w: Writer, name: 'index' | 'nexthopId', value: unknown): void {
  const token = w.open(NHA_RES_BUCKET | NLA_F_NESTED)
  bucket.writeOne(w, name, value, [])
  w.close(token)
}

/** Which buckets to list. The kernel does the filtering. */
export interface NexthopBucketFilter {
  /** Those of the group. */
  id?: number | undefined
  /** Those that this nexthop has. */
  nexthopId?: number | undefined
  /** Those whose nexthop leaves by the link. */
  oif?: LinkReference | undefined
  /** Those whose nexthop leaves by a link that has this master. */
  master?: LinkReference | undefined
}
const bucketFilterOptions = ['id', 'nexthopId', 'oif', 'master'] satisfies (keyof NexthopBucketFilter)[]

/** Writes the request for a dump of buckets. */
export function writeBucketFilter(w: Writer, type: number, flags: number, filter: NexthopBucketFilter) {
  w.begin(type, flags, NHMSG_SIZE)
  for (const name in filter) {
    const value: unknown = filter[name as keyof NexthopBucketFilter]
    if (value === undefined) continue
    if (!(bucketFilterOptions as readonly string[]).includes(name)) throw unknownOption(name, bucketFilterOptions)
    if (name === 'nexthopId') writeBucket(w, name, value)
    else nexthopAttributes.writeOne(w, name, value, bucketFilterOptions)
  }
  return w.finish()
}

/** Reads a bucket; undefined where it is none. */
export function readBucket(r: Reader, { body, end }: Message): NexthopBucket | undefined {
  if (end - body < NHMSG_SIZE) return undefined
  const { id = 0, bucket, unknownAttributes } = nexthopAttributes.read(r, body + NHMSG_SIZE, end)
  const { index = 0, nexthopId = 0, idleTime = 0, unknownAttributes: inside } = bucket ?? {}
  const found: NexthopBucket = { id, index, nexthopId, idleTime, flags: namesOf(nexthopFlag, r.getU32(body + 4)) }
  const unknown = [...(unknownAttributes ?? []), ...(inside ?? [])]
  if (unknown.length > 0) found.unknownAttributes = unknown
  return found
}
