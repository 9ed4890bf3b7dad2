/**
 * On which of the kernels that the suite is run on links of a kind are made: one place for it, which a test compares with
 * the kernel that it runs on, and another with the README. What no kernel makes is tested as bytes, in
 * test/schema/link-kinds.test.ts, as all kinds are.
 */
import type { KindName } from './kind-cases.js'

export const KERNELS = ['6.18', '6.1'] as const
export type Kernel = (typeof KERNELS)[number]

const on = (kernels: readonly Kernel[], ...kinds: KindName[]): Partial<Record<KindName, readonly Kernel[]>> =>
  Object.fromEntries(kinds.map((kind) => [kind, kernels]))

export const KIND_KERNELS = {
  ...on(['6.18', '6.1'], 'bridge', 'veth', 'vxlan', 'ifb', 'macvlan', 'macvtap', 'tun'),
  ...on(
    ['6.1'],
    'batadv',
    'bond',
    'dummy',
    'erspan',
    'geneve',
    'gre',
    'gretap',
    'gtp',
    'hsr',
    'ip6erspan',
    'ip6gre',
    'ip6gretap',
    'ip6tnl',
    'ipip',
    'ipvlan',
    'ipvtap',
    'macsec',
    'nlmon',
    'sit',
    'team',
    'vcan',
    'vlan',
    'vrf',
    'vti',
    'vti6',
    'vxcan',
  ),
  ...on(
    [],
    'amt',
    'bareudp',
    'caif',
    'can',
    'dsa',
    'ipoib',
    'lowpan',
    'netkit',
    'ovpn',
    'pfcp',
    'ppp',
    'rmnet',
    'virt_wifi',
    'vsockmon',
    'wireguard',
    'wwan',
    'xfrm',
  ),
} as Record<KindName, readonly Kernel[]>

/** Of the running kernel, which of them it is. */
export function kernelOf(release: string): Kernel | undefined {
  return KERNELS.find((kernel) => release.startsWith(`${kernel}.`))
}
