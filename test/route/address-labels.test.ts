import { afterEach, beforeEach, expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { addressLabelAdd, addressLabelDelete, addressLabelGet } from '../../src/route/address-labels.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import { readAddressLabel } from '../../src/schema/address-label.js'
import { MalformedMessage, Reader } from '../../src/wire/reader.js'
import { ip } from '../support/iproute2.js'
import { describePrivileged } from '../support/netns.js'

let netns: Netns
let rt: Rtnetlink

/** The lines of ip, such as "prefix 2001:db8::/32 dev br0 label 5". */
const seen = () =>
  ip(netns, 'addrlabel list')
    .trim()
    .split('\n')
    .map((line) => line.trim().replace(/ +/g, ' '))

describePrivileged('labels of addresses', () => {
  beforeEach(async () => {
    netns = await Netns.create()
    rt = await Rtnetlink.open({ netns })
  })
  afterEach(async () => {
    await rt.close()
    netns.close()
  })

  it('are those that ip lists', async () => {
    const ours = await rt.addressLabels.list()
    expect(ours.length).toBeGreaterThan(5)
    expect(ours.map(({ prefix, label }) => `prefix ${prefix} label ${label}`)).toEqual(seen())
    expect(ours).toContainEqual({ prefix: '2002::/16', label: 2 })
    expect(ours).toContainEqual({ prefix: '::/0', label: 1 })
  })

  it('are added, replaced, asked for and deleted', async () => {
    await rt.addressLabels.add({ prefix: '2001:DB8::/32', label: 0xfffffffe })
    expect(seen()).toContain('prefix 2001:db8::/32 label 4294967294')
    const error: unknown = await rt.addressLabels.add({ prefix: '2001:db8::/32', label: 7 }).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'EEXIST', request: 'RTM_NEWADDRLABEL' })
    expect((error as Error).message).toMatch(/^can't add the label of 2001:db8::\/32: /)
    await rt.addressLabels.replace({ prefix: '2001:db8::/32', label: 0 })
    expect(seen()).toContain('prefix 2001:db8::/32 label 0')
    expect(await rt.addressLabels.get('2001:db8::7')).toEqual({ prefix: '2001:db8::/32', label: 0 })
    expect(await rt.addressLabels.get('2001:db7::7')).toMatchObject({ prefix: '::/0' })
    await rt.addressLabels.delete({ prefix: '2001:db8::/32' })
    expect(seen().join()).not.toContain('db8')
    await expect(rt.addressLabels.delete({ prefix: '2001:db8::/32' })).rejects.toMatchObject({ code: 'ESRCH' })
  })

  it('are of one link where one is given', async () => {
    const { ifindex } = await rt.links.create({ kind: 'bridge', name: 'br0' })
    await rt.addressLabels.add({ prefix: 'fd00::/8', link: 'br0', label: 5 })
    expect(seen()).toContain('prefix fd00::/8 dev br0 label 5')
    ip(netns, 'addrlabel add prefix fd00:1::1 dev br0 label 6')
    expect(await rt.addressLabels.list()).toEqual(
      expect.arrayContaining([
        { prefix: 'fd00::/8', label: 5, ifindex },
        { prefix: 'fd00:1::1/128', label: 6, ifindex },
      ]),
    )
    expect(await rt.addressLabels.get('fd00:1::1', { link: 'br0' })).toMatchObject({ label: 6 })
    expect(await rt.addressLabels.get('fd00:1::1')).toMatchObject({ prefix: 'fc00::/7' })
    await rt.addressLabels.delete({ prefix: 'fd00::/8', link: ifindex })
    expect(seen()).not.toContain('prefix fd00::/8 dev br0 label 5')
    await expect(rt.addressLabels.add({ prefix: 'fd00::/9', link: 4242, label: 5 })).rejects.toMatchObject({
      code: 'EINVAL',
    })
  })

  it('are flushed, all of them', async () => {
    await rt.links.create({ kind: 'bridge', name: 'br0' })
    ip(netns, 'addrlabel add prefix fd00:1::1 dev br0 label 6')
    const count = seen().length
    expect(await rt.addressLabels.flush()).toBe(count)
    expect(ip(netns, 'addrlabel list')).toBe('')
    await expect(rt.addressLabels.get('::1')).rejects.toMatchObject({ code: 'ESRCH' })
  })
})

it.each([
  ['no prefix', { label: 1 }, /^prefix: expected an IPv4 or IPv6 prefix .* got undefined/],
  ['an IPv4 prefix', { prefix: '10.0.0.0/8', label: 1 }, /^prefix: expected an IPv6 prefix, got "10/],
  ['an address that is none', { prefix: '2001:db8:::/32', label: 1 }, /^prefix: expected an IPv6 address/],
  ['no label', { prefix: '::/0' }, /^label: expected a label from 0 to 4294967294, got undefined/],
  ['the label that there is not', { prefix: '::/0', label: 0xffffffff }, /^label: expected an integer from 0/],
  ['an option that there is not', { prefix: '::/0', label: 1, dev: 'lo' }, /^dev: unknown option/],
  ['a link without a name', { prefix: '::/0', label: 1, link: '' }, /^link: expected a link name/],
  ['nothing', undefined, /expected an object, got undefined/],
])('refuse %s before anything is sent', (_, spec, message) => {
  expect(() => addressLabelAdd(spec as never)).toThrow(message)
})

it('refuses keys and questions that are none', () => {
  expect(() => addressLabelDelete({ prefix: 5 as never })).toThrow(/^prefix: expected/)
  expect(() => addressLabelGet({ address: '2001:db8::/32' })).toThrow(/^address: expected an IPv6 address/)
  expect(() => addressLabelGet({ address: 7 as never })).toThrow(/^address: expected an IPv6 address, got 7/)
  expect(() => addressLabelGet({ prefix: '::' } as never)).toThrow(/^prefix: unknown option/)
})

it('reads nothing beyond the end of a malformed attribute', () => {
  const bytes = new Uint8Array(16 + 12 + 20)
  bytes.set([10, 0, 32], 16)
  const read = (end: number) =>
    readAddressLabel(new Reader(bytes), { type: 72, flags: 0, sequence: 0, start: 0, body: 16, end })
  bytes.set([20, 0, 1, 0], 28)
  expect(() => read(40)).toThrow(MalformedMessage)
  expect(read(48)).toBeUndefined()
  expect(read(20)).toBeUndefined()
})
