import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import { vniAdd, vniDelete, vniList } from '../../src/route/vnis.js'
import type { RouteEvent } from '../../src/route/watch.js'
import { readVnis } from '../../src/schema/vni.js'
import { Messages } from '../../src/wire/message.js'
import { Reader } from '../../src/wire/reader.js'
import { bridge, bridgeJson, ip } from '../support/iproute2.js'
import { describePrivileged } from '../support/netns.js'

let netns: Netns
let rt: Rtnetlink

interface Seen {
  vni: number
  vniEnd?: number
}
/** What `bridge -j vni show` says of one vxlan. */
const seen = (dev = 'vx0'): Seen[] =>
  (bridgeJson(netns, `vni show dev ${dev}`) as { vnis: Seen[] }[]).flatMap(({ vnis }) => vnis)

describePrivileged('VNIs of a vxlan', () => {
  beforeEach(async () => {
    netns = await Netns.create()
    rt = await Rtnetlink.open({ netns })
    ip(netns, 'link add u0 type veth peer name u1')
    ip(netns, 'link add vx0 type vxlan external vnifilter dstport 4789 local 10.0.0.9 dev u0')
    ip(netns, 'link add vx6 type vxlan external vnifilter dstport 4790 local 2001:db8::9 dev u0')
  })
  afterEach(async () => {
    await rt.close()
    netns.close()
  })

  it('are added singly and in ranges, and deleted', async () => {
    await rt.vnis.add({ link: 'vx0', vni: 10 })
    await rt.vnis.add({ link: 'vx0', vni: 100, vniEnd: 199 })
    expect(seen()).toEqual([{ vni: 10 }, { vni: 100, vniEnd: 199 }])
    await rt.vnis.delete({ link: 'vx0', vni: 120, vniEnd: 129 })
    await rt.vnis.delete({ link: 'vx0', vni: 10 })
    expect(seen()).toEqual([
      { vni: 100, vniEnd: 119 },
      { vni: 130, vniEnd: 199 },
    ])
    await expect(rt.vnis.delete({ link: 'vx0', vni: 10 })).rejects.toMatchObject({
      code: 'ENOENT',
      request: 'RTM_DELTUNNEL',
    })
  })

  it('have groups and VTEPs of their own, of IPv4 and IPv6', async () => {
    await rt.vnis.add({ link: 'vx0', vni: 10, group: '239.1.1.1' })
    await rt.vnis.add({ link: 'vx0', vni: 11, vniEnd: 12, group: '10.0.0.1' })
    await rt.vnis.add({ link: 'vx6', vni: 20, group: '2001:db8::1' })
    await rt.vnis.add({ link: 'vx6', vni: 21, group: new Uint8Array([0xff, 0x0e, ...new Array<number>(13), 1]) })
    expect(seen()).toMatchObject([
      { vni: 10, group: '239.1.1.1' },
      { vni: 11, vniEnd: 12, remote: '10.0.0.1' },
    ])
    expect(seen('vx6')).toMatchObject([
      { vni: 20, remote: '2001:db8::1' },
      { vni: 21, group: 'ff0e::1' },
    ])
    await rt.vnis.add({ link: 'vx0', vni: 10, group: '10.0.0.3' })
    expect(seen()[0]).toMatchObject({ vni: 10, remote: '10.0.0.3' })
  })

  it('made by bridge(8) are listed, of all vxlans or of one', async () => {
    bridge(netns, 'vni add vni 10-20 dev vx0')
    bridge(netns, 'vni add vni 30 remote 10.0.0.1 dev vx0')
    // Not with `group`: bridge(8) of iproute2 6.1 looks at an address it has not read yet, and refuses now and then.
    bridge(netns, 'vni add vni 40 remote ff0e::1 dev vx6')
    const [vx0, vx6] = ['vx0', 'vx6'].map((name) => rt.socket.linkIndex(name))
    const first = { ifindex: vx0, vni: 10, vniEnd: 20 }
    const others = [
      { ifindex: vx0, vni: 30, group: '10.0.0.1' },
      { ifindex: vx6, vni: 40, group: 'ff0e::1' },
    ]
    expect(await rt.vnis.list()).toEqual([first, ...others])
    expect(await rt.vnis.list({ link: 'vx0' })).toEqual([first, others[0]])
    await expect(rt.vnis.list({ link: 'nope' })).rejects.toMatchObject({ code: 'ENODEV', request: 'RTM_GETTUNNEL' })
  })

  it('are listed with what they count, each by itself', async () => {
    bridge(netns, 'vni add vni 10-11 dev vx0')
    const nothing = {
      rxBytes: 0, rxPkts: 0, rxDrops: 0, rxErrors: 0, txBytes: 0, txPkts: 0, txDrops: 0, txErrors: 0,
    } // prettier-ignore
    expect((await rt.vnis.list({ statistics: true })).map(({ vni, statistics }) => [vni, statistics])).toEqual([
      [10, nothing],
      [11, nothing],
    ])
  })

  it('are many: all of them are listed', async () => {
    await rt.vnis.add({ link: 'vx0', vni: 1, vniEnd: 1000 })
    expect((await rt.vnis.list({ link: 'vx0', statistics: true })).map(({ vni }) => vni)).toEqual(
      Array.from({ length: 1000 }, (_, index) => index + 1),
    )
  })

  it('are watched, each of a range by itself', async () => {
    const watch = rt.watch(['vni'])
    const next = async (): Promise<RouteEvent> => {
      const timer = setTimeout(() => watch.close(), 5000)
      const { value } = await watch.next()
      clearTimeout(timer)
      return value as RouteEvent
    }
    bridge(netns, 'vni add vni 10-11 remote 10.0.0.1 dev vx0')
    const ifindex = rt.socket.linkIndex('vx0')
    expect(await next()).toEqual({ type: 'vni', action: 'new', vni: { ifindex, vni: 10, group: '10.0.0.1' } })
    expect(await next()).toEqual({ type: 'vni', action: 'new', vni: { ifindex, vni: 11, group: '10.0.0.1' } })
    bridge(netns, 'vni delete vni 11 dev vx0')
    expect(await next()).toMatchObject({ type: 'vni', action: 'delete', vni: { ifindex, vni: 11 } })
    watch.close()
  })

  it('are refused to a vxlan that has one VNI, and say what it takes', async () => {
    ip(netns, 'link add vx1 type vxlan id 1 dstport 4791')
    const error: unknown = await rt.vnis.add({ link: 'vx1', vni: 5 }).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'EOPNOTSUPP', request: 'RTM_NEWTUNNEL' })
    expect((error as Error).message).toMatch(/^can't add VNI 5 to vxlan vx1: .*made with `vnifilter`/)
    await expect(rt.vnis.add({ link: 'u0', vni: 5 })).rejects.toMatchObject({ code: 'EINVAL' })
  })
})

const refusals: [string, () => unknown, RegExp][] = [
  ['no vxlan', () => vniAdd({ vni: 1 } as never), /^link: expected a vxlan, got undefined/],
  ['no VNI', () => vniAdd({ link: 1 } as never), /^vni: expected a VNI, an integer from 1 to 16777215, got undefined/],
  ['VNI 0', () => vniAdd({ link: 1, vni: 0 }), /^vni: expected an integer from 1 to 16777215, got 0/],
  ['a VNI that is too large', () => vniDelete({ link: 1, vni: 1 << 24 }), /^vni: expected an integer from 1 to 16777215/],
  ['a range backwards', () => vniAdd({ link: 1, vni: 5, vniEnd: 4 }), /^vniEnd: expected an integer above vni \(5\), got 4/],
  ['a group that is none', () => vniAdd({ link: 1, vni: 5, group: '239.1' }), /^group: expected an IPv4 or IPv6 address, got "239\.1"/],
  ['a deletion by group', () => vniDelete({ link: 1, vni: 5, group: '10.0.0.1' } as never), /^group: unknown option/],
  ['an unknown option', () => vniAdd({ link: 1, vni: 5, grup: '10.0.0.1' } as never), /^grup: unknown option, did you mean group\?/],
  ['an unknown filter', () => vniList({ vni: 5 } as never), /^vni: unknown option/],
  ['a flag that is none', () => vniList({ statistics: 1 as never }), /^statistics: expected true or false, got 1/],
] // prettier-ignore

describe('VNIs as bytes', () => {
  it.each(refusals)('%s is refused before anything is sent', (_, attempt, message) => {
    expect(attempt).toThrow(message)
  })

  it('that are cut short are malformed or left out, not read over', () => {
    const message = (...words: number[]) => {
      const r = new Reader(new Uint8Array(Uint32Array.from([16 + 4 * words.length, 120, 0, 0, ...words]).buffer))
      const found = new Messages(r)
      found.next()
      return [r, found] as const
    }
    expect(readVnis(...message(7))).toEqual([])
    expect(readVnis(...message(7, 5, 12 | (1 << 16), 8 | (2 << 16), 9))).toEqual([])
    expect(() => readVnis(...message(7, 5, 40 | (1 << 16), 8 | (1 << 16), 9))).toThrow(/an attribute of 40 bytes in 12/)
  })
})
