/** Virtual functions of SR-IOV devices: IFLA_VFINFO_LIST, IFLA_VF_PORTS, IFLA_PORT_SELF (linux/if_link.h). */
import { attribute, attributes, nested, readOnly, repeated } from '../wire/attributes.js'
import { bytes, type Codec, oneOf, s32, text, u16, u32, u64, u8 } from '../wire/codec.js'
import type { Reader } from '../wire/reader.js'
import { putLinkAddress, readLinkAddress } from '../wire/inet.js'
import { struct } from '../wire/struct.js'

/** MAX_ADDR_LEN. */
const LONGEST_ADDRESS = 32

/** An address at the beginning of 32 bytes. How long it is is not told: it is Ethernet's unless more of it is set. */
function readPaddedAddress(r: Reader, start: number, end: number): string {
  let last = Math.min(end, start + LONGEST_ADDRESS)
  while (last > start + 6 && r.bytes[last - 1] === 0) last--
  const size = last - start
  return readLinkAddress(r, start, Math.min(end, start + (size <= 6 ? 6 : size <= 20 ? 20 : LONGEST_ADDRESS)))
}

type OfVf<Name extends string, Value> = { vf: number } & { [K in Name]: Value }

/** A struct of the number of a function and one thing more, which begins at `at`. `size` is that of the struct. */
function ofVf<const Name extends string, In, Out>(
  struct: string,
  name: Name,
  codec: Codec<In, Out>,
  { at = 4, size = 8 }: { at?: number; size?: number } = {},
): Codec<OfVf<Name, In>, OfVf<Name, Out>> {
  const number = u32()
  const expects = `an object with vf, ${name}`
  return {
    wire: `struct ${struct}`,
    expects,
    write(w, value) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw w.invalid(expects, value)
      const { depth } = w
      const within = (field: string): void => {
        w.trail[depth] = field
        w.depth = depth + 1
      }
      for (const field in value) {
        if (field === 'vf' || field === name) continue
        within(field)
        throw w.invalid(`nothing (${expects})`, (value as Record<string, unknown>)[field])
      }
      w.reserve(size)
      const start = w.offset
      within('vf')
      number.write(w, value.vf)
      within(name)
      w.position = w.at(start + at)
      codec.write(w, value[name])
      w.position = w.at(start + size)
      w.depth = depth
    },
    read(r, start, end) {
      const told = end - start < at ? undefined : codec.read(r, start + at, end)
      return told === undefined ? undefined : ({ vf: r.getU32(start), [name]: told } as OfVf<Name, Out>)
    },
  }
}

/** The address at the beginning of 32 bytes, of Ethernet or InfiniBand. */
const vfAddress: Codec<string | Uint8Array, string> = {
  wire: 'lladdr',
  expects: 'a link-layer address of 6 or 20 bytes',
  write(w, value) {
    const start = w.offset
    putLinkAddress(w, value, undefined)
    if (![6, 20].includes(w.offset - start)) throw w.invalid(this.expects, value, 'range')
  },
  read: (r, start, end) => (end - start < 6 ? undefined : readPaddedAddress(r, start, end)),
}

/** 64 bits, of which a number can't hold all. */
const guid: Codec<bigint> = {
  wire: 'u64',
  expects: 'a bigint of 64 bits',
  write(w, value) {
    if (typeof value !== 'bigint') throw w.invalid(this.expects, value)
    if (value !== BigInt.asUintN(64, value)) throw w.invalid(this.expects, value, 'range')
    w.putBytes(new Uint8Array(new BigUint64Array([value]).buffer))
  },
  read: (r, start, end) =>
    end - start < 8 ? undefined : new BigUint64Array(r.bytes.slice(start, start + 8).buffer)[0],
}

/** struct ifla_vf_broadcast. */
const vfBroadcast: Codec<never, string> = {
  wire: 'struct ifla_vf_broadcast',
  expects: 'nothing: it can only be read',
  write(w, value) {
    throw w.invalid(this.expects, value)
  },
  read: (r, start, end) => vfAddress.read(r, start, end),
}

/** IFLA_VF_LINK_STATE_*. */
export const vfLinkStates = { auto: 0, enable: 1, disable: 2 } as const
const setting = (name: string) => struct(name, { vf: 'u32', setting: 'u32' })

/** The numbers begin at 0, which netlink otherwise keeps free. */
const vfStatistics = attributes(
  {
    /** Packets that the function received. */
    rxPackets: readOnly(0, u64()),
    /** Packets that the function sent. */
    txPackets: readOnly(1, u64()),
    /** Bytes that the function received. */
    rxBytes: readOnly(2, u64()),
    /** Bytes that the function sent. */
    txBytes: readOnly(3, u64()),
    /** Broadcast packets that the function received. */
    broadcast: readOnly(4, u64()),
    /** Multicast packets that the function received. */
    multicast: readOnly(5, u64()),
    /** Packets for the function that were dropped. */
    rxDropped: readOnly(7, u64()),
    /** Packets of the function that were dropped. */
    txDropped: readOnly(8, u64()),
  },
  6,
)

const vfVlans = attributes({
  /** Of most devices one. */
  info: repeated(1, struct('ifla_vf_vlan_info', { vf: 'u32', vlan: 'u32', qos: 'u32', vlanProto: 'be16' }, 16)),
})

const vfInfo = attributes({
  /** The MAC address of the function. */
  mac: attribute(1, ofVf('ifla_vf_mac', 'mac', vfAddress, { size: 4 + LONGEST_ADDRESS })),
  /** The VLAN that packets are put into, and their priority; 0 for none. `vlanList` says which sort. */
  vlan: attribute(2, struct('ifla_vf_vlan', { vf: 'u32', vlan: 'u32', qos: 'u32' })),
  /** Mbit/s, 0: no limit. */
  txRate: attribute(3, struct('ifla_vf_tx_rate', { vf: 'u32', rate: 'u32' })),
  /** `setting` 1: packets that are not from its own address are dropped. */
  spoofchk: attribute(4, setting('ifla_vf_spoofchk')),
  /** Whether the function has a link: as the device has (`auto`), always, or never. */
  linkState: attribute(5, ofVf('ifla_vf_link_state', 'linkState', oneOf(u32(), vfLinkStates))),
  /** What the function can send in Mbit/s: the least that it is sure of, and the most; 0: not set. */
  rate: attribute(6, struct('ifla_vf_rate', { vf: 'u32', minTxRate: 'u32', maxTxRate: 'u32' })),
  /** `setting` 1: the function may ask for the hash key and table of the device. */
  rssQueryEn: attribute(7, setting('ifla_vf_rss_query_en')),
  /** What the function received and sent. */
  statistics: readOnly(8, nested(vfStatistics)),
  /** `setting` 1: the function may do what concerns others, such as be promiscuous. */
  trust: attribute(9, setting('ifla_vf_trust')),
  /** Of InfiniBand; the compiler aligns 64 bits. */
  ibNodeGuid: attribute(10, ofVf('ifla_vf_guid', 'guid', guid, { at: 8, size: 16 })),
  /** The GUID of its port, of InfiniBand. */
  ibPortGuid: attribute(11, ofVf('ifla_vf_guid', 'guid', guid, { at: 8, size: 16 })),
  /** VLANs by their protocol, 0x8100 or 0x88a8 (4.9). */
  vlanList: attribute(12, nested(vfVlans)),
  /** The broadcast address, of InfiniBand's 20 bytes. */
  broadcast: readOnly(13, vfBroadcast),
})

/** IFLA_VFINFO_LIST. */
export const vfInfoList = attributes({
  /** One object for each function, or for each thing to be set. */
  info: repeated(1, nested(vfInfo)),
})

/** PORT_VDP_RESPONSE_*, of 802.1Qbg, and PORT_PROFILE_RESPONSE_*, of port profiles. */
export const portResponse = {
  vdpResponseSuccess: 0,
  vdpResponseInvalidFormat: 1,
  vdpResponseInsufficientResources: 2,
  vdpResponseUnusedVtid: 3,
  vdpResponseVtidViolation: 4,
  /** The kernel's name has it VIOALTION. */
  vdpResponseVtidVersionViolation: 5,
  vdpResponseOutOfSync: 6,
  profileResponseSuccess: 0x100,
  profileResponseInprogress: 0x101,
  profileResponseInvalid: 0x102,
  profileResponseBadstate: 0x103,
  profileResponseInsufficientResources: 0x104,
  profileResponseError: 0x105,
} as const

/** IFLA_PORT_*: a port of a switch that the device is part of (802.1Qbg, 802.1Qbh). */
const port = attributes({
  /** The function; of the device itself -1. */
  vf: attribute(1, s32()),
  /** The name of a port profile (802.1Qbh): up to 39 bytes. */
  profile: attribute(2, text(39)),
  /**
   * 802.1Qbg: struct ifla_port_vsi: an id of the manager, the type of the instance in 3 bytes, the version of the type.
   */
  vsiType: readOnly(3, bytes()),
  /** The UUID of the instance (a virtual machine). */
  instanceUuid: attribute(4, bytes(16, 16)),
  /** The UUID of the host. */
  hostUuid: attribute(5, bytes(16, 16)),
  /** What is asked of the switch. */
  request: attribute(6, oneOf(u8(), { preassociate: 0, preassociateRr: 1, associate: 2, disassociate: 3 })),
  /** What the switch answered to `request`. */
  response: readOnly(7, oneOf(u16(), portResponse)),
})

/** IFLA_PORT_SELF. */
export const portSelf = port
/** IFLA_VF_PORTS. */
export const vfPorts = attributes({
  /** One object for each function. */
  port: repeated(1, nested(port)),
})
