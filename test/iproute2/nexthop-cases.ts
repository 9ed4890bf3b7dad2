import { nexthopBucketGet, nexthopBucketList } from '../../src/route/nexthop-buckets.js'
import {
  nexthopAdd,
  nexthopDelete,
  nexthopGet,
  nexthopList,
  type NexthopObjectSpec,
  nexthopReplace,
} from '../../src/route/nexthops.js'
import type { Case } from './cases.js'

const add = (words: string, spec: NexthopObjectSpec): Case => [`ip nexthop add ${words}`, () => nexthopAdd(spec)]
const group = [{ id: 1, weight: 3 }, { id: 2 }, { id: 70000, weight: 255 }]

export const nexthopCases: readonly Case[] = [
  add('id 1 via 10.1.0.1', { id: 1, via: '10.1.0.1' }),
  add('id 1 via 10.1.0.1 dev eth0', { id: 1, via: '10.1.0.1', oif: 'eth0' }),
  add('via 10.1.0.1 dev eth0', { via: '10.1.0.1', oif: 'eth0' }),
  add('id 4294967295 via 10.1.0.1 dev eth0 onlink', { id: 4294967295, via: '10.1.0.1', oif: 'eth0', onlink: true }),
  add('id 1 via 2001:db8::1 dev eth0', { id: 1, via: '2001:db8::1', oif: 'eth0' }),
  add('id 1 dev eth0', { id: 1, oif: 'eth0' }),
  ['ip -6 nexthop add id 1 dev eth0', () => nexthopAdd({ id: 1, oif: 'eth0', family: 'ipv6' })],
  add('id 1 blackhole', { id: 1, blackhole: true }),
  ['ip -6 nexthop add id 1 blackhole', () => nexthopAdd({ id: 1, blackhole: true, family: 'ipv6' })],
  add('id 1 via 10.1.0.1 dev eth0 proto static', { id: 1, via: '10.1.0.1', oif: 'eth0', protocol: 'static' }),
  add('id 1 via 10.1.0.1 fdb', { id: 1, via: '10.1.0.1', fdb: true }),
  add('id 1 encap mpls 100/200 via 10.1.0.1 dev eth0', {
    id: 1,
    encap: { type: 'mpls', dst: [100, 200] },
    via: '10.1.0.1',
    oif: 'eth0',
  }),
  add('id 1 encap ip id 5 dst 192.0.2.1 dev vx0', {
    id: 1,
    encap: { type: 'ip', id: 5, dst: '192.0.2.1' },
    oif: 'vx0',
  }),
  add('id 10 group 1,3/2/70000,255', { id: 10, group }),
  add('id 10 group 1/2 type mpath', { id: 10, group: [{ id: 1 }, { id: 2 }], groupType: 'mpath' }),
  add('id 10 group 1/2 fdb', { id: 10, group: [{ id: 1 }, { id: 2 }], fdb: true }),
  add('id 10 group 1 type resilient buckets 32', {
    id: 10,
    group: [{ id: 1 }],
    groupType: 'resilient',
    resilient: { buckets: 32 },
  }),
  add('id 10 group 1 type resilient buckets 8 idle_timer 60 unbalanced_timer 300', {
    id: 10,
    group: [{ id: 1 }],
    groupType: 'resilient',
    resilient: { buckets: 8, idleTimer: 6000, unbalancedTimer: 30000 },
  }),
  ['ip nexthop replace id 1 via 10.1.0.1 dev eth0', () => nexthopReplace({ id: 1, via: '10.1.0.1', oif: 'eth0' })],
  ['ip nexthop delete id 1', () => nexthopDelete(1)],
  ['ip nexthop get id 1', () => nexthopGet({ id: 1 })],
  ['ip nexthop list', () => nexthopList()],
  ['ip -6 nexthop list', () => nexthopList({ family: 'ipv6' })],
  ['ip nexthop list dev eth0', () => nexthopList({ oif: 'eth0' })],
  ['ip nexthop list master br0', () => nexthopList({ master: 'br0' })],
  ['ip nexthop list groups', () => nexthopList({ groups: true })],
  ['ip nexthop list fdb', () => nexthopList({ fdb: true })],
  ['ip nexthop bucket list', () => nexthopBucketList()],
  ['ip nexthop bucket list id 10', () => nexthopBucketList({ id: 10 })],
  ['ip nexthop bucket list nhid 1', () => nexthopBucketList({ nexthopId: 1 })],
  ['ip nexthop bucket list dev eth0 master br0', () => nexthopBucketList({ oif: 'eth0', master: 'br0' })],
  ['ip nexthop bucket get id 10 index 3', () => nexthopBucketGet({ id: 10, index: 3 })],
]
