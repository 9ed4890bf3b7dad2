/** VNIs of a vxlan that has many (bridge(8), vni; RTM_NEWTUNNEL, RTM_DELTUNNEL, RTM_GETTUNNEL; kernel 5.18). */
import { describeLink } from '../schema/link-reference.js'
import { RTM_DELTUNNEL, RTM_GETTUNNEL, RTM_NEWTUNNEL } from '../schema/rtnetlink.js'
import {
  readVnis,
  TUNNEL_MSG_SIZE,
  vniAttributes,
  type VniFilter,
  type VniKey,
  type VniSpec,
  type VxlanVni,
  writeVni,
  writeVniQuestion,
} from '../schema/vni.js'
import { type Operation, Request } from '../socket/request.js'
import { NLM_F_DUMP } from '../wire/message.js'
import { writer } from '../wire/writer.js'
import { Facet } from './facet.js'

export type { VniFilter, VniKey, VniSpec, VxlanVni } from '../schema/vni.js'

const EOPNOTSUPP = 95

const rangeOf = ({ vni, vniEnd }: VniKey) => (vniEnd === undefined ? `VNI ${vni}` : `VNIs ${vni} to ${vniEnd}`)
const advise = (_: unknown, errno: number): string | undefined =>
  errno === EOPNOTSUPP ? 'It takes Linux 5.18 or later, and a vxlan that was made with `vnifilter`' : undefined

const ADD: Operation<VniSpec, void> = {
  message: 'RTM_NEWTUNNEL',
  describe: (spec) => `add ${rangeOf(spec)} to vxlan ${describeLink(spec.link)}`,
  advise,
  table: vniAttributes,
  headerSize: TUNNEL_MSG_SIZE,
  answer: 'none',
}
const DELETE: Operation<VniKey, void> = {
  ...ADD,
  message: 'RTM_DELTUNNEL',
  describe: (key) => `delete ${rangeOf(key)} from vxlan ${describeLink(key.link)}`,
}
const LIST: Operation<VniFilter, VxlanVni[]> = {
  message: 'RTM_GETTUNNEL',
  describe: ({ link }) => (link === undefined ? 'list VNIs' : `list the VNIs of vxlan ${describeLink(link)}`),
  advise,
  table: vniAttributes,
  headerSize: TUNNEL_MSG_SIZE,
  answer: 'dump',
  readEach: readVnis,
}

/** Adds VNIs to a vxlan; of one that it has `group` becomes what is said here. */
export const vniAdd = (spec: VniSpec): Request<void> =>
  new Request(ADD, writeVni(writer, RTM_NEWTUNNEL, spec, ['link', 'vni', 'vniEnd', 'group']), spec)
/** Deletes VNIs of a vxlan, from the first on until there is one that it has not (ENOENT). */
export const vniDelete = (key: VniKey): Request<void> =>
  new Request(DELETE, writeVni(writer, RTM_DELTUNNEL, key, ['link', 'vni', 'vniEnd']), key)
/** Lists VNIs. */
export const vniList = (filter: VniFilter = {}): Request<VxlanVni[]> =>
  new Request(LIST, writeVniQuestion(writer, RTM_GETTUNNEL, NLM_F_DUMP, filter), filter)

/**
 * VNIs of vxlans that have many: those made with `vxlan: { collectMetadata: true, vnifilter: true }` take packets of the
 * VNIs that are here, and of no others (kernel 5.18).
 */
export class Vnis extends Facet {
  /**
   * Adds a VNI, or a range of them; of one that is there `group` becomes what is said here.
   *
   *     await rt.vnis.add({ link: 'vxlan0', vni: 100, vniEnd: 199 })
   *     await rt.vnis.add({ link: 'vxlan0', vni: 42, group: '10.0.0.2' })
   *
   * @throws {NetlinkError} EOPNOTSUPP of a link that is no such vxlan. @throws {NetlinkError} EEXIST: another vxlan has
   * the VNI.
   */
  add(spec: VniSpec): Promise<void> {
    return this.run(vniAdd, spec)
  }

  /** Deletes VNIs, from the first on until there is one that the vxlan has not. @throws {NetlinkError} ENOENT then. */
  delete(key: VniKey): Promise<void> {
    return this.run(vniDelete, key)
  }

  /** The VNIs of all vxlans, or of one. Those that are alike come as a range. */
  list(filter?: VniFilter): Promise<VxlanVni[]> {
    return this.run(vniList, filter)
  }
}
