/** Tables of neighbours and their parameters (linux/neighbour.h; RTM_GETNEIGHTBL, RTM_SETNEIGHTBL, ndtmsg; ip-ntable(8)). */
import {
  attribute,
  attributes,
  type Given,
  nested,
  NLA_F_NESTED,
  type Read,
  readOnly,
  type WithUnknown,
} from '../wire/attributes.js'
import { type Codec, text, u32, u64 } from '../wire/codec.js'
import { AF_INET, AF_INET6 } from '../wire/inet.js'
import type { Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import { struct, type StructValue } from '../wire/struct.js'
import type { Writer } from '../wire/writer.js'
import { linkIndex, type LinkReference } from './link-reference.js'
import { at, checkOptions, familyOption } from './option.js'
import type { Told } from './told.js'

/** struct ndtmsg: u8 family │ u8 │ u16 */
export const NDTMSG_SIZE = 4

/** Milliseconds in 64 bits, of which the kernel believes 31. */
const milliseconds = (min = 0): Codec<number> => {
  const carrier = u64()
  const expects = `milliseconds, an integer from ${min} to ${0x7fffffff}`
  return {
    wire: carrier.wire,
    expects,
    write(w, value) {
      if (!Number.isInteger(value)) throw w.invalid(expects, value)
      if (value < min || value > 0x7fffffff) throw w.invalid(expects, value, 'range')
      carrier.write(w, value)
    },
    read: (r, start, end) => carrier.read(r, start, end),
  }
}
const count = () => u32({ max: 0x7fffffff })

/** NDTPA_*: parameters of a link's neighbours, or those that new links begin with. */
const parameters = attributes(
  {
    /** The link whose neighbours they are. Absent: those that new links begin with. */
    ifindex: attribute(1, linkIndex()),
    /** How many neighbours go by them, and one. */
    referenceCount: readOnly(2, u32()),
    /** How long a neighbour is taken to be reachable after it was last heard of: chosen at random about the next one. */
    reachableTime: readOnly(3, milliseconds()),
    /** About how long a neighbour is taken to be reachable, in milliseconds. */
    baseReachableTime: attribute(4, milliseconds()),
    /** Milliseconds between solicitations. */
    retransTime: attribute(5, milliseconds()),
    /** Milliseconds before an unused neighbour may be forgotten. */
    gcStaleTime: attribute(6, milliseconds()),
    /** Milliseconds between the use of a stale neighbour and its first probe. */
    delayProbeTime: attribute(7, milliseconds()),
    /** Packets that wait for the resolution of an address, 0 to 2147483647; `queueLengthBytes` in other words. */
    queueLength: attribute(8, count()),
    /** Probes by a daemon (`app_solicit`) before the kernel's own, 0 to 2147483647. */
    appProbes: attribute(9, count()),
    /** Unicast probes before the address is asked for by multicast, 0 to 2147483647. */
    ucastProbes: attribute(10, count()),
    /** Multicast probes (broadcast ones of ARP) before the neighbour is taken to have failed, 0 to 2147483647. */
    mcastProbes: attribute(11, count()),
    /** Most milliseconds before an answer for an anycast address. */
    anycastDelay: attribute(12, milliseconds()),
    /** Most milliseconds before an answer for a proxied address. */
    proxyDelay: attribute(13, milliseconds()),
    /** Requests for proxied addresses that may wait, 0 to 2147483647. */
    proxyQueueLength: attribute(14, count()),
    /** Milliseconds before an address may change again (ARP). */
    lockTime: attribute(15, milliseconds()),
    /** Bytes of packets that wait for the resolution of an address, 0 to 2147483647. */
    queueLengthBytes: attribute(16, count()),
    /** Multicast probes after the unicast ones of a neighbour that was reachable, 0 to 2147483647. */
    mcastReprobes: attribute(17, count()),
    /** Milliseconds between probes of `managed` neighbours, from 1 (kernel 6.0). */
    intervalProbeTime: attribute(19, milliseconds(1)),
  },
  18,
)

const config = struct('ndt_config', {
  keyLength: 'u16',
  entrySize: 'u16',
  entries: 'u32',
  lastFlush: 'u32',
  lastRandom: 'u32',
  hashRandom: 'u32',
  hashMask: 'u32',
  hashChainGc: 'u32',
  proxyQueueLength: 'u32',
})

const statisticsFields = {
  allocs: 'u64',
  destroys: 'u64',
  hashGrows: 'u64',
  resFailed: 'u64',
  lookups: 'u64',
  hits: 'u64',
  rcvProbesMcast: 'u64',
  rcvProbesUcast: 'u64',
  periodicGcRuns: 'u64',
  forcedGcRuns: 'u64',
  tableFulls: 'u64',
} as const

/** NDTA_* */
export const neighborTableAttributes = attributes(
  {
    name: attribute(1, text(31, 1)),
    thresh1: attribute(2, count()),
    thresh2: attribute(3, count()),
    thresh3: attribute(4, count()),
    config: readOnly(5, config),
    parameters: attribute(6, nested(parameters)),
    statistics: readOnly(7, struct('ndt_stats', statisticsFields)),
    gcInterval: attribute(8, milliseconds()),
  },
  9,
)

type GivenParameters = Omit<Given<typeof parameters.map>, 'ifindex'>
type ReadParameters = Omit<Read<typeof parameters.map>, 'ifindex'>

/** What is changed of a table. */
export interface NeighborTableSpec {
  /** `arp_cache` (IPv4), `ndisc_cache` (IPv6). */
  name: string
  /** Of tables with the same name, that of one family. */
  family?: 'ipv4' | 'ipv6' | undefined
  /**
   * The link whose parameters change. Default: those that new links begin with, which can be changed so in the first
   * namespace only.
   */
  link?: LinkReference | undefined
  parameters?: GivenParameters | undefined
  /** Entries up to which none is ever collected, 0 to 2147483647. Of all namespaces: the first alone may change it. */
  thresh1?: number | undefined
  /** Entries beyond which those are collected that were not used for five seconds. Likewise. */
  thresh2?: number | undefined
  /** The most entries. Likewise. */
  thresh3?: number | undefined
  /** Milliseconds between collections, 0 to 2147483647. Likewise. */
  gcInterval?: number | undefined
}

/**
 * A table, with what it has beside the parameters, and the parameters that new links begin with; or, with `ifindex`, the
 * parameters of one link in it.
 */
export interface NeighborTable extends WithUnknown, Told<NeighborTableSpec, 'thresh1' | 'thresh2' | 'thresh3'> {
  /** Whether its entries are of IPv4 or of IPv6. */
  family: 'ipv4' | 'ipv6'
  /** 'arp_cache' for IPv4, 'ndisc_cache' for IPv6. */
  name: string
  /** The link whose parameters they are. Absent: those that new links begin with. */
  ifindex?: number
  parameters: ReadParameters
  /** Milliseconds between collections of unused entries. */
  gcInterval?: number
  /** The table of addresses itself; `lastFlush` and `lastRandom` in milliseconds before now. */
  config?: Partial<
    Record<
      | 'keyLength'
      | 'entrySize'
      | 'entries'
      | 'lastFlush'
      | 'lastRandom'
      | 'hashRandom'
      | 'hashMask'
      | 'hashChainGc'
      | 'proxyQueueLength',
      number
    >
  >
  /** Of all namespaces and processors. */
  statistics?: Partial<StructValue<typeof statisticsFields>>
}

const tableOptions = ['name', 'family', 'link', 'parameters', 'thresh1', 'thresh2', 'thresh3', 'gcInterval'] satisfies (keyof NeighborTableSpec)[] // prettier-ignore

/** Writes the message that changes a table. */
export function writeNeighborTable(w: Writer, type: number, flags: number, spec: NeighborTableSpec) {
  w.begin(type, flags, NDTMSG_SIZE)
  const header = w.offset - NDTMSG_SIZE
  checkOptions(w, spec, tableOptions)
  const family = familyOption(w, spec.family)
  if (family !== undefined) w.bytes[w.at(header)] = family
  at(w, 'name')
  if (spec.name === undefined) throw w.invalid('the name of a table such as arp_cache or ndisc_cache', undefined)
  const { link, parameters: given, family: _family, ...rest } = spec
  w.depth = 0
  neighborTableAttributes.write(w, rest)
  at(w, 'parameters')
  if (given !== undefined && (typeof given !== 'object' || given === null || Array.isArray(given))) {
    throw w.invalid('an object', given)
  }
  if (given !== undefined && 'ifindex' in given) {
    w.trail[1] = 'ifindex'
    w.depth = 2
    throw w.invalid('nothing: the link is named beside the parameters', given.ifindex)
  }
  if (given === undefined && link !== undefined) throw w.invalid('the parameters of the link', undefined)
  if (given === undefined) return w.finish()
  const token = w.open(6 | NLA_F_NESTED)
  at(w, 'link')
  if (link !== undefined) {
    w.depth = 0
    parameters.writeOne(w, 'ifindex', link, tableOptions)
    at(w, 'link')
  }
  at(w, 'parameters')
  parameters.write(w, given)
  w.close(token)
  return w.finish()
}

/** Which tables to list. */
export interface NeighborTableFilter {
  /** Tables of this family alone. Default: all of them. */
  family?: 'ipv4' | 'ipv6' | undefined
}

/** Writes the request for a dump of tables. */
export function writeNeighborTableFilter(w: Writer, type: number, flags: number, filter: NeighborTableFilter) {
  w.begin(type, flags, NDTMSG_SIZE)
  checkOptions(w, filter, ['family'])
  w.bytes[w.position - NDTMSG_SIZE] = familyOption(w, filter.family) ?? 0
  return w.finish()
}

/** Reads a table, or the parameters of a link in it; undefined for a family that is neither IPv4 nor IPv6. */
export function readNeighborTable(r: Reader, { body, end }: Message): NeighborTable | undefined {
  if (end - body < NDTMSG_SIZE) return undefined
  const family = r.bytes[body]
  if (family !== AF_INET && family !== AF_INET6) return undefined
  const table = neighborTableAttributes.read(r, body + NDTMSG_SIZE, end)
  const { name, parameters: { ifindex, ...rest } = {}, ...others } = table
  if (name === undefined) return undefined
  return {
    family: family === AF_INET ? 'ipv4' : 'ipv6',
    name,
    ...(ifindex === undefined ? {} : { ifindex }),
    parameters: rest,
    ...others,
  }
}
