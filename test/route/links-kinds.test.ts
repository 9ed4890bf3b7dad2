import { afterAll, afterEach, beforeAll, expect, it, type TestContext } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { type Link, Links } from '../../src/route/links.js'
import { linkKinds } from '../../src/schema/link-kinds/index.js'
import { NETLINK_ROUTE } from '../../src/schema/rtnetlink.js'
import { NetlinkSocket } from '../../src/socket/netlink-socket.js'
import { ip, ipLink } from '../support/iproute2.js'
import { KIND_CASES } from '../support/kind-cases.js'
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

const ROWS = KIND_CASES.map(([kind, options, args]) => [`${kind} ${args}`.trim(), kind, options, args] as const)

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
