import {
  vlanAdd,
  vlanDelete,
  type VlanGlobalChanges,
  vlanGlobalList,
  vlanGlobalSet,
  vlanList,
  vlanSet,
  vlanTunnelAdd,
  vlanTunnelDelete,
} from '../../src/index.js'
import type { Case } from './cases.js'

const global = (words: string, options: Partial<VlanGlobalChanges>): Case => [
  `bridge vlan global set vid 10 dev br0 ${words}`,
  () => vlanGlobalSet({ link: 'br0', vid: 10, ...options }),
]

export const vlanCases: readonly Case[] = [
  ['bridge vlan add vid 10 dev eth0', () => vlanAdd({ link: 'eth0', vid: 10 })],
  ['bridge vlan add vid 10 dev eth0 pvid', () => vlanAdd({ link: 'eth0', vid: 10, pvid: true })],
  ['bridge vlan add vid 10 dev eth0 untagged', () => vlanAdd({ link: 'eth0', vid: 10, untagged: true })],
  ['bridge vlan add vid 10 dev eth0 pvid untagged', () => vlanAdd({ link: 'eth0', vid: 10, pvid: true, untagged: true })],
  ['bridge vlan add vid 10-20 dev eth0', () => vlanAdd({ link: 'eth0', vid: 10, vidEnd: 20 })],
  ['bridge vlan add vid 10-20 dev eth0 untagged', () => vlanAdd({ link: 'eth0', vid: 10, vidEnd: 20, untagged: true })],
  ['bridge vlan add vid 10 dev br0 self', () => vlanAdd({ link: 'br0', vid: 10, self: true })],
  ['bridge vlan add vid 10 dev eth0 master', () => vlanAdd({ link: 'eth0', vid: 10, master: true })],
  ['bridge vlan add vid 10 dev eth0 self master', () => vlanAdd({ link: 'eth0', vid: 10, self: true, master: true })],
  ['bridge vlan del vid 10 dev eth0', () => vlanDelete({ link: 'eth0', vid: 10 })],
  ['bridge vlan del vid 10-20 dev br0 self', () => vlanDelete({ link: 'br0', vid: 10, vidEnd: 20, self: true })],
  [
    'bridge vlan add vid 10 dev vx0 tunnel_info id 5000',
    () => vlanTunnelAdd({ link: 'vx0', vid: 10, tunnelId: 5000 }),
  ],
  [
    'bridge vlan add vid 10-12 dev vx0 tunnel_info id 1010-1012',
    () => vlanTunnelAdd({ link: 'vx0', vid: 10, vidEnd: 12, tunnelId: 1010 }),
  ],
  [
    'bridge vlan del vid 10-12 dev vx0 tunnel_info id 1010-1012',
    () => vlanTunnelDelete({ link: 'vx0', vid: 10, vidEnd: 12, tunnelId: 1010 }),
  ],
  ['bridge vlan set vid 10 dev eth0 state blocking', () => vlanSet({ link: 'eth0', vid: 10, state: 'blocking' })],
  ['bridge vlan set vid 10-20 dev eth0 state 1', () => vlanSet({ link: 'eth0', vid: 10, vidEnd: 20, state: 'listening' })],
  ['bridge vlan set vid 10 dev eth0 mcast_router 2', () => vlanSet({ link: 'eth0', vid: 10, mcastRouter: 'perm' })],
  global('mcast_snooping 0', { mcastSnooping: false }),
  global('mcast_querier 1', { mcastQuerier: true }),
  global('mcast_igmp_version 3', { mcastIgmpVersion: 3 }),
  global('mcast_mld_version 2', { mcastMldVersion: 2 }),
  global('mcast_last_member_count 3', { mcastLastMemberCount: 3 }),
  global('mcast_startup_query_count 4', { mcastStartupQueryCount: 4 }),
  global('mcast_last_member_interval 200', { mcastLastMemberInterval: 200 }),
  global('mcast_membership_interval 27000', { mcastMembershipInterval: 27_000 }),
  global('mcast_querier_interval 26000', { mcastQuerierInterval: 26_000 }),
  global('mcast_query_interval 13000', { mcastQueryInterval: 13_000 }),
  global('mcast_query_response_interval 900', { mcastQueryResponseInterval: 900 }),
  global('mcast_startup_query_interval 3200', { mcastStartupQueryInterval: 3200 }),
  [
    'bridge vlan global set vid 10-20 dev br0 mcast_querier 1',
    () => vlanGlobalSet({ link: 'br0', vid: 10, vidEnd: 20, mcastQuerier: true }),
  ],
  [
    'bridge -d vlan show',
    () => vlanList(),
    { why: 'no flags are what flags of 0 are', theirs: ['RTM_GETVLAN: flags#1 = 00 00 00 00'] },
  ],
  ['bridge -d -s vlan show', () => vlanList({ statistics: true })],
  ['bridge vlan global show', () => vlanGlobalList()],
] // prettier-ignore
