import {
  fdbAdd,
  fdbAppend,
  fdbDelete,
  fdbFlush,
  type FdbFlush,
  fdbGet,
  fdbReplace,
  type FdbSpec,
} from '../../src/index.js'
import type { Case } from './cases.js'

const MAC = '02:00:00:00:00:01'
const add = (words: string, options: Omit<FdbSpec, 'lladdr'>): Case => [
  `bridge fdb add ${MAC} ${words}`,
  () => fdbAdd({ lladdr: MAC, ...options }),
]

const flush = (words: string, filter: Partial<FdbFlush>): Case => [
  `bridge fdb flush dev ${words}`,
  () => fdbFlush({ link: 'br0', state: 'all', ...filter }),
]

export const fdbCases: readonly Case[] = [
  add('dev eth0', { link: 'eth0' }),
  add('dev eth0 self', { link: 'eth0', self: true }),
  add('dev eth0 master', { link: 'eth0', master: true }),
  add('dev eth0 master self', { link: 'eth0', master: true, self: true }),
  add('dev eth0 master static', { link: 'eth0', master: true, state: 'static' }),
  add('dev eth0 master dynamic', { link: 'eth0', master: true, state: 'dynamic' }),
  add('dev eth0 master permanent', { link: 'eth0', master: true, state: 'permanent' }),
  add('dev eth0 master vlan 10', { link: 'eth0', master: true, vlan: 10 }),
  add('dev eth0 master sticky static', { link: 'eth0', master: true, sticky: true, state: 'static' }),
  add('dev eth0 master use', { link: 'eth0', master: true, use: true }),
  add('dev eth0 master extern_learn', { link: 'eth0', master: true, externLearn: true }),
  add('dev vx0 dst 10.0.0.1', { link: 'vx0', dst: '10.0.0.1' }),
  add('dev vx0 dst 2001:db8::1', { link: 'vx0', dst: '2001:db8::1' }),
  add('dev vx0 dst 10.0.0.1 port 1234', { link: 'vx0', dst: '10.0.0.1', port: 1234 }),
  add('dev vx0 dst 10.0.0.1 vni 77', { link: 'vx0', dst: '10.0.0.1', vni: 77 }),
  add('dev vx0 dst 10.0.0.1 src_vni 78', { link: 'vx0', dst: '10.0.0.1', srcVni: 78 }),
  add('dev vx0 dst 10.0.0.1 via eth0', { link: 'vx0', dst: '10.0.0.1', via: 'eth0' }),
  add('dev vx0 nhid 5', { link: 'vx0', nexthopId: 5 }),
  [
    'bridge fdb append 00:00:00:00:00:00 dev vx0 dst 10.0.0.1',
    () => fdbAppend({ link: 'vx0', lladdr: '00:00:00:00:00:00', dst: '10.0.0.1' }),
  ],
  [`bridge fdb replace ${MAC} dev vx0 dst 10.0.0.1`, () => fdbReplace({ link: 'vx0', lladdr: MAC, dst: '10.0.0.1' })],
  [`bridge fdb delete ${MAC} dev vx0 dst 10.0.0.1`, () => fdbDelete({ link: 'vx0', lladdr: MAC, dst: '10.0.0.1' })],
  [
    `bridge fdb delete ${MAC} dev eth0 master vlan 10`,
    () => fdbDelete({ link: 'eth0', lladdr: MAC, master: true, vlan: 10 }),
  ],
  flush('br0', {}),
  flush('br0 self', { self: true }),
  flush('eth0 master', { link: 'eth0', master: true }),
  flush('eth0 self master', { link: 'eth0', self: true, master: true }),
  flush('br0 brport eth0', { brport: 'eth0' }),
  flush('br0 vlan 10', { vlan: 10 }),
  flush('br0 permanent', { state: 'permanent' }),
  flush('br0 nopermanent', { state: undefined }),
  flush('br0 static', { state: 'static' }),
  flush('br0 dynamic', { state: 'dynamic' }),
  flush('br0 added_by_user', { use: true }),
  flush('br0 noadded_by_user', { use: false }),
  flush('br0 extern_learn nosticky', { externLearn: true, sticky: false }),
  flush('br0 sticky nooffloaded', { sticky: true, offloaded: false }),
  flush('br0 noextern_learn offloaded vlan 10 permanent', {
    externLearn: false,
    offloaded: true,
    vlan: 10,
    state: 'permanent',
  }),
  [`bridge fdb get ${MAC} dev vx0 vni 77`, () => fdbGet({ link: 'vx0', lladdr: MAC, vni: 77, self: false })],
  [`bridge fdb get ${MAC} dev vx0 self`, () => fdbGet({ link: 'vx0', lladdr: MAC, self: true })],
  [
    `bridge fdb get ${MAC} brport eth0 master vlan 10`,
    () => fdbGet({ link: 'eth0', lladdr: MAC, master: true, vlan: 10 }),
  ],
]
