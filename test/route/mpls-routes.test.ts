import { afterEach, beforeEach, expect, it } from 'vitest'

import { NetlinkError } from '../../src/errors.js'
import { Netns } from '../../src/netns/netns.js'
import {
  mplsRouteAdd,
  mplsRouteDelete,
  mplsRouteGet,
  mplsRouteList,
  type MplsRouteSpec,
} from '../../src/route/mpls-routes.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import type { RouteEvent } from '../../src/route/watch.js'
import { MPLS_RTMSG_SIZE, mplsRouteAttributes, readMplsRoute } from '../../src/schema/mpls-route.js'
import { pathAt } from '../../src/wire/attributes.js'
import { HEADER_SIZE } from '../../src/wire/message.js'
import { Reader } from '../../src/wire/reader.js'
import { addTwoBridges, ip } from '../support/iproute2.js'
import { describePrivileged, inside, unprivileged } from '../support/netns.js'

let netns: Netns
let rt: Rtnetlink
let one: number
let two: number

/** Whether this kernel has MPLS routes, which a module brings. */
async function hasMpls(): Promise<boolean> {
  if (unprivileged !== undefined) return false
  const scratch = await Netns.create()
  try {
    return inside(scratch, 'ls', '/proc/sys/net').split('\n').includes('mpls')
  } finally {
    scratch.close()
  }
}
const noMpls = !(await hasMpls())

const seen = (): Record<string, unknown>[] => JSON.parse(ip(netns, '-j -d -f mpls route show')) as []

describePrivileged('MPLS routes', () => {
  beforeEach(async () => {
    netns = await Netns.create()
    rt = await Rtnetlink.open({ netns })
    if (!noMpls) inside(netns, 'sh', '-c', 'echo 1048575 >/proc/sys/net/mpls/platform_labels')
    addTwoBridges(netns)
    one = rt.socket.linkIndex('br1')!
    two = rt.socket.linkIndex('br2')!
  })
  afterEach(async () => {
    await rt.close()
    netns.close()
  })

  it.skipIf(!noMpls)(
    'are refused with what is to be done about it, and none, where the kernel has no MPLS',
    async () => {
      const error: unknown = await rt.mplsRoutes.add({ dst: 100, oif: 'br1' }).catch((e: unknown) => e)
      expect(error).toBeInstanceOf(NetlinkError)
      expect(error).toMatchObject({ code: 'EOPNOTSUPP' })
      expect((error as NetlinkError).message).toMatch(/^can't add MPLS route 100: .*load the module mpls_router/)
      expect(await rt.mplsRoutes.list()).toEqual([])
    },
  )

  const both: [MplsRouteSpec, string][] = [
    [{ dst: 100, via: '10.1.0.2', oif: 'br1' }, '100 via inet 10.1.0.2 dev br1'],
    [
      { dst: 1048574, newDst: [200, 300], via: '2001:db8:2::2', oif: 'br2' },
      '1048574 as 200/300 via inet6 2001:db8:2::2 dev br2',
    ],
    [
      { dst: 16, via: '02:00:00:00:00:01', oif: 'br1', protocol: 'static' },
      '16 proto static via link 02:00:00:00:00:01 dev br1',
    ],
    [{ dst: 17, oif: 'lo' }, '17 dev lo'],
    [{ dst: 18, oif: 'br1', ttlPropagate: false }, '18 dev br1 ttl-propagate disabled'],
    [{ dst: 19, oif: 'br1', ttlPropagate: true }, '19 dev br1 ttl-propagate enabled'],
    [
      {
        dst: 20,
        nexthops: [
          { newDst: [200], via: '10.1.0.2', oif: 'br1' },
          { newDst: [300, 301], via: '2001:db8:2::2', oif: 'br2' },
          { via: '10.2.0.9', oif: 'br2' },
        ],
      },
      '20 nexthop as 200 via inet 10.1.0.2 dev br1 nexthop as 300/301 via inet6 2001:db8:2::2 dev br2 nexthop via inet 10.2.0.9 dev br2',
    ],
  ]
  for (const [spec, words] of both) {
    it.skipIf(noMpls)(`are what ip makes of the same words, and read as they were given: ${words}`, async () => {
      await rt.mplsRoutes.add(spec)
      const made = seen()
      expect(made).toHaveLength(1)
      const mine = await rt.mplsRoutes.list()
      await rt.mplsRoutes.delete({ dst: spec.dst })
      expect(seen()).toEqual([])
      ip(netns, `-f mpls route add ${words}`)
      expect(made).toEqual(seen())
      expect(await rt.mplsRoutes.list()).toEqual(mine)
      const indexed = <T extends { oif?: unknown }>(way: T) =>
        way.oif === undefined ? way : { ...way, oif: way.oif === 'lo' ? 1 : way.oif === 'br1' ? one : two }
      const given = spec.nexthops ? { ...spec, nexthops: spec.nexthops.map(indexed) } : indexed(spec)
      expect(mine[0]).toMatchObject({ protocol: 'boot', ...given })
      expect(mine[0]).not.toHaveProperty('unknownAttributes')
      // IP routes are not among them, nor they among IP routes.
      expect((await rt.routes.list()).some(({ dst }) => dst === String(spec.dst))).toBe(false)
    })
  }

  it.skipIf(noMpls)('are replaced, changed, got, filtered and flushed', async () => {
    await expect(rt.mplsRoutes.change({ dst: 100, oif: 'br1' })).rejects.toMatchObject({ code: 'ENOENT' })
    await rt.mplsRoutes.replace({ dst: 100, oif: 'br1' })
    await expect(rt.mplsRoutes.add({ dst: 100, oif: 'br2' })).rejects.toMatchObject({ code: 'EEXIST' })
    await rt.mplsRoutes.change({ dst: 100, newDst: [7], via: '10.2.0.2', oif: 'br2' })
    expect(seen()).toMatchObject([{ dst: '100', dev: 'br2', to: '7' }])
    await rt.mplsRoutes.add({ dst: 101, oif: 'br1', protocol: 'static' })
    await rt.mplsRoutes.add({
      dst: 102,
      nexthops: [
        { via: '10.1.0.2', oif: 'br1' },
        { via: '10.2.0.2', oif: 'br2' },
      ],
    })

    expect(await rt.mplsRoutes.get(100)).toMatchObject({ dst: 100, newDst: [7], via: '10.2.0.2', oif: two })
    expect((await rt.mplsRoutes.get(102, { fibMatch: true })).nexthops).toHaveLength(2)
    expect(await rt.mplsRoutes.get(102, { newDst: [55] })).toMatchObject({ dst: 102 })
    await expect(rt.mplsRoutes.get(999)).rejects.toMatchObject({ code: 'ENETUNREACH', request: 'RTM_GETROUTE' })

    const labels = async (filter?: Parameters<typeof rt.mplsRoutes.list>[0]) =>
      (await rt.mplsRoutes.list(filter)).map(({ dst }) => dst)
    expect(await labels()).toEqual([100, 101, 102])
    expect(await labels({ oif: 'br1' })).toEqual([101, 102])
    expect(await labels({ protocol: 'static' })).toEqual([101])
    expect(await rt.run(mplsRouteList({ protocol: 'static' }))).toHaveLength(1)

    expect(await rt.mplsRoutes.flush({ protocol: 'static' })).toBe(1)
    expect(await rt.mplsRoutes.flush()).toBe(2)
    expect(seen()).toEqual([])
    // To the kernel this is no error.
    await rt.mplsRoutes.delete({ dst: 100 })
    await expect(rt.mplsRoutes.delete({ dst: 5 })).rejects.toMatchObject({ code: 'EINVAL' })
  })

  it.skipIf(noMpls)('are refused with a reason, and with the part that is wrong', async () => {
    const refused = async (spec: MplsRouteSpec): Promise<NetlinkError> =>
      (await rt.mplsRoutes.add(spec).catch((e: unknown) => e)) as NetlinkError
    expect(await refused({ dst: 5, oif: 'br1' })).toMatchObject({
      code: 'EINVAL',
      reason: expect.stringMatching(/[Ii]nvalid label/) as unknown,
    })
    expect((await refused({ dst: 1048575, oif: 'br1' })).reason).toMatch(/platform_labels/)
    const inner = await refused({ dst: 100, newDst: [5, 3], oif: 'br1' })
    expect(inner).toMatchObject({ code: 'EINVAL', attribute: 'newDst' })
    expect(await refused({ dst: 100, via: '192.0.2.1' })).toMatchObject({ code: 'ENETUNREACH' })
  })

  it.skipIf(noMpls)('are heard of when they come and go', async () => {
    const watch = rt.watch(['mplsRoute'])
    const next = async (): Promise<RouteEvent> => (await watch.next()).value as RouteEvent
    ip(netns, '-f mpls route add 100 as 200 via inet 10.1.0.2 dev br1')
    expect(await next()).toMatchObject({
      type: 'mplsRoute',
      action: 'new',
      route: { dst: 100, newDst: [200], oif: one },
    })
    ip(netns, '-f mpls route del 100')
    expect(await next()).toMatchObject({ type: 'mplsRoute', action: 'delete', route: { dst: 100 } })
    watch.close()
  })
})

it('reads what it wrote, and no route of another family', () => {
  const specs: MplsRouteSpec[] = [
    { dst: 1048575, newDst: [0, 1, 1048575], via: '192.0.2.1', oif: 7, ttlPropagate: true },
    { dst: 16, nexthops: [{ via: '2001:db8::1', oif: 3, newDst: [5] }, { via: '02:42:0a:0d:13:02' }] },
  ]
  for (const spec of specs) {
    const { bytes } = mplsRouteAdd(spec)
    const message = { body: HEADER_SIZE, end: bytes.length } as never
    expect(readMplsRoute(new Reader(bytes), message)).toMatchObject({ ...spec, protocol: 'boot' })
    bytes[HEADER_SIZE] = 2
    expect(readMplsRoute(new Reader(bytes), message)).toBeUndefined()
  }
})

it('has labels in 20 bits, the last with the bottom-of-stack bit', () => {
  const { bytes } = mplsRouteAdd({ dst: 100, newDst: [200, 300] })
  expect(Buffer.from(bytes.subarray(HEADER_SIZE)).toString('hex')).toBe(
    '1c140000fe03000100000000' + '08000100' + '00064100' + '0c001300' + '000c8000' + '0012c100',
  )
})

it('keeps a gateway of a family that it does not know', () => {
  const { bytes } = mplsRouteAdd({ dst: 100, via: '10.0.0.1' })
  bytes[bytes.length - 8 + 0] = 99
  const route = readMplsRoute(new Reader(bytes), { body: HEADER_SIZE, end: bytes.length } as never)
  expect(route).not.toHaveProperty('via')
  expect(route!.unknownAttributes).toMatchObject([{ type: 18 }])
})

it('finds the nexthop, and what of it, that a byte of the message belongs to', () => {
  const { bytes } = mplsRouteAdd({
    dst: 100,
    nexthops: [
      { via: '10.1.0.2', oif: 1 },
      { oif: 2, newDst: [3] },
    ],
  })
  const r = new Reader(bytes)
  const start = HEADER_SIZE + MPLS_RTMSG_SIZE
  const table = mplsRouteAttributes as unknown as Parameters<typeof pathAt>[0]
  const paths = new Set(
    Array.from({ length: bytes.length - start }, (_, i) => pathAt(table, r, start, bytes.length, start + i)),
  )
  expect([...paths]).toEqual(['dst', 'nexthops', 'nexthops[0]', 'nexthops[0].via', 'nexthops[1]', 'nexthops[1].newDst'])
})

const refusals: [string, unknown, RegExp][] = [
  ['no label', { oif: 1 }, /^dst: expected a label from 0 to 1048575, got undefined/],
  ['a label beyond 20 bits', { dst: 2 ** 20 }, /^dst: expected a label from 0 to 1048575/],
  ['a label as text', { dst: '100' }, /^dst: expected a label/],
  ['labels that are none', { dst: 100, newDst: [2 ** 20] }, /^newDst\[0\]: expected a label/],
  ['no labels', { dst: 100, newDst: [] }, /^newDst: expected an array of 1 to 30 labels/],
  ['more than 30 labels', { dst: 100, newDst: Array(31).fill(16) }, /^newDst: expected an array of 1 to 30 labels/],
  ['a gateway that is none', { dst: 100, via: '10.0.0' }, /^via: /],
  ['a gateway as a number', { dst: 100, via: 7 }, /^via: expected an IPv4, IPv6 or link-layer address/],
  ['no nexthops', { dst: 100, nexthops: [] }, /^nexthops: expected an array of one nexthop or more/],
  ['a nexthop that is no object', { dst: 100, nexthops: ['10.0.0.1'] }, /^nexthops\[0\]: expected an object/],
  [
    'a weight, which MPLS does not have',
    { dst: 100, nexthops: [{ weight: 2 }] },
    /^nexthops\[0\]\.weight: unknown option/,
  ],
  ['a link that is none', { dst: 100, nexthops: [{ oif: 0 }] }, /^nexthops\[0\]\.oif: expected a link/],
  ['an option of IP routes', { dst: 100, metric: 5 }, /^metric: unknown option/],
  ['a TTL switch as a number', { dst: 100, ttlPropagate: 1 }, /^ttlPropagate: expected true or false/],
  ['a protocol beyond 255', { dst: 100, protocol: 256 }, /^protocol: /],
]
it.each(refusals)('refuses %s before anything is sent', (_, spec, message) => {
  expect(() => mplsRouteAdd(spec as MplsRouteSpec)).toThrow(message)
})

it('refuses questions and filters with options that there are not', () => {
  expect(() => mplsRouteGet({ dst: 100, oif: 1 } as never)).toThrow(/^oif: unknown option/)
  expect(() => mplsRouteGet({ dst: 100, fibMatch: 1 as never })).toThrow(/^fibMatch: expected true or false/)
  expect(() => mplsRouteList({ table: 254 } as never)).toThrow(/^table: unknown option/)
  expect(() => mplsRouteList({ protocol: 'nope' as never })).toThrow(/^protocol: /)
  expect(String(mplsRouteDelete({ dst: 100 }))).toBe('delete MPLS route 100 (RTM_DELROUTE)')
})
