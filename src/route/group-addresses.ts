/** Multicast and anycast addresses that links listen to (ip-maddress(8); RTM_GETMULTICAST, RTM_GETANYCAST). */
import { addressAttributes, IFADDRMSG_SIZE } from '../schema/address.js'
import {
  type GroupAddress,
  type GroupAddressFilter,
  readGroupAddress,
  writeGroupAddressFilter,
} from '../schema/group-address.js'
import { describeLink } from '../schema/link-reference.js'
import { RTM_GETANYCAST, RTM_GETMULTICAST } from '../schema/rtnetlink.js'
import { type Operation, Request } from '../socket/request.js'
import { NLM_F_DUMP } from '../wire/message.js'
import { writer } from '../wire/writer.js'
import { Facet } from './facet.js'

export type { GroupAddress, GroupAddressFilter, GroupAddressType } from '../schema/group-address.js'

const EOPNOTSUPP = 95
const operation = (message: string, what: string): Operation<GroupAddressFilter, GroupAddress[]> => ({
  message,
  describe: ({ family = 'ipv6', link }) =>
    `list ${family} ${what} addresses${link === undefined ? '' : ` of link ${describeLink(link)}`}`,
  advise: ({ family }, errno) =>
    errno === EOPNOTSUPP && family === 'ipv4'
      ? what === 'multicast'
        ? 'kernels before 6.15 tell of IPv4 ones in /proc/net/igmp alone'
        : 'there are none of IPv4'
      : undefined,
  table: addressAttributes,
  headerSize: IFADDRMSG_SIZE,
  answer: 'dump',
  read: readGroupAddress,
})
const MULTICAST = operation('RTM_GETMULTICAST', 'multicast')
const ANYCAST = operation('RTM_GETANYCAST', 'anycast')

/** Lists the multicast addresses that links listen to. */
export const multicastAddressList = (filter: GroupAddressFilter = {}): Request<GroupAddress[]> =>
  new Request(MULTICAST, writeGroupAddressFilter(writer, RTM_GETMULTICAST, NLM_F_DUMP, filter), filter)
/** Lists the anycast addresses that links listen to. */
export const anycastAddressList = (filter: GroupAddressFilter = {}): Request<GroupAddress[]> =>
  new Request(ANYCAST, writeGroupAddressFilter(writer, RTM_GETANYCAST, NLM_F_DUMP, filter), filter)

/**
 * Multicast and anycast addresses that links listen to. The kernel joins most by itself, sockets join others, and
 * `rt.addresses.add` does with the flag `autojoin`. Changes are watched as `groupAddress`.
 */
export class GroupAddresses extends Facet {
  /**
   * The multicast addresses of IPv6 or IPv4, of all links or of one.
   * @throws {NetlinkError} EOPNOTSUPP for IPv4 before kernel 6.15.
   */
  listMulticast(filter?: GroupAddressFilter): Promise<GroupAddress[]> {
    return this.run(multicastAddressList, filter)
  }

  /** The anycast addresses, which IPv6 has, of all links or of one. @throws {NetlinkError} EOPNOTSUPP for IPv4. */
  listAnycast(filter?: GroupAddressFilter): Promise<GroupAddress[]> {
    return this.run(anycastAddressList, filter)
  }
}
