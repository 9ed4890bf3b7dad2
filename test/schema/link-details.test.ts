/** What few kernels here say of a link, or none: bytes as the kernel's code would send them, and what they are read as. */
import { describe, expect, it } from 'vitest'

import { linkUpdate } from '../../src/route/links.js'
import { linkAttributes, readLink } from '../../src/schema/link.js'
import { type AttributeTable, isNest } from '../../src/wire/attributes.js'
import { Reader } from '../../src/wire/reader.js'

/** Attributes by number: the payload in hexadecimal, or what is inside; several of one number as pairs. */
type Bytes = { readonly [type: number]: string | Bytes } | readonly (readonly [number, string | Bytes])[]

function put(attributes: Bytes): Buffer {
  const pairs = Array.isArray(attributes) ? attributes : Object.entries(attributes)
  return Buffer.concat(
    pairs.flatMap(([type, value]: [number | string, string | Bytes]) => {
      const payload = typeof value === 'string' ? Buffer.from(value.replaceAll(' ', ''), 'hex') : put(value)
      const header = Buffer.alloc(4)
      header.writeUInt16LE(4 + payload.length)
      header.writeUInt16LE(Number(type), 2)
      return [header, payload, Buffer.alloc(-payload.length & 3)]
    }),
  )
}

/** A link as RTM_NEWLINK tells it. */
function told(attributes: Bytes): Record<string, unknown> {
  const body = put(attributes)
  const bytes = new Uint8Array(32 + body.length)
  bytes.set(body, 32)
  const message = { type: 16, flags: 0, sequence: 0, start: 0, body: 16, end: bytes.length }
  return readLink(new Reader(bytes), message) as unknown as Record<string, unknown>
}

const text = (value: string): string => Buffer.from(`${value}\0`).toString('hex')
const u32 = (...values: number[]): string => Buffer.from(Uint32Array.from(values).buffer).toString('hex')
const u64 = (...values: number[]): string => Buffer.from(BigUint64Array.from(values.map(BigInt)).buffer).toString('hex')
const padded = (hex: string, size: number): string => hex.padEnd(2 * size, '0')
const counting = (names: readonly string[], from = 1): Record<string, number> =>
  Object.fromEntries(names.map((name, index) => [name, index + from]))

const ICMP6 = ['inMsgs', 'inErrors', 'outMsgs', 'outErrors', 'csumErrors', 'rateLimitHost']
const VF = {
  1: u32(3) + padded('020000000001', 32),
  2: u32(3, 5, 7),
  3: u32(3, 100),
  4: u32(3, 1),
  5: u32(3, 2),
  6: u32(3, 10, 100),
  7: u32(3, 1),
  8: { 0: u64(1), 1: u64(2), 2: u64(3), 3: u64(4), 4: u64(5), 5: u64(6), 6: '', 7: u64(8), 8: u64(9) },
  9: u32(3, 1),
  10: u32(3, 0) + '7766554433221100',
  11: u32(3, 0) + '8877665544332211',
  12: [[1, u32(3, 5, 7) + '88a80000'], [1, u32(3, 6, 0) + '81000000']],
  13: padded('ffffffffffff', 32),
} as const // prettier-ignore
const VF_READ = {
  mac: { vf: 3, mac: '02:00:00:00:00:01' },
  vlan: { vf: 3, vlan: 5, qos: 7 },
  txRate: { vf: 3, rate: 100 },
  spoofchk: { vf: 3, setting: 1 },
  linkState: { vf: 3, linkState: 'disable' },
  rate: { vf: 3, minTxRate: 10, maxTxRate: 100 },
  rssQueryEn: { vf: 3, setting: 1 },
  statistics: {
    rxPackets: 1,
    txPackets: 2,
    rxBytes: 3,
    txBytes: 4,
    broadcast: 5,
    multicast: 6,
    rxDropped: 8,
    txDropped: 9,
  },
  trust: { vf: 3, setting: 1 },
  ibNodeGuid: { vf: 3, guid: 0x0011223344556677n },
  ibPortGuid: { vf: 3, guid: 0x1122334455667788n },
  vlanList: {
    info: [
      { vf: 3, vlan: 5, qos: 7, vlanProto: 0x88a8 },
      { vf: 3, vlan: 6, qos: 0, vlanProto: 0x8100 },
    ],
  },
  broadcast: 'ff:ff:ff:ff:ff:ff',
}
const UUID = '00112233445566778899aabbccddeeff'
const PORT = {
  1: u32(3),
  2: text('profile'),
  3: '01020304 05',
  4: UUID,
  5: UUID,
  6: '02',
  7: '0101',
} as const
const PORT_READ = {
  vf: 3,
  profile: 'profile',
  vsiType: new Uint8Array([1, 2, 3, 4, 5]),
  instanceUuid: new Uint8Array(Buffer.from(UUID, 'hex')),
  hostUuid: new Uint8Array(Buffer.from(UUID, 'hex')),
  request: 'associate',
  response: 'profileResponseInprogress',
}

/** Number, bytes, and what they are; the nests among them have every attribute that is read. */
const ROWS: [name: string, type: number, bytes: string | Bytes, read: unknown][] = [
  ['vfInfoList', 22, [[1, VF], [1, { 3: u32(4, 0) }]], { info: [VF_READ, { txRate: { vf: 4, rate: 0 } }] }],
  ['vfPorts', 24, [[1, PORT]], { port: [PORT_READ] }],
  ['portSelf', 25, PORT, PORT_READ],
  ['protoDownReason', 55, { 1: u32(8), 2: u32(0x80000008) }, { mask: 8, value: 0x80000008 }],
  ['xdp', 43, { 2: '04', 3: u32(0x16), 4: u32(7), 5: u32(8), 6: u32(9), 7: u32(10) },
    { attached: 'multi', flags: ['skbMode', 'drvMode', 'replace'], progId: 7, drvProgId: 8, skbProgId: 9, hwProgId: 10 }],
  ['devlinkPort', 62, { 1: text('pci'), 2: text('0000:01:00.0'), 3: u32(5) },
    { busName: 'pci', devName: '0000:01:00.0', portIndex: 5 }],
  ['dpllPin', 65, { 1: u32(13) }, { id: 13 }],
  ['event', 44, u32(4), 'notifyPeers'],
  ['physPortId', 34, 'e41d2d030045', 'e41d2d030045'],
  ['physSwitchId', 36, '0123456789ab', '0123456789ab'],
  ['physPortName', 38, text('pf0vf3'), 'pf0vf3'],
  ['maxPacingOffloadHorizon', 66, u64(2_000_000_000), 2_000_000_000],
  ['netnsImmutable', 67, '01', true],
  ['headroom', 68, '0102', 0x0201],
  ['tailroom', 69, '0304', 0x0403],
  ['altIfname', 53, text('a-long-name-of-a-link'), 'a-long-name-of-a-link'],
  ['newIfindex', 49, u32(9), 9],
  ['newNetnsid', 45, u32(3), 3],
  ['permAddress', 54, '020000000001', '02:00:00:00:00:01'],
  ['parentDevName', 56, text('0000:01:00.0'), '0000:01:00.0'],
  ['parentDevBusName', 57, text('pci'), 'pci'],
  ['numVf', 21, u32(64), 64],
  ['wireless', 11, '0102', new Uint8Array([1, 2])],
  ['protInfo', 12, '0102', new Uint8Array([1, 2])],
] // prettier-ignore

describe('of a link is read', () => {
  it.each(ROWS)('%s', (name, type, bytes, read) => {
    const link = told({ [type]: bytes })
    expect(link[name]).toEqual(read)
    expect(link).not.toHaveProperty('unknownAttributes')
    const { codec } = linkAttributes.map[name as keyof typeof linkAttributes.map]
    if (isNest(codec)) expectAll((codec as unknown as { table: AttributeTable }).table, read as object)
  })

  it('what IPv6 says of it', () => {
    const cache = u32(0xffff, 123, 30_000, 1000)
    const inet6 = {
      1: u32(0x800000f0),
      2: u32(...Array.from({ length: 60 }, (_, index) => index + 1)),
      3: u64(...Array.from({ length: 38 }, (_, index) => index + 1)),
      4: '',
      5: cache,
      6: u64(6, ...ICMP6.map((_, index) => index + 2)),
      7: '00000000000000000001000200030004',
      8: '02',
      9: u32(1400),
    }
    const link = told({ 26: { 10: inet6 } }) as unknown as { afSpec: { inet6: Record<string, never> } }
    const read = link.afSpec.inet6
    expect(read).toMatchObject({
      flags: ['raOtherConf', 'raManaged', 'raRcvd', 'rsSent', 'ready'],
      cacheInfo: { maxReasmLen: 0xffff, tstamp: 123, reachableTime: 30_000, retransTime: 1000 },
      icmp6Statistics: { num: 6, ...counting(ICMP6, 2) },
      token: '::1:2:3:4',
      addrGenMode: 'stablePrivacy',
      raMtu: 1400,
    })
    expect(read.conf).toMatchObject({ forwarding: 1, mtu6: 3, addrGenMode: 48, forceForwarding: 60 })
    expect(read.statistics).toMatchObject({ num: 1, inPkts: 2, inOctets: 3, reasmOverlaps: 37, outTransmits: 38 })
    expectAll(inner('afSpec', 'inet6'), read)
  })

  it('what IPv4 and MCTP say of it', () => {
    const conf = u32(...Array.from({ length: 33 }, (_, index) => index))
    const link = told({ 26: { 2: { 1: conf }, 45: { 1: u32(7), 2: '02' } } })
    const { inet, mctp } = link.afSpec as { inet: { conf: Record<string, number> }; mctp: object }
    expect(mctp).toEqual({ net: 7, physBinding: 2 })
    expect(inet.conf).toMatchObject({ forwarding: 0, mcForwarding: 1, bcForwarding: 31, arpEvictNocarrier: 32 })
    expect(Object.values(inet.conf)).toEqual(Array.from({ length: 33 }, (_, index) => index))
  })

  it('what a controller of CAN counted, and the bytes of what is counted by a kind without a name for it', () => {
    const xstats = u32(1, 2, 3, 4, 5, 6)
    expect(told({ 18: { 1: text('can'), 3: xstats } }).xstats).toEqual({
      busError: 1,
      errorWarning: 2,
      errorPassive: 3,
      busOff: 4,
      arbitrationLost: 5,
      restarts: 6,
    })
    expect(told({ 18: { 1: text('newkind'), 3: '0102' } }).xstats).toEqual(new Uint8Array([1, 2]))
  })

  it('an address of InfiniBand among those of virtual functions', () => {
    const guid = '80000048fe8000000000000000000000000000ff'
    const link = told({ 22: { 1: { 1: u32(1) + padded(guid, 32), 13: padded(guid, 32) } } })
    const address = guid.replace(/..(?=.)/g, '$&:')
    expect(link.vfInfoList).toEqual({ info: [{ mac: { vf: 1, mac: address }, broadcast: address }] })
  })

  it('nothing of what is too short for it', () => {
    const link = told({ 22: { 1: { 1: u32(1), 5: u32(1), 10: u32(1), 13: 'ff' } } })
    const kept = (link.vfInfoList as { info: { unknownAttributes: { type: number }[] }[] }).info[0]!
    expect(kept.unknownAttributes.map(({ type }) => type)).toEqual([1, 5, 10, 13])
  })
})

describe('what is refused of virtual functions before anything is sent', () => {
  const vf = (info: object) => () => linkUpdate(1, { vfInfoList: { info: [info] } })
  it.each<[() => unknown, string]>([
    [vf({ vlan: { vf: 1, vlan: 5 } }), 'vfInfoList.info[0].vlan.qos: expected an integer from 0 to 4294967295, got undefined'],
    [vf({ rate: { vf: -1, minTxRate: 0, maxTxRate: 0 } }), 'vfInfoList.info[0].rate.vf: expected an integer from 0'],
    [vf({ linkState: { vf: 1, linkState: 'up' } }), 'vfInfoList.info[0].linkState.linkState: expected one of auto, enable, disable'],
    [vf({ ibNodeGuid: { vf: 1, guid: 5 } }), 'vfInfoList.info[0].ibNodeGuid.guid: expected a bigint of 64 bits, got 5'],
    [vf({ mac: { vf: 1, mac: '02:00' } }), 'vfInfoList.info[0].mac.mac: expected a link-layer address of 6 or 20 bytes, got "02:00"'],
    [vf({ mac: { vf: 1, mac: '02:00:00:00:00:01', vlan: 5 } }), 'vfInfoList.info[0].mac.vlan: expected nothing (an object with vf, mac), got 5'],
    [vf({ statistics: {} }), 'vfInfoList.info[0].statistics: expected nothing: it can only be read'],
    [vf({ trusted: true }), 'vfInfoList.info[0].trusted: unknown option, did you mean trust?'],
  ])('%#', (attempt, message) => {
    expect(attempt).toThrow(message)
  }) // prettier-ignore
})

function inner(...path: string[]): AttributeTable {
  return path.reduce<AttributeTable>(
    (table, name) => (table.map[name]!.codec as unknown as { table: AttributeTable }).table,
    linkAttributes as unknown as AttributeTable,
  )
}

/** Whether all that is read of a table is among what was read, down to its nests. */
function expectAll(table: AttributeTable, read: object): void {
  const readable = table.names.filter((name) => table.map[name]!.access !== 'w')
  expect(Object.keys(read).sort()).toEqual(readable.sort())
  for (const [name, value] of Object.entries(read)) {
    const { codec, many } = table.map[name]!
    if (isNest(codec) && codec.table !== undefined && name !== 'conf') {
      expectAll(codec.table, (many ? (value as object[])[0] : value) as object)
    }
  }
}
