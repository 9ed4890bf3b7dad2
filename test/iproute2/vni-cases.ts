import { vniAdd, vniDelete, vniList } from '../../src/index.js'
import type { Case } from './cases.js'

export const vniCases: readonly Case[] = [
  ['bridge vni add vni 10 dev vx0', () => vniAdd({ link: 'vx0', vni: 10 })],
  ['bridge vni add vni 10-20 dev vx0', () => vniAdd({ link: 'vx0', vni: 10, vniEnd: 20 })],
  // `remote` alone: with `group`, bridge(8) of iproute2 6.1 looks at an address it has not read yet, and refuses at times.
  ['bridge vni add vni 10 remote 239.1.1.1 dev vx0', () => vniAdd({ link: 'vx0', vni: 10, group: '239.1.1.1' })],
  ['bridge vni add vni 10 remote ff0e::1 dev vx0', () => vniAdd({ link: 'vx0', vni: 10, group: 'ff0e::1' })],
  ['bridge vni add vni 10 remote 10.0.0.1 dev vx0', () => vniAdd({ link: 'vx0', vni: 10, group: '10.0.0.1' })],
  ['bridge vni delete vni 10 dev vx0', () => vniDelete({ link: 'vx0', vni: 10 })],
  ['bridge vni delete vni 10-20 dev vx0', () => vniDelete({ link: 'vx0', vni: 10, vniEnd: 20 })],
  ['bridge vni show', () => vniList()],
  ['bridge vni show dev vx0', () => vniList({ link: 'vx0' })],
  ['bridge -s vni show', () => vniList({ statistics: true })],
]
