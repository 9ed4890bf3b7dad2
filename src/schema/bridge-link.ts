/** Bridges and their ports, as a bridge tells of them: RTM_NEWLINK of AF_BRIDGE (bridge(8), link). */
import { attribute, attributes, type Given, nested, NLA_F_NESTED, type Read, readOnly } from '../wire/attributes.js'
import { namesOf, oneOf, u32, u8 } from '../wire/codec.js'
import { linkAddress } from '../wire/inet.js'
import { unknownOption } from '../wire/invalid.js'
import type { Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'
import type { bridgeFlag } from './bridge-af-spec.js'
import { bridgeAfSpec, vlanFlag, type BridgeLinkVlan, type Vlans } from './bridge-af-spec.js'
import type { CfmChanges, CfmInfo } from './bridge-cfm.js'
import type { MrpChanges, MrpInfo, MrpInstance } from './bridge-mrp.js'
import { type BridgePort, bridgePortAttributes, type BridgePortOptions } from './bridge-port.js'
import { eachGiven, required, truth } from './given.js'
import { IFINFOMSG_SIZE, IFLA_AF_SPEC, IFLA_EXT_MASK, IFLA_PROTINFO, operState } from './link-attributes.js'
import { type LinkFlag, linkFlag } from './link-flag.js'
import { linkIndex, linkName, type LinkReference, putLinkReference } from './link-reference.js'
import { AF_BRIDGE } from './rtnetlink.js'

/** IFLA_* of AF_BRIDGE. */
export const bridgeLinkAttributes = attributes({
  /** The MAC address of the bridge or the port. */
  address: readOnly(1, linkAddress()),
  /** The name of the bridge or the port. */
  name: readOnly(3, linkName()),
  /** Bytes of a packet at most, without the link-layer header. */
  mtu: readOnly(4, u32()),
  /** The ifindex of the link below or of the other end. */
  link: readOnly(5, linkIndex()),
  /** The ifindex of the bridge; a bridge has its own. */
  master: readOnly(10, linkIndex()),
  /** Options of the port. */
  protinfo: attribute(IFLA_PROTINFO, nested(bridgePortAttributes)),
  /** What RFC 2863 calls the state of the link. */
  operState: readOnly(16, oneOf(u8(), operState)),
  afSpec: attribute(IFLA_AF_SPEC, nested(bridgeAfSpec)),
})
type Attributes = Read<typeof bridgeLinkAttributes.map>
type Spec = Given<typeof bridgeAfSpec.map>

/** RTEXT_FILTER_*: what is to be told of bridges and ports. */
const extended = { vlans: 1 << 2, mrp: 1 << 4, cfmConfig: 1 << 5, cfmStatus: 1 << 6, mst: 1 << 7 } as const

/** What is to be told beside the options of ports. Any of it but `mst` has bridges told of, too. */
export interface BridgeLinkDetails {
  /** VLANs and their tunnels. */
  vlans?: boolean | undefined
  /** Rings of the Media Redundancy Protocol (5.9). */
  mrp?: boolean | undefined
  /** How Connectivity Fault Management is set up (5.11). */
  cfmConfig?: boolean | undefined
  /** What Connectivity Fault Management has seen, which the kernel forgets then (5.11). */
  cfmStatus?: boolean | undefined
  /** The state of ports in each spanning tree (5.18). */
  mst?: boolean | undefined
}

/** What is to change of a bridge or a port. */
export interface BridgeLinkChanges extends Pick<Spec, 'mode' | 'mst' | 'mrp' | 'cfm'> {
  /** It is for the bridge that the link is a port of, which is so where nothing is said (BRIDGE_FLAGS_MASTER). */
  master?: boolean | undefined
  /** It is for the device itself, as `mode` is (BRIDGE_FLAGS_SELF). */
  self?: boolean | undefined
  /** Options of the port. */
  bridgePort?: BridgePortOptions | undefined
  /** How a NIC switches between its virtual functions: by itself (`veb`) or by the switch outside (`vepa`). With `self`. */
  mode?: 'veb' | 'vepa' | undefined
  /** The state of the port in spanning trees (5.18). Needs `mstEnable` of the bridge. */
  mst?: Spec['mst']
  /** The Media Redundancy Protocol (5.8; CONFIG_BRIDGE_MRP). */
  mrp?: MrpChanges | undefined
  /** Connectivity Fault Management (5.11; CONFIG_BRIDGE_CFM). */
  cfm?: CfmChanges | undefined
}

export type { BridgeLinkVlan } from './bridge-af-spec.js'
/** VLANs that are mapped to tunnels, by RTM_GETLINK. */
export interface BridgeLinkTunnel extends Vlans {
  /** Of the first VLAN; each further one has the next. */
  tunnelId: number
}

/** A bridge or a port as a bridge tells of it. */
export interface BridgePortLink extends Omit<Attributes, 'protinfo' | 'afSpec'> {
  /** The bridge or the port. */
  ifindex: number
  /** Administratively up (IFF_UP). */
  up: boolean
  flags: readonly (LinkFlag | number)[]
  /** Absent of a bridge. */
  bridgePort?: BridgePort
  /** Whom the answer is of, where a device answers for itself. */
  bridgeFlags?: readonly (string | number)[]
  /** How a NIC switches between its virtual functions: by itself (`veb`) or by the switch outside (`vepa`). */
  mode?: string | number
  /** VLANs that it is in. Asked for. */
  vlans?: BridgeLinkVlan[]
  /** VLANs of it that are mapped to tunnels. Asked for with `vlans`. */
  tunnels?: BridgeLinkTunnel[]
  /** The state of the port in each spanning tree (5.18). Asked for. */
  mst?: { msti?: number; state?: string | number }[]
  /** Rings of the Media Redundancy Protocol (5.9). Asked for. */
  mrp?: MrpInfo[]
  /** Connectivity Fault Management (5.11). Asked for with `cfmConfig` or `cfmStatus`. */
  cfm?: CfmInfo
}

// --- Writing --------------------------------------------------------------------------------------------------------

const changeNames = ['bridgePort', 'master', 'self', 'mode', 'mst', 'mrp', 'cfm']

function begin(w: Writer, type: number, flags: number): number {
  w.begin(type, flags, IFINFOMSG_SIZE)
  const header = w.offset - IFINFOMSG_SIZE
  w.bytes[w.at(header)] = AF_BRIDGE
  return header
}

function putLink(w: Writer, header: number, link: LinkReference): void {
  w.trail[0] = 'link'
  w.depth = 1
  putLinkReference(w, w.at(header) + 4, link)
  w.depth = 0
}

/** Writes what is to change of a bridge or a port. */
export function writeBridgeLink(w: Writer, type: number, link: LinkReference, changes: BridgeLinkChanges) {
  const header = begin(w, type, 0)
  putLink(w, header, link)
  required(w, changes, {})
  const { bridgePort, master, self, mode, ...rest } = changes
  for (const name in changes) if (!changeNames.includes(name)) throw unknownOption(name, changeNames)
  const flags: (keyof typeof bridgeFlag)[] = []
  eachGiven(w, { self, master }, (name, value) => {
    if (truth(w, value)) flags.push(name as 'self')
  })
  if (bridgePort !== undefined) {
    w.trail[0] = 'bridgePort'
    w.depth = 1
    const token = w.open(IFLA_PROTINFO | NLA_F_NESTED)
    nested(bridgePortAttributes).write(w, bridgePort)
    w.close(token)
    w.depth = 0
  }
  const given = { ...(flags.length > 0 ? { flags } : {}), ...(mode === undefined ? {} : { mode }), ...rest }
  if (Object.values(given).every((value) => value === undefined)) return w.finish()
  const token = w.open(IFLA_AF_SPEC | NLA_F_NESTED)
  bridgeAfSpec.write(w, given)
  w.close(token)
  return w.finish()
}

/** Writes the deletion of a ring of MRP. */
export function writeMrpDeletion(w: Writer, type: number, link: LinkReference, instance: MrpInstance) {
  const header = begin(w, type, 0)
  putLink(w, header, link)
  required(w, instance, {
    ringId: 'the id of a ring, an integer from 0 to 4294967295',
    pIfindex: 'the primary port',
    sIfindex: 'the secondary port',
  })
  const spec = w.open(IFLA_AF_SPEC | NLA_F_NESTED)
  bridgeAfSpec.write(w, { mrp: { instance } })
  w.close(spec)
  return w.finish()
}

/** Writes the question for all bridges and ports: the kernel takes no filter. */
export function writeBridgeLinkQuestion(w: Writer, type: number, flags: number, details: BridgeLinkDetails) {
  begin(w, type, flags)
  required(w, details, {})
  let mask = 0
  eachGiven(w, details, (name, value) => {
    if (!Object.hasOwn(extended, name)) throw unknownOption(name, Object.keys(extended))
    if (truth(w, value)) mask |= extended[name as keyof typeof extended]
  })
  if (mask !== 0) {
    const token = w.open(IFLA_EXT_MASK)
    w.putU32(mask)
    w.close(token)
  }
  return w.finish()
}

// --- Reading --------------------------------------------------------------------------------------------------------

const { rangeBegin, rangeEnd, onlyOpts, ...entryFlag } = vlanFlag
const NOT_OF_VLANS = rangeBegin | rangeEnd | onlyOpts

type AfSpec = NonNullable<Attributes['afSpec']>

/** VLANs one by one or, where a range begins and ends, as that. */
function readVlanInfo(infos: NonNullable<AfSpec['vlanInfo']>): BridgeLinkVlan[] {
  const vlans: BridgeLinkVlan[] = []
  for (const { flags = 0, vid } of infos) {
    if (vid === undefined) continue
    const last = vlans.at(-1)
    if ((flags & rangeEnd) !== 0 && last !== undefined) {
      last.vidEnd = vid
      continue
    }
    const pvid = (flags & vlanFlag.pvid) !== 0
    const untagged = (flags & vlanFlag.untagged) !== 0
    vlans.push({ vid, pvid, untagged, flags: namesOf(entryFlag, flags & ~NOT_OF_VLANS) })
  }
  return vlans
}

function readTunnelInfo(infos: NonNullable<AfSpec['vlanTunnelInfo']>): BridgeLinkTunnel[] {
  const tunnels: BridgeLinkTunnel[] = []
  for (const { id, vid, flags = [] } of infos) {
    if (vid === undefined || id === undefined) continue
    const last = tunnels.at(-1)
    if (flags.includes('rangeEnd') && last !== undefined) last.vidEnd = vid
    else tunnels.push({ vid, tunnelId: id })
  }
  return tunnels
}

/** Reads a bridge or a port; undefined for a link of another family. */
export function readBridgeLink(r: Reader, { body, end }: Pick<Message, 'body' | 'end'>): BridgePortLink | undefined {
  if (end - body < IFINFOMSG_SIZE || r.bytes[body] !== AF_BRIDGE) return undefined
  const flags = r.getU32(body + 8)
  const { protinfo, afSpec, ...attributes } = bridgeLinkAttributes.read(r, body + IFINFOMSG_SIZE, end)
  const link: BridgePortLink = {
    ifindex: r.getS32(body + 4),
    up: (flags & linkFlag.up) !== 0,
    flags: namesOf(linkFlag, flags),
    ...attributes,
  }
  if (protinfo !== undefined) link.bridgePort = protinfo
  if (afSpec === undefined) return link
  const { flags: bridgeFlags, vlanInfo, vlanTunnelInfo, mode, mst, mrp, cfm, unknownAttributes } = afSpec
  if (bridgeFlags !== undefined) link.bridgeFlags = bridgeFlags
  if (mode !== undefined) link.mode = mode
  if (vlanInfo !== undefined) link.vlans = readVlanInfo(vlanInfo)
  if (vlanTunnelInfo !== undefined) link.tunnels = readTunnelInfo(vlanTunnelInfo)
  if (mst !== undefined) link.mst = mst
  if (mrp !== undefined) link.mrp = mrp.info ?? []
  if (cfm !== undefined) link.cfm = cfm
  if (unknownAttributes !== undefined) {
    link.unknownAttributes = [...(link.unknownAttributes ?? []), ...unknownAttributes]
  }
  return link
}
