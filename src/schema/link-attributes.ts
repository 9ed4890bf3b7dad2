/** IFLA_* that links of every kind have (linux/if_link.h; ip-link(8)). What a kind adds is in link-kinds/. */
import {
  attribute,
  type AttributeMap,
  attributes,
  either,
  type Given,
  nested,
  type Read,
  readOnly,
  repeated,
  writeOnly,
} from '../wire/attributes.js'
import { bits, bool8, bytes, type Codec, oneOf, s32, text, u16, u32, u8, uint } from '../wire/codec.js'
import { linkAddress } from '../wire/inet.js'
import { struct } from '../wire/struct.js'
import { afSpec } from './af-spec.js'
import { linkIndex, linkIndexOrNone, linkName } from './link-reference.js'
import { statistics32, statistics64 } from './link-statistics.js'
import { byProcess, namespacePlacement } from './namespace-placement.js'
import { portSelf, vfInfoList, vfPorts } from './virtual-functions.js'

/** struct ifinfomsg: u8 family │ u8 │ u16 type │ s32 index │ u32 flags │ u32 change */
export const IFINFOMSG_SIZE = 16

export const IFLA_IFNAME = 3
export const IFLA_MASTER = 10
export const IFLA_PROTINFO = 12
export const IFLA_LINKINFO = 18
export const IFLA_AF_SPEC = 26
export const IFLA_GROUP = 27
export const IFLA_EXT_MASK = 29
export const IFLA_TARGET_NETNSID = 46
export const IFLA_PROP_LIST = 52
export const IFLA_ALT_IFNAME = 53

/** ALTIFNAMSIZ less the NUL. */
export const LONGEST_ALT_NAME = 127

/** IF_OPER_*: RFC 2863's operational state. */
export const operState = {
  unknown: 0,
  notPresent: 1,
  down: 2,
  lowerLayerDown: 3,
  testing: 4,
  dormant: 5,
  up: 6,
} as const
export type OperState = keyof typeof operState

/** IF_LINK_MODE_*: whether the link is dormant until user space (an 802.1X supplicant) says otherwise. */
export const linkMode = { default: 0, dormant: 1, testing: 2 } as const

/** IFLA_EVENT_*: why a notification was sent. */
export const linkEvent = {
  none: 0,
  reboot: 1,
  features: 2,
  bondingFailover: 3,
  notifyPeers: 4,
  igmpResend: 5,
  bondingOptions: 6,
} as const

/** Identifiers that devices make up: bytes, read as hexadecimal digits, as ip(8) prints them. */
const identifier = (): Codec<Uint8Array, string> => ({
  ...bytes(),
  read: (r, start, end) => Buffer.from(r.bytes.subarray(start, end)).toString('hex'),
})

const propList = attributes({ altNames: repeated(IFLA_ALT_IFNAME, text(LONGEST_ALT_NAME, 1)) })
/** IFLA_PROP_LIST: the alternative names, as an array. */
export const altNames: Codec<readonly string[], string[]> = {
  wire: 'nest',
  expects: `an array of names of 1 to ${LONGEST_ALT_NAME} bytes`,
  write: (w, value) => propList.write(w, { altNames: value }),
  read: (r, start, end) => propList.read(r, start, end).altNames,
}

const protoDownReason = attributes({
  /** Which bits of `value` are to be changed. */
  mask: attribute(1, u32()),
  /** The bits as they are to be. */
  value: attribute(2, u32()),
})

/** XDP_ATTACHED_*. */
const xdpAttached = { none: 0, drv: 1, skb: 2, hw: 3, multi: 4 } as const
/** XDP_FLAGS_*. */
const xdpFlag = { updateIfNoexist: 1, skbMode: 2, drvMode: 4, hwMode: 8, replace: 16 } as const
const xdp = attributes({
  /** Descriptor of the program; -1 detaches the one there is. */
  fd: writeOnly(1, s32({ min: -1 })),
  /** Where a program is attached; `multi`: in several places, each of which has its id below. */
  attached: readOnly(2, oneOf(u8(), xdpAttached)),
  /** Where the program runs: in the driver, behind it (`skbMode`), in the hardware; `updateIfNoexist`: not instead of one. */
  flags: attribute(3, bits(u32(), xdpFlag)),
  /** The id of the program, where there is one alone. */
  progId: readOnly(4, u32()),
  /** The id of the program in the driver. */
  drvProgId: readOnly(5, u32()),
  /** The id of the program behind the driver (`skbMode`). */
  skbProgId: readOnly(6, u32()),
  /** The id of the program in the hardware. */
  hwProgId: readOnly(7, u32()),
  /** With the flag `replace`: the descriptor of the program that is there. */
  expectedFd: writeOnly(8, s32({ min: -1 })),
})

const devlinkPort = attributes({
  /** The bus of the devlink instance: 'pci'. */
  busName: readOnly(1, text(255)),
  /** The device on that bus: '0000:01:00.0'. */
  devName: readOnly(2, text(255)),
  /** Which port of the instance it is, as devlink-port(8) numbers them. */
  portIndex: readOnly(3, u32()),
})

const dpllPin = attributes({
  /** The number of the pin in the netlink family `dpll`. */
  id: readOnly(1, u32()),
})

export const linkAttributeMap = {
  /** The link-layer address: of Ethernet a MAC address. */
  address: attribute(1, linkAddress()),
  /** The link-layer broadcast address, or of a tunnel the remote end. */
  broadcast: attribute(2, linkAddress()),
  /** The name of the link, 1 to 15 bytes. A `%d` in it is replaced by the kernel with the lowest free number. */
  name: attribute(IFLA_IFNAME, linkName()),
  /** Bytes. `minMtu` and `maxMtu` tell what the device takes. */
  mtu: attribute(4, u32()),
  /** The link below, or of a veth the peer; in the namespace `linkNetnsid` where that is given. */
  link: attribute(5, linkIndex()),
  /** The root queueing discipline. */
  qdisc: readOnly(6, text(15)),
  /** The counters modulo 2^32. */
  stats: readOnly(7, statistics32()),
  /** IFLA_COST, which the kernel does not send. */
  cost: readOnly(8, bytes()),
  /** IFLA_PRIORITY, which the kernel does not send. */
  priority: readOnly(9, bytes()),
  /** The link that this one is a port of: a bridge, a VRF, a bond. null for none. */
  master: attribute(IFLA_MASTER, linkIndexOrNone()),
  /** An event of the wireless extensions (struct iw_event), in notifications of old drivers. */
  wireless: readOnly(11, bytes()),
  /** What a family says of the link in messages of its own. */
  protInfo: readOnly(IFLA_PROTINFO, bytes()),
  /** Packets that the transmit queue holds. */
  txqlen: attribute(13, u32()),
  /** Addresses and lines of hardware (of ISA’s times). */
  map: attribute(
    14,
    struct(
      'rtnl_link_ifmap',
      { memStart: 'u64', memEnd: 'u64', baseAddr: 'u64', irq: 'u16', dma: 'u8', port: 'u8' },
      32,
    ),
  ),
  /** IFLA_WEIGHT, which the kernel no longer sends. */
  weight: readOnly(15, u32()),
  /** What RFC 2863 calls the state of the link. Given by what runs a protocol on it (802.1X), with `linkMode` dormant. */
  operState: attribute(16, oneOf(u8(), operState)),
  /** Whether the link is `dormant` until user space sets its `operState`, or up by itself. */
  linkMode: attribute(17, oneOf(u8(), linkMode)),
  /** The namespace that the link is to be in: a Netns, `{ fd }` or `{ pid }` (of a process that is in it). */
  netns: either(writeOnly(28, namespacePlacement()), 19, byProcess),
  /** Free text of up to 255 bytes; empty removes it. */
  alias: attribute(20, text(255)),
  /** How many virtual functions an SR-IOV device has. Asked for as `vfInfoList`. */
  numVf: readOnly(21, u32()),
  /** Virtual functions of an SR-IOV device. Asked for by `get` and `list` with `{ vf: true }`. */
  vfInfoList: attribute(22, nested(vfInfoList)),
  /** Counters: packets, bytes, errors. */
  stats64: readOnly(23, statistics64()),
  /** Ports of virtual functions in a switch (802.1Qbg, 802.1Qbh). */
  vfPorts: attribute(24, nested(vfPorts)),
  /** The port of the device itself in such a switch. */
  portSelf: attribute(25, nested(portSelf)),
  /** Settings of address families on the link. */
  afSpec: attribute(IFLA_AF_SPEC, nested(afSpec)),
  /** A number that links can be told and deleted by, together; 0 at first. */
  group: attribute(IFLA_GROUP, u32()),
  /** Of requests alone: which further things an answer is to tell (RTEXT_FILTER_*). */
  extMask: readOnly(IFLA_EXT_MASK, u32()),
  /** How many want the link promiscuous. */
  promiscuity: readOnly(30, u32()),
  /** Transmit queues, from 1. A veth made without has one for each possible CPU. */
  numTxQueues: attribute(31, u32({ min: 1, max: 4096 })),
  /** Receive queues, from 1. */
  numRxQueues: attribute(32, u32({ min: 1, max: 4096 })),
  /** Whether there is a carrier. Given to devices that let user space say so: tun, dummy, team. */
  carrier: attribute(33, bool8()),
  /** Which physical port of the adapter it is: links with the same id share one. */
  physPortId: readOnly(34, identifier()),
  /** How often the carrier came or went. */
  carrierChanges: readOnly(35, u32()),
  /** Which switch the link is a port of: links with the same id are forwarded between by hardware. */
  physSwitchId: readOnly(36, identifier()),
  /** The id, in this namespace, of the one that `link` is in. */
  linkNetnsid: attribute(37, s32({ min: -1 })),
  /** What the port is called on its device: 'p0', 'pf0vf1'. */
  physPortName: readOnly(38, text(255)),
  /** The link is held down by a protocol. */
  protoDown: attribute(39, bool8()),
  /** Segments at most that a packet handed to the device is cut into; up to `tsoMaxSegs` (IFLA_GSO_MAX_SEGS). */
  gsoMaxSegs: attribute(40, u32()),
  /** Bytes at most of a packet that is cut into segments below; up to `tsoMaxSize`. */
  gsoMaxSize: attribute(41, u32()),
  /** The XDP program of the link. */
  xdp: attribute(43, nested(xdp)),
  /** Of notifications: what brought them about, where it is one of these (IFLA_EVENT_*). */
  event: readOnly(44, oneOf(u32(), linkEvent)),
  /** In the last message of a link that moves away: the id of the namespace it goes to. */
  newNetnsid: readOnly(45, s32()),
  /** The namespace that the link is to be in, by the id that it has in the socket's own (`namespaceIds`). */
  targetNetnsid: attribute(IFLA_TARGET_NETNSID, s32({ min: 0 })),
  /** How often the carrier came. */
  carrierUpCount: readOnly(47, u32()),
  /** How often the carrier went. */
  carrierDownCount: readOnly(48, u32()),
  /** The index of a link that moves, in the namespace it goes to (5.18). */
  newIfindex: attribute(49, s32({ min: 1 })),
  /** The least `mtu` that the device takes, in bytes. */
  minMtu: readOnly(50, u32()),
  /** The largest `mtu` that the device takes, in bytes; 0: it has no limit of its own. */
  maxMtu: readOnly(51, u32()),
  /** Further names, of up to 127 bytes, that the link is found by (5.5): `links.addAltName`. */
  altNames: readOnly(IFLA_PROP_LIST, altNames),
  /** Of requests alone: a link by one of its further names. */
  altIfname: readOnly(IFLA_ALT_IFNAME, text(LONGEST_ALT_NAME)),
  /** The address that the device was made with. */
  permAddress: readOnly(54, linkAddress()),
  /** Which reasons hold the link down: bits, of which `mask` says the ones to change. */
  protoDownReason: attribute(55, nested(protoDownReason)),
  /** The device that the link is made on, of those kinds that are; otherwise the one that it belongs to: a PCI address, say. */
  parentDevName: attribute(56, text(255)),
  /** The bus that `parentDevName` is on: 'pci', 'usb' (5.14). */
  parentDevBusName: readOnly(57, text(255)),
  /** Bytes at most of a packet that received ones are joined to. */
  groMaxSize: attribute(58, u32()),
  /** Bytes at most of a packet that the device itself cuts into segments. */
  tsoMaxSize: readOnly(59, u32()),
  /** Segments at most that the device itself cuts a packet into. */
  tsoMaxSegs: readOnly(60, u32()),
  /** How many want the link to receive all multicast packets. */
  allmulti: readOnly(61, u32()),
  /** The port of a devlink instance that the link belongs to. */
  devlinkPort: readOnly(62, nested(devlinkPort)),
  /** `gsoMaxSize` of IPv4 alone (6.3). */
  gsoIpv4MaxSize: attribute(63, u32()),
  /** `groMaxSize` of IPv4 alone (6.3). */
  groIpv4MaxSize: attribute(64, u32()),
  /** The pin of a DPLL device by which the clock of the link is had (synchronous Ethernet). */
  dpllPin: readOnly(65, nested(dpllPin)),
  /** How far ahead of their time packets may be handed to a device that sends them by itself then, in nanoseconds. */
  maxPacingOffloadHorizon: readOnly(66, uint()),
  /** The link can't be moved to another namespace (6.15). */
  netnsImmutable: readOnly(67, bool8()),
  /** Bytes that the device wants before a packet. */
  headroom: readOnly(68, u16()),
  /** Bytes that the device wants behind a packet. */
  tailroom: readOnly(69, u16()),
} satisfies AttributeMap

/** Attributes that may be given of a link of any kind. */
export type LinkAttributeOptions = Given<typeof linkAttributeMap>
/** Attributes that the kernel tells of a link of any kind. */
export type LinkAttributes = Read<typeof linkAttributeMap>
