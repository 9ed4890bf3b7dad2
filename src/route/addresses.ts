/** Addresses of links (ip-address(8); RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR). */
import { NetlinkError } from '../errors.js'
import {
  type Address,
  addressAttributes,
  type AddressSpec,
  IFADDRMSG_SIZE,
  readAddress,
  writeAddress,
  writeAddressKey,
  writeAddressQuestion,
} from '../schema/address.js'
import { describeLink, type LinkReference, putLinkReference } from '../schema/link-reference.js'
import { RTM_DELADDR, RTM_GETADDR, RTM_NEWADDR } from '../schema/rtnetlink.js'
import { type Operation, Request } from '../socket/request.js'
import { AF_INET, AF_INET6, familyOf } from '../wire/inet.js'
import { unknownOption } from '../wire/invalid.js'
import { NLM_F_ACK, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REPLACE } from '../wire/message.js'
import { writer } from '../wire/writer.js'
import { Facet } from './facet.js'
import { countDeleted } from './count-deleted.js'

export type { Address, AddressFlag, AddressProtocol, AddressSettableFlag, AddressSpec } from '../schema/address.js'
export type { RouteScope } from '../schema/route-scope.js'

/** Which address: of which link. */
export type AddressKey = Pick<AddressSpec, 'link' | 'address'>

const EADDRNOTAVAIL = 99

const shared = { table: addressAttributes, headerSize: IFADDRMSG_SIZE } as const
const describe =
  (verb: string) =>
  ({ address, link }: AddressKey) =>
    `${verb} address ${address} on link ${describeLink(link)}`
const operation = (message: string, verb: string): Operation<AddressSpec, void> => ({
  ...shared,
  message,
  describe: describe(verb),
  answer: 'none',
})
const ADD = operation('RTM_NEWADDR', 'add')
const REPLACE = operation('RTM_NEWADDR', 'replace')
const CHANGE = operation('RTM_NEWADDR', 'change')
const DELETE = operation('RTM_DELADDR', 'delete')
const GET: Operation<AddressKey, Address> = {
  ...shared,
  message: 'RTM_GETADDR',
  describe: describe('get'),
  answer: 'object',
  read: readAddress,
}
const LIST: Operation<AddressFilter, Address[]> = {
  ...shared,
  message: 'RTM_GETADDR',
  describe: ({ link }) => (link === undefined ? 'list addresses' : `list addresses of link ${describeLink(link)}`),
  answer: 'dump',
  read: readAddress,
}

/** Which addresses to list. The kernel does the filtering. */
export interface AddressFilter {
  /** IPv4 or IPv6 addresses alone. Default: both. */
  family?: 'ipv4' | 'ipv6' | undefined
  /** Those of this link alone. Default: all. */
  link?: LinkReference | undefined
  /** Those of the namespace with this id instead, from 0; `link` is then an ifindex there. */
  targetNetnsid?: number | undefined
}

/** Adds an address; EEXIST where the link has it. */
export const addressAdd = (spec: AddressSpec): Request<void> =>
  new Request(ADD, writeAddress(writer, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, spec), spec)
/** Adds an address, or gives the one there is these lifetimes, flags, metric and protocol. */
export const addressReplace = (spec: AddressSpec): Request<void> =>
  new Request(REPLACE, writeAddress(writer, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, spec), spec)
/** Changes an address. Kernels up to 6.18 at least add it where there is none, as `replace` does. */
export const addressChange = (spec: AddressSpec): Request<void> =>
  new Request(CHANGE, writeAddress(writer, RTM_NEWADDR, NLM_F_REPLACE, spec), spec)
/** Deletes an address, told by `link`, `address`, `peer` and `label`; EADDRNOTAVAIL where there is none. */
export const addressDelete = (spec: AddressSpec): Request<void> =>
  new Request(DELETE, writeAddressKey(writer, RTM_DELADDR, 0, spec), spec)
/** Asks for one IPv6 address of a link; EADDRNOTAVAIL where it does not have it. For IPv4 there is only the list. */
export const addressGet = (key: AddressKey): Request<Address> =>
  new Request(GET, writeAddressQuestion(writer, RTM_GETADDR, NLM_F_ACK, key), key)

/** Lists addresses. */
export function addressList(filter: AddressFilter = {}): Request<Address[]> {
  const w = writer
  w.begin(RTM_GETADDR, NLM_F_DUMP, IFADDRMSG_SIZE)
  const header = w.offset - IFADDRMSG_SIZE
  for (const name in filter) {
    const value = filter[name as keyof AddressFilter]
    if (value === undefined) continue
    w.trail[0] = name
    w.depth = 1
    switch (name) {
      case 'family':
        if (value !== 'ipv4' && value !== 'ipv6') throw w.invalid('ipv4 or ipv6', value)
        w.bytes[w.at(header)] = value === 'ipv4' ? AF_INET : AF_INET6
        break
      case 'link':
        putLinkReference(w, w.at(header) + 4, value)
        break
      case 'targetNetnsid':
        w.depth = 0
        addressAttributes.writeOne(w, name, value, [name])
        break
      default:
        throw unknownOption(name, ['family', 'link', 'targetNetnsid'])
    }
  }
  return new Request(LIST, w.finish(), filter)
}

export class Addresses extends Facet {
  /**
   * Adds an address to a link.
   *
   *     await rt.addresses.add({ link: 'eth0', address: '10.13.19.2/24' })
   *     await rt.addresses.add({ link: 'eth0', address: '2001:db8::2/64', flags: ['nodad'] })
   *     await rt.addresses.add({ link: 'tun0', address: '10.0.0.1', peer: '10.0.0.2' })
   *
   * @throws {NetlinkError} EEXIST where the link has the address; ENODEV.
   */
  add(spec: AddressSpec): Promise<void> {
    return this.run(addressAdd, spec)
  }

  /**
   * Adds an address, or gives the one there is these lifetimes, metric, protocol and (IPv6) flags: what is not given is
   * as it would be of a new one.
   */
  replace(spec: AddressSpec): Promise<void> {
    return this.run(addressReplace, spec)
  }

  /** Changes an address as `replace` does. Kernels up to 6.18 at least also add it where there is none. */
  change(spec: AddressSpec): Promise<void> {
    return this.run(addressChange, spec)
  }

  /**
   * Deletes an address, told from others by `link`, `address` with its prefix length, `peer` and `label`; the rest of
   * the spec, as `add` took it, is passed over. With an IPv4 address its secondary addresses go too, unless the link
   * promotes them (sysctl promote_secondaries).
   * @throws {NetlinkError} EADDRNOTAVAIL where there is none.
   */
  delete(spec: AddressSpec): Promise<void> {
    return this.run(addressDelete, spec)
  }

  /** All addresses, or those that fit. @throws {NetlinkError} ENODEV where there is no such link. */
  list(filter?: AddressFilter): Promise<Address[]> {
    return this.run(addressList, filter)
  }

  /**
   * One address of a link, with or without the length of its prefix.
   * @throws {NetlinkError} EADDRNOTAVAIL where the link does not have it; ENODEV.
   */
  async get(key: AddressKey): Promise<Address> {
    if (typeof key?.address === 'string' && familyOf(key.address) === AF_INET) {
      // The question for one exists for IPv6 alone. Writing it the way of a deletion checks the key.
      addressDelete(key)
      const whole = key.address.includes('/')
      const found = (await this.list({ family: 'ipv4', link: key.link })).find(({ address }) =>
        whole ? address === key.address : address.startsWith(`${key.address}/`),
      )
      if (found !== undefined) return found
      throw new NetlinkError({ errno: EADDRNOTAVAIL, request: GET.message, action: GET.describe(key) })
    }
    const found = await this.run(addressGet, key)
    if (!key.address.includes('/') || found.address.endsWith(key.address.slice(key.address.indexOf('/')))) return found
    throw new NetlinkError({ errno: EADDRNOTAVAIL, request: GET.message, action: GET.describe(key) })
  }

  /**
   * Deletes the addresses that fit; resolves to how many. `{}` are all, those of the loopback device too. Those that
   * went away meanwhile are passed over.
   */
  async flush(filter: Omit<AddressFilter, 'targetNetnsid'>): Promise<number> {
    // An address takes its secondary ones along: those go first, to be counted.
    const found = (await this.list(filter)).sort((a, b) => rank(a) - rank(b))
    const deletions = found.map(({ ifindex, address, peer }) => addressDelete({ link: ifindex, address, peer }))
    return countDeleted(await this.socket.bulk(deletions), EADDRNOTAVAIL)
  }
}

const rank = ({ flags }: Address) => (flags.includes('secondary') ? 0 : 1)
