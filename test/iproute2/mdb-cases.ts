import { mdbAdd, mdbDelete, type MdbKey, mdbList, type MdbSpec } from '../../src/index.js'
import type { Case } from './cases.js'

const group = (words: string, options: Omit<MdbSpec, 'link' | 'port'>): Case => [
  `bridge mdb add dev br0 port eth0 grp ${words}`,
  () => mdbAdd({ link: 'br0', port: 'eth0', ...options }),
]
const remove = (words: string, options: Omit<MdbKey, 'link' | 'port'>): Case => [
  `bridge mdb del dev br0 port eth0 grp ${words}`,
  () => mdbDelete({ link: 'br0', port: 'eth0', ...options }),
]

export const mdbCases: readonly Case[] = [
  group('239.1.1.1', { group: '239.1.1.1' }),
  group('239.1.1.1 permanent', { group: '239.1.1.1', state: 'permanent' }),
  group('239.1.1.1 temp', { group: '239.1.1.1', state: 'temporary' }),
  group('239.1.1.1 vid 10', { group: '239.1.1.1', vid: 10 }),
  group('239.1.1.1 src 10.0.0.1', { group: '239.1.1.1', source: '10.0.0.1' }),
  group('ff0e::1', { group: 'ff0e::1' }),
  group('ff0e::1 src 2001:db8::1 permanent', { group: 'ff0e::1', source: '2001:db8::1', state: 'permanent' }),
  group('01:02:03:04:05:06 permanent', { group: '01:02:03:04:05:06', state: 'permanent' }),
  ['bridge mdb add dev br0 port br0 grp 239.1.1.1', () => mdbAdd({ link: 'br0', group: '239.1.1.1' })],
  remove('239.1.1.1', { group: '239.1.1.1' }),
  remove('239.1.1.1 vid 10 src 10.0.0.1', { group: '239.1.1.1', vid: 10, source: '10.0.0.1' }),
  remove('01:02:03:04:05:06', { group: '01:02:03:04:05:06' }),
  ['bridge mdb show', () => mdbList()],
]
