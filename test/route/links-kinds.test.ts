import { afterAll, afterEach, beforeAll, expect, it, type TestContext } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { type Link, Links } from '../../src/route/links.js'
import { linkKinds } from '../../src/schema/link-kinds/index.js'
import { NETLINK_ROUTE } from '../../src/schema/rtnetlink.js'
import { NetlinkSocket } from '../../src/socket/netlink-socket.js'
import { ip, ipLink } from '../support/iproute2.js'
import { command, describePrivileged, unprivileged } from '../support/netns.js'

type KindName = keyof typeof linkKinds

/** Two namespaces alike: links are made by us in one and by ip(8) in the other. They serve all tests. */
let ours: Netns
let theirs: Netns
let links: Links
let theirLinks: Links
const sockets: NetlinkSocket[] = []

const BELOW = ['under0', 'under1', 'under2', 'under3']

async function prepare(netns: Netns): Promise<Links> {
  const socket = await NetlinkSocket.open(NETLINK_ROUTE, { netns })
  sockets.push(socket)
  for (const n of [0, 2]) {
    const first = `name under${n} address 02:00:00:00:00:0${n + 1} index ${10 * n + 10}`
    ip(netns, `link add ${first} type veth peer name under${n + 1} index ${10 * n + 20}`)
    for (const end of [n, n + 1]) ip(netns, `link set under${end} up`)
  }
  return new Links(socket)
}

/** Leaves the links that others are made on, as they were. */
async function clear(links: Links): Promise<void> {
  for (const { name, ifindex } of await links.list()) {
    if (name === 'lo' || BELOW.includes(name)) continue
    // Some are never gone (sit0), some go with others.
    await links.delete(ifindex).catch(() => undefined)
  }
  await links.update('under0', { master: null, up: true })
}

beforeAll(async () => {
  if (unprivileged !== undefined) return
  ours = await Netns.create()
  theirs = await Netns.create()
  links = await prepare(ours)
  theirLinks = await prepare(theirs)
})
afterEach(async () => {
  if (unprivileged !== undefined) return
  await clear(links)
  await clear(theirLinks)
})
afterAll(async () => {
  for (const socket of sockets) await socket.close()
  ours?.close()
  theirs?.close()
})

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- rows of a table, checked by the kernel
const any = (value: unknown): any => value

/** Has ip(8) make a link in its namespace, or skips the test with the reason: this kernel has no such kind. */
function ipAdd(skip: TestContext['skip'], kind: string, line: string): void {
  try {
    ip(theirs, line)
  } catch (error) {
    const said = String((error as { stderr?: unknown }).stderr)
    if (/Unknown device type|Operation not supported/.test(said)) skip(`this kernel has no ${kind}`)
    if (line.includes(' encap ') && said.includes('Invalid argument')) skip('this kernel has no UDP around tunnels')
    throw new Error(`ip ${line}: ${said}`)
  }
}

const on = (kind: KindName) => (linkKinds[kind].madeOn === 'link' ? { link: 'under0' } : {})
const MAC = '02:00:00:00:00:09'
/** A MAC address is given to those that have one, so that what is made up from it is the same. */
const WITHOUT_MAC: KindName[] = ['gre', 'ip6gre', 'ipip', 'sit', 'ip6tnl', 'vti', 'vti6', 'xfrm', 'nlmon', 'wireguard', 'bareudp', 'vcan', 'vxcan', 'ipvlan', 'ipvtap', 'gtp', 'rmnet', 'amt', 'vsockmon', 'hsr'] // prettier-ignore
const address = (kind: KindName) => (WITHOUT_MAC.includes(kind) ? {} : { address: MAC })

/** Kind; our options; those of ip(8) after the kind. Link names stand for indexes that are the same on both sides. */
const CASES: [KindName, Record<string, unknown>, string][] = [
  ['dummy', {}, ''],
  ['ifb', {}, ''],
  ['nlmon', {}, ''],
  ['vcan', {}, ''],
  ['wireguard', {}, ''],
  ['team', {}, ''],
  ['vsockmon', {}, ''],
  ['vlan', { id: 5 }, 'id 5'],
  ['vlan', { id: 4094, flags: { reorderHdr: false, looseBinding: true } }, 'id 4094 reorder_hdr off loose_binding on'],
  ['vlan', { id: 6, protocol: '802.1ad' }, 'protocol 802.1ad id 6'],
  ['vlan', { id: 7, egressQos: [{ from: 1, to: 2 }, { from: 3, to: 4 }], ingressQos: [{ from: 5, to: 6 }] }, 'id 7 egress-qos-map 1:2 3:4 ingress-qos-map 5:6'],
  ['macvlan', {}, ''],
  ['macvlan', { mode: 'private' }, 'mode private'],
  ['macvlan', { mode: 'vepa' }, 'mode vepa'],
  ['macvlan', { mode: 'bridge', bcQueueLen: 5000 }, 'mode bridge bcqueuelen 5000'],
  ['macvlan', { mode: 'passthru', flags: ['nopromisc'] }, 'mode passthru nopromisc'],
  ['macvlan', { mode: 'source', flags: ['nodst'], macaddrMode: 'set', macaddrData: ['02:00:00:00:00:11', '02:00:00:00:00:12'] }, 'mode source nodst macaddr set 02:00:00:00:00:11 02:00:00:00:00:12'],
  ['macvtap', { mode: 'bridge' }, 'mode bridge'],
  ['macvtap', { mode: 'vepa', bcQueueLen: 10 }, 'mode vepa bcqueuelen 10'],
  ['ipvlan', {}, ''],
  ['ipvlan', { mode: 'l2' }, 'mode l2'],
  ['ipvlan', { mode: 'l3', flags: ['private'] }, 'mode l3 private'],
  ['ipvlan', { mode: 'l3s', flags: ['vepa'] }, 'mode l3s vepa'],
  ['ipvtap', { mode: 'l2', flags: ['vepa'] }, 'mode l2 vepa'],
  ['vrf', { table: 10 }, 'table 10'],
  ['vrf', { table: 4_000_000_000 }, 'table 4000000000'],
  ['bond', {}, ''],
  ['bond', { mode: 'balanceRr', packetsPerSlave: 5 }, 'mode balance-rr packets_per_slave 5'],
  ['bond', { mode: 'activeBackup', miimon: 100, updelay: 200, downdelay: 300, peerNotifDelay: 400, failOverMac: 'follow', primaryReselect: 'better', numPeerNotif: 3, resendIgmp: 4 }, 'mode active-backup miimon 100 updelay 200 downdelay 300 peer_notify_delay 400 fail_over_mac follow primary_reselect better num_grat_arp 3 resend_igmp 4'],
  ['bond', { mode: 'activeBackup', arpInterval: 500, arpIpTarget: ['10.0.0.1', '10.0.0.2'], arpValidate: 'filterActive', arpAllTargets: 'all', missedMax: 5 }, 'mode active-backup arp_interval 500 arp_ip_target 10.0.0.1,10.0.0.2 arp_validate filter_active arp_all_targets all arp_missed_max 5'],
  ['bond', { mode: 'activeBackup', arpInterval: 500, nsIp6Target: ['2001:db8::1', '2001:db8::2'] }, 'mode active-backup arp_interval 500 ns_ip6_target 2001:db8::1,2001:db8::2'],
  ['bond', { mode: 'balanceXor', xmitHashPolicy: 'encap34', allSlavesActive: true }, 'mode balance-xor xmit_hash_policy encap3+4 all_slaves_active 1'],
  ['bond', { mode: 'broadcast', minLinks: 2 }, 'mode broadcast min_links 2'],
  ['bond', { mode: '802.3ad', adLacpRate: 'fast', adSelect: 'count', adActorSysPrio: 5, adUserPortKey: 6, adActorSystem: '02:00:00:00:00:55', adLacpActive: false, xmitHashPolicy: 'vlanSrcmac' }, 'mode 802.3ad lacp_rate fast ad_select count ad_actor_sys_prio 5 ad_user_port_key 6 ad_actor_system 02:00:00:00:00:55 lacp_active off xmit_hash_policy vlan+srcmac'],
  ['bond', { mode: 'balanceTlb', tlbDynamicLb: false, lpInterval: 7 }, 'mode balance-tlb tlb_dynamic_lb 0 lp_interval 7'],
  ['bond', { mode: 'balanceAlb', xmitHashPolicy: 'layer34' }, 'mode balance-alb xmit_hash_policy layer3+4'],
  ['geneve', { id: 5, remote: '10.0.0.2', ttl: 9, tos: 0x10, port: 6082, df: 'set' }, 'id 5 remote 10.0.0.2 ttl 9 tos 0x10 dstport 6082 df set'],
  ['geneve', { id: 16_777_215, remote: '2001:db8::2', label: 0xabcde, udpZeroCsum6Tx: true, udpZeroCsum6Rx: true }, 'id 16777215 remote 2001:db8::2 flowlabel 0xabcde udp6zerocsumtx udp6zerocsumrx'],
  ['geneve', { id: 6, remote: '10.0.0.2', ttlInherit: true, udpCsum: true }, 'id 6 remote 10.0.0.2 ttl inherit udpcsum'],
  ['geneve', { collectMetadata: true, innerProtoInherit: true }, 'external innerprotoinherit'],
  ['gre', { remote: '10.0.0.2', local: '10.0.0.1', ttl: 9, tos: 0x10, link: 'under0' }, 'remote 10.0.0.2 local 10.0.0.1 ttl 9 tos 0x10 dev under0'],
  ['gre', { remote: '10.0.0.2', iflags: ['csum', 'key', 'seq'], oflags: ['csum', 'key', 'seq'], ikey: 5, okey: 6 }, 'remote 10.0.0.2 csum seq ikey 5 okey 6'],
  ['gre', { remote: '10.0.0.2', pmtudisc: false, ignoreDf: true, fwmark: 7 }, 'remote 10.0.0.2 nopmtudisc ignore-df fwmark 7'],
  ['gre', { collectMetadata: true }, 'external'],
  ['gretap', { remote: '10.0.0.2', local: '10.0.0.1', tos: 1 }, 'remote 10.0.0.2 local 10.0.0.1 tos inherit'],
  ['gretap', { remote: '10.0.0.2', encapType: 'gue', encapFlags: ['csum', 'remcsum'], encapSport: 0, encapDport: 5555 }, 'remote 10.0.0.2 encap gue encap-sport auto encap-dport 5555 encap-csum encap-remcsum'],
  ['erspan', { remote: '10.0.0.2', local: '10.0.0.1', iflags: ['key', 'seq'], oflags: ['key', 'seq'], ikey: 5, okey: 5, erspanVer: 1, erspanIndex: 100 }, 'remote 10.0.0.2 local 10.0.0.1 seq key 5 erspan_ver 1 erspan 100'],
  ['erspan', { remote: '10.0.0.2', iflags: ['key', 'seq'], oflags: ['key', 'seq'], ikey: 5, okey: 5, erspanVer: 2, erspanDir: 'egress', erspanHwid: 17 }, 'remote 10.0.0.2 seq key 5 erspan_ver 2 erspan_dir egress erspan_hwid 17'],
  ['erspan', { remote: '10.0.0.2', erspanVer: 0 }, 'remote 10.0.0.2 erspan_ver 0'],
  ['ip6gre', { remote: '2001:db8::2', local: '2001:db8::1', ttl: 9, encapLimit: 3, flowinfo: 0x123456 }, 'remote 2001:db8::2 local 2001:db8::1 hoplimit 9 encaplimit 3 tclass 0x1 flowlabel 0x23456'],
  ['ip6gre', { remote: '2001:db8::2', ttl: 64, encapLimit: 4, flags: ['ignEncapLimit', 'useOrigTclass', 'useOrigFlowlabel', 'rcvDscpCopy', 'allowLocalRemote'] }, 'remote 2001:db8::2 encaplimit none tclass inherit flowlabel inherit dscp inherit allow-localremote'],
  ['ip6gretap', { remote: '2001:db8::2', ttl: 64, encapLimit: 4, iflags: ['key'], oflags: ['key'], ikey: 5, okey: 5 }, 'remote 2001:db8::2 key 5'],
  ['ip6erspan', { remote: '2001:db8::2', local: '2001:db8::1', ttl: 64, encapLimit: 4, iflags: ['key', 'seq'], oflags: ['key', 'seq'], ikey: 5, okey: 5, erspanVer: 1, erspanIndex: 100 }, 'remote 2001:db8::2 local 2001:db8::1 seq key 5 erspan_ver 1 erspan 100'],
  ['ipip', { remote: '10.0.0.2', local: '10.0.0.1', ttl: 9, tos: 0x10, link: 'under0' }, 'mode ipip remote 10.0.0.2 local 10.0.0.1 ttl 9 tos 0x10 dev under0'],
  ['ipip', { remote: '10.0.0.2', proto: 'any', pmtudisc: false, fwmark: 7 }, 'remote 10.0.0.2 mode any nopmtudisc fwmark 7'],
  ['ipip', { remote: '10.0.0.2', encapType: 'fou', encapFlags: ['csum'], encapSport: 5554, encapDport: 5555 }, 'mode ipip remote 10.0.0.2 encap fou encap-sport 5554 encap-dport 5555 encap-csum'],
  ['ipip', { collectMetadata: true }, 'mode ipip external'],
  ['sit', { remote: '10.0.0.2', local: '10.0.0.1', ttl: 9 }, 'mode ip6ip remote 10.0.0.2 local 10.0.0.1 ttl 9'],
  ['sit', { local: '10.0.0.1', proto: 'any', ttl: 0, '6rdPrefix': '2001:db8::', '6rdPrefixlen': 32, '6rdRelayPrefix': '10.0.0.0', '6rdRelayPrefixlen': 8 }, 'local 10.0.0.1 6rd-prefix 2001:db8::/32 6rd-relay_prefix 10.0.0.0/8'],
  ['sit', { local: '10.0.0.1', proto: 'any', ttl: 0, flags: ['isatap'] }, 'local 10.0.0.1 isatap'],
  ['ip6tnl', { remote: '2001:db8::2', local: '2001:db8::1', ttl: 9, encapLimit: 3, flowinfo: 0x123456, proto: 'any' }, 'mode any remote 2001:db8::2 local 2001:db8::1 hoplimit 9 encaplimit 3 tclass 0x1 flowlabel 0x23456'],
  ['ip6tnl', { remote: '2001:db8::2', ttl: 64, encapLimit: 4, proto: 'ipip', flags: ['useOrigTclass', 'useOrigFlowlabel', 'useOrigFwmark'] }, 'mode ipip6 remote 2001:db8::2 tclass inherit flowlabel inherit fwmark inherit'],
  ['vti', { remote: '10.0.0.2', local: '10.0.0.1', ikey: 5, okey: 6, fwmark: 7 }, 'remote 10.0.0.2 local 10.0.0.1 ikey 5 okey 6 fwmark 7'],
  ['vti6', { remote: '2001:db8::2', local: '2001:db8::1', ikey: 5, okey: 6, link: 'under0' }, 'remote 2001:db8::2 local 2001:db8::1 ikey 5 okey 6 dev under0'],
  ['xfrm', { ifId: 5, link: 'under0' }, 'dev under0 if_id 5'],
  ['xfrm', { ifId: 0xffffffff }, 'if_id 0xffffffff'],
  ['xfrm', { collectMetadata: true }, 'external'],
  ['macsec', {}, ''],
  ['macsec', { sci: '0200000000010002' }, 'sci 0x0200000000010002'],
  ['macsec', { port: 0x1234, encrypt: true, protect: true, validation: 'check', encodingSa: 3 }, 'port 0x1234 encrypt on protect on validate check encodingsa 3'],
  ['macsec', { cipherSuite: 'gcmAes256', icvLen: 12, replayProtect: true, window: 128, incSci: false, es: true }, 'cipher gcm-aes-256 icvlen 12 replay on window 128 send_sci off end_station on'],
  ['macsec', { incSci: false, scb: true, validation: 'disabled' }, 'send_sci off scb on validate disabled'],
  ['hsr', { slave1: 'under0', slave2: 'under2', multicastSpec: 5, version: 1 }, 'slave1 under0 slave2 under2 supervision 5 version 1'],
  ['hsr', { slave1: 'under0', slave2: 'under2', protocol: 'prp' }, 'slave1 under0 slave2 under2 proto 1'],
  ['gtp', { role: 'sgsn', pdpHashsize: 64, createSockets: true, restartCount: 5 }, 'role sgsn hsize 64 restart_count 5'],
  ['amt', { mode: 'gateway', localIp: '10.0.0.1', discoveryIp: '10.0.0.2', link: 'under0', gatewayPort: 2268, relayPort: 2268 }, 'mode gateway local 10.0.0.1 discovery 10.0.0.2 dev under0 gateway_port 2268 relay_port 2268'],
  ['amt', { mode: 'relay', localIp: '10.0.0.1', link: 'under0', maxTunnels: 5, relayPort: 2268 }, 'mode relay local 10.0.0.1 dev under0 max_tunnels 5 relay_port 2268'],
  ['vxcan', {}, ''],
  ['batadv', { algoName: 'BATMAN_V' }, 'ra BATMAN_V'],
  ['bareudp', { port: 6635, ethertype: 'mplsUc', srcportMin: 5000, multiprotoMode: true }, 'dstport 6635 ethertype mpls_uc srcportmin 5000 multiproto'],
  ['rmnet', { muxId: 5 }, 'mux_id 5'],
] // prettier-ignore

const ROWS = CASES.map(([kind, options, args]) => [`${kind} ${args}`.trim(), kind, options, args] as const)

/** What is told of options: indexes for names, lists in any order, nothing of what is only given. */
function told(kind: KindName, options: Record<string, unknown>): Record<string, unknown> {
  const indexes: Record<string, number> = { under0: 10, under2: 30 }
  const map = linkKinds[kind].data.map as Record<string, { access: string }>
  return Object.fromEntries(
    Object.entries(options)
      .filter(([name]) => map[name]!.access !== 'w')
      .map(([name, value]) => {
        if (name === 'macaddrData' || (name === 'flags' && kind.startsWith('ip6')))
          return [name, expect.arrayContaining(value as string[])]
        return [name, typeof value === 'string' ? (indexes[value] ?? value) : value]
      }),
  )
}
const withData = (kind: KindName, options: object) => (Object.keys(options).length > 0 ? { [kind]: options } : {})
const dataOf = (link: Link, kind: KindName) => (link as unknown as Record<string, unknown>)[kind] ?? {}
const lineOf = (kind: KindName, args: string) =>
  `link add ${linkKinds[kind].madeOn === 'link' ? 'link under0 ' : ''}name x0 ` +
  `${'address' in address(kind) ? `address ${MAC} ` : ''}type ${kind} ${args}`

describePrivileged('a link is seen by ip as one that ip made, and read as ip made it:', () => {
  for (const [title, kind, options, args] of ROWS) {
    it(title, async ({ skip }) => {
      ipAdd(skip, kind, lineOf(kind, args))
      if (args.includes('6rd') && !ip(theirs, '-d link show x0').includes('6rd')) skip('this kernel has no 6rd')
      await links.create(any({ kind, name: 'x0', ...on(kind), ...address(kind), ...withData(kind, options) }))
      expect(ipLink(ours, 'x0').linkinfo).toEqual(ipLink(theirs, 'x0').linkinfo)
      const link = await theirLinks.get('x0')
      expect(link.kind).toBe(kind)
      expect(dataOf(link, kind)).toMatchObject(told(kind, options))
      expect(dataOf(link, kind)).not.toHaveProperty('unknownAttributes')
    })
  }
})

describePrivileged('links on others', () => {
  it('are made in another namespace, on a link in this one', async ({ skip }) => {
    ipAdd(skip, 'macvlan', 'link add link under0 name probe type macvlan')
    const made = await links.create({
      kind: 'macvlan',
      name: 'm0',
      link: 'under0',
      netns: theirs,
      macvlan: { mode: 'bridge' },
    })
    expect(made).toMatchObject({ name: 'm0', link: 10, macvlan: { mode: 'bridge' } })
    expect(ipLink(theirs, 'm0')).toMatchObject({ link_index: 10, linkinfo: { info_data: { mode: 'bridge' } } })
  })

  it('change what can be changed: a macvlan its mode and its list', async ({ skip }) => {
    ipAdd(skip, 'macvlan', 'link add link under0 name m0 type macvlan mode source macaddr add 02:00:00:00:00:12')
    await links.create({ kind: 'macvlan', name: 'm0', link: 'under0', macvlan: { mode: 'source' } })
    await links.update('m0', { macvlan: { macaddrMode: 'add', macaddr: '02:00:00:00:00:11' } })
    await links.update('m0', { macvlan: { macaddrMode: 'add', macaddr: '02:00:00:00:00:12' } })
    await links.update('m0', { macvlan: { macaddrMode: 'del', macaddr: '02:00:00:00:00:11' } })
    expect(ipLink(ours, 'm0').linkinfo).toEqual(ipLink(theirs, 'm0').linkinfo)
    const { macvlan } = (await links.get('m0')) as Link & { kind: 'macvlan' }
    expect(macvlan).toMatchObject({ mode: 'source', macaddrCount: 1, macaddrData: ['02:00:00:00:00:12'] })
    await links.update('m0', { macvlan: { macaddrMode: 'flush' } })
    expect((await links.get('m0')) as object).toMatchObject({ macvlan: { macaddrCount: 0 } })
  })

  it('change what can be changed: a VLAN its flags and maps', async ({ skip }) => {
    ipAdd(skip, 'vlan', 'link add link under0 name v0 type vlan id 5 loose_binding on egress-qos-map 1:7')
    await links.create({ kind: 'vlan', name: 'v0', link: 'under0', vlan: { id: 5 } })
    await links.update('v0', { vlan: { flags: { looseBinding: true }, egressQos: [{ from: 1, to: 7 }] } })
    expect(ipLink(ours, 'v0').linkinfo).toEqual(ipLink(theirs, 'v0').linkinfo)
  })

  it('tell which link is missing', async ({ skip }) => {
    ipAdd(skip, 'macvlan', 'link add link under0 name probe type macvlan')
    await expect(links.create({ kind: 'macvlan', name: 'm0', link: 'gone' })).rejects.toThrow(/gone/)
  })
})

describePrivileged('ports', () => {
  it('of a bond have what it says of them, and take their options', async ({ skip }) => {
    ipAdd(skip, 'bond', 'link add b0 type bond mode active-backup miimon 100')
    await links.create({ kind: 'bond', name: 'b0', bond: { mode: 'activeBackup', miimon: 100 } })
    for (const netns of [ours, theirs]) {
      ip(netns, 'link set under0 down')
      ip(netns, 'link set under0 master b0')
    }
    const port = await links.get('under0')
    expect(port).toMatchObject({ slaveKind: 'bond', bondPort: { permHwaddr: '02:00:00:00:00:01', queueId: 0 } })
    expect(port.bondPort).not.toHaveProperty('unknownAttributes')
    await links.update('under0', { bondPort: { queueId: 2, prio: -5 } })
    ip(theirs, 'link set under0 type bond_slave queue_id 2')
    const { queue_id, state, mii_status } = ipLink(theirs, 'under0').linkinfo.info_slave_data
    expect(ipLink(ours, 'under0').linkinfo.info_slave_data).toMatchObject({ queue_id, state, mii_status })
    expect((await links.get('under0')).bondPort).toMatchObject({ queueId: 2, prio: -5 })
    // The bond speaks of its ports, too.
    await links.update('b0', { bond: { primary: 'under0' } })
    expect(ipLink(ours, 'b0').linkinfo.info_data).toMatchObject({ primary: 'under0', mode: 'active-backup' })
    await links.update('b0', { bond: { primary: null } })
    expect(ipLink(ours, 'b0').linkinfo.info_data).not.toHaveProperty('primary')
  })

  it('take options of a bond only once they are its ports', async ({ skip }) => {
    ipAdd(skip, 'bond', 'link add b0 type bond')
    await expect(links.update('under0', { bondPort: { queueId: 1 } })).rejects.toThrow(/has a bond as its master/)
  })

  it('of a VRF have its table', async ({ skip }) => {
    ipAdd(skip, 'vrf', 'link add r0 type vrf table 10')
    await links.create({ kind: 'vrf', name: 'r0', vrf: { table: 10 } })
    await links.update('under0', { master: 'r0' })
    expect((await links.get('under0')).vrfPort).toEqual({ table: 10 })
    expect(ipLink(ours, 'under0').linkinfo.info_slave_data).toEqual({ table: 10 })
  })
})

describePrivileged('pairs', () => {
  it('of vxcan have their ends in two namespaces', async ({ skip }) => {
    ipAdd(skip, 'vxcan', 'link add probe type vxcan')
    await links.create({ kind: 'vxcan', name: 'c0', vxcan: { peer: { name: 'c1', netns: theirs } } })
    expect(ipLink(ours, 'c0').linkinfo.info_kind).toBe('vxcan')
    expect(ipLink(theirs, 'c1').linkinfo.info_kind).toBe('vxcan')
  })

  it('of netkit have their ends in two namespaces, and two policies', async ({ skip }) => {
    ipAdd(skip, 'netkit', 'link add probe type netkit')
    await links.create({
      kind: 'netkit',
      name: 'n0',
      netkit: { mode: 'l2', policy: 'blackhole', peer: { name: 'n1', netns: theirs, address: MAC } },
    })
    expect(await links.get('n0')).toMatchObject({
      netkit: { mode: 'l2', policy: 'blackhole', peerPolicy: 'forward', primary: true },
    })
    expect(await theirLinks.get('n1')).toMatchObject({ address: MAC, netkit: { primary: false, policy: 'forward' } })
  })
})

describePrivileged('TUN and TAP links', () => {
  it('are read as ip made them', async ({ skip }) => {
    try {
      command('test', '-c', '/dev/net/tun')
    } catch {
      skip('there is no /dev/net/tun')
    }
    ip(theirs, 'tuntap add name tap0 mode tap multi_queue vnet_hdr user 1000 group 1001')
    ip(theirs, 'tuntap add name tun0 mode tun pi')
    expect(await theirLinks.get('tap0')).toMatchObject({
      kind: 'tun',
      tun: { type: 'tap', pi: false, vnetHdr: true, persist: true, multiQueue: true, owner: 1000, group: 1001 },
    })
    const { tun } = (await theirLinks.get('tun0')) as Link & { kind: 'tun' }
    expect(tun).toMatchObject({ type: 'tun', pi: true, vnetHdr: false, persist: true, multiQueue: false })
    expect(tun).not.toHaveProperty('owner')
    expect(tun).not.toHaveProperty('unknownAttributes')
  })
})
