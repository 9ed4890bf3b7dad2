import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { bridgeLinkList, bridgeLinkUpdate, mrpDelete } from '../../src/route/bridge-links.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import { type RouteEvent, Watch } from '../../src/route/watch.js'
import { readBridgeLink } from '../../src/schema/bridge-link.js'
import type { NetlinkSocket } from '../../src/socket/netlink-socket.js'
import type { AnyRequest } from '../../src/socket/request.js'
import type { MessageListener } from '../../src/socket/subscription.js'
import { Messages } from '../../src/wire/message.js'
import { Reader } from '../../src/wire/reader.js'
import { bridge, bridgeLink, ip } from '../support/iproute2.js'
import { olderThan } from '../support/kernel.js'
import { describePrivileged } from '../support/netns.js'

let netns: Netns
let rt: Rtnetlink
const indexOf = (name: string): number => rt.socket.linkIndex(name)!

describePrivileged('bridges and their ports', () => {
  beforeEach(async () => {
    netns = await Netns.create()
    rt = await Rtnetlink.open({ netns })
    ip(netns, 'link add br0 type bridge')
    for (const i of [0, 1]) {
      ip(netns, `link add p${i} type veth peer name q${i}`)
      ip(netns, `link set p${i} master br0`)
    }
  })
  afterEach(async () => {
    await rt.close()
    netns.close()
  })

  it('are listed with the options of ports, as bridge(8) lists them', async () => {
    bridge(netns, 'link set dev p0 cost 7 priority 9 isolated on')
    ip(netns, 'link set p0 mtu 1400')
    const found = await rt.bridgeLinks.list()
    expect(found.map(({ name }) => name).sort()).toEqual(['p0', 'p1'])
    expect(found.find(({ name }) => name === 'p0')).toMatchObject({
      ifindex: indexOf('p0'),
      master: indexOf('br0'),
      mtu: 1400,
      up: false,
      bridgePort: { cost: 7, priority: 9, isolated: true, state: 'disabled' },
    })
    expect(await rt.bridgeLinks.list({ link: 'p1' })).toMatchObject([{ name: 'p1' }])
    expect(await rt.bridgeLinks.list({ link: indexOf('q0') })).toEqual([])
    await expect(rt.bridgeLinks.list({ link: 'nope' })).rejects.toMatchObject({ code: 'ENODEV' })
  })

  it('have options that are changed', async () => {
    await rt.bridgeLinks.update('p0', {
      bridgePort: { cost: 11, hairpin: true, learning: false, mcastFlood: false },
    })
    expect(bridgeLink(netns, 'p0')).toMatchObject({ cost: 11, hairpin: true, learning: false, mcast_flood: false })
    await rt.bridgeLinks.update({ ifindex: indexOf('p0') }, { bridgePort: { hairpin: false }, master: true })
    expect(bridgeLink(netns, 'p0')).toMatchObject({ cost: 11, hairpin: false })
  })

  it('say what is wrong, and what it takes', async () => {
    const refused = (link: string, changes: Parameters<typeof rt.bridgeLinks.update>[1]) =>
      rt.bridgeLinks.update(link, changes).then(
        () => 'done',
        (error: unknown) => error as { code: string; message: string },
      )
    // No device here switches between virtual functions.
    expect(await refused('p0', { self: true, mode: 'vepa' })).toMatchObject({
      code: 'EOPNOTSUPP',
      message: expect.stringMatching(/driver has no bridge of its own/) as string,
    })
    expect(await refused('q0', { bridgePort: { cost: 1 } })).toMatchObject({
      code: 'EOPNOTSUPP',
      message: expect.stringMatching(/has to be a bridge or a port of one/) as string,
    })
    expect(await refused('p0', { bridgePort: { cost: 0 } })).toMatchObject({ code: 'ERANGE' })
  })

  it('have VLANs and tunnels, where the kernel has them', async ({ skip }) => {
    try {
      ip(netns, 'link set br0 type bridge vlan_filtering 1 vlan_default_pvid 0')
      bridge(netns, 'vlan add dev p0 vid 10 pvid untagged')
    } catch {
      skip('the kernel has no CONFIG_BRIDGE_VLAN_FILTERING')
    }
    bridge(netns, 'vlan add dev p0 vid 20-30')
    bridge(netns, 'vlan add dev br0 vid 10 self')
    bridge(netns, 'link set dev p0 vlan_tunnel on')
    bridge(netns, 'vlan add dev p0 vid 20-21 tunnel_info id 1020-1021')
    const found = await rt.bridgeLinks.list({ vlans: true })
    expect(found.map(({ name }) => name).sort()).toEqual(['br0', 'p0', 'p1'])
    expect(found.find(({ name }) => name === 'p0')).toMatchObject({
      vlans: [
        { vid: 10, pvid: true, untagged: true, flags: ['pvid', 'untagged'] },
        { vid: 20, vidEnd: 30, pvid: false, untagged: false, flags: [] },
      ],
      tunnels: [{ vid: 20, vidEnd: 21, tunnelId: 1020 }],
    })
    expect(found.find(({ name }) => name === 'br0')).toMatchObject({ vlans: [{ vid: 10 }], ifindex: indexOf('br0') })
  })

  it.skipIf(olderThan('5.18'))('have states in spanning trees, where the kernel has VLANs', async ({ skip }) => {
    try {
      ip(netns, 'link set br0 type bridge vlan_filtering 1 vlan_default_pvid 0')
      bridge(netns, 'vlan add dev p0 vid 2')
      bridge(netns, 'vlan del dev p0 vid 2')
    } catch {
      skip('the kernel has no CONFIG_BRIDGE_VLAN_FILTERING')
    }
    await rt.links.update('br0', { bridge: { multiBoolopt: { mstEnable: true } } })
    ip(netns, 'link set br0 up')
    ip(netns, 'link set q0 up')
    ip(netns, 'link set p0 up')
    bridge(netns, 'vlan add dev br0 vid 10 self')
    bridge(netns, 'vlan add dev p0 vid 10')
    await rt.vlans.setGlobal({ link: 'br0', vid: 10, msti: 3 })
    await rt.bridgeLinks.update('p0', { mst: [{ msti: 3, state: 'learning' }] })
    const [p0] = await rt.bridgeLinks.list({ link: 'p0', mst: true })
    expect(p0!.mst).toContainEqual({ msti: 3, state: 'learning' })
    // Seen by another eye: it is the state of the tree's VLANs.
    const [seen] = JSON.parse(bridge(netns, '-j -d vlan show dev p0')) as { vlans: { vlan: number; state: string }[] }[]
    expect(seen!.vlans.find(({ vlan }) => vlan === 10)!.state).toBe('learning')
  })

  type Heard = Extract<RouteEvent, { type: 'link' | 'bridgeLink' }>
  /** What a watch of links hears while something is done, until the last of it is heard. */
  const hear = async (work: () => void, isLast: (event: Heard) => boolean): Promise<Heard[]> => {
    const watch = rt.watch(['link'])
    const timer = setTimeout(() => watch.close(), 5000)
    const heard: Heard[] = []
    work()
    for await (const event of watch) {
      heard.push(event as Heard)
      if (isLast(event as Heard)) break
    }
    clearTimeout(timer)
    return heard
  }
  const ofBridge = (heard: Heard[]) => heard.filter((event) => event.type === 'bridgeLink')

  it('are heard of when options of a port change, as what the bridge says of it', async () => {
    const heard = await hear(
      () => bridge(netns, 'link set dev p0 learning off flood off cost 9'),
      (event) => event.type === 'bridgeLink',
    )
    expect(heard.at(-1)).toMatchObject({
      type: 'bridgeLink',
      action: 'new',
      link: {
        ifindex: indexOf('p0'),
        name: 'p0',
        master: indexOf('br0'),
        bridgePort: { learning: false, unicastFlood: false, cost: 9 },
      },
    })
    expect(bridgeLink(netns, 'p0')).toMatchObject({ learning: false, flood: false, cost: 9 })
  })

  it('are heard of when the spanning tree has a port in another state', async () => {
    const heard = await hear(
      () => {
        for (const name of ['br0', 'p0', 'q0']) ip(netns, `link set ${name} up`)
      },
      (event) => event.type === 'bridgeLink' && event.link.bridgePort?.state === 'forwarding',
    )
    expect(heard.at(-1)).toMatchObject({ action: 'new', link: { name: 'p0', up: true } })
    expect(bridgeLink(netns, 'p0')).toMatchObject({ state: 'forwarding' })
  })

  it('are heard of when a link comes into a bridge and leaves it, which deletes no link', async () => {
    const left = await hear(
      () => ip(netns, 'link set p0 nomaster'),
      (event) => event.type === 'link' && event.link.name === 'p0' && event.link.master === undefined,
    )
    expect(ofBridge(left).at(-1)).toMatchObject({ action: 'delete', link: { name: 'p0', ifindex: indexOf('p0') } })
    expect(left.filter((event) => event.type === 'link' && event.action === 'delete')).toEqual([])
    expect(ip(netns, '-j link show dev p0')).toContain('"p0"')
    const came = await hear(
      () => ip(netns, 'link set p0 master br0'),
      (event) => event.type === 'bridgeLink',
    )
    expect(came.at(-1)).toMatchObject({ action: 'new', link: { name: 'p0', master: indexOf('br0') } })
  })

  it('are heard of both ways when a port is deleted: as the bridge’s port, and as a link', async () => {
    const index = indexOf('p0')
    const heard = await hear(
      () => ip(netns, 'link del p0'),
      (event) => event.type === 'link' && event.action === 'delete' && event.link.name === 'p0',
    )
    expect(ofBridge(heard).at(-1)).toMatchObject({ action: 'delete', link: { ifindex: index, name: 'p0' } })
    expect(heard.at(-1)).toMatchObject({ type: 'link', action: 'delete', link: { ifindex: index, kind: 'veth' } })
  })

  it('are heard of with their VLANs, where the kernel has them', async ({ skip }) => {
    try {
      ip(netns, 'link set br0 type bridge vlan_filtering 1 vlan_default_pvid 0')
      bridge(netns, 'vlan add dev p1 vid 10')
    } catch {
      skip('the kernel has no CONFIG_BRIDGE_VLAN_FILTERING')
    }
    const heard = await hear(
      () => bridge(netns, 'vlan add dev p0 vid 20-30'),
      (event) => event.type === 'bridgeLink',
    )
    expect(heard.at(-1)).toMatchObject({
      action: 'new',
      link: { name: 'p0', vlans: [{ vid: 20, vidEnd: 30, pvid: false, untagged: false }] },
    })
  })

  it('have no MRP and no CFM where the kernel was built without, which the error says', async ({ skip }) => {
    const mrp = { instance: { ringId: 1, pIfindex: 'p0', sIfindex: 'p1' } }
    const error: unknown = await rt.bridgeLinks.update('br0', { mrp }).catch((e: unknown) => e)
    if (error === undefined) skip('the kernel has MRP')
    expect(error).toMatchObject({ code: expect.stringMatching(/EOPNOTSUPP|EINVAL/) as string })
    const cfm = { mepCreate: { instance: 1, domain: 'port', direction: 'down', ifindex: 'p0' } } as const
    const other: unknown = await rt.bridgeLinks.update('br0', { cfm }).catch((e: unknown) => e)
    expect(other).toMatchObject({ code: 'EOPNOTSUPP' })
    expect((other as Error).message).toMatch(/CONFIG_BRIDGE_CFM/)
  })
})

/** The attributes of a range, number by number, with nests taken apart: by nothing of the library's. */
function attributesOf(bytes: Uint8Array, nests: Record<number, unknown>): unknown[] {
  const found: unknown[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = view.getUint16(at, true)
    const type = view.getUint16(at + 2, true)
    const payload = bytes.subarray(at + 4, at + length)
    const inner = nests[type & 0x3fff] as Record<number, unknown> | undefined
    if (inner !== undefined) {
      expect(type & 0x8000, `attribute ${type & 0x3fff} is marked as a nest`).toBe(0x8000)
      found.push([type & 0x3fff, attributesOf(payload, inner)])
    } else found.push([type, Buffer.from(payload).toString('hex')])
    at += (length + 3) & ~3
  }
  return found
}
const specOf = (request: AnyRequest, nests: object): unknown => {
  const { bytes } = request
  expect([...bytes.subarray(16, 24)]).toEqual([7, 0, 0, 0, 20, 0, 0, 0])
  const [spec] = attributesOf(bytes.subarray(32), { 26: nests }) as [number, unknown[]][]
  expect(spec![0]).toBe(26)
  return spec![1]
}
const u32 = (value: number): string => {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value)
  return buffer.toString('hex')
}

describe('MRP as bytes', () => {
  const NESTS = { 4: Object.fromEntries([1, 2, 3, 4, 5, 6, 8, 9, 10].map((type) => [type, {}])) }
  const sent = (mrp: Parameters<typeof bridgeLinkUpdate>[1]['mrp']) => specOf(bridgeLinkUpdate(20, { mrp }), NESTS)

  it.each([
    [
      { instance: { ringId: 1, pIfindex: 5, sIfindex: 6, prio: 0x8000 } },
      1, [[1, u32(1)], [2, u32(5)], [3, u32(6)], [4, '0080']],
    ],
    [{ portState: { state: 'notConnected' } }, 2, [[1, u32(3)]]],
    [{ portRole: { role: 'secondary' } }, 3, [[1, u32(1)]]],
    [{ ringState: { ringId: 1, state: 'closed' } }, 4, [[1, u32(1)], [2, u32(1)]]],
    [{ ringRole: { ringId: 1, role: 'mra' } }, 5, [[1, u32(1)], [2, u32(3)]]],
    [
      { startTest: { ringId: 1, interval: 20_000, maxMiss: 3, period: 1_000_000, monitor: true } },
      6, [[1, u32(1)], [2, u32(20_000)], [3, u32(3)], [4, u32(1_000_000)], [5, u32(1)]],
    ],
    [
      { inRole: { ringId: 1, inId: 2, role: 'mim', iIfindex: 7 } },
      8, [[1, u32(1)], [2, '0200'], [3, u32(2)], [4, u32(7)]],
    ],
    [{ inState: { inId: 2, state: 'open' } }, 9, [[1, u32(2)], [2, u32(0)]]],
    [
      { startInTest: { inId: 2, interval: 1, maxMiss: 2, period: 3 } },
      10, [[1, u32(2)], [2, u32(1)], [3, u32(2)], [4, u32(3)]],
    ],
  ] as const)('%j', (mrp, type, attributes) => {
    expect(sent(mrp)).toEqual([[4, [[type, attributes]]]])
  }) // prettier-ignore

  it('a ring is deleted by the same attributes', () => {
    const request = mrpDelete(20, { ringId: 1, pIfindex: 5, sIfindex: 6 })
    expect(request.bytes[4]).toBe(17)
    expect(specOf(request, NESTS)).toEqual([
      [
        4,
        [
          [
            1,
            [
              [1, u32(1)],
              [2, u32(5)],
              [3, u32(6)],
            ],
          ],
        ],
      ],
    ])
  })
})

describe('CFM as bytes', () => {
  const NESTS = { 5: Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8].map((type) => [type, {}])) }
  const sent = (cfm: Parameters<typeof bridgeLinkUpdate>[1]['cfm']) => specOf(bridgeLinkUpdate(20, { cfm }), NESTS)
  const MAID = new Uint8Array(48).fill(0x41)

  it.each([
    [
      { mepCreate: { instance: 1, domain: 'vlan', direction: 'up', ifindex: 5 } },
      1, [[1, u32(1)], [2, u32(1)], [3, u32(1)], [4, u32(5)]],
    ],
    [{ mepDelete: { instance: 1 } }, 2, [[1, u32(1)]]],
    [
      { mepConfig: { instance: 1, unicastMac: '02:00:00:00:00:01', mdlevel: 7, mepid: 8191 } },
      3, [[1, u32(1)], [2, '020000000001'], [3, u32(7)], [4, u32(8191)]],
    ],
    [
      { ccConfig: { instance: 1, enable: true, expInterval: '1s', expMaid: MAID } },
      4, [[1, u32(1)], [2, u32(1)], [3, u32(4)], [4, '41'.repeat(48)]],
    ],
    [{ ccPeerMepAdd: { instance: 1, mepid: 2 } }, 5, [[1, u32(1)], [2, u32(2)]]],
    [{ ccPeerMepRemove: { instance: 1, mepid: 2 } }, 6, [[1, u32(1)], [2, u32(2)]]],
    [{ ccRdi: { instance: 1, rdi: true } }, 7, [[1, u32(1)], [2, u32(1)]]],
    [
      {
        ccCcmTx: {
          instance: 1, dmac: '01:80:c2:00:00:37', seqNoUpdate: true, period: 60,
          ifTlv: true, ifTlvValue: 1, portTlv: false, portTlvValue: 2,
        },
      },
      8,
      [
        [1, u32(1)], [2, '0180c2000037'], [3, u32(1)], [4, u32(60)],
        [5, u32(1)], [6, '01'], [7, u32(0)], [8, '02'],
      ],
    ],
  ] as const)('%j', (cfm, type, attributes) => {
    expect(sent(cfm)).toEqual([[5, [[type, attributes]]]])
  }) // prettier-ignore
})

describe('what a bridge tells, as bytes', () => {
  type Tree = [number, Tree[] | number[]]
  const isNest = (value: Tree[] | number[]): value is Tree[] => Array.isArray(value[0])
  const encode = (trees: Tree[]): number[] =>
    trees.flatMap(([type, value]) => {
      const payload = isNest(value) ? encode(value) : value
      const length = payload.length + 4
      return [length & 255, length >> 8, type & 255, type >> 8, ...payload, ...new Array<number>(-length & 3).fill(0)]
    })
  const word = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24]
  const message = (type: number, ...attributes: Tree[]): [Reader, Messages] => {
    const body = [7, 0, 0, 0, ...word(20), ...word(1), ...word(0), ...encode(attributes)]
    const r = new Reader(new Uint8Array([...word(16 + body.length), type, 0, 0, 0, ...word(0), ...word(0), ...body]))
    const messages = new Messages(r)
    messages.next()
    return [r, messages]
  }
  const read = (...attributes: Tree[]) => readBridgeLink(...message(16, ...attributes))

  it('is an event of its own, never one of the link', async () => {
    let listener: MessageListener | undefined
    const subscribe = (_: unknown, given: MessageListener) => ((listener = given), { close: () => undefined })
    const watch = new Watch({ subscribe } as unknown as NetlinkSocket, ['link'], {})
    const attributes: Tree[] = [
      [3, [...Buffer.from('p0\0')]],
      [10, word(7)],
      [12, [[1, [3]], [8, [0]]]],
      [26, [[2, [6, 0, 1, 0]], [6, [[1, [[1, [3, 0]], [2, [4]]]]]]]],
    ] // prettier-ignore
    for (const type of [16, 17]) listener!.onMessage(...message(type, ...attributes))
    const link = {
      ifindex: 20, up: true, flags: ['up'], name: 'p0', master: 7,
      bridgePort: { state: 'forwarding', learning: false },
      vlans: [{ vid: 1, pvid: true, untagged: true, flags: ['pvid', 'untagged'] }],
      mst: [{ msti: 3, state: 'blocking' }],
    } // prettier-ignore
    expect((await watch.next()).value).toEqual({ type: 'bridgeLink', action: 'new', link })
    expect((await watch.next()).value).toEqual({ type: 'bridgeLink', action: 'delete', link })
    watch.close()
  })

  it('has rings of MRP', () => {
    const info = Array.from({ length: 14 }, (_, i): Tree => [i + 1, i === 3 ? [0, 0x80] : word(1)])
    expect(read([26, [[4, [[7, info], [7, [[1, word(2)]]]]]]])).toEqual({
      ifindex: 20, up: true, flags: ['up'],
      mrp: [
        {
          ringId: 1, pIfindex: 1, sIfindex: 1, prio: 0x8000, ringState: 'closed', ringRole: 'mrc',
          testInterval: 1, testMaxMiss: 1, testMonitor: true, iIfindex: 1, inState: 'closed', inRole: 'mic',
          inTestInterval: 1, inTestMaxMiss: 1,
        },
        { ringId: 2 },
      ],
    }) // prettier-ignore
  })

  it('has end points of CFM, and what they saw', () => {
    const words = (count: number, ...bytes: number[]): Tree[] =>
      Array.from({ length: count }, (_, i) => [i + 1, bytes.includes(i + 1) ? [3] : word(1)])
    const mac: Tree = [2, [2, 0, 0, 0, 0, 1]]
    const cfm: Tree[] = [
      [9, words(4)],
      [10, [[1, word(1)], mac, [3, word(7)], [4, word(9)]]],
      [
        11,
        [
          [1, word(1)],
          [2, word(1)],
          [3, word(7)],
          [4, new Array<number>(48).fill(1)],
        ],
      ],
      [12, words(2)],
      [13, [[1, word(1)], mac, [3, word(0)], [4, word(60)], [5, word(1)], [6, [1]], [7, word(0)], [8, [2]]]],
      [14, words(2)],
      [15, words(4)],
      [16, words(9, 5, 6)],
      [16, [[1, word(2)]]],
    ]
    expect(read([26, [[5, cfm]]])?.cfm).toEqual({
      mepCreateInfo: [{ instance: 1, domain: 'vlan', direction: 'up', ifindex: 1 }],
      mepConfigInfo: [{ instance: 1, unicastMac: '02:00:00:00:00:01', mdlevel: 7, mepid: 9 }],
      ccConfigInfo: [{ instance: 1, enable: true, expInterval: '10min', expMaid: new Uint8Array(48).fill(1) }],
      ccRdiInfo: [{ instance: 1, rdi: true }],
      ccCcmTxInfo: [
        {
          instance: 1, dmac: '02:00:00:00:00:01', seqNoUpdate: false, period: 60,
          ifTlv: true, ifTlvValue: 1, portTlv: false, portTlvValue: 2,
        },
      ],
      ccPeerMepInfo: [{ instance: 1, mepid: 1 }],
      mepStatusInfo: [{ instance: 1, opcodeUnexpSeen: true, versionUnexpSeen: true, rxLevelLowSeen: true }],
      ccPeerStatusInfo: [
        {
          instance: 1, peerMepid: 1, ccmDefect: true, rdi: true, portTlvValue: 3, ifTlvValue: 3,
          seen: true, tlvSeen: true, seqUnexpSeen: true,
        },
        { instance: 2 },
      ],
    }) // prettier-ignore
  })

  it('has the mode of a NIC that switches, ranges of VLANs, and states in spanning trees', () => {
    const link = read(
      [3, [...Buffer.from('eth0\0')]],
      [26, [
        [0, [2, 0]],
        [1, [1, 0]],
        [2, [6, 0, 1, 0]], [2, [8, 0, 10, 0]], [2, [16, 0, 20, 0]], [2, [0x20, 0, 30, 0]],
        [3, [[1, word(1010)], [2, [10, 0]], [3, [8, 0]]]], [3, [[1, word(1020)], [2, [20, 0]], [3, [16, 0]]]],
        [6, [[1, [[1, [3, 0]], [2, [2]]]], [1, [[1, [4, 0]], [2, [4]]]]]],
        [99, [1]],
      ]],
    ) // prettier-ignore
    expect(link).toEqual({
      ifindex: 20, up: true, flags: ['up'], name: 'eth0', bridgeFlags: ['self'], mode: 'vepa',
      vlans: [
        { vid: 1, pvid: true, untagged: true, flags: ['pvid', 'untagged'] },
        { vid: 10, vidEnd: 20, pvid: false, untagged: false, flags: [] },
        { vid: 30, pvid: false, untagged: false, flags: ['brentry'] },
      ],
      tunnels: [{ vid: 10, vidEnd: 20, tunnelId: 1010 }],
      mst: [{ msti: 3, state: 'learning' }, { msti: 4, state: 'blocking' }],
      unknownAttributes: [{ type: 99, data: new Uint8Array([1]) }],
    }) // prettier-ignore
  })

  it('is asked for by bits', () => {
    const mask = (details: Parameters<typeof bridgeLinkList>[0]) => [...bridgeLinkList(details).bytes.subarray(32)]
    expect(mask({})).toEqual([])
    expect(mask({ mst: false })).toEqual([])
    expect(mask({ vlans: true, mrp: true, cfmConfig: true, cfmStatus: true, mst: true })).toEqual([
      8, 0, 29, 0, 0x04 | 0x10 | 0x20 | 0x40 | 0x80, 0, 0, 0,
    ]) // prettier-ignore
  })
})

const refusals: [string, () => unknown, RegExp][] = [
  ['no link', () => bridgeLinkUpdate(undefined as never, {}), /^link: expected a link: .* got undefined/],
  ['no changes', () => bridgeLinkUpdate(1, null as never), /expected an object, got null/],
  ['an unknown option', () => bridgeLinkUpdate(1, { mods: 'vepa' } as never), /^mods: unknown option, did you mean/],
  ['an unknown option of a port', () => bridgeLinkUpdate(1, { bridgePort: { cots: 1 } as never }), /^bridgePort\.cots: unknown option/],
  ['a mode that there is not', () => bridgeLinkUpdate(1, { mode: 'hairpin' as never }), /^mode: expected one of veb, vepa/],
  ['a flag that is none', () => bridgeLinkUpdate(1, { self: 1 as never }), /^self: expected true or false, got 1/],
  ['a tree that there is not', () => bridgeLinkUpdate(1, { mst: [{ msti: 4095, state: 'learning' }] }), /^mst\[0\]\.msti: expected an integer from 0 to 4094/],
  ['a state that there is not', () => bridgeLinkUpdate(1, { mst: [{ msti: 1, state: 'up' as never }] }), /^mst\[0\]\.state: expected one of disabled/],
  ['what MRP only tells', () => bridgeLinkUpdate(1, { mrp: { info: [] } as never }), /^mrp\.info: expected nothing: it can only be read/],
  ['a level that there is not', () => bridgeLinkUpdate(1, { cfm: { mepConfig: { mdlevel: 8 } } }), /^cfm\.mepConfig\.mdlevel: expected an integer from 0 to 7, got 8/],
  ['a name that is too long', () => bridgeLinkUpdate(1, { cfm: { ccConfig: { expMaid: new Uint8Array(49) } } }), /^cfm\.ccConfig\.expMaid: expected a Uint8Array of 0 to 48 bytes, got 49 bytes/],
  ['a ring without its ports', () => mrpDelete(1, { ringId: 1 }), /^pIfindex: expected the primary port, got undefined/],
  ['an unknown detail', () => bridgeLinkList({ vlan: true } as never), /^vlan: unknown option, did you mean vlans\?/],
] // prettier-ignore
it.each(refusals)('%s is refused before anything is sent', (_, attempt, message) => {
  expect(attempt).toThrow(message)
})
