/** Bridges and their ports, as a bridge tells of them (bridge(8), link; RTM_GETLINK, RTM_SETLINK, RTM_DELLINK of AF_BRIDGE). */
import { NetlinkError } from '../errors.js'
import {
  bridgeLinkAttributes,
  type BridgeLinkChanges,
  type BridgeLinkDetails,
  type BridgePortLink,
  readBridgeLink,
  writeBridgeLink,
  writeBridgeLinkQuestion,
  writeMrpDeletion,
} from '../schema/bridge-link.js'
import type { MrpInstance } from '../schema/bridge-mrp.js'
import { IFINFOMSG_SIZE } from '../schema/link-attributes.js'
import { describeLink, type LinkReference } from '../schema/link-reference.js'
import { RTM_DELLINK, RTM_GETLINK, RTM_SETLINK } from '../schema/rtnetlink.js'
import { type Operation, Request } from '../socket/request.js'
import { NLM_F_DUMP } from '../wire/message.js'
import { writer } from '../wire/writer.js'
import { Facet } from './facet.js'

export type { CfmChanges, CfmInfo } from '../schema/bridge-cfm.js'
export type {
  BridgeLinkChanges,
  BridgeLinkDetails,
  BridgeLinkTunnel,
  BridgeLinkVlan,
  BridgePortLink,
} from '../schema/bridge-link.js'
export type { MrpChanges, MrpInfo, MrpInstance } from '../schema/bridge-mrp.js'

const ENODEV = 19
const EOPNOTSUPP = 95

interface Changing {
  link: LinkReference
  changes: BridgeLinkChanges
}

const UPDATE: Operation<Changing, void> = {
  message: 'RTM_SETLINK',
  describe: ({ link }) => `change link ${describeLink(link)} in its bridge`,
  advise({ changes }, errno) {
    if (errno !== EOPNOTSUPP) return undefined
    if (changes.mrp !== undefined) return 'The kernel has no MRP (CONFIG_BRIDGE_MRP)'
    if (changes.cfm !== undefined) return 'The kernel has no CFM (CONFIG_BRIDGE_CFM)'
    if (changes.self === true) return 'The device’s driver has no bridge of its own'
    return 'The link has to be a bridge or a port of one'
  },
  table: bridgeLinkAttributes,
  headerSize: IFINFOMSG_SIZE,
  answer: 'none',
}
const DELETE_MRP: Operation<{ link: LinkReference; instance: MrpInstance }, void> = {
  message: 'RTM_DELLINK',
  describe: ({ link, instance }) => `delete the ring ${instance.ringId} of bridge ${describeLink(link)}`,
  advise: (_, errno) => (errno === EOPNOTSUPP ? 'The kernel has no MRP (CONFIG_BRIDGE_MRP)' : undefined),
  table: bridgeLinkAttributes,
  headerSize: IFINFOMSG_SIZE,
  answer: 'none',
}
const LIST: Operation<BridgeLinkDetails, BridgePortLink[]> = {
  message: 'RTM_GETLINK',
  describe: () => 'list bridges and ports',
  table: bridgeLinkAttributes,
  headerSize: IFINFOMSG_SIZE,
  answer: 'dump',
  read: readBridgeLink,
}

/** Changes a bridge or a port. */
export const bridgeLinkUpdate = (link: LinkReference, changes: BridgeLinkChanges): Request<void> =>
  new Request(UPDATE, writeBridgeLink(writer, RTM_SETLINK, link, changes), { link, changes })
/** Deletes a ring of MRP. */
export const mrpDelete = (link: LinkReference, instance: MrpInstance): Request<void> =>
  new Request(DELETE_MRP, writeMrpDeletion(writer, RTM_DELLINK, link, instance), { link, instance })
/** Lists the ports of all bridges and, with any of the details but `mst`, the bridges. */
export const bridgeLinkList = (details: BridgeLinkDetails = {}): Request<BridgePortLink[]> =>
  new Request(LIST, writeBridgeLinkQuestion(writer, RTM_GETLINK, NLM_F_DUMP, details), details)

/** What to list. */
export interface BridgeLinkFilter extends BridgeLinkDetails {
  /** One port or bridge. The kernel tells of all; the others are left out here. */
  link?: LinkReference | undefined
}

/**
 * Bridges and their ports, as a bridge tells of them. Options of ports stand under `bridgePort` in `rt.links` as well;
 * here is also what only a bridge tells: VLANs, spanning trees, MRP, CFM, and how a NIC switches.
 */
export class BridgeLinks extends Facet {
  /**
   * Changes a bridge or a port.
   *
   *     await rt.bridgeLinks.update('veth0', { bridgePort: { cost: 10 }, mst: [{ msti: 3, state: 'forwarding' }] })
   *     await rt.bridgeLinks.update('eth0', { self: true, mode: 'vepa' })
   *
   * @throws {NetlinkError} EOPNOTSUPP of a link that is neither, and of what the kernel was built without.
   */
  update(link: LinkReference, changes: BridgeLinkChanges): Promise<void> {
    return this.run(bridgeLinkUpdate, link, changes)
  }

  /** Deletes a ring of MRP; `update(link, { mrp: { instance } })` makes one. */
  deleteMrp(link: LinkReference, instance: MrpInstance): Promise<void> {
    return this.run(mrpDelete, link, instance)
  }

  /** The ports of all bridges and, with any of the details but `mst`, the bridges. */
  async list({ link, ...details }: BridgeLinkFilter = {}): Promise<BridgePortLink[]> {
    const found = await this.run(bridgeLinkList, details)
    if (link === undefined) return found
    const ifindex =
      typeof link === 'string' ? this.socket.linkIndex(link) : typeof link === 'number' ? link : link.ifindex
    if (ifindex !== undefined) return found.filter((other) => other.ifindex === ifindex)
    throw new NetlinkError({
      errno: ENODEV,
      request: 'RTM_GETLINK',
      action: `list the port ${describeLink(link)}`,
      reason: `there is no link named ${describeLink(link)}`,
    })
  }
}
