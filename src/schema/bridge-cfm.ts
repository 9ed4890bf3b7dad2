/** Connectivity Fault Management of bridges (IFLA_BRIDGE_CFM_*, linux/if_bridge.h, linux/cfm_bridge.h; IEEE 802.1Q). */
import { attribute, attributes, type Given, nested, type Read, readOnly, repeated } from '../wire/attributes.js'
import { bool32, bytes, oneOf, u32, u8 } from '../wire/codec.js'
import { linkAddress } from '../wire/inet.js'
import { linkIndex } from './link-reference.js'

/** BR_CFM_PORT, BR_CFM_VLAN */
export const cfmDomain = { port: 0, vlan: 1 } as const
/** BR_CFM_MEP_DIRECTION_* */
export const cfmDirection = { down: 0, up: 1 } as const
/** BR_CFM_CCM_INTERVAL_*: how often continuity is checked. */
export const cfmInterval = {
  none: 0,
  '3.3ms': 1,
  '10ms': 2,
  '100ms': 3,
  '1s': 4,
  '10s': 5,
  '1min': 6,
  '10min': 7,
} as const
/** CFM_MAID_LENGTH */
const MAID = 48
/** IEEE 802.1Q has 1 to 8191. */
const mepid = () => u32({ max: 0x1fff })

const mepCreate = attributes({
  /** The maintenance end point, which the user numbers. */
  instance: attribute(1, u32()),
  domain: attribute(2, oneOf(u32(), cfmDomain)),
  direction: attribute(3, oneOf(u32(), cfmDirection)),
  /** The port that it is on. */
  ifindex: attribute(4, linkIndex()),
})
const mepDelete = attributes({ instance: attribute(1, u32()) })
const mepConfig = attributes({
  instance: attribute(1, u32()),
  /** The MAC address that frames are sent from. */
  unicastMac: attribute(2, linkAddress(6)),
  /** The level of the maintenance domain: 0 to 7. */
  mdlevel: attribute(3, u32({ max: 7 })),
  /** The identifier of the end point: 0 to 8191. */
  mepid: attribute(4, mepid()),
})
const ccConfig = attributes({
  instance: attribute(1, u32()),
  enable: attribute(2, bool32()),
  /** How often frames of the peers are expected. */
  expInterval: attribute(3, oneOf(u32(), cfmInterval)),
  /** The identifier of the maintenance association that is expected: at most 48 bytes. */
  expMaid: attribute(4, bytes(MAID)),
})
const ccPeerMep = attributes({
  instance: attribute(1, u32()),
  /** The identifier of the peer: 0 to 8191. */
  mepid: attribute(2, mepid()),
})
const ccRdi = attributes({
  instance: attribute(1, u32()),
  /** Whether frames say that there is a defect here. */
  rdi: attribute(2, bool32()),
})
const ccCcmTx = attributes({
  instance: attribute(1, u32()),
  /** Where frames are sent to. */
  dmac: attribute(2, linkAddress(6)),
  /** Frames are numbered. */
  seqNoUpdate: attribute(3, bool32()),
  /** How long frames are sent: seconds; 0 ends it. */
  period: attribute(4, u32()),
  /** Frames hold the state of the interface. */
  ifTlv: attribute(5, bool32()),
  ifTlvValue: attribute(6, u8()),
  /** Frames hold the state of the port. */
  portTlv: attribute(7, bool32()),
  portTlvValue: attribute(8, u8()),
})
/** Asked for, the kernel forgets what was seen. */
const mepStatus = attributes({
  instance: readOnly(1, u32()),
  opcodeUnexpSeen: readOnly(2, bool32()),
  versionUnexpSeen: readOnly(3, bool32()),
  rxLevelLowSeen: readOnly(4, bool32()),
})
const ccPeerStatus = attributes({
  instance: readOnly(1, u32()),
  peerMepid: readOnly(2, u32()),
  /** Frames of the peer are missing. */
  ccmDefect: readOnly(3, bool32()),
  /** The peer has a defect. */
  rdi: readOnly(4, bool32()),
  portTlvValue: readOnly(5, u8()),
  ifTlvValue: readOnly(6, u8()),
  seen: readOnly(7, bool32()),
  tlvSeen: readOnly(8, bool32()),
  seqUnexpSeen: readOnly(9, bool32()),
})

/** IFLA_BRIDGE_CFM_* */
export const bridgeCfm = attributes({
  /** Makes a maintenance end point. */
  mepCreate: attribute(1, nested(mepCreate)),
  /** Deletes one. */
  mepDelete: attribute(2, nested(mepDelete)),
  mepConfig: attribute(3, nested(mepConfig)),
  /** How continuity is checked. */
  ccConfig: attribute(4, nested(ccConfig)),
  /** Adds a peer. */
  ccPeerMepAdd: attribute(5, nested(ccPeerMep)),
  /** Removes a peer. */
  ccPeerMepRemove: attribute(6, nested(ccPeerMep)),
  /** The remote defect indication. */
  ccRdi: attribute(7, nested(ccRdi)),
  /** Has frames sent. */
  ccCcmTx: attribute(8, nested(ccCcmTx)),
  mepCreateInfo: { ...repeated(9, nested(mepCreate)), access: 'r' },
  mepConfigInfo: { ...repeated(10, nested(mepConfig)), access: 'r' },
  ccConfigInfo: { ...repeated(11, nested(ccConfig)), access: 'r' },
  ccRdiInfo: { ...repeated(12, nested(ccRdi)), access: 'r' },
  ccCcmTxInfo: { ...repeated(13, nested(ccCcmTx)), access: 'r' },
  ccPeerMepInfo: { ...repeated(14, nested(ccPeerMep)), access: 'r' },
  mepStatusInfo: { ...repeated(15, nested(mepStatus)), access: 'r' },
  ccPeerStatusInfo: { ...repeated(16, nested(ccPeerStatus)), access: 'r' },
})

/** What of CFM is to change. */
export type CfmChanges = Given<typeof bridgeCfm.map>
type Told = Read<typeof bridgeCfm.map>
/** CFM as the kernel has it: of each sort what is said of all end points. */
export type CfmInfo = Pick<Told, Extract<keyof Told, `${string}Info` | 'unknownAttributes'>>
