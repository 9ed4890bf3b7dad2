import { join } from 'node:path'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { anycastAddressList, multicastAddressList } from '../../src/route/group-addresses.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import type { RouteEvent } from '../../src/route/watch.js'
import { readGroupAddress } from '../../src/schema/group-address.js'
import { readNdUserOptions, readPrefix } from '../../src/schema/router-advertisement.js'
import { MalformedMessage, Reader } from '../../src/wire/reader.js'
import { ip } from '../support/iproute2.js'
import { olderThan } from '../support/kernel.js'
import { describePrivileged, inside } from '../support/netns.js'

let netns: Netns
let rt: Rtnetlink
let ifindex: number

/** The groups of a link as ip reads them in /proc. */
const seen = (version: string): string[] =>
  (JSON.parse(ip(netns, `-j ${version} maddr show dev v0`)) as { maddr: { address: string }[] }[])[0]!.maddr.map(
    ({ address }) => address,
  )
const inNamespace = (name: string, body: () => void) =>
  describePrivileged(name, () => {
    beforeEach(async () => {
      netns = await Netns.create()
      rt = await Rtnetlink.open({ netns })
      await rt.links.create({ kind: 'veth', name: 'v0', up: true, veth: { peer: { name: 'v1' } } })
      await rt.links.update('v1', { up: true })
      ifindex = rt.socket.linkIndex('v0')!
    })
    afterEach(async () => {
      await rt.close()
      netns.close()
    })
    body()
  })

inNamespace('addresses of groups', () => {
  it('that a link listens to are those in /proc: IPv6', async () => {
    ip(netns, 'addr add ff05::1234 dev v0 autojoin')
    const ours = await rt.groupAddresses.listMulticast({ link: 'v0' })
    expect(ours.map(({ address }) => address).sort()).toEqual(seen('-6').sort())
    const found = ours.find(({ address }) => address === 'ff05::1234')!
    expect(found).toMatchObject({ type: 'multicast', family: 'ipv6', ifindex, scope: 'site' })
    expect(found.created).toBeGreaterThan(0)
    expect(found).not.toHaveProperty('unknownAttributes')
    const links = new Set((await rt.groupAddresses.listMulticast()).map((address) => address.ifindex))
    expect(links.has(ifindex) && links.size > 1).toBe(true)
  })

  it.skipIf(olderThan('6.15'))('that a link listens to are those in /proc: IPv4', async () => {
    ip(netns, 'addr add 239.1.2.3/32 dev v0 autojoin')
    const ours = await rt.groupAddresses.listMulticast({ family: 'ipv4', link: ifindex })
    expect(ours.map(({ address }) => address).sort()).toEqual(seen('-4').sort())
    expect(ours).toContainEqual(expect.objectContaining({ family: 'ipv4', ifindex, address: '239.1.2.3' }))
  })

  it.runIf(olderThan('6.15'))('of IPv4 are told in /proc alone by older kernels', async () => {
    const error: unknown = await rt.groupAddresses.listMulticast({ family: 'ipv4' }).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'EOPNOTSUPP', request: 'RTM_GETMULTICAST' })
    expect((error as Error).message).toMatch(/^can't list ipv4 multicast addresses: .*\/proc\/net\/igmp/s)
  })

  it('of anycast are those of a router', async () => {
    ip(netns, 'addr add 2001:db8:1::1/64 dev v0 nodad')
    await netns.sysctl.set('net.ipv6.conf.v0.forwarding', 1)
    const ours = await rt.groupAddresses.listAnycast({ link: 'v0' })
    expect(ours).toContainEqual(
      expect.objectContaining({ type: 'anycast', family: 'ipv6', ifindex, address: '2001:db8:1::' }),
    )
    expect(await rt.groupAddresses.listAnycast({ link: 'v1' })).toEqual([])
    const proc = inside(netns, 'cat', '/proc/net/anycast6')
    expect(proc).toContain('20010db8000100000000000000000000')
    const error: unknown = await rt.groupAddresses.listAnycast({ family: 'ipv4' }).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'EOPNOTSUPP' })
    expect((error as Error).message).toContain('there are none of IPv4')
  })

  it.skipIf(olderThan('6.15'))('are watched as links join and leave them', async () => {
    const watch = rt.watch(['groupAddress'])
    const next = async (address: string): Promise<RouteEvent> => {
      for await (const event of { [Symbol.asyncIterator]: () => ({ next: () => watch.next() }) }) {
        if (event.type === 'groupAddress' && event.address.address === address) return event
      }
      throw new Error('the watch has ended')
    }
    ip(netns, 'addr add 239.1.2.3/32 dev v0 autojoin')
    expect(await next('239.1.2.3')).toMatchObject({ action: 'new', address: { type: 'multicast', ifindex } })
    ip(netns, 'addr del 239.1.2.3/32 dev v0')
    expect(await next('239.1.2.3')).toMatchObject({ action: 'delete', address: { family: 'ipv4' } })
    ip(netns, 'addr add ff05::1234 dev v0 autojoin')
    expect(await next('ff05::1234')).toMatchObject({ action: 'new', address: { family: 'ipv6' } })
    ip(netns, 'addr add 2001:db8:1::1/64 dev v0 nodad')
    await netns.sysctl.set('net.ipv6.conf.v0.forwarding', 1)
    expect(await next('2001:db8:1::')).toMatchObject({ action: 'new', address: { type: 'anycast', ifindex } })
    watch.close()
  })

  it.runIf(olderThan('6.14'))('can not be watched before there was a group for them', () => {
    expect(() => rt.watch(['groupAddress'])).toThrow(expect.objectContaining({ code: 'EINVAL' }) as Error)
  })
})

inNamespace('what a router advertises', () => {
  it('is heard of: prefixes and name servers', async () => {
    await netns.sysctl.set('net.ipv6.conf.v0.accept_ra', 2)
    await netns.sysctl.set('net.ipv6.conf.v0.accept_ra_from_local', 1)
    ip(netns, 'link set v1 addrgenmode none')
    ip(netns, 'addr flush dev v1')
    ip(netns, 'addr add fe80::7/64 dev v1 nodad')
    const watch = rt.watch(['prefix', 'ndUserOption'])
    const script = join(import.meta.dirname, '../support/router-advertisement.py')
    inside(netns, 'python3', script, 'v1', '2001:db8:5::', '2001:db8::53')
    const events: RouteEvent[] = []
    const isServer = (event: RouteEvent) =>
      event.type === 'ndUserOption' && event.advertisement.options.some(({ type }) => type === 'rdnss')
    while (!events.some(isServer) || !events.some(({ type }) => type === 'prefix')) {
      events.push((await watch.next()).value as RouteEvent)
    }
    watch.close()
    expect(events.find(({ type }) => type === 'prefix')).toEqual({
      type: 'prefix',
      prefix: {
        ifindex,
        prefix: '2001:db8:5::/64',
        flags: ['onlink', 'autoconf'],
        validLifetime: Infinity,
        preferredLifetime: 600,
      },
    })
    const server = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x53]
    // Newer kernels tell the prefix as an option, too.
    expect(events.find(isServer)).toEqual({
      type: 'ndUserOption',
      advertisement: {
        ifindex,
        icmpType: 134,
        icmpCode: 0,
        source: 'fe80::7',
        options: [{ type: 'rdnss', data: Uint8Array.of(0, 0, 0, 0, 1, 44, ...server) }],
      },
    })
  })
})

it('refuse filters that there are not', () => {
  expect(() => multicastAddressList({ type: 'anycast' } as never)).toThrow(/^type: unknown option/)
  expect(() => multicastAddressList({ family: 'ip' as never })).toThrow(/^family: expected ipv4 or ipv6/)
  expect(() => anycastAddressList({ link: -1 })).toThrow(/^link: expected a link/)
  expect(() => anycastAddressList(7 as never)).toThrow(/expected an object, got 7/)
})

const message = (end: number) => ({ type: 0, flags: 0, sequence: 0, start: 0, body: 0, end })

it('are told from a link’s own, and read no further than they go', () => {
  const bytes = new Uint8Array(28)
  bytes.set([10, 128, 0x80, 0, 3, 0, 0, 0, 20, 0, 1, 0])
  expect(readGroupAddress(new Reader(bytes), message(28))).toBeUndefined()
  bytes[10] = 7
  expect(readGroupAddress(new Reader(bytes), message(28))).toMatchObject({ type: 'multicast', address: '::' })
  expect(() => readGroupAddress(new Reader(bytes), message(24))).toThrow(MalformedMessage)
})

it('refuse advertisements that are malformed', () => {
  const options = new Uint8Array(16 + 8 + 20)
  options.set([10, 0, 8, 0, 3, 0, 0, 0, 134, 0, 0, 0, 0, 0, 0, 0, 37, 1, 1, 2, 3, 4, 5, 6, 20, 0, 1, 0])
  expect(readNdUserOptions(new Reader(options), message(44))).toEqual({
    ifindex: 3,
    icmpType: 134,
    icmpCode: 0,
    source: '::',
    options: [{ type: 'captivePortal', data: Uint8Array.of(1, 2, 3, 4, 5, 6) }],
  })
  expect(() => readNdUserOptions(new Reader(options), message(20))).toThrow(MalformedMessage)
  for (const [at, value] of [
    [17, 0],
    [17, 2],
    [2, 255],
    [2, 7],
    [24, 3],
  ] as const) {
    const broken = options.slice()
    broken[at] = value
    expect(() => readNdUserOptions(new Reader(broken), message(44)), `byte ${at} is ${value}`).toThrow(MalformedMessage)
  }
  const prefix = new Uint8Array(32)
  prefix.set([10, 0, 0, 0, 3, 0, 0, 0, 3, 64, 0x63, 0, 20, 0, 1, 0])
  expect(readPrefix(new Reader(prefix), message(32))).toEqual({
    ifindex: 3,
    prefix: '::/64',
    flags: ['onlink', 'autoconf', 'routerAddress'],
  })
  expect(() => readPrefix(new Reader(prefix), message(30))).toThrow(MalformedMessage)
})
