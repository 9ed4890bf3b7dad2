import { netconfGet, netconfList } from '../../src/route/netconf.js'
import type { Case } from './cases.js'

export const netconfCases: readonly Case[] = [
  ['ip -4 netconf show dev eth0', () => netconfGet({ link: 'eth0' })],
  ['ip -6 netconf show dev eth0', () => netconfGet({ link: 'eth0', family: 'ipv6' })],
  ['ip -4 netconf show', () => netconfList({ family: 'ipv4' })],
  ['ip -6 netconf show', () => netconfList({ family: 'ipv6' })],
]
