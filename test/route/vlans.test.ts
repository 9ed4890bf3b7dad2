import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import type { RouteEvent } from '../../src/route/watch.js'
import {
  vlanAdd,
  vlanDelete,
  vlanEntryDelete,
  vlanGlobalSet,
  vlanList,
  vlanSet,
  vlanTunnelAdd,
} from '../../src/route/vlans.js'
import { readVlanGlobals, readVlans } from '../../src/schema/bridge-vlan.js'
import { Messages } from '../../src/wire/message.js'
import { Reader } from '../../src/wire/reader.js'
import { bridge, bridgeJson, ip } from '../support/iproute2.js'
import { olderThan } from '../support/kernel.js'
import { describePrivileged } from '../support/netns.js'

let netns: Netns
let rt: Rtnetlink

/** Whether the kernel has VLANs of bridges, found out once. */
let has: boolean | undefined
const LACKS = 'the kernel has no CONFIG_BRIDGE_VLAN_FILTERING'

interface SeenVlan {
  vlan: number
  vlanEnd?: number
  flags?: string[]
}
/** What `bridge -j -compressvlans vlan show` says of one link: ranges as such. */
const seen = (name: string): SeenVlan[] =>
  ((bridgeJson(netns, `-compressvlans vlan show dev ${name}`) as { vlans: SeenVlan[] }[])[0]?.vlans ?? []).map(
    ({ flags = [], ...vlan }) => (flags.length > 0 ? { ...vlan, flags } : vlan),
  )
/** What `bridge -j -d vlan show` says of one VLAN, with its options. */
const details = (name: string, vid: number): Record<string, unknown> =>
  (bridgeJson(netns, `-d vlan show dev ${name}`) as { vlans: SeenVlan[] }[])[0]!.vlans.find(
    ({ vlan }) => vlan === vid,
  ) as unknown as Record<string, unknown>
const global = (vid: number): Record<string, unknown> =>
  (bridgeJson(netns, '-d vlan global show dev br0') as { vlans: SeenVlan[] }[])[0]!.vlans.find(
    ({ vlan, vlanEnd = vlan }) => vlan <= vid && vlanEnd >= vid,
  ) as unknown as Record<string, unknown>

/** A suite whose tests have a bridge with VLANs and two ports in a namespace of their own. */
function withBridge(name: string, body: () => void): void {
  describePrivileged(name, () => {
    beforeEach(async ({ skip }) => {
      netns = await Netns.create()
      rt = await Rtnetlink.open({ netns })
      ip(netns, 'link add p0 type veth peer name q0')
      ip(netns, 'link add p1 type veth peer name q1')
      try {
        ip(netns, 'link add br0 type bridge vlan_filtering 1 vlan_default_pvid 0 mcast_vlan_snooping 1')
        ip(netns, 'link set p0 master br0')
        ip(netns, 'link set p1 master br0')
        if (has === undefined) bridge(netns, 'vlan add dev p0 vid 2')
        if (has === undefined) bridge(netns, 'vlan del dev p0 vid 2')
        has ??= true
      } catch {
        has = false
      }
      if (!has) skip(LACKS)
    })
    afterEach(async () => {
      await rt.close()
      netns.close()
    })
    body()
  })
}

withBridge('VLANs of bridges and ports', () => {
  it('are added to ports, singly and in ranges, with and without tags', async () => {
    await rt.vlans.add({ link: 'p0', vid: 10, pvid: true, untagged: true })
    await rt.vlans.add({ link: 'p0', vid: 100, vidEnd: 199 })
    await rt.vlans.add({ link: 'p1', vid: 20, untagged: true })
    expect(seen('p0')).toEqual([
      { vlan: 10, flags: ['PVID', 'Egress Untagged'] },
      { vlan: 100, vlanEnd: 199 },
    ])
    expect(seen('p1')).toEqual([{ vlan: 20, flags: ['Egress Untagged'] }])
    expect(seen('br0')).toEqual([])
  })

  it('become what the latest says', async () => {
    await rt.vlans.add({ link: 'p0', vid: 10, pvid: true, untagged: true })
    await rt.vlans.add({ link: 'p0', vid: 10 })
    expect(seen('p0')).toEqual([{ vlan: 10 }])
  })

  it('are added to the bridge itself with self, and from a port with master and self', async () => {
    await rt.vlans.add({ link: 'br0', vid: 7, self: true, untagged: true })
    expect(seen('br0')).toEqual([{ vlan: 7, flags: ['Egress Untagged'] }])
    await rt.vlans.add({ link: 'p0', vid: 8, master: true })
    expect(seen('p0')).toEqual([{ vlan: 8 }])
    await rt.vlans.delete({ link: 'br0', vid: 7, self: true })
    expect(seen('br0')).toEqual([])
  })

  it('are deleted, and that there are none is no failure', async () => {
    await rt.vlans.add({ link: 'p0', vid: 10, vidEnd: 20 })
    await rt.vlans.delete({ link: 'p0', vid: 12, vidEnd: 14 })
    expect(seen('p0')).toEqual([
      { vlan: 10, vlanEnd: 11 },
      { vlan: 15, vlanEnd: 20 },
    ])
    await rt.vlans.delete({ link: 'p0', vid: 12 })
    await rt.run(vlanEntryDelete({ link: 'p0', vid: 15, vidEnd: 20 }))
    expect(seen('p0')).toEqual([{ vlan: 10, vlanEnd: 11 }])
  })

  it('are added with options in one message', async () => {
    await rt.vlans.add({ link: 'p0', vid: 10, vidEnd: 12, untagged: true, state: 'blocking' })
    expect(seen('p0')).toEqual([{ vlan: 10, vlanEnd: 12, flags: ['Egress Untagged'] }])
    expect(details('p0', 10)).toMatchObject({ state: 'blocking' })
  })

  it('have options that are set', async () => {
    bridge(netns, 'vlan add dev p0 vid 10')
    bridge(netns, 'vlan add dev p0 vid 11')
    await rt.vlans.set({ link: 'p0', vid: 10, state: 'learning', mcastRouter: 'perm' })
    expect(details('p0', 10)).toMatchObject({ state: 'learning', mcast_router: 2 })
    expect(details('p0', 11)).toMatchObject({ state: 'forwarding', mcast_router: 1 })
    await expect(rt.vlans.set({ link: 'p0', vid: 12, state: 'learning' })).rejects.toMatchObject({
      code: 'ENOENT',
      request: 'RTM_NEWVLAN',
    })
    await rt.vlans.set({ link: 'p0', vid: 10, vidEnd: 11, state: 'disabled' })
    expect(details('p0', 10)).toMatchObject({ state: 'disabled' })
    expect(details('p0', 11)).toMatchObject({ state: 'disabled' })
  })

  it.skipIf(olderThan('6.3'))('have at most as many multicast groups as they may', async () => {
    bridge(netns, 'vlan add dev p0 vid 10')
    await rt.vlans.set({ link: 'p0', vid: 10, mcastMaxGroups: 5 })
    expect(await rt.vlans.list({ link: 'p0' })).toMatchObject([{ vid: 10, mcastMaxGroups: 5, mcastNGroups: 0 }])
  })

  it('are mapped to tunnels, one each', async () => {
    ip(netns, 'link add vx0 type vxlan dstport 4789 external')
    ip(netns, 'link set vx0 master br0')
    bridge(netns, 'link set dev vx0 vlan_tunnel on')
    bridge(netns, 'vlan add dev vx0 vid 10-20')
    const tunnels = () =>
      (bridgeJson(netns, 'vlan tunnelshow dev vx0') as { tunnels: object[] }[]).flatMap(({ tunnels }) => tunnels)
    await rt.vlans.addTunnel({ link: 'vx0', vid: 10, tunnelId: 5000 })
    await rt.vlans.addTunnel({ link: 'vx0', vid: 12, vidEnd: 14, tunnelId: 1012 })
    expect(tunnels()).toEqual([
      { vlan: 10, tunid: 5000 },
      { vlan: 12, vlanEnd: 14, tunid: 1012, tunidEnd: 1014 },
    ])
    await rt.vlans.set({ link: 'vx0', vid: 16, tunnelId: 77 })
    expect(tunnels()).toContainEqual({ vlan: 16, tunid: 77 })
    const listed = (await rt.vlans.list({ link: 'vx0' })).map(({ vid, vidEnd, tunnelId }) => [vid, vidEnd, tunnelId])
    expect(listed).toEqual([
      [10, undefined, 5000],
      [11, undefined, undefined],
      [12, 14, 1012],
      [15, undefined, undefined],
      [16, undefined, 77],
      [17, 20, undefined],
    ])
    await rt.vlans.set({ link: 'vx0', vid: 16, tunnelId: null })
    await rt.vlans.deleteTunnel({ link: 'vx0', vid: 12, vidEnd: 14, tunnelId: 1012 })
    expect(tunnels()).toEqual([{ vlan: 10, tunid: 5000 }])
  })

  it('made by bridge(8) are listed, of all links or of one', async () => {
    bridge(netns, 'vlan add dev p0 vid 10 pvid untagged')
    bridge(netns, 'vlan add dev p0 vid 30-40')
    bridge(netns, 'vlan add dev p1 vid 20 untagged')
    bridge(netns, 'vlan add dev br0 vid 10 self')
    bridge(netns, 'vlan set dev p1 vid 20 state blocking')
    const p0 = rt.socket.linkIndex('p0')!
    const all = await rt.vlans.list()
    expect(all.map(({ ifindex, vid }) => [ifindex, vid])).toEqual(
      expect.arrayContaining([
        [p0, 10],
        [p0, 30],
        [rt.socket.linkIndex('p1'), 20],
        [rt.socket.linkIndex('br0'), 10],
      ]),
    )
    expect(all).toHaveLength(4)
    expect(await rt.vlans.list({ link: 'p0' })).toMatchObject([
      { ifindex: p0, vid: 10, pvid: true, untagged: true, flags: ['pvid', 'untagged'], state: 'forwarding' },
      { ifindex: p0, vid: 30, vidEnd: 40, pvid: false, untagged: false, flags: [] },
    ])
    const [one] = await rt.vlans.list({ link: 'p1' })
    expect(one).toMatchObject({ vid: 20, untagged: true, state: 'blocking', mcastRouter: 'tempQuery' })
    expect(all.filter((vlan) => 'unknownAttributes' in vlan || 'vidEnd' in vlan)).toHaveLength(1)
    await expect(rt.vlans.list({ link: 'nope' })).rejects.toMatchObject({ code: 'ENODEV' })
  })

  it('are listed with what they count, each by itself', async () => {
    ip(netns, 'link set br0 type bridge vlan_stats_enabled 1')
    bridge(netns, 'vlan add dev p0 vid 30-31')
    const found = await rt.vlans.list({ link: 'p0', statistics: true })
    expect(found.map(({ vid, statistics }) => [vid, statistics])).toEqual(
      [30, 31].map((vid) => [vid, { rxBytes: 0, rxPackets: 0, txBytes: 0, txPackets: 0 }]),
    )
    expect((await rt.vlans.list({ link: 'p0' }))[0]).not.toHaveProperty('statistics')
  })

  it('are many: every one of them on a port is listed', async () => {
    await rt.vlans.add({ link: 'p0', vid: 1, vidEnd: 4094 })
    const found = await rt.vlans.list({ link: 'p0', statistics: true })
    expect(found.map(({ vid }) => vid)).toEqual(Array.from({ length: 4094 }, (_, index) => index + 1))
  })
})

withBridge('what a bridge does with VLANs', () => {
  beforeEach(() => {
    bridge(netns, 'vlan add dev br0 vid 10 self')
    bridge(netns, 'vlan add dev br0 vid 11 self')
  })

  it('is set option by option, as bridge(8) then shows it', async () => {
    const options: [object, string, unknown][] = [
      [{ mcastSnooping: false }, 'mcast_snooping', 0],
      [{ mcastQuerier: true }, 'mcast_querier', 1],
      [{ mcastIgmpVersion: 3 }, 'mcast_igmp_version', 3],
      [{ mcastMldVersion: 2 }, 'mcast_mld_version', 2],
      [{ mcastLastMemberCount: 3 }, 'mcast_last_member_count', 3],
      [{ mcastStartupQueryCount: 4 }, 'mcast_startup_query_count', 4],
      [{ mcastLastMemberInterval: 200 }, 'mcast_last_member_interval', 200],
      [{ mcastMembershipInterval: 27_000 }, 'mcast_membership_interval', 27_000],
      [{ mcastQuerierInterval: 26_000 }, 'mcast_querier_interval', 26_000],
      [{ mcastQueryInterval: 13_000 }, 'mcast_query_interval', 13_000],
      [{ mcastQueryResponseInterval: 900 }, 'mcast_query_response_interval', 900],
      [{ mcastStartupQueryInterval: 3200 }, 'mcast_startup_query_interval', 3200],
    ]
    for (const [option, name, value] of options) {
      await rt.vlans.setGlobal({ link: 'br0', vid: 10, ...option })
      expect(global(10)[name], name).toBe(value)
      const [found] = await rt.vlans.listGlobal({ link: 'br0' })
      expect(found).toMatchObject({ vid: 10, ...option })
    }
    expect(global(11)).toMatchObject({ mcast_snooping: 1, mcast_querier: 0 })
  })

  it('is set of a range, and listed as one', async () => {
    await rt.vlans.setGlobal({ link: 'br0', vid: 10, vidEnd: 11, mcastQuerier: true })
    expect([global(10), global(11)]).toMatchObject([{ mcast_querier: 1 }, { mcast_querier: 1 }])
    expect(await rt.vlans.listGlobal()).toMatchObject([
      { ifindex: rt.socket.linkIndex('br0'), vid: 10, vidEnd: 11, mcastQuerier: true, msti: 0 },
    ])
    await expect(rt.vlans.setGlobal({ link: 'br0', vid: 12, mcastQuerier: true })).rejects.toMatchObject({
      code: 'ENOENT',
    })
  })

  it('puts VLANs into spanning trees', async () => {
    await rt.links.update('br0', { bridge: { multiBoolopt: { mcastVlanSnooping: false } } })
    for (const vid of [10, 11]) bridge(netns, `vlan del dev br0 vid ${vid} self`)
    await rt.links.update('br0', { bridge: { multiBoolopt: { mstEnable: true } } })
    bridge(netns, 'vlan add dev br0 vid 10 self')
    await rt.vlans.setGlobal({ link: 'br0', vid: 10, msti: 3 })
    expect(await rt.vlans.listGlobal({ link: 'br0' })).toMatchObject([{ vid: 10, msti: 3 }])
  })
})

withBridge('a watch of VLANs', () => {
  it('hears of VLANs, their options and what the bridge does with them', async () => {
    const watch = rt.watch(['vlan'])
    const next = async (): Promise<RouteEvent> => {
      const timer = setTimeout(() => watch.close(), 5000)
      const { value } = await watch.next()
      clearTimeout(timer)
      return value as RouteEvent
    }
    bridge(netns, 'vlan add dev p0 vid 10-12 untagged')
    expect(await next()).toMatchObject({
      type: 'vlan',
      action: 'new',
      vlan: { ifindex: rt.socket.linkIndex('p0'), vid: 10, vidEnd: 12, untagged: true },
    })
    bridge(netns, 'vlan set dev p0 vid 11 state blocking')
    expect(await next()).toMatchObject({ type: 'vlan', action: 'new', vlan: { vid: 11, state: 'blocking' } })
    bridge(netns, 'vlan del dev p0 vid 10')
    expect(await next()).toMatchObject({ type: 'vlan', action: 'delete', vlan: { vid: 10 } })
    bridge(netns, 'vlan add dev br0 vid 20 self')
    expect(await next()).toMatchObject({ type: 'vlan', vlan: { vid: 20, ifindex: rt.socket.linkIndex('br0') } })
    bridge(netns, 'vlan global set dev br0 vid 20 mcast_querier 1')
    expect(await next()).toMatchObject({ type: 'vlanGlobal', vlan: { vid: 20, mcastQuerier: true } })
    watch.close()
  })
})

describePrivileged('a kernel without VLANs of bridges', () => {
  it('is named as the reason', async ({ skip }) => {
    netns = await Netns.create()
    rt = await Rtnetlink.open({ netns })
    try {
      const error: unknown = await rt.vlans.list().catch((e: unknown) => e)
      if (Array.isArray(error)) skip('the kernel has VLANs of bridges')
      expect(error).toMatchObject({ code: 'EOPNOTSUPP', request: 'RTM_GETVLAN' })
      expect((error as Error).message).toMatch(/CONFIG_BRIDGE_VLAN_FILTERING/)
    } finally {
      await rt.close()
      netns.close()
    }
  })
})

const refusals: [string, () => unknown, RegExp][] = [
  ['no link', () => vlanAdd({ vid: 1 } as never), /^link: expected a link, got undefined/],
  ['no VLAN', () => vlanAdd({ link: 1 } as never), /^vid: expected a VLAN, an integer from 1 to 4094, got undefined/],
  ['VLAN 0', () => vlanAdd({ link: 1, vid: 0 }), /^vid: expected an integer from 1 to 4094, got 0/],
  ['VLAN 4095', () => vlanDelete({ link: 1, vid: 4095 }), /^vid: expected an integer from 1 to 4094, got 4095/],
  ['a VLAN as text', () => vlanAdd({ link: 1, vid: '10' as never }), /^vid: expected an integer .* got "10"/],
  ['a range that ends where it begins', () => vlanAdd({ link: 1, vid: 5, vidEnd: 5 }), /^vidEnd: expected an integer above vid \(5\), got 5/],
  ['a range as PVID', () => vlanAdd({ link: 1, vid: 5, vidEnd: 6, pvid: true }), /^pvid: expected false, or no range/],
  ['a flag that is none', () => vlanAdd({ link: 1, vid: 5, pvid: 1 as never }), /^pvid: expected true or false, got 1/],
  ['an unknown option', () => vlanAdd({ link: 1, vid: 5, untaged: true } as never), /^untaged: unknown option, did you mean untagged\?/],
  ['what a deletion has no use for', () => vlanDelete({ link: 1, vid: 5, pvid: true } as never), /^pvid: unknown option/],
  ['options with self', () => vlanAdd({ link: 1, vid: 5, state: 'learning', self: true }), /^self: expected nothing together with options/],
  ['a state that there is not', () => vlanSet({ link: 1, vid: 5, state: 'up' as never }), /^state: expected one of disabled, listening/],
  ['no option to set', () => vlanSet({ link: 1, vid: 5 }), /expected one of state, mcastRouter, .* in it, got an object with link, vid/],
  ['a tunnel that is none', () => vlanSet({ link: 1, vid: 5, tunnelId: 1 << 24 }), /^tunnelId: expected an integer from 0 to 16777215/],
  ['pvid where options are set', () => vlanSet({ link: 1, vid: 5, pvid: true } as never), /^pvid: unknown option/],
  ['no tunnel', () => vlanTunnelAdd({ link: 1, vid: 5 } as never), /^tunnelId: expected the id of a tunnel/],
  ['a range of tunnels beyond the last', () => vlanTunnelAdd({ link: 1, vid: 5, vidEnd: 7, tunnelId: 0xfffffe }), /^tunnelId: expected an integer from 0 to 16777215, got 16777216/],
  ['an unknown option of the bridge', () => vlanGlobalSet({ link: 1, vid: 5, mcastSnoping: true } as never), /^mcastSnoping: unknown option, did you mean mcastSnooping\?/],
  ['what can only be read', () => vlanGlobalSet({ link: 1, vid: 5, mcastRouterPorts: [] } as never), /^mcastRouterPorts: unknown option/],
  ['no option of the bridge', () => vlanGlobalSet({ link: 1, vid: 5 }), /expected one of mcastSnooping, .* in it/],
  ['an unknown filter', () => vlanList({ vid: 5 } as never), /^vid: unknown option/],
  ['null', () => vlanAdd(null as never), /expected an object, got null/],
] // prettier-ignore

describe('VLANs as bytes', () => {
  it.each(refusals)('%s is refused before anything is sent', (_, attempt, message) => {
    expect(attempt).toThrow(message)
  })

  /** A message of the kernel's, from 32-bit words. */
  const message = (...words: number[]) => {
    const all = Uint32Array.from([16 + 4 * words.length, 112, 0, 0, ...words])
    const r = new Reader(new Uint8Array(all.buffer))
    const found = new Messages(r)
    found.next()
    return [r, found] as const
  }

  it('are read with all that newer kernels tell', () => {
    const [r, found] = message(
      7, 42,
      // BRIDGE_VLANDB_ENTRY: info (untagged, VLAN 10), range to 12, state, mcastNGroups, mcastMaxGroups, neighSuppress, 77
      60 | (0x8001 << 16),
      8 | (1 << 16), 4 | (10 << 16),
      6 | (2 << 16), 12,
      5 | (3 << 16), 4,
      8 | (7 << 16), 3,
      8 | (8 << 16), 9,
      5 | (9 << 16), 1,
      8 | (77 << 16), 1,
    ) // prettier-ignore
    expect(readVlans(r, found)).toEqual([
      {
        ifindex: 42, vid: 10, vidEnd: 12, pvid: false, untagged: true, flags: ['untagged'], state: 'blocking',
        mcastNGroups: 3, mcastMaxGroups: 9, neighSuppress: true,
        unknownAttributes: [{ type: 77, data: new Uint8Array([1, 0, 0, 0]) }],
      },
    ]) // prettier-ignore
    expect(readVlanGlobals(r, found)).toEqual([])
  })

  it('of the bridge come with router ports and the querier', () => {
    const [r, found] = message(
      7, 42,
      64 | (0x8002 << 16),
      6 | (1 << 16), 10,
      6 | (2 << 16), 10,
      // The ports: MDBA_ROUTER, in it MDBA_ROUTER_PORT with ifindex 5, a timer and a type.
      32 | (0x8010 << 16), 28 | (2 << 16), 24 | (1 << 16), 5, 8 | (1 << 16), 1000, 5 | (2 << 16), 2,
      12 | (0x8011 << 16), 8 | (1 << 16), 0x0100000a,
    ) // prettier-ignore
    expect(readVlanGlobals(r, found)).toEqual([
      {
        ifindex: 42,
        vid: 10,
        mcastRouterPorts: [{ port: 5, timer: 1000, type: 'perm' }],
        mcastQuerierState: { ipAddress: '10.0.0.1' },
      },
    ])
    expect(readVlans(r, found)).toEqual([])
  })

  it('that are cut short are malformed, not read over', () => {
    const [r, found] = message(7, 42, 60 | (0x8001 << 16), 8 | (1 << 16), 0)
    expect(() => readVlans(r, found)).toThrow(/an attribute of 60 bytes in 12/)
    expect(readVlans(...message(7))).toEqual([])
  })
})
