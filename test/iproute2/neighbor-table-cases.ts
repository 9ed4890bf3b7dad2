import { neighborTableChange, neighborTableList, type NeighborTableSpec } from '../../src/route/neighbor-tables.js'
import type { Case } from './cases.js'

const parameter = (words: string, parameters: NeighborTableSpec['parameters']): Case => [
  `ip ntable change name arp_cache dev eth0 ${words}`,
  () => neighborTableChange({ name: 'arp_cache', link: 'eth0', parameters }),
]

export const neighborTableCases: readonly Case[] = [
  parameter('base_reachable 1000', { baseReachableTime: 1000 }),
  parameter('retrans 2000', { retransTime: 2000 }),
  parameter('gc_stale 3000', { gcStaleTime: 3000 }),
  parameter('delay_probe 4000', { delayProbeTime: 4000 }),
  parameter('queue 8', { queueLength: 8 }),
  parameter('app_probes 1', { appProbes: 1 }),
  parameter('ucast_probes 2', { ucastProbes: 2 }),
  parameter('mcast_probes 3', { mcastProbes: 3 }),
  parameter('anycast_delay 5000', { anycastDelay: 5000 }),
  parameter('proxy_delay 6000', { proxyDelay: 6000 }),
  parameter('proxy_queue 9', { proxyQueueLength: 9 }),
  parameter('locktime 7000', { lockTime: 7000 }),
  [
    'ip -6 ntable change name ndisc_cache thresh1 10 thresh2 20 thresh3 30 gc_int 40000',
    () =>
      neighborTableChange({
        name: 'ndisc_cache',
        family: 'ipv6',
        thresh1: 10,
        thresh2: 20,
        thresh3: 30,
        gcInterval: 40_000,
      }),
  ],
  ['ip -4 ntable show', () => neighborTableList({ family: 'ipv4' })],
  ['ip ntable show', () => neighborTableList()],
]
