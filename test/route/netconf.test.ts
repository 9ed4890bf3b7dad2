import { afterEach, beforeEach, expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { netconfGet, netconfList } from '../../src/route/netconf.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import type { RouteEvent } from '../../src/route/watch.js'
import { readNetconf } from '../../src/schema/netconf.js'
import { MalformedMessage, Reader } from '../../src/wire/reader.js'
import { ip } from '../support/iproute2.js'
import { olderThan } from '../support/kernel.js'
import { describePrivileged } from '../support/netns.js'

let netns: Netns
let rt: Rtnetlink

/** Settings as ip tells them, in our words. */
interface Seen {
  family: string
  interface: string
  forwarding: boolean
  rp_filter?: string
  mc_forwarding: boolean
  proxy_neigh: boolean
  ignore_routes_with_linkdown: boolean
}
const seen = (words = ''): Seen[] => JSON.parse(ip(netns, `-j ${words} netconf show`)) as Seen[]

describePrivileged('settings', () => {
  let ifindex: number
  beforeEach(async () => {
    netns = await Netns.create()
    rt = await Rtnetlink.open({ netns })
    ifindex = (await rt.links.create({ kind: 'bridge', name: 'br0' })).ifindex
  })
  afterEach(async () => {
    await rt.close()
    netns.close()
  })

  it('of a link are those that were set', async () => {
    await netns.sysctl.set('net.ipv4.conf.br0.forwarding', 1)
    await netns.sysctl.set('net.ipv4.conf.br0.rp_filter', 2)
    await netns.sysctl.set('net.ipv4.conf.br0.proxy_arp', 1)
    await netns.sysctl.set('net.ipv4.conf.br0.bc_forwarding', 1)
    await netns.sysctl.set('net.ipv6.conf.br0.ignore_routes_with_linkdown', 1)
    expect(await rt.netconf.get('br0')).toEqual({
      family: 'ipv4',
      ifindex,
      forwarding: true,
      rpFilter: 'loose',
      mcForwarding: false,
      bcForwarding: true,
      proxyNeigh: true,
      ignoreRoutesWithLinkdown: false,
    })
    expect(await rt.netconf.get(ifindex, { family: 'ipv6' })).toMatchObject({
      family: 'ipv6',
      ifindex,
      forwarding: false,
      proxyNeigh: false,
      ignoreRoutesWithLinkdown: true,
    })
  })

  it.skipIf(olderThan('6.17'))(
    'of a link of IPv6 may send packets on of its own, of which a change is heard',
    async () => {
      const watch = rt.watch(['netconf'])
      await netns.sysctl.set('net.ipv6.conf.br0.force_forwarding', 1)
      const event = (await watch.next()).value as RouteEvent
      expect(event).toMatchObject({ type: 'netconf', action: 'new', netconf: { family: 'ipv6', ifindex } })
      expect(event).not.toHaveProperty('netconf.unknownAttributes')
      watch.close()
    },
  )

  it('of all links and of new ones are told apart', async () => {
    await netns.sysctl.set('net.ipv4.conf.default.rp_filter', 1)
    expect(await rt.netconf.get('default')).toMatchObject({ ifindex: 'default', rpFilter: 'strict' })
    expect(await rt.netconf.get('all', { family: 'ipv6' })).toMatchObject({ ifindex: 'all', forwarding: false })
  })

  it('are listed as ip lists them', async () => {
    await netns.sysctl.set('net.ipv4.conf.all.forwarding', 1)
    await netns.sysctl.set('net.ipv6.conf.br0.proxy_ndp', 1)
    for (const [words, family] of [
      ['-4', 'ipv4'],
      ['-6', 'ipv6'],
    ] as const) {
      const names = new Map((await rt.links.list()).map((link) => [link.ifindex, link.name]))
      const ours = (await rt.netconf.list({ family })).map((netconf) => ({
        family: netconf.family.replace('ipv4', 'inet').replace('ipv6', 'inet6'),
        interface: typeof netconf.ifindex === 'string' ? netconf.ifindex : names.get(netconf.ifindex),
        forwarding: netconf.forwarding,
        ...(netconf.rpFilter === undefined ? {} : { rp_filter: netconf.rpFilter }),
        mc_forwarding: netconf.mcForwarding,
        proxy_neigh: netconf.proxyNeigh,
        ignore_routes_with_linkdown: netconf.ignoreRoutesWithLinkdown,
      }))
      expect(ours).toEqual(seen(words))
    }
    const families = new Set((await rt.netconf.list()).map(({ family }) => family))
    expect(families.has('ipv4') && families.has('ipv6')).toBe(true)
  })

  it('are watched', async () => {
    const watch = rt.watch(['netconf'])
    await netns.sysctl.set('net.ipv4.conf.br0.forwarding', 1)
    expect((await watch.next()).value).toMatchObject({
      type: 'netconf',
      action: 'new',
      netconf: { family: 'ipv4', ifindex, forwarding: true },
    })
    await netns.sysctl.set('net.ipv6.conf.default.proxy_ndp', 1)
    expect((await watch.next()).value).toMatchObject({ netconf: { ifindex: 'default', proxyNeigh: true } })
    ip(netns, 'link del br0')
    const gone = [(await watch.next()).value, (await watch.next()).value]
    expect(gone).toEqual([
      { type: 'netconf', action: 'delete', netconf: { family: expect.any(String) as string, ifindex } },
      { type: 'netconf', action: 'delete', netconf: { family: expect.any(String) as string, ifindex } },
    ])
    watch.close()
  })

  it('of what is not there are refused', async () => {
    const error: unknown = await rt.netconf.get(4242).catch((e: unknown) => e)
    expect(error).toMatchObject({ request: 'RTM_GETNETCONF' })
    expect((error as Error).message).toMatch(/^can't get ipv4 settings of link #4242: /)
    await expect(rt.netconf.get('nope')).rejects.toMatchObject({ code: 'ENODEV' })
  })
})

it('refuses what is no key or filter before anything is sent', () => {
  expect(() => netconfGet({} as never)).toThrow(/^link: expected a link, all or default, got undefined/)
  expect(() => netconfGet({ link: 0 })).toThrow(/^link: expected a link: .* got 0/)
  expect(() => netconfGet({ link: 'lo', family: 'inet' as never })).toThrow(/^family: expected one of ipv4, ipv6, mpls/)
  expect(() => netconfGet({ link: 'lo', famly: 'ipv4' } as never)).toThrow(
    /^famly: unknown option, did you mean family/,
  )
  expect(() => netconfList({ link: 'lo' } as never)).toThrow(/^link: unknown option/)
  expect(() => netconfList(null as never)).toThrow(/expected an object, got null/)
})

it('reads MPLS settings, and refuses malformed ones', () => {
  const bytes = Uint8Array.of(28, 0, 0, 0, 8, 0, 1, 0, 3, 0, 0, 0, 8, 0, 7, 0, 1, 0, 0, 0)
  const message = { type: 80, flags: 0, sequence: 0, start: 0, body: 0, end: 20 }
  expect(readNetconf(new Reader(bytes), message)).toEqual({ family: 'mpls', ifindex: 3, input: true })
  expect(() => readNetconf(new Reader(bytes), { ...message, end: 18 })).toThrow(MalformedMessage)
  expect(readNetconf(new Reader(bytes), { ...message, end: 4 })).toBeUndefined()
})

it('reads whether a link of IPv6 sends packets on of its own', () => {
  const bytes = Uint8Array.of(10, 0, 0, 0, 8, 0, 1, 0, 3, 0, 0, 0, 8, 0, 9, 0, 1, 0, 0, 0)
  const message = { type: 80, flags: 0, sequence: 0, start: 0, body: 0, end: 20 }
  expect(readNetconf(new Reader(bytes), message)).toEqual({ family: 'ipv6', ifindex: 3, forceForwarding: true })
})
