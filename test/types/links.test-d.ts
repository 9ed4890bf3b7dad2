import { expectTypeOf, test } from 'vitest'

import { type Link, type Links, type LinkSpec, otherLinkKind } from '../../src/route/links.js'

declare const links: Links

test('a comparison of the kind narrows a link to what the kind has', () => {
  const check = (link: Link) => {
    if (link.kind === 'vxlan') {
      expectTypeOf(link.vxlan.id).toEqualTypeOf<number | undefined>()
      // @ts-expect-error A vxlan has no bridge options.
      void link.bridge
    }
    if (link.kind === 'bridge') {
      expectTypeOf(link.bridge.vlanFiltering).toEqualTypeOf<boolean | undefined>()
      // @ts-expect-error A bridge has no vxlan options.
      void link.vxlan
    }
    if (link.kind === undefined) {
      // @ts-expect-error A link without kind has no options of one.
      void link.vxlan
      expectTypeOf(link.name).toEqualTypeOf<string>()
    }
    // @ts-expect-error The kind is not known here.
    void link.vxlan
    switch (link.kind) {
      case 'veth':
        expectTypeOf(link.link).toEqualTypeOf<number | undefined>()
        break
      case 'bridge':
      case 'vxlan':
      case undefined:
        break
      default:
        if ('data' in link) expectTypeOf(link.data).toExtend<{ type: number; data: Uint8Array }[] | undefined>()
    }
  }
  void check
})

test('each kind has its own options, and a port what its master says', () => {
  const check = (link: Link) => {
    if (link.kind === 'vlan') {
      expectTypeOf(link.vlan.flags?.gvrp).toEqualTypeOf<boolean | undefined>()
      expectTypeOf(link.vlan.egressQos).toEqualTypeOf<{ readonly from?: number; readonly to?: number }[] | undefined>()
      // @ts-expect-error A VLAN has no options of a macvlan.
      void link.macvlan
    }
    if (link.kind === 'bond') {
      expectTypeOf(link.bond.arpIpTarget).toEqualTypeOf<string[] | undefined>()
      expectTypeOf(link.bond.adInfo?.partnerMac).toEqualTypeOf<string | undefined>()
    }
    if (link.kind === 'dummy') {
      // @ts-expect-error A dummy has no options.
      void link.dummy
    }
    if (link.kind === 'tun') expectTypeOf(link.tun.type).toEqualTypeOf<'tun' | 'tap' | number | undefined>()
    expectTypeOf(link.bondPort?.prio).toEqualTypeOf<number | undefined>()
    expectTypeOf(link.vrfPort?.table).toEqualTypeOf<number | undefined>()
  }
  void check
  const take = (_: LinkSpec) => undefined
  take({ kind: 'dummy', name: 'dummy0' })
  take({ kind: 'vlan', link: 'eth0', vlan: { id: 5, protocol: '802.1ad' } })
  take({ kind: 'macvlan', link: 'eth0', macvlan: { mode: 'bridge' } })
  take({ kind: 'macvlan', link: { ifindex: 3 } })
  take({ kind: 'bond', bond: { mode: '802.3ad', arpIpTarget: ['10.0.0.1'] } })
  take({ kind: 'netkit', netkit: { mode: 'l2', peer: { name: 'eth0', netns: { fd: 3 } } } })
  take({ kind: 'wwan', parentDevName: 'wwan0', wwan: { linkId: 1 } })
  // @ts-expect-error A VLAN is on another link.
  take({ kind: 'vlan', vlan: { id: 5 } })
  // @ts-expect-error A VLAN needs its options.
  take({ kind: 'vlan', link: 'eth0' })
  // @ts-expect-error A bond is on no other link.
  take({ kind: 'bond', link: 'eth0' })
  // @ts-expect-error A name that there is not.
  take({ kind: 'bond', bond: { mode: 'balance-rr' } })
  // @ts-expect-error A dummy has no options.
  take({ kind: 'dummy', dummy: {} })
  // @ts-expect-error Rtnetlink makes no TUN link.
  take({ kind: 'tun' })
  // @ts-expect-error What a bond alone says.
  take({ kind: 'bond', bond: { adInfo: {} } })
})

test('a specification takes the options of its own kind and no others', () => {
  const take = (_: LinkSpec) => undefined
  take({ kind: 'bridge', name: 'br0', up: true, bridge: { ageingTime: 100 } })
  take({ kind: 'vxlan', vxlan: { id: 42, group: '239.0.0.1' } })
  take({ kind: 'veth', veth: { peer: { name: 'eth0', netns: { fd: 3 }, mtu: 1450 } } })
  take({ kind: otherLinkKind('newkind'), data: [{ type: 1, data: new Uint8Array(4) }] })
  // @ts-expect-error vxlan options under a bridge.
  take({ kind: 'bridge', vxlan: { id: 42 } })
  // @ts-expect-error A vxlan needs its options.
  take({ kind: 'vxlan' })
  // @ts-expect-error An option that there is not.
  take({ kind: 'vxlan', vxlan: { id: 42, idd: 3 } })
  // @ts-expect-error A kind without types is named by otherLinkKind.
  take({ kind: 'newkind' })
  // @ts-expect-error A peer is not made up.
  take({ kind: 'veth', veth: { peer: { up: true } } })
  // @ts-expect-error What can only be read.
  take({ kind: 'veth', promiscuity: 1 })
  // @ts-expect-error The kernel passes over it when it makes a link.
  take({ kind: 'veth', alias: 'one' })
  // @ts-expect-error There is no link without a kind to be made.
  take({ name: 'one' })
})

test('what is made is of the kind that was asked for', async () => {
  const vxlan = await links.create({ kind: 'vxlan', vxlan: { id: 42 } })
  expectTypeOf(vxlan.vxlan.port).toEqualTypeOf<number | undefined>()
  const veth = await links.create({ kind: 'veth', name: 'one', veth: { peer: { name: 'two' } } })
  expectTypeOf(veth.kind).toEqualTypeOf<'veth'>()
  // @ts-expect-error A misspelt option.
  void links.create({ kind: 'vxlan', vxlan: { id: 42, idd: 3 } })
  // @ts-expect-error A misspelt option.
  void links.create({ kind: 'bridge', mtuu: 3 })
  // @ts-expect-error Options of another kind.
  void links.create({ kind: 'bridge', vxlan: { id: 42 } })
  const bridges = await links.list({ kind: 'bridge' })
  expectTypeOf(bridges[0]!.bridge.ageingTime).toEqualTypeOf<number | undefined>()
  const all = await links.list()
  expectTypeOf(all).toEqualTypeOf<Link[]>()
})

test('changes take the options of one kind', () => {
  void links.update('br0', { bridge: { ageingTime: 100 } })
  void links.update('br0', { kind: 'bridge', mtu: 1400, bridge: { ageingTime: 100 } })
  void links.update('veth0', { master: null, bridgePort: { isolated: true } })
  void links.update('bond0', { bond: { miimon: 100 } })
  void links.update('eth0', { bondPort: { queueId: 2 } })
  void links.update('vlan5', { vlan: { flags: { gvrp: true } } })
  // @ts-expect-error Fixed when the link is made.
  void links.update('vlan5', { vlan: { id: 6 } })
  // @ts-expect-error The table of a VRF is chosen when it is made.
  void links.update('vrf0', { vrf: { table: 6 } })
  // @ts-expect-error What a bond alone says of its port.
  void links.update('eth0', { bondPort: { state: 'active' } })
  // @ts-expect-error Two kinds.
  void links.update('br0', { bridge: {}, vxlan: {} })
  // @ts-expect-error Nothing of a veth can be changed.
  void links.update('veth0', { veth: { peer: {} } })
  // @ts-expect-error Fixed when the link is made.
  void links.update('veth0', { numTxQueues: 4 })
})

test('what a kind counts of its own has names where it is known, and is bytes otherwise', () => {
  const check = (link: Link) => {
    if (link.kind === 'can') expectTypeOf(link.xstats?.busOff).toEqualTypeOf<number | undefined>()
    if (link.kind === 'veth') expectTypeOf(link.xstats).toEqualTypeOf<Uint8Array | undefined>()
    if (link.kind === undefined) expectTypeOf(link.xstats).toEqualTypeOf<Uint8Array | undefined>()
  }
  void check
})
