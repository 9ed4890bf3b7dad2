/** Multicast databases of bridges and vxlans (MDBA_*, MDBE_*, linux/if_bridge.h; RTM_NEWMDB, br_port_msg). */
import {
  attribute,
  attributes,
  type Given,
  nested,
  type NestCodec,
  NLA_F_NESTED,
  type Read,
  readOnly,
  repeated,
} from '../wire/attributes.js'
import { type Codec, namesOf, oneOf, u16, u32, u8 } from '../wire/codec.js'
import { AF_INET, formatAddress, formatLinkAddress, familyOf, ip, putAddress, putLinkAddress } from '../wire/inet.js'
import { unknownOption } from '../wire/invalid.js'
import { listOf } from '../wire/list.js'
import type { Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'
import { eachGiven, integer, required } from './given.js'
import { linkIndex, type LinkReference, putLinkReference } from './link-reference.js'
import { type MulticastRouterPort, routerPorts } from './multicast-router-port.js'
import { routeProtocol } from './route-protocol.js'
import { AF_BRIDGE } from './rtnetlink.js'

/** struct br_port_msg: u8 family │ u24 │ u32 ifindex */
export const BR_PORT_MSG_SIZE = 8

/** struct br_mdb_entry: u32 ifindex │ u8 state │ u8 flags │ u16 vid │ the group, 16 bytes │ be16 protocol │ u16 */
const MDB_ENTRY_SIZE = 28
const ETH_P_IP = 0x0800
const ETH_P_IPV6 = 0x86dd

/** MDB_TEMPORARY, MDB_PERMANENT: whether the entry is ever forgotten. */
export const mdbState = {
  /** Learned from a member, and forgotten when it says nothing any more. */
  temporary: 0,
  /** Made by hand: it stays. */
  permanent: 1,
} as const
export type MdbState = keyof typeof mdbState

/** MDB_FLAGS_*: how it is with the entry. */
export const mdbFlag = {
  /** The hardware has it. */
  offload: 1 << 0,
  /** It goes at once when the member leaves. */
  fastLeave: 1 << 1,
  /** Of a source: there since the group excludes it. */
  starExcl: 1 << 2,
  /** Packets are not forwarded. */
  blocked: 1 << 3,
  /** The hardware could not take it. */
  offloadFailed: 1 << 4,
} as const
export type MdbFlag = keyof typeof mdbFlag

/** MCAST_EXCLUDE, MCAST_INCLUDE: whether the sources that are listed are the unwanted ones or the wanted. */
export const filterMode = { exclude: 0, include: 1 } as const

const sourceAttributes = attributes({
  address: readOnly(1, ip()),
  /** When it is forgotten: 1/100 s. */
  timer: readOnly(2, u32()),
})

/** MDBA_MDB_EATTR_* */
const entryAttributes = attributes({
  /** When the entry goes: 1/100 s, 0 for never. */
  timer: readOnly(1, u32()),
  /** The sources that the group has or excludes. */
  sourceList: readOnly(2, listOf(1, nested(sourceAttributes))),
  /** Whether those are wanted or unwanted. */
  filterMode: readOnly(3, oneOf(u8(), filterMode)),
  /** The source that the entry is of. */
  source: readOnly(4, ip()),
  /** Who made the entry. */
  protocol: readOnly(5, routeProtocol()),
  /** vxlan: the remote VTEP. */
  dst: readOnly(6, ip()),
  /** vxlan: the remote UDP port, where it is not the one of the device. */
  dstPort: readOnly(7, u16()),
  /** vxlan: the remote VNI, where it is not the one of the device. */
  vni: readOnly(8, u32()),
  /** vxlan: the ifindex of the link through which the VTEP is reached. */
  via: readOnly(9, linkIndex()),
  /** vxlan in external mode: the VNI that the entry belongs to. */
  srcVni: readOnly(10, u32()),
})

/** What a group is: a MAC address, an IPv4 or an IPv6 address. */
const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i
const GROUP = 'an IPv4, IPv6 or MAC address'

/** Writes the address of a group and its protocol: 18 bytes from `position`. */
function putGroup(w: Writer, value: string | Uint8Array): void {
  const end = w.offset + 18
  let protocol = 0
  if (typeof value === 'string' ? MAC.test(value) : value instanceof Uint8Array && value.length === 6) {
    putLinkAddress(w, value, 6)
  } else {
    if (typeof value !== 'string' && !(value instanceof Uint8Array)) throw w.invalid(GROUP, value)
    putAddress(w, value, 0)
    protocol = familyOf(value) === AF_INET ? ETH_P_IP : ETH_P_IPV6
  }
  w.position = w.at(end - 2)
  w.putBE16(protocol)
}

function readGroup(r: Reader, at: number): string {
  const protocol = r.getBE16(at + 16)
  if (protocol === 0) return formatLinkAddress(r.bytes, at, at + 6)
  return formatAddress(r.bytes, at, protocol === ETH_P_IPV6 ? 16 : 4)
}

/** An entry of a multicast database as the kernel has it. */
export interface MdbEntry extends Omit<Read<typeof entryAttributes.map>, 'sourceList'> {
  /** The bridge, or the vxlan. */
  ifindex: number
  /** The port that members are behind: its ifindex, or that of the bridge or vxlan itself. */
  port: number
  /** An IPv4, IPv6 or MAC address. */
  group: string
  /** Absent where there is none. */
  vid?: number
  state: MdbState
  flags: readonly (MdbFlag | number)[]
  /** The sources that `filterMode` is about; `timer`: when each is forgotten, in 1/100 s. */
  sourceList?: { address?: string; timer?: number }[]
}

const entryInfo: NestCodec<never, Omit<MdbEntry, 'ifindex'>> = {
  wire: 'nest',
  expects: 'nothing: the kernel keeps it',
  headerSize: MDB_ENTRY_SIZE,
  table: entryAttributes,
  write(w, value) {
    throw w.invalid(this.expects, value)
  },
  read(r, start, end) {
    if (end - start < MDB_ENTRY_SIZE) return undefined
    const entry: Omit<MdbEntry, 'ifindex'> = {
      port: r.getU32(start),
      group: readGroup(r, start + 8),
      state: r.bytes[start + 4] === mdbState.permanent ? 'permanent' : 'temporary',
      flags: namesOf(mdbFlag, r.bytes[start + 5]!),
    }
    const vid = r.getU16(start + 6)
    if (vid !== 0) entry.vid = vid
    return entryAttributes.read(r, start + MDB_ENTRY_SIZE, end, entry)
  },
}

/** MDBA_*: what the kernel says. */
export const mdbAttributes = attributes({
  /** MDBA_MDB: in it an MDBA_MDB_ENTRY for each group, with an MDBA_MDB_ENTRY_INFO for each port. */
  mdb: readOnly(
    1,
    nested(
      attributes({ entry: repeated(1, nested(attributes({ info: { ...repeated(1, entryInfo), access: 'r' } }))) }),
    ),
  ),
  router: readOnly(2, nested(routerPorts)),
})

/** MDBE_SRCATTR_* */
const givenSource = attributes({ address: attribute(1, ip()) })
const MDBE_SRC_LIST_ENTRY = 1
const MDBE_SRCATTR_ADDRESS = 1

const sourceList: NestCodec<readonly (string | Uint8Array)[], string[]> = {
  wire: 'nest',
  expects: 'an array of IPv4 or IPv6 addresses',
  headerSize: 0,
  table: attributes({ entry: repeated(MDBE_SRC_LIST_ENTRY, nested(givenSource)) }),
  write(w, value) {
    if (!Array.isArray(value)) throw w.invalid(this.expects, value)
    const { depth } = w
    for (let i = 0; i < value.length; i++) {
      w.trail[depth] = i
      w.depth = depth + 1
      const entry = w.open(MDBE_SRC_LIST_ENTRY | NLA_F_NESTED)
      const address = w.open(MDBE_SRCATTR_ADDRESS)
      putAddress(w, (value as readonly (string | Uint8Array)[])[i]!, 0)
      w.close(address)
      w.close(entry)
    }
    w.depth = depth
  },
  read(r, start, end) {
    const { entry = [] } = this.table!.read<{ entry?: { address: string }[] }>(r, start, end)
    return entry.map(({ address }) => address)
  },
}

/** MDBE_ATTR_*: what a request says of an entry. */
export const mdbOptions = attributes({
  /** The source, where the entry is of one. Not of a MAC address. */
  source: attribute(1, ip()),
  /** The sources that members want, or do not want: see `filterMode`, which has to be given too (6.2). */
  sourceList: attribute(2, sourceList),
  /** Whether the sources that are listed are the only ones wanted (`include`) or the unwanted ones (`exclude`, the default) (6.2). */
  filterMode: attribute(3, oneOf(u8(), filterMode)),
  /** Who makes the entry: RTPROT_*, from `static` (the default) up (6.2). */
  protocol: attribute(4, routeProtocol()),
  /** vxlan: the remote VTEP (6.4). */
  dst: attribute(5, ip()),
  /** vxlan: the remote UDP port, 1 to 65535. Default: the device’s (6.4). */
  dstPort: attribute(6, u16({ min: 1 })),
  /** vxlan: the remote VNI, 0 to 16777215. Default: the device’s (6.4). */
  vni: attribute(7, u32({ max: 0xffffff })),
  /** vxlan: the link through which the VTEP is reached (6.4). */
  via: attribute(8, linkIndex()),
  /** vxlan in external mode: the VNI that the entry belongs to, 0 to 16777215 (6.4). */
  srcVni: attribute(9, u32({ max: 0xffffff })),
  /** Of a flush: which bits of the state count. */
  stateMask: attribute(10, u8()),
})

/** struct br_mdb_entry, as it stands in requests. */
const requestEntry: Codec<never, Omit<MdbEntry, 'ifindex'>> = {
  wire: 'struct br_mdb_entry',
  expects: 'nothing: it is made of port, group, vid and state',
  write(w, value) {
    throw w.invalid(this.expects, value)
  },
  read: (r, start, end) => entryInfo.read(r, start, end),
}

/** MDBA_SET_ENTRY_*, and MDBA_GET_ENTRY_*, which are the same: what a request says. */
export const mdbRequestAttributes = attributes({
  entry: attribute(1, requestEntry),
  entryAttrs: attribute(2, nested(mdbOptions)),
})

// --- Types ----------------------------------------------------------------------------------------------------------

type Options = Omit<Given<typeof mdbOptions.map>, 'stateMask'>

/** Which entries of a multicast database to ask for: those of a group, on whatever port. */
export interface MdbQuestion extends Pick<Options, 'source' | 'srcVni'> {
  /** The bridge, or the vxlan. */
  link: LinkReference
  /** An IPv4, IPv6 or MAC address; of a vxlan also 0.0.0.0 or ::, for what has no entry. */
  group: string | Uint8Array
  /** The VLAN, 1 to 4094. */
  vid?: number | undefined
}

/** Which entry of a multicast database to delete. */
export interface MdbKey extends MdbQuestion, Pick<Options, 'dst' | 'dstPort' | 'vni' | 'via'> {
  /** The port that members are behind. Default: the bridge itself, or the vxlan, which has no other. */
  port?: LinkReference | undefined
}

/** An entry of a multicast database to be added or replaced. */
export interface MdbSpec extends MdbKey, Omit<Options, keyof MdbKey> {
  /** Whether it stays. Default: `temporary`; of a vxlan it has to be `permanent`, of a MAC address it always is. */
  state?: MdbState | undefined
}

/** Which entries of a multicast database to flush: those that fit all of it. */
export interface MdbFlush extends Pick<Options, 'protocol' | 'dst' | 'dstPort' | 'vni' | 'srcVni'> {
  /** The bridge, or the vxlan. */
  link: LinkReference
  /** Those of one port. */
  port?: LinkReference | undefined
  /** Those of one VLAN, 1 to 4094. */
  vid?: number | undefined
  /** Only those that stay, or only the others. */
  state?: MdbState | undefined
}

/** A port of a bridge behind which there is a multicast router. */
export interface MdbRouterPort extends MulticastRouterPort {
  /** The bridge. */
  ifindex: number
}

// --- Writing --------------------------------------------------------------------------------------------------------

const LAST_VID = 4094
const questionNames = ['link', 'group', 'vid', 'source', 'srcVni']
const keyNames = [...questionNames, 'port', 'dst', 'dstPort', 'vni', 'via']
const specNames = [...keyNames, 'state', 'sourceList', 'filterMode', 'protocol']
const flushNames = ['link', 'port', 'vid', 'state', 'protocol', 'dst', 'dstPort', 'vni', 'srcVni']
const NAMES = { question: questionNames, key: keyNames, spec: specNames, flush: flushNames }
const NEEDED = { link: 'a link', group: GROUP }

/** Writes a request about entries: what of it is allowed, says `form`. */
export function writeMdb(
  w: Writer,
  type: number,
  flags: number,
  form: keyof typeof NAMES,
  spec: MdbSpec | MdbKey | MdbQuestion | MdbFlush,
) {
  w.begin(type, flags, BR_PORT_MSG_SIZE)
  const header = w.offset - BR_PORT_MSG_SIZE
  w.bytes[w.at(header)] = AF_BRIDGE
  required(w, spec, form === 'flush' ? { link: NEEDED.link } : NEEDED)
  const known = NAMES[form]
  const token = w.open(1)
  const at = w.offset
  for (let i = 0; i < MDB_ENTRY_SIZE; i += 4) w.putU32(0)
  w.close(token)
  const { port = form === 'key' || form === 'spec' ? spec.link : undefined } = spec as MdbSpec
  let given = false
  eachGiven(w, spec, (name, value) => {
    if (!known.includes(name)) throw unknownOption(name, known)
    if (name === 'link') putLinkReference(w, w.at(header) + 4, value as LinkReference)
    else if (name === 'port') return
    else if (name === 'vid') w.u16[(w.at(at) + 6) >> 1] = integer(w, value, 1, LAST_VID)
    else if (name === 'state') {
      if (typeof value !== 'string' || !Object.hasOwn(mdbState, value)) {
        throw w.invalid('permanent or temporary', value, typeof value === 'string' ? 'range' : 'type')
      }
      w.bytes[w.at(at) + 4] = mdbState[value as MdbState]
      given ||= form === 'flush'
    } else if (name === 'group') {
      const end = w.offset
      w.position = w.at(at) + 8
      putGroup(w, value as string)
      w.position = w.at(end)
    } else given = true
  })
  if (port !== undefined) {
    w.trail[0] = 'port'
    w.depth = 1
    putLinkReference(w, w.at(at), port)
    w.depth = 0
  }
  if (!given) return w.finish()
  const nest = w.open(2 | NLA_F_NESTED)
  eachGiven(w, spec, (name, value) => {
    w.depth = 0
    if (mdbOptions.takes(name)) mdbOptions.writeOne(w, name, value, known)
    else if (name === 'state' && form === 'flush') mdbOptions.write(w, { stateMask: mdbState.permanent })
  })
  w.close(nest)
  return w.finish()
}

/** Writes the question for all entries: the kernel takes no filter. */
export function writeMdbList(w: Writer, type: number, flags: number) {
  w.begin(type, flags, BR_PORT_MSG_SIZE)
  w.bytes[w.position - BR_PORT_MSG_SIZE] = AF_BRIDGE
  return w.finish()
}

// --- Reading --------------------------------------------------------------------------------------------------------

/** Reads the entries of a message: a message may have many. */
export function readMdb(r: Reader, { body, end }: Pick<Message, 'body' | 'end'>): MdbEntry[] {
  if (end - body < BR_PORT_MSG_SIZE) return []
  const ifindex = r.getU32(body + 4)
  const { mdb } = mdbAttributes.read(r, body + BR_PORT_MSG_SIZE, end)
  return (mdb?.entry ?? []).flatMap(({ info = [] }) => info.map((entry) => ({ ifindex, ...entry })))
}

/** Reads the router ports of a message. */
export function readMdbRouterPorts(r: Reader, { body, end }: Pick<Message, 'body' | 'end'>): MdbRouterPort[] {
  if (end - body < BR_PORT_MSG_SIZE) return []
  const ifindex = r.getU32(body + 4)
  const { router } = mdbAttributes.read(r, body + BR_PORT_MSG_SIZE, end)
  return (router?.port ?? []).map((port) => ({ ifindex, ...port }))
}
