import { afterEach, beforeEach, expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { linkCreate, Links, type VxlanLink, type VxlanSpec } from '../../src/route/links.js'
import { NETLINK_ROUTE } from '../../src/schema/rtnetlink.js'
import { NetlinkSocket } from '../../src/socket/netlink-socket.js'
import { ip, ipLink } from '../support/iproute2.js'
import { olderThan } from '../support/kernel.js'
import { describePrivileged } from '../support/netns.js'

let netns: Netns
let socket: NetlinkSocket
let links: Links

beforeEach(async () => {
  netns = await Netns.create()
  socket = await NetlinkSocket.open(NETLINK_ROUTE, { netns })
  links = new Links(socket)
  ip(netns, 'link add under0 up type veth peer name under1')
  ip(netns, 'link set under1 up')
})
afterEach(async () => {
  await socket.close()
  netns.close()
})

const get = async (name: string): Promise<VxlanLink['vxlan']> => {
  const link = await links.get(name)
  if (link.kind !== 'vxlan') throw new Error('not a vxlan')
  return link.vxlan
}

type Options = VxlanSpec['vxlan']
/** Our options; ip's; what `ip -j -d` prints of them. */
const CASES: [string, Options, string, Record<string, unknown>][] = [
  ['id', { id: 16_777_215 }, 'id 16777215', { id: 16_777_215 }],
  ['remote', { id: 1, remote: '10.0.0.1' }, 'id 1 remote 10.0.0.1', { remote: '10.0.0.1' }],
  ['remote, IPv6', { id: 1, remote: '2001:db8::1' }, 'id 1 remote 2001:db8::1', { remote6: '2001:db8::1' }],
  ['group', { id: 1, group: '239.0.0.1', link: 'under0' }, 'id 1 group 239.0.0.1 dev under0', { group: '239.0.0.1', link: 'under0' }],
  ['group, IPv6', { id: 1, group: 'ff05::1', link: 'under0' }, 'id 1 group ff05::1 dev under0', { group6: 'ff05::1' }],
  ['local', { id: 1, local: '10.0.0.2' }, 'id 1 local 10.0.0.2', { local: '10.0.0.2' }],
  ['local, IPv6', { id: 1, local: '2001:db8::2', remote: '2001:db8::1' }, 'id 1 local 2001:db8::2 remote 2001:db8::1', { local6: '2001:db8::2' }],
  ['ttl', { id: 1, ttl: 9 }, 'id 1 ttl 9', { ttl: 9 }],
  ['ttlInherit', { id: 1, ttlInherit: true }, 'id 1 ttl inherit', {}],
  ['tos', { id: 1, tos: 0x10 }, 'id 1 tos 0x10', { tos: '0x10' }],
  ['tos, inherited', { id: 1, tos: 1 }, 'id 1 tos inherit', { tos: '0x1' }],
  ['df', { id: 1, df: 'inherit' }, 'id 1 df inherit', { df: 'inherit' }],
  ['learning', { id: 1, learning: false }, 'id 1 nolearning', { learning: false }],
  ['ageing', { id: 1, ageing: 60 }, 'id 1 ageing 60', { ageing: 60 }],
  ['limit', { id: 1, limit: 5 }, 'id 1 maxaddress 5', { limit: 5 }],
  ['portRange', { id: 1, portRange: { low: 3000, high: 4000 } }, 'id 1 srcport 3000 4000', { port_range: { low: 3000, high: 4000 } }],
  ['proxy', { id: 1, proxy: true }, 'id 1 proxy', { proxy: true }],
  ['rsc', { id: 1, rsc: true }, 'id 1 rsc', { rsc: true }],
  ['l2miss', { id: 1, l2miss: true }, 'id 1 l2miss', { l2miss: true }],
  ['l3miss', { id: 1, l3miss: true }, 'id 1 l3miss', { l3miss: true }],
  ['port', { id: 1, port: 4788 }, 'id 1 dstport 4788', { port: 4788 }],
  ['udpCsum', { id: 1, udpCsum: false }, 'id 1 noudpcsum', { udp_csum: false }],
  ['udpZeroCsum6Tx', { id: 1, udpZeroCsum6Tx: true }, 'id 1 udp6zerocsumtx', { udp_zero_csum6_tx: true }],
  ['udpZeroCsum6Rx', { id: 1, udpZeroCsum6Rx: true }, 'id 1 udp6zerocsumrx', { udp_zero_csum6_rx: true }],
  ['remCsumTx', { id: 1, remCsumTx: true }, 'id 1 remcsumtx', { remcsum_tx: true }],
  ['remCsumRx', { id: 1, remCsumRx: true }, 'id 1 remcsumrx', { remcsum_rx: true }],
  ['gbp', { id: 1, gbp: true }, 'id 1 gbp', { gbp: true }],
  ['label', { id: 1, label: 0xabcde, remote: '2001:db8::1' }, 'id 1 flowlabel 0xabcde remote 2001:db8::1', { label: '0xabcde' }],
  ['collectMetadata', { collectMetadata: true }, 'external', { external: true }],
  ['gpe', { collectMetadata: true, gpe: true, learning: false }, 'external gpe', { gpe: true }],
  ['vnifilter', { collectMetadata: true, vnifilter: true }, 'external vnifilter', { vnifilter: true }],
] // prettier-ignore

/** What is given reads back, but for VTEPs that take the kernel's own form. */
const readBack = (options: Options) =>
  expect.objectContaining(JSON.parse(JSON.stringify(options, withoutLink)) as object)
const withoutLink = (key: string, value: unknown) => (key === 'link' ? undefined : value)

describePrivileged('vxlan options', () => {
  it.each(CASES)('%s is set, and ip sees it', async (_, options, __, shown) => {
    await links.create({ kind: 'vxlan', name: 'v', vxlan: { port: 4789, ...options } })
    expect(ipLink(netns, 'v').linkinfo.info_data).toMatchObject(shown)
  })

  it.each(CASES)('%s is read as ip set it', async (_, options, args) => {
    ip(netns, `link add v type vxlan ${args.includes('dstport') ? '' : 'dstport 4789 '}${args}`)
    expect(await get('v')).toEqual(readBack(options))
  })

  it.each(CASES)('%s is read as it was set', async (_, options) => {
    const { vxlan } = await links.create({ kind: 'vxlan', name: 'v', vxlan: { port: 4789, ...options } })
    expect(vxlan).toEqual(readBack(options))
  })

  it('a TTL that is inherited shows in the text that ip prints', async () => {
    await links.create({ kind: 'vxlan', name: 'v', vxlan: { id: 1, port: 4789, ttlInherit: true } })
    expect(ip(netns, '-d link show dev v')).toContain('ttl inherit')
  })

  it.skipIf(olderThan('6.15'))('options that ip does not know yet are set and read', async () => {
    const { vxlan } = await links.create({
      kind: 'vxlan',
      name: 'v',
      vxlan: {
        id: 1,
        port: 4789,
        local: '2001:db8::1',
        localbypass: false,
        labelPolicy: 'inherit',
        reservedBits: new Uint8Array([0xf7, 0xff, 0xff, 0, 0, 0, 0, 0xff]),
        mcRoute: true,
      },
    })
    expect(vxlan).toMatchObject({ localbypass: false, labelPolicy: 'inherit' })
    expect(vxlan.reservedBits).toEqual(new Uint8Array([0xf7, 0xff, 0xff, 0, 0, 0, 0, 0xff]))
  })

  it('what the kernel takes and never tells has its numbers', () => {
    const { bytes } = linkCreate({ kind: 'vxlan', vxlan: { id: 1, remCsumNoPartial: true, mcRoute: true } })
    expect(Buffer.from(bytes.slice(-20)).toString('hex')).toBe(
      '08000100' + '01000000' + '04001800' + '05002200' + '01000000',
    )
  })

  it('addresses are taken as bytes too', async () => {
    const { vxlan } = await links.create({
      kind: 'vxlan',
      name: 'v',
      vxlan: { id: 1, port: 4789, remote: new Uint8Array([10, 0, 0, 1]) },
    })
    expect(vxlan.remote).toBe('10.0.0.1')
    expect(vxlan.group).toBeUndefined()
  })

  it('what a vxlan lets change is changed, and the rest refused with a reason', async () => {
    await links.create({ kind: 'vxlan', name: 'v', vxlan: { id: 1, port: 4789, remote: '10.0.0.1' } })
    await links.update('v', { vxlan: { ageing: 60, remote: '10.0.0.9', learning: false } })
    expect(ipLink(netns, 'v').linkinfo.info_data).toMatchObject({ ageing: 60, remote: '10.0.0.9', learning: false })
    expect(await get('v')).toMatchObject({ id: 1, port: 4789 })
    const error: unknown = await links.update('v', { vxlan: { id: 2 } }).catch((error: unknown) => error)
    // The kernel means to say which attribute, and looks it up in the wrong table.
    expect(error).toMatchObject({ code: 'EOPNOTSUPP', reason: 'Cannot change VNI' })
  })

  it('the kernel’s refusals name what they are about', async () => {
    const error: unknown = await links
      .create({ kind: 'vxlan', name: 'v', vxlan: { id: 1, port: 4789, portRange: { low: 4000, high: 3000 } } })
      .catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'EINVAL', attribute: 'linkinfo.data.portRange' })
    expect((error as Error).message).toContain('[linkinfo.data.portRange]')
    await expect(
      links.create({ kind: 'vxlan', name: 'v', vxlan: { id: 1, port: 4789, group: '239.0.0.1' } }),
    ).rejects.toThrow(/Local interface required for multicast/)
  })
})
