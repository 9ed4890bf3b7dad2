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

const instance = attributes({
  /** The ring, which the user numbers. */
  ringId: attribute(1, u32()),
  /** The primary port. */
  pIfindex: attribute(2, linkIndex()),
  /** The secondary port. */
  sIfindex: attribute(3, linkIndex()),
  /** For the election of the manager: the lower wins. Default: 32768. */
  prio: attribute(4, u16()),
})
const portState = attributes({ state: attribute(1, oneOf(u32(), mrpPortState)) })
const portRole = attributes({ role: attribute(1, oneOf(u32(), mrpPortRole)) })
const ringState = attributes({ ringId: attribute(1, u32()), state: attribute(2, oneOf(u32(), mrpRingState)) })
const ringRole = attributes({ ringId: attribute(1, u32()), role: attribute(2, oneOf(u32(), mrpRingRole)) })
const startTest = attributes({
  ringId: attribute(1, u32()),
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
  ringId: attribute(1, u32()),
  /** The interconnection, which the user numbers. */
  inId: attribute(2, u16()),
  role: attribute(3, oneOf(u32(), mrpInRole)),
  /** The port of the interconnection. */
  iIfindex: attribute(4, linkIndex()),
})
const inState = attributes({ inId: attribute(1, u32()), state: attribute(2, oneOf(u32(), mrpRingState)) })
const startInTest = attributes({
  inId: attribute(1, u32()),
  /** Between test frames: microseconds; 0 ends the test. */
  interval: attribute(2, u32()),
  /** Frames that may be missed before the interconnection is open. */
  maxMiss: attribute(3, u32()),
  /** How long frames are sent: microseconds. */
  period: attribute(4, u32()),
})
const info = attributes({
  ringId: readOnly(1, u32()),
  pIfindex: readOnly(2, linkIndex()),
  sIfindex: readOnly(3, linkIndex()),
  prio: readOnly(4, u16()),
  ringState: readOnly(5, oneOf(u32(), mrpRingState)),
  ringRole: readOnly(6, oneOf(u32(), mrpRingRole)),
  /** Microseconds. */
  testInterval: readOnly(7, u32()),
  testMaxMiss: readOnly(8, u32()),
  testMonitor: readOnly(9, bool32()),
  iIfindex: readOnly(10, linkIndex()),
  inState: readOnly(11, oneOf(u32(), mrpRingState)),
  inRole: readOnly(12, oneOf(u32(), mrpInRole)),
  /** Microseconds. */
  inTestInterval: readOnly(13, u32()),
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
  ringState: attribute(4, nested(ringState)),
  ringRole: attribute(5, nested(ringRole)),
  /** Has test frames sent around the ring. */
  startTest: attribute(6, nested(startTest)),
  info: { ...repeated(7, nested(info)), access: 'r' },
  inRole: attribute(8, nested(inRole)),
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
