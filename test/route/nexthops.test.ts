import { afterEach, beforeEach, expect, it } from 'vitest'

import { NetlinkError } from '../../src/errors.js'
import { Netns } from '../../src/netns/netns.js'
import { nexthopBucketGet, nexthopBucketList } from '../../src/route/nexthop-buckets.js'
import { nexthopAdd, nexthopDelete, nexthopGet, nexthopList, type NexthopObjectSpec } from '../../src/route/nexthops.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import type { RouteEvent } from '../../src/route/watch.js'
import { NHMSG_SIZE, readBucket, readNexthop } from '../../src/schema/nexthop.js'
import { HEADER_SIZE } from '../../src/wire/message.js'
import { Reader } from '../../src/wire/reader.js'
import { addTwoBridges, ip } from '../support/iproute2.js'
import { olderThan } from '../support/kernel.js'
import { describePrivileged } from '../support/netns.js'

let netns: Netns
let rt: Rtnetlink
let one: number
let two: number

type Seen = Record<string, unknown> & { id: number }
const seen = (filter = ''): Seen[] => JSON.parse(ip(netns, `-j -d nexthop show ${filter}`)) as Seen[]

function inNamespace(name: string, body: () => void): void {
  describePrivileged(name, () => {
    beforeEach(async () => {
      netns = await Netns.create()
      rt = await Rtnetlink.open({ netns })
      addTwoBridges(netns)
      one = rt.socket.linkIndex('br1')!
      two = rt.socket.linkIndex('br2')!
    })
    afterEach(async () => {
      await rt.close()
      netns.close()
    })
    body()
  })
}

inNamespace('adding a nexthop', () => {
  const both: [NexthopObjectSpec, string][] = [
    [{ id: 1, via: '10.1.0.2', oif: 'br1' }, 'id 1 via 10.1.0.2 dev br1'],
    [{ id: 7, via: '192.0.2.1', oif: 'br2', onlink: true }, 'id 7 via 192.0.2.1 dev br2 onlink'],
    [
      { id: 4294967295, via: '2001:db8:1::2', oif: 'br1', protocol: 'bgp' },
      'id 4294967295 via 2001:db8:1::2 dev br1 proto bgp',
    ],
    [{ id: 3, oif: 'br2' }, 'id 3 dev br2'],
    [{ id: 3, oif: 'br2', family: 'ipv6', protocol: 77 }, '-6 id 3 dev br2 proto 77'],
    [{ id: 4, blackhole: true }, 'id 4 blackhole'],
    [{ id: 4, blackhole: true, family: 'ipv6' }, '-6 id 4 blackhole'],
    [{ id: 5, via: '192.0.2.9', fdb: true }, 'id 5 via 192.0.2.9 fdb'],
    [
      { id: 6, via: '10.1.0.2', oif: 'br1', encap: { type: 'ip', id: 9, dst: '192.0.2.1' } },
      'id 6 encap ip id 9 dst 192.0.2.1 via 10.1.0.2 dev br1',
    ],
  ]
  it.each(both)('makes what ip makes of the same words: %j', async (spec, words) => {
    const answer = await rt.nexthops.add(spec)
    const made = seen()
    expect(made).toHaveLength(1)
    const mine = await rt.nexthops.list()
    expect(mine).toEqual([answer])
    await rt.nexthops.delete(spec.id!)
    expect(seen()).toEqual([])

    const [family, rest] = words.startsWith('-6 ') ? ['-6', words.slice(3)] : ['', words]
    ip(netns, `${family} nexthop add ${rest}`)
    expect(made).toEqual(seen())
    const theirs = await rt.nexthops.list()
    expect(theirs).toEqual(mine)
    const { onlink, oif, ...given } = spec
    const ifindex = oif === 'br1' ? one : two
    expect(theirs[0]).toMatchObject({ ...given, ...(oif && { oif: ifindex }), flags: onlink ? ['onlink'] : [] })
    expect(theirs[0]).not.toHaveProperty('unknownAttributes')
  })

  it('without an id tells the one that the kernel chose', async () => {
    const { id, via, oif } = await rt.nexthops.add({ via: '10.1.0.2', oif: 'br1' })
    expect(seen()).toMatchObject([{ id, gateway: '10.1.0.2' }])
    expect({ via, oif }).toEqual({ via: '10.1.0.2', oif: one })
    const many = await Promise.all(Array.from({ length: 500 }, () => rt.nexthops.add({ blackhole: true })))
    expect(new Set(many.map((nexthop) => nexthop.id)).size).toBe(500)
  })

  it('is of use to routes', async () => {
    await rt.nexthops.add({ id: 1, via: '10.1.0.2', oif: 'br1' })
    await rt.nexthops.add({ id: 2, via: '10.2.0.2', oif: 'br2' })
    await rt.nexthops.add({ id: 10, group: [{ id: 1 }, { id: 2, weight: 5 }] })
    await rt.routes.add({ dst: '10.9.0.0/16', nexthopId: 10 })
    const [route] = await rt.routes.list({ protocol: 'boot' })
    expect(route).toMatchObject({ nexthopId: 10, nexthops: [{ via: '10.1.0.2' }, { via: '10.2.0.2', weight: 5 }] })
    await rt.nexthops.replace({ id: 2, via: '10.2.0.3', oif: 'br2' })
    expect(ip(netns, 'route show 10.9.0.0/16')).toContain('via 10.2.0.3')
    await rt.nexthops.delete(10)
    expect(ip(netns, 'route show 10.9.0.0/16')).toBe('')
  })

  it('replaces one, and refuses to add it twice', async () => {
    await rt.nexthops.add({ id: 1, via: '10.1.0.2', oif: 'br1' })
    await expect(rt.nexthops.add({ id: 1, via: '10.1.0.3', oif: 'br1' })).rejects.toMatchObject({ code: 'EEXIST' })
    await rt.nexthops.replace({ id: 1, via: '10.1.0.3', oif: 'br1' })
    await rt.nexthops.replace({ id: 2, blackhole: true })
    expect(seen()).toMatchObject([
      { id: 1, gateway: '10.1.0.3' },
      { id: 2, blackhole: null },
    ])
  })

  it('fails with a reason', async () => {
    const refused = async (spec: NexthopObjectSpec) => {
      const error: unknown = await rt.nexthops.add(spec).catch((e: unknown) => e)
      expect(error).toBeInstanceOf(NetlinkError)
      return error as NetlinkError
    }
    const group = await refused({ id: 10, group: [{ id: 99 }] })
    expect(group.message).toMatch(/^can't add nexthop 10: .*Invalid nexthop id/)
    expect(await refused({ id: 1, oif: 'nope' })).toMatchObject({ code: 'ENODEV' })
    expect(await refused({ id: 1, via: '192.0.2.1', oif: 'br1' })).toMatchObject({ code: 'ENETUNREACH' })
    expect(await refused({ id: 1, via: '10.1.0.2', oif: 'br1', blackhole: true })).toMatchObject({ code: 'EINVAL' })
    await expect(rt.nexthops.get(99)).rejects.toMatchObject({ code: 'ENOENT', request: 'RTM_GETNEXTHOP' })
    await expect(rt.nexthops.delete(99)).rejects.toMatchObject({ code: 'ENOENT', request: 'RTM_DELNEXTHOP' })
  })
})

inNamespace('groups of nexthops', () => {
  beforeEach(async () => {
    await rt.nexthops.add({ id: 1, via: '10.1.0.2', oif: 'br1' })
    await rt.nexthops.add({ id: 2, via: '10.2.0.2', oif: 'br2' })
    await rt.nexthops.add({ id: 3, via: '10.2.0.3', oif: 'br2' })
  })

  it('divide by weight, and are what ip makes and reads', async () => {
    const spec: NexthopObjectSpec = { id: 10, group: [{ id: 1, weight: 255 }, { id: 2 }, { id: 3, weight: 7 }] }
    const answer = await rt.nexthops.add(spec)
    expect(answer).toMatchObject({
      id: 10,
      group: [
        { id: 1, weight: 255 },
        { id: 2, weight: 1 },
        { id: 3, weight: 7 },
      ],
      groupType: 'mpath',
    })
    expect(answer).not.toHaveProperty('family')
    const made = seen('id 10')
    expect(made).toMatchObject([{ group: [{ id: 1, weight: 255 }, { id: 2 }, { id: 3, weight: 7 }] }])
    await rt.nexthops.delete(10)
    ip(netns, 'nexthop add id 10 group 1,255/2/3,7')
    expect(seen('id 10')).toEqual(made)
    expect(await rt.nexthops.get(10)).toEqual(answer)
  })

  it.skipIf(olderThan('6.12'))('take weights of 16 bits', async () => {
    await rt.nexthops.add({
      id: 10,
      group: [
        { id: 1, weight: 65535 },
        { id: 2, weight: 257 },
      ],
    })
    const { group, opFlags } = await rt.nexthops.get(10)
    expect(group).toEqual([
      { id: 1, weight: 65535 },
      { id: 2, weight: 257 },
    ])
    expect(opFlags).toEqual(['respGrpResvd0'])
  })

  it.skipIf(olderThan('6.9'))('tell how many packets each nexthop has sent, where that is asked', async () => {
    await rt.nexthops.add({ id: 10, group: [{ id: 1 }, { id: 2 }], hwStatsEnable: true })
    await rt.routes.add({ dst: '10.9.0.0/16', nexthopId: 10 })
    const socket = await netns.udp({ type: 'udp4' })
    const count = 20
    for (let i = 0; i < count; i++) await new Promise((resolve) => socket.send('x', 9, `10.9.0.${i}`, resolve))
    socket.close()
    const nexthop = await rt.nexthops.get(10, { opFlags: ['dumpStats', 'dumpHwStats'] })
    expect(nexthop).toMatchObject({ hwStatsEnable: true, hwStatsUsed: false })
    expect(nexthop.groupStats!.map(({ id }) => id)).toEqual([1, 2])
    expect(nexthop.groupStats!.reduce((sum, { packets }) => sum + packets!, 0)).toBeGreaterThanOrEqual(count)
    const [listed] = await rt.nexthops.list({ groups: true, opFlags: ['dumpStats'] })
    expect(listed!.groupStats).toHaveLength(2)
    expect(await rt.nexthops.get(10)).not.toHaveProperty('groupStats')
  })

  it('of FDB entries are of the same family and lead a vxlan’s entries to several ends', async () => {
    await rt.nexthops.add({ id: 21, via: '192.0.2.1', fdb: true })
    await rt.nexthops.add({ id: 22, via: '192.0.2.2', fdb: true })
    const group = await rt.nexthops.add({ id: 20, group: [{ id: 21 }, { id: 22 }], fdb: true })
    expect(group).toMatchObject({ fdb: true, group: [{ id: 21 }, { id: 22 }] })
    ip(netns, 'link add vx0 type vxlan id 1 dstport 4789')
    await rt.fdb.add({ link: 'vx0', lladdr: '02:00:00:00:00:01', nexthopId: 20 })
    expect(await rt.fdb.list({ link: 'vx0' })).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ lladdr: '02:00:00:00:00:01', nexthopId: 20 })]) as object,
    )
  })

  it('that are resilient have buckets, which ip reads as we do', async () => {
    const resilient = { buckets: 8, idleTimer: 100, unbalancedTimer: 30000 }
    const spec: NexthopObjectSpec = {
      id: 10,
      group: [{ id: 1 }, { id: 2, weight: 3 }],
      groupType: 'resilient',
      resilient,
    }
    const answer = await rt.nexthops.add(spec)
    expect(answer).toMatchObject({ groupType: 'resilient', resilient: { ...resilient, unbalancedTime: 0 } })
    expect(seen('id 10')).toMatchObject([
      { type: 'resilient', resilient_args: { buckets: 8, idle_timer: 1, unbalanced_timer: 300, unbalanced_time: 0 } },
    ])
    const buckets = await rt.nexthopBuckets.list({ id: 10 })
    const theirs = JSON.parse(ip(netns, '-j nexthop bucket show id 10')) as {
      id: number
      bucket: { index: number; nhid: number }
    }[]
    expect(buckets.map(({ id, index, nexthopId }) => ({ id, index, nexthopId }))).toEqual(
      theirs.map(({ id, bucket }) => ({ id, index: bucket.index, nexthopId: bucket.nhid })),
    )
    expect(buckets.map(({ nexthopId }) => nexthopId).sort()).toEqual([1, 1, 2, 2, 2, 2, 2, 2])
    expect(buckets[0]!.idleTime).toBeGreaterThanOrEqual(0)
    expect(await rt.nexthopBuckets.list({ nexthopId: 1 })).toHaveLength(2)
    expect(await rt.nexthopBuckets.list({ oif: 'br2' })).toHaveLength(6)
    expect(await rt.nexthopBuckets.get({ id: 10, index: 5 })).toMatchObject({ id: 10, index: 5 })
    await expect(rt.nexthopBuckets.get({ id: 10, index: 8 })).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(rt.nexthopBuckets.list({ id: 99 })).rejects.toMatchObject({ code: 'ENOENT' })
    await rt.nexthops.replace({ ...spec, resilient: { idleTimer: 500 } })
    expect((await rt.nexthops.get(10)).resilient).toMatchObject({ buckets: 8, idleTimer: 500, unbalancedTimer: 30000 })
  })
})

inNamespace('listing and flushing nexthops', () => {
  beforeEach(async () => {
    ip(netns, 'link add vrfbr type bridge')
    ip(netns, 'link add v0 type veth peer name v1')
    ip(netns, 'link set v0 master vrfbr up')
    ip(netns, 'link set v1 up')
    await rt.nexthops.add({ id: 1, via: '10.1.0.2', oif: 'br1' })
    await rt.nexthops.add({ id: 2, via: '2001:db8:2::2', oif: 'br2' })
    await rt.nexthops.add({ id: 3, blackhole: true })
    await rt.nexthops.add({ id: 4, via: '192.0.2.1', fdb: true })
    await rt.nexthops.add({ id: 5, oif: 'v0' })
    await rt.nexthops.add({ id: 10, group: [{ id: 1 }] })
  })
  const ids = async (filter?: Parameters<typeof rt.nexthops.list>[0]) =>
    (await rt.nexthops.list(filter)).map(({ id }) => id)

  it('lists those that fit, as the kernel filters them', async () => {
    expect(await ids()).toEqual([1, 2, 3, 4, 5, 10])
    expect(await ids({ oif: 'br1' })).toEqual([1])
    expect(await ids({ oif: { ifindex: two } })).toEqual([2])
    expect(await ids({ groups: true })).toEqual([10])
    expect(await ids({ fdb: true })).toEqual([4])
    expect(await ids({ master: 'vrfbr' })).toEqual([5])
    expect(await ids({ family: 'ipv6' })).toEqual([2])
    // The dump itself holds no more than that.
    expect(await rt.run(nexthopList({ groups: true }))).toHaveLength(1)
  })

  it('flushes those that fit and says how many', async () => {
    expect(await rt.nexthops.flush({ oif: 'br2' })).toBe(1)
    expect(seen().map(({ id }) => id)).toEqual([1, 3, 4, 5, 10])
    // The group goes with its last member, before its turn comes.
    expect(await rt.nexthops.flush()).toBe(4)
    expect(seen()).toEqual([])
    expect(await rt.nexthops.flush()).toBe(0)
  })

  it('hears of what is made, changed and deleted', async () => {
    const watch = rt.watch(['nexthop'])
    const next = async (): Promise<RouteEvent> => (await watch.next()).value as RouteEvent
    ip(netns, 'nexthop add id 30 via 10.1.0.9 dev br1')
    expect(await next()).toMatchObject({
      type: 'nexthop',
      action: 'new',
      nexthop: { id: 30, via: '10.1.0.9', oif: one },
    })
    ip(netns, 'nexthop del id 30')
    expect(await next()).toMatchObject({ type: 'nexthop', action: 'delete', nexthop: { id: 30 } })
    watch.close()
  })

  it('hears of buckets that move to another nexthop when they have been idle', async () => {
    await rt.nexthops.add({ id: 6, via: '10.1.0.3', oif: 'br1' })
    const resilient = { buckets: 4, idleTimer: 50 }
    const group = [{ id: 1 }, { id: 6 }]
    await rt.nexthops.add({ id: 31, group, groupType: 'resilient', resilient })
    // One that has had no packet since it came to its nexthop moves with the change of the group, which tells it then.
    await new Promise((resolve) => setTimeout(resolve, 100))
    await rt.routes.add({ dst: '10.9.0.0/16', nexthopId: 31 })
    const socket = await netns.udp({ type: 'udp4' })
    for (let i = 0; i < 50; i++) await new Promise((resolve) => socket.send('x', 9, `10.9.0.${i}`, resolve))
    socket.close()
    const watch = rt.watch(['nexthop'], { signal: AbortSignal.timeout(20_000) })
    await rt.nexthops.replace({ id: 31, group: [{ id: 1 }, { id: 6, weight: 3 }], groupType: 'resilient' })
    let moved: RouteEvent | undefined
    for await (const event of watch) {
      if (event.type !== 'nexthopBucket') continue
      moved = event
      break
    }
    expect(moved).toMatchObject({ action: 'new', bucket: { id: 31, nexthopId: 6 } })
    expect(JSON.parse(ip(netns, '-j nexthop bucket show nhid 6'))).toHaveLength(3)
  })
})

it('reads weights of 16 bits, statistics and what it does not know', () => {
  const parts = (...attributes: [number, number[]][]): number[] =>
    attributes.flatMap(([type, data]) => [
      4 + data.length,
      0,
      type,
      0,
      ...data,
      ...Array<number>(-data.length & 3).fill(0),
    ])
  const read = (...attributes: [number, number[]][]) => {
    const bytes = Uint8Array.from([
      ...Array<number>(HEADER_SIZE).fill(0),
      0,
      0,
      3,
      0,
      0,
      0,
      0,
      0,
      ...parts(...attributes),
    ])
    return [new Reader(bytes), { body: HEADER_SIZE, end: bytes.length } as never] as const
  }
  const entry = (id: number, packets: number[]) =>
    parts([1, parts([1, [id, 0, 0, 0]], [2, packets], [3, [1, 0, 0, 0]])])
  const nexthop = readNexthop(
    ...read(
      [1, [10, 0, 0, 0]],
      [2, [1, 0, 0, 0, 0xfe, 0xff, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0]],
      [15, [...entry(1, [9, 0, 0, 0]), ...entry(2, [0, 0, 0, 0, 1, 0, 0, 0])]],
      [16, [1, 0, 0, 0]],
      [17, [0, 0, 0, 0]],
      [14, [0, 0, 0, 0x80]],
      [99, [7]],
    ),
  )
  expect(nexthop).toEqual({
    id: 10,
    scope: 'global',
    protocol: 'boot',
    flags: [],
    group: [
      { id: 1, weight: 65535 },
      { id: 2, weight: 257 },
    ],
    groupStats: [
      { id: 1, packets: 9, packetsHw: 1 },
      { id: 2, packets: 2 ** 32, packetsHw: 1 },
    ],
    hwStatsEnable: true,
    hwStatsUsed: false,
    opFlags: ['respGrpResvd0'],
    unknownAttributes: [{ type: 99, data: Uint8Array.of(7) }],
  })
  const bucket = parts([0, []], [1, [3, 0]], [2, [0, 1, 0, 0, 0, 0, 0, 0]], [3, [2, 0, 0, 0]], [9, [1]])
  expect(readBucket(...read([1, [10, 0, 0, 0]], [13, bucket]))).toEqual({
    id: 10,
    index: 3,
    nexthopId: 2,
    idleTime: 256,
    flags: [],
    unknownAttributes: [{ type: 9, data: Uint8Array.of(1) }],
  })
  const short = new Uint8Array(HEADER_SIZE + NHMSG_SIZE - 4)
  expect(readNexthop(new Reader(short), { body: HEADER_SIZE, end: short.length } as never)).toBeUndefined()
})

it('writes weights of 16 bits with their high byte behind the low one', () => {
  const { bytes } = nexthopAdd({
    group: [
      { id: 7, weight: 65535 },
      { id: 8, weight: 300 },
    ],
  })
  expect([...bytes.subarray(HEADER_SIZE)]).toEqual(
    [0, 0, 0, 0, 0, 0, 0, 0, 20, 0, 2, 0, 7, 0, 0, 0, 0xfe, 0xff, 0, 0, 8, 0, 0, 0, 43, 1, 0, 0], // prettier-ignore
  )
})

const refusals: [string, unknown, RegExp][] = [
  ['what is no object', 5, /expected an object, got 5/],
  ['id 0', { id: 0 }, /^id: expected an integer from 1/],
  ['an id beyond 32 bits', { id: 2 ** 32 }, /^id: expected an integer from 1/],
  ['a family that there is not', { oif: 1, family: 'inet' }, /^family: expected ipv4 or ipv6/],
  ['a gateway of another family', { via: '10.0.0.1', family: 'ipv6' }, /^via: expected an ipv6 address/],
  ['a gateway that is none', { via: '10.0.0.1/8' }, /^via: expected an IPv4 or IPv6 address/],
  ['an empty group', { group: [] }, /^group: expected an array of one or more of \{ id, weight \}/],
  ['a member by its number alone', { group: [1] }, /^group\[0\]: expected an object with id and weight/],
  ['a member without id', { group: [{ id: 1 }, { weight: 1 }] }, /^group\[1\]\.id: expected an integer from 1/],
  ['weight 0', { group: [{ id: 1, weight: 0 }] }, /^group\[0\]\.weight: expected an integer from 1 to 65535/],
  ['a weight beyond 16 bits', { group: [{ id: 1, weight: 65536 }] }, /^group\[0\]\.weight: /],
  ['an unknown option of a member', { group: [{ id: 1, wait: 1 }] }, /^group\[0\]\.wait: unknown option/],
  [
    'a type of group that there is not',
    { group: [{ id: 1 }], groupType: 'res' },
    /^groupType: expected one of mpath, resilient/,
  ],
  [
    'buckets of a group that has none',
    { group: [{ id: 1 }], resilient: { buckets: 4 } },
    /^groupType: expected resilient, which has buckets/,
  ],
  [
    'no buckets',
    { group: [{ id: 1 }], groupType: 'resilient', resilient: { buckets: 0 } },
    /^resilient\.buckets: expected an integer from 1/,
  ],
  ['what only the kernel says', { hwStatsUsed: true }, /^hwStatsUsed: unknown option/],
  ['a filter’s option', { groups: true }, /^groups: unknown option/],
  ['onlink as a number', { onlink: 1 }, /^onlink: expected true or false/],
  ['a protocol beyond 255', { protocol: 256 }, /^protocol: /],
  ['an encapsulation that there is not', { encap: { type: 'gre' } }, /^encap\.type: expected one of mpls/],
]
it.each(refusals)('refuses %s before anything is sent', (_, spec, message) => {
  expect(() => nexthopAdd(spec as NexthopObjectSpec)).toThrow(message)
})

it('refuses questions and filters with options that there are not', () => {
  expect(() => nexthopDelete(0)).toThrow(/^id: expected an integer from 1/)
  expect(() => nexthopDelete(undefined as never)).toThrow(/^id: expected an integer from 1/)
  expect(() => nexthopGet({ id: 1, flags: [] } as never)).toThrow(/^flags: unknown option/)
  expect(() => nexthopGet({ id: 1, opFlags: ['stats' as never] })).toThrow(/^opFlags: expected an array of dumpStats/)
  expect(() => nexthopList({ via: '::1' } as never)).toThrow(/^via: unknown option/)
  expect(() => nexthopList({ family: 4 as never })).toThrow(/^family: expected ipv4 or ipv6/)
  expect(() => nexthopBucketGet({ id: 1 } as never)).toThrow(/^index: expected an integer from 0 to 65535/)
  expect(() => nexthopBucketGet({ id: 1, index: 65536 })).toThrow(/index: expected an integer from 0 to 65535/)
  expect(() => nexthopBucketGet({ id: 1, index: 1, x: 1 } as never)).toThrow(/^x: unknown option/)
  expect(() => nexthopBucketList({ nexthopId: 0 })).toThrow(/nexthopId: expected an integer from 1/)
  expect(() => nexthopBucketList({ group: 1 } as never)).toThrow(/^group: unknown option/)
})

it('says what it asks for', () => {
  expect(String(nexthopAdd({ id: 5, blackhole: true }))).toBe('add nexthop 5 (RTM_NEWNEXTHOP)')
  expect(String(nexthopAdd({ blackhole: true }))).toBe('add nexthop (RTM_NEWNEXTHOP)')
  expect(String(nexthopBucketGet({ id: 5, index: 1 }))).toBe('get bucket 1 of nexthop 5 (RTM_GETNEXTHOPBUCKET)')
})
