import { afterEach, beforeEach, expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { type BridgeSpec, linkCreate, Links, linkUpdate } from '../../src/route/links.js'
import { NETLINK_ROUTE } from '../../src/schema/rtnetlink.js'
import { NetlinkSocket } from '../../src/socket/netlink-socket.js'
import { bridgeLink, ip, ipLink } from '../support/iproute2.js'
import { olderThan } from '../support/kernel.js'
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

type BridgeOptions = NonNullable<BridgeSpec['bridge']>

/** Our option and value; ip's option and value; where and as what `ip -j` prints it. */
const OPTIONS: [keyof BridgeOptions, unknown, string, string, unknown][] = [
  ['forwardDelay', 400, 'forward_delay 400', 'forward_delay', 400],
  ['helloTime', 300, 'hello_time 300', 'hello_time', 300],
  ['maxAge', 1200, 'max_age 1200', 'max_age', 1200],
  ['ageingTime', 6000, 'ageing_time 6000', 'ageing_time', 6000],
  ['stpState', 1, 'stp_state 1', 'stp_state', 1],
  ['priority', 4096, 'priority 4096', 'priority', 4096],
  ['groupFwdMask', 0x4008, 'group_fwd_mask 0x4008', 'group_fwd_mask', '0x4008'],
  ['groupAddress', '01:80:c2:00:00:05', 'group_address 01:80:c2:00:00:05', 'group_addr', '01:80:c2:00:00:05'],
  ['mcastRouter', 'perm', 'mcast_router 2', 'mcast_router', 2],
  ['mcastSnooping', false, 'mcast_snooping 0', 'mcast_snooping', 0],
  ['mcastQueryUseIfaddr', true, 'mcast_query_use_ifaddr 1', 'mcast_query_use_ifaddr', 1],
  ['mcastQuerier', true, 'mcast_querier 1', 'mcast_querier', 1],
  ['mcastHashMax', 1024, 'mcast_hash_max 1024', 'mcast_hash_max', 1024],
  ['mcastLastMemberCount', 3, 'mcast_last_member_count 3', 'mcast_last_member_cnt', 3],
  ['mcastStartupQueryCount', 4, 'mcast_startup_query_count 4', 'mcast_startup_query_cnt', 4],
  ['mcastLastMemberInterval', 200, 'mcast_last_member_interval 200', 'mcast_last_member_intvl', 200],
  ['mcastMembershipInterval', 27_000, 'mcast_membership_interval 27000', 'mcast_membership_intvl', 27_000],
  ['mcastQuerierInterval', 26_000, 'mcast_querier_interval 26000', 'mcast_querier_intvl', 26_000],
  ['mcastQueryInterval', 13_000, 'mcast_query_interval 13000', 'mcast_query_intvl', 13_000],
  ['mcastQueryResponseInterval', 900, 'mcast_query_response_interval 900', 'mcast_query_response_intvl', 900],
  ['mcastStartupQueryInterval', 3200, 'mcast_startup_query_interval 3200', 'mcast_startup_query_intvl', 3200],
  ['mcastStatsEnabled', true, 'mcast_stats_enabled 1', 'mcast_stats_enabled', 1],
  ['mcastIgmpVersion', 3, 'mcast_igmp_version 3', 'mcast_igmp_version', 3],
  ['mcastMldVersion', 2, 'mcast_mld_version 2', 'mcast_mld_version', 2],
  ['nfCallIptables', true, 'nf_call_iptables 1', 'nf_call_iptables', 1],
  ['nfCallIp6tables', true, 'nf_call_ip6tables 1', 'nf_call_ip6tables', 1],
  ['nfCallArptables', true, 'nf_call_arptables 1', 'nf_call_arptables', 1],
  ['multiBoolopt', { noLinkLocalLearn: true }, 'no_linklocal_learn 1', 'no_linklocal_learn', 1],
]

/** A bridge without the spanning tree takes any forward delay; with it the three times have to fit each other. */
const withoutStp = OPTIONS.filter(([option]) => option !== 'stpState')

describePrivileged('bridge options', () => {
  it.each(OPTIONS)('%s is set when the bridge is made, and ip sees it', async (option, value, _, key, shown) => {
    const made = await links.create({ kind: 'bridge', name: 'br0', bridge: { [option]: value } })
    expect(made.bridge[option as keyof typeof made.bridge]).toEqual(
      typeof value === 'object' ? expect.objectContaining(value) : value,
    )
    expect(ipLink(netns, 'br0').linkinfo.info_data[key]).toEqual(shown)
  })

  it.each(OPTIONS)('%s is changed by an update, and ip sees it', async (option, value, _, key, shown) => {
    ip(netns, 'link add br0 type bridge')
    await links.update('br0', { bridge: { [option]: value } })
    expect(ipLink(netns, 'br0').linkinfo.info_data[key]).toEqual(shown)
  })

  it.each(OPTIONS)('%s is read as ip set it', async (option, value, args) => {
    ip(netns, 'link add br0 type bridge')
    ip(netns, `link set br0 type bridge ${args}`)
    const link = await links.get('br0')
    if (link.kind !== 'bridge') throw new Error('not a bridge')
    expect(link.bridge[option as keyof typeof link.bridge]).toEqual(
      typeof value === 'object' ? expect.objectContaining(value) : value,
    )
  })

  it('all options travel in one message', async () => {
    const bridge = Object.fromEntries(withoutStp.map(([option, value]) => [option, value]))
    await links.create({ kind: 'bridge', name: 'br0', bridge })
    const { info_data: data } = ipLink(netns, 'br0').linkinfo
    for (const [, , , key, shown] of withoutStp) expect([key, data[key]]).toEqual([key, shown])
  })

  it('an option that is not given keeps its value', async () => {
    await links.create({ kind: 'bridge', name: 'br0', bridge: { ageingTime: 6000, priority: 4096 } })
    await links.update('br0', { bridge: { ageingTime: 7000 } })
    await links.update('br0', { mtu: 1400 })
    expect(ipLink(netns, 'br0').linkinfo.info_data).toMatchObject({ ageing_time: 7000, priority: 4096 })
  })

  // The last of them came with 6.16.
  it.skipIf(olderThan('6.16'))('the boolean options are changed one by one', async () => {
    await links.create({ kind: 'bridge', name: 'br0', bridge: { multiBoolopt: { noLinkLocalLearn: true } } })
    await links.update('br0', { bridge: { multiBoolopt: { mdbOffloadFailNotification: true } } })
    const link = await links.get('br0')
    if (link.kind !== 'bridge') throw new Error('not a bridge')
    expect(link.bridge.multiBoolopt).toMatchObject({
      noLinkLocalLearn: true,
      mdbOffloadFailNotification: true,
      mcastVlanSnooping: false,
    })
  })

  it.skipIf(olderThan('6.7'))('learned FDB entries are bounded, counted and flushed', async () => {
    await links.create({ kind: 'bridge', name: 'br0', bridge: { fdbMaxLearned: 2 } })
    ip(netns, 'link add one master br0 type veth peer name two')
    for (const name of ['br0', 'one', 'two']) await links.update(name, { up: true })
    // The first packets of IPv6 teach the bridge the address at the other end. Whether entries that somebody adds are
    // counted with those that are learned is not the same in all kernels.
    const { address } = ipLink(netns, 'two')
    const entries = () => inside(netns, 'bridge', 'fdb', 'show', 'br', 'br0')
    await eventually(() => entries().includes(`${address} dev one master br0`))
    const link = await links.get('br0')
    if (link.kind !== 'bridge') throw new Error('not a bridge')
    expect(link.bridge).toMatchObject({ fdbMaxLearned: 2, fdbNLearned: 1 })
    // Or another packet might teach it once more.
    await links.update('one', { bridgePort: { learning: false } })
    await links.update('br0', { bridge: { fdbFlush: true } })
    expect(entries()).not.toContain(address)
  })

  it('the kernel says why it refuses an option', async () => {
    await links.create({ kind: 'bridge', name: 'br0', bridge: { stpState: 1 } })
    await expect(links.update('br0', { bridge: { forwardDelay: 100_000 } })).rejects.toThrow(/ERANGE/)
    await expect(links.update('br0', { bridge: { groupFwdMask: 1 } })).rejects.toThrow(/EINVAL/)
  })

  it('options of VLANs have the kernel’s numbers', () => {
    // The kernel that the tests were written on has no CONFIG_BRIDGE_VLAN_FILTERING: bytes instead of a bridge.
    const { bytes } = linkCreate({
      kind: 'bridge',
      bridge: {
        vlanFiltering: true,
        vlanProtocol: '802.1ad',
        vlanDefaultPvid: 7,
        vlanStatsEnabled: true,
        vlanStatsPerPort: true,
        mcastHashElasticity: 8,
      },
    })
    // Header, IFLA_LINKINFO, IFLA_INFO_KIND "bridge", IFLA_INFO_DATA.
    expect(Buffer.from(bytes.slice(32 + 4 + 12 + 4)).toString('hex')).toBe(
      '05000700' + '01000000' + '06000800' + '88a80000' + '06002700' + '07000000' + '05002900' + '01000000' +
        '05002d00' + '01000000' + '08001a00' + '08000000',
    ) // prettier-ignore
  })

  it('vlanFiltering is set where the kernel has it', async ({ skip }) => {
    try {
      ip(netns, 'link add br0 type bridge vlan_filtering 1')
    } catch {
      return skip('this kernel has no CONFIG_BRIDGE_VLAN_FILTERING')
    }
    ip(netns, 'link del br0')
    await links.create({ kind: 'bridge', name: 'br0', bridge: { vlanFiltering: true, vlanDefaultPvid: 7 } })
    expect(ipLink(netns, 'br0').linkinfo.info_data).toMatchObject({ vlan_filtering: 1, vlan_default_pvid: 7 })
  })
})

/** Our option and value; bridge(8)'s or ip's option; where and as what `ip -j -d` prints it. */
const PORT_OPTIONS: [string, unknown, string, string, unknown][] = [
  ['priority', 17, 'priority 17', 'priority', 17],
  ['cost', 9, 'cost 9', 'cost', 9],
  ['hairpin', true, 'hairpin on', 'hairpin', true],
  ['guard', true, 'guard on', 'guard', true],
  ['protect', true, 'root_block on', 'root_block', true],
  ['fastLeave', true, 'fastleave on', 'fastleave', true],
  ['learning', false, 'learning off', 'learning', false],
  ['unicastFlood', false, 'flood off', 'flood', false],
  ['proxyArp', true, 'proxy_arp on', 'proxy_arp', true],
  ['proxyArpWifi', true, 'proxy_arp_wifi on', 'proxy_arp_wifi', true],
  ['multicastRouter', 'perm', 'mcast_router 2', 'multicast_router', 2],
  ['mcastFlood', false, 'mcast_flood off', 'mcast_flood', false],
  ['mcastToUnicast', true, 'mcast_to_unicast on', 'mcast_to_unicast', true],
  ['bcastFlood', false, 'bcast_flood off', 'bcast_flood', false],
  ['groupFwdMask', 8, 'group_fwd_mask 8', 'group_fwd_mask', '0x8'],
  ['neighSuppress', true, 'neigh_suppress on', 'neigh_suppress', true],
  ['vlanTunnel', true, 'vlan_tunnel on', 'vlan_tunnel', true],
  ['isolated', true, 'isolated on', 'isolated', true],
  ['locked', true, 'locked on', 'locked', true],
]

describePrivileged('bridge port options', () => {
  beforeEach(() => {
    ip(netns, 'link add br0 up type bridge')
    ip(netns, 'link add one up master br0 type veth peer name two')
    ip(netns, 'link set two up')
    ip(netns, 'link add other master br0 type veth peer name another')
  })

  it.each(PORT_OPTIONS)('%s is set, and ip sees it', async (option, value, _, key, shown) => {
    await links.update('one', { bridgePort: { [option]: value } })
    expect(ipLink(netns, 'one').linkinfo.info_slave_data[key]).toEqual(shown)
  })

  it.each(PORT_OPTIONS)('%s is read as ip set it', async (option, value, args) => {
    ip(netns, `link set one type bridge_slave ${args}`)
    const { bridgePort } = await links.get('one')
    expect(bridgePort?.[option as keyof typeof bridgePort]).toEqual(value)
  })

  it('all options travel in one message with those of the link', async () => {
    const bridgePort = Object.fromEntries(PORT_OPTIONS.map(([option, value]) => [option, value]))
    await links.update('one', { mtu: 1400, bridgePort })
    const seen = ipLink(netns, 'one')
    expect(seen.mtu).toBe(1400)
    for (const [, , , key, shown] of PORT_OPTIONS) {
      expect([key, seen.linkinfo.info_slave_data[key]]).toEqual([key, shown])
    }
    expect(bridgeLink(netns, 'one')).toMatchObject({ isolated: true, hairpin: true })
  })

  it.skipIf(olderThan('6.6'))('options that ip does not know yet are set and read', async () => {
    await links.update('one', {
      bridgePort: {
        backupPort: 'other',
        backupNhid: 0,
        mcastEhtHostsLimit: 77,
        mcastMaxGroups: 12,
        learningSync: true,
        locked: true,
        mab: true,
      },
    })
    const { ifindex } = await links.get('other')
    const { bridgePort } = await links.get('one')
    expect(bridgePort).toMatchObject({
      backupPort: ifindex,
      mcastEhtHostsLimit: 77,
      mcastMaxGroups: 12,
      locked: true,
      mab: true,
    })
    expect(ipLink(netns, 'one').linkinfo.info_slave_data.backup_port).toBe('other')
    await links.update('one', { bridgePort: { backupPort: null, mab: false } })
    expect((await links.get('one')).bridgePort?.backupPort ?? null).toBeNull()
    await links.update('one', { bridgePort: { neighVlanSuppress: true } })
    expect((await links.get('one')).bridgePort).toMatchObject({ neighVlanSuppress: true })
  })

  it('the state is a daemon’s to set: the kernel refuses while it runs the spanning tree itself', async () => {
    await links.update('br0', { bridge: { stpState: 1 } })
    await expect(links.update('one', { bridgePort: { state: 'blocking' } })).rejects.toThrow(/EBUSY/)
    // Without it the kernel takes the state and sets the port forwarding again: bytes instead.
    const { bytes } = linkUpdate(1, { bridgePort: { state: 'blocking' } })
    expect(Buffer.from(bytes.slice(-8)).toString('hex')).toBe('05000100' + '04000000')
  })

  it('what was learned on a port is flushed', async () => {
    inside(netns, 'bridge', 'fdb', 'add', '02:00:00:00:00:12', 'dev', 'one', 'master', 'dynamic')
    await links.update('one', { bridgePort: { flush: true } })
    expect(inside(netns, 'bridge', 'fdb', 'show', 'br', 'br0')).not.toContain('02:00:00:00:00:12')
  })

  it('what the bridge says of the port is read', async () => {
    const { bridgePort } = await links.get('one')
    const seen = ipLink(netns, 'one').linkinfo.info_slave_data
    expect(bridgePort).toMatchObject({
      id: Number(seen.id),
      no: Number(seen.no),
      designatedPort: seen.designated_port,
      designatedCost: seen.designated_cost,
      topologyChangeAck: false,
      configPending: false,
    })
    expect(bridgePort?.bridgeId?.priority).toBe(0x8000)
    expect(bridgePort?.bridgeId?.address).toBe(ipLink(netns, 'br0').address)
  })

  it('a value that the kernel does not take is refused, and nothing else is lost', async () => {
    await expect(links.update('one', { bridgePort: { cost: 70_000 } })).rejects.toThrow(/ERANGE/)
    expect(ipLink(netns, 'one').master).toBe('br0')
  })
})
