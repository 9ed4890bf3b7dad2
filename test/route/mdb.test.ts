import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import {
  mdbAdd,
  mdbDelete,
  type MdbEntry,
  type MdbFilter,
  mdbFlush,
  mdbGet,
  type MdbSpec,
} from '../../src/route/mdb.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import type { RouteEvent } from '../../src/route/watch.js'
import { readMdb, readMdbRouterPorts } from '../../src/schema/mdb.js'
import { Messages } from '../../src/wire/message.js'
import { Reader } from '../../src/wire/reader.js'
import { bridge, bridgeJson, ip } from '../support/iproute2.js'
import { olderThan } from '../support/kernel.js'
import { describePrivileged } from '../support/netns.js'

let netns: Netns
let rt: Rtnetlink

interface Seen extends Record<string, unknown> {
  port: string
  grp: string
}
/** A group that a bridge joins by itself. */
const isOwn = (group: string): boolean => /^(ff02:|224\.)/.test(group)
/** What `bridge -j -d -s mdb show` says of one link, less what bridges join by themselves. */
const seen = (dev = 'br0'): Seen[] =>
  (bridgeJson(netns, `-d -s mdb show dev ${dev}`) as { mdb: Seen[] }[])[0]!.mdb
    .filter(({ grp }) => !isOwn(grp))
    .sort((a, b) => (a.port + a.grp < b.port + b.grp ? -1 : 1))
/** What the library lists, less the same. */
const list = async (filter?: MdbFilter): Promise<MdbEntry[]> =>
  (await rt.mdb.list(filter)).filter(({ group }) => !isOwn(group))
const groups = (dev?: string): string[] => seen(dev).map(({ port, grp }) => `${port} ${grp}`)
const indexOf = (name: string): number => rt.socket.linkIndex(name)!

/** A suite whose tests have a bridge with two ports, all up, in a namespace of their own. */
function withBridge(name: string, body: () => void): void {
  describePrivileged(name, () => {
    beforeEach(async () => {
      netns = await Netns.create()
      rt = await Rtnetlink.open({ netns })
      // Without addresses of its own the bridge joins no groups.
      ip(netns, 'link add br0 type bridge')
      for (const i of [0, 1]) {
        ip(netns, `link add p${i} type veth peer name q${i}`)
        ip(netns, `link set p${i} master br0 addrgenmode none`)
        ip(netns, `link set q${i} addrgenmode none`)
        ip(netns, `link set q${i} up`)
        ip(netns, `link set p${i} up`)
      }
      ip(netns, 'link set br0 addrgenmode none')
      ip(netns, 'link set br0 up')
      ip(netns, 'link set br0 type bridge mcast_igmp_version 3 mcast_mld_version 2')
    })
    afterEach(async () => {
      await rt.close()
      netns.close()
    })
    body()
  })
}

withBridge('the multicast database of a bridge', () => {
  it('takes groups of IPv4, IPv6 and MAC addresses, for ports and the bridge itself', async () => {
    await rt.mdb.add({ link: 'br0', port: 'p0', group: '239.1.1.1', state: 'permanent' })
    await rt.mdb.add({ link: 'br0', port: 'p0', group: 'ff0e::1:1' })
    await rt.mdb.add({ link: 'br0', port: 'p1', group: '01:02:03:04:05:06', state: 'permanent' })
    await rt.mdb.add({ link: 'br0', group: '239.1.1.2' })
    expect(seen()).toMatchObject([
      { port: 'br0', grp: '239.1.1.2', state: 'temp' },
      { port: 'p0', grp: '239.1.1.1', state: 'permanent', protocol: 'static' },
      { port: 'p0', grp: 'ff0e::1:1', state: 'temp' },
      { port: 'p1', grp: '01:02:03:04:05:06', state: 'permanent' },
    ])
  })

  it('takes addresses as bytes, and links as indices', async () => {
    const link = indexOf('br0')
    await rt.mdb.add({ link, port: indexOf('p0'), group: new Uint8Array([239, 1, 1, 1]), state: 'permanent' })
    await rt.mdb.add({ link, port: indexOf('p0'), group: new Uint8Array([1, 2, 3, 4, 5, 6]), state: 'permanent' })
    expect(groups()).toEqual(['p0 01:02:03:04:05:06', 'p0 239.1.1.1'])
  })

  it('takes an entry of a source', async () => {
    await rt.mdb.add({ link: 'br0', port: 'p0', group: '239.1.1.1', source: '10.0.0.1', state: 'permanent' })
    await rt.mdb.add({ link: 'br0', port: 'p0', group: 'ff0e::1', source: '2001:db8::1', state: 'permanent' })
    expect(seen()).toMatchObject([
      { grp: '239.1.1.1', src: '10.0.0.1' },
      { grp: 'ff0e::1', src: '2001:db8::1' },
    ])
    await rt.mdb.delete({ link: 'br0', port: 'p0', group: '239.1.1.1', source: '10.0.0.1' })
    expect(groups()).toEqual(['p0 ff0e::1'])
  })

  it('says that an entry is there, or is not', async () => {
    const key = { link: 'br0', port: 'p0', group: '239.1.1.1' }
    await rt.mdb.add({ ...key, state: 'permanent' })
    await expect(rt.mdb.add(key)).rejects.toMatchObject({ code: 'EEXIST', request: 'RTM_NEWMDB' })
    await rt.mdb.delete(key)
    expect(groups()).toEqual([])
    const error: unknown = await rt.mdb.delete(key).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'EINVAL', request: 'RTM_DELMDB' })
    expect((error as Error).message).toMatch(/^can't delete the multicast entry 239\.1\.1\.1 on link br0: /)
    await expect(rt.mdb.add({ link: 'br0', port: 'nope', group: '239.1.1.1' })).rejects.toMatchObject({
      code: 'ENODEV',
    })
  })

  it('made by bridge(8) is listed with all it has', async () => {
    bridge(netns, 'mdb add dev br0 port p0 grp 239.1.1.1 permanent')
    bridge(netns, 'mdb add dev br0 port p1 grp 239.1.1.1 temp')
    bridge(netns, 'mdb add dev br0 port p0 grp ff0e::1 src 2001:db8::1 permanent')
    bridge(netns, 'mdb add dev br0 port p0 grp 01:02:03:04:05:06 permanent')
    const [br0, p0, p1] = ['br0', 'p0', 'p1'].map(indexOf) as [number, number, number]
    const found = await list()
    expect(found).toHaveLength(4)
    expect(found).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ ifindex: br0, port: p0, group: '239.1.1.1', state: 'permanent', timer: 0 }),
        expect.objectContaining({ port: p0, group: 'ff0e::1', source: '2001:db8::1', protocol: 'static', flags: [] }),
        expect.objectContaining({ port: p0, group: '01:02:03:04:05:06', state: 'permanent' }),
      ]),
    )
    const temporary = found.find(({ port }) => port === p1)!
    expect(temporary).toMatchObject({ state: 'temporary', filterMode: 'exclude' })
    expect(temporary.timer).toBeGreaterThan(20_000)
    expect(found.filter((entry) => 'unknownAttributes' in entry || 'vid' in entry)).toEqual([])
  })

  it('is listed of one bridge alone', async () => {
    ip(netns, 'link add br1 up type bridge')
    await rt.mdb.add({ link: 'br0', port: 'p0', group: '239.1.1.1', state: 'permanent' })
    await rt.mdb.add({ link: 'br1', group: '239.1.1.2' })
    const mine = await list({ link: 'br1' })
    expect(mine).toMatchObject([{ ifindex: indexOf('br1'), port: indexOf('br1'), group: '239.1.1.2' }])
    expect(await list({ link: indexOf('br0'), vid: 5 })).toEqual([])
    await expect(rt.mdb.list({ link: 'nope' })).rejects.toMatchObject({ code: 'ENODEV', request: 'RTM_GETMDB' })
  })

  it('that has thousands of entries is listed whole', async () => {
    const all = Array.from({ length: 2000 }, (_, i) => `239.${1 + (i >> 8)}.${i & 255}.1`)
    await Promise.all(all.map((group) => rt.mdb.add({ link: 'br0', port: 'p0', group, state: 'permanent' })))
    expect((await list()).map(({ group }) => group).sort()).toEqual(all.sort())
  })

  it.skipIf(olderThan('6.2'))('takes sources to include or exclude, and who made the entry', async () => {
    await rt.mdb.add({
      link: 'br0', port: 'p0', group: '239.1.1.1', state: 'permanent',
      filterMode: 'include', sourceList: ['10.0.0.1', '10.0.0.2'], protocol: 'zebra',
    }) // prettier-ignore
    const starG = () => seen().find(({ src }) => src === undefined)
    expect(starG()).toMatchObject({ protocol: 'zebra', filter_mode: 'include' })
    expect((starG()!.source_list as { address: string }[]).map(({ address }) => address).sort()).toEqual([
      '10.0.0.1',
      '10.0.0.2',
    ])
    const read = (await list()).find(({ source }) => source === undefined)!
    expect(read).toMatchObject({ filterMode: 'include', protocol: 'zebra' })
    expect(read.sourceList!.map(({ address }) => address).sort()).toEqual(['10.0.0.1', '10.0.0.2'])
    await rt.mdb.replace({
      link: 'br0', port: 'p0', group: '239.1.1.1', state: 'permanent',
      filterMode: 'exclude', sourceList: ['10.0.0.3'], protocol: 'bgp',
    }) // prettier-ignore
    expect(starG()).toMatchObject({ protocol: 'bgp', filter_mode: 'exclude' })
    const excluded = (await list()).find(({ source }) => source === '10.0.0.3')
    expect(excluded?.flags).toEqual(['starExcl', 'blocked'].filter((flag) => excluded?.flags.includes(flag as never)))
    expect(excluded?.flags).toContain('blocked')
  })

  it.skipIf(olderThan('6.7'))('is asked for one group on all ports', async () => {
    bridge(netns, 'mdb add dev br0 port p0 grp 239.1.1.1 permanent')
    bridge(netns, 'mdb add dev br0 port p1 grp 239.1.1.1 permanent')
    bridge(netns, 'mdb add dev br0 port p1 grp 239.1.1.2 permanent')
    const found = await rt.mdb.get({ link: 'br0', group: '239.1.1.1' })
    expect(found.map(({ port }) => port).sort()).toEqual([indexOf('p0'), indexOf('p1')].sort())
    expect(found[0]).toMatchObject({ ifindex: indexOf('br0'), group: '239.1.1.1' })
    await expect(rt.mdb.get({ link: 'br0', group: '239.1.1.9' })).rejects.toMatchObject({ code: 'ENOENT' })
    expect(rt.runSync(mdbGet({ link: 'br0', group: '239.1.1.2' }))).toHaveLength(1)
  })

  it.skipIf(olderThan('6.8'))('is flushed by port, state and who made the entries', async () => {
    const fill = async () => {
      await rt.mdb.flush({ link: 'br0' })
      await rt.mdb.add({ link: 'br0', port: 'p0', group: '239.1.1.1', state: 'permanent' })
      await rt.mdb.add({ link: 'br0', port: 'p0', group: '239.1.1.2', state: 'temporary' })
      await rt.mdb.add({ link: 'br0', port: 'p1', group: '239.1.1.3', state: 'permanent', protocol: 'bgp' })
    }
    await fill()
    await rt.mdb.flush({ link: 'br0', port: 'p0' })
    expect(groups()).toEqual(['p1 239.1.1.3'])
    await fill()
    await rt.mdb.flush({ link: 'br0', state: 'permanent' })
    expect(groups()).toEqual(['p0 239.1.1.2'])
    await fill()
    await rt.mdb.flush({ link: 'br0', state: 'temporary' })
    expect(groups()).toEqual(['p0 239.1.1.1', 'p1 239.1.1.3'])
    await rt.mdb.flush({ link: 'br0', protocol: 'bgp' })
    expect(groups()).toEqual(['p0 239.1.1.1'])
    await rt.mdb.flush({ link: 'br0', vid: 7 })
    expect(groups()).toEqual(['p0 239.1.1.1'])
    await rt.mdb.flush({ link: 'br0' })
    expect(groups()).toEqual([])
  })

  it.skipIf(!olderThan('6.7'))(
    'is not asked nor flushed by an older kernel, whose error says what it takes',
    async () => {
      const asked: unknown = await rt.mdb.get({ link: 'br0', group: '239.1.1.1' }).catch((e: unknown) => e)
      expect(asked).toMatchObject({ code: 'EOPNOTSUPP' })
      expect((asked as Error).message).toMatch(/takes Linux 6\.7 or later/)
      const flushed: unknown = await rt.mdb.flush({ link: 'br0' }).catch((e: unknown) => e)
      expect(flushed).toMatchObject({ code: 'EOPNOTSUPP' })
      expect((flushed as Error).message).toMatch(/takes Linux 6\.8 or later/)
    },
  )

  it('has the ports behind which there are multicast routers', async () => {
    expect(await rt.mdb.routerPorts()).toEqual([])
    bridge(netns, 'link set dev p0 mcast_router 2')
    const found = await rt.mdb.routerPorts({ link: 'br0' })
    expect(found).toMatchObject([{ ifindex: indexOf('br0'), port: indexOf('p0'), type: 'perm', timer: 0 }])
    expect(found[0]).not.toHaveProperty('unknownAttributes')
    const { router } = (bridgeJson(netns, '-d -s mdb show') as { router: Record<string, { port: string }[]> }[])[0]!
    expect(router.br0!.map(({ port }) => port)).toEqual(['p0'])
  })

  it('is watched, and so are its router ports', async () => {
    const watch = rt.watch(['mdb'])
    const next = async (): Promise<RouteEvent> => {
      const timer = setTimeout(() => watch.close(), 5000)
      let event: RouteEvent
      do event = (await watch.next()).value as RouteEvent
      while (event.type === 'mdb' && isOwn(event.entry.group))
      clearTimeout(timer)
      return event
    }
    bridge(netns, 'mdb add dev br0 port p0 grp 239.1.1.1 permanent')
    const entry = { ifindex: indexOf('br0'), port: indexOf('p0'), group: '239.1.1.1', state: 'permanent' }
    expect(await next()).toMatchObject({ type: 'mdb', action: 'new', entry })
    bridge(netns, 'mdb del dev br0 port p0 grp 239.1.1.1')
    expect(await next()).toMatchObject({ type: 'mdb', action: 'delete', entry })
    bridge(netns, 'link set dev p1 mcast_router 2')
    const port = { ifindex: indexOf('br0'), port: indexOf('p1') }
    expect(await next()).toMatchObject({ type: 'mdbRouterPort', action: 'new', port })
    bridge(netns, 'link set dev p1 mcast_router 0')
    expect(await next()).toMatchObject({ type: 'mdbRouterPort', action: 'delete', port })
    watch.close()
  })

  it('has entries of VLANs where the bridge has VLANs', async ({ skip }) => {
    try {
      ip(netns, 'link set br0 type bridge vlan_filtering 1')
      bridge(netns, 'vlan add dev p0 vid 10')
    } catch {
      skip('the kernel has no CONFIG_BRIDGE_VLAN_FILTERING')
    }
    await rt.mdb.add({ link: 'br0', port: 'p0', group: '239.1.1.1', vid: 10, state: 'permanent' })
    expect(seen()).toMatchObject([{ grp: '239.1.1.1', vid: 10 }])
    expect(await list({ vid: 10 })).toMatchObject([{ group: '239.1.1.1', vid: 10 }])
    expect(await list({ vid: 11 })).toEqual([])
    await rt.mdb.delete({ link: 'br0', port: 'p0', group: '239.1.1.1', vid: 10 })
    expect(groups()).toEqual([])
  })
})

describe.skipIf(olderThan('6.4'))('the multicast database of a vxlan (Linux 6.4)', () => {
  describePrivileged('', () => {
    beforeEach(async () => {
      netns = await Netns.create()
      rt = await Rtnetlink.open({ netns })
      ip(netns, 'link add u0 type veth peer name u1')
      ip(netns, 'link add vx0 type vxlan id 1 dstport 4789')
      ip(netns, 'link add vx1 type vxlan external dstport 4790')
    })
    afterEach(async () => {
      await rt.close()
      netns.close()
    })
    const entries = async (name: string) => list({ link: name })

    it('sends groups to VTEPs, with port, VNI and link of their own', async () => {
      await rt.mdb.add({
        link: 'vx0', group: '239.1.1.1', state: 'permanent',
        dst: '10.0.0.1', dstPort: 1234, vni: 77, via: 'u0', protocol: 'bgp',
      }) // prettier-ignore
      await rt.mdb.add({ link: 'vx0', group: '239.1.1.1', state: 'permanent', dst: '2001:db8::1' })
      const vx0 = indexOf('vx0')
      expect((await entries('vx0')).sort((a, b) => (a.dst! < b.dst! ? -1 : 1))).toMatchObject([
        {
          ifindex: vx0, port: vx0, group: '239.1.1.1', state: 'permanent',
          dst: '10.0.0.1', dstPort: 1234, vni: 77, via: indexOf('u0'), protocol: 'bgp',
        },
        { group: '239.1.1.1', dst: '2001:db8::1', protocol: 'static' },
      ]) // prettier-ignore
      expect(seen('vx0').map(({ grp }) => grp)).toEqual(['239.1.1.1', '239.1.1.1'])
      await rt.mdb.delete({ link: 'vx0', group: '239.1.1.1', dst: '2001:db8::1' })
      expect(await rt.mdb.get({ link: 'vx0', group: '239.1.1.1' })).toMatchObject([{ dst: '10.0.0.1' }])
    })

    it('has VNIs of its own in external mode, and takes 0.0.0.0 for what has no entry', async () => {
      const spec: MdbSpec = { link: 'vx1', group: '0.0.0.0', state: 'permanent', dst: '10.0.0.1' }
      await rt.mdb.add({ ...spec, srcVni: 10, vni: 20 })
      await rt.mdb.add({
        ...spec,
        srcVni: 11,
        vni: 21,
        group: 'ff0e::1',
        filterMode: 'include',
        sourceList: ['2001:db8::1'],
      })
      const found = await entries('vx1')
      expect(found.find(({ srcVni }) => srcVni === 10)).toMatchObject({ group: '0.0.0.0', vni: 20 })
      expect(found.find(({ srcVni, source }) => srcVni === 11 && source === undefined)).toMatchObject({
        group: 'ff0e::1',
        filterMode: 'include',
        sourceList: [{ address: '2001:db8::1' }],
      })
      expect(await rt.mdb.get({ link: 'vx1', group: '0.0.0.0', srcVni: 10 })).toMatchObject([{ vni: 20 }])
      await expect(rt.mdb.get({ link: 'vx1', group: '0.0.0.0', srcVni: 12 })).rejects.toMatchObject({ code: 'ENOENT' })
    })

    it('is told what it lacks', async () => {
      await expect(rt.mdb.delete({ link: 'vx0', group: '239.1.1.1', dst: '10.0.0.1' })).rejects.toMatchObject({
        code: 'ENOENT',
      })
      await expect(rt.mdb.add({ link: 'vx0', group: '239.1.1.1', state: 'permanent', vni: 1 })).rejects.toMatchObject({
        code: 'EINVAL',
        reason: 'vxlan: Missing remote destination IP address',
      })
      await expect(rt.mdb.add({ link: 'vx0', group: '239.1.1.1', dst: '10.0.0.1' })).rejects.toMatchObject({
        code: 'EINVAL',
        reason: 'vxlan: MDB entry must be permanent',
      })
    })

    it.skipIf(olderThan('6.8'))('is flushed by VTEP, port and VNI', async () => {
      const spec: MdbSpec = { link: 'vx1', group: '239.1.1.1', state: 'permanent' }
      const fill = async () => {
        await rt.mdb.flush({ link: 'vx1' })
        await rt.mdb.add({ ...spec, srcVni: 1, vni: 5, dst: '10.0.0.1' })
        await rt.mdb.add({ ...spec, srcVni: 1, vni: 6, dst: '10.0.0.2', dstPort: 1234 })
        await rt.mdb.add({ ...spec, srcVni: 2, vni: 6, dst: '10.0.0.3', protocol: 'bgp' })
      }
      const left = async () => (await entries('vx1')).map(({ dst }) => dst).sort()
      const flushes: [Parameters<typeof rt.mdb.flush>[0], string[]][] = [
        [{ link: 'vx1', dst: '10.0.0.1' }, ['10.0.0.2', '10.0.0.3']],
        [{ link: 'vx1', dstPort: 1234 }, ['10.0.0.1', '10.0.0.3']],
        [{ link: 'vx1', vni: 6 }, ['10.0.0.1']],
        [{ link: 'vx1', srcVni: 1 }, ['10.0.0.3']],
        [{ link: 'vx1', protocol: 'bgp' }, ['10.0.0.1', '10.0.0.2']],
        [{ link: 'vx1', state: 'permanent' }, []],
      ]
      for (const [filter, rest] of flushes) {
        await fill()
        await rt.mdb.flush(filter)
        expect(await left(), JSON.stringify(filter)).toEqual(rest)
      }
    })
  })
})

const refusals: [string, () => unknown, RegExp][] = [
  ['no link', () => mdbAdd({ group: '239.1.1.1' } as never), /^link: expected a link, got undefined/],
  ['no group', () => mdbAdd({ link: 1 } as never), /^group: expected an IPv4, IPv6 or MAC address, got undefined/],
  ['a group that is none', () => mdbAdd({ link: 1, group: '239.1.1' }), /^group: expected an IPv4 or IPv6 address, got "239\.1\.1"/],
  ['a group of another type', () => mdbAdd({ link: 1, group: 5 as never }), /^group: expected an IPv4, IPv6 or MAC address, got 5/],
  ['bytes that are no address', () => mdbAdd({ link: 1, group: new Uint8Array(5) }), /^group: expected .*, got 5 bytes/],
  ['VLAN 0', () => mdbAdd({ link: 1, group: '239.1.1.1', vid: 0 }), /^vid: expected an integer from 1 to 4094, got 0/],
  ['a state that there is not', () => mdbAdd({ link: 1, group: '239.1.1.1', state: 'temp' as never }), /^state: expected permanent or temporary, got "temp"/],
  ['a source that is none', () => mdbAdd({ link: 1, group: '239.1.1.1', source: 'x' }), /^source: expected an IPv4 or IPv6 address, got "x"/],
  ['a list that is none', () => mdbAdd({ link: 1, group: '239.1.1.1', sourceList: '10.0.0.1' as never }), /^sourceList: expected an array of IPv4 or IPv6 addresses/],
  ['a listed source that is none', () => mdbAdd({ link: 1, group: '239.1.1.1', sourceList: ['10.0.0.1', 'x'] }), /^sourceList\[1\]: expected an IPv4 or IPv6 address, got "x"/],
  ['a port that is none', () => mdbAdd({ link: 1, group: '239.1.1.1', port: '' }), /^port: expected a link name/],
  ['a UDP port that is none', () => mdbAdd({ link: 1, group: '239.1.1.1', dstPort: 0 }), /^dstPort: expected an integer from 1 to 65535, got 0/],
  ['an unknown option', () => mdbAdd({ link: 1, group: '239.1.1.1', protcol: 'bgp' } as never), /^protcol: unknown option, did you mean protocol\?/],
  ['the mask of a state', () => mdbFlush({ link: 1, stateMask: 1 } as never), /^stateMask: unknown option/],
  ['a flush of one group', () => mdbFlush({ link: 1, group: '239.1.1.1' } as never), /^group: unknown option/],
  ['a deletion by state', () => mdbDelete({ link: 1, group: '239.1.1.1', state: 'permanent' } as never), /^state: unknown option/],
  ['a question about a port', () => mdbGet({ link: 1, group: '239.1.1.1', port: 2 } as never), /^port: unknown option/],
] // prettier-ignore

describe('multicast entries as bytes', () => {
  it.each(refusals)('%s is refused before anything is sent', (_, attempt, message) => {
    expect(attempt).toThrow(message)
  })

  it('have the layout of struct br_mdb_entry', () => {
    const { bytes } = mdbAdd({ link: 7, port: 9, group: '239.1.2.3', vid: 0x123, state: 'permanent' })
    expect([...bytes.subarray(16)]).toEqual([
      7, 0, 0, 0, 7, 0, 0, 0,
      32, 0, 1, 0,
      9, 0, 0, 0, 1, 0, 0x23, 0x01,
      239, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      0x08, 0x00, 0, 0,
    ]) // prettier-ignore
    const mac = mdbAdd({ link: 7, port: 9, group: '01:02:03:04:05:06' }).bytes
    expect([...mac.subarray(36, 56)]).toEqual([1, 2, 3, 4, 5, 6, ...new Array<number>(14).fill(0)])
    const six = mdbAdd({ link: 7, group: 'ff0e::1' }).bytes
    expect([...six.subarray(28, 56)]).toEqual([
      7, 0, 0, 0, 0, 0, 0, 0,
      0xff, 0x0e, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
      0x86, 0xdd, 0, 0,
    ]) // prettier-ignore
  })

  const message = (...words: number[]) => {
    const all = Uint32Array.from([16 + 4 * words.length, 84, 0, 0, ...words])
    const r = new Reader(new Uint8Array(all.buffer))
    const found = new Messages(r)
    found.next()
    return [r, found] as const
  }

  it('that are cut short are malformed or left out, not read over', () => {
    // MDBA_MDB, MDBA_MDB_ENTRY, and an MDBA_MDB_ENTRY_INFO that is shorter than its struct.
    const short = message(7, 42, 16 | (1 << 16), 12 | (1 << 16), 8 | (1 << 16), 5)
    expect(readMdb(...short)).toEqual([])
    expect(readMdbRouterPorts(...short)).toEqual([])
    expect(() => readMdb(...message(7, 42, 60 | (1 << 16), 0))).toThrow(/an attribute of 60 bytes in 8/)
    expect(readMdb(...message(7))).toEqual([])
  })
})
