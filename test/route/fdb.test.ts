import { afterEach, beforeEach, expect, it } from 'vitest'

import { NetlinkError } from '../../src/errors.js'
import { Netns } from '../../src/netns/netns.js'
import { Fdb, fdbAdd, fdbAppend, fdbDelete, fdbFlush, type FdbFlush, fdbGet, fdbList } from '../../src/route/fdb.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import { type FdbSpec, NDMSG_SIZE, readFdb } from '../../src/schema/neighbor.js'
import type { Request } from '../../src/socket/request.js'
import { HEADER_SIZE, Messages } from '../../src/wire/message.js'
import { Reader } from '../../src/wire/reader.js'
import { ip } from '../support/iproute2.js'
import { describePrivileged, eventually, inside } from '../support/netns.js'

let netns: Netns
let rt: Rtnetlink
let br0: number
let vx0: number

type Seen = Record<string, unknown> & { mac: string }

const bridge = (words: string) => inside(netns, 'bridge', ...words.split(' '))
/** What `bridge -j -d fdb` says of a link, of the addresses that tests make. */
const seen = (dev: string): Seen[] =>
  (JSON.parse(bridge(`-j -d fdb show dev ${dev}`)) as Seen[]).filter(({ mac }) => /^(02:00:00|00:00:00)/.test(mac))
/** The same, read by the library. */
const read = async (link: string) =>
  (await rt.fdb.list({ link })).filter(({ lladdr }) => /^(02:00:00|00:00:00)/.test(lladdr ?? ''))

/** A suite whose tests have a bridge br0 with the ports p0 (its peer is q0) and vx0 (a vxlan). */
function inNamespace(name: string, body: () => void): void {
  describePrivileged(name, () => {
    beforeEach(async () => {
      netns = await Netns.create()
      rt = await Rtnetlink.open({ netns })
      ip(netns, 'link set lo up')
      ip(netns, 'link add br0 type bridge')
      ip(netns, 'link add vx0 master br0 type vxlan id 42 dstport 4789')
      ip(netns, 'link add p0 master br0 type veth peer name q0')
      for (const link of ['br0', 'vx0', 'p0', 'q0']) {
        ip(netns, `link set ${link} addrgenmode none`)
        ip(netns, `link set ${link} up`)
      }
      br0 = rt.socket.linkIndex('br0')!
      vx0 = rt.socket.linkIndex('vx0')!
    })
    afterEach(async () => {
      await rt.close()
      netns.close()
    })
    body()
  })
}

const mac = (i: number) => `02:00:00:00:00:0${i}`
const ZERO = '00:00:00:00:00:00'

inNamespace('an FDB entry of a vxlan', () => {
  it('has destination, port, VNI and link as bridge shows them', async () => {
    await rt.fdb.add({ link: 'vx0', lladdr: mac(1), dst: '127.0.0.1' })
    await rt.fdb.add({ link: vx0, lladdr: mac(2), dst: '127.0.0.2', port: 4790, vni: 43, via: 'lo' })
    await rt.fdb.add({
      link: { ifindex: vx0 },
      lladdr: new Uint8Array([2, 0, 0, 0, 0, 3]),
      dst: '127.0.0.3',
      vni: 0xffffff,
    })
    const bySeen = Object.fromEntries(seen('vx0').map(({ mac, ...entry }) => [mac, entry]))
    expect(bySeen).toEqual({
      [mac(1)]: { dst: '127.0.0.1', flags: ['self'], state: 'permanent' },
      [mac(2)]: { dst: '127.0.0.2', port: 4790, vni: 43, viaIf: 'lo', flags: ['self'], state: 'permanent' },
      [mac(3)]: { dst: '127.0.0.3', vni: 16777215, flags: ['self'], state: 'permanent' },
    })
  })

  it('made by bridge is read with all it has', async () => {
    bridge(`fdb add ${mac(1)} dev vx0 dst 127.0.0.1 port 4790 vni 43 via lo`)
    bridge(`fdb add ${mac(2)} dev vx0 dst 127.0.0.2 static`)
    bridge(`fdb add ${mac(3)} dev vx0 dst 127.0.0.3 dynamic extern_learn`)
    const found = await read('vx0')
    const of = (i: number) => found.find(({ lladdr }) => lladdr === mac(i))
    expect(of(1)).toMatchObject({ ifindex: vx0, dst: '127.0.0.1', port: 4790, vni: 43, via: 1, flags: ['self'] })
    expect(of(1)!.state).toEqual(['noarp', 'permanent'])
    expect(of(2)).toMatchObject({ dst: '127.0.0.2', state: ['reachable', 'noarp'] })
    expect(of(3)).toMatchObject({ dst: '127.0.0.3', state: ['reachable'], flags: ['self', 'externLearn'] })
    expect(of(1)!.cacheInfo!.updated).toBeGreaterThanOrEqual(0)
    expect(found.filter((entry) => 'unknownAttributes' in entry)).toEqual([])
  })

  it('leads to an IPv6 address where the vxlan does', async () => {
    ip(netns, 'link add vx6 type vxlan id 43 dstport 4790 local ::1')
    await rt.fdb.add({ link: 'vx6', lladdr: mac(1), dst: '2001:DB8::0:1' })
    expect(seen('vx6')).toMatchObject([{ mac: mac(1), dst: '2001:db8::1' }])
    expect(await read('vx6')).toMatchObject([{ dst: '2001:db8::1' }])
    const lladdr = new Uint8Array([2, 0, 0, 0, 0, 1])
    const other: unknown = await rt.fdb.add({ link: 'vx0', lladdr, dst: '::1' }).catch((e: unknown) => e)
    expect(other).toMatchObject({ code: 'EAFNOSUPPORT' })
    expect((other as NetlinkError).message).toMatch(/^can't add FDB entry 02:00:00:00:00:01 dst ::1 on link vx0/)
  })

  it('takes further destinations by append where it floods, and one only by replace', async () => {
    const dsts = (lladdr: string) =>
      seen('vx0')
        .filter(({ mac }) => mac === lladdr)
        .map(({ dst }) => dst)
    await rt.fdb.append({ link: 'vx0', lladdr: ZERO, dst: '127.0.0.1' })
    await rt.fdb.append({ link: 'vx0', lladdr: ZERO, dst: '127.0.0.2' })
    await rt.fdb.append({ link: 'vx0', lladdr: ZERO, dst: '127.0.0.2', vni: 7 })
    expect(dsts(ZERO)).toEqual(['127.0.0.1', '127.0.0.2', '127.0.0.2'])
    expect((await read('vx0')).map(({ dst, vni }) => [dst, vni])).toEqual([
      ['127.0.0.1', undefined],
      ['127.0.0.2', undefined],
      ['127.0.0.2', 7],
    ])
    await expect(rt.fdb.add({ link: 'vx0', lladdr: ZERO, dst: '127.0.0.9' })).rejects.toMatchObject({ code: 'EEXIST' })
    await rt.fdb.delete({ link: 'vx0', lladdr: ZERO, dst: '127.0.0.2', vni: 7 })
    await rt.fdb.delete({ link: 'vx0', lladdr: ZERO, dst: '127.0.0.1' })
    expect(dsts(ZERO)).toEqual(['127.0.0.2'])

    await rt.fdb.add({ link: 'vx0', lladdr: mac(1), dst: '127.0.0.1' })
    await rt.fdb.append({ link: 'vx0', lladdr: mac(1), dst: '127.0.0.2' })
    expect(dsts(mac(1))).toEqual(['127.0.0.1'])
    await rt.fdb.replace({ link: 'vx0', lladdr: mac(1), dst: '127.0.0.2' })
    await rt.fdb.replace({ link: 'vx0', lladdr: mac(2), dst: '127.0.0.3' })
    expect([dsts(mac(1)), dsts(mac(2))]).toEqual([['127.0.0.2'], ['127.0.0.3']])
  })

  it('of a vxlan in external mode belongs to a VNI', async () => {
    ip(netns, 'link add vx1 type vxlan external dstport 4790 vnifilter')
    ip(netns, 'link set vx1 up')
    bridge('vni add dev vx1 vni 100')
    await rt.fdb.add({ link: 'vx1', lladdr: mac(1), dst: '127.0.0.1', srcVni: 100, vni: 5 })
    expect(seen('vx1')).toMatchObject([{ mac: mac(1), dst: '127.0.0.1', vni: 5, src_vni: 100 }])
    expect(await read('vx1')).toMatchObject([{ srcVni: 100, vni: 5 }])
    await rt.fdb.delete({ link: 'vx1', lladdr: mac(1), srcVni: 100 })
    expect(seen('vx1')).toEqual([])
  })

  it('may name a nexthop group', async () => {
    ip(netns, 'nexthop add id 1 via 127.0.0.1 fdb')
    ip(netns, 'nexthop add id 2 group 1 fdb')
    await rt.fdb.add({ link: 'vx0', lladdr: mac(1), nexthopId: 2 })
    expect(seen('vx0')).toMatchObject([{ mac: mac(1), nhid: 2 }])
    expect(await read('vx0')).toMatchObject([{ nexthopId: 2 }])
  })
})

inNamespace('an FDB entry of a bridge', () => {
  it('is in the table of the master, of the device, or of both', async () => {
    await rt.fdb.add({ link: 'p0', lladdr: mac(1), master: true })
    await rt.fdb.add({ link: 'p0', lladdr: mac(2), self: true })
    await rt.fdb.add({ link: 'p0', lladdr: mac(3), self: true, master: true })
    await rt.fdb.add({ link: 'br0', lladdr: mac(4) })
    // A bridge that knows VLANs has a row for each of the port's beside the one of none.
    const tables = (dev: string) =>
      seen(dev)
        .filter(({ vlan }) => vlan === undefined)
        .map(({ mac, flags, master }) => [mac, (flags as string[]).join(), master])
    expect(tables('p0').sort()).toEqual([
      [mac(1), '', 'br0'],
      [mac(2), 'self', undefined],
      [mac(3), '', 'br0'],
      [mac(3), 'self', undefined],
    ])
    expect(tables('br0')).toEqual([[mac(4), '', 'br0']])
    const mine = (await read('p0')).filter(({ lladdr, vlan }) => lladdr === mac(1) && vlan === undefined)
    expect(mine).toMatchObject([{ master: br0, flags: [] }])
  })

  it('is permanent, static or dynamic, sticky, learned elsewhere, in use', async () => {
    await rt.fdb.add({ link: 'p0', lladdr: mac(1), master: true })
    await rt.fdb.add({ link: 'p0', lladdr: mac(2), master: true, state: 'static' })
    // A port that does not forward takes no entries that age.
    await eventually(() => bridge('link show dev p0').includes('state forwarding'))
    await rt.fdb.add({ link: 'p0', lladdr: mac(3), master: true, state: 'dynamic' })
    await rt.fdb.add({ link: 'p0', lladdr: mac(4), master: true, state: 'static', sticky: true })
    await rt.fdb.add({ link: 'p0', lladdr: mac(5), master: true, state: 'dynamic', externLearn: true })
    await rt.fdb.add({ link: 'p0', lladdr: mac(6), master: true, use: true })
    const [p1, p2, p3, p4, p5, p6] = [1, 2, 3, 4, 5, 6].map((i) => seen('p0').find((entry) => entry.mac === mac(i)))
    expect([p1, p2, p3].map((entry) => entry!.state)).toEqual(['permanent', 'static', ''])
    expect([p4, p5].map((entry) => entry!.flags)).toEqual([['sticky'], ['extern_learn']])
    expect(p6).toBeDefined()
    const found = await read('p0')
    const of = (i: number) => found.find(({ lladdr }) => lladdr === mac(i))
    expect([1, 2, 3].map((i) => of(i)!.state)).toEqual([['permanent'], ['noarp'], ['reachable']])
    expect([4, 5].map((i) => of(i)!.flags)).toEqual([['sticky'], ['externLearn']])
  })

  it('moves to another port by replace, and is not added twice', async () => {
    ip(netns, 'link add p1 master br0 type veth peer name q1')
    await rt.fdb.add({ link: 'p0', lladdr: mac(1), master: true, state: 'static' })
    await expect(rt.fdb.add({ link: 'p1', lladdr: mac(1), master: true })).rejects.toMatchObject({ code: 'EEXIST' })
    await rt.fdb.replace({ link: 'p1', lladdr: mac(1), master: true, state: 'static' })
    expect(seen('p0')).toEqual([])
    const moved = seen('p1').filter(({ vlan }) => vlan === undefined)
    expect(moved).toMatchObject([{ mac: mac(1), state: 'static' }])
  })

  it('has its activity watched', async () => {
    // Not every iproute2 knows of it.
    await rt.fdb.add({
      link: 'p0',
      lladdr: mac(1),
      master: true,
      state: 'static',
      fdbExtended: { activityNotify: ['notify', 'inactive'] },
    })
    await rt.fdb.add({ link: 'p0', lladdr: mac(2), master: true, state: 'static', fdbExtended: { dontRefresh: true } })
    const found = await read('p0')
    const of = (i: number) => found.find(({ lladdr }) => lladdr === mac(i))
    expect([of(1)!.fdbExtended, of(2)!.fdbExtended]).toEqual([{ activityNotify: ['notify', 'inactive'] }, undefined])
  })

  it('carries its VLAN, which this kernel may not filter by', () => {
    const { bytes } = fdbAdd({ link: 1, lladdr: mac(1), master: true, vlan: 7 })
    const r = new Reader(bytes)
    const found: unknown[] = []
    const message = new Messages(r)
    while (message.next()) found.push(readFdb(r, message))
    expect(found).toMatchObject([{ ifindex: 1, lladdr: mac(1), vlan: 7, flags: ['master'] }])
    expect(bytes.length).toBe(HEADER_SIZE + NDMSG_SIZE + 12 + 8)
  })
})

inNamespace('asking for one FDB entry', () => {
  it('gives it from the table that is asked', async () => {
    await rt.fdb.add({ link: 'vx0', lladdr: mac(1), dst: '127.0.0.1', vni: 7 })
    await rt.fdb.add({ link: 'vx0', lladdr: mac(1), master: true })
    expect(await rt.fdb.get({ link: 'vx0', lladdr: mac(1) })).toMatchObject({
      dst: '127.0.0.1',
      vni: 7,
      flags: ['self'],
    })
    expect(await rt.fdb.get({ link: 'vx0', lladdr: mac(1), master: true })).toMatchObject({ master: br0, flags: [] })
    await expect(rt.fdb.get({ link: 'vx0', lladdr: mac(2) })).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(rt.fdb.get({ link: 'p0', lladdr: mac(2), master: true })).rejects.toMatchObject({
      code: 'ENOENT',
      reason: 'Fdb entry not found',
    })
  })
})

inNamespace('listing FDB entries', () => {
  it('has the kernel filter by link and by bridge', async () => {
    ip(netns, 'link add vx1 type vxlan id 43 dstport 4790')
    for (const link of ['vx0', 'vx1']) await rt.fdb.add({ link, lladdr: mac(1), dst: '127.0.0.1' })
    await rt.fdb.add({ link: 'p0', lladdr: mac(2), master: true })
    const listed = async (filter?: Parameters<typeof rt.fdb.list>[0]) =>
      (await rt.fdb.list(filter))
        .filter(({ lladdr, vlan }) => lladdr!.startsWith('02:00:00') && vlan === undefined)
        .map(({ ifindex, lladdr }) => [ifindex, lladdr])
    const vx1 = rt.socket.linkIndex('vx1')!
    const p0 = rt.socket.linkIndex('p0')!
    expect((await listed()).sort()).toEqual(
      [
        [vx0, mac(1)],
        [p0, mac(2)],
        [vx1, mac(1)],
      ].sort(),
    )
    expect(await listed({ link: 'vx1' })).toEqual([[vx1, mac(1)]])
    expect((await listed({ bridge: 'br0' })).sort()).toEqual(
      [
        [vx0, mac(1)],
        [p0, mac(2)],
      ].sort(),
    )
    expect(await listed({ bridge: 'br0', link: 'p0' })).toEqual([[p0, mac(2)]])
    expect(await listed({ link: 4242 })).toEqual([])
  })
})

/** Flushes as a kernel does that deletes nothing at once: one by one. */
class Singly extends Fdb {
  protected override run<Arguments extends unknown[], Result>(
    make: (...args: Arguments) => Request<Result>,
    ...args: Arguments
  ): Promise<Result> {
    if ((make as unknown) !== fdbFlush) return super.run(make, ...args)
    const request = make(...args)
    return Promise.reject(
      new NetlinkError({ errno: 95, request: request.operation.message, action: 'flush', reason: 'Bulk delete …' }),
    )
  }
}

for (const [how, fdb] of [
  ['by the kernel, where it can', () => rt.fdb],
  ['one by one', () => new Singly(rt.socket)],
] as const) {
  inNamespace(`flushing FDB entries ${how}`, () => {
    const left = (dev: string) => [...new Set(seen(dev).map(({ mac }) => mac))].sort()
    beforeEach(async () => {
      // The ports have addresses of their own, which are permanent.
      for (const link of ['br0', 'vx0', 'p0']) ip(netns, `link set ${link} address 06:00:00:00:00:01`)
      await rt.fdb.add({ link: 'p0', lladdr: mac(1), master: true, state: 'static' })
      await rt.fdb.add({ link: 'p0', lladdr: mac(2), master: true, state: 'dynamic' })
      await rt.fdb.add({ link: 'p0', lladdr: mac(3), master: true, state: 'permanent' })
      await rt.fdb.add({ link: 'vx0', lladdr: mac(4), master: true, state: 'static' })
      await rt.fdb.add({ link: 'br0', lladdr: mac(5) })
      await rt.fdb.add({ link: 'p0', lladdr: mac(6), self: true })
    })

    it('leaves what is permanent, of all ports of a bridge', async () => {
      await fdb().flush({ link: 'br0' })
      expect([left('p0'), left('vx0'), left('br0')]).toEqual([[mac(3), mac(6)], [], [mac(5)]])
    })

    it('takes one port by its master, and no entries of the device', async () => {
      await fdb().flush({ link: 'p0', master: true, state: 'all' })
      expect([left('p0'), left('vx0'), left('br0')]).toEqual([[mac(6)], [mac(4)], [mac(5)]])
    })

    it('takes one port by its bridge', async () => {
      await fdb().flush({ link: 'br0', brport: 'p0' })
      expect([left('p0'), left('vx0')]).toEqual([[mac(3), mac(6)], [mac(4)]])
    })

    it('takes those of one state', async () => {
      await fdb().flush({ link: 'br0', state: 'static' })
      expect([left('p0'), left('vx0')]).toEqual([[mac(2), mac(3), mac(6)], []])
      await fdb().flush({ link: 'br0', state: 'dynamic' })
      expect(left('p0')).toEqual([mac(3), mac(6)])
      await fdb().flush({ link: 'br0', state: 'permanent' })
      expect([left('p0'), left('br0')]).toEqual([[mac(6)], []])
    })

    it('takes those with flags, or without', async () => {
      await rt.fdb.add({ link: 'p0', lladdr: mac(7), master: true, state: 'static', sticky: true })
      await rt.fdb.add({ link: 'p0', lladdr: mac(8), master: true, state: 'dynamic', externLearn: true })
      await fdb().flush({ link: 'br0', sticky: true })
      expect(left('p0')).toEqual([mac(1), mac(2), mac(3), mac(6), mac(8)])
      await fdb().flush({ link: 'br0', externLearn: false, offloaded: false })
      expect(left('p0')).toEqual([mac(3), mac(6), mac(8)])
    })

    it('takes those of a vxlan that fit', async () => {
      ip(netns, 'link add vx1 type vxlan id 43 dstport 4790')
      const fill = async () => {
        await fdb().flush({ link: 'vx1', state: 'all' })
        expect(left('vx1')).toEqual([])
        await rt.fdb.add({ link: 'vx1', lladdr: mac(1), dst: '127.0.0.1' })
        await rt.fdb.add({ link: 'vx1', lladdr: mac(2), dst: '127.0.0.2', port: 1234, state: 'static' })
        await rt.fdb.add({ link: 'vx1', lladdr: mac(3), dst: '127.0.0.3', vni: 77, state: 'dynamic' })
      }
      const flushes: [Omit<FdbFlush, 'link'>, string[]][] = [
        [{}, [mac(1)]],
        [{ state: 'permanent' }, [mac(2), mac(3)]],
        [{ dst: '127.0.0.2' }, [mac(1), mac(3)]],
        [{ dst: '127.0.0.3' }, [mac(1), mac(2)]],
        [{ dst: new Uint8Array([127, 0, 0, 2]) }, [mac(1), mac(3)]],
        [{ dst: '127.0.0.1' }, [mac(1), mac(2), mac(3)]],
        [{ port: 1234, state: 'all' }, [mac(1), mac(3)]],
        [{ port: 4790, state: 'all' }, [mac(2)]],
        [{ vni: 77, state: 'all' }, [mac(1), mac(2)]],
        [{ vni: 43, state: 'all' }, [mac(3)]],
      ]
      for (const [filter, rest] of flushes) {
        await fill()
        await fdb().flush({ link: 'vx1', ...filter })
        expect(left('vx1'), JSON.stringify(filter)).toEqual(rest)
      }
    })

    it('takes those of one VTEP of IPv6, however its address is written', async () => {
      ip(netns, 'link add vx6 type vxlan id 44 dstport 4791 local ::1')
      await rt.fdb.add({ link: 'vx6', lladdr: mac(1), dst: '2001:db8::1' })
      await rt.fdb.add({ link: 'vx6', lladdr: mac(2), dst: '2001:db8::2' })
      await fdb().flush({ link: 'vx6', dst: '2001:DB8:0::1', state: 'all' })
      expect(left('vx6')).toEqual([mac(2)])
    })

    it('takes those of one VNI of a vxlan that has many', async () => {
      ip(netns, 'link add vx1 type vxlan external dstport 4790')
      await rt.fdb.add({ link: 'vx1', lladdr: mac(1), dst: '127.0.0.1', srcVni: 10, vni: 10 })
      await rt.fdb.add({ link: 'vx1', lladdr: mac(1), dst: '127.0.0.1', srcVni: 11, vni: 11 })
      await fdb().flush({ link: 'vx1', srcVni: 10, state: 'all' })
      expect((await rt.fdb.list({ link: 'vx1' })).map(({ srcVni }) => srcVni)).toEqual([11])
    })

    it('takes thousands', async () => {
      const entries = Array.from({ length: 2000 }, (_, i) => ({
        link: 'vx0',
        lladdr: `02:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`,
        dst: `127.0.0.${1 + (i % 200)}`,
        state: 'static' as const,
      }))
      await Promise.all(entries.map((entry) => rt.fdb.add(entry)))
      expect(left('vx0')).toHaveLength(2000)
      await fdb().flush({ link: 'vx0' })
      expect(left('vx0')).toEqual([mac(4)])
    })

    it('says what there is no table of', async () => {
      await expect(fdb().flush({ link: 'q0' })).rejects.toMatchObject({ code: 'EOPNOTSUPP', request: 'RTM_DELNEIGH' })
      await expect(fdb().flush({ link: 'nope' })).rejects.toMatchObject({ code: 'ENODEV' })
    })
  })
}

inNamespace('flushing FDB entries that were added by hand', () => {
  it('is the kernel’s to do, which alone knows them', async () => {
    await rt.fdb.add({ link: 'p0', lladdr: mac(1), master: true, state: 'static' })
    await rt.fdb.flush({ link: 'br0', use: false, state: 'all' })
    expect(seen('p0').map(({ mac }) => mac)).toContain(mac(1))
    await rt.fdb.flush({ link: 'br0', use: true })
    expect(seen('p0').map(({ mac }) => mac)).not.toContain(mac(1))
    await expect(new Singly(rt.socket).flush({ link: 'br0', use: true })).rejects.toMatchObject({ code: 'EOPNOTSUPP' })
  })

  it('is refused where the filter is of another sort of link', async () => {
    await expect(rt.fdb.flush({ link: 'br0', vni: 5 })).rejects.toMatchObject({ code: 'EINVAL', attribute: 'vni' })
  })
})

it.each([
  ['no link', {}, /^link: expected a link, got undefined/],
  [
    'a state that there is not',
    { link: 1, state: 'local' },
    /^state: expected permanent, static, dynamic or all, got "local"/,
  ],
  ['the state that is the default', { link: 1, state: 'temporary' }, /^state: expected permanent/],
  ['a flag that is none', { link: 1, sticky: 1 }, /^sticky: expected true or false, got 1/],
  ['VLAN 0', { link: 1, vlan: 0 }, /^vlan: expected an integer from 1 to 4094, got 0/],
  ['the masks themselves', { link: 1, ndmStateMask: ['permanent'] }, /^ndmStateMask: unknown option/],
  ['an unknown option', { link: 1, permanent: true }, /^permanent: unknown option/],
  ['a VTEP that is none', { link: 1, dst: '10.0.0' }, /^dst: expected an IPv4 or IPv6 address, got "10.0.0"/],
])('a flush with %s is refused before anything is sent', (_, filter, message) => {
  expect(() => fdbFlush(filter as unknown as FdbFlush)).toThrow(message)
})

inNamespace('what the kernel refuses of FDB entries', () => {
  it('comes with code, reason and attribute', async () => {
    await expect(rt.fdb.add({ link: 'nope', lladdr: mac(1) })).rejects.toMatchObject({ code: 'ENODEV' })
    const none: unknown = await rt.fdb.delete({ link: 'vx0', lladdr: mac(1) }).catch((e: unknown) => e)
    expect(none).toMatchObject({ code: 'ENOENT', request: 'RTM_DELNEIGH' })
    expect((none as NetlinkError).message).toMatch(/^can't delete FDB entry 02:00:00:00:00:01 on link vx0: /)
    await expect(rt.fdb.add({ link: 'q0', lladdr: mac(1), master: true })).rejects.toMatchObject({ code: 'EOPNOTSUPP' })
    const nexthop: unknown = await rt.fdb.add({ link: 'vx0', lladdr: mac(1), nexthopId: 99 }).catch((e: unknown) => e)
    expect(nexthop).toMatchObject({ code: 'EINVAL', reason: 'Nexthop id does not exist' })
  })
})

const base = { link: 'vx0', lladdr: mac(1) }
const refusals: [string, object, RegExp][] = [
  ['no link', { lladdr: mac(1) }, /^link: expected a link, got undefined/],
  ['no MAC address', { link: 'vx0' }, /^lladdr: expected a MAC address, got undefined/],
  [
    'a MAC address of seven bytes',
    { ...base, lladdr: `${mac(1)}:00` },
    /^lladdr: expected a link-layer address of 6 bytes/,
  ],
  ['a MAC address with hyphens', { ...base, lladdr: '02-00-00-00-00-01' }, /^lladdr: expected/],
  ['a MAC address of five bytes', { ...base, lladdr: new Uint8Array(5) }, /^lladdr: .* got 5 bytes/],
  ['a destination that is none', { ...base, dst: '127.0.0' }, /^dst: expected an IPv4 or IPv6 address/],
  ['a VNI of 25 bits', { ...base, vni: 0x1000000 }, /^vni: expected an integer from 0 to 16777215, got 16777216/],
  ['a port of 0', { ...base, port: 0 }, /^port: expected an integer from 1 to 65535, got 0/],
  ['a VLAN of 4095', { ...base, vlan: 4095 }, /^vlan: expected an integer from 1 to 4094, got 4095/],
  ['a state that there is not', { ...base, state: 'stale' }, /^state: expected one of permanent, static, dynamic/],
  ['self as text', { ...base, self: 'yes' }, /^self: expected true or false/],
  ['a link that is none', { ...base, via: 'a b' }, /^via: expected a link name/],
  ['an option that there is not', { ...base, vid: 7 }, /^vid: unknown option/],
]
it.each(refusals)('refuses %s before anything is sent', (_, spec, message) => {
  for (const make of [fdbAdd, fdbAppend, fdbDelete]) expect(() => make(spec as FdbSpec)).toThrow(message)
})

it('refuses questions and filters with options that there are not', () => {
  expect(() => fdbGet({ ...base, dst: '127.0.0.1' } as never)).toThrow(/^dst: unknown option/)
  expect(() => fdbGet({ ...base, master: 1 } as never)).toThrow(/^master: expected true or false/)
  expect(() => fdbGet({ link: 'vx0' } as never)).toThrow(/^lladdr: expected a MAC address/)
  expect(() => fdbList({ vlan: 7 } as never)).toThrow(/^vlan: unknown option/)
})
