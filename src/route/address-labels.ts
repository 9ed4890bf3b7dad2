/** Labels of IPv6 addresses (ip-addrlabel(8); RTM_NEWADDRLABEL, RTM_DELADDRLABEL, RTM_GETADDRLABEL). */
import {
  type AddressLabel,
  addressLabelAttributes,
  type AddressLabelKey,
  type AddressLabelQuestion,
  type AddressLabelSpec,
  IFADDRLBLMSG_SIZE,
  readAddressLabel,
  writeAddressLabel,
  writeAddressLabelDump,
  writeAddressLabelQuestion,
} from '../schema/address-label.js'
import { describeLink } from '../schema/link-reference.js'
import { RTM_DELADDRLABEL, RTM_GETADDRLABEL, RTM_NEWADDRLABEL } from '../schema/rtnetlink.js'
import { type Operation, Request } from '../socket/request.js'
import { NLM_F_ACK, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REPLACE } from '../wire/message.js'
import { writer } from '../wire/writer.js'
import { countDeleted } from './count-deleted.js'
import { Facet } from './facet.js'

export type { AddressLabel, AddressLabelKey, AddressLabelQuestion, AddressLabelSpec } from '../schema/address-label.js'

const ESRCH = 3

const shared = { table: addressLabelAttributes, headerSize: IFADDRLBLMSG_SIZE } as const
const onLink = ({ link }: Pick<AddressLabelKey, 'link'>) => (link === undefined ? '' : ` on link ${describeLink(link)}`)
const operation = (message: string, verb: string): Operation<AddressLabelKey, void> => ({
  ...shared,
  message,
  describe: (spec) => `${verb} the label of ${spec.prefix}${onLink(spec)}`,
  answer: 'none',
})
const ADD = operation('RTM_NEWADDRLABEL', 'add')
const REPLACE = operation('RTM_NEWADDRLABEL', 'replace')
const DELETE = operation('RTM_DELADDRLABEL', 'delete')
const GET: Operation<AddressLabelQuestion, AddressLabel> = {
  ...shared,
  message: 'RTM_GETADDRLABEL',
  describe: (question) => `get the label of ${question.address}${onLink(question)}`,
  answer: 'object',
  read: readAddressLabel,
}
const LIST: Operation<unknown, AddressLabel[]> = {
  ...shared,
  message: 'RTM_GETADDRLABEL',
  describe: () => 'list address labels',
  answer: 'dump',
  read: readAddressLabel,
}

/** Gives a label to the addresses of a prefix; EEXIST where it has one. */
export const addressLabelAdd = (spec: AddressLabelSpec): Request<void> =>
  new Request(ADD, writeAddressLabel(writer, RTM_NEWADDRLABEL, NLM_F_CREATE | NLM_F_EXCL, spec), spec)
/** Gives a label to the addresses of a prefix, whatever it had. */
export const addressLabelReplace = (spec: AddressLabelSpec): Request<void> =>
  new Request(REPLACE, writeAddressLabel(writer, RTM_NEWADDRLABEL, NLM_F_CREATE | NLM_F_REPLACE, spec), spec)
/** Deletes the label of a prefix; ESRCH where it has none. */
export const addressLabelDelete = (key: AddressLabelKey): Request<void> =>
  new Request(DELETE, writeAddressLabel(writer, RTM_DELADDRLABEL, 0, { label: 0, ...key }), key)
/** Asks for the label that an address has: that of the longest prefix it is in. */
export const addressLabelGet = (question: AddressLabelQuestion): Request<AddressLabel> =>
  new Request(GET, writeAddressLabelQuestion(writer, RTM_GETADDRLABEL, NLM_F_ACK, question), question)
/** Lists labels, the longest prefixes first. */
export const addressLabelList = (): Request<AddressLabel[]> =>
  new Request(LIST, writeAddressLabelDump(writer, RTM_GETADDRLABEL, NLM_F_DUMP), {})

/**
 * Labels of IPv6 addresses: of several source addresses one is preferred whose label is that of the destination
 * (RFC 6724). The kernel does not tell of changes.
 */
export class AddressLabels extends Facet {
  /**
   * Gives a label to the addresses of a prefix.
   * @throws {NetlinkError} EEXIST where it has one; EINVAL where there is no such link.
   */
  add(spec: AddressLabelSpec): Promise<void> {
    return this.run(addressLabelAdd, spec)
  }

  /** Gives a label to the addresses of a prefix, whatever it had. */
  replace(spec: AddressLabelSpec): Promise<void> {
    return this.run(addressLabelReplace, spec)
  }

  /** Deletes the label of a prefix. @throws {NetlinkError} ESRCH where it has none. */
  delete(key: AddressLabelKey): Promise<void> {
    return this.run(addressLabelDelete, key)
  }

  /** The label that an address has: that of the longest prefix it is in. @throws {NetlinkError} ESRCH where it is in none. */
  get(address: string, { ...options }: Omit<AddressLabelQuestion, 'address'> = {}): Promise<AddressLabel> {
    return this.run(addressLabelGet, { ...options, address })
  }

  /** All labels, the longest prefixes first. */
  list(): Promise<AddressLabel[]> {
    return this.run(addressLabelList)
  }

  /** Deletes all labels, those with which a namespace begins among them; resolves to how many. */
  async flush(): Promise<number> {
    const deletions = (await this.list()).map(({ prefix, ifindex }) => addressLabelDelete({ prefix, link: ifindex }))
    return countDeleted(await this.socket.bulk(deletions), ESRCH)
  }
}
