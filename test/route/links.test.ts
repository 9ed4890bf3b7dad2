import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { NetlinkError } from '../../src/errors.js'
import { Netns } from '../../src/netns/netns.js'
import { linkCreate, linkGet, linkList, Links, linkUpdate, otherLinkKind } from '../../src/route/links.js'
import { NETLINK_ROUTE } from '../../src/schema/rtnetlink.js'
import { NetlinkSocket } from '../../src/socket/netlink-socket.js'
import { ip, ipLink, ipNames } from '../support/iproute2.js'
import { olderThan, patience, tellsReceiveQueues } from '../support/kernel.js'
import { describePrivileged, eventually, inside } from '../support/netns.js'

let netns: Netns
let socket: NetlinkSocket
let links: Links

beforeEach(async () => {
  netns = await Netns.create()
  socket = await NetlinkSocket.open(NETLINK_ROUTE, { netns })
  links = new Links(socket)
})
afterEach(async () => {
  await socket.close()
  netns.close()
})

const refused = async (work: Promise<unknown>): Promise<NetlinkError> => {
  const error: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(NetlinkError)
  return error as NetlinkError
}

describePrivileged('making a link', () => {
  it('resolves to the link as ip sees it', async () => {
    const link = await links.create({ kind: 'bridge', name: 'br0', mtu: 1400, address: '02:00:00:00:00:01', up: true })
    const seen = ipLink(netns, 'br0')
    expect(seen).toMatchObject({ ifname: 'br0', mtu: 1400, address: '02:00:00:00:00:01' })
    expect(seen.flags).toContain('UP')
    expect(link).toMatchObject({
      kind: 'bridge',
      ifindex: seen.ifindex,
      name: 'br0',
      mtu: 1400,
      type: 'ether',
      up: true,
    })
    expect(link.bridge.forwardDelay).toBe(1500)
  })

  it('tells the master too, which the kernel sets after it has described the link', async () => {
    const bridge = await links.create({ kind: 'bridge', name: 'br0' })
    const port = await links.create({ kind: 'veth', name: 'one', master: bridge, veth: { peer: { name: 'two' } } })
    expect(port.master).toBe(bridge.ifindex)
    expect(port.slaveKind).toBe('bridge')
    expect(port.bridgePort?.state).toBe('disabled')
    expect(ipLink(netns, 'one').master).toBe('br0')
  })

  // It describes the link that was made since 6.2.
  it.skipIf(olderThan('6.2'))('lets the kernel choose the name, and fill in a number', async () => {
    expect((await links.create({ kind: 'bridge' })).name).toBe('bridge0')
    expect((await links.create({ kind: 'bridge', name: 'br%d' })).name).toBe('br0')
    expect((await links.create({ kind: 'bridge', name: 'br%d' })).name).toBe('br1')
    expect(ipNames(netns)).toEqual(['lo', 'bridge0', 'br0', 'br1'])
  })

  it('takes the indexes of both ends of a veth', async () => {
    const one = await links.create({
      kind: 'veth',
      name: 'one',
      ifindex: 77,
      veth: { peer: { name: 'two', ifindex: 99 } },
    })
    expect(one).toMatchObject({ ifindex: 77, link: 99 })
    expect(ipLink(netns, 'two')).toMatchObject({ ifindex: 99, link: 'one' })
  })

  it('gives every option of a link to the kernel', async () => {
    await links.create({
      kind: 'veth',
      name: 'one',
      address: '02:00:00:00:00:01',
      broadcast: 'ff:ff:ff:ff:ff:fe',
      mtu: 1400,
      txqlen: 77,
      group: 5,
      linkMode: 'dormant',
      numTxQueues: 3,
      numRxQueues: 4,
      gsoMaxSegs: 100,
      gsoMaxSize: 40_000,
      groMaxSize: 40_001,
      gsoIpv4MaxSize: 40_002,
      groIpv4MaxSize: 40_003,
      arp: false,
      multicast: false,
      allmulticast: true,
      promisc: true,
      veth: {
        peer: {
          name: 'two',
          address: '02:00:00:00:00:02',
          mtu: 1300,
          txqlen: 78,
          group: 6,
          numTxQueues: 2,
          numRxQueues: 1,
          arp: false,
          gsoMaxSegs: 101,
        },
      },
    })
    const one = ipLink(netns, 'one')
    expect(one).toMatchObject({
      address: '02:00:00:00:00:01',
      broadcast: 'ff:ff:ff:ff:ff:fe',
      mtu: 1400,
      txqlen: 77,
      group: '5',
      linkmode: 'DORMANT',
      num_tx_queues: 3,
      ...(tellsReceiveQueues && { num_rx_queues: 4 }),
      gso_max_segs: 100,
      gso_max_size: 40_000,
      gro_max_size: 40_001,
      promiscuity: 1,
      allmulti: 1,
    })
    expect(one.flags).toEqual(expect.arrayContaining(['NOARP', 'PROMISC', 'ALLMULTI']))
    expect(one.flags).not.toContain('MULTICAST')
    // ip 6.1 does not print these two, which came with 6.3.
    const ipv4 = olderThan('6.3') ? {} : { gsoIpv4MaxSize: 40_002, groIpv4MaxSize: 40_003 }
    expect(await links.get('one')).toMatchObject(ipv4)
    const two = ipLink(netns, 'two')
    expect(two).toMatchObject({
      address: '02:00:00:00:00:02',
      mtu: 1300,
      txqlen: 78,
      group: '6',
      num_tx_queues: 2,
      ...(tellsReceiveQueues && { num_rx_queues: 1 }),
      gso_max_segs: 101,
    })
    expect(two.flags).toContain('NOARP')
  })

  it('makes the peer of a veth in another namespace, with the index that was chosen', async () => {
    await using other = await Netns.create()
    const one = await links.create({
      kind: 'veth',
      name: 'one',
      ifindex: 10,
      up: true,
      veth: { peer: { name: 'eth0', ifindex: 2, netns: other, address: '02:42:c0:a8:00:02', mtu: 1450 } },
    })
    expect(ipNames(netns)).toEqual(['lo', 'one'])
    expect(ipLink(other, 'eth0')).toMatchObject({ ifindex: 2, address: '02:42:c0:a8:00:02', mtu: 1450, link_index: 10 })
    expect(one.link).toBe(2)
    expect(one.linkNetnsid).toBeTypeOf('number')
  })

  it('makes a link in another namespace and describes it as it is there', async () => {
    await using other = await Netns.create()
    ip(other, 'link add br0 type bridge')
    const there = await links.create({
      kind: 'veth',
      name: 'one',
      netns: other,
      master: 2,
      veth: { peer: { name: 'two' } },
    })
    const seen = ipLink(other, 'one')
    expect(there).toMatchObject({ ifindex: seen.ifindex, master: 2, name: 'one' })
    // The peer stays where the request was made.
    expect(ipNames(netns)).toEqual(['lo', 'two'])
  })

  it('makes a vxlan whose tunnel stays in the namespace it was made from', async () => {
    await using other = await Netns.create()
    const vxlan = await links.create({ kind: 'vxlan', name: 'vxlan1', netns: other, vxlan: { id: 42, port: 4789 } })
    expect(vxlan.vxlan.id).toBe(42)
    expect(vxlan.linkNetnsid).toBeTypeOf('number')
    expect(ipLink(other, 'vxlan1').linkinfo.info_data).toMatchObject({ id: 42, port: 4789 })
    // The same VNI is taken in the underlay, although the link is not there.
    const error = await refused(links.create({ kind: 'vxlan', name: 'vxlan1', vxlan: { id: 42, port: 4789 } }))
    expect(error.code).toBe('EEXIST')
    expect(error.reason).toContain('VNI already exists')
  })

  it('makes a link in the namespace of a process', async () => {
    const child = spawn('unshare', ['-n', 'sh', '-c', 'echo ready; cat'], { stdio: ['pipe', 'pipe', 'inherit'] })
    try {
      await once(child.stdout, 'data')
      const link = await links.create({ kind: 'bridge', name: 'br7', netns: { pid: child.pid! } })
      expect(link.name).toBe('br7')
      expect(ipNames(netns)).toEqual(['lo'])
    } finally {
      child.stdin.end()
      await once(child, 'close')
    }
  })

  it('makes a link in the namespace with an id', async () => {
    await using other = await Netns.create()
    await links.create({ kind: 'veth', name: 'one', veth: { peer: { name: 'two', netns: other } } })
    const { linkNetnsid } = await links.get('one')
    const link = await links.create({ kind: 'bridge', name: 'br7', targetNetnsid: linkNetnsid })
    expect(link.name).toBe('br7')
    expect(ipNames(other)).toEqual(['lo', 'two', 'br7'])
    expect((await links.get('br7', { targetNetnsid: linkNetnsid })).targetNetnsid).toBe(linkNetnsid)
  })

  it('wants a name for a link in another namespace, since it could not be found', async () => {
    await using other = await Netns.create()
    await expect(links.create({ kind: 'bridge', netns: other })).rejects.toThrow(/^name: expected a name/)
    expect(ipNames(other)).toEqual(['lo'])
  })

  it('keeps order with what is asked in the same tick', async () => {
    const [bridge, , port] = await Promise.all([
      links.create({ kind: 'bridge', name: 'br0', up: true }),
      links.create({ kind: 'veth', name: 'one', veth: { peer: { name: 'two' } } }),
      links.update('one', { master: 'br0', up: true }).then(() => links.get('one')),
    ])
    expect(port.master).toBe(bridge.ifindex)
  })

  it('says why the kernel refuses a link', async () => {
    await links.create({ kind: 'bridge', name: 'br0' })
    const taken = await refused(links.create({ kind: 'bridge', name: 'br0' }))
    expect(taken).toMatchObject({ code: 'EEXIST', request: 'RTM_NEWLINK' })
    expect(taken.message).toMatch(/^can't create bridge link br0: file already exists \(EEXIST\)/)
    const kind = await refused(links.create({ kind: otherLinkKind('nosuchkind'), name: 'x' }))
    expect(kind.code).toBe('EOPNOTSUPP')
    expect(kind.message).toContain('no links of kind nosuchkind')
  })

  // The label policy came with 6.7.
  it.skipIf(olderThan('6.7'))(
    'names the attribute that the kernel objects to, inside the nest of the kind',
    async () => {
      await links.create({ kind: 'bridge', name: 'br0', bridge: { stpState: 1 } })
      // Out of range for the kernel's policy, and not for ours: a range that only the driver knows.
      const error = await refused(links.create({ kind: 'vxlan', name: 'v', vxlan: { id: 1, labelPolicy: 77 } }))
      expect(error.attribute).toBe('linkinfo.data.labelPolicy')
      expect(error.policy).toMatchObject({ max: 1 })
    },
  )
})

describePrivileged('changing a link', () => {
  beforeEach(() => {
    ip(netns, 'link add one type veth peer name two')
    ip(netns, 'link add br0 type bridge')
  })

  it('changes what is given and nothing else', async () => {
    await links.update('one', { up: true, mtu: 1400 })
    await links.update('one', { alias: 'the first end', txqlen: 5 })
    const seen = ipLink(netns, 'one')
    expect(seen).toMatchObject({ mtu: 1400, ifalias: 'the first end', txqlen: 5 })
    expect(seen.flags).toContain('UP')
    await links.update('one', { up: false, alias: '' })
    expect(ipLink(netns, 'one').flags).not.toContain('UP')
    expect(ipLink(netns, 'one').ifalias).toBeUndefined()
  })

  it('gives a link a master and takes it away', async () => {
    await links.update('one', { master: 'br0' })
    expect(ipLink(netns, 'one').master).toBe('br0')
    await links.update('one', { master: null })
    expect(ipLink(netns, 'one').master).toBeUndefined()
  })

  it('renames a link, found by name, by index or by what came back', async () => {
    await links.update('one', { name: 'uno' })
    const uno = await links.get('uno')
    await links.update(uno, { name: 'eins' })
    await links.update(uno.ifindex, { name: 'ein' })
    expect(ipNames(netns)).toContain('ein')
  })

  it('moves a link to another namespace, with the index it is to have there', async () => {
    await using other = await Netns.create()
    await links.update('one', { netns: other, name: 'moved', newIfindex: 55 })
    expect(ipLink(other, 'moved').ifindex).toBe(55)
    expect(ipNames(netns)).not.toContain('one')
  })

  it('sets flags one by one', async () => {
    await links.update('one', { arp: false, promisc: true, allmulticast: true, multicast: false, dynamic: true })
    expect(ipLink(netns, 'one').flags).toEqual(expect.arrayContaining(['NOARP', 'PROMISC', 'ALLMULTI', 'DYNAMIC']))
    expect((await links.get('one')).flags).toEqual(expect.arrayContaining(['noArp', 'promisc', 'allMulti', 'dynamic']))
    await links.update('one', { arp: true })
    const { flags } = ipLink(netns, 'one')
    expect(flags).not.toContain('NOARP')
    expect(flags).toContain('PROMISC')
  })

  it('sets what address families keep of a link', async () => {
    await links.update('one', {
      afSpec: { inet6: { addrGenMode: 'none' }, inet: { conf: { forwarding: 1, rpFilter: 2 } } },
    })
    expect(ipLink(netns, 'one').inet6_addr_gen_mode).toBe('none')
    const { afSpec } = await links.get('one')
    expect(afSpec?.inet6?.addrGenMode).toBe('none')
    expect(afSpec?.inet?.conf).toMatchObject({ forwarding: 1, rpFilter: 2 })
    await links.update('one', { up: true })
    await links.update('two', { up: true })
    expect(ip(netns, '-6 addr show dev one')).toBe('')
    await links.update('two', { afSpec: { inet6: { addrGenMode: 'eui64', token: '::1:2:3:4' } } })
    expect(ip(netns, 'token get dev two')).toContain('::1:2:3:4')
    expect((await links.get('two')).afSpec?.inet6?.token).toBe('::1:2:3:4')
  })

  it('reads the settings of IPv4 and IPv6 by the names that sysctl has for them', async () => {
    const set = (name: string, value: number) => netns.sysctl.set(name, value)
    await set('net.ipv4.conf.one.arp_evict_nocarrier', 0)
    await set('net.ipv4.conf.one.log_martians', 1)
    await set('net.ipv6.conf.one.hop_limit', 33)
    await set('net.ipv6.conf.one.dad_transmits', 7)
    await set('net.ipv6.conf.one.ndisc_tclass', 9)
    await set('net.ipv6.conf.one.accept_untracked_na', 1)
    await set('net.ipv6.conf.one.accept_ra_min_lft', 44)
    if (!olderThan('6.17')) await set('net.ipv6.conf.one.force_forwarding', 1)
    const { afSpec } = await links.get('one')
    expect(afSpec?.inet?.conf).toMatchObject({ arpEvictNocarrier: 0, logMartians: 1 })
    expect(afSpec?.inet6?.conf).toMatchObject({
      hoplimit: 33,
      dadTransmits: 7,
      ndiscTclass: 9,
      acceptUntrackedNa: 1,
      acceptRaMinLft: 44,
      ...(!olderThan('6.17') && { forceForwarding: 1 }),
    })
  })

  it('holds a link down for a protocol, with reasons', async () => {
    const bad = await refused(links.update('one', { protoDown: true }))
    expect(bad.code).toBe('EOPNOTSUPP')
    expect(bad.reason).toContain('not supported by device')
    ip(netns, 'link add vx type vxlan id 5 dstport 4789')
    await links.update('vx', { protoDown: true, protoDownReason: { mask: 3, value: 2 } })
    expect(ipLink(netns, 'vx')).toMatchObject({ proto_down: true })
    expect(await links.get('vx')).toMatchObject({ protoDown: true, protoDownReason: { value: 2 } })
  })

  it('says which link is not there', async () => {
    const error = await refused(links.update('gone', { up: true }))
    expect(error).toMatchObject({ code: 'ENODEV' })
    expect(error.message).toContain('there is no link named gone')
    expect((await refused(links.update(4711, { up: true }))).code).toBe('ENODEV')
  })

  it('never takes a group for the link when the link is not there', async () => {
    await links.update('one', { group: 5 })
    await refused(links.update('gone', { group: 5, up: true }))
    await refused(links.update(4711, { group: 5, up: true }))
    expect(ipLink(netns, 'one').flags).not.toContain('UP')
    const long = 'a-name-of-more-than-fifteen-bytes'
    await expect(links.update(long, { group: 5, up: true })).rejects.toThrow(/^link: expected an ifindex/)
  })

  it('says what to do about port options of a link that is no port', async () => {
    const error = await refused(links.update('one', { bridgePort: { isolated: true } }))
    expect(error.code).toBe('EOPNOTSUPP')
    expect(error.message).toContain('once the link has a bridge as its master')
  })

  it('runs without the event loop as well', () => {
    socket.runSync(linkUpdate('one', { mtu: 1234 }))
    expect(socket.runSync(linkGet('one')).mtu).toBe(1234)
    // It describes the link that was made since 6.2.
    expect(socket.runSync(linkCreate({ kind: 'bridge', name: 'br9' }))?.name).toBe(olderThan('6.2') ? undefined : 'br9')
    expect(ipNames(netns)).toContain('br9')
  })
})

describePrivileged('deleting links', () => {
  it('deletes a link by name, by index and by alternative name; of a veth both ends go', async () => {
    ip(netns, 'link add one type veth peer name two')
    ip(netns, 'link add br0 type bridge')
    ip(netns, 'link add br1 type bridge')
    ip(netns, 'link property add dev br1 altname a-very-long-alternative-name')
    await links.delete('one')
    await links.delete(await links.get('br0'))
    await links.delete('a-very-long-alternative-name')
    expect(ipNames(netns)).toEqual(['lo'])
  })

  it('says when there is none, and when it can not be deleted', async () => {
    expect((await refused(links.delete('gone'))).code).toBe('ENODEV')
    expect((await refused(links.delete('lo'))).code).toBe('EOPNOTSUPP')
  })

  it('deletes a whole group at once', async () => {
    for (let i = 0; i < 5; i++) ip(netns, `link add br${i} type bridge`)
    await links.setGroup(['br0', 'br1', 'br2', 'br3'], 7)
    expect(ipLink(netns, 'br3').group).toBe('7')
    await links.deleteGroup(7)
    expect(ipNames(netns)).toEqual(['lo', 'br4'])
    expect((await refused(links.deleteGroup(7))).code).toBe('ENODEV')
  })

  it('keeps the whole group where one member can not be deleted, and says so', async () => {
    ip(netns, 'link add br0 type bridge')
    await links.setGroup(['br0', 'lo'], 7)
    const error = await refused(links.deleteGroup(7))
    expect(error.message).toContain('None was deleted')
    expect(ipNames(netns)).toEqual(['lo', 'br0'])
  })

  it('changes a whole group at once', async () => {
    for (let i = 0; i < 3; i++) ip(netns, `link add br${i} type bridge`)
    await links.setGroup(['br0', 'br1'], 7)
    await links.updateGroup(7, { up: true, mtu: 1400 })
    expect(ipLink(netns, 'br1')).toMatchObject({ mtu: 1400 })
    expect(ipLink(netns, 'br0').flags).toContain('UP')
    expect(ipLink(netns, 'br2').flags).not.toContain('UP')
  })
})

describePrivileged('finding links', () => {
  beforeEach(() => {
    ip(netns, 'link add br0 type bridge')
    ip(netns, 'link add br1 type bridge')
    ip(netns, 'link add one master br0 type veth peer name two')
    ip(netns, 'link add vx0 master br0 type vxlan id 42 dstport 4789')
  })
  const names = (found: { name: string }[]) => found.map(({ name }) => name)

  it('reads what ip made, attribute by attribute', async () => {
    ip(netns, 'link set one up mtu 1400 alias someone txqueuelen 9 group 3')
    await eventually(() => ipLink(netns, 'one').operstate === 'LOWERLAYERDOWN')
    const seen = ipLink(netns, 'one')
    const link = await links.get('one')
    expect(link).toMatchObject({
      ifindex: seen.ifindex,
      name: 'one',
      kind: 'veth',
      type: 'ether',
      up: true,
      mtu: seen.mtu,
      alias: 'someone',
      txqlen: 9,
      group: 3,
      operState: 'lowerLayerDown',
      linkMode: 'default',
      qdisc: seen.qdisc,
      address: seen.address,
      broadcast: seen.broadcast,
      minMtu: seen.min_mtu,
      maxMtu: seen.max_mtu,
      numTxQueues: seen.num_tx_queues,
      ...(tellsReceiveQueues && { numRxQueues: seen.num_rx_queues }),
      gsoMaxSize: seen.gso_max_size,
      gsoMaxSegs: seen.gso_max_segs,
      groMaxSize: seen.gro_max_size,
      tsoMaxSize: seen.tso_max_size,
      tsoMaxSegs: seen.tso_max_segs,
      promiscuity: seen.promiscuity,
      allmulti: seen.allmulti,
    })
    expect(link.flags).toEqual(['up', 'broadcast', 'multicast'])
    expect(link.unknownAttributes).toBeUndefined()
  })

  it('knows every attribute that this kernel sends', async () => {
    for (const link of await links.list({ vf: true })) {
      expect(JSON.stringify(link)).not.toContain('unknownAttributes')
    }
  })

  it('has no kind for the loopback device', async () => {
    const lo = await links.get('lo')
    expect(lo.kind).toBeUndefined()
    expect(lo).toMatchObject({ ifindex: 1, type: 'loopback', flags: ['loopback'], up: false })
  })

  it('lists all, those of a kind, those of a master, and those of none', async () => {
    expect(names(await links.list())).toEqual(ipNames(netns))
    expect(names(await links.list({ kind: 'bridge' }))).toEqual(['br0', 'br1'])
    expect(names(await links.list({ master: 'br0' })).sort()).toEqual(['one', 'vx0'])
    expect(names(await links.list({ master: 'br0', kind: 'vxlan' }))).toEqual(['vx0'])
    expect(names(await links.list({ master: null })).sort()).toEqual(['br0', 'br1', 'lo', 'two'])
  })

  it('lists none of a kind that the kernel does not have, where the kernel would list all', async () => {
    expect(await links.list({ kind: 'nosuchkind' })).toEqual([])
  })

  it('leaves the counters of IPv6 out where they are not wanted', async () => {
    const [all] = await links.list({ kind: 'vxlan' })
    const [less] = await links.list({ kind: 'vxlan', inet6Statistics: false })
    expect(all?.afSpec?.inet6?.statistics).toBeDefined()
    expect(less?.afSpec?.inet6?.statistics).toBeUndefined()
    const one = await links.get('one', { inet6Statistics: false })
    expect(one.afSpec?.inet6?.statistics).toBeUndefined()
  })

  it('streams a list', async () => {
    const found: string[] = []
    for await (const { name } of socket.stream(linkList())) found.push(name)
    expect(found).toEqual(ipNames(netns))
  })

  it('finds a link by alternative names of any length, and gives and takes them', async () => {
    const long = 'an-alternative-name-of-more-than-fifteen-bytes'
    await links.addAltName('one', ['short', long])
    expect(ipLink(netns, 'one').altnames).toEqual(['short', long])
    expect((await links.get(long)).altNames).toEqual(['short', long])
    expect((await links.get('short')).name).toBe('one')
    await links.update(long, { mtu: 1280 })
    await links.update('short', { txqlen: 3 })
    expect(ipLink(netns, 'one')).toMatchObject({ mtu: 1280, txqlen: 3 })
    await links.deleteAltName(long, 'short')
    expect(ipLink(netns, 'one').altnames).toEqual([long])
    expect((await refused(links.addAltName('two', long))).code).toBe('EEXIST')
    expect((await refused(links.deleteAltName('two', 'nothing'))).code).toBe('ENOENT')
  })

  it('counts packets and bytes', async () => {
    ip(netns, 'link set lo up')
    ip(netns, 'address add 10.0.0.1/24 dev lo')
    const before = await links.statistics('lo')
    inside(netns, 'bash', '-c', 'for i in 1 2 3; do echo x > /dev/udp/10.0.0.1/9; done')
    const after = await links.statistics('lo')
    expect(after.rxPackets! - before.rxPackets!).toBeGreaterThanOrEqual(3)
    expect(after).toMatchObject({
      rxBytes: ipLink(netns, 'lo').stats64.rx.bytes,
      txPackets: ipLink(netns, 'lo').stats64.tx.packets,
    })
  })

  it('says which link is not there', async () => {
    const error = await refused(links.get('gone'))
    expect(error).toMatchObject({ code: 'ENODEV', request: 'RTM_GETLINK' })
    expect(error.message).toContain("can't get link gone")
  })
})

describePrivileged('deleting many links at once', () => {
  it('takes links of any groups, and both ends of a veth', async () => {
    ip(netns, 'link add name a type veth peer name b')
    ip(netns, 'link add c type bridge')
    ip(netns, 'link set c group 7')
    ip(netns, 'link add kept type bridge')
    const results = await links.deleteAll(['a', 'b', 'c'])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
    expect(ipNames(netns)).toEqual(['lo', 'kept'])
  })

  it('reports what can’t be deleted and what is not there, and the rest goes', async () => {
    ip(netns, 'link add name a type veth peer name b')
    ip(netns, 'link add c type bridge')
    const results = await links.deleteAll(['c', 'lo', 'nowhere', 'a'])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(results[1]).toMatchObject({ reason: { code: 'EOPNOTSUPP' } })
    expect(results[2]).toMatchObject({ reason: { code: 'ENODEV' } })
    expect(ipNames(netns)).toEqual(['lo'])
    expect(ipLink(netns, 'lo').group).toBe('default')
  })

  it('of none is none', async () => {
    expect(await links.deleteAll([])).toEqual([])
  })

  // User-mode Linux has one processor, and no grace period to wait for.
  it.skipIf(patience > 1)('takes less time than one by one', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `v${i}`)
    for (const name of names) ip(netns, `link add ${name} type veth peer name p${name}`)
    let start = performance.now()
    for (const name of names.slice(0, 10)) await links.delete(name)
    const single = (performance.now() - start) / 10
    start = performance.now()
    await links.deleteAll(names.slice(10))
    expect((performance.now() - start) / 30).toBeLessThan(single)
    expect(ipNames(netns)).toEqual(['lo'])
  })
})
