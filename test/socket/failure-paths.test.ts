/** What an extended ack points at, by name: acks as a kernel would send them, and refusals that it does send. */
import { describe, expect, it } from 'vitest'

import type { NetlinkError } from '../../src/errors.js'
import { Netns } from '../../src/netns/netns.js'
import { bridgeLinkUpdate } from '../../src/route/bridge-links.js'
import { fdbAdd } from '../../src/route/fdb.js'
import { linkCreate, linkUpdate } from '../../src/route/links.js'
import { mdbAdd } from '../../src/route/mdb.js'
import { mplsRouteAdd } from '../../src/route/mpls-routes.js'
import { neighborTableChange } from '../../src/route/neighbor-tables.js'
import { nexthopAdd } from '../../src/route/nexthops.js'
import { routeAdd } from '../../src/route/routes.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import { statisticsList } from '../../src/route/statistics.js'
import { vlanSet } from '../../src/route/vlans.js'
import { vniAdd } from '../../src/route/vnis.js'
import { linkAttributes, otherLinkKind } from '../../src/schema/link.js'
import { linkKinds } from '../../src/schema/link-kinds/index.js'
import { linkPorts } from '../../src/schema/link-ports.js'
import { routeEncapsulations } from '../../src/schema/route-encap/index.js'
import { routeAttributes } from '../../src/schema/route.js'
import type { AnyRequest } from '../../src/socket/request.js'
import { Submission } from '../../src/socket/submission.js'
import { pathAt } from '../../src/wire/attributes.js'
import { Reader } from '../../src/wire/reader.js'
import { olderThan } from '../support/kernel.js'
import { closing, describePrivileged } from '../support/netns.js'

const OFFSET = 2
const MISSING_TYPE = 5
const MISSING_NEST = 6

/** The error of an ack with these attributes, each a u32. */
function errorOf(request: AnyRequest, tlvs: [type: number, value: number][]): NetlinkError {
  const message = Buffer.alloc(36 + 8 * tlvs.length)
  message.writeUInt32LE(message.length, 0)
  message.writeUInt16LE(2, 4) // NLMSG_ERROR
  message.writeUInt16LE(0x300, 6) // NLM_F_CAPPED, NLM_F_ACK_TLVS
  message.writeInt32LE(-22, 16)
  message.writeUInt32LE(16, 20)
  for (const [i, [type, value]] of tlvs.entries()) {
    message.writeUInt16LE(8, 36 + 8 * i)
    message.writeUInt16LE(type, 38 + 8 * i)
    message.writeUInt32LE(value, 40 + 8 * i)
  }
  const submission = new Submission()
  submission.add(request)
  return submission.read(new Uint8Array(message)).errors![0] as NetlinkError
}

/** One step into a message: an attribute's number, which of those there are, and the bytes before what is inside. */
type Step = number | { type: number; nth?: number; header?: number } | { nexthop: number }

/** Where the steps lead, by nothing of the library's. The attributes begin at `start`. */
function offsetOf({ bytes }: AnyRequest, start: number, steps: readonly Step[]): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = start
  for (const [depth, step] of steps.entries()) {
    const isLast = depth === steps.length - 1
    if (typeof step === 'object' && 'nexthop' in step) {
      for (let i = 0; i < step.nexthop; i++) at += (view.getUint16(at, true) + 3) & ~3
      if (!isLast) at += 8
      continue
    }
    const { type, nth = 0, header = 0 } = typeof step === 'number' ? { type: step } : step
    for (let found = 0; ; at += (view.getUint16(at, true) + 3) & ~3) {
      if (at + 4 > bytes.length) throw new Error(`no attribute ${type}`)
      if ((view.getUint16(at + 2, true) & 0x3fff) === type && found++ === nth) break
    }
    if (!isLast) at += 4 + header
  }
  return at
}

const dst = '10.0.0.0/8'
const vxlan = linkCreate({ kind: 'vxlan', name: 'v', vxlan: { id: 42, port: 4789 } })
const bond = linkCreate({ kind: 'bond', name: 'b', bond: { arpIpTarget: ['10.0.0.1', '10.0.0.2'] } })
const peer = linkCreate({ kind: 'veth', name: 'a', veth: { peer: { name: 'b', mtu: 1400 } } })
const port = linkUpdate(5, { bridgePort: { cost: 7, hairpin: true } })
const family = linkUpdate(5, { afSpec: { inet: { conf: { rpFilter: 1 } }, inet6: { addrGenMode: 'none' } } })
const mst = bridgeLinkUpdate(5, { mst: [{ msti: 3, state: 'learning' }, { msti: 4, state: 'blocking' }] }) // prettier-ignore
const encap = { type: 'ip', id: 5, dst: '192.0.2.1' } as const
const ways = routeAdd({ dst, nexthops: [{ via: '10.0.0.1' }, { via: '10.0.0.2', encap }] })
const INFO_DATA = [18, 2]
const PEER = { type: 1, header: 16 }

const attributes: [string, AnyRequest, number, Step[]][] = [
  ['linkinfo', vxlan, 32, [18]],
  ['linkinfo.data', vxlan, 32, [18, 2]],
  ['linkinfo.data.port', vxlan, 32, [18, 2, 15]],
  ['linkinfo.data.arpIpTarget[1]', bond, 32, [18, 2, 8, 1]],
  ['linkinfo.data.peer', peer, 32, [18, 2, 1]],
  ['linkinfo.data.peer.mtu', peer, 32, [18, 2, PEER, 4]],
  ['linkinfo.slaveData.hairpin', port, 32, [18, 5, 4]],
  ['afSpec.inet.conf.rpFilter', family, 32, [26, 2, 1, 8]],
  ['afSpec.inet6.addrGenMode', family, 32, [26, 10, 8]],
  ['afSpec.mst[1].state', mst, 32, [26, 6, { type: 1, nth: 1 }, 2]],
  ['nexthops[1]', ways, 28, [9, { nexthop: 1 }]],
  ['nexthops[1].via', ways, 28, [9, { nexthop: 1 }, 5]],
  ['nexthops[1].encap.dst', ways, 28, [9, { nexthop: 1 }, 22, 2]],
  ['nexthops[0].newDst', mplsRouteAdd({ dst: 100, nexthops: [{ via: '10.0.0.1', newDst: [200] }] }), 28, [9, { nexthop: 0 }, 19]],
  ['resilient.buckets', nexthopAdd({ id: 1, group: [{ id: 2 }], groupType: 'resilient', resilient: { buckets: 4 } }), 24, [12, 1]],
  ['parameters.baseReachableTime', neighborTableChange({ name: 'arp_cache', parameters: { baseReachableTime: 1000 } }), 20, [6, 4]],
  ['filters.linkOffloadXstats', statisticsList({ groups: ['linkOffloadXstats'], offload: ['cpuHit'] }), 28, [1, 4]],
  ['fdbExtended.activityNotify', fdbAdd({ link: 1, lladdr: '02:00:00:00:00:01', fdbExtended: { activityNotify: ['notify'] } }), 28, [14, 1]],
  ['entryAttrs.sourceList.entry[1].address', mdbAdd({ link: 1, port: 2, group: '239.1.1.1', sourceList: ['10.0.0.1', '10.0.0.2'] }), 24, [2, 2, { type: 1, nth: 1 }, 1]],
  ['entry[0].state', vlanSet({ link: 1, vid: 10, state: 'blocking' }), 24, [1, 3]],
  ['entry[0].end', vniAdd({ link: 1, vni: 10, vniEnd: 12 }), 24, [1, 2]],
] // prettier-ignore

const missing: [string, AnyRequest, number, Step[], number][] = [
  ['linkinfo.kind', vxlan, 32, [18], 1],
  ['linkinfo.data.ttl', vxlan, 32, INFO_DATA, 5],
  ['linkinfo.data.attribute 999', vxlan, 32, INFO_DATA, 999],
  ['linkinfo.data.attribute 5', linkCreate({ kind: otherLinkKind('future'), name: 'f', data: [{ type: 1, data: new Uint8Array(4) }] }), 32, INFO_DATA, 5],
  ['linkinfo.data.peer.address', peer, 32, [18, 2, PEER], 1],
  ['linkinfo.slaveData.priority', port, 32, [18, 5], 2],
  ['afSpec.inet6.token', family, 32, [26, 10], 7],
  ['afSpec.inet.conf.forwarding', family, 32, [26, 2, 1], 1],
  ['afSpec.mst[0].state', mst, 32, [26, 6, 1], 2],
  ['nexthops[1].realms', ways, 28, [9, { nexthop: 1 }], 11],
  ['nexthops[1].encap.ttl', ways, 28, [9, { nexthop: 1 }, 22], 4],
  // What is no nest can have nothing in it that has a name.
  ['name.attribute 1', vxlan, 32, [3], 1],
] // prettier-ignore

describe('an extended ack', () => {
  it.each(attributes)('points at %s', (path, request, start, steps) => {
    const at = offsetOf(request, start, steps)
    expect(errorOf(request, [[OFFSET, at]]).attribute).toBe(path)
  })

  it.each(missing)('misses %s', (path, request, start, steps, type) => {
    const nest = offsetOf(request, start, steps)
    const error = errorOf(request, [
      [MISSING_TYPE, type],
      [MISSING_NEST, nest],
    ])
    expect(error.missing).toBe(path)
    expect(error.message).toContain(`[missing: ${path}]`)
    expect(error.attribute).toBeUndefined()
  })

  it('may both point at a nest and name what it misses', () => {
    const nest = offsetOf(vxlan, 32, INFO_DATA)
    const error = errorOf(vxlan, [
      [OFFSET, nest],
      [MISSING_TYPE, 1],
      [MISSING_NEST, nest],
    ])
    expect(error).toMatchObject({ attribute: 'linkinfo.data', missing: 'linkinfo.data.id' })
  })

  it('that misses something of a nest beyond the message names it as one of the message', () => {
    expect(
      errorOf(vxlan, [
        [MISSING_TYPE, 3],
        [MISSING_NEST, 5000],
      ]).missing,
    ).toBe('name')
  })
})

const attributeBytes = (type: number, payload: Buffer): Buffer => {
  const header = Buffer.alloc(4)
  header.writeUInt16LE(4 + payload.length)
  header.writeUInt16LE(type, 2)
  return Buffer.concat([header, payload, Buffer.alloc(-payload.length & 3)])
}
/** The path of the last attribute of a message. */
const lastPath = (table: unknown, attributes: Buffer): string | undefined =>
  pathAt(table as Parameters<typeof pathAt>[0], new Reader(new Uint8Array(attributes)), 0, attributes.length, attributes.length - 1) // prettier-ignore

describe('each attribute', () => {
  it.each(Object.entries(linkKinds))('of the link kind %s has its name', (kind, { data }) => {
    for (const name of data.names) {
      const { type, many } = (data.map as Record<string, { type: number; many: boolean }>)[name]!
      if (data.byType(type)!.name !== name) continue
      const info = [attributeBytes(1, Buffer.from(`${kind}\0`)), attributeBytes(2, attributeBytes(type, Buffer.alloc(4)))]
      const path = lastPath(linkAttributes, attributeBytes(18, Buffer.concat(info)))
      expect(path?.split('.').slice(0, 3).join('.')).toBe(`linkinfo.data.${name}${many ? '[0]' : ''}`)
    }
  }) // prettier-ignore

  it.each(Object.values(linkPorts).map((port) => [port.master, port] as const))(
    'of a port of a %s has its name',
    (master, { data }) => {
      for (const name of data.names) {
        const { type } = (data.map as Record<string, { type: number }>)[name]!
        const info = [attributeBytes(4, Buffer.from(`${master}\0`)), attributeBytes(5, attributeBytes(type, Buffer.alloc(4)))]
        expect(lastPath(linkAttributes, attributeBytes(18, Buffer.concat(info)))).toBe(`linkinfo.slaveData.${name}`)
      }
    },
  ) // prettier-ignore

  it.each(Object.values(routeEncapsulations).map((encap) => [encap.name, encap] as const))(
    'of the encapsulation %s has its name',
    (_, { number, data }) => {
      for (const name of data.names) {
        const { type } = (data.map as Record<string, { type: number }>)[name]!
        const encapType = Buffer.alloc(2)
        encapType.writeUInt16LE(number)
        const encap = [attributeBytes(21, encapType), attributeBytes(22, attributeBytes(type, Buffer.alloc(4)))]
        expect(lastPath(routeAttributes, Buffer.concat(encap))).toMatch(new RegExp(`^encap\\.${name}($|[.[])`))
      }
    },
  )
})

describePrivileged('this kernel', () => {
  const open = async (): Promise<Rtnetlink> => closing(await Rtnetlink.open({ netns: closing(await Netns.create()) }))
  const refusalOf = (work: Promise<unknown>): Promise<NetlinkError> =>
    work.then(
      () => expect.fail('it was done'),
      (error: unknown) => error as NetlinkError,
    )

  // The bounds came with 6.7.
  it.skipIf(olderThan('6.7'))('refuses an attribute of a peer within the contents of its kind', async () => {
    const rt = await open()
    const error = await refusalOf(rt.links.create({ kind: 'veth', name: 'a', veth: { peer: { gsoMaxSize: 1 } } }))
    expect(error).toMatchObject({ code: 'ERANGE', attribute: 'linkinfo.data.peer.gsoMaxSize', policy: { type: 'u32' } })
    expect(error.message).toMatch(/\[linkinfo\.data\.peer\.gsoMaxSize: u32 \d+\.\.4294967295\]/)
  })

  it('refuses an attribute of a bond, where the kernel has them', async ({ skip }) => {
    const rt = await open()
    const bond = { miimon: 100, arpInterval: 100 }
    const error = await refusalOf(rt.links.create({ kind: 'bond', name: 'b', bond }))
    if (error.code === 'EOPNOTSUPP') skip('the kernel has no bonds')
    expect(error).toMatchObject({ code: 'EINVAL', attribute: 'linkinfo.data.arpInterval' })
  })

  it.skipIf(olderThan('5.18'))('refuses an attribute of a filter', async () => {
    const rt = await open()
    const offload = [1 << 20] as unknown as ['cpuHit']
    const error = await refusalOf(rt.statistics.get('lo', { groups: ['linkOffloadXstats'], offload }))
    expect(error).toMatchObject({ code: 'EINVAL', attribute: 'filters.linkOffloadXstats' })
  })

  // The attributes came with 6.3.
  it.skipIf(olderThan('6.3'))('refuses an attribute of an entry of a multicast database', async () => {
    const rt = await open()
    await rt.links.create({ kind: 'bridge', name: 'br0', up: true })
    const entry = { link: 'br0', port: 'br0', group: '239.1.1.1', protocol: 0 }
    expect(await refusalOf(rt.mdb.add(entry))).toMatchObject({ code: 'ERANGE', attribute: 'entryAttrs.protocol' })
  })
})
