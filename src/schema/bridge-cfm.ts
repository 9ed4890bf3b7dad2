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

const endPoint = {
  /** The maintenance end point, which the user numbers. */
  instance: attribute(1, u32()),
}
const mepCreate = attributes({
  ...endPoint,
  /** Whether it watches over the port as a whole, or over a VLAN. */
  domain: attribute(2, oneOf(u32(), cfmDomain)),
  /** Whether its frames go out by the port (`down`), or into the bridge (`up`). */
  direction: attribute(3, oneOf(u32(), cfmDirection)),
  /** The port that it is on. */
  ifindex: attribute(4, linkIndex()),
})
const mepDelete = attributes({ ...endPoint })
const mepConfig = attributes({
  ...endPoint,
  /** The MAC address that frames are sent from. */
  unicastMac: attribute(2, linkAddress(6)),
  /** The level of the maintenance domain: 0 to 7. */
  mdlevel: attribute(3, u32({ max: 7 })),
  /** The identifier of the end point: 0 to 8191. */
  mepid: attribute(4, mepid()),
})
const ccConfig = attributes({
  ...endPoint,
  /** Frames of the peers are expected, and their absence is a defect. */
  enable: attribute(2, bool32()),
  /** How often frames of the peers are expected. */
  expInterval: attribute(3, oneOf(u32(), cfmInterval)),
  /** The identifier of the maintenance association that is expected: at most 48 bytes. */
  expMaid: attribute(4, bytes(MAID)),
})
const ccPeerMep = attributes({
  ...endPoint,
  /** The identifier of the peer: 0 to 8191. */
  mepid: attribute(2, mepid()),
})
const ccRdi = attributes({
  ...endPoint,
  /** Whether frames say that there is a defect here. */
  rdi: attribute(2, bool32()),
})
const ccCcmTx = attributes({
  ...endPoint,
  /** Where frames are sent to. */
  dmac: attribute(2, linkAddress(6)),
  /** Frames are numbered. */
  seqNoUpdate: attribute(3, bool32()),
  /** How long frames are sent: seconds; 0 ends it. */
  period: attribute(4, u32()),
  /** Frames hold the state of the interface. */
  ifTlv: attribute(5, bool32()),
  /** That state, as IEEE 802.1Q has it: 1 up, 2 down, 3 testing, 4 unknown, 5 dormant, 6 not present, 7 lower layer down. */
  ifTlvValue: attribute(6, u8()),
  /** Frames hold the state of the port. */
  portTlv: attribute(7, bool32()),
  /** That state, as IEEE 802.1Q has it: 1 blocked, 2 up. */
  portTlvValue: attribute(8, u8()),
})
/** Asked for, the kernel forgets what was seen. */
const mepStatus = attributes({
  /** The maintenance end point, by its number. */
  instance: readOnly(1, u32()),
  /** A frame came in that was for something else than to check continuity. */
  opcodeUnexpSeen: readOnly(2, bool32()),
  /** A frame of another version of the protocol came in. */
  versionUnexpSeen: readOnly(3, bool32()),
  /** A frame of a lower level than the end point's came in, and was dropped. */
  rxLevelLowSeen: readOnly(4, bool32()),
})
const ccPeerStatus = attributes({
  /** The maintenance end point, by its number. */
  instance: readOnly(1, u32()),
  /** The identifier of the peer. */
  peerMepid: readOnly(2, u32()),
  /** Frames of the peer are missing: none came for 3.25 intervals. */
  ccmDefect: readOnly(3, bool32()),
  /** The peer has a defect. */
  rdi: readOnly(4, bool32()),
  /** The state of the peer's port, by its last frame: 1 blocked, 2 up. */
  portTlvValue: readOnly(5, u8()),
  /** The state of the peer's interface, by its last frame: the numbers of `ifTlvValue` of `ccCcmTx`. */
  ifTlvValue: readOnly(6, u8()),
  /** A frame of the peer came in. */
  seen: readOnly(7, bool32()),
  /** A frame of the peer that says more than that it is there came in. */
  tlvSeen: readOnly(8, bool32()),
  /** A frame of the peer came in whose number does not follow the last one's. */
  seqUnexpSeen: readOnly(9, bool32()),
})

/** IFLA_BRIDGE_CFM_* */
export const bridgeCfm = attributes({
  /** Makes a maintenance end point. */
  mepCreate: attribute(1, nested(mepCreate)),
  /** Deletes a maintenance end point. */
  mepDelete: attribute(2, nested(mepDelete)),
  /** Sets up a maintenance end point. */
  mepConfig: attribute(3, nested(mepConfig)),
  /** How continuity is checked. */
  ccConfig: attribute(4, nested(ccConfig)),
  /** Adds a peer, whose frames a maintenance end point expects. */
  ccPeerMepAdd: attribute(5, nested(ccPeerMep)),
  /** Removes a peer: its frames are expected no more. */
  ccPeerMepRemove: attribute(6, nested(ccPeerMep)),
  /** The remote defect indication. */
  ccRdi: attribute(7, nested(ccRdi)),
  /** Has a maintenance end point send frames. */
  ccCcmTx: attribute(8, nested(ccCcmTx)),
  /** How each maintenance end point was made. */
  mepCreateInfo: { ...repeated(9, nested(mepCreate)), access: 'r' },
  /** How each is set up. */
  mepConfigInfo: { ...repeated(10, nested(mepConfig)), access: 'r' },
  /** How each checks continuity. */
  ccConfigInfo: { ...repeated(11, nested(ccConfig)), access: 'r' },
  /** Whether each tells its peers of a defect. */
  ccRdiInfo: { ...repeated(12, nested(ccRdi)), access: 'r' },
  /** What frames each sends. */
  ccCcmTxInfo: { ...repeated(13, nested(ccCcmTx)), access: 'r' },
  /** Which peers each has. */
  ccPeerMepInfo: { ...repeated(14, nested(ccPeerMep)), access: 'r' },
  /** Wrong frames that each has seen since this was last asked for. */
  mepStatusInfo: { ...repeated(15, nested(mepStatus)), access: 'r' },
  /** What each has seen of each of its peers; `seen` and the like since this was last asked for. */
  ccPeerStatusInfo: { ...repeated(16, nested(ccPeerStatus)), access: 'r' },
})

/** What of CFM is to change. */
export type CfmChanges = Given<typeof bridgeCfm.map>
type Told = Read<typeof bridgeCfm.map>
/** CFM as the kernel has it: of each sort what is said of all end points. */
export type CfmInfo = Pick<Told, Extract<keyof Told, `${string}Info` | 'unknownAttributes'>>
