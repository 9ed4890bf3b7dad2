import { statisticsGet, statisticsList, statisticsSet } from '../../src/route/statistics.js'
import type { Case } from './cases.js'

export const statisticsCases: readonly Case[] = [
  ['ip stats show dev eth0 group link', () => statisticsGet('eth0', { groups: ['link64'] })],
  [
    'ip stats show dev eth0 group offload subgroup cpu_hit',
    () => statisticsGet('eth0', { groups: ['linkOffloadXstats'], offload: ['cpuHit'] }),
  ],
  [
    'ip stats show dev eth0 group offload subgroup l3_stats',
    () => statisticsGet('eth0', { groups: ['linkOffloadXstats'], offload: ['l3Stats', 'hwStatsInfo'] }),
  ],
  [
    'ip stats show dev eth0 group xstats group xstats_slave',
    () => statisticsGet('eth0', { groups: ['linkXstats', 'linkXstatsSlave'] }),
  ],
  ['ip stats show group afstats subgroup mpls', () => statisticsList({ groups: ['afSpec'] })],
  ['ip stats set dev eth0 l3_stats on', () => statisticsSet('eth0', { l3Stats: true })],
  ['ip stats set dev eth0 l3_stats off', () => statisticsSet('eth0', { l3Stats: false })],
]
