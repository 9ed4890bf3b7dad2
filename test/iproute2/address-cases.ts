import {
  addressAdd,
  addressChange,
  addressDelete,
  addressReplace,
  type AddressSpec,
} from '../../src/route/addresses.js'
import type { Case } from './cases.js'

const add = (words: string, options: Omit<AddressSpec, 'link'>): Case => [
  `ip address add ${words} dev eth0`,
  () => addressAdd({ link: 'eth0', ...options }),
]

export const addressCases: readonly Case[] = [
  add('10.1.2.3/24', { address: '10.1.2.3/24' }),
  add('10.1.2.3', { address: '10.1.2.3' }),
  add('2001:db8::1/64', { address: '2001:db8::1/64' }),
  add('127.0.0.5/8', { address: '127.0.0.5/8' }),
  add('10.1.2.3/24 broadcast +', { address: '10.1.2.3/24', broadcast: 'auto' }),
  add('10.1.2.3/24 broadcast 10.1.2.255', { address: '10.1.2.3/24', broadcast: '10.1.2.255' }),
  add('10.1.2.3/24 label eth0:1', { address: '10.1.2.3/24', label: 'eth0:1' }),
  add('10.1.2.3 peer 10.9.9.9', { address: '10.1.2.3', peer: '10.9.9.9' }),
  add('10.1.2.3 peer 10.9.9.9/24', { address: '10.1.2.3', peer: '10.9.9.9/24' }),
  add('2001:db8::1 peer 2001:db8::2', { address: '2001:db8::1', peer: '2001:db8::2' }),
  add('10.1.2.3/24 scope link', { address: '10.1.2.3/24', scope: 'link' }),
  add('10.1.2.3/24 scope host', { address: '10.1.2.3/24', scope: 'host' }),
  add('10.1.2.3/24 metric 77', { address: '10.1.2.3/24', metric: 77 }),
  add('10.1.2.3/24 valid_lft 100 preferred_lft 50', {
    address: '10.1.2.3/24',
    validLifetime: 100,
    preferredLifetime: 50,
  }),
  add('10.1.2.3/24 valid_lft forever preferred_lft 0', {
    address: '10.1.2.3/24',
    validLifetime: Infinity,
    preferredLifetime: 0,
  }),
  add('2001:db8::1/64 nodad', { address: '2001:db8::1/64', flags: ['nodad'] }),
  add('2001:db8::1/64 home', { address: '2001:db8::1/64', flags: ['home'] }),
  add('2001:db8::1/64 mngtmpaddr', { address: '2001:db8::1/64', flags: ['mngtmpaddr'] }),
  add('2001:db8::1/64 noprefixroute', { address: '2001:db8::1/64', flags: ['noprefixroute'] }),
  add('2001:db8::1/64 optimistic nodad', { address: '2001:db8::1/64', flags: ['optimistic', 'nodad'] }),
  add('224.1.1.1/32 autojoin', { address: '224.1.1.1/32', flags: ['autojoin'] }),
  ['ip address replace 10.1.2.3/24 dev eth0', () => addressReplace({ link: 'eth0', address: '10.1.2.3/24' })],
  [
    'ip address change 10.1.2.3/24 dev eth0 metric 5',
    () => addressChange({ link: 'eth0', address: '10.1.2.3/24', metric: 5 }),
  ],
  ['ip address delete 10.1.2.3/24 dev eth0', () => addressDelete({ link: 'eth0', address: '10.1.2.3/24' })],
  ['ip address delete 2001:db8::1/64 dev eth0', () => addressDelete({ link: 'eth0', address: '2001:db8::1/64' })],
]
