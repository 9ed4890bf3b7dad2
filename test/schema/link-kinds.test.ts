import { describe, expect, it } from 'vitest'

import { linkCreate, linkUpdate, otherLinkKind } from '../../src/route/links.js'
import { readLink } from '../../src/schema/link.js'
import { linkKinds } from '../../src/schema/link-kinds/index.js'
import { linkPorts } from '../../src/schema/link-ports.js'
import type { AttributeTable } from '../../src/wire/attributes.js'
import { Reader } from '../../src/wire/reader.js'

/** What a caller without types may give. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- on purpose
const any = (value: unknown): any => value

type KindName = keyof typeof linkKinds
const tableOf = (kind: KindName) => linkKinds[kind].data as unknown as AttributeTable

// --- Another eye: attributes as they stand in the bytes --------------------------------------------------------------

/** Attributes by number: the payload in hexadecimal, or what is inside. An array where the number stands repeatedly. */
interface Attributes {
  [type: number]: string | Attributes | string[]
}

/** Walks a range; goes into a nest where the expected attributes do. */
function walk(bytes: Buffer, expected: Attributes): Attributes {
  const found: Attributes = {}
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt16LE(at)
    const type = bytes.readUInt16LE(at + 2)
    const payload = bytes.subarray(at + 4, at + length)
    const inside = expected[type & 0x3fff]
    const nest = typeof inside === 'object' && !Array.isArray(inside)
    expect([type & 0x3fff, (type & 0x8000) !== 0]).toEqual([type & 0x3fff, nest])
    const value = nest ? walk(payload, inside) : payload.toString('hex')
    const before = found[type & 0x3fff]
    if (before === undefined) found[type & 0x3fff] = Array.isArray(inside) ? [value] : value
    else (before as string[]).push(value as string)
    at += (length + 3) & ~3
  }
  return found
}

/** The payload of the attribute with this number among others. */
function find(bytes: Buffer, type: number): Buffer {
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt16LE(at)
    if ((bytes.readUInt16LE(at + 2) & 0x3fff) === type) return bytes.subarray(at + 4, at + length)
    at += (length + 3) & ~3
  }
  throw new Error(`no attribute ${type}`)
}

const linkInfo = (message: Uint8Array) => find(Buffer.from(message).subarray(32), 18)
const read = (bytes: Uint8Array) =>
  readLink(new Reader(bytes), {
    type: 16,
    flags: 0,
    sequence: 0,
    start: 0,
    body: 16,
    end: bytes.length,
  }) as unknown as Record<string, Record<string, unknown>>

/** Attributes as bytes. */
function put(attributes: Attributes): Buffer {
  return Buffer.concat(
    Object.entries(attributes).flatMap(([type, value]) => {
      const payload = typeof value === 'string' ? Buffer.from(value, 'hex') : put(value as Attributes)
      const header = Buffer.alloc(4)
      header.writeUInt16LE(4 + payload.length)
      header.writeUInt16LE(Number(type), 2)
      return [header, payload, Buffer.alloc(-payload.length & 3)]
    }),
  )
}
const text = (value: string) => Buffer.from(`${value}\0`).toString('hex')

/** RTM_NEWLINK of a link with this IFLA_LINKINFO. */
function told(info: Attributes): Uint8Array {
  const attributes = put({ 18: info })
  const header = Buffer.alloc(32)
  header.writeUInt32LE(32 + attributes.length)
  header.writeUInt16LE(16, 4)
  return new Uint8Array(Buffer.concat([header, attributes]))
}

// --- Every attribute that may be given, of every kind -----------------------------------------------------------------

const GRE4 = {
  link: 7, iflags: ['key', 'seq'], oflags: ['key', 'seq'], ikey: 0x102, okey: 0x103, local: '10.0.0.1',
  remote: '10.0.0.2', ttl: 64, tos: 16, pmtudisc: false, encapType: 'gue', encapFlags: ['csum', 'remcsum'],
  encapSport: 0x1234, encapDport: 0x5678, collectMetadata: true, ignoreDf: true, fwmark: 0x10203,
} // prettier-ignore
const GRE4_BYTES = {
  1: '07000000', 2: '3000', 3: '3000', 4: '00000102', 5: '00000103', 6: '0a000001', 7: '0a000002', 8: '40', 9: '10',
  10: '00', 14: '0200', 15: '0500', 16: '1234', 17: '5678', 18: '', 19: '01', 20: '03020100',
} // prettier-ignore
const { tos: _, pmtudisc: __, ignoreDf: ___, ...GRE_COMMON } = GRE4
const GRE6 = {
  ...GRE_COMMON, local: '2001:db8::1', remote: '2001:db8::2', encapLimit: 4, flowinfo: 0xabcdef1,
  flags: ['ignEncapLimit', 'allowLocalRemote'],
} // prettier-ignore
const LOCAL6 = '20010db8000000000000000000000001'
const REMOTE6 = '20010db8000000000000000000000002'
const { 9: _9, 10: _10, 19: _19, ...GRE_COMMON_BYTES } = GRE4_BYTES
const GRE6_BYTES = { ...GRE_COMMON_BYTES, 6: LOCAL6, 7: REMOTE6, 11: '04', 12: '0abcdef1', 13: '41000000' }
const ERSPAN = { erspanIndex: 0xfffff, erspanVer: 2, erspanDir: 'egress', erspanHwid: 63 }
const ERSPAN_BYTES = { 21: 'ffff0f00', 22: '02', 23: '01', 24: '3f00' }

const IPTUN = {
  link: 7, encapType: 'fou', encapFlags: ['csum6'], encapSport: 0x1234, encapDport: 0x5678, fwmark: 0x10203,
} // prettier-ignore
const IPTUN_BYTES = { 1: '07000000', 15: '0100', 16: '0200', 17: '1234', 18: '5678', 20: '03020100' }
const IPTUN4 = { ...IPTUN, local: '10.0.0.1', remote: '10.0.0.2', ttl: 64, tos: 16, proto: 'mpls', pmtudisc: true }
const IPTUN4_BYTES = { ...IPTUN_BYTES, 2: '0a000001', 3: '0a000002', 4: '40', 5: '10', 9: '89', 10: '01' }

const MACVLAN = {
  mode: 'source', flags: ['nopromisc', 'nodst'], macaddrMode: 'set', macaddr: '02:00:00:00:00:01',
  macaddrData: ['02:00:00:00:00:02', '02:00:00:00:00:03'], bcQueueLen: 0x10203, bcCutoff: -1,
} // prettier-ignore
const MACVLAN_BYTES = {
  1: '10000000', 2: '0300', 3: '03000000', 4: '020000000001', 5: { 4: ['020000000002', '020000000003'] },
  7: '03020100', 9: 'ffffffff',
} // prettier-ignore
const IPVLAN = { mode: 'l3s', flags: ['vepa'] }
const IPVLAN_BYTES = { 1: '0200', 2: '0200' }
const BITTIMING = { bitrate: 500_000, samplePoint: 875, tq: 1, propSeg: 2, phaseSeg1: 3, phaseSeg2: 4, sjw: 5, brp: 6 }
const BITTIMING_BYTES = '20a107006b030000010000000200000003000000040000000500000006000000'

/** For each kind one or more objects that together have every option, and what they are on the wire. */
const WRITTEN: [KindName, Record<string, unknown>, Attributes][] = [
  ['amt', {
    mode: 'gateway', relayPort: 2268, gatewayPort: 2269, link: 7, localIp: '10.0.0.1', discoveryIp: '10.0.0.2', maxTunnels: 5,
  }, { 1: '00000000', 2: '08dc', 3: '08dd', 4: '07000000', 5: '0a000001', 7: '0a000002', 8: '05000000' }],
  ['bareudp', { port: 0x1234, ethertype: 'mplsUc', srcportMin: 0x0102, multiprotoMode: true },
    { 1: '1234', 2: '8847', 3: '0201', 4: '' }],
  ['batadv', { algoName: 'BATMAN_V' }, { 1: text('BATMAN_V') }],
  ['bond', {
    mode: 'balanceTlb', activeSlave: 7, miimon: 0x64, updelay: 0x65, downdelay: 0x66, useCarrier: true,
    arpInterval: 0x67, arpIpTarget: ['10.0.0.1', '10.0.0.2'], arpValidate: 'filterBackup', arpAllTargets: 'all',
    primary: 8, primaryReselect: 'failure', failOverMac: 'follow', xmitHashPolicy: 'vlanSrcmac', resendIgmp: 255,
    numPeerNotif: 255, allSlavesActive: true, minLinks: 2, lpInterval: 3, packetsPerSlave: 0xffff, adLacpRate: 'fast',
    adSelect: 'actorPortPrio', adActorSysPrio: 0x0102, adUserPortKey: 1023, adActorSystem: '02:00:00:00:00:01',
    tlbDynamicLb: false, peerNotifDelay: 300_000, adLacpActive: false, missedMax: 9, nsIp6Target: ['2001:db8::1'],
    coupledControl: false, broadcastNeigh: true, lacpStrict: true,
  }, {
    1: '05', 2: '07000000', 3: '64000000', 4: '65000000', 5: '66000000', 6: '01', 7: '67000000',
    8: { 0: '0a000001', 1: '0a000002' }, 9: '06000000', 10: '01000000', 11: '08000000', 12: '02', 13: '02', 14: '05',
    15: 'ff000000', 16: 'ff', 17: '01', 18: '02000000', 19: '03000000', 20: 'ffff0000', 21: '01', 22: '03',
    24: '0201', 25: 'ff03', 26: '020000000001', 27: '00', 28: 'e0930400', 29: '00', 30: '09', 31: { 0: LOCAL6 },
    32: '00', 33: '01', 34: '01',
  }],
  ['bond', { mode: '802.3ad', activeSlave: null, primary: null, arpIpTarget: [] },
    { 1: '04', 2: '00000000', 8: {}, 11: '00000000' }],
  ['caif', { ipv4Connid: 1, ipv6Connid: 2, loopback: true }, { 1: '01000000', 2: '02000000', 3: '01' }],
  ['dummy', {}, {}],
  ['erspan', { ...GRE4, ...ERSPAN }, { ...GRE4_BYTES, ...ERSPAN_BYTES }],
  ['geneve', {
    id: 0x010203, remote: '10.0.0.2', ttl: 64, tos: 16, port: 6081, collectMetadata: true, udpCsum: true,
    udpZeroCsum6Tx: true, udpZeroCsum6Rx: false, label: 0xabcde, ttlInherit: true, df: 'inherit',
    innerProtoInherit: true, portRange: { low: 1000, high: 2000 }, groHint: true, local: '10.0.0.1',
  }, {
    1: '03020100', 2: '0a000002', 3: '40', 4: '10', 5: '17c1', 6: '', 8: '01', 9: '01', 10: '00', 11: '000abcde',
    12: '01', 13: '02', 14: '', 15: '03e807d0', 16: '', 17: '0a000001',
  }],
  ['geneve', { id: 1, remote: '2001:db8::2', local: '2001:db8::1' }, { 1: '01000000', 7: REMOTE6, 18: LOCAL6 }],
  ['gre', GRE4, GRE4_BYTES],
  ['gretap', GRE4, GRE4_BYTES],
  ['gtp', { fd0: 3, fd1: 4, pdpHashsize: 16, role: 'sgsn', createSockets: true, restartCount: 9, local: '10.0.0.1' },
    { 1: '03000000', 2: '04000000', 3: '10000000', 4: '01000000', 5: '01', 6: '09', 7: '0a000001' }],
  ['gtp', { createSockets: true, local: '2001:db8::1' }, { 5: '01', 8: LOCAL6 }],
  ['hsr', { slave1: 7, slave2: 8, multicastSpec: 9, version: 1, protocol: 'prp', interlink: 10 },
    { 1: '07000000', 2: '08000000', 3: '09', 6: '01', 7: '01', 8: '0a000000' }],
  ['ifb', {}, {}],
  ['ip6erspan', { ...GRE6, ...ERSPAN }, { ...GRE6_BYTES, ...ERSPAN_BYTES }],
  ['ip6gre', GRE6, GRE6_BYTES],
  ['ip6gretap', GRE6, GRE6_BYTES],
  ['ip6tnl', {
    ...IPTUN, local: '2001:db8::1', remote: '2001:db8::2', ttl: 64, encapLimit: 4, flowinfo: 0xabcdef1,
    flags: ['useOrigTclass', 'useOrigFlowlabel', 'mip6Dev', 'rcvDscpCopy', 'useOrigFwmark'], proto: 'ipv6',
    collectMetadata: true,
  }, { ...IPTUN_BYTES, 2: LOCAL6, 3: REMOTE6, 4: '40', 6: '04', 7: '0abcdef1', 8: '3e000000', 9: '29', 19: '' }],
  ['ipip', { ...IPTUN4, collectMetadata: true }, { ...IPTUN4_BYTES, 19: '' }],
  ['ipoib', { pkey: 0x8001, mode: 'connected', umcast: true }, { 1: '0180', 2: '0100', 3: '0100' }],
  ['ipvlan', IPVLAN, IPVLAN_BYTES],
  ['ipvtap', IPVLAN, IPVLAN_BYTES],
  ['lowpan', {}, {}],
  ['macsec', {
    sci: '0200000000010002', icvLen: 8, cipherSuite: 'gcmAesXpn256', window: 0x10203, encodingSa: 3, encrypt: true,
    protect: false, incSci: false, es: false, scb: true, replayProtect: true, validation: 'check', offload: 'mac',
  }, {
    1: '0200000000010002', 3: '08', 4: '04000001 00c28000'.replace(' ', ''), 5: '03020100', 6: '03', 7: '01', 8: '00',
    9: '00', 10: '00', 11: '01', 12: '01', 13: '01', 15: '02',
  }],
  ['macsec', { port: 0x0102, cipherSuite: 0x1122334455667788n }, { 2: '0102', 4: '8877665544332211' }],
  ['macvlan', MACVLAN, MACVLAN_BYTES],
  ['macvtap', MACVLAN, MACVLAN_BYTES],
  ['netkit', {
    policy: 'blackhole', peerPolicy: 'forward', mode: 'l2', scrub: 'none', peerScrub: 'default', headroom: 0x0102,
    tailroom: 0x0304, pairing: 'single',
  }, {
    3: '02000000', 4: '00000000', 5: '00000000', 6: '00000000', 7: '01000000', 8: '0201', 9: '0403', 10: '01000000',
  }],
  ['nlmon', {}, {}],
  ['ovpn', { mode: 'mp' }, { 1: '01' }],
  ['pfcp', {}, {}],
  ['ppp', { devFd: 3 }, { 1: '03000000' }],
  ['rmnet', { muxId: 254, flags: {
    ingressDeaggregation: true, ingressMapCommands: false, ingressMapCksumv4: true, egressMapCksumv4: false,
    ingressMapCksumv5: true, egressMapCksumv5: true,
  } }, { 1: 'fe00', 2: '350000003f000000' }],
  ['sit', {
    ...IPTUN4, flags: ['isatap'], '6rdPrefix': '2001:db8::1', '6rdRelayPrefix': '10.0.0.1', '6rdPrefixlen': 32,
    '6rdRelayPrefixlen': 8,
  }, { ...IPTUN4_BYTES, 8: '0100', 11: LOCAL6, 12: '0a000001', 13: '2000', 14: '0800' }],
  ['team', {}, {}],
  ['vcan', {}, {}],
  ['virt_wifi', {}, {}],
  ['vlan', {
    id: 4094, flags: { reorderHdr: false, gvrp: true }, egressQos: [{ from: 1, to: 2 }, { from: 0x102, to: 7 }],
    ingressQos: [{ from: 7, to: 0x304 }], protocol: '802.1ad',
  }, {
    1: 'fe0f', 2: '0200000003000000', 3: { 1: ['0100000002000000', '0201000007000000'] },
    4: { 1: ['0700000004030000'] }, 5: '88a8',
  }],
  ['vlan', { id: 0, flags: { looseBinding: true, mvrp: true, bridgeBinding: false } },
    { 1: '0000', 2: '0c0000001c000000' }],
  ['vrf', { table: 0x01020304 }, { 1: '04030201' }],
  ['vsockmon', {}, {}],
  ['vti', { link: 7, ikey: 1, okey: 2, local: '10.0.0.1', remote: '10.0.0.2', fwmark: 3 },
    { 1: '07000000', 2: '00000001', 3: '00000002', 4: '0a000001', 5: '0a000002', 6: '03000000' }],
  ['vti6', { link: null, ikey: 1, okey: 2, local: '2001:db8::1', remote: '2001:db8::2', fwmark: 3 },
    { 1: '00000000', 2: '00000001', 3: '00000002', 4: LOCAL6, 5: REMOTE6, 6: '03000000' }],
  ['wireguard', {}, {}],
  ['wwan', { linkId: 0x01020304 }, { 1: '04030201' }],
  ['xfrm', { link: 7, ifId: 0x01020304 }, { 1: '07000000', 2: '04030201' }],
  ['xfrm', { collectMetadata: true }, { 3: '' }],
] // prettier-ignore

/** Kinds of which rtnetlink makes no links, or that have a test of their own. */
const CHANGED: [KindName, Record<string, unknown>, Attributes][] = [
  ['can', {
    bittiming: BITTIMING, dataBittiming: { bitrate: 500_000 }, ctrlmode: { fd: true, loopback: false, tdcManual: true, xlTms: true },
    restartMs: 100, restart: 1, termination: 120, tdc: { tdcv: 1, tdco: 2, tdcf: 3 },
    xlDataBittiming: { bitrate: 500_000 }, xlTdc: { tdcv: 4 }, xlPwm: { pwms: 5, pwml: 6, pwmo: 7 },
  }, {
    1: BITTIMING_BYTES, 5: '2184000020840000', 6: '64000000', 7: '01000000', 9: '20a10700'.padEnd(64, '0'),
    11: '7800', 16: { 7: '01000000', 8: '02000000', 9: '03000000' },
    18: '20a10700'.padEnd(64, '0'), 21: { 7: '04000000' }, 22: { 7: '05000000', 8: '06000000', 9: '07000000' },
  }],
  ['dsa', { conduit: 7 }, { 1: '07000000' }],
] // prettier-ignore
const OWN_TESTS: KindName[] = ['bridge', 'veth', 'vxlan', 'vxcan', 'tun']

const title = (rows: typeof WRITTEN) => rows.map((row): [string, ...typeof row] => [row[0], ...row])
const create = (kind: KindName, data: Record<string, unknown>, link = linkKinds[kind].madeOn === 'link') =>
  linkCreate(
    any({
      kind,
      ...(link && { link: 9 }),
      ...(linkKinds[kind].madeOn === 'device' && { parentDevName: 'wwan0' }),
      ...(Object.keys(data).length > 0 && { [kind]: data }),
    }),
  ).bytes

/** What is left of options when those that are only given are gone. */
const readable = (table: AttributeTable, data: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(data).filter(([name]) => table.map[name]!.access !== 'w'))

describe('what is given of a kind stands in the request with its number', () => {
  it.each(title(WRITTEN))('%s', (_, kind, data, expected) => {
    const info = linkInfo(create(kind, data))
    expect(find(info, 1).toString('hex')).toBe(text(kind))
    if (Object.keys(data).length > 0) expect(walk(find(info, 2), expected)).toEqual(expected)
    else expect(info.length).toBe((4 + kind.length + 1 + 3) & ~3)
  })

  it.each(title(CHANGED))('%s, of a link that is there', (_, kind, data, expected) => {
    const info = linkInfo(linkUpdate(1, any({ [kind]: data })).bytes)
    expect(find(info, 1).toString('hex')).toBe(text(kind))
    expect(walk(find(info, 2), expected)).toEqual(expected)
  })

  it('and every option of every kind is among them', () => {
    const given = new Map<KindName, Set<string>>()
    for (const [kind, data] of [...WRITTEN, ...CHANGED]) {
      given.set(kind, new Set([...(given.get(kind) ?? []), ...Object.keys(data)]))
    }
    for (const kind of Object.keys(linkKinds) as KindName[]) {
      if (OWN_TESTS.includes(kind)) continue
      const takes = tableOf(kind).names.filter((name) => tableOf(kind).takes(name) && name !== 'peer')
      expect([kind, [...(given.get(kind) ?? ['no case'])].sort()]).toEqual([kind, takes.sort()])
    }
  })
})

describe('what was written reads back the same', () => {
  it.each(title(WRITTEN))('%s', (_, kind, data) => {
    const link = read(create(kind, data))
    expect(link.kind).toBe(kind)
    const expected = readable(tableOf(kind), data)
    if (tableOf(kind).names.length === 0) expect(link).not.toHaveProperty(kind)
    else if ('flags' in data && !Array.isArray(data.flags)) expect(link[kind]).toMatchObject(expected)
    else expect(withoutUnknown(link[kind] ?? {})).toEqual(expected)
  })

  it('can', () => {
    const [[, data]] = CHANGED as [(typeof CHANGED)[0]]
    expect(read(linkUpdate(1, any({ can: data })).bytes).can).toMatchObject({
      bittiming: BITTIMING,
      dataBittiming: { bitrate: 500_000, brp: 0 },
      ctrlmode: { fd: true, loopback: false, tdcManual: true },
      restartMs: 100,
      termination: 120,
      tdc: { tdcv: 1, tdco: 2, tdcf: 3 },
      xlDataBittiming: { bitrate: 500_000, brp: 0 },
      xlTdc: { tdcv: 4 },
      xlPwm: { pwms: 5, pwml: 6, pwmo: 7 },
    })
  })
})

/** What is only given has no name when it is read. */
function withoutUnknown({ unknownAttributes: _, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return rest
}

describe('what the kernel alone says is read', () => {
  const AD = { 1: '0100', 2: '0200', 3: '0900', 4: '0a00', 5: '020000000001' }
  it.each<[KindName, Attributes, Record<string, unknown>]>([
    ['amt', { 6: '0a000003' }, { remoteIp: '10.0.0.3' }],
    ['bond', { 23: AD }, {
      adInfo: { aggregator: 1, numPorts: 2, actorKey: 9, partnerKey: 10, partnerMac: '02:00:00:00:00:01' },
    }],
    // A target that was taken out leaves a gap.
    ['bond', { 8: { 0: '0a000001', 2: '0a000003' } }, { arpIpTarget: ['10.0.0.1', '10.0.0.3'] }],
    ['can', {
      2: `${Buffer.from('mcp251x').toString('hex').padEnd(32, '0')}0300000010000000020000000800000004000000010000004000000001000000`,
      3: '00127a00', 4: '03000000', 5: '0000000021000000', 8: '01000200', 12: '00007800', 13: '20a1070040420f00',
      14: '40420f00', 15: '40420f00', 16: { 1: '01000000', 6: '06000000' }, 17: { 1: '21000000' },
      19: `${Buffer.from('xl').toString('hex').padEnd(32, '0')}03000000`, 20: '20a10700', 21: { 1: '07000000' },
      22: { 1: '01000000', 2: '02000000', 3: '03000000', 4: '04000000', 5: '05000000', 6: '06000000' },
    }, {
      bittimingConst: {
        name: 'mcp251x', tseg1Min: 3, tseg1Max: 16, tseg2Min: 2, tseg2Max: 8, sjwMax: 4, brpMin: 1, brpMax: 64, brpInc: 1,
      },
      clock: { freq: 8_000_000 }, state: 'busOff', berrCounter: { txerr: 1, rxerr: 2 }, terminationConst: [0, 120],
      ctrlmode: {
        loopback: true, listenonly: false, '3Samples': false, oneShot: false, berrReporting: false, fd: true,
        presumeAck: false, fdNonIso: false, ccLen8Dlc: false, tdcAuto: false, tdcManual: false, restricted: false,
        xl: false, xlTdcAuto: false, xlTdcManual: false, xlTms: false,
      },
      bitrateConst: [500_000, 1_000_000], dataBitrateConst: [1_000_000], bitrateMax: 1_000_000,
      tdc: { tdcvMin: 1, tdcfMax: 6 }, ctrlmodeExt: { supported: ['loopback', 'fd'] },
      xlDataBittimingConst: { name: 'xl', tseg1Min: 3 }, xlDataBitrateConst: [500_000], xlTdc: { tdcvMin: 7 },
      xlPwm: { pwmsMin: 1, pwmsMax: 2, pwmlMin: 3, pwmlMax: 4, pwmoMin: 5, pwmoMax: 6 },
    }],
    ['hsr', { 4: '01154e000100', 5: '0102' }, { supervisionAddr: '01:15:4e:00:01:00', seqNr: 0x0201 }],
    ['macsec', { 4: '0100000100028000' }, { cipherSuite: 'gcmAes128' }],
    ['macvlan', { 6: '02000000', 8: 'e8030000' }, { macaddrCount: 2, bcQueueLenUsed: 1000 }],
    ['netkit', { 2: '01' }, { primary: true }],
    ['tun', { 1: 'e8030000', 2: 'e9030000', 3: '02', 4: '00', 5: '01', 6: '01', 7: '01', 8: '02000000', 9: '03000000' }, {
      owner: 1000, group: 1001, type: 'tap', pi: false, vnetHdr: true, persist: true, multiQueue: true, numQueues: 2,
      numDisabledQueues: 3,
    }],
    ['vlan', { 2: '01000000ffffffff' }, {
      flags: { reorderHdr: true, gvrp: false, looseBinding: false, mvrp: false, bridgeBinding: false },
    }],
    ['xfrm', { 1: '00000000' }, { link: null }],
  ])('%s', (kind, data, expected) => {
    expect(read(told({ 1: text(kind), 2: data }))[kind]).toEqual(expected)
  }) // prettier-ignore
})

describe('a port', () => {
  it('has what its bond says of it', () => {
    const data = {
      1: '01', 2: '03', 3: '05000000', 4: '020000000001', 5: '0200', 6: '0700', 7: '3d', 8: '4500', 9: 'feffffff',
      10: '0101', 11: '00', 12: '02',
    } // prettier-ignore
    const link = read(told({ 1: text('dummy'), 4: text('bond'), 5: data }))
    expect(link).toMatchObject({ kind: 'dummy', slaveKind: 'bond' })
    expect(link.bondPort).toEqual({
      state: 'backup',
      miiStatus: 'back',
      linkFailureCount: 5,
      permHwaddr: '02:00:00:00:00:01',
      queueId: 2,
      adAggregatorId: 7,
      adActorOperPortState: ['activity', 'aggregation', 'synchronization', 'collecting', 'distributing'],
      adPartnerOperPortState: ['activity', 'aggregation', 'defaulted'],
      prio: -2,
      actorPortPrio: 257,
      adChurnActorState: 'monitor',
      adChurnPartnerState: 'noChurn',
    })
    expect(Object.keys(link.bondPort!).sort()).toEqual([...linkPorts.bondPort.data.names].sort())
  })

  it('has the table of its VRF', () => {
    expect(read(told({ 1: text('veth'), 4: text('vrf'), 5: { 1: '0a000000' } })).vrfPort).toEqual({ table: 10 })
  })

  it('keeps what a master without a table here says', () => {
    expect(read(told({ 4: text('newmaster'), 5: { 1: '0a' } })).slaveData).toEqual([
      { type: 1, data: new Uint8Array([10]) },
    ])
  })

  it('of a bond is changed under the name of the master’s kind', () => {
    const info = linkInfo(linkUpdate(1, { bondPort: { queueId: 2, prio: -2, actorPortPrio: 257 } }).bytes)
    expect(find(info, 4).toString('hex')).toBe(text('bond'))
    const expected = { 5: '0200', 9: 'feffffff', 10: '0101' }
    expect(walk(find(info, 5), expected)).toEqual(expected)
  })
})

describe('a pair of links', () => {
  it.each(['vxcan', 'netkit'] as const)('of kind %s has its peer in the request', (kind) => {
    const { bytes } = linkCreate(any({ kind, [kind]: { peer: { name: 'other', mtu: 72, ifindex: 5, arp: false } } }))
    const peer = find(find(linkInfo(bytes), 2), 1)
    expect(peer.readInt32LE(4)).toBe(5)
    expect([peer.readUInt32LE(8), peer.readUInt32LE(12)]).toEqual([0x80, 0x80])
    const expected = { 3: text('other'), 4: '48000000' }
    expect(walk(peer.subarray(16), expected)).toEqual(expected)
  })
})

describe('what is refused before anything is sent', () => {
  const make = (kind: KindName, data?: Record<string, unknown>, rest?: Record<string, unknown>) => () =>
    linkCreate(any({ kind, ...(data && { [kind]: data }), ...rest }))
  const on = { link: 'eth0' }
  const change = (changes: unknown) => () => linkUpdate('one', any(changes))
  it.each<[string, () => unknown, string]>([
    ['a VLAN without a link below', make('vlan', { id: 1 }), 'link: expected the link below, which a vlan needs, got undefined'],
    ['a macvlan without', make('macvlan'), 'link: expected the link below, which a macvlan needs, got undefined'],
    ['an ipvtap without', make('ipvtap'), 'link: expected the link below, which a ipvtap needs, got undefined'],
    ['a macsec without', make('macsec'), 'link: expected the link below, which a macsec needs, got undefined'],
    ['a virt_wifi without', make('virt_wifi'), 'link: expected the link below, which a virt_wifi needs, got undefined'],
    ['a link below that is not used', make('bond', {}, on), 'link: expected nothing: a bond does not use it, got "eth0"'],
    ['a wwan without its device', make('wwan', { linkId: 1 }), 'parentDevName: expected the name of the device, which a wwan needs, got undefined'],
    ['a device that is not used', make('dummy', undefined, { parentDevName: 'x' }), 'parentDevName: expected nothing: a dummy does not use it, got "x"'],
    ['options of a kind that has none', make('dummy', {}), 'dummy: expected nothing: a dummy has no options of its own, got an object with nothing in it'],
    ['a kind that rtnetlink does not make', make('tun'), 'kind: expected a kind that rtnetlink makes: TUN and TAP links are made through /dev/net/tun, got "tun"'],
    ['a VLAN id', make('vlan', { id: 4095 }, on), 'vlan.id: expected an integer from 0 to 4094, got 4095'],
    ['no VLAN id', make('vlan', {}, on), 'vlan.id: expected an integer from 0 to 4094, got undefined'],
    ['a protocol', make('vlan', { id: 1, protocol: '802.1x' }, on), 'vlan.protocol: expected one of 802.1Q, 802.1ad, or an integer from 0 to 65535, got "802.1x"'],
    ['a mapping', make('vlan', { id: 1, egressQos: [{ from: 1, to: 2 }, { from: 1 }] }, on), 'vlan.egressQos[1].to: expected an integer from 0 to 4294967295, got undefined'],
    ['a mapping of no array', make('vlan', { id: 1, egressQos: { 1: 2 } }, on), 'vlan.egressQos: expected an array of an object with from, to, got an object with 1'],
    ['a flag of a VLAN', make('vlan', { id: 1, flags: { gvpr: true } }, on), 'vlan.flags.gvpr: expected nothing (an object with reorderHdr, gvrp, looseBinding, mvrp, bridgeBinding), got true'],
    ['flags as bits', make('vlan', { id: 1, flags: ['gvrp'] }, on), 'vlan.flags: expected an object with reorderHdr, gvrp, looseBinding, mvrp, bridgeBinding, got an array of 1'],
    ['a mode of macvlan', make('macvlan', { mode: 'bridged' }, on), 'macvlan.mode: expected one of private, vepa, bridge, passthru, source, or an integer from 0 to 4294967295, got "bridged"'],
    ['an address in a list', make('macvlan', { macaddrData: ['02:00:00:00:00:01', '02:00'] }, on), 'macvlan.macaddrData[1]: expected a link-layer address of 6 bytes such as 02:42:0a:0d:13:02, got "02:00"'],
    ['a cutoff', make('macvlan', { bcCutoff: -2 }, on), 'macvlan.bcCutoff: expected an integer from -1 to 2147483647, got -2'],
    ['a table of 0', make('vrf', { table: 0 }), 'vrf.table: expected an integer from 1 to 4294967295, got 0'],
    ['a VRF without a table', make('vrf'), 'vrf: expected an object, got undefined'],
    ['too many targets', make('bond', { arpIpTarget: Array.from({ length: 17 }, (_, i) => `10.0.0.${i}`) }), 'bond.arpIpTarget: expected an array of at most 16, each an IPv4 address, got an array of 17'],
    ['a target of the other family', make('bond', { nsIp6Target: ['10.0.0.1'] }), 'bond.nsIp6Target[0]: expected an IPv6 address, got "10.0.0.1"'],
    ['a key of a bond', make('bond', { adUserPortKey: 1024 }), 'bond.adUserPortKey: expected an integer from 0 to 1023, got 1024'],
    ['a delay of a bond', make('bond', { peerNotifDelay: 300_001 }), 'bond.peerNotifDelay: expected an integer from 0 to 300000, got 300001'],
    ['what only a bond says', make('bond', { adInfo: {} }), 'bond.adInfo: expected nothing: it can only be read, got an object with nothing in it'],
    ['a VNI of geneve', make('geneve', { id: 0x1000000 }), 'geneve.id: expected an integer from 0 to 16777215, got 16777216'],
    ['a key that the flags deny', make('gre', { ikey: 1 }), 'gre.iflags: expected the flag key, since there is an ikey, got undefined'],
    ['a key that the other flags have', make('ip6gre', { iflags: ['key'], okey: 1 }), 'ip6gre.oflags: expected the flag key, since there is an okey, got undefined'],
    ['an address of the wrong family', make('gre', { remote: '2001:db8::1' }), 'gre.remote: expected an IPv4 address, got "2001:db8::1"'],
    ['an address of the other family', make('ip6gre', { remote: '10.0.0.1' }), 'ip6gre.remote: expected an IPv6 address, got "10.0.0.1"'],
    ['ignoreDf with pmtudisc', make('gretap', { ignoreDf: true }), 'gretap.pmtudisc: expected false, since ignoreDf is true, got undefined'],
    ['an ERSPAN without session', make('erspan', { erspanVer: 1 }), 'erspan.oflags: expected with iflags together: key and seq (or erspanVer: 0), got undefined'],
    ['a session of ERSPAN', make('ip6erspan', { iflags: ['key'], oflags: ['seq'], ikey: 1024 }), 'ip6erspan.ikey: expected an integer from 0 to 1023, got 1024'],
    ['options of ERSPAN on a gretap', make('gretap', { erspanIndex: 1 }), 'gretap.erspanIndex: unknown option'],
    ['a 6rd prefix', make('sit', { '6rdPrefixlen': 129 }), 'sit.6rdPrefixlen: expected an integer from 0 to 128, got 129'],
    ['an xfrm without id', make('xfrm', { link: 'eth0' }), 'xfrm.ifId: expected an integer from 1 to 4294967295 (or collectMetadata: true), got undefined'],
    ['an xfrm with id 0', make('xfrm', { ifId: 0 }), 'xfrm.ifId: expected an integer from 1 to 4294967295 (or collectMetadata: true), got 0'],
    ['an external xfrm with id', make('xfrm', { ifId: 1, collectMetadata: true }), 'xfrm.ifId: expected nothing, since collectMetadata is true, got 1'],
    ['an SCI', make('macsec', { sci: '0x12' }, on), 'macsec.sci: expected sixteen hexadecimal digits, or a Uint8Array of 8 bytes, got "0x12"'],
    ['an SCI and a port', make('macsec', { sci: '0200000000010001', port: 1 }, on), 'macsec.port: expected nothing, since there is an sci, got 1'],
    ['replay protection without window', make('macsec', { replayProtect: true }, on), 'macsec.window: expected an integer from 0 to 4294967295, since replayProtect is true, got undefined'],
    ['es and scb', make('macsec', { es: true, scb: true }, on), 'macsec.es: expected false, since scb is true, got true'],
    ['a cipher', make('macsec', { cipherSuite: 'des' }, on), 'macsec.cipherSuite: expected one of gcmAes128, gcmAes256, gcmAesXpn128, gcmAesXpn256, or a bigint of 64 bits, got "des"'],
    ['an hsr with one port', make('hsr', { slave1: 1 }), 'hsr.slave2: expected the link that is the second port, got undefined'],
    ['a gtp without socket', make('gtp', { role: 'ggsn' }), 'gtp.fd1: expected the descriptor of a UDP socket (or fd0, or createSockets: true), got undefined'],
    ['a gateway without relay', make('amt', { mode: 'gateway', link: 1, localIp: '10.0.0.1' }), 'amt.discoveryIp: expected an IPv4 address, which a gateway needs, got undefined'],
    ['a bareudp without protocol', make('bareudp', { port: 1 }), 'bareudp.ethertype: expected one of ipv4, ipv6, mplsUc, mplsMc, or an EtherType, got undefined'],
    ['an rmnet stream', make('rmnet', { muxId: 255 }, on), 'rmnet.muxId: expected an integer from 1 to 254, got 255'],
    ['a peer that is up', make('netkit', { peer: { up: true } }), 'netkit.peer.up: expected nothing: the kernel makes no peer that is up'],
    ['a mode of netkit to change', change({ netkit: { mode: 'l3' } }), 'netkit.mode: expected nothing: it is fixed when the link is made, got "l3"'],
    ['a VLAN id to change', change({ vlan: { id: 2 } }), 'vlan.id: expected nothing: it is fixed when the link is made, got 2'],
    ['a cipher to change', change({ macsec: { cipherSuite: 'gcmAes256' } }), 'macsec.cipherSuite: expected nothing: it is fixed when the link is made, got "gcmAes256"'],
    ['a table to change', change({ vrf: { table: 2 } }), 'vrf: expected nothing: the table of a VRF is chosen when it is made, got an object with table'],
    ['what can’t be changed of a tun', change({ tun: { owner: 1 } }), 'tun: expected nothing: a TUN or TAP link is changed through a descriptor of /dev/net/tun, got an object with owner'],
    ['a flag of a tunnel taken back', change({ gre: { collectMetadata: false } }), 'gre.collectMetadata: expected true: it can’t be taken back once the link is there, got false'],
    ['a queue of a bond’s port', change({ bondPort: { queueId: 65_536 } }), 'bondPort.queueId: expected an integer from 0 to 65535, got 65536'],
    ['what only the bond says of a port', change({ bondPort: { state: 'active' } }), 'bondPort.state: expected nothing: it can only be read, got "active"'],
    ['what the VRF says of a port', change({ vrfPort: { table: 1 } }), 'vrfPort.table: expected nothing: it can only be read, got 1'],
    ['ports of two masters', change({ bridgePort: { cost: 1 }, bondPort: { prio: 1 } }), 'bondPort: expected nothing, since the link is a bridgePort, got an object with prio'],
    ['port options of a new link', make('dummy', undefined, { bondPort: { prio: 1 } }), 'bondPort: expected nothing: a link is a port once it has been made, update it then, got an object with prio'],
    ['bit timing', change({ can: { bittiming: { bitrate: -1 } } }), 'can.bittiming.bitrate: expected an integer from 0 to 4294967295, got -1'],
  ])('%s', (_, attempt, message) => {
    expect(attempt).toThrow(message)
  }) // prettier-ignore
})

it('padding that some machines need is read over, and kept where it has contents', () => {
  const sci = '0200000000010002'
  const of = (pad: string) => read(told({ 1: text('macsec'), 2: { 1: sci, 14: pad } })).macsec
  expect(of('')).toEqual({ sci })
  expect(of('01')).toEqual({ sci, unknownAttributes: [{ type: 14, data: new Uint8Array([1]) }] })
})

describe('the list of kinds', () => {
  it('has each under its own name', () => {
    for (const [key, { name }] of Object.entries(linkKinds)) expect(key).toBe(name)
  })

  it('is no limit: a kind without types is sent and read attribute by attribute', () => {
    const mode = [{ type: 1, data: new Uint8Array([4, 0, 0, 0]) }]
    const named = linkCreate({ kind: 'macvlan', name: 'm', link: 9, macvlan: { mode: 'bridge' } }).bytes
    const raw = linkCreate({ kind: otherLinkKind('newkind'), name: 'm', link: 9, data: mode }).bytes
    const renamed = Buffer.from(named)
    renamed.write('newkind', renamed.indexOf('macvlan'))
    expect(Buffer.from(raw)).toEqual(renamed)
    expect(read(raw)).toMatchObject({ kind: 'newkind', link: 9, data: mode })
    const changed = linkInfo(linkUpdate('m', { kind: otherLinkKind('newkind'), data: mode }).bytes)
    expect(walk(find(changed, 2), {})).toEqual({ 1: '04000000' })
  })
})
