/** Virtual functions of SR-IOV devices: IFLA_VFINFO_LIST, IFLA_VF_PORTS, IFLA_PORT_SELF (linux/if_link.h). */
import { attribute, attributes, nested, readOnly, repeated } from '../wire/attributes.js'
import { bytes, type Codec, oneOf, s32, text, u16, u32, u64, u8 } from '../wire/codec.js'
import { putLinkAddress, readLinkAddress } from '../wire/inet.js'
import { struct } from '../wire/struct.js'

/** MAX_ADDR_LEN. */
const LONGEST_ADDRESS = 32

/** struct ifla_vf_mac. The length of the address is not told: it is read as Ethernet's unless more of it is set. */
const vfMac: Codec<{ vf: number; mac: string | Uint8Array }, { vf: number; mac: string }> = {
  wire: 'struct ifla_vf_mac',
  expects: 'an object with vf, mac',
  write(w, value) {
    if (typeof value !== 'object' || value === null) throw w.invalid(this.expects, value)
    if (!Number.isInteger(value.vf) || value.vf < 0 || value.vf > 0xffffffff) throw w.invalid('vf, from 0', value.vf)
    w.putU32(value.vf)
    const start = w.offset
    putLinkAddress(w, value.mac, undefined)
    w.position = w.at(start + LONGEST_ADDRESS)
  },
  read(r, start, end) {
    if (end - start < 10) return undefined
    let last = end
    while (last > start + 10 && r.bytes[last - 1] === 0) last--
    const size = last - start - 4
    return {
      vf: r.getU32(start),
      mac: readLinkAddress(r, start + 4, start + 4 + (size <= 6 ? 6 : size <= 20 ? 20 : 32)),
    }
  },
}

/** struct ifla_vf_guid: the GUID is 64 bits, of which a number can't hold all. */
const vfGuid: Codec<{ vf: number; guid: bigint }> = {
  wire: 'struct ifla_vf_guid',
  expects: 'an object with vf and a bigint guid',
  write(w, value) {
    if (typeof value !== 'object' || value === null) throw w.invalid(this.expects, value)
    const { vf, guid } = value
    if (!Number.isInteger(vf) || vf < 0 || vf > 0xffffffff || typeof guid !== 'bigint')
      throw w.invalid(this.expects, value)
    if (guid !== BigInt.asUintN(64, guid)) throw w.invalid('a guid of 64 bits', guid, 'range')
    w.putU32(vf)
    // The compiler aligns the u64.
    w.putU32(0)
    w.putBytes(new Uint8Array(new BigUint64Array([guid]).buffer))
  },
  read(r, start, end) {
    if (end - start < 16) return undefined
    return { vf: r.getU32(start), guid: new BigUint64Array(r.bytes.slice(start + 8, start + 16).buffer)[0]! }
  },
}

const vfLinkState: Codec<
  { vf: number; linkState: 'auto' | 'enable' | 'disable' | number },
  { vf: number; linkState: 'auto' | 'enable' | 'disable' | number }
> = (() => {
  const states = oneOf(u32(), { auto: 0, enable: 1, disable: 2 })
  return {
    wire: 'struct ifla_vf_link_state',
    expects: 'an object with vf, linkState',
    write(w, value) {
      if (typeof value !== 'object' || value === null) throw w.invalid(this.expects, value)
      u32().write(w, value.vf)
      states.write(w, value.linkState)
    },
    read: (r, start, end) =>
      end - start < 8 ? undefined : { vf: r.getU32(start), linkState: states.read(r, start + 4, end)! },
  }
})()

const setting = (name: string) => struct(name, { vf: 'u32', setting: 'u32' })

/** The numbers begin at 0, which netlink otherwise keeps free. */
const vfStatistics = attributes(
  {
    rxPackets: readOnly(0, u64()),
    txPackets: readOnly(1, u64()),
    rxBytes: readOnly(2, u64()),
    txBytes: readOnly(3, u64()),
    broadcast: readOnly(4, u64()),
    multicast: readOnly(5, u64()),
    rxDropped: readOnly(7, u64()),
    txDropped: readOnly(8, u64()),
  },
  6,
)

const vfVlans = attributes({
  info: repeated(1, struct('ifla_vf_vlan_info', { vf: 'u32', vlan: 'u32', qos: 'u32', vlanProto: 'be16' }, 16)),
})

const vfInfo = attributes({
  mac: attribute(1, vfMac),
  vlan: attribute(2, struct('ifla_vf_vlan', { vf: 'u32', vlan: 'u32', qos: 'u32' })),
  /** Mbit/s, 0: no limit. */
  txRate: attribute(3, struct('ifla_vf_tx_rate', { vf: 'u32', rate: 'u32' })),
  spoofchk: attribute(4, setting('ifla_vf_spoofchk')),
  linkState: attribute(5, vfLinkState),
  /** Mbit/s. */
  rate: attribute(6, struct('ifla_vf_rate', { vf: 'u32', minTxRate: 'u32', maxTxRate: 'u32' })),
  rssQueryEn: attribute(7, setting('ifla_vf_rss_query_en')),
  statistics: readOnly(8, nested(vfStatistics)),
  trust: attribute(9, setting('ifla_vf_trust')),
  ibNodeGuid: attribute(10, vfGuid),
  ibPortGuid: attribute(11, vfGuid),
  vlanList: attribute(12, nested(vfVlans)),
  broadcast: readOnly(13, bytes()),
})

/** IFLA_VFINFO_LIST. */
export const vfInfoList = attributes({ info: repeated(1, nested(vfInfo)) })

/** IFLA_PORT_*: a port of a switch that the device is part of (802.1Qbg, 802.1Qbh). */
const port = attributes({
  vf: attribute(1, s32()),
  profile: attribute(2, text(39)),
  vsiType: readOnly(3, bytes()),
  instanceUuid: attribute(4, bytes(16, 16)),
  hostUuid: attribute(5, bytes(16, 16)),
  request: attribute(6, oneOf(u8(), { preassociate: 0, preassociateRr: 1, associate: 2, disassociate: 3 })),
  response: readOnly(7, u16()),
})

/** IFLA_PORT_SELF. */
export const portSelf = port
/** IFLA_VF_PORTS. */
export const vfPorts = attributes({ port: repeated(1, nested(port)) })
