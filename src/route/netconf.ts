/** Settings of IPv4, IPv6 and MPLS (ip-netconf(8); RTM_GETNETCONF). */
import { describeLink } from '../schema/link-reference.js'
import {
  type Netconf,
  netconfAttributes,
  type NetconfFilter,
  type NetconfKey,
  NETCONFMSG_SIZE,
  readNetconf,
  writeNetconfFilter,
  writeNetconfQuestion,
} from '../schema/netconf.js'
import { RTM_GETNETCONF } from '../schema/rtnetlink.js'
import { type Operation, Request } from '../socket/request.js'
import { NLM_F_ACK, NLM_F_DUMP } from '../wire/message.js'
import { writer } from '../wire/writer.js'
import { Facet } from './facet.js'

export type { Netconf, NetconfFamily, NetconfFilter, NetconfKey } from '../schema/netconf.js'

const shared = {
  message: 'RTM_GETNETCONF',
  table: netconfAttributes,
  headerSize: NETCONFMSG_SIZE,
  read: readNetconf,
} as const
const GET: Operation<NetconfKey, Netconf> = {
  ...shared,
  describe: ({ link, family = 'ipv4' }) =>
    `get ${family} settings of ${link === 'all' ? 'all links' : link === 'default' ? 'new links' : `link ${describeLink(link)}`}`,
  answer: 'object',
}
const LIST: Operation<NetconfFilter, Netconf[]> = {
  ...shared,
  describe: ({ family }) => `list ${family === undefined ? '' : `${family} `}settings`,
  answer: 'dump',
}

/** Asks for the settings of a link, of all, or of new ones; ENODEV where there is no such link. */
export const netconfGet = (key: NetconfKey): Request<Netconf> =>
  new Request(GET, writeNetconfQuestion(writer, RTM_GETNETCONF, NLM_F_ACK, key), key)
/** Lists settings. */
export const netconfList = (filter: NetconfFilter = {}): Request<Netconf[]> =>
  new Request(LIST, writeNetconfFilter(writer, RTM_GETNETCONF, NLM_F_DUMP, filter), filter)

/**
 * The settings by which packets are sent on, as the kernel tells of them and of their changes (`watch(['netconf'])`).
 * They are set by sysctl: net.ipv4.conf.LINK.forwarding and so on.
 */
export class Netconfs extends Facet {
  /**
   * The settings of a link, of all links, or those that new links begin with.
   * @throws {NetlinkError} ENODEV where there is no such link; EOPNOTSUPP where the kernel does not have the family.
   */
  get(link: NetconfKey['link'], { family, ...rest }: Omit<NetconfKey, 'link'> = {}): Promise<Netconf> {
    return this.run(netconfGet, { ...rest, link, family })
  }

  /** All settings, or those of one family. */
  list(filter?: NetconfFilter): Promise<Netconf[]> {
    return this.run(netconfList, filter)
  }
}
