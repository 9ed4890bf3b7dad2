import { afterEach, beforeEach, expect, it } from 'vitest'

import { NetlinkError } from '../../src/errors.js'
import { Netns } from '../../src/netns/netns.js'
import { addressAdd, addressGet, addressList, type AddressSpec } from '../../src/route/addresses.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import { ip } from '../support/iproute2.js'
import { olderThan } from '../support/kernel.js'
import { describePrivileged } from '../support/netns.js'

let netns: Netns
let rt: Rtnetlink
let ifindex: number

/** What `ip -j -d addr` says of the addresses of br0, without what the kernel made itself. */
const seen = (): Record<string, unknown>[] =>
  (JSON.parse(ip(netns, '-j -d addr show dev br0')) as { addr_info: Record<string, unknown>[] }[])
    .flatMap(({ addr_info }) => addr_info)
    .filter(({ protocol }) => protocol !== 'kernel_ll')

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

inNamespace('adding an address', () => {
  it('makes what ip shows, with the defaults of ip', async () => {
    await rt.addresses.add({ link: 'br0', address: '10.13.19.2/24' })
    const [ours] = seen()
    expect(ours).toMatchObject({ family: 'inet', local: '10.13.19.2', prefixlen: 24, scope: 'global', label: 'br0' })
    expect(ours).not.toHaveProperty('broadcast')
    await rt.addresses.delete({ link: 'br0', address: '10.13.19.2/24' })
    ip(netns, 'addr add 10.13.19.2/24 dev br0')
    expect(seen()[0]).toEqual(ours)
  })

  it('takes every option of IPv4', async () => {
    await rt.addresses.add({
      link: { ifindex },
      address: '10.13.19.2/24',
      broadcast: 'auto',
      label: 'br0:web',
      scope: 'site',
      flags: ['noprefixroute'],
      validLifetime: 3000,
      preferredLifetime: 2000,
      metric: 77,
      protocol: 99,
    })
    expect(seen()).toMatchObject([
      {
        local: '10.13.19.2',
        broadcast: '10.13.19.255',
        label: 'br0:web',
        scope: 'site',
        noprefixroute: true,
        dynamic: true,
        metric: 77,
      },
    ])
    // This iproute2 does not show the protocol of an address.
    expect((await rt.addresses.get({ link: 'br0', address: '10.13.19.2' })).protocol).toBe(99)
    const { valid_life_time: valid, preferred_life_time: preferred } = seen()[0] as Record<string, number>
    expect(valid).toBeGreaterThan(2990)
    expect(valid).toBeLessThanOrEqual(3000)
    expect(preferred).toBeGreaterThan(1990)
    expect(preferred).toBeLessThanOrEqual(2000)
    expect(JSON.parse(ip(netns, '-j route show table main'))).toEqual([])
  })

  it('takes every option of IPv6', async () => {
    await rt.addresses.add({
      link: 'br0',
      address: '2001:db8::2/64',
      flags: ['nodad', 'noprefixroute', 'home', 'mngtmpaddr'],
      metric: 5,
      protocol: 'kernelRa',
    })
    const [address] = seen()
    expect(address).toMatchObject({ family: 'inet6', local: '2001:db8::2', prefixlen: 64, scope: 'global' })
    expect(address).toMatchObject({ nodad: true, noprefixroute: true, mngtmpaddr: true, metric: 5 })
    expect(address).toHaveProperty('home', true)
    expect(address).not.toHaveProperty('tentative')
  })

  it('gives the prefix to the peer of a point-to-point address, whichever of the two it stands with', async () => {
    await rt.addresses.add({ link: 'br0', address: '10.0.0.1', peer: '10.0.0.2/32' })
    await rt.addresses.add({ link: 'br0', address: '10.0.1.1/31', peer: '10.0.1.7' })
    await rt.addresses.add({ link: 'br0', address: '2001:db8::1', peer: '2001:db8::2/128', flags: ['nodad'] })
    expect(seen()).toMatchObject([
      { local: '10.0.0.1', address: '10.0.0.2', prefixlen: 32 },
      { local: '10.0.1.1', address: '10.0.1.7', prefixlen: 31 },
      { local: '2001:db8::1', address: '2001:db8::2', prefixlen: 128 },
    ])
    expect((await rt.addresses.list({ link: 'br0' })).map(({ address, peer }) => [address, peer])).toEqual([
      ['10.0.0.1/32', '10.0.0.2/32'],
      ['10.0.1.1/31', '10.0.1.7/31'],
      ['2001:db8::1/128', '2001:db8::2/128'],
    ])
  })

  it('takes an address without a length for the whole prefix', async () => {
    await rt.addresses.add({ link: 'br0', address: '10.0.0.1' })
    await rt.addresses.add({ link: 'br0', address: '2001:db8::1', flags: ['nodad'] })
    expect(seen().map(({ prefixlen }) => prefixlen)).toEqual([32, 128])
  })

  it('puts 127.0.0.0/8 into the scope of the host unless told otherwise, as ip does', async () => {
    await rt.addresses.add({ link: 'br0', address: '127.0.1.1/24' })
    await rt.addresses.add({ link: 'br0', address: '127.0.2.1/24', scope: 'global' })
    await rt.addresses.add({ link: 'br0', address: '10.0.0.1/24', scope: 201 })
    const scopes = new Map(seen().map(({ local, scope }) => [local, scope]))
    expect(Object.fromEntries(scopes)).toEqual({ '127.0.1.1': 'host', '127.0.2.1': 'global', '10.0.0.1': '201' })
  })

  it('tells a broadcast address that was given from none', async () => {
    await rt.addresses.add({ link: 'br0', address: '10.0.0.1/24', broadcast: '10.0.0.99' })
    await rt.addresses.add({ link: 'br0', address: '10.0.1.1/24', broadcast: new Uint8Array([10, 0, 1, 98]) })
    await rt.addresses.add({ link: 'br0', address: '10.0.2.1/24' })
    expect((await rt.addresses.list({ link: 'br0' })).map(({ broadcast }) => broadcast)).toEqual([
      '10.0.0.99',
      '10.0.1.98',
      undefined,
    ])
    expect(seen().map(({ broadcast }) => broadcast)).toEqual(['10.0.0.99', '10.0.1.98', undefined])
  })

  it('tells lifetimes that are zero, for ever, and not given apart', async () => {
    const address = (i: number): AddressSpec => ({ link: 'br0', address: `2001:db8::${i}/64`, flags: ['nodad'] })
    await rt.addresses.add(address(1))
    await rt.addresses.add({ ...address(2), validLifetime: Infinity, preferredLifetime: 0 })
    await rt.addresses.add({ ...address(3), validLifetime: 1000 })
    await rt.addresses.add({ ...address(4), preferredLifetime: 500 })
    const found = await rt.addresses.list({ link: 'br0' })
    const life = (i: number) => found.find(({ address }) => address === `2001:db8::${i}/64`)!
    expect(life(1)).toMatchObject({
      validLifetime: Infinity,
      preferredLifetime: Infinity,
      flags: ['nodad', 'permanent'],
    })
    expect(life(2)).toMatchObject({ validLifetime: Infinity, preferredLifetime: 0 })
    expect(life(2).flags).toContain('deprecated')
    expect(life(3).validLifetime).toBeGreaterThan(990)
    expect(life(3).preferredLifetime).toBe(life(3).validLifetime)
    expect(life(3).flags).not.toContain('permanent')
    expect(life(4)).toMatchObject({ validLifetime: Infinity })
    expect(life(4).preferredLifetime).toBeLessThanOrEqual(500)
    await expect(rt.addresses.add({ ...address(5), validLifetime: 0 })).rejects.toMatchObject({ code: 'EINVAL' })
  })
})

inNamespace('reading addresses', () => {
  it('gives what ip made', async () => {
    ip(netns, 'addr add 10.1.0.1/16 brd + dev br0 label br0:x scope link metric 9 valid_lft 100 preferred_lft 50')
    ip(netns, 'addr add 10.3.0.2/16 dev br0')
    ip(netns, 'addr add 10.2.0.1 peer 10.2.0.9/24 dev br0')
    ip(netns, 'addr add 2001:db8::1/64 dev br0 nodad home noprefixroute')
    ip(netns, 'addr add 2001:db8:1::1 peer 2001:db8:1::2/64 dev br0 nodad')
    const found = await rt.addresses.list({ link: 'br0' })
    expect(found).toMatchObject([
      {
        family: 'ipv4',
        ifindex,
        address: '10.1.0.1/16',
        broadcast: '10.1.255.255',
        label: 'br0:x',
        scope: 'link',
        metric: 9,
        flags: [],
      },
      { address: '10.3.0.2/16', label: 'br0', scope: 'global', flags: ['permanent'], validLifetime: Infinity },
      { address: '10.2.0.1/24', peer: '10.2.0.9/24' },
      { family: 'ipv6', address: '2001:db8:1::1/64', peer: '2001:db8:1::2/64' },
      { address: '2001:db8::1/64', flags: ['nodad', 'home', 'noprefixroute', 'permanent'] },
    ])
    expect(found[0]!.validLifetime).toBeLessThanOrEqual(100)
    expect(found[0]!.preferredLifetime).toBeLessThanOrEqual(50)
    expect(found[0]!.created).toBeGreaterThan(0)
    expect(found[0]!.updated).toBeGreaterThanOrEqual(found[0]!.created!)
    expect(found.filter((address) => 'unknownAttributes' in address)).toEqual([])
  })

  it('calls the same bit secondary of an IPv4 address and temporary of an IPv6 one', async () => {
    ip(netns, 'addr add 10.1.0.1/16 dev br0')
    ip(netns, 'addr add 10.1.0.2/16 dev br0')
    const [first, second] = await rt.addresses.list({ link: 'br0', family: 'ipv4' })
    expect(first!.flags).toEqual(['permanent'])
    expect(second!.flags).toEqual(['secondary', 'permanent'])
  })

  it('asks the kernel for a family and a link only', async () => {
    ip(netns, 'link set lo up')
    ip(netns, 'addr add 10.1.0.1/16 dev br0')
    ip(netns, 'addr add 2001:db8::1/64 dev br0 nodad')
    const names = async (filter: Parameters<typeof rt.addresses.list>[0]) =>
      (await rt.addresses.list(filter)).map(({ address }) => address)
    expect(await names({})).toEqual(['127.0.0.1/8', '10.1.0.1/16', '::1/128', '2001:db8::1/64'])
    expect(await names({ family: 'ipv4' })).toEqual(['127.0.0.1/8', '10.1.0.1/16'])
    expect(await names({ link: 'lo' })).toEqual(['127.0.0.1/8', '::1/128'])
    expect(await names({ link: ifindex, family: 'ipv6' })).toEqual(['2001:db8::1/64'])
    await expect(names({ link: 4242 })).rejects.toMatchObject({ code: 'ENODEV' })
  })

  it('reads those of another namespace by its id', async () => {
    using other = await Netns.create()
    ip(other, 'link set lo up')
    await rt.namespaceIds.set(other, 7)
    const found = await rt.addresses.list({ targetNetnsid: 7 })
    expect(found).toMatchObject([
      { address: '127.0.0.1/8', targetNetnsid: 7 },
      { address: '::1/128', targetNetnsid: 7 },
    ])
  })

  it('gets one address of a link, by its prefix or by the address alone', async () => {
    ip(netns, 'addr add 10.1.0.1/16 dev br0')
    ip(netns, 'addr add 2001:db8::1/64 dev br0 nodad')
    expect(await rt.addresses.get({ link: 'br0', address: '10.1.0.1' })).toMatchObject({ address: '10.1.0.1/16' })
    expect(await rt.addresses.get({ link: 'br0', address: '10.1.0.1/16' })).toMatchObject({ ifindex })
    expect(await rt.addresses.get({ link: 'br0', address: '2001:DB8:0::1' })).toMatchObject({
      address: '2001:db8::1/64',
    })
    expect(await rt.addresses.get({ link: 'br0', address: '2001:db8::1/64' })).toMatchObject({ ifindex })
    for (const address of ['10.1.0.1/24', '10.1.0.2', '2001:db8::1/65', '2001:db8::2']) {
      const error: unknown = await rt.addresses.get({ link: 'br0', address }).catch((e: unknown) => e)
      expect(error, address).toMatchObject({ code: 'EADDRNOTAVAIL', request: 'RTM_GETADDR' })
      expect((error as NetlinkError).message).toContain(`can't get address ${address} on link br0`)
    }
    expect(rt.runSync(addressGet({ link: 'br0', address: '2001:db8::1' }))).toMatchObject({ address: '2001:db8::1/64' })
    expect(() => addressGet({ link: 'br0', address: '10.1.0.1' })).toThrow(/address: expected an IPv6 address/)
  })
})

inNamespace('changing and deleting addresses', () => {
  it('replaces lifetimes, metric and flags of the one there is, and adds where there is none', async () => {
    await rt.addresses.replace({ link: 'br0', address: '10.1.0.1/16' })
    await rt.addresses.replace({ link: 'br0', address: '10.1.0.1/16', validLifetime: 500, metric: 8 })
    await rt.addresses.replace({ link: 'br0', address: '2001:db8::1/64', flags: ['nodad'] })
    await rt.addresses.change({ link: 'br0', address: '2001:db8::1/64', flags: ['nodad', 'noprefixroute'] })
    expect(seen()).toMatchObject([
      { local: '10.1.0.1', dynamic: true, metric: 8 },
      { local: '2001:db8::1', noprefixroute: true },
    ])
    // The kernel does not insist that there is one.
    await rt.addresses.change({ link: 'br0', address: '10.1.0.7/16' })
    expect(seen()).toHaveLength(3)
  })

  it('deletes exactly the address of that length, that peer and that label', async () => {
    const specs: AddressSpec[] = [
      { link: 'br0', address: '10.1.0.1/16', label: 'br0:a' },
      { link: 'br0', address: '10.1.0.1/24' },
      { link: 'br0', address: '10.2.0.1/24', peer: '10.2.0.2' },
      { link: 'br0', address: '2001:db8::1/64', flags: ['nodad'], validLifetime: 100 },
    ]
    for (const spec of specs) await rt.addresses.add(spec)
    const missing: AddressSpec[] = [
      { link: 'br0', address: '10.1.0.1' },
      { link: 'br0', address: '10.1.0.1/16', label: 'br0:b' },
      { link: 'br0', address: '10.2.0.1/24', peer: '10.3.0.2' },
      { link: 'br0', address: '2001:db8::1' },
    ]
    for (const spec of missing) {
      await expect(rt.addresses.delete(spec), spec.address).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' })
    }
    expect(seen()).toHaveLength(4)
    for (const spec of specs) await rt.addresses.delete(spec)
    expect(seen()).toEqual([])
  })

  it('flushes a link or a family, secondary addresses and peers included, and says how many', async () => {
    ip(netns, 'link set lo up')
    for (const i of [1, 2, 3]) ip(netns, `addr add 10.1.0.${i}/16 dev br0`)
    ip(netns, 'addr add 10.2.0.1 peer 10.2.0.9/24 dev br0')
    ip(netns, 'addr add 2001:db8:1::1 peer 2001:db8:1::2/64 dev br0 nodad')
    ip(netns, 'addr add 2001:db8::1/64 dev br0 nodad')
    expect(await rt.addresses.flush({ link: 'br0', family: 'ipv4' })).toBe(4)
    expect(seen().map(({ family }) => family)).toEqual(['inet6', 'inet6'])
    expect(await rt.addresses.flush({ link: 'br0' })).toBe(2)
    expect(await rt.addresses.flush({ link: 'br0' })).toBe(0)
    expect(await rt.addresses.list()).toHaveLength(2)
    expect(await rt.addresses.flush({})).toBe(2)
    expect(await rt.addresses.list()).toEqual([])
  })
})

inNamespace('what the kernel refuses', () => {
  it('names the request, the address, the code and the reason', async () => {
    await rt.addresses.add({ link: 'br0', address: '10.1.0.1/16' })
    const twice: unknown = await rt.addresses.add({ link: 'br0', address: '10.1.0.1/16' }).catch((e: unknown) => e)
    expect(twice).toBeInstanceOf(NetlinkError)
    expect(twice).toMatchObject({ code: 'EEXIST', errno: 17, request: 'RTM_NEWADDR' })
    // Later kernels say it in words.
    if (!olderThan('6.6')) expect((twice as NetlinkError).reason).toMatch(/already assigned/)
    expect((twice as NetlinkError).message).toMatch(/^can't add address 10\.1\.0\.1\/16 on link br0: .*EEXIST/)
    await expect(rt.addresses.add({ link: 'nope', address: '10.1.0.1/16' })).rejects.toMatchObject({ code: 'ENODEV' })
    await expect(rt.addresses.add({ link: 4242, address: '10.1.0.1/16' })).rejects.toMatchObject({ code: 'ENODEV' })
    await expect(
      rt.addresses.add({ link: 'br0', address: '10.9.0.1/16', validLifetime: 10, preferredLifetime: 20 }),
    ).rejects.toMatchObject({ code: 'EINVAL' })
  })
})

const refusals: [string, object, RegExp][] = [
  ['no link', { address: '10.0.0.1/24' }, /^link: expected a link/],
  ['no address', { link: 'br0' }, /^address: expected an IPv4 or IPv6 prefix .* got undefined/],
  [
    'an address that is none',
    { link: 'br0', address: '10.0.0.256/24' },
    /^address: expected an IPv4 address, got "10.0.0.256"/,
  ],
  ['a length beyond the family', { link: 'br0', address: '10.0.0.1/33' }, /^address: .* got "10.0.0.1\/33"/],
  ['a length that is no number', { link: 'br0', address: '10.0.0.1/a' }, /^address: /],
  ['a peer of the other family', { link: 'br0', address: '10.0.0.1', peer: '::1' }, /^peer: expected an IPv4 address/],
  ['two lengths', { link: 'br0', address: '10.0.0.1/24', peer: '10.0.0.2/32' }, /^peer: .*length that address has, 24/],
  [
    'a broadcast address with IPv6',
    { link: 'br0', address: '::1/64', broadcast: 'auto' },
    /^broadcast: .*of IPv4 alone/,
  ],
  [
    'a broadcast address of a /31',
    { link: 'br0', address: '10.0.0.0/31', broadcast: 'auto' },
    /^broadcast: expected none/,
  ],
  ['a label with IPv6', { link: 'br0', address: '::1/64', label: 'x' }, /^label: .*of IPv4 alone/],
  ['a label of 16 bytes', { link: 'br0', address: '10.0.0.1/24', label: 'x'.repeat(16) }, /^label: expected a string/],
  [
    'a scope without a number',
    { link: 'br0', address: '10.0.0.1/24', scope: 'planet' },
    /^scope: expected one of global/,
  ],
  ['a flag that is a state', { link: 'br0', address: '::1/64', flags: ['tentative'] }, /^flags: .* got "tentative"/],
  ['flags that are no array', { link: 'br0', address: '::1/64', flags: 'nodad' }, /^flags: expected an array/],
  ['a negative lifetime', { link: 'br0', address: '::1/64', validLifetime: -1 }, /^validLifetime: expected seconds/],
  ['a lifetime of 2^32 - 1', { link: 'br0', address: '::1/64', preferredLifetime: 0xffffffff }, /^preferredLifetime: /],
  [
    'a lifetime as text',
    { link: 'br0', address: '::1/64', validLifetime: 'forever' },
    /^validLifetime: .* got "forever"/,
  ],
  [
    'an option that there is not',
    { link: 'br0', address: '::1/64', metrik: 1 },
    /^metrik: unknown option, did you mean metric\?/,
  ],
  ['null', null as unknown as object, /expected an object, got null/],
]
it.each(refusals)('refuses %s before anything is sent', (_, spec, message) => {
  expect(() => addressAdd(spec as AddressSpec)).toThrow(message)
})

it('refuses a filter that the kernel has not', () => {
  expect(() => addressList({ scope: 'link' } as object)).toThrow(/^scope: unknown option/)
  expect(() => addressList({ family: 'inet' } as object)).toThrow(/^family: expected ipv4 or ipv6/)
  expect(() => addressList({ link: 0 })).toThrow(RangeError)
})
