/** VNIs of a vxlan that has many (VXLAN_VNIFILTER_*, linux/if_link.h; RTM_NEWTUNNEL, tunnel_msg). */
import {
  attribute,
  attributes,
  either,
  nested,
  NLA_F_NESTED,
  type Read,
  readOnly,
  repeated,
} from '../wire/attributes.js'
import { u32, u64 } from '../wire/codec.js'
import { AF_INET6, familyOf, ip } from '../wire/inet.js'
import { unknownOption } from '../wire/invalid.js'
import type { Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'
import { eachGiven, integer, rangeEnd, required, truth } from './given.js'
import { type LinkReference, putLinkReference } from './link-reference.js'
import { AF_BRIDGE } from './rtnetlink.js'

/** struct tunnel_msg: u8 family │ u8 flags │ u16 │ u32 ifindex */
export const TUNNEL_MSG_SIZE = 8

const TUNNEL_MSG_FLAG_STATS = 1
const LAST_VNI = 0xffffff
const ENTRY = 1

/** VNIFILTER_ENTRY_STATS_* */
const vniStatistics = attributes(
  {
    /** Bytes received. */
    rxBytes: readOnly(1, u64()),
    /** Packets received. */
    rxPkts: readOnly(2, u64()),
    /** Packets received and dropped for want of resources, or since the link is down. */
    rxDrops: readOnly(3, u64()),
    /** Packets received that were wrong. */
    rxErrors: readOnly(4, u64()),
    /** Bytes sent. */
    txBytes: readOnly(5, u64()),
    /** Packets sent. */
    txPkts: readOnly(6, u64()),
    /** Packets dropped instead of sent, such as those to addresses that are not known. */
    txDrops: readOnly(7, u64()),
    /** Packets that could not be sent: there was no route to the VTEP, or no memory. */
    txErrors: readOnly(8, u64()),
  },
  9,
)

/** VXLAN_VNIFILTER_ENTRY_* */
const vniEntry = attributes({
  start: attribute(1, u32({ max: LAST_VNI })),
  end: attribute(2, u32({ max: LAST_VNI })),
  /** Where packets to unknown addresses go: a multicast group, or a VTEP. */
  group: either(attribute(3, ip()), 4, (value) => familyOf(value as string | Uint8Array) === AF_INET6),
  /** What came and went. */
  statistics: readOnly(5, nested(vniStatistics)),
})

/** VXLAN_VNIFILTER_* */
export const vniAttributes = attributes({ entry: repeated(ENTRY, nested(vniEntry)) })

/** VNIs of a vxlan. */
export interface VniKey {
  /** The vxlan: one with `external` and `vnifilter`. */
  link: LinkReference
  /** The VNI, 1 to 16777215. */
  vni: number
  /** The last of a range of VNIs that begins with `vni`. */
  vniEnd?: number | undefined
}

/** VNIs that a vxlan is to have. */
export interface VniSpec extends VniKey {
  /**
   * Where packets to unknown addresses go: an IPv4 or IPv6 address of a multicast group, or of a VTEP. Default: what the
   * vxlan has for all its VNIs.
   */
  group?: string | Uint8Array | undefined
}

/** Which VNIs to list. The kernel does the filtering. */
export interface VniFilter {
  /** Those of one vxlan. */
  link?: LinkReference | undefined
  /** What came and went too: each VNI is then told by itself, never in a range. */
  statistics?: boolean | undefined
}

/** VNIs that a vxlan has: one, or several one after the other that are alike. */
export interface VxlanVni extends Omit<Read<typeof vniEntry.map>, 'start' | 'end'> {
  /** The vxlan. */
  ifindex: number
  /** The VNI; of a range the first. */
  vni: number
  /** The last of the range; absent where it is one VNI. */
  vniEnd?: number
}

/** Writes the message that gives VNIs to a vxlan, or takes them. */
export function writeVni(w: Writer, type: number, spec: VniSpec, known: readonly string[]) {
  w.begin(type, 0, TUNNEL_MSG_SIZE)
  const header = w.offset - TUNNEL_MSG_SIZE
  w.bytes[w.at(header)] = AF_BRIDGE
  required(w, spec, { link: 'a vxlan', vni: `a VNI, an integer from 1 to ${LAST_VNI}` })
  const nest = w.open(ENTRY | NLA_F_NESTED)
  eachGiven(w, spec, (name, value) => {
    if (!known.includes(name)) throw unknownOption(name, known)
    if (name === 'link') putLinkReference(w, w.at(header) + 4, value as LinkReference)
    else if (name === 'group') {
      w.depth = 0
      vniEntry.writeOne(w, name, value, known)
    } else {
      const token = w.open(name === 'vni' ? 1 : 2)
      w.putU32(name === 'vni' ? integer(w, value, 1, LAST_VNI) : rangeEnd(w, value, spec.vni, 'vni', LAST_VNI))
      w.close(token)
    }
  })
  w.close(nest)
  return w.finish()
}

/** Writes the question for the VNIs of all vxlans or of one. */
export function writeVniQuestion(w: Writer, type: number, flags: number, filter: VniFilter) {
  w.begin(type, flags, TUNNEL_MSG_SIZE)
  const header = w.offset - TUNNEL_MSG_SIZE
  w.bytes[w.at(header)] = AF_BRIDGE
  required(w, filter, {})
  eachGiven(w, filter, (name, value) => {
    if (name === 'link') putLinkReference(w, w.at(header) + 4, value as LinkReference)
    else if (name !== 'statistics') throw unknownOption(name, ['link', 'statistics'])
    else if (truth(w, value)) w.bytes[w.at(header) + 1] = TUNNEL_MSG_FLAG_STATS
  })
  return w.finish()
}

/** Reads the VNIs of RTM_NEWTUNNEL and RTM_DELTUNNEL: a message may have many. */
export function readVnis(r: Reader, { body, end }: Pick<Message, 'body' | 'end'>): VxlanVni[] {
  if (end - body < TUNNEL_MSG_SIZE) return []
  const ifindex = r.getU32(body + 4)
  const { entry = [] } = vniAttributes.read(r, body + TUNNEL_MSG_SIZE, end)
  return entry.flatMap(({ start, end, ...rest }) => {
    if (start === undefined) return []
    const vni: VxlanVni = { ifindex, vni: start, ...rest }
    if (end !== undefined && end !== start) vni.vniEnd = end
    return vni
  })
}
