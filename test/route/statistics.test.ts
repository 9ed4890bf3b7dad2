import { afterEach, beforeEach, expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import { statisticsGet, statisticsList, statisticsSet } from '../../src/route/statistics.js'
import { joinStatistics, readStatistics, type Statistics } from '../../src/schema/statistics.js'
import { HEADER_SIZE } from '../../src/wire/message.js'
import { MalformedMessage, Reader } from '../../src/wire/reader.js'
import { ip } from '../support/iproute2.js'
import { olderThan } from '../support/kernel.js'
import { describePrivileged, eventually, inside } from '../support/netns.js'

let netns: Netns
let rt: Rtnetlink

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever ip(8) prints
type Json = any
/** What `ip -j stats show` says of a group of one link. */
const seen = (link: string, words: string): Json => (JSON.parse(ip(netns, `-j stats show dev ${link} ${words}`)) as Json[])[0] // prettier-ignore

describePrivileged('statistics', () => {
  beforeEach(async () => {
    netns = await Netns.create()
    rt = await Rtnetlink.open({ netns })
    await rt.links.create({ kind: 'bridge', name: 'br0', up: true, bridge: { mcastStatsEnabled: true } })
    await rt.links.create({ kind: 'veth', name: 'v0', master: 'br0', up: true, veth: { peer: { name: 'v1' } } })
    await rt.links.update('v1', { up: true })
  })
  afterEach(async () => {
    await rt.close()
    netns.close()
  })

  it('of a link are its counters', async () => {
    ip(netns, 'link set lo up')
    for (let i = 0; i < 3; i++) inside(netns, 'bash', '-c', 'echo datagram > /dev/udp/127.0.0.1/9')
    const { link64, ...others } = await rt.statistics.get('lo', { groups: ['link64'] })
    const { rx, tx } = seen('lo', 'group link').stats64
    expect(link64!.rxPackets).toBeGreaterThanOrEqual(3)
    expect(rx).toMatchObject({ packets: link64!.rxPackets, bytes: link64!.rxBytes, dropped: link64!.rxDropped })
    expect(tx).toMatchObject({ packets: link64!.txPackets, bytes: link64!.txBytes, errors: link64!.txErrors })
    expect(others).toEqual({ ifindex: 1 })
  })

  it('of a bridge and of its ports are multicast and spanning tree', async () => {
    const multicast = () => seen('v0', 'group xstats_slave subgroup bridge suite mcast').multicast
    await eventually(() => multicast().mld_reports.rx_v2 + multicast().mld_reports.tx_v2 > 0)
    ip(netns, 'link set br0 type bridge stp_state 1')
    const stp = () => seen('v0', 'group xstats_slave subgroup bridge suite stp').stp
    await eventually(() => stp().tx_bpdu > 1)
    await rt.links.update('v0', { up: false })
    const theirs = stp()
    const port = await rt.statistics.get('v0', { groups: ['linkXstats', 'linkXstatsSlave'] })
    expect(port.linkXstatsSlave!.bridge!.stp).toEqual({
      transitionBlk: theirs.transition_blk,
      transitionFwd: theirs.transition_fwd,
      rxBpdu: theirs.rx_bpdu,
      txBpdu: theirs.tx_bpdu,
      rxTcn: theirs.rx_tcn,
      txTcn: theirs.tx_tcn,
    })
    expect(port).not.toHaveProperty('linkXstats')
    const mcast = multicast()
    const ours = port.linkXstatsSlave!.bridge!.mcast!
    expect(ours).toMatchObject({
      rxIgmpV3Reports: mcast.igmp_reports.rx_v3,
      rxMldV2Reports: mcast.mld_reports.rx_v2,
      txMldV2Reports: mcast.mld_reports.tx_v2,
      mldParseErrors: mcast.mld_parse_errors,
    })
    expect(ours.rxMldV2Reports! + ours.txMldV2Reports!).toBeGreaterThan(0)
    expect(Object.keys(ours)).toHaveLength(30)

    const bridge = await rt.statistics.get('br0', { groups: ['linkXstats'] })
    const total = seen('br0', 'group xstats subgroup bridge suite mcast').multicast
    expect(bridge.linkXstats!.bridge!.mcast).toMatchObject({
      rxMldV2Reports: total.mld_reports.rx_v2,
      txMldV2Reports: total.mld_reports.tx_v2,
    })
    expect(JSON.stringify([port, bridge])).not.toContain('unknownAttributes')
  })

  it('of the VLANs of a bridge are kept where it filters them', async ({ skip }) => {
    const filtering = await rt.links
      .update('br0', { bridge: { vlanFiltering: true, vlanStatsEnabled: true } })
      .catch(() => undefined)
    if (filtering === undefined && !ip(netns, '-d link show br0').includes('vlan_filtering 1')) {
      skip('the kernel was built without VLAN filtering')
    }
    inside(netns, 'bridge', 'vlan', 'add', 'vid', '7', 'dev', 'br0', 'self')
    const { linkXstats } = await rt.statistics.get('br0')
    const vlans = linkXstats!.bridge!.vlans!
    expect(vlans.map(({ vid }) => vid)).toEqual([1, 7])
    expect(vlans[0]).toMatchObject({ flags: expect.arrayContaining(['pvid', 'untagged']) as unknown })
    const theirs = (JSON.parse(inside(netns, 'bridge', '-j', '-s', 'vlan', 'show', 'dev', 'br0')) as Json[])[0].vlans[0]
    expect(vlans[0]!.rxBytes + vlans[0]!.txBytes).toBeGreaterThan(0)
    expect(vlans[0]!.txPackets).toBeLessThanOrEqual(theirs.tx_packets as number)
  })

  it('of a bond are those of LACP', async ({ skip }) => {
    const made = await rt.links
      .create({ kind: 'bond', name: 'bond0', bond: { mode: '802.3ad' } })
      .catch(() => undefined)
    if (made === undefined) skip('the kernel has no bonds')
    await rt.links.update('v1', { up: false })
    await rt.links.update('v1', { master: 'bond0' })
    await rt.links.update('bond0', { up: true })
    await rt.links.update('v0', { up: true })
    const ad = () => seen('v1', 'group xstats_slave subgroup bond suite 802.3ad')['802.3ad']
    await eventually(() => ad().lacpdu_tx > 0, 30_000)
    await rt.links.update('v0', { up: false })
    const { linkXstatsSlave } = await rt.statistics.get('v1', { groups: ['linkXstatsSlave'] })
    const ours = linkXstatsSlave!.bond!['3ad']!
    expect(ours).toMatchObject({ lacpduTx: ad().lacpdu_tx, lacpduRx: ad().lacpdu_rx, markerTx: ad().marker_tx })
    expect(Object.keys(ours)).toHaveLength(9)
    expect((await rt.statistics.get('bond0')).linkXstats!.bond!['3ad']!.lacpduTx).toBeGreaterThan(0)
  })

  it('of MPLS are read where the kernel has it', async ({ skip }) => {
    const { afSpec } = await rt.statistics.get('v0', { groups: ['afSpec'] })
    if (afSpec?.mpls === undefined) skip('the kernel has no MPLS')
    const { mpls_stats: theirs } = seen('v0', 'group afstats subgroup mpls')
    const { link } = afSpec!.mpls!
    expect(link).toMatchObject({ rxPackets: theirs.rx.packets, txBytes: theirs.tx.bytes, rxNoroute: theirs.rx.noroute })
    expect(JSON.stringify(await rt.statistics.list())).not.toContain('unknownAttributes')
  })

  it.skipIf(olderThan('5.18'))('of hardware are asked for, and told to watchers', async () => {
    const watch = rt.watch(['statistics'])
    const info = () => seen('br0', 'group offload subgroup hw_stats_info').info.l3_stats
    const ours = async () =>
      (await rt.statistics.get('br0', { groups: ['linkOffloadXstats'], offload: ['hwStatsInfo'] })).linkOffloadXstats
    expect(await ours()).toEqual({ hwStatsInfo: { l3Stats: { request: false, used: false } } })
    await rt.statistics.set('br0', { l3Stats: true })
    expect(info()).toEqual({ request: true, used: false })
    expect(await ours()).toEqual({ hwStatsInfo: { l3Stats: { request: true, used: false } } })
    const { ifindex } = await rt.links.get('br0')
    expect((await watch.next()).value).toMatchObject({
      type: 'statistics',
      statistics: { ifindex, linkOffloadXstats: { hwStatsInfo: { l3Stats: { request: true } } } },
    })
    watch.close()
    await rt.statistics.set('br0', { l3Stats: false })
    expect(info()).toEqual({ request: false, used: false })
  })

  it('are listed of all links, of the groups asked for', async () => {
    const all = await rt.statistics.list({ groups: ['link64', 'linkXstatsSlave'] })
    const { ifindex } = await rt.links.get('v0')
    expect(all.map((statistics) => statistics.ifindex)).toEqual((await rt.links.list()).map((link) => link.ifindex))
    expect(all.find((statistics) => statistics.ifindex === ifindex)!.linkXstatsSlave).toHaveProperty('bridge.stp')
    expect(all.every(({ link64, linkXstats }) => link64 !== undefined && linkXstats === undefined)).toBe(true)
    expect(await rt.statistics.list()).toHaveLength(all.length)
  })

  it('of what is not there are refused', async () => {
    const error: unknown = await rt.statistics.get(4242).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'ENODEV', request: 'RTM_GETSTATS' })
    expect((error as Error).message).toMatch(/^can't get statistics of link #4242: /)
  })
})

it('refuses what can not be asked for before anything is sent', () => {
  expect(() => statisticsGet(undefined as never)).toThrow(/^link: expected a link/)
  expect(() => statisticsGet('lo', { group: ['link64'] } as never)).toThrow(
    /^group: unknown option, did you mean groups/,
  )
  expect(() => statisticsGet('lo', { groups: ['link'] } as never)).toThrow(/^groups: expected an array of link64/)
  expect(() => statisticsList({ groups: [] })).toThrow(/^groups: expected one group or more/)
  expect(() => statisticsList({ groups: ['link64'], offload: ['cpuHit'] })).toThrow(
    /^offload: expected nothing without/,
  )
  expect(() => statisticsList({ offload: ['hits'] as never })).toThrow(/^offload: expected an array of cpuHit/)
  expect(() => statisticsSet('lo', {} as never)).toThrow(/^l3Stats: expected true or false, got undefined/)
  expect(() => statisticsSet('lo', { l3Stats: 1 } as never)).toThrow(/^l3Stats: expected true or false, got 1/)
  expect(() => statisticsSet('', { l3Stats: true })).toThrow(/^link: expected a link name/)
})

/** The message of statistics whose attributes are these. */
function message(attributes: number[]) {
  const bytes = Uint8Array.of(
    ...new Array<number>(HEADER_SIZE).fill(0),
    0,
    0,
    0,
    0,
    9,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    ...attributes,
  )
  return readStatistics(new Reader(bytes), { type: 92, flags: 0, sequence: 0, start: 0, body: HEADER_SIZE, end: bytes.length }) // prettier-ignore
}
/** An attribute; `content` is a multiple of four bytes long. */
const attribute = (type: number, content: number[]) => [content.length + 4, 0, type, 0, ...content]
const u64 = (value: number) => [value, 0, 0, 0, 0, 0, 0, 0]

it('reads what this kernel may lack', () => {
  const vlan = [...[1, 2, 3, 4].flatMap(u64), 7, 0, 6, 0, 0, 0, 0, 0]
  const mpls = Array.from({ length: 9 }, (_, index) => u64(index + 1)).flat()
  expect(
    message([
      ...attribute(2, attribute(1, [...attribute(1, vlan), ...attribute(1, vlan)])),
      ...attribute(3, attribute(2, attribute(1, [...attribute(0, u64(5)), ...attribute(8, u64(6))]))),
      ...attribute(4, [...attribute(1, u64(7)), ...attribute(3, u64(8))]),
      ...attribute(5, attribute(28, attribute(1, mpls))),
    ]),
  ).toEqual({
    ifindex: 9,
    linkXstats: {
      bridge: {
        vlans: [1, 2].map(() => ({ rxBytes: 1, rxPackets: 2, txBytes: 3, txPackets: 4, vid: 7, flags: ['pvid', 'untagged'] })), // prettier-ignore
      },
    },
    linkXstatsSlave: { bond: { '3ad': { lacpduRx: 5, markerUnknownRx: 6 } } },
    linkOffloadXstats: { cpuHit: { rxPackets: 7 }, l3Stats: { rxPackets: 8 } },
    afSpec: {
      mpls: {
        link: {
          rxPackets: 1,
          txPackets: 2,
          rxBytes: 3,
          txBytes: 4,
          rxErrors: 5,
          txErrors: 6,
          rxDropped: 7,
          txDropped: 8,
          rxNoroute: 9,
        },
      },
    },
  })
})

it('reads nothing beyond the end of malformed attributes', () => {
  expect(() => message([8, 0, 2, 0, 12, 0, 1, 0])).toThrow(MalformedMessage)
  expect(() => message([12, 0, 1, 0, 1, 0, 0, 0])).toThrow(MalformedMessage)
  const short = message(attribute(2, attribute(1, attribute(1, u64(1)))))
  expect(short).toMatchObject({ linkXstats: { bridge: { unknownAttributes: [{ type: 1 }] } } })
})

it('joins what came in pieces', () => {
  const piece = (ifindex: number, vid: number): Statistics => ({
    ifindex,
    linkXstats: { bridge: { vlans: [{ vid, rxBytes: 0, rxPackets: 0, txBytes: 0, txPackets: 0, flags: [] }] } },
  })
  const joined = joinStatistics([piece(1, 1), piece(1, 2), { ifindex: 1, afSpec: {} }, piece(2, 3)])
  expect(joined).toHaveLength(2)
  expect(joined[0]).toMatchObject({
    ifindex: 1,
    afSpec: {},
    linkXstats: { bridge: { vlans: [{ vid: 1 }, { vid: 2 }] } },
  })
})
