/** The Media Redundancy Protocol of bridges (IFLA_BRIDGE_MRP_*, linux/if_bridge.h, linux/mrp_bridge.h; IEC 62439-2). */
import { attribute, attributes, type Given, nested, type Read, readOnly, repeated } from '../wire/attributes.js'
import { bool32, oneOf, u16, u32 } from '../wire/codec.js'
import { linkIndex } from './link-reference.js'

/** BR_MRP_RING_ROLE_*: client, manager, manager by election. */
export const mrpRingRole = { disabled: 0, mrc: 1, mrm: 2, mra: 3 } as const
/** BR_MRP_IN_ROLE_*: client, manager of the interconnection. */
export const mrpInRole = { disabled: 0, mic: 1, mim: 2 } as const
/** BR_MRP_RING_STATE_*, BR_MRP_IN_STATE_* */
export const mrpRingState = { open: 0, closed: 1 } as const
/** BR_MRP_PORT_STATE_* */
export const mrpPortState = { disabled: 0, blocked: 1, forwarding: 2, notConnected: 3 } as const
/** BR_MRP_PORT_ROLE_* */
export const mrpPortRole = { primary: 0, secondary: 1, inter: 2 } as const

const ring = {
  /** The ring, which the user numbers. */
  ringId: attribute(1, u32()),
}
const instance = attributes({
  ...ring,
  /** The primary port. */
  pIfindex: attribute(2, linkIndex()),
  /** The secondary port. */
  sIfindex: attribute(3, linkIndex()),
  /** For the election of the manager: the lower wins. Default: 32768. */
  prio: attribute(4, u16()),
})
const portState = attributes({
  /** What goes through the port: all, nothing, or, where it is `blocked`, frames of MRP alone. */
  state: attribute(1, oneOf(u32(), mrpPortState)),
})
const portRole = attributes({
  /** Which of the two ports of the ring it is, or that it is the port of the interconnection. */
  role: attribute(1, oneOf(u32(), mrpPortRole)),
})
const ringState = attributes({
  ...ring,
  /** Whether the ring is whole (`closed`) or cut somewhere (`open`). */
  state: attribute(2, oneOf(u32(), mrpRingState)),
})
const ringRole = attributes({
  ...ring,
  /** What the bridge is in the ring: client (`mrc`), manager (`mrm`), or manager if it is elected (`mra`). */
  role: attribute(2, oneOf(u32(), mrpRingRole)),
})
const startTest = attributes({
  ...ring,
  /** Between test frames: microseconds; 0 ends the test. */
  interval: attribute(2, u32()),
  /** Frames that may be missed before the ring is open. */
  maxMiss: attribute(3, u32()),
  /** How long frames are sent: microseconds. */
  period: attribute(4, u32()),
  /** Watch for the frames of another manager instead of sending any. */
  monitor: attribute(5, bool32()),
})
const inRole = attributes({
  ...ring,
  /** The interconnection, which the user numbers. */
  inId: attribute(2, u16()),
  /** What the bridge is to the interconnection: client (`mic`) or manager (`mim`). */
  role: attribute(3, oneOf(u32(), mrpInRole)),
  /** The port of the interconnection. */
  iIfindex: attribute(4, linkIndex()),
})
const interconnection = {
  /** The interconnection, by its number. */
  inId: attribute(1, u32()),
}
const inState = attributes({
  ...interconnection,
  /** Whether the interconnection is whole (`closed`) or cut somewhere (`open`). */
  state: attribute(2, oneOf(u32(), mrpRingState)),
})
const startInTest = attributes({
  ...interconnection,
  /** Between test frames: microseconds; 0 ends the test. */
  interval: attribute(2, u32()),
  /** Frames that may be missed before the interconnection is open. */
  maxMiss: attribute(3, u32()),
  /** How long frames are sent: microseconds. */
  period: attribute(4, u32()),
})
const info = attributes({
  /** The ring, by its number. */
  ringId: readOnly(1, u32()),
  /** The ifindex of the primary port. */
  pIfindex: readOnly(2, linkIndex()),
  /** The ifindex of the secondary port. */
  sIfindex: readOnly(3, linkIndex()),
  /** For the election of the manager: the lower wins. */
  prio: readOnly(4, u16()),
  /** Whether the ring is whole (`closed`) or cut somewhere (`open`). */
  ringState: readOnly(5, oneOf(u32(), mrpRingState)),
  /** What the bridge is in the ring: client (`mrc`), manager (`mrm`), or manager if it is elected (`mra`). */
  ringRole: readOnly(6, oneOf(u32(), mrpRingRole)),
  /** Between test frames: microseconds. */
  testInterval: readOnly(7, u32()),
  /** Test frames that may be missed before the ring is open. */
  testMaxMiss: readOnly(8, u32()),
  /** Test frames of another manager are watched for, and none sent. */
  testMonitor: readOnly(9, bool32()),
  /** The ifindex of the port of the interconnection. */
  iIfindex: readOnly(10, linkIndex()),
  /** Whether the interconnection is whole (`closed`) or cut somewhere (`open`). */
  inState: readOnly(11, oneOf(u32(), mrpRingState)),
  /** What the bridge is to the interconnection: client (`mic`) or manager (`mim`). */
  inRole: readOnly(12, oneOf(u32(), mrpInRole)),
  /** Between test frames through the interconnection: microseconds. */
  inTestInterval: readOnly(13, u32()),
  /** Test frames that may be missed before the interconnection is open. */
  inTestMaxMiss: readOnly(14, u32()),
})

/** IFLA_BRIDGE_MRP_* */
export const bridgeMrp = attributes({
  /** A ring with its two ports, to be made. */
  instance: attribute(1, nested(instance)),
  /** Of the port that the request is for. */
  portState: attribute(2, nested(portState)),
  /** Of the port that the request is for. */
  portRole: attribute(3, nested(portRole)),
  /** Tells the bridge whether the ring is cut, as the manager has found. */
  ringState: attribute(4, nested(ringState)),
  /** Makes the bridge a client or the manager of the ring. */
  ringRole: attribute(5, nested(ringRole)),
  /** Has test frames sent around the ring. */
  startTest: attribute(6, nested(startTest)),
  /** The rings that there are. */
  info: { ...repeated(7, nested(info)), access: 'r' },
  /** Makes the bridge a client or the manager of an interconnection of two rings. */
  inRole: attribute(8, nested(inRole)),
  /** Tells the bridge whether the interconnection is cut, as the manager has found. */
  inState: attribute(9, nested(inState)),
  /** Has test frames sent through the interconnection. */
  startInTest: attribute(10, nested(startInTest)),
})

/** What of MRP is to change. */
export type MrpChanges = Given<typeof bridgeMrp.map>
/** A ring of MRP, made or to be deleted. */
export type MrpInstance = Given<typeof instance.map>
/** A ring of MRP as the kernel has it. Times are in microseconds. */
export type MrpInfo = Read<typeof info.map>
