import { afterEach, beforeEach, expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import { type Rule, ruleAdd, ruleDelete, ruleList, type RuleSpec } from '../../src/route/rules.js'
import { readRule } from '../../src/schema/rule.js'
import { HEADER_SIZE } from '../../src/wire/message.js'
import { MalformedMessage, Reader } from '../../src/wire/reader.js'
import { ip } from '../support/iproute2.js'
import { olderThan } from '../support/kernel.js'
import { describePrivileged } from '../support/netns.js'

let netns: Netns
let rt: Rtnetlink

type Seen = Record<string, unknown> & { priority: number }
/** The rules that ip sees beside those with which a namespace begins. */
const seen = (family = '-4', object = 'rule'): Seen[] =>
  (JSON.parse(ip(netns, `-j -d ${family} ${object} show`)) as Seen[]).filter(
    ({ priority }) => priority !== 0 && priority < 32766,
  )
const listed = async (family: Rule['family'] = 'ipv4') =>
  (await rt.rules.list({ family })).filter(({ priority }) => priority !== 0 && priority < 32766)

function inNamespace(name: string, body: () => void): void {
  describePrivileged(name, () => {
    beforeEach(async () => {
      netns = await Netns.create()
      rt = await Rtnetlink.open({ netns })
    })
    afterEach(async () => {
      await rt.close()
      netns.close()
    })
    body()
  })
}

/** The words of ip(8) for a rule, and what is given to make the same. */
const both: [words: string, spec: RuleSpec, family?: '-4' | '-6'][] = [
  ['from 10.0.0.0/8 table 100', { from: '10.0.0.0/8', table: 100 }],
  ['from 10.1.2.3 to 10.9.0.0/16 table 70000', { from: '10.1.2.3', to: '10.9.0.0/16', table: 70000 }],
  ['not from 10.0.0.0/8 lookup main', { invert: true, from: '10.0.0.0/8' }],
  ['iif lo oif nope table default', { iif: { name: 'lo' }, oif: 'nope', table: 'default' }],
  ['fwmark 0x10 table 5', { fwmark: 0x10, table: 5 }],
  ['fwmark 0x10/0xf0 table 5', { fwmark: 0x10, fwmask: 0xf0, table: 5 }],
  ['fwmark 0/0xf0 table 5', { fwmark: 0, fwmask: 0xf0, table: 5 }],
  ['tos 0x10 table 5', { tos: 0x10, table: 5 }],
  ['ipproto tcp sport 10 dport 20-30 table 5', { ipProto: 6, sport: 10, dport: { start: 20, end: 30 }, table: 5 }],
  ['uidrange 100-200 table 5', { uidRange: { start: 100, end: 200 }, table: 5 }],
  ['uidrange 0-0 table 5', { uidRange: 0, table: 5 }],
  ['tun_id 5000000000 table 5', { tunId: 5_000_000_000, table: 5 }],
  ['l3mdev', { l3mdev: true }],
  ['protocol zebra table 5', { protocol: 'zebra', table: 5 }],
  ['realms 3/4 table 5', { realms: { from: 3, to: 4 }, table: 5 }],
  ['lookup main suppress_prefixlength 0', { table: 'main', suppressPrefixLength: 0 }],
  ['lookup main suppress_ifgroup 0', { table: 'main', suppressIfGroup: 0 }],
  ['goto 1000', { goto: 1000 }],
  ['goto 32766', { goto: 32766, action: 'goto' }],
  ['nop', { action: 'nop' }],
  ['blackhole', { action: 'blackhole' }],
  ['unreachable', { action: 'unreachable' }],
  ['from 10.0.0.0/8 prohibit', { from: '10.0.0.0/8', action: 'prohibit' }],
  ['from 2001:db8::/32 to 2001:db8:1::1 table 100', { from: '2001:DB8::/32', to: '2001:db8:1::1', table: 100 }, '-6'],
  ['not fwmark 1 iif lo table 100', { family: 'ipv6', invert: true, fwmark: 1, iif: 'lo', table: 100 }, '-6'],
  ['dport 53 ipproto udp unreachable', { family: 'ipv6', dport: 53, ipProto: 17, action: 'unreachable' }, '-6'],
  ['l3mdev suppress_prefixlength 5', { family: 'ipv6', l3mdev: true, suppressPrefixLength: 5 }, '-6'],
]

inNamespace('a rule', () => {
  it.each(both)('that ip makes by "%s" is made, told and deleted the same', async (words, spec, family = '-4') => {
    const ours = family === '-6' ? 'ipv6' : 'ipv4'
    await rt.rules.add({ priority: 100, ...spec })
    const mine = seen(family)
    const mineRead = await listed(ours)
    expect(mine).toHaveLength(1)
    await rt.rules.delete({ priority: 100, ...spec })
    expect(seen(family)).toEqual([])

    ip(netns, `${family} rule add pref 100 ${words}`)
    expect(mine).toEqual(seen(family))
    expect(mineRead).toEqual(await listed(ours))
    expect(mineRead[0]).not.toHaveProperty('unknownAttributes')
    await rt.rules.delete({ family: ours, priority: 100 })
    expect(seen(family)).toEqual([])
  })

  it('is read with all that it was given', async () => {
    const spec = {
      priority: 7,
      from: '10.0.0.0/8',
      to: '10.1.0.0/16',
      iif: 'nope',
      fwmark: 3,
      fwmask: 15,
      tos: 8,
      ipProto: 17,
      sport: { start: 1, end: 65534 },
      dport: { start: 53, end: 53 },
      uidRange: { start: 0, end: 0xfffffffe },
      tunId: 9,
      invert: true,
      table: 4294967295,
      suppressPrefixLength: 8,
      suppressIfGroup: 3,
      realms: { from: 1, to: 2 },
      protocol: 'bgp',
    } as const
    await rt.rules.add(spec)
    const masks = olderThan('6.15') ? {} : { dportMask: 0xffff }
    expect(await listed()).toEqual([{ family: 'ipv4', action: 'lookup', flags: ['iifDetached'], ...spec, ...masks }])
    expect(seen()[0]).toMatchObject({ priority: 7, not: null, src: '10.0.0.0', srclen: 8, iif_detached: null })
  })

  it('goes by the table main before all but the first, where nothing else is said', async () => {
    await rt.rules.add({})
    expect(await listed()).toEqual([
      { family: 'ipv4', priority: 32765, action: 'lookup', flags: [], table: 'main', protocol: 'unspec' },
    ])
  })

  it('has flags of its own', async () => {
    await rt.rules.add({ family: 'ipv6', priority: 5, table: 9, flags: ['permanent', 'findSaddr'] })
    expect(await listed('ipv6')).toMatchObject([{ flags: ['permanent', 'findSaddr'] }])
    await expect(rt.rules.delete({ family: 'ipv6', priority: 5 })).rejects.toMatchObject({ code: 'EPERM' })
    await rt.rules.add({ priority: 5, goto: 70 })
    expect(await listed()).toMatchObject([{ flags: ['unresolved'], action: 'goto', goto: 70 }])
  })

  it.each([
    ['EEXIST', { priority: 5, table: 9 }, { priority: 5, table: 9 }, /^can't add rule 5 table 9: /],
    ['EINVAL', undefined, { priority: 5, goto: 4 }, /Backward goto not supported/],
    ['EINVAL', undefined, { priority: 5, l3mdev: true, table: 7 }, /l3mdev and table are mutually exclusive/],
  ] as const)('is refused with %s', async (code, first, spec, message) => {
    if (first !== undefined) await rt.rules.add(first)
    const error: unknown = await rt.rules.add(spec).catch((e: unknown) => e)
    expect(error).toMatchObject({ code, request: 'RTM_NEWRULE' })
    expect((error as Error).message).toMatch(message)
  })

  it('that there is not can not be deleted', async () => {
    const error: unknown = await rt.rules.delete({ priority: 77, from: '10.0.0.1' }).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'ENOENT', request: 'RTM_DELRULE' })
    expect((error as Error).message).toMatch(/^can't delete rule 77 from 10\.0\.0\.1: /)
  })
})

/** How the kernel answers the question for a route. */
const answer = (words: string): string => {
  try {
    return ip(netns, `route get ${words}`)
  } catch (error) {
    return String((error as Error).message)
  }
}

inNamespace('selectors that ip(8) does not show', () => {
  beforeEach(async () => {
    await rt.links.update('lo', { up: true })
    ip(netns, 'addr add 10.0.0.1/32 dev lo')
    ip(netns, 'route add 10.2.0.0/16 dev lo')
    ip(netns, 'route add 2001:db8::/32 dev lo')
  })
  const told = async (spec: RuleSpec) => {
    await rt.rules.add({ priority: 1, action: 'prohibit', ...spec })
    return (await rt.rules.list({ family: spec.family ?? 'ipv4', priority: 1 }))[0]
  }

  it.skipIf(olderThan('6.12'))('have dscp tell packets apart', async () => {
    expect(await told({ dscp: 10 })).toMatchObject({ dscp: 10 })
    expect(answer('10.2.0.9')).toContain('dev lo')
    expect(answer('10.2.0.9 tos 0x28')).toMatch(/Permission denied/)
  })

  it.skipIf(olderThan('6.15'))('have masks of dscp and ports', async () => {
    expect(await told({ dscp: 8, dscpMask: 56, family: 'ipv6' })).toMatchObject({ dscp: 8, dscpMask: 56 })
    expect(answer('2001:db8::1 tos 0x24')).toMatch(/Permission denied/)
    expect(answer('2001:db8::1 tos 0x44')).toContain('dev lo')
    expect(await told({ ipProto: 6, sport: 0x100, sportMask: 0xff00, dport: 1, dportMask: 1 })).toMatchObject({
      sport: { start: 0x100, end: 0x100 },
      sportMask: 0xff00,
      dport: { start: 1, end: 1 },
      dportMask: 1,
    })
    expect(answer(`10.2.0.9 ipproto tcp sport ${0x105} dport 3`)).toMatch(/Permission denied/)
    expect(answer(`10.2.0.9 ipproto tcp sport ${0x105} dport 4`)).toContain('dev lo')
    expect(answer(`10.2.0.9 ipproto tcp sport ${0x205} dport 3`)).toContain('dev lo')
    await rt.rules.delete({ priority: 1, sport: 0x100, sportMask: 0xff00 })
    expect(await rt.rules.list({ priority: 1, family: 'ipv4' })).toEqual([])
  })

  it.skipIf(olderThan('6.14'))('have flow labels, of which all bits count where no mask is given', async () => {
    expect(await told({ family: 'ipv6', flowLabel: 5 })).toMatchObject({ flowLabel: 5, flowLabelMask: 0xfffff })
    await expect(rt.routes.get('2001:db8::1', { flowLabel: 5 })).rejects.toMatchObject({ code: 'EACCES' })
    expect(await rt.routes.get('2001:db8::1', { flowLabel: 6 })).toMatchObject({ type: 'unicast' })
    await rt.rules.delete({ family: 'ipv6', priority: 1, flowLabel: 5 })
    expect(await told({ family: 'ipv6', flowLabel: 4, flowLabelMask: 4 })).toMatchObject({ flowLabelMask: 4 })
    await expect(rt.routes.get('2001:db8::1', { flowLabel: 5 })).rejects.toMatchObject({ code: 'EACCES' })
  })

  it.runIf(olderThan('6.12'))('are dropped by kernels that do not know them, as is written', async () => {
    expect(await told({ dscp: 10 })).not.toHaveProperty('dscp')
    expect(answer('10.2.0.9')).toMatch(/Permission denied/)
  })
})

/** Whether the kernel was built with several multicast routing tables. */
const hasRulesOf = async (family: 'ipmr' | 'ip6mr') => (await rt.rules.list({ family }).catch(() => [])).length > 0

inNamespace('rules of multicast routing', () => {
  it.for([
    ['ipmr', '-4', ''],
    ['ip6mr', '-6', '-6 '],
  ] as const)('%s are what ip makes with mrule', async ([family, version, words], { skip }) => {
    if (!(await hasRulesOf(family))) skip('the kernel has no multiple tables of multicast routes')
    await rt.rules.add({ family, priority: 50, iif: 'nope', fwmark: 3, table: 700 })
    const mine = seen(version, 'mrule')
    expect(mine).toMatchObject([{ priority: 50, iif: 'nope', fwmark: '0x3', table: '700' }])
    await rt.rules.delete({ family, priority: 50 })
    ip(netns, `${words} mrule add pref 50 iif nope fwmark 3 table 700`)
    expect(seen(version, 'mrule')).toEqual(mine)
    expect(await rt.rules.list({ family, priority: 50 })).toEqual([
      { family, priority: 50, action: 'lookup', flags: ['iifDetached'], iif: 'nope', fwmark: 3, fwmask: 0xffffffff, table: 700, protocol: 'unspec' },
    ]) // prettier-ignore
    expect((await rt.rules.list()).filter(({ priority }) => priority === 50)).toEqual([])
    expect(await rt.rules.flush({ family, table: 700 })).toBe(1)
    expect(seen(version, 'mrule')).toEqual([])
  })
})

inNamespace('lists and flushes', () => {
  beforeEach(() => {
    ip(netns, 'rule add pref 10 from 10.0.0.0/8 table 5 protocol static')
    ip(netns, 'rule add pref 11 to 10.0.0.0/8 table 6')
    ip(netns, '-6 rule add pref 12 dport 53 ipproto udp table 5 protocol static')
  })
  const priorities = async (filter?: Parameters<typeof ruleList>[0]) =>
    (await rt.rules.list(filter)).map(({ priority }) => priority)

  it('go by family, priority, table and protocol', async () => {
    expect(await priorities()).toEqual(expect.arrayContaining([0, 10, 11, 12, 32766, 32767]))
    expect(await priorities({ family: 'ipv4' })).toEqual([0, 10, 11, 32766, 32767])
    expect(await priorities({ priority: 11 })).toEqual([11])
    expect((await priorities({ table: 5 })).sort()).toEqual([10, 12])
    expect(await priorities({ protocol: 'static', family: 'ipv6' })).toEqual([12])
    expect(await priorities({ table: 'local' })).toEqual([0, 0])
  })

  it('leave the first rule, and what does not fit', async () => {
    expect(await rt.rules.flush({ protocol: 4 })).toBe(2)
    expect(seen().map(({ priority }) => priority)).toEqual([11])
    expect(seen('-6')).toEqual([])
    expect(await rt.rules.flush({ family: 'ipv4' })).toBe(3)
    expect((JSON.parse(ip(netns, '-j rule')) as Seen[]).map(({ priority }) => priority)).toEqual([0])
    expect((JSON.parse(ip(netns, '-j -6 rule')) as Seen[]).map(({ priority }) => priority)).toEqual([0, 32766])
  })

  it('delete each of the rules there can be', async () => {
    await rt.rules.flush()
    for (const [i, [words, , family = '-4']] of both.entries()) ip(netns, `${family} rule add pref ${100 + i} ${words}`)
    expect(await rt.rules.flush()).toBe(both.length)
    expect([...seen(), ...seen('-6')]).toEqual([])
  })
})

inNamespace('a watch', () => {
  it('hears of rules that come and go', async () => {
    const watch = rt.watch(['rule'])
    ip(netns, 'rule add pref 10 from 10.0.0.0/8 table 5')
    ip(netns, '-6 rule del pref 32766')
    const multicast = await hasRulesOf('ipmr')
    if (multicast) ip(netns, 'mrule add pref 9 table 5')
    const events = []
    for (let i = 0; i < (multicast ? 3 : 2); i++) events.push((await watch.next()).value)
    watch.close()
    const expected = [
      { type: 'rule', action: 'new', rule: { family: 'ipv4', priority: 10, from: '10.0.0.0/8', table: 5 } },
      { type: 'rule', action: 'delete', rule: { family: 'ipv6', priority: 32766, table: 'main' } },
      { type: 'rule', action: 'new', rule: { family: 'ipmr', priority: 9, table: 5 } },
    ]
    expect(events).toMatchObject(expected.slice(0, events.length))
  })
})

const refusals: [string, object, RegExp][] = [
  ['no object', null as never, /expected an object, got null/],
  ['an option that there is not', { form: '10.0.0.0/8' }, /^form: unknown option, did you mean from\?/],
  ['a family that there is not', { family: 'inet' }, /^family: expected one of ipv4, ipv6, ipmr, ip6mr, got "inet"/],
  ['a prefix that is none', { from: '10.0.0' }, /^from: expected an IPv4 address, got "10.0.0"/],
  ['a length beyond the address', { to: '10.0.0.0/33' }, /^to: expected an IPv4 or IPv6 prefix/],
  ['prefixes of two families', { from: '10.0.0.0/8', to: '::/0' }, /^to: expected an ipv4 prefix, got "::\/0"/],
  ['a prefix of the other', { family: 'ipv6', from: '10.0.0.0/8' }, /^from: expected an ipv6 prefix/],
  ['a link by number', { iif: 3 }, /^iif: expected a link name/],
  ['a name too long', { oif: 'a234567890123456' }, /^oif: expected a link name/],
  ['a mark beyond 32 bits', { fwmark: 2 ** 32 }, /^fwmark: expected an integer from 0 to 4294967295/],
  ['a tos beyond a byte', { tos: 256 }, /^tos: expected an integer from 0 to 255, got 256/],
  ['a dscp beyond six bits', { dscp: 64 }, /^dscp: expected an integer from 0 to 63, got 64/],
  ['dscp beside tos', { dscp: 1, tos: 4 }, /^dscp: expected nothing with tos/],
  ['a mask without what it is of', { dscpMask: 1 }, /^dscpMask: expected nothing without dscp, got 1/],
  ['the same of a port', { dportMask: 1 }, /^dportMask: expected nothing without dport/],
  ['a port 0', { sport: 0 }, /^sport: expected an integer from 1 to 65534, or an object with start and end, got 0/],
  ['a range backwards', { dport: { start: 9, end: 8 } }, /^dport: expected a range that does not end before it starts/],
  ['half a range', { dport: { start: 9 } }, /^dport: expected .* got undefined/],
  ['more than a range', { sport: { start: 1, end: 2, step: 1 } }, /^sport: expected .* got an object/],
  ['users as text', { uidRange: '1-2' }, /^uidRange: expected an integer from 0 to 4294967294/],
  ['a key of 0', { tunId: 0 }, /^tunId: expected an integer from 1/],
  ['a flow label of IPv4', { flowLabel: 1 }, /^flowLabel: expected nothing with a rule that is not of IPv6/],
  ['a flow label beyond 20 bits', { family: 'ipv6', flowLabel: 1 << 20 }, /^flowLabel: expected an integer from 0 to/],
  ['realms of IPv6', { family: 'ipv6', realms: { to: 1 } }, /^realms: expected nothing with an IPv6 rule/],
  ['prefixes of multicast', { family: 'ipmr', from: '10.0.0.0/8' }, /^from: expected nothing with a rule of multicast/],
  ['an action that there is not', { action: 'drop' }, /^action: expected one of lookup, goto/],
  ['goto without a goal', { action: 'goto' }, /^goto: expected the priority to go on with, got undefined/],
  ['a goal without goto', { action: 'nop', goto: 5 }, /^goto: expected nothing with an action that is not goto/],
  ['a table without lookup', { action: 'blackhole', table: 5 }, /^table: expected nothing with an action that is not/],
  ['a table that there is not', { table: 'mian' }, /^table: expected one of unspec, default, main, local/],
  ['l3mdev as a number', { l3mdev: 1 }, /^l3mdev: expected true or false, got 1/],
  ['invert as text', { invert: 'yes' }, /^invert: expected true or false/],
  ['a flag that is the kernel\'s', { flags: ['unresolved'] }, /^flags: expected an array of permanent, findSaddr/], // prettier-ignore
  ['a protocol that there is not', { protocol: 'me' }, /^protocol: expected one of unspec/],
]
it.each(refusals)('refuses %s before anything is sent', (_, spec, message) => {
  expect(() => ruleAdd(spec as RuleSpec)).toThrow(message)
})

it('refuses filters that there are not', () => {
  expect(() => ruleList({ from: '10.0.0.0/8' } as never)).toThrow(/^from: unknown option/)
  expect(() => ruleList({ family: 'ipv5' as never })).toThrow(/^family: expected one of/)
  expect(() => ruleList({ table: 'x' as never })).toThrow(/^table: expected one of/)
  expect(() => ruleList({ priority: -1 })).toThrow(/^priority: expected an integer from 0/)
  expect(() => ruleList(5 as never)).toThrow(/expected an object, got 5/)
})

it('sends nothing that was not given', () => {
  const { bytes } = ruleDelete({ priority: 1, l3mdev: false, invert: false, from: undefined })
  expect(bytes.subarray(HEADER_SIZE)).toEqual(Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 6, 0, 1, 0, 0, 0))
})

it('reads malformed attributes as such, and keeps what it does not know', () => {
  const read = (...attributes: number[]) => {
    const bytes = Uint8Array.of(...new Array<number>(16).fill(0), 2, 8, 0, 0, 254, 0, 0, 1, 0, 0, 0, 0, ...attributes)
    return readRule(new Reader(bytes), { type: 32, flags: 0, sequence: 0, start: 0, body: 16, end: bytes.length })
  }
  expect(read(8, 0, 1, 0, 10, 0, 0, 0)).toMatchObject({ to: '10.0.0.0/8', table: 'main' })
  expect(() => read(12, 0, 1, 0, 10, 0, 0, 0)).toThrow(MalformedMessage)
  expect(() => read(3, 0, 1, 0)).toThrow(MalformedMessage)
  const unknown = [{ type: 12, data: Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 1) }]
  expect(read(12, 0, 12, 0, 255, 0, 0, 0, 0, 0, 0, 1)).toMatchObject({ unknownAttributes: unknown })
  expect(read(7, 0, 1, 0, 10, 0, 0, 0)).toMatchObject({ unknownAttributes: [{ type: 1 }] })
})
