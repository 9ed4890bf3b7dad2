import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { multicastRouteGet, multicastRouteList, multicastTableList } from '../../src/route/multicast-routes.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import { readMulticastReport } from '../../src/schema/multicast-report.js'
import { readMulticastRoute } from '../../src/schema/multicast-route.js'
import { joinMulticastTables, readMulticastTable } from '../../src/schema/multicast-table.js'
import type { Message } from '../../src/wire/message.js'
import { MalformedMessage, Reader } from '../../src/wire/reader.js'
import { ip } from '../support/iproute2.js'
import { olderThan } from '../support/kernel.js'
import { describePrivileged, inside } from '../support/netns.js'

let netns: Netns
let rt: Rtnetlink
const daemons: ChildProcess[] = []

/** Has a daemon make a route from v0 to w0; resolves to why it can't. */
async function route(
  version: '4' | '6',
  source: string,
  group: string,
  ...table: string[]
): Promise<string | undefined> {
  const script = join(import.meta.dirname, '../support/multicast-daemon.py')
  const daemon = spawn(
    'nsenter',
    [`--net=/proc/${process.pid}/fd/${netns.fd}`, 'python3', script, version, source, group, 'v0', 'w0', ...table],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  daemons.push(daemon)
  const [said] = (await once(daemon.stdout, 'data')) as [Buffer]
  return said.toString().trim() === 'ready' ? undefined : said.toString().trim()
}

interface Seen {
  src: string
  dst: string
  iif: string
  multipath: { oif: string; ttl: number }[]
}
const seen = (version: string): Seen[] => JSON.parse(ip(netns, `-j -s ${version} mroute show table all`)) as Seen[]

describePrivileged('multicast routes', () => {
  let indices: Record<'v0' | 'w0', number>
  beforeEach(async () => {
    netns = await Netns.create()
    rt = await Rtnetlink.open({ netns })
    for (const name of ['v', 'w']) {
      await rt.links.create({ kind: 'veth', name: `${name}0`, up: true, veth: { peer: { name: `${name}1` } } })
      await rt.links.update(`${name}1`, { up: true })
    }
    indices = { v0: rt.socket.linkIndex('v0')!, w0: rt.socket.linkIndex('w0')! }
  })
  afterEach(async () => {
    for (const daemon of daemons.splice(0)) {
      const ended = once(daemon, 'exit')
      daemon.stdin!.end()
      await ended
    }
    await rt.close()
    netns.close()
  })

  it.for([
    ['4', 'ipv4', '10.1.0.1', '239.1.2.3'],
    ['6', 'ipv6', '2001:db8::1', 'ff05::1234'],
  ] as const)('that a daemon makes are listed, asked for and watched: IPv%s', async (version, { skip }) => {
    const [number, family, source, group] = version
    const watch = rt.watch(['multicastRoute'])
    const failure = await route(number, source, group)
    if (failure !== undefined) skip(`the kernel has no multicast routing of IPv${number}: ${failure}`)
    const expected = {
      family,
      source,
      group,
      table: number === '4' ? 'default' : 'main',
      protocol: 'mrouted',
      flags: [],
      iif: indices.v0,
      nexthops: [{ oif: indices.w0, ttl: number === '4' ? 7 : 1 }],
      statistics: { packets: 0, bytes: 0, wrongIf: 0 },
      lastUse: expect.any(Number) as number,
    }
    expect((await watch.next()).value).toEqual({ type: 'multicastRoute', action: 'new', route: expected })
    const [found, ...others] = await rt.multicastRoutes.list({ family })
    expect(others).toEqual([])
    expect(found).toEqual(expected)
    expect(seen(`-${number}`)).toMatchObject([{ src: source, dst: group, iif: 'v0', multipath: [{ oif: 'w0' }] }])
    if (number === '4' || !olderThan('6.0')) {
      expect(await rt.multicastRoutes.get({ source, group })).toMatchObject({
        family,
        source,
        group,
        iif: indices.v0,
        nexthops: expected.nexthops,
      })
      const error: unknown = await rt.multicastRoutes.get({ source, group: group.replace(/.$/, '9') }).catch((e: unknown) => e) // prettier-ignore
      expect(error).toMatchObject({ request: 'RTM_GETROUTE' })
      expect((error as Error).message).toContain(`can't get the multicast route from ${source} to `)
    }
    expect(await rt.multicastRoutes.list({ family, oif: 'w0' })).toHaveLength(1)
    expect(await rt.multicastRoutes.list({ family, oif: 'v0' })).toHaveLength(0)
    expect(await rt.multicastRoutes.list({ family, table: expected.table as 'main' })).toHaveLength(1)
    expect(await rt.multicastRoutes.list({ family, table: 4242 })).toEqual([])
    // They are no routes of the other kind.
    expect((await rt.routes.list()).filter(({ dst }) => dst.startsWith(group))).toEqual([])
    daemons[0]!.stdin!.end()
    expect((await watch.next()).value).toMatchObject({ type: 'multicastRoute', action: 'delete', route: { group } })
    watch.close()
  })

  it('that nobody has made yet are asked for, and unresolved until then', async ({ skip }) => {
    if ((await route('4', '10.1.0.1', '239.1.2.3')) !== undefined) skip('the kernel has no multicast routing')
    const watch = rt.watch(['multicastReport'])
    ip(netns, 'addr add 10.1.0.9/24 dev v1')
    ip(netns, 'route add 239.0.0.0/8 dev v1')
    ip(netns, 'addr add 10.1.0.10/24 dev v0')
    await netns.sysctl.set('net.ipv4.conf.all.rp_filter', 0)
    await netns.sysctl.set('net.ipv4.conf.v0.rp_filter', 0)
    await netns.sysctl.set('net.ipv4.conf.v0.accept_local', 1)
    inside(netns, 'bash', '-c', 'echo datagram > /dev/udp/239.7.7.7/9')
    const found = (await rt.multicastRoutes.list()).find(({ group }) => group === '239.7.7.7')
    expect(found).toEqual({
      family: 'ipv4',
      source: '10.1.0.9',
      group: '239.7.7.7',
      table: 'default',
      protocol: expect.anything() as unknown,
      flags: ['unresolved'],
    })
    const report = (await watch.next()).value
    watch.close()
    expect(report).toEqual({
      type: 'multicastReport',
      report: {
        family: 'ipv4',
        msgType: 'noCache',
        vifId: 0,
        source: '10.1.0.9',
        group: '239.7.7.7',
        table: 'default',
        packet: expect.any(Uint8Array) as Uint8Array,
      },
    })
    expect((await rt.multicastRoutes.tables())[0]).toMatchObject({ table: 'default', cacheResQueueLen: 1 })
  })

  it('that nobody has made yet are asked for: IPv6', async ({ skip }) => {
    if ((await route('6', '2001:db8::1', 'ff05::1234')) !== undefined) skip('the kernel has no multicast routing')
    const watch = rt.watch(['multicastReport'])
    ip(netns, 'addr add 2001:db8::9/64 dev v1 nodad')
    ip(netns, '-6 route add ff05::/16 dev v1')
    inside(netns, 'bash', '-c', 'echo datagram > /dev/udp/ff05::7777/9')
    const timer = setTimeout(() => watch.close(), 5000)
    for await (const event of watch) {
      // Links that come up tell of themselves by multicast as well.
      if (event.type !== 'multicastReport' || event.report.group !== 'ff05::7777') continue
      expect(event.report).toMatchObject({
        family: 'ipv6',
        msgType: 'noCache',
        vifId: 0,
        source: '2001:db8::9',
        packet: expect.any(Uint8Array) as Uint8Array,
      })
      clearTimeout(timer)
      return
    }
    expect.fail('no report came')
  })

  it('are in tables, which are listed with the links between which they route', async ({ skip }) => {
    expect((await rt.multicastRoutes.tables()).flatMap(({ vifs }) => vifs)).toEqual([])
    if ((await route('4', '10.1.0.1', '239.1.2.3')) !== undefined) skip('the kernel has no multicast routing')
    const other = await route('4', '10.1.0.1', '239.1.2.3', '100')
    const tables = await rt.multicastRoutes.tables()
    expect(tables.map(({ table }) => table).sort()).toEqual(other === undefined ? [100, 'default'] : ['default'])
    for (const table of tables) {
      expect(table).toMatchObject({
        cacheResQueueLen: 0,
        mrouteRegVifNum: -1,
        mrouteDoAssert: false,
        mrouteDoPim: false,
        mrouteDoWrvifwhole: false,
        vifs: (['v0', 'w0'] as const).map((name, vifId) => ({
          ifindex: indices[name],
          vifId,
          flags: ['useIfindex'],
          bytesIn: 0,
          bytesOut: 0,
          packetsIn: 0,
          packetsOut: 0,
          remoteAddr: '0.0.0.0',
        })),
      })
      expect(table).not.toHaveProperty('unknownAttributes')
      expect(table.vifs[0]).not.toHaveProperty('unknownAttributes')
    }
    // By another eye: number, name, bytes and packets in, bytes and packets out, flags.
    expect(inside(netns, 'cat', '/proc/net/ip_mr_vif')).toMatch(
      /^ 0 v0 +0 +0 +0 +0 00008 .*\n 1 w0 +0 +0 +0 +0 00008 /m,
    )
    // Links are not taken for tables, nor tables for links.
    expect((await rt.links.list()).map(({ name }) => name)).toContain('v0')
  })
})

it('refuses what can not be asked for before anything is sent', () => {
  expect(() => multicastRouteList({ family: 'ipmr' as never })).toThrow(/^family: expected ipv4 or ipv6, got "ipmr"/)
  expect(() => multicastRouteList({ iif: 'v0' } as never)).toThrow(/^iif: unknown option, did you mean oif/)
  expect(() => multicastRouteList({ table: 'x' as never })).toThrow(/^table: expected one of unspec, default/)
  expect(() => multicastRouteList({ oif: 0 })).toThrow(/^oif: expected a link/)
  expect(() => multicastRouteGet({ source: '10.0.0.1' } as never)).toThrow(/^group: expected an IPv4 or IPv6 address/)
  expect(() => multicastRouteGet({ source: '::1', group: '239.0.0.1' })).toThrow(/^source: expected an IPv4 address/)
  expect(() => multicastRouteGet({ source: '10.0.0.1', group: '239.0.0' })).toThrow(/^group: expected an IPv4 address/)
  expect(() => multicastRouteGet(null as never)).toThrow(/expected an object, got null/)
})

it('reads nothing beyond the end of malformed attributes', () => {
  const read = (...attributes: number[]) => {
    const bytes = Uint8Array.of(128, 32, 32, 0, 253, 17, 0, 5, 0, 0, 0, 0, ...attributes)
    return readMulticastRoute(new Reader(bytes), { type: 24, flags: 0, sequence: 0, start: 0, body: 0, end: bytes.length }) // prettier-ignore
  }
  expect(read(8, 0, 1, 0, 239, 1, 2, 3)).toMatchObject({ source: '0.0.0.0', group: '239.1.2.3', protocol: 'mrouted' })
  expect(() => read(12, 0, 1, 0, 239, 1, 2, 3)).toThrow(MalformedMessage)
  expect(() => read(12, 0, 9, 0, 12, 0, 0, 0, 1, 0, 0, 0)).toThrow(MalformedMessage)
})

describe('as bytes', () => {
  type Tree = [number, Tree[] | number[]]
  const isNest = (value: Tree[] | number[]): value is Tree[] => Array.isArray(value[0])
  const encode = (trees: Tree[]): number[] =>
    trees.flatMap(([type, value]) => {
      const payload = isNest(value) ? encode(value) : value
      return [payload.length + 4, 0, type, 0, ...payload, ...new Array<number>(-payload.length & 3).fill(0)]
    })
  const word = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24]
  const message = (header: number[], trees: Tree[]): [Reader, Message] => {
    const bytes = Uint8Array.of(...header, ...encode(trees))
    return [new Reader(bytes), { type: 16, flags: 0, sequence: 0, start: 0, body: 0, end: bytes.length }]
  }
  const ifinfo = (family: number): number[] => [family, ...new Array<number>(15).fill(0)]

  it('the question for tables is a header alone', () => {
    expect([...multicastTableList().bytes.subarray(16)]).toEqual(ifinfo(128))
  })

  it('a table has a tunnel and the link of PIM Register', () => {
    const vifs: Tree[] = [
      [1, [[1, word(9)], [2, word(2)], [3, [1, 0]], [8, [192, 0, 2, 1]], [9, [192, 0, 2, 2]], [99, [1]]]],
      [1, [[1, word(8)], [2, word(3)], [3, [4, 0]]]],
    ] // prettier-ignore
    const table: Tree[] = [[1, word(300)], [2, word(5)], [3, word(3)], [4, [1]], [5, [1]], [7, [1]], [6, vifs]] // prettier-ignore
    expect(readMulticastTable(...message(ifinfo(128), [[26, table]]))).toEqual({
      table: 300, cacheResQueueLen: 5, mrouteRegVifNum: 3, mrouteDoAssert: true, mrouteDoPim: true, mrouteDoWrvifwhole: true,
      vifs: [
        {
          ifindex: 9, vifId: 2, flags: ['tunnel'], localAddr: '192.0.2.1', remoteAddr: '192.0.2.2',
          unknownAttributes: [{ type: 99, data: Uint8Array.of(1) }],
        },
        { ifindex: 8, vifId: 3, flags: ['register'] },
      ],
    }) // prettier-ignore
    expect(readMulticastTable(...message(ifinfo(0), [[26, table]]))).toBeUndefined()
    expect(readMulticastTable(...message(ifinfo(128), []))).toBeUndefined()
  })

  it('a table in two messages is put together', () => {
    const part = (table: number, ...vifs: number[]) => ({ table, vifs: vifs.map((vifId) => ({ vifId })) })
    expect(joinMulticastTables([part(1, 0, 1), part(1, 2), part(2, 0), part(3)])).toEqual([part(1, 0, 1, 2), part(2, 0), part(3)]) // prettier-ignore
  })

  it('a report shows a whole packet, and what else it may be about', () => {
    const read = (family: number, ...trees: Tree[]) => readMulticastReport(...message([family, 0, 0, 0], trees))
    const source: Tree = [3, [10, 0, 0, 1]]
    const group: Tree = [4, [239, 1, 2, 3]]
    expect(read(128, [1, [3]], [2, word(4)], source, group, [5, [0x45, 0, 0, 20]], [6, word(253)])).toEqual({
      family: 'ipv4',
      msgType: 'wholePkt',
      vifId: 4,
      source: '10.0.0.1',
      group: '239.1.2.3',
      packet: Uint8Array.of(0x45, 0, 0, 20),
      table: 'default',
    })
    const six = (last: number): number[] => [0x20, 1, 0xd, 0xb8, ...new Array<number>(11).fill(0), last]
    expect(read(129, [1, [2]], [3, six(1)], [4, six(2)], [7, [1]])).toEqual({
      family: 'ipv6',
      msgType: 'wrongVif',
      source: '2001:db8::1',
      group: '2001:db8::2',
      unknownAttributes: [{ type: 7, data: Uint8Array.of(1) }],
    })
    expect([4, 9].map((type) => read(129, [1, [type]])?.msgType)).toEqual(['wrVifWhole', 9])
    expect(read(2, [1, [1]])).toBeUndefined()
    const cut = Uint8Array.of(128, 0, 0, 0, 12, 0, 3, 0, 10, 0, 0, 1)
    const [, whole] = message([], [])
    expect(() => readMulticastReport(new Reader(cut), { ...whole, end: cut.length })).toThrow(MalformedMessage)
  })
})
