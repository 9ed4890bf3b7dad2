import {
  mplsRouteAdd,
  mplsRouteChange,
  mplsRouteDelete,
  mplsRouteGet,
  mplsRouteList,
  mplsRouteReplace,
  type MplsRouteSpec,
} from '../../src/route/mpls-routes.js'
import type { Case, Difference } from './cases.js'

const add = (words: string, spec: MplsRouteSpec): Case => [`ip -f mpls route add ${words}`, () => mplsRouteAdd(spec)]

const ofMain: Difference = {
  why: 'ip lists the table main where none is named; of MPLS there is no other',
  theirs: ['RTM_GETROUTE: #15 = fe 00 00 00'],
}

export const mplsRouteCases: readonly Case[] = [
  add('100 via inet 10.1.0.2', { dst: 100, via: '10.1.0.2' }),
  add('100 via inet 10.1.0.2 dev eth0', { dst: 100, via: '10.1.0.2', oif: 'eth0' }),
  add('1048575 via inet6 2001:db8::2 dev eth0', { dst: 1048575, via: '2001:db8::2', oif: 'eth0' }),
  add('100 via link 02:00:00:00:00:01 dev eth0', { dst: 100, via: '02:00:00:00:00:01', oif: 'eth0' }),
  add('100 dev eth0', { dst: 100, oif: 'eth0' }),
  add('100 as 200 via inet 10.1.0.2', { dst: 100, newDst: [200], via: '10.1.0.2' }),
  add('100 as to 200/300/400 via inet 10.1.0.2 dev eth0', {
    dst: 100,
    newDst: [200, 300, 400],
    via: '10.1.0.2',
    oif: 'eth0',
  }),
  add('100 proto static via inet 10.1.0.2', { dst: 100, protocol: 'static', via: '10.1.0.2' }),
  add('100 via inet 10.1.0.2 ttl-propagate enabled', { dst: 100, via: '10.1.0.2', ttlPropagate: true }),
  add('100 via inet 10.1.0.2 ttl-propagate disabled', { dst: 100, via: '10.1.0.2', ttlPropagate: false }),
  add('100 nexthop as 200 via inet 10.1.0.2 dev eth0 nexthop as 300/301 via inet6 2001:db8::2 dev eth1', {
    dst: 100,
    nexthops: [
      { newDst: [200], via: '10.1.0.2', oif: 'eth0' },
      { newDst: [300, 301], via: '2001:db8::2', oif: 'eth1' },
    ],
  }),
  ['ip -f mpls route replace 100 dev eth0', () => mplsRouteReplace({ dst: 100, oif: 'eth0' })],
  ['ip -f mpls route change 100 dev eth0', () => mplsRouteChange({ dst: 100, oif: 'eth0' })],
  ['ip -f mpls route delete 100', () => mplsRouteDelete({ dst: 100 })],
  ['ip -f mpls route get 100', () => mplsRouteGet({ dst: 100 })],
  ['ip -f mpls route get fibmatch 100', () => mplsRouteGet({ dst: 100, fibMatch: true })],
  ['ip -f mpls route get 100 as 200', () => mplsRouteGet({ dst: 100, newDst: [200] })],
  ['ip -f mpls route list', () => mplsRouteList(), ofMain],
  ['ip -f mpls route list dev eth0 proto static', () => mplsRouteList({ oif: 'eth0', protocol: 'static' }), ofMain],
]
