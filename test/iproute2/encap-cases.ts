import type { RouteEncapSpec, RouteSpec } from '../../src/route/routes.js'
import { routeAdd } from '../../src/route/routes.js'
import { olderThan } from '../support/kernel.js'
import type { Case } from './cases.js'

const add =
  (dst: string, way: string, spec: RouteSpec) =>
  (words: string, encap: RouteEncapSpec): Case => [
    `ip route add ${dst} encap ${words} ${way}`,
    () => routeAdd({ ...spec, encap }),
  ]
const ipv4 = add('10.0.0.0/8', 'via 10.1.0.1', { dst: '10.0.0.0/8', via: '10.1.0.1' })
const ipv6 = add('2001:db8::/32', 'dev eth0', { dst: '2001:db8::/32', oif: 'eth0' })
const seg6 = (words: string, srh: Extract<RouteEncapSpec, { type: 'seg6' }>['srh']): Case =>
  ipv6(`seg6 ${words}`, { type: 'seg6', srh })
const local = (words: string, options: Omit<Extract<RouteEncapSpec, { type: 'seg6local' }>, 'type'>): Case =>
  ipv6(`seg6local ${words}`, { type: 'seg6local', ...options })

// What comes behind it ip passes over.
const xfrm = (words: string, encap: RouteEncapSpec): Case => [
  `ip route add 2001:db8::/32 dev eth0 encap xfrm ${words}`,
  () => routeAdd({ dst: '2001:db8::/32', oif: 'eth0', encap }),
]

const segments = ['2001:db8:1::1', '2001:db8:2::1']
const segs = `segs ${segments.join()}`
/** Linux from 6.15 on is not to be sent them, not even by who may not make routes: it crashes on them. */
const withOptions: readonly Case[] = [
  ipv4('ip id 42 dst 192.0.2.1 geneve_opts 1:2:0a0b0c0d', {
    type: 'ip',
    id: 42,
    dst: '192.0.2.1',
    opts: { geneve: [{ class: 1, type: 2, data: Uint8Array.of(10, 11, 12, 13) }] },
  }),
  ipv4('ip id 42 dst 192.0.2.1 geneve_opts 1:2:0a0b0c0d,3:4:00000001', {
    type: 'ip',
    id: 42,
    dst: '192.0.2.1',
    opts: {
      geneve: [
        { class: 1, type: 2, data: Uint8Array.of(10, 11, 12, 13) },
        { class: 3, type: 4, data: Uint8Array.of(0, 0, 0, 1) },
      ],
    },
  }),
  ipv4('ip id 42 dst 192.0.2.1 vxlan_opts 456', {
    type: 'ip',
    id: 42,
    dst: '192.0.2.1',
    opts: { vxlan: { gbp: 456 } },
  }),
  ipv4('ip id 42 dst 192.0.2.1 erspan_opts 2:0:1:63', {
    type: 'ip',
    id: 42,
    dst: '192.0.2.1',
    opts: { erspan: { ver: 2, index: 0, dir: 1, hwid: 63 } },
  }),
  ipv6('ip6 id 42 dst 2001:db8::9 erspan_opts 1:123:0:0', {
    type: 'ip6',
    id: 42,
    dst: '2001:db8::9',
    opts: { erspan: { ver: 1, index: 123, dir: 0, hwid: 0 } },
  }),
]

export const encapCases: readonly Case[] = [
  ipv4('mpls 100', { type: 'mpls', dst: [100] }),
  ipv4('mpls 100/200/1048575', { type: 'mpls', dst: [100, 200, 1048575] }),
  ipv4('mpls 100 ttl 5', { type: 'mpls', dst: [100], ttl: 5 }),
  ipv6('mpls 16/17', { type: 'mpls', dst: [16, 17] }),
  ipv4('ip id 42 dst 192.0.2.1', { type: 'ip', id: 42, dst: '192.0.2.1' }),
  ipv4('ip id 4294967296 dst 192.0.2.1 src 192.0.2.2 ttl 7 tos 8', {
    type: 'ip',
    id: 2 ** 32,
    dst: '192.0.2.1',
    src: '192.0.2.2',
    ttl: 7,
    tos: 8,
  }),
  ipv4('ip id 42 dst 192.0.2.1 key csum seq', {
    type: 'ip',
    id: 42,
    dst: '192.0.2.1',
    flags: ['key', 'csum', 'seq'],
  }),
  ipv6('ip6 id 42 dst 2001:db8::9 src 2001:db8::8 hoplimit 7 tc 8 key', {
    type: 'ip6',
    id: 42,
    dst: '2001:db8::9',
    src: '2001:db8::8',
    hoplimit: 7,
    tc: 8,
    flags: ['key'],
  }),
  ...(olderThan('6.15') ? withOptions : []),
  ipv6('ila 3333:0:0:1', { type: 'ila', locator: '3333:0:0:1' }),
  ipv6('ila 2001:db8:0:1 csum-mode neutral-map ident-type luid hook-type input', {
    type: 'ila',
    locator: '2001:db8:0:1',
    csumMode: 'neutralMap',
    identType: 'luid',
    hookType: 'input',
  }),
  seg6(`mode encap ${segs}`, { mode: 'encap', segments }),
  seg6(`mode inline ${segs}`, { mode: 'inline', segments }),
  seg6(`mode l2encap ${segs}`, { mode: 'l2encap', segments }),
  seg6(`mode encap.red ${segs}`, { mode: 'encapRed', segments }),
  seg6(`mode l2encap.red ${segs}`, { mode: 'l2encapRed', segments }),
  seg6(`mode encap ${segs} hmac 7`, { mode: 'encap', segments, hmacKeyId: 7 }),
  local('action End', { action: 'end' }),
  local('action End count', { action: 'end', counters: true }),
  local('action End flavors psp,usp,usd', { action: 'end', flavors: { operation: ['psp', 'usp', 'usd'] } }),
  local('action End flavors next-csid lblen 48 nflen 16', {
    action: 'end',
    flavors: { operation: ['nextCsid'], lcblockBits: 48, lcnodeFnBits: 16 },
  }),
  local('action End.X nh6 2001:db8::9', { action: 'endX', nh6: '2001:db8::9' }),
  local('action End.T table 100', { action: 'endT', table: 100 }),
  local('action End.DX2 oif eth1', { action: 'endDx2', oif: 'eth1' }),
  local('action End.DX6 nh6 ::', { action: 'endDx6', nh6: '::' }),
  local('action End.DX4 nh4 10.0.0.9', { action: 'endDx4', nh4: '10.0.0.9' }),
  local('action End.DT6 table 100', { action: 'endDt6', table: 100 }),
  local('action End.DT4 vrftable 100', { action: 'endDt4', vrftable: 100 }),
  local('action End.DT46 vrftable 100', { action: 'endDt46', vrftable: 100 }),
  local(`action End.B6 srh ${segs}`, { action: 'endB6', srh: { segments: [...segments, '::'] } }),
  local(`action End.B6.Encaps srh ${segs}`, { action: 'endB6Encap', srh: { segments } }),
  // The first that ip-route(8) lists is the last to be visited.
  ipv6(`rpl ${segs}`, { type: 'rpl', srh: { segments: [...segments].reverse() } }),
  ipv6('ioam6 trace prealloc type 0x800000 ns 1 size 12', {
    type: 'ioam6',
    mode: 'inline',
    freqK: 1,
    freqN: 1,
    trace: { type: 0x800000, namespaceId: 1, size: 12 },
  }),
  ipv6('ioam6 freq 2/5 mode encap tundst 2001:db8::9 trace prealloc type 0xc00000 ns 65535 size 244', {
    type: 'ioam6',
    mode: 'encap',
    freqK: 2,
    freqN: 5,
    dst: '2001:db8::9',
    trace: { type: 0xc00000, namespaceId: 65535, size: 244 },
  }),
  xfrm('if_id 7', { type: 'xfrm', ifId: 7 }),
  xfrm('if_id 7 link_dev eth1', { type: 'xfrm', ifId: 7, link: 'eth1' }),
  [
    'ip route add 10.0.0.0/8 nexthop encap mpls 100 via 10.1.0.1 dev eth0 nexthop encap ip id 5 dst 192.0.2.1 via 10.2.0.1',
    () =>
      routeAdd({
        dst: '10.0.0.0/8',
        nexthops: [
          { encap: { type: 'mpls', dst: [100] }, via: '10.1.0.1', oif: 'eth0' },
          { encap: { type: 'ip', id: 5, dst: '192.0.2.1' }, via: '10.2.0.1' },
        ],
      }),
  ],
]
