import { ruleAdd, ruleDelete, type RuleSpec } from '../../src/route/rules.js'
import type { Case } from './cases.js'

const add = (words: string, spec: RuleSpec): Case => [`ip rule add ${words}`, () => ruleAdd(spec)]
const add6 = (words: string, spec: RuleSpec): Case => [
  `ip -6 rule add ${words}`,
  () => ruleAdd({ family: 'ipv6', ...spec }),
]

export const ruleCases: readonly Case[] = [
  add('pref 100', { priority: 100 }),
  add('from 10.0.0.0/8 table 100', { from: '10.0.0.0/8', table: 100 }),
  add('from 10.1.2.3 table 1000', { from: '10.1.2.3', table: 1000 }),
  add('to 10.0.0.0/8 lookup main', { to: '10.0.0.0/8', table: 'main' }),
  add6('from 2001:db8::/32 to 2001:db8:1::/48 table 5', { from: '2001:db8::/32', to: '2001:db8:1::/48', table: 5 }),
  add('not from 10.0.0.0/8 table 5', { invert: true, from: '10.0.0.0/8', table: 5 }),
  add('iif eth0 oif nope table 5', { iif: 'eth0', oif: 'nope', table: 5 }),
  add('fwmark 1 table 5', { fwmark: 1, table: 5 }),
  add('fwmark 0x10/0xf0 table 5', { fwmark: 0x10, fwmask: 0xf0, table: 5 }),
  add('tos 0x10 table 5', { tos: 0x10, table: 5 }),
  add('ipproto tcp sport 10 dport 20-30 table 5', {
    ipProto: 6,
    sport: 10,
    dport: { start: 20, end: 30 },
    table: 5,
  }),
  add('uidrange 100-200 table 5', { uidRange: { start: 100, end: 200 }, table: 5 }),
  add('tun_id 5000000000 table 5', { tunId: 5_000_000_000, table: 5 }),
  add('l3mdev pref 1000', { l3mdev: true, priority: 1000 }),
  add('protocol static table 5', { protocol: 'static', table: 5 }),
  add('realms 3/4 table 5', { realms: { from: 3, to: 4 }, table: 5 }),
  add('lookup main suppress_prefixlength 0', { table: 'main', suppressPrefixLength: 0 }),
  add('lookup main suppress_ifgroup 7', { table: 'main', suppressIfGroup: 7 }),
  add('pref 10 goto 20', { priority: 10, goto: 20 }),
  add('pref 10 nop', { priority: 10, action: 'nop' }),
  add('pref 10 blackhole', { priority: 10, action: 'blackhole' }),
  add('pref 10 from 10.0.0.0/8 unreachable', { priority: 10, from: '10.0.0.0/8', action: 'unreachable' }),
  add6('pref 10 prohibit', { priority: 10, action: 'prohibit' }),
  add6('fwmark 1 iif lo table 5', { fwmark: 1, iif: 'lo', table: 5 }),
  add6('dport 53 ipproto udp table 5', { dport: 53, ipProto: 17, table: 5 }),
  ['ip rule delete pref 100', () => ruleDelete({ priority: 100 })],
  ['ip rule delete from 10.0.0.0/8 table 100', () => ruleDelete({ from: '10.0.0.0/8', table: 100 })],
  ['ip -6 rule delete table 1000', () => ruleDelete({ family: 'ipv6', table: 1000 })],
  ['ip rule delete pref 10 goto 20', () => ruleDelete({ priority: 10, goto: 20 })],
  ['ip mrule add iif eth0 table 5', () => ruleAdd({ family: 'ipmr', iif: 'eth0', table: 5 })],
  ['ip -6 mrule add pref 9 fwmark 1 table 500', () => ruleAdd({ family: 'ip6mr', priority: 9, fwmark: 1, table: 500 })],
  ['ip mrule delete table 5', () => ruleDelete({ family: 'ipmr', table: 5 })],
]
