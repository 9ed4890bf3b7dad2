import { afterEach, beforeEach, expect, it } from 'vitest'

import { NetlinkError } from '../../src/errors.js'
import { Netns } from '../../src/netns/netns.js'
import { neighborAdd, neighborAppend, neighborGet, neighborList } from '../../src/route/neighbors.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import type { NeighborSpec, NeighborState } from '../../src/schema/neighbor.js'
import { ip } from '../support/iproute2.js'
import { describePrivileged } from '../support/netns.js'

let netns: Netns
let rt: Rtnetlink
let ifindex: number

type Seen = Record<string, unknown> & { dst: string }

/** What `ip -j -d neigh` says of br0, without what the kernel resolved for itself. */
const seen = (words = 'dev br0'): Seen[] =>
  (JSON.parse(ip(netns, `-j -d neigh show ${words}`)) as Seen[]).filter(({ dst }) => !/^(ff|224)/.test(dst))
/** The same of every state: noarp and none are not shown otherwise. */
const all = () => seen('dev br0 nud all')

/** A suite whose tests have a bridge in a namespace of their own. */
function inNamespace(name: string, body: () => void): void {
  describePrivileged(name, () => {
    beforeEach(async () => {
      netns = await Netns.create()
      rt = await Rtnetlink.open({ netns })
      ip(netns, 'link add br0 type bridge')
      ip(netns, 'link set br0 addrgenmode none')
      ip(netns, 'link set br0 up')
      ifindex = rt.socket.linkIndex('br0')!
    })
    afterEach(async () => {
      await rt.close()
      netns.close()
    })
    body()
  })
}

const mac = (i: number) => `02:00:00:00:00:0${i}`

inNamespace('a neighbour', () => {
  it('is permanent where nothing else is said, and what ip makes by the same words', async () => {
    await rt.neighbors.add({ link: 'br0', dst: '10.0.0.1', lladdr: mac(1) })
    await rt.neighbors.add({ link: { ifindex }, dst: '2001:DB8:0::1', lladdr: new Uint8Array([2, 0, 0, 0, 0, 1]) })
    expect(seen()).toHaveLength(2)
    expect(seen()).toContainEqual({ dst: '2001:db8::1', lladdr: mac(1), state: ['PERMANENT'] })
    expect(seen()).toContainEqual({ dst: '10.0.0.1', lladdr: mac(1), state: ['PERMANENT'] })
  })

  it('takes every state that ip gives one', async () => {
    const states: NeighborState[] = ['permanent', 'noarp', 'reachable', 'stale', 'delay', 'probe', 'failed', 'none']
    for (const [i, state] of states.entries()) {
      const dst = `10.0.0.${i + 1}`
      await rt.neighbors.add({ link: 'br0', dst, lladdr: mac(1), state })
      const mine = all().find((entry) => entry.dst === dst)
      const read = (await rt.neighbors.list({ link: 'br0' })).find((entry) => entry.dst === dst)
      ip(netns, `neigh del ${dst} dev br0`)
      ip(netns, `neigh replace ${dst} dev br0 lladdr ${mac(1)} nud ${state}`)
      const theirs = all().find((entry) => entry.dst === dst)
      // The kernel goes on by itself from delay and probe.
      if (state !== 'delay' && state !== 'probe') {
        expect(mine, state).toEqual(theirs)
        expect(read?.state, state).toEqual([state])
      } else expect(read?.dst, state).toBe(dst)
    }
  })

  it('takes every flag, protocol and extended flag', async () => {
    await rt.neighbors.add({ link: 'br0', dst: '2001:db8::1', lladdr: mac(1), router: true, flags: ['externLearn'] })
    await rt.neighbors.add({ link: 'br0', dst: '10.0.0.2', lladdr: mac(2), protocol: 'zebra' })
    await rt.neighbors.add({ link: 'br0', dst: '10.0.0.3', extendedFlags: ['managed'] })
    const [first, second, third] = await Promise.all(
      ['2001:db8::1', '10.0.0.2', '10.0.0.3'].map((dst) => rt.neighbors.get({ link: 'br0', dst })),
    )
    expect(first).toMatchObject({ family: 'ipv6', flags: ['externLearn', 'router'] })
    expect(second).toMatchObject({ family: 'ipv4', protocol: 'zebra', flags: [] })
    expect(third).toMatchObject({ extendedFlags: ['managed'] })
    expect(seen().find(({ dst }) => dst === '2001:db8::1')).toMatchObject({ router: null, extern_learn: null })
    expect(seen().find(({ dst }) => dst === '10.0.0.2')).toMatchObject({ protocol: 'zebra' })
  })

  it('made by ip is read with all it has', async () => {
    ip(netns, `neigh add 10.0.0.1 dev br0 lladdr ${mac(1)} nud stale protocol bird`)
    ip(netns, `neigh add 2001:db8::1 dev br0 lladdr ${mac(2)} nud permanent router extern_learn`)
    const found = (await rt.neighbors.list({ link: 'br0' })).filter(({ state }) => !state.includes('noarp'))
    expect(found).toMatchObject([
      { family: 'ipv4', ifindex, dst: '10.0.0.1', lladdr: mac(1), state: ['stale'], protocol: 'bird', probes: 0 },
      { family: 'ipv6', dst: '2001:db8::1', lladdr: mac(2), state: ['permanent'], flags: ['externLearn', 'router'] },
    ])
    expect(found[0]!.cacheInfo!.referenceCount).toBeGreaterThanOrEqual(0)
    expect(found.filter((entry) => 'unknownAttributes' in entry)).toEqual([])
  })

  it('is got alone, never by a dump', async () => {
    ip(netns, `neigh add 10.0.0.1 dev br0 lladdr ${mac(1)}`)
    ip(netns, 'neigh add proxy 10.0.0.7 dev br0')
    expect(await rt.neighbors.get({ link: 'br0', dst: '10.0.0.1' })).toMatchObject({ lladdr: mac(1) })
    expect(await rt.neighbors.get({ link: 'br0', dst: '10.0.0.7', proxy: true })).toMatchObject({ flags: ['proxy'] })
    const error: unknown = await rt.neighbors.get({ link: 'br0', dst: '10.0.0.2' }).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'ENOENT', request: 'RTM_GETNEIGH', reason: 'Neighbour entry not found' })
    expect((error as NetlinkError).message).toMatch(/^can't get neighbour 10\.0\.0\.2 on link br0: /)
  })

  it('is added, appended, replaced, changed and deleted', async () => {
    const spec = (i: number): NeighborSpec => ({ link: 'br0', dst: '10.0.0.1', lladdr: mac(i) })
    const lladdr = () => seen().map((entry) => entry.lladdr)
    await expect(rt.neighbors.change(spec(1))).rejects.toMatchObject({ code: 'ENOENT' })
    await rt.neighbors.add(spec(1))
    await expect(rt.neighbors.add(spec(2))).rejects.toMatchObject({ code: 'EEXIST' })
    await rt.run(neighborAppend(spec(2)))
    expect(lladdr()).toEqual([mac(1)])
    await rt.neighbors.replace(spec(3))
    expect(lladdr()).toEqual([mac(3)])
    await rt.neighbors.change(spec(4))
    expect(lladdr()).toEqual([mac(4)])
    await rt.neighbors.delete(spec(4))
    expect(seen()).toEqual([])
    await expect(rt.neighbors.delete(spec(4))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

inNamespace('proxy entries', () => {
  it('are made, listed and deleted beside the others', async () => {
    await rt.neighbors.add({ link: 'br0', dst: '10.0.0.1', proxy: true })
    await rt.neighbors.add({ link: 'br0', dst: '2001:db8::1', proxy: true })
    await rt.neighbors.add({ link: 'br0', dst: '10.0.0.1', lladdr: mac(1) })
    const proxies = JSON.parse(ip(netns, '-j neigh show proxy')) as Seen[]
    expect(proxies.map(({ dst }) => dst).sort()).toEqual(['10.0.0.1', '2001:db8::1'])
    const found = await rt.neighbors.list({ proxy: true })
    expect(found.map(({ dst }) => dst).sort()).toEqual(['10.0.0.1', '2001:db8::1'])
    expect(found[0]!.flags).toEqual(['proxy'])
    await rt.neighbors.delete({ link: 'br0', dst: '10.0.0.1', proxy: true })
    expect(seen()).toHaveLength(1)
    expect(await rt.neighbors.flush({ proxy: true })).toBe(1)
    expect(ip(netns, 'neigh show proxy')).toBe('')
    expect(seen()).toHaveLength(1)
  })
})

inNamespace('lists and flushes', () => {
  beforeEach(async () => {
    ip(netns, 'link add v0 type veth peer name v1')
    ip(netns, 'link set v0 master br0 addrgenmode none')
    ip(netns, 'link set v1 up')
    ip(netns, 'link set v0 up')
    // Wait until the carrier of the bridge has settled: when it changes the kernel forgets what is not permanent.
    for (let i = 0; i < 100 && !ip(netns, 'link show br0').includes('state UP'); i++) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    ip(netns, `neigh add 10.0.0.1 dev br0 lladdr ${mac(1)}`)
    ip(netns, `neigh add 10.0.0.2 dev br0 lladdr ${mac(2)} nud stale`)
    ip(netns, `neigh add 2001:db8::3 dev br0 lladdr ${mac(3)} nud reachable`)
    ip(netns, `neigh add 10.0.0.4 dev v0 lladdr ${mac(4)} nud stale`)
  })
  const dsts = async (filter?: Parameters<typeof rt.neighbors.list>[0]) =>
    (await rt.neighbors.list(filter))
      .filter(({ state }) => !state.includes('noarp'))
      .map(({ dst }) => dst)
      .sort()

  it('have the kernel filter by family, link and master', async () => {
    expect(await dsts()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.4', '2001:db8::3'])
    expect(await dsts({ family: 'ipv4' })).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.4'])
    expect(await dsts({ link: 'v0' })).toEqual(['10.0.0.4'])
    expect(await dsts({ link: ifindex, family: 'ipv6' })).toEqual(['2001:db8::3'])
    expect(await dsts({ master: 'br0' })).toEqual(['10.0.0.4'])
  })

  it('leave what is permanent unless it is asked for', async () => {
    expect(await rt.neighbors.flush({ link: 'br0' })).toBe(2)
    expect(seen('nud permanent').map(({ dst }) => dst)).toEqual(['10.0.0.1'])
    expect(seen('dev v0').map(({ dst }) => dst)).toEqual(['10.0.0.4'])
    expect(await rt.neighbors.flush({ link: 'br0', state: ['permanent'] })).toBe(1)
    expect(await rt.neighbors.flush({ family: 'ipv4', state: ['stale'] })).toBe(1)
    expect(seen('nud permanent')).toEqual([])
  })
})

inNamespace('what the kernel refuses of neighbours', () => {
  it('comes with code and reason', async () => {
    await expect(rt.neighbors.add({ link: 'nope', dst: '10.0.0.1', lladdr: mac(1) })).rejects.toMatchObject({
      code: 'ENODEV',
    })
    await expect(rt.neighbors.add({ link: 4242, dst: '10.0.0.1', lladdr: mac(1) })).rejects.toMatchObject({
      code: 'ENODEV',
    })
    const short: unknown = await rt.neighbors
      .add({ link: 'br0', dst: '10.0.0.1', lladdr: '02:00' })
      .catch((e: unknown) => e)
    expect(short).toBeInstanceOf(NetlinkError)
    expect(short).toMatchObject({ code: 'EINVAL', request: 'RTM_NEWNEIGH', reason: 'Invalid link address' })
  })
})

const base = { link: 'br0', dst: '10.0.0.1', lladdr: mac(1) }
const refusals: [string, object, RegExp][] = [
  ['no link', { dst: '10.0.0.1' }, /^link: expected a link, got undefined/],
  ['no address', { link: 'br0' }, /^dst: expected an IPv4 or IPv6 address, got undefined/],
  ['an address that is none', { ...base, dst: '10.0.0' }, /^dst: expected an IPv4 or IPv6 address, got "10.0.0"/],
  ['a prefix', { ...base, dst: '10.0.0.0/24' }, /^dst: expected/],
  ['bytes that are no address', { ...base, dst: new Uint8Array(5) }, /^dst: expected .* got 5 bytes/],
  ['an odd link-layer address', { ...base, lladdr: '02:00:0' }, /^lladdr: expected a link-layer address/],
  ['a state that there is not', { ...base, state: 'dead' }, /^state: expected one of none, incomplete/],
  ['one such among others', { ...base, state: ['stale', 'dead'] }, /^state: expected an array of/],
  ['a flag that there is not', { ...base, flags: ['bridge'] }, /^flags: expected an array of use/],
  ['proxy as text', { ...base, proxy: 'yes' }, /^proxy: expected true or false/],
  ['what can only be read', { ...base, probes: 1 }, /^probes: expected nothing: it can only be read/],
  ['an ifindex beside the link', { ...base, ifindex: 3 }, /^ifindex: expected nothing: it can only be read/],
  ['an option that there is not', { ...base, lladr: 1 }, /^lladr: unknown option, did you mean lladdr\?/],
  ['null', null as never, /expected an object, got null/],
]
it.each(refusals)('refuses %s before anything is sent', (_, spec, message) => {
  expect(() => neighborAdd(spec as NeighborSpec)).toThrow(message)
})

it('refuses filters that there are not', () => {
  expect(() => neighborList({ state: 'stale' } as never)).toThrow(/^state: unknown option/)
  expect(() => neighborList({ family: 'ip' } as never)).toThrow(/^family: expected ipv4 or ipv6/)
  expect(() => neighborList({ proxy: 1 } as never)).toThrow(/^proxy: expected true or false/)
  expect(() => neighborList({ link: '' })).toThrow(RangeError)
  expect(() => neighborGet({ link: 'br0', dst: 'x' })).toThrow(RangeError)
})
