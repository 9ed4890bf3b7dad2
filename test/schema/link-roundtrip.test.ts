import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { linkCreate, linkUpdate } from '../../src/route/links.js'
import { readLink } from '../../src/schema/link.js'
import { type Message } from '../../src/wire/message.js'
import { Reader } from '../../src/wire/reader.js'

/** What a message says, read as if the kernel had sent it. */
function read(bytes: Uint8Array): Record<string, unknown> {
  const message: Message = { type: 16, flags: 0, sequence: 0, start: 0, body: 16, end: bytes.length }
  return readLink(new Reader(bytes), message) as unknown as Record<string, unknown>
}

const u8 = fc.nat(255)
const u16 = fc.nat(0xffff)
const u32 = fc.nat(0xffffffff)
const u64 = fc.maxSafeNat()
const yes = fc.constant(true)
const mac = fc
  .uint8Array({ minLength: 6, maxLength: 6 })
  .map((bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':'))
const ipv4 = fc.tuple(fc.integer({ min: 1, max: 223 }), u8, u8, u8).map((parts) => parts.join('.'))
const ipv6 = fc.nat(0xfffe).map((last) => `2001:db8::${(last + 1).toString(16)}`)
const options = (record: Record<string, fc.Arbitrary<unknown>>) => fc.record(record, { requiredKeys: [] })

const bridge = options({
  forwardDelay: u32, helloTime: u32, maxAge: u32, ageingTime: u32, stpState: u32, priority: u16,
  vlanFiltering: fc.boolean(), vlanProtocol: fc.constantFrom('802.1Q', '802.1ad'), groupFwdMask: u16, groupAddress: mac,
  mcastRouter: fc.constantFrom('disabled', 'tempQuery', 'perm', 'temp'), mcastSnooping: fc.boolean(),
  mcastQueryUseIfaddr: fc.boolean(), mcastQuerier: fc.boolean(), mcastHashElasticity: u32, mcastHashMax: u32,
  mcastLastMemberCount: u32, mcastStartupQueryCount: u32, mcastLastMemberInterval: u64, mcastMembershipInterval: u64,
  mcastQuerierInterval: u64, mcastQueryInterval: u64, mcastQueryResponseInterval: u64, mcastStartupQueryInterval: u64,
  nfCallIptables: fc.boolean(), nfCallIp6tables: fc.boolean(), nfCallArptables: fc.boolean(),
  vlanDefaultPvid: fc.nat(4094), vlanStatsEnabled: fc.boolean(), mcastStatsEnabled: fc.boolean(),
  mcastIgmpVersion: fc.constantFrom(2, 3), mcastMldVersion: fc.constantFrom(1, 2), vlanStatsPerPort: fc.boolean(),
  multiBoolopt: options({
    noLinkLocalLearn: fc.boolean(), mcastVlanSnooping: fc.boolean(), mstEnable: fc.boolean(),
    mdbOffloadFailNotification: fc.boolean(), fdbLocalVlan0: fc.boolean(),
  }),
  fdbMaxLearned: u32, stpMode: fc.constantFrom('auto', 'user', 'kernel'),
}) // prettier-ignore

const vxlan = fc
  .tuple(
    fc.record({ id: fc.nat(0xffffff) }),
    options({
      remote: fc.oneof(ipv4, ipv6), local: fc.oneof(ipv4, ipv6), link: fc.integer({ min: 1, max: 0x7fffffff }), ttl: u8,
      tos: u8, learning: fc.boolean(), ageing: u32, limit: u32, portRange: fc.record({ low: u16, high: u16 }),
      proxy: fc.boolean(), rsc: fc.boolean(), l2miss: fc.boolean(), l3miss: fc.boolean(), port: u16,
      udpCsum: fc.boolean(), udpZeroCsum6Tx: fc.boolean(), udpZeroCsum6Rx: fc.boolean(), remCsumTx: fc.boolean(),
      remCsumRx: fc.boolean(), gbp: yes, remCsumNoPartial: yes, collectMetadata: fc.boolean(), label: fc.nat(0xfffff),
      gpe: yes, ttlInherit: yes, df: fc.constantFrom('unset', 'set', 'inherit'), vnifilter: fc.boolean(),
      localbypass: fc.boolean(), labelPolicy: fc.constantFrom('fixed', 'inherit'),
      reservedBits: fc.uint8Array({ minLength: 8, maxLength: 8 }), mcRoute: fc.boolean(),
    }),
  )
  .map(([id, rest]) => ({ ...id, ...rest })) // prettier-ignore

const bridgePort = options({
  state: fc.constantFrom('disabled', 'listening', 'learning', 'forwarding', 'blocking'), priority: u16, cost: u32,
  hairpin: fc.boolean(), guard: fc.boolean(), protect: fc.boolean(), fastLeave: fc.boolean(), learning: fc.boolean(),
  unicastFlood: fc.boolean(), proxyArp: fc.boolean(), learningSync: fc.boolean(), proxyArpWifi: fc.boolean(),
  multicastRouter: fc.constantFrom('disabled', 'tempQuery', 'perm', 'temp'), mcastFlood: fc.boolean(),
  mcastToUnicast: fc.boolean(), vlanTunnel: fc.boolean(), bcastFlood: fc.boolean(), groupFwdMask: u16,
  neighSuppress: fc.boolean(), isolated: fc.boolean(),
  backupPort: fc.option(fc.integer({ min: 1, max: 0x7fffffff }), { nil: null }), mcastEhtHostsLimit: u32,
  locked: fc.boolean(), mab: fc.boolean(), mcastMaxGroups: u32, neighVlanSuppress: fc.boolean(), backupNhid: u32,
  neighForwardGrat: fc.boolean(),
}) // prettier-ignore

const properties = options({
  address: mac, broadcast: mac, name: fc.stringMatching(/^[a-z][a-z0-9.-]{0,14}$/), mtu: u32,
  master: fc.integer({ min: 1, max: 0x7fffffff }), txqlen: u32, linkMode: fc.constantFrom('default', 'dormant', 'testing'),
  group: u32, gsoMaxSegs: u32, gsoMaxSize: u32, groMaxSize: u32, gsoIpv4MaxSize: u32, groIpv4MaxSize: u32,
}) // prettier-ignore
const settings = options({
  alias: fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => Buffer.byteLength(text) < 256 && !text.includes('\0')),
  carrier: fc.boolean(), protoDown: fc.boolean(), protoDownReason: fc.record({ mask: u32, value: u32 }),
  map: fc.record({ memStart: u64, memEnd: u64, baseAddr: u64, irq: u16, dma: u8, port: u8 }),
  vfInfoList: fc.record({
    info: fc.array(
      options({
        mac: fc.record({ vf: u32, mac }), vlan: fc.record({ vf: u32, vlan: u32, qos: u32 }),
        rate: fc.record({ vf: u32, minTxRate: u32, maxTxRate: u32 }), spoofchk: fc.record({ vf: u32, setting: u32 }),
        linkState: fc.record({ vf: u32, linkState: fc.constantFrom('auto', 'enable', 'disable') }),
        ibNodeGuid: fc.record({ vf: u32, guid: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
        vlanList: fc.record({
          info: fc.array(fc.record({ vf: u32, vlan: u32, qos: u32, vlanProto: u16 }), { minLength: 1, maxLength: 3 }),
        }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
}) // prettier-ignore

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- generated
const any = (value: unknown): any => value

describe('what is written reads back the same', () => {
  it('of a bridge', () => {
    fc.assert(
      fc.property(bridge, (bridge) => {
        expect(read(linkCreate(any({ kind: 'bridge', bridge })).bytes)).toMatchObject({ kind: 'bridge', bridge })
      }),
    )
  })

  it('of a vxlan', () => {
    fc.assert(
      fc.property(vxlan, (vxlan) => {
        expect(read(linkCreate(any({ kind: 'vxlan', vxlan })).bytes).vxlan).toEqual(vxlan)
      }),
    )
  })

  it('of a bridge port', () => {
    fc.assert(
      fc.property(bridgePort, (bridgePort) => {
        expect(read(linkUpdate(1, any({ bridgePort })).bytes)).toMatchObject({ slaveKind: 'bridge', bridgePort })
      }),
    )
  })

  it('of links of every kind', () => {
    fc.assert(
      fc.property(properties, (properties) => {
        expect(read(linkCreate(any({ kind: 'veth', ...properties })).bytes)).toMatchObject(properties)
      }),
    )
    fc.assert(
      fc.property(settings, (settings) => {
        expect(read(linkUpdate(1, any(settings)).bytes)).toMatchObject(settings)
      }),
    )
  })
})

it('reading survives any bytes', () => {
  fc.assert(
    fc.property(vxlan, fc.array(fc.tuple(fc.nat(), u8), { minLength: 1, maxLength: 8 }), (vxlan, changes) => {
      const bytes = linkCreate(any({ kind: 'vxlan', name: 'one', vxlan })).bytes
      for (const [at, value] of changes) bytes[32 + (at % (bytes.length - 32))] = value
      try {
        read(bytes)
      } catch (error) {
        expect((error as Error).name).toBe('MalformedMessage')
      }
    }),
  )
})
