import { afterEach, beforeEach, expect, it } from 'vitest'

import { NetlinkError } from '../../src/errors.js'
import { Netns } from '../../src/netns/netns.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import { type Route, routeAdd, routeDelete, routeGet, routeList, type RouteSpec } from '../../src/route/routes.js'
import { routeAttributes, RTMSG_SIZE } from '../../src/schema/route.js'
import { pathAt } from '../../src/wire/attributes.js'
import { HEADER_SIZE } from '../../src/wire/message.js'
import { Reader } from '../../src/wire/reader.js'
import { addTwoBridges, ip } from '../support/iproute2.js'
import { describePrivileged } from '../support/netns.js'

let netns: Netns
let rt: Rtnetlink
let one: number
let two: number

type Seen = Record<string, unknown> & { dst: string }

/** What `ip -j -d route` says of the routes of a table, without those that the kernel made. */
const seen = (family: 4 | 6 = 4, table: string | number = 'main'): Seen[] =>
  (JSON.parse(ip(netns, `-j -d -${family} route show table ${table}`)) as Seen[]).filter(
    ({ protocol }) => protocol !== 'kernel',
  )

/** Those that the kernel did not make. */
const ours = async (filter: Parameters<typeof rt.routes.list>[0] = {}): Promise<Route[]> =>
  (await rt.routes.list(filter)).filter(({ protocol }) => protocol !== 'kernel')

/** A suite whose tests have a namespace of their own with two links, 10.1.0.1/16 and 10.2.0.1/16, and IPv6. */
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

inNamespace('adding a route', () => {
  it('makes what ip makes of the same words', async () => {
    const both: [RouteSpec, string][] = [
      [{ dst: 'default', via: '10.1.0.2' }, 'default via 10.1.0.2'],
      [{ dst: '0.0.0.0/0', via: '10.1.0.2', metric: 5 }, 'default via 10.1.0.2 metric 5'],
      [{ dst: '10.9.0.0/16', oif: 'br1' }, '10.9.0.0/16 dev br1'],
      [{ dst: '10.9.8.7', via: '10.2.0.9', oif: { ifindex: two } }, '10.9.8.7 via 10.2.0.9 dev br2'],
      [{ dst: '10.8.0.0/16', via: '192.0.2.1', oif: two, onlink: true }, '10.8.0.0/16 via 192.0.2.1 dev br2 onlink'],
      [{ dst: '10.7.0.0/16', oif: 'br1', scope: 'host', tos: 8 }, 'tos 8 10.7.0.0/16 dev br1 scope host'],
      [{ dst: '10.6.0.0/16', oif: 'br1', prefSrc: '10.1.0.1' }, '10.6.0.0/16 dev br1 src 10.1.0.1'],
      [{ dst: '10.5.0.0/16', type: 'blackhole', protocol: 'bgp' }, 'blackhole 10.5.0.0/16 proto bgp'],
      [{ dst: '10.4.0.0/16', type: 'unreachable', protocol: 77 }, 'unreachable 10.4.0.0/16 proto 77'],
      [{ dst: '10.3.0.0/16', type: 'prohibit' }, 'prohibit 10.3.0.0/16'],
      [{ dst: '10.20.0.0/16', type: 'throw' }, 'throw 10.20.0.0/16'],
      [{ dst: '10.21.0.0/16', oif: 'br1', metric: 0xffffffff }, '10.21.0.0/16 dev br1 metric 4294967295'],
      [{ dst: '10.22.0.0/16', via: '2001:db8:1::9', oif: 'br1' }, '10.22.0.0/16 via inet6 2001:db8:1::9 dev br1'],
    ]
    for (const [spec, words] of both) {
      await rt.routes.add(spec)
      const made = seen()
      expect(made, words).toHaveLength(1)
      await rt.routes.delete(spec)
      expect(seen(), words).toEqual([])
      ip(netns, `route add ${words}`)
      expect(made, words).toEqual(seen())
      expect(await rt.routes.flush({ family: 'ipv4', table: 'main', protocol: spec.protocol ?? 'boot' })).toBe(1)
    }
  })

  it('makes what ip makes of the same words for IPv6', async () => {
    const both: [RouteSpec, string][] = [
      [{ dst: 'default', via: '2001:db8:1::9' }, 'default via 2001:db8:1::9'],
      [{ dst: '::/0', via: 'fe80::1', oif: 'br2', metric: 5 }, 'default via fe80::1 dev br2 metric 5'],
      [{ dst: 'default', oif: 'br2', family: 'ipv6' }, 'default dev br2'],
      [{ dst: '2001:db8:9::/48', oif: 'br1', preference: 'low' }, '2001:db8:9::/48 dev br1 pref low'],
      [{ dst: '2001:DB8:9:0::7', oif: 'br1', preference: 'high' }, '2001:db8:9::7 dev br1 pref high'],
      [{ dst: '2001:db8:8::/48', type: 'blackhole' }, 'blackhole 2001:db8:8::/48'],
      [{ dst: '2001:db8:7::/48', type: 'unreachable' }, 'unreachable 2001:db8:7::/48'],
      [{ dst: '2001:db8:6::/48', oif: 'br1', prefSrc: '2001:db8:1::1' }, '2001:db8:6::/48 dev br1 src 2001:db8:1::1'],
      [{ dst: '2001:db8:4::/48', oif: 'br1', metrics: { mtu: 1400 } }, '2001:db8:4::/48 dev br1 mtu 1400'],
    ]
    for (const [spec, words] of both) {
      await rt.routes.add(spec)
      const made = seen(6)
      expect(made, words).toHaveLength(1)
      await rt.routes.delete(spec)
      expect(seen(6), words).toEqual([])
      ip(netns, `-6 route add ${words}`)
      expect(made, words).toEqual(seen(6))
      expect(await rt.routes.flush({ family: 'ipv6', table: 'main', protocol: 'boot' })).toBe(1)
    }
  })

  it('puts local, broadcast and anycast routes into the table local', async () => {
    await rt.routes.add({ dst: '10.9.0.1', oif: 'br1', type: 'local' })
    await rt.routes.add({ dst: '10.9.0.255', oif: 'br1', type: 'broadcast' })
    expect(seen(4, 'local')).toMatchObject([
      { type: 'local', dst: '10.9.0.1', scope: 'host' },
      { type: 'broadcast', dst: '10.9.0.255', scope: 'link' },
    ])
  })

  it('reaches tables by name and by numbers of 32 bits', async () => {
    for (const table of ['main', 'default', 100, 255 + 1, 0xffffffff] as const) {
      await rt.routes.add({ dst: '10.9.0.0/16', oif: 'br1', table })
      expect(seen(4, table)).toMatchObject([{ dst: '10.9.0.0/16', dev: 'br1' }])
      expect(await ours({ family: 'ipv4', table })).toMatchObject([{ dst: '10.9.0.0/16', oif: one, table }])
    }
    expect((await ours()).map(({ table }) => table).sort()).toEqual([100, 256, 4294967295, 'default', 'main'].sort())
  })

  it('sets every metric, and locks those it is told to', async () => {
    await rt.routes.add({
      dst: '10.9.0.0/16',
      via: '10.1.0.2',
      metrics: {
        lock: ['mtu', 'rtoMin'],
        mtu: 1400,
        window: 10000,
        rtt: 800,
        rttvar: 400,
        ssthresh: 20,
        cwnd: 30,
        advmss: 1300,
        reordering: 5,
        hoplimit: 7,
        initcwnd: 12,
        features: ['ecn'],
        rtoMin: 30,
        initrwnd: 13,
        quickack: true,
        ccAlgo: 'reno',
        fastopenNoCookie: true,
      },
    })
    expect(seen()[0]!.metrics).toEqual([
      {
        mtu: 1400,
        window: 10000,
        rtt: 100,
        rttvar: 100,
        ssthresh: 20,
        cwnd: 30,
        advmss: 1300,
        reordering: 5,
        hoplimit: 7,
        initcwnd: 12,
        ecn: null,
        rto_min: 30,
        initrwnd: 13,
        quickack: 1,
        congestion: 'reno',
        fastopen_no_cookie: 1,
      },
    ])
    expect(ip(netns, 'route show 10.9.0.0/16')).toMatch(/mtu lock 1400 .*rto_min lock 30ms/)
    const [route] = await ours({ family: 'ipv4' })
    expect(route!.metrics).toEqual({
      lock: ['mtu', 'rtoMin'],
      mtu: 1400,
      window: 10000,
      rtt: 800,
      rttvar: 400,
      ssthresh: 20,
      cwnd: 30,
      advmss: 1300,
      reordering: 5,
      hoplimit: 7,
      initcwnd: 12,
      features: ['ecn'],
      rtoMin: 30,
      initrwnd: 13,
      quickack: true,
      ccAlgo: 'reno',
      fastopenNoCookie: true,
    })
  })

  it('divides among nexthops by weight, of either family', async () => {
    await rt.routes.add({
      dst: '10.9.0.0/16',
      nexthops: [
        { via: '10.1.0.2', weight: 256 },
        { via: '192.0.2.1', oif: 'br2', onlink: true },
        { via: '2001:db8:2::9', oif: two, weight: 3 },
        { oif: { ifindex: one } },
      ],
    })
    await rt.routes.add({
      dst: '2001:db8:9::/48',
      nexthops: [
        { via: '2001:db8:1::2', weight: 2 },
        { via: 'fe80::1', oif: 'br2' },
      ],
    })
    expect(seen()[0]!.nexthops).toMatchObject([
      { gateway: '10.1.0.2', dev: 'br1', weight: 256, flags: [] },
      { gateway: '192.0.2.1', dev: 'br2', weight: 1, flags: ['onlink'] },
      { via: { family: 'inet6', host: '2001:db8:2::9' }, dev: 'br2', weight: 3 },
      { dev: 'br1', weight: 1 },
    ])
    expect(await ours()).toMatchObject([
      {
        family: 'ipv4',
        nexthops: [
          { via: '10.1.0.2', oif: one, weight: 256, flags: [] },
          { via: '192.0.2.1', oif: two, weight: 1, flags: ['onlink'] },
          { via: '2001:db8:2::9', oif: two, weight: 3 },
          { oif: one, weight: 1 },
        ],
      },
      {
        family: 'ipv6',
        nexthops: [
          { via: '2001:db8:1::2', oif: one, weight: 2 },
          { via: 'fe80::1', oif: two, weight: 1 },
        ],
      },
    ])
  })

  it('lets an IPv6 route expire', async () => {
    await rt.routes.add({ dst: '2001:db8:9::/48', oif: 'br1', expires: 60 })
    expect(seen(6)[0]!.expires).toBeGreaterThan(50)
    const [route] = await ours({ family: 'ipv6' })
    expect(route!.expires).toBeGreaterThan(50)
    expect(route!.expires).toBeLessThanOrEqual(60)
  })

  it('does so by the thousand in one tick, each with its own result', async () => {
    const specs = Array.from({ length: 3000 }, (_, i) => ({
      dst: `20.0.${i >> 8}.${i & 255}/32`,
      via: i % 1000 === 999 ? '192.0.2.1' : '10.1.0.2',
    }))
    const results = await Promise.allSettled(specs.map((spec) => rt.routes.add(spec)))
    for (const [i, result] of results.entries()) expect(result.status).toBe(i % 1000 === 999 ? 'rejected' : 'fulfilled')
    expect(seen()).toHaveLength(2997)
    const found = await ours({ family: 'ipv4', table: 'main' })
    expect(found.map(({ dst, via }) => ({ dst, via }))).toEqual(specs.filter(({ via }) => via === '10.1.0.2'))
  })
})

inNamespace('append, replace and change', () => {
  const route: RouteSpec = { dst: '10.9.0.0/16', via: '10.1.0.2' }
  const gateways = () => seen().map(({ gateway }) => gateway)

  it('add beside, add or put in place, and insist on one to be there', async () => {
    await expect(rt.routes.change(route)).rejects.toMatchObject({ code: 'ENOENT' })
    await rt.routes.replace(route)
    expect(gateways()).toEqual(['10.1.0.2'])
    await expect(rt.routes.add({ ...route, via: '10.1.0.3' })).rejects.toMatchObject({ code: 'EEXIST' })
    await rt.routes.change({ ...route, via: '10.1.0.3' })
    expect(gateways()).toEqual(['10.1.0.3'])
    await rt.routes.append({ ...route, via: '10.1.0.4' })
    expect(gateways()).toEqual(['10.1.0.3', '10.1.0.4'])
    await rt.routes.delete({ ...route, via: '10.1.0.4' })
    await rt.routes.replace({ ...route, via: '10.1.0.5' })
    expect(gateways()).toEqual(['10.1.0.5'])
  })

  it('make a multipath route of IPv6 ones', async () => {
    await rt.routes.add({ dst: '2001:db8:9::/48', via: '2001:db8:1::2' })
    await rt.routes.append({ dst: '2001:db8:9::/48', via: '2001:db8:2::2' })
    expect(seen(6)[0]!.nexthops).toHaveLength(2)
    expect(await ours({ family: 'ipv6' })).toMatchObject([{ nexthops: [{ oif: one }, { oif: two }] }])
  })
})

inNamespace('reading routes', () => {
  it('gives what ip made', async () => {
    const words = [
      '10.9.0.0/16 via 10.1.0.2 metric 7 src 10.1.0.1 proto static mtu 1300',
      'blackhole 10.8.0.0/16 table 5000',
      '10.7.0.0/16 dev br2 scope link tos 0x08',
      '10.6.0.0/16 via inet6 2001:db8:1::9 dev br1',
      '10.5.0.0/16 nexthop via 10.1.0.2 weight 5 nexthop via 10.2.0.2 dev br2 onlink',
      'default via 10.1.0.2',
    ]
    for (const route of words) ip(netns, `route add ${route}`)
    const found = await ours({ family: 'ipv4' })
    const of = (dst: string) => found.find((route) => route.dst === dst)
    expect(found).toHaveLength(words.length)
    expect(of('10.9.0.0/16')).toEqual({
      family: 'ipv4',
      dst: '10.9.0.0/16',
      type: 'unicast',
      table: 'main',
      protocol: 'static',
      scope: 'global',
      flags: [],
      oif: one,
      via: '10.1.0.2',
      metric: 7,
      prefSrc: '10.1.0.1',
      metrics: { mtu: 1300 },
    })
    expect(of('10.8.0.0/16')).toMatchObject({ type: 'blackhole', table: 5000 })
    expect(of('10.8.0.0/16')).not.toHaveProperty('oif')
    expect(of('10.7.0.0/16')).toMatchObject({ oif: two, scope: 'link', tos: 8 })
    expect(of('10.6.0.0/16')).toMatchObject({ via: '2001:db8:1::9', oif: one })
    expect(of('10.5.0.0/16')).toMatchObject({
      nexthops: [
        { via: '10.1.0.2', weight: 5 },
        { via: '10.2.0.2', weight: 1, flags: ['onlink'] },
      ],
    })
    expect(of('default')).toMatchObject({ via: '10.1.0.2' })
    expect(found.filter((route) => 'unknownAttributes' in route)).toEqual([])
  })

  it('gives what ip made for IPv6', async () => {
    ip(netns, '-6 route add 2001:db8:9::/48 via fe80::1 dev br1 metric 7 pref low')
    ip(netns, '-6 route add unreachable 2001:db8:8::/48')
    ip(netns, '-6 route add default via 2001:db8:2::9')
    const found = await ours({ family: 'ipv6', table: 'main' })
    expect(found).toMatchObject([
      { family: 'ipv6', dst: '2001:db8:8::/48', type: 'unreachable', metric: 1024 },
      { dst: '2001:db8:9::/48', via: 'fe80::1', oif: one, metric: 7, preference: 'low', flags: [] },
      { dst: 'default', via: '2001:db8:2::9', oif: two, preference: 'medium' },
    ])
    expect(found.filter((route) => 'cacheInfo' in route)).toEqual([])
    expect(found.filter((route) => 'unknownAttributes' in route)).toEqual([])
  })

  it('reads nexthop objects', async () => {
    ip(netns, 'nexthop add id 12 via 10.1.0.2 dev br1')
    await rt.routes.add({ dst: '10.9.0.0/16', nexthopId: 12 })
    expect(seen()).toMatchObject([{ dst: '10.9.0.0/16', nhid: 12, gateway: '10.1.0.2' }])
    expect(await ours({ family: 'ipv4' })).toMatchObject([{ nexthopId: 12, via: '10.1.0.2', oif: one }])
  })

  it('shows that a link has gone down', async () => {
    await rt.routes.add({ dst: '10.9.0.0/16', nexthops: [{ via: '10.1.0.2' }, { via: '10.2.0.2' }] })
    ip(netns, 'link set br2 down')
    const [route] = await ours({ family: 'ipv4' })
    expect(route!.nexthops![0]!.flags).not.toContain('dead')
    expect(route!.nexthops![1]!.flags).toEqual(['dead', 'linkdown'])
  })

  it('has the kernel filter by family, table, protocol, type and link', async () => {
    await rt.routes.add({ dst: '10.9.0.0/16', oif: 'br1', protocol: 'static' })
    await rt.routes.add({ dst: '10.8.0.0/16', oif: 'br2', protocol: 'bgp', table: 1000 })
    await rt.routes.add({ dst: '10.7.0.0/16', type: 'prohibit', protocol: 'static' })
    await rt.routes.add({ dst: '2001:db8:9::/48', oif: 'br1', protocol: 'static' })
    const dsts = async (filter: Parameters<typeof rt.routes.list>[0]) =>
      (await ours(filter)).map(({ dst }) => dst).sort()
    expect(await dsts({ protocol: 'static' })).toEqual(['10.7.0.0/16', '10.9.0.0/16', '2001:db8:9::/48'])
    expect(await dsts({ family: 'ipv4', protocol: 'static' })).toEqual(['10.7.0.0/16', '10.9.0.0/16'])
    expect(await dsts({ table: 1000 })).toEqual(['10.8.0.0/16'])
    expect(await dsts({ family: 'ipv4', type: 'prohibit' })).toEqual(['10.7.0.0/16'])
    expect(await dsts({ oif: 'br1' })).toEqual(['10.9.0.0/16', '2001:db8:9::/48'])
    expect(await dsts({ oif: two, family: 'ipv4', table: 1000, protocol: 186 })).toEqual(['10.8.0.0/16'])
    expect(await dsts({ oif: two, family: 'ipv4', table: 'main' })).toEqual([])
    // The dump itself holds no more than that.
    expect(await rt.run(routeList({ family: 'ipv4', table: 1000 }))).toHaveLength(1)
  })

  it('finds nothing in a table that there is not, of a link that there is not an error', async () => {
    expect(await rt.routes.list({ family: 'ipv4', table: 4242 })).toEqual([])
    expect(await rt.routes.list({ table: 4242 })).toEqual([])
    await expect(rt.routes.list({ family: 'ipv4', oif: 4242 })).rejects.toMatchObject({ code: 'ENODEV' })
  })

  it('lists cached routes only where they are asked for', async () => {
    ip(netns, '-6 route add 2001:db8:9::/48 via 2001:db8:1::2')
    const cached = (routes: Route[]) => routes.filter(({ flags }) => flags.includes('cloned'))
    expect(cached(await rt.routes.list())).toEqual([])
    expect(await rt.routes.list({ cached: true })).toEqual([])
  })
})

inNamespace('asking for the way to an address', () => {
  it('gives the route that a packet would take, as ip tells it', async () => {
    ip(netns, 'route add 10.9.0.0/16 via 10.1.0.2')
    ip(netns, 'route add 10.9.0.0/16 via 10.2.0.2 metric 9 table 100')
    const told = (JSON.parse(ip(netns, '-j route get 10.9.1.2')) as Record<string, unknown>[])[0]
    const route = await rt.routes.get('10.9.1.2')
    expect(told).toMatchObject({ dst: '10.9.1.2', gateway: '10.1.0.2', dev: 'br1', prefsrc: '10.1.0.1' })
    expect(route).toMatchObject({ dst: '10.9.1.2/32', via: '10.1.0.2', oif: one, prefSrc: '10.1.0.1', table: 'main' })
    expect(await rt.routes.get('10.1.0.1')).toMatchObject({
      type: 'local',
      flags: expect.arrayContaining(['cloned']) as unknown,
    })
    expect(await rt.routes.get('2001:db8:1::1')).toMatchObject({ type: 'local', table: 'local' })
    expect(await rt.routes.get('2001:db8:2::77')).toMatchObject({ dst: '2001:db8:2::77/128', oif: two })
  })

  it('by mark, source, link, user, protocol and ports, as the rules have it', async () => {
    ip(netns, 'route add 10.9.0.0/16 via 10.1.0.2')
    ip(netns, 'route add 10.9.0.0/16 via 10.2.0.2 table 100')
    const rules = ['fwmark 7', 'from 10.2.0.1', 'tos 0x10', 'uidrange 1000-1000', 'ipproto udp dport 53']
    for (const rule of rules) ip(netns, `rule add ${rule} table 100`)
    const table = async (question: Parameters<typeof rt.routes.get>[1]) =>
      (await rt.routes.get('10.9.1.2', question)).table
    expect(await table({})).toBe('main')
    expect(await table({ mark: 7 })).toBe(100)
    expect(await table({ mark: 8 })).toBe('main')
    expect(await table({ from: '10.2.0.1' })).toBe(100)
    expect(await table({ from: '10.1.0.1' })).toBe('main')
    expect(await table({ tos: 0x10 })).toBe(100)
    expect(await table({ uid: 1000 })).toBe(100)
    expect(await table({ uid: 0 })).toBe('main')
    expect(await table({ ipProto: 17, sport: 1, dport: 53 })).toBe(100)
    expect(await table({ ipProto: 17, sport: 1, dport: 54 })).toBe('main')
    expect(await rt.routes.get('10.9.1.2', { oif: 'br1' })).toMatchObject({ oif: one })
  })

  it('for a packet that came in by a link', async () => {
    ip(netns, 'route add 10.9.0.0/16 via 10.1.0.2')
    await rt.run(routeGet({ dst: '10.9.1.2' }))
    // No forwarding here: the kernel says that the packet would go nowhere.
    await expect(rt.routes.get('10.9.1.2', { from: '10.2.0.9', iif: 'br2' })).rejects.toMatchObject({
      code: 'EHOSTUNREACH',
    })
    expect(await rt.routes.get('10.1.0.1', { from: '10.2.0.9', iif: 'br2' })).toMatchObject({ type: 'local', iif: two })
  })

  it('gives the route as it stands in the table where that is asked', async () => {
    ip(netns, 'route add 10.9.0.0/16 nexthop via 10.1.0.2 nexthop via 10.2.0.2')
    expect(await rt.routes.get('10.9.1.2', { fibMatch: true })).toMatchObject({
      dst: '10.9.0.0/16',
      nexthops: [{ via: '10.1.0.2' }, { via: '10.2.0.2' }],
    })
  })

  it('says what a packet to nowhere would be answered', async () => {
    const error: unknown = await rt.routes.get('203.0.113.1').catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'ENETUNREACH', request: 'RTM_GETROUTE' })
    expect((error as NetlinkError).message).toMatch(/^can't get the route to 203\.0\.113\.1: /)
    ip(netns, 'route add prohibit 10.9.0.0/16')
    await expect(rt.routes.get('10.9.0.1')).rejects.toMatchObject({ code: 'EACCES' })
    ip(netns, '-6 route add unreachable 2001:db8:9::/48')
    await expect(rt.routes.get('2001:db8:9::1')).rejects.toMatchObject({ code: 'EHOSTUNREACH' })
  })
})

inNamespace('deleting routes', () => {
  it('takes the one that has all that is given', async () => {
    for (const metric of [1, 2, 3]) await rt.routes.add({ dst: '10.9.0.0/16', via: '10.1.0.2', metric })
    await rt.routes.delete({ dst: '10.9.0.0/16', metric: 2 })
    expect(seen().map(({ metric }) => metric)).toEqual([1, 3])
    await rt.routes.delete({ dst: '10.9.0.0/16' })
    expect(seen().map(({ metric }) => metric)).toEqual([3])
    await expect(rt.routes.delete({ dst: '10.9.0.0/16', via: '10.1.0.3' })).rejects.toMatchObject({ code: 'ESRCH' })
    await expect(rt.routes.delete({ dst: '10.9.0.0/16', protocol: 'bgp' })).rejects.toMatchObject({ code: 'ESRCH' })
    await rt.routes.add({ dst: '10.8.0.0/16', type: 'blackhole', scope: 'link' })
    await rt.routes.delete({ dst: '10.8.0.0/16', type: 'blackhole' })
  })

  it('flushes those that fit, of both families, and says how many', async () => {
    const specs: RouteSpec[] = [
      { dst: '10.9.0.0/16', oif: 'br1', table: 1000 },
      { dst: '10.9.0.0/16', oif: 'br1', table: 1000, metric: 5 },
      { dst: '10.9.0.0/16', oif: 'br1', table: 1000, tos: 8 },
      { dst: '10.8.0.0/16', via: '2001:db8:1::2', oif: 'br1', table: 1000 },
      { dst: '10.7.0.0/16', table: 1000, nexthops: [{ via: '10.1.0.2' }, { via: '10.2.0.2' }] },
      { dst: 'default', via: '10.1.0.2', table: 1000 },
      { dst: '10.6.0.0/16', type: 'unreachable', table: 1000 },
      { dst: 'default', via: '2001:db8:1::2', table: 1000 },
      { dst: '2001:db8:7::/48', table: 1000, nexthops: [{ via: '2001:db8:1::2' }, { via: '2001:db8:2::2' }] },
      { dst: '2001:db8:6::/48', type: 'blackhole', table: 1000 },
      { dst: '2001:db8:5::/48', oif: 'br1', table: 1000, metric: 7 },
    ]
    await Promise.all(specs.map((spec) => rt.routes.add(spec)))
    await rt.routes.add({ dst: '10.9.0.0/16', oif: 'br1' })
    expect(await rt.routes.flush({ table: 1000, family: 'ipv6', type: 'unicast' })).toBe(3)
    expect(await rt.routes.flush({ table: 1000 })).toBe(8)
    expect(await rt.routes.flush({ table: 1000 })).toBe(0)
    expect(seen(4, 1000)).toEqual([])
    expect(seen(6, 1000)).toEqual([])
    expect(seen()).toHaveLength(1)
  })
})

inNamespace('what the kernel refuses', () => {
  const refused = async (spec: RouteSpec): Promise<NetlinkError> => {
    const error: unknown = await rt.routes.add(spec).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(NetlinkError)
    return error as NetlinkError
  }

  it('comes with code, reason and attribute', async () => {
    const gateway = await refused({ dst: '10.9.0.0/16', via: '192.0.2.1' })
    expect(gateway).toMatchObject({ code: 'ENETUNREACH', request: 'RTM_NEWROUTE' })
    expect(gateway.reason).toMatch(/invalid gateway/)
    expect(gateway.message).toMatch(/^can't add route 10\.9\.0\.0\/16 via 192\.0\.2\.1: /)
    const bits = await refused({ dst: '10.9.0.1/16', oif: 'br1' })
    expect(bits).toMatchObject({ code: 'EINVAL' })
    expect(bits.reason).toMatch(/Invalid prefix for given prefix length/)
    expect(await refused({ dst: '10.9.0.0/16', oif: 'nope' })).toMatchObject({ code: 'ENODEV' })
    expect(await refused({ dst: '10.9.0.0/16', oif: 4242 })).toMatchObject({ code: 'ENODEV' })
    expect(await refused({ dst: '2001:db8:9::/48', oif: 'br1', tos: 8 })).toMatchObject({ code: 'EINVAL' })
    expect(await refused({ dst: '10.9.0.0/16', nexthopId: 99 })).toMatchObject({ code: 'EINVAL' })
    expect(await refused({ dst: '10.9.0.0/16', oif: 'br1', metrics: { ccAlgo: 'nonesuch' } })).toMatchObject({
      code: 'EINVAL',
      reason: 'Unknown tcp congestion algorithm',
    })
    const nexthops = [{ via: '10.1.0.2' }, { via: '10.2.0.2', encap: { type: 9999, data: new Uint8Array(4) } }]
    expect(await refused({ dst: '10.9.0.0/16', nexthops })).toMatchObject({
      code: 'EOPNOTSUPP',
      reason: 'Unknown lwt encapsulation type',
    })
    expect(await refused({ dst: '2001:db8:9::/48', via: '10.1.0.2' })).toMatchObject({
      reason: 'IPv6 does not support RTA_VIA attribute',
    })
  })
})

const base = { dst: '10.9.0.0/16', via: '10.1.0.2' }
const refusals: [string, object, RegExp][] = [
  ['no destination', { via: '10.1.0.2' }, /^dst: expected default, or an IPv4 or IPv6 prefix/],
  ['a destination that is none', { dst: '10.9.0.0.0/16' }, /^dst: expected an IPv4 address/],
  ['a prefix beyond the family', { dst: '10.9.0.0/33' }, /^dst: /],
  ['a default route with a destination that is no address', { dst: 'x/0' }, /^dst: expected an IPv4 address/],
  ['a family that is not the prefix’s', { dst: '10.9.0.0/16', family: 'ipv6' }, /^dst: expected an ipv6 prefix/],
  ['a family that there is not', { dst: 'default', family: 'inet' }, /^family: expected ipv4 or ipv6/],
  ['a gateway that is none', { ...base, via: '10.1.0.2/16' }, /^via: expected an IPv4 address/],
  ['a gateway as a number', { ...base, via: 7 }, /^via: expected an IPv4 address, got 7/],
  ['a source of the other family', { ...base, prefSrc: '::1' }, /^prefSrc: expected an IPv4 address/],
  ['a table beyond 32 bits', { ...base, table: 2 ** 32 }, /^table: .*0 to 4294967295/],
  ['a table without a number', { ...base, table: 'mine' }, /^table: expected one of unspec, default, main, local/],
  ['a type that there is not', { ...base, type: 'unicorn' }, /^type: expected one of/],
  ['a protocol beyond 255', { ...base, protocol: 256 }, /^protocol: /],
  ['a scope beyond 255', { ...base, scope: 256 }, /^scope: /],
  ['a tos of 256', { ...base, tos: 256 }, /^tos: expected an integer from 0 to 255, got 256/],
  ['a metric as text', { ...base, metric: '5' }, /^metric: expected an integer/],
  ['onlink as a number', { ...base, onlink: 1 }, /^onlink: expected true or false/],
  ['an MTU that is negative', { ...base, metrics: { mtu: -1 } }, /^metrics\.mtu: expected an integer/],
  [
    'a metric that there is not',
    { ...base, metrics: { mtuu: 1 } },
    /^metrics\.mtuu: unknown option, did you mean mtu\?/,
  ],
  ['no nexthops', { dst: '10.9.0.0/16', nexthops: [] }, /^nexthops: expected an array of one nexthop or more/],
  [
    'a weight of 0',
    { ...base, nexthops: [{}, { weight: 0 }] },
    /^nexthops\[1\]\.weight: expected an integer from 1 to 256/,
  ],
  ['a weight of 257', { ...base, nexthops: [{ weight: 257 }] }, /^nexthops\[0\]\.weight: /],
  ['a nexthop’s unknown option', { ...base, nexthops: [{ wait: 1 }] }, /^nexthops\[0\]\.wait: unknown option/],
  ['a nexthop that is no object', { ...base, nexthops: ['10.1.0.2'] }, /^nexthops\[0\]: expected an object/],
  ['realms beyond 16 bits', { ...base, realms: { to: 65536 } }, /^realms: /],
  ['expiry of an IPv4 route', { ...base, expires: 5 }, /^expires: .*of IPv6 alone/],
  ['preference of an IPv4 route', { ...base, preference: 'low' }, /^preference: .*of IPv6 alone/],
  ['a source prefix of an IPv4 route', { ...base, from: '10.0.0.0/8' }, /^from: .*of IPv6 alone/],
  ['an option that there is not', { ...base, dev: 'eth0' }, /^dev: unknown option/],
  ['an option of a question', { ...base, mark: 1 }, /^mark: unknown option/],
]
it.each(refusals)('refuses %s before anything is sent', (_, spec, message) => {
  expect(() => routeAdd(spec as RouteSpec)).toThrow(message)
})

it('refuses a question and a filter with options that there are not', () => {
  expect(() => routeGet({ dst: '10.0.0.1/24' })).toThrow(/^dst: expected an IPv4 address/)
  expect(() => routeGet({ dst: '10.0.0.1', from: '::1' })).toThrow(/^from: expected an IPv4 address/)
  expect(() => routeGet({ dst: '10.0.0.1', sport: 65536 })).toThrow(/^sport: /)
  expect(() => routeGet({ dst: '10.0.0.1', via: '10.0.0.1' } as never)).toThrow(/^via: unknown option/)
  expect(() => routeList({ metric: 1 } as never)).toThrow(/^metric: unknown option/)
  expect(() => routeList({ family: 4 } as never)).toThrow(/^family: /)
})

it('writes what is right after what was refused as if nothing had been', () => {
  const right = routeAdd({ ...base, metrics: { ccAlgo: 'reno' } }).bytes
  for (const [, spec] of refusals) {
    expect(() => routeAdd(spec as RouteSpec)).toThrow()
    expect(() => routeAdd({ ...base, metrics: { ccAlgo: 'x'.repeat(60) } })).toThrow()
    expect(routeAdd({ ...base, metrics: { ccAlgo: 'reno' } }).bytes).toEqual(right)
  }
})

it('finds the nexthop, and what of it, that a byte of the message belongs to', () => {
  const { bytes } = routeAdd({
    dst: '10.9.0.0/16',
    nexthops: [
      { via: '10.1.0.2', oif: 1 },
      { oif: 2, realms: { to: 3 } },
    ],
    metrics: { mtu: 1400 },
  })
  const r = new Reader(bytes)
  const paths = new Set<string | undefined>()
  for (let at = HEADER_SIZE + RTMSG_SIZE; at < bytes.length; at++) {
    paths.add(pathAt(routeAttributes, r, HEADER_SIZE + RTMSG_SIZE, bytes.length, at))
  }
  expect([...paths]).toEqual([
    'dst',
    'nexthops',
    'nexthops[0]',
    'nexthops[0].via',
    'nexthops[1]',
    'nexthops[1].realms',
    'metrics',
    'metrics.mtu',
  ])
})

it('says what it asks for', () => {
  expect(String(routeDelete({ dst: 'default', via: '10.1.0.2', oif: 'eth0', table: 100 }))).toBe(
    'delete route default via 10.1.0.2 on link eth0 in table 100 (RTM_DELROUTE)',
  )
})
