/** What a bond adds to a link that is one of its ports (IFLA_BOND_SLAVE_*, linux/if_link.h; ip-link(8), "BONDING_SLAVE"). */
import { attribute, attributes, type Given, type Read, readOnly } from '../wire/attributes.js'
import { bits, oneOf, s32, u16, u32, u8 } from '../wire/codec.js'
import { linkAddress } from '../wire/inet.js'

/** LACP_STATE_*: what IEEE 802.1AX says of a port. */
const lacpState = {
  activity: 0x1,
  timeout: 0x2,
  aggregation: 0x4,
  synchronization: 0x8,
  collecting: 0x10,
  distributing: 0x20,
  defaulted: 0x40,
  expired: 0x80,
} as const

/** AD_CHURN*: whether the machine has settled. */
const churnState = { monitor: 0, churn: 1, noChurn: 2 } as const

export const bondPortAttributes = attributes({
  /** Whether the bond uses the port now, or keeps it for when others fail. */
  state: readOnly(1, oneOf(u8(), { active: 0, backup: 1 })),
  /** The link as the bond sees it: `fail` and `back` while a delay runs (BOND_LINK_*). */
  miiStatus: readOnly(2, oneOf(u8(), { up: 0, fail: 1, down: 2, back: 3 })),
  /** How often the link has failed since it became a port. */
  linkFailureCount: readOnly(3, u32()),
  /** The MAC address that the link had before it became a port. */
  permHwaddr: readOnly(4, linkAddress()),
  /** The transmit queue whose packets leave by this port, from 1; 0 for none. Less than the bond's `numTxQueues`. */
  queueId: attribute(5, u16()),
  /** In mode 802.3ad, as all whose name begins with `ad`. */
  adAggregatorId: readOnly(6, u16()),
  /** What the port says of itself by LACP. */
  adActorOperPortState: readOnly(7, bits(u8(), lacpState)),
  /** What the other end says of itself by LACP. */
  adPartnerOperPortState: readOnly(8, bits(u16(), lacpState)),
  /** Which port becomes the active one: the highest wins, -2147483648 to 2147483647. Default: 0 (6.0). */
  prio: attribute(9, s32()),
  /** The priority of the port in mode 802.3ad: 0 to 65535, the lower wins. Default: 255 (6.18). */
  actorPortPrio: attribute(10, u16()),
  /** Whether this end has settled: `churn` where it still was not in sync after 60 s, `monitor` until then. */
  adChurnActorState: readOnly(11, oneOf(u8(), churnState)),
  /** Whether the other end has settled, as this one sees it. */
  adChurnPartnerState: readOnly(12, oneOf(u8(), churnState)),
})

/** Options of a bond's port. They can be set once the link has its master. */
export type BondPortOptions = Given<typeof bondPortAttributes.map>
/** A bond's port as the kernel has it. */
export type BondPort = Read<typeof bondPortAttributes.map>
