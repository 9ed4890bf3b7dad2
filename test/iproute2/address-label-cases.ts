import { addressLabelAdd, addressLabelDelete } from '../../src/route/address-labels.js'
import type { Case } from './cases.js'

export const addressLabelCases: readonly Case[] = [
  ['ip addrlabel add prefix 2001:db8::/32 label 99', () => addressLabelAdd({ prefix: '2001:db8::/32', label: 99 })],
  [
    'ip addrlabel add prefix 2001:db8::1 dev eth0 label 4294967294',
    () => addressLabelAdd({ prefix: '2001:db8::1', link: 'eth0', label: 0xfffffffe }),
  ],
  [
    'ip addrlabel delete prefix 2001:db8::/32 dev eth0 label 0',
    () => addressLabelDelete({ prefix: '2001:db8::/32', link: 'eth0' }),
  ],
]
