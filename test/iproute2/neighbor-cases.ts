import { neighborAdd, neighborChange, neighborDelete, neighborReplace } from '../../src/route/neighbors.js'
import type { NeighborSpec } from '../../src/schema/neighbor.js'
import type { Case } from './cases.js'

const add = (words: string, options: Omit<NeighborSpec, 'link'>): Case => [
  `ip neighbor add ${words} dev eth0`,
  () => neighborAdd({ link: 'eth0', ...options }),
]
/** ip gives proxy entries a state as well, which the kernel does not look at. */
const proxy = (dst: string): Case => [
  `ip neighbor add proxy ${dst} dev eth0`,
  () => neighborAdd({ link: 'eth0', dst, proxy: true, state: 'permanent' }),
]
const to = (words: string, options: object): Case =>
  add(`10.0.0.1 lladdr 02:00:00:00:00:01 ${words}`, { dst: '10.0.0.1', lladdr: '02:00:00:00:00:01', ...options })

export const neighborCases: readonly Case[] = [
  to('', {}),
  add('2001:db8::1 lladdr 02:00:00:00:00:01', { dst: '2001:db8::1', lladdr: '02:00:00:00:00:01' }),
  to('nud reachable', { state: 'reachable' }),
  to('nud stale', { state: 'stale' }),
  to('nud noarp', { state: 'noarp' }),
  to('nud none', { state: 'none' }),
  to('nud delay', { state: 'delay' }),
  to('nud probe', { state: 'probe' }),
  to('protocol static', { protocol: 'static' }),
  to('extern_learn', { flags: ['externLearn'] }),
  to('managed', { extendedFlags: ['managed'] }),
  to('use', { flags: ['use'] }),
  add('2001:db8::1 lladdr 02:00:00:00:00:01 router', { dst: '2001:db8::1', lladdr: '02:00:00:00:00:01', router: true }),
  proxy('10.0.0.1'),
  proxy('2001:db8::1'),
  [
    'ip neighbor replace 10.0.0.1 lladdr 02:00:00:00:00:01 dev eth0',
    () => neighborReplace({ link: 'eth0', dst: '10.0.0.1', lladdr: '02:00:00:00:00:01' }),
  ],
  [
    'ip neighbor change 10.0.0.1 lladdr 02:00:00:00:00:01 dev eth0',
    () => neighborChange({ link: 'eth0', dst: '10.0.0.1', lladdr: '02:00:00:00:00:01' }),
  ],
  ['ip neighbor delete 10.0.0.1 dev eth0', () => neighborDelete({ link: 'eth0', dst: '10.0.0.1' })],
  ['ip neighbor delete proxy 10.0.0.1 dev eth0', () => neighborDelete({ link: 'eth0', dst: '10.0.0.1', proxy: true })],
]
