import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { multicastRouteGet, multicastRouteList } from '../../src/route/multicast-routes.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import { readMulticastRoute } from '../../src/schema/multicast-route.js'
import { MalformedMessage, Reader } from '../../src/wire/reader.js'
import { ip } from '../support/iproute2.js'
import { olderThan } from '../support/kernel.js'
import { describePrivileged, inside } from '../support/netns.js'

let netns: Netns
let rt: Rtnetlink
let daemon: ChildProcess | undefined

/** Has a daemon make a route from v0 to w0; resolves to why it can't. */
async function route(version: '4' | '6', source: string, group: string): Promise<string | undefined> {
  const script = join(import.meta.dirname, '../support/multicast-daemon.py')
  daemon = spawn(
    'nsenter',
    [`--net=/proc/${process.pid}/fd/${netns.fd}`, 'python3', script, version, source, group, 'v0', 'w0'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const [said] = (await once(daemon.stdout!, 'data')) as [Buffer]
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
    if (daemon !== undefined) {
      const ended = once(daemon, 'exit')
      daemon.stdin!.end()
      await ended
      daemon = undefined
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
    daemon!.stdin!.end()
    expect((await watch.next()).value).toMatchObject({ type: 'multicastRoute', action: 'delete', route: { group } })
    watch.close()
  })

  it('that nobody has made yet are asked for, and unresolved until then', async ({ skip }) => {
    if ((await route('4', '10.1.0.1', '239.1.2.3')) !== undefined) skip('the kernel has no multicast routing')
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
