import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { NetlinkError } from '../../src/errors.js'
import { Netns } from '../../src/netns/netns.js'
import { type Route, routeAdd, type RouteEncapSpec, type RouteSpec } from '../../src/route/routes.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import { readRoute, routeAttributes, RTMSG_SIZE } from '../../src/schema/route.js'
import { pathAt } from '../../src/wire/attributes.js'
import { HEADER_SIZE } from '../../src/wire/message.js'
import { Reader } from '../../src/wire/reader.js'
import { ip } from '../support/iproute2.js'
import { olderThan } from '../support/kernel.js'
import { describePrivileged, eventually, unprivileged } from '../support/netns.js'

let netns: Netns
let rt: Rtnetlink
let br0: number

const seen = (family: 4 | 6 = 4): Record<string, unknown>[] =>
  (JSON.parse(ip(netns, `-j -d -${family} route show`)) as { protocol: string }[]).filter(
    ({ protocol }) => protocol !== 'kernel',
  )
const ours = async (): Promise<Route[]> =>
  (await rt.routes.list({ table: 'main' })).filter(({ protocol }) => protocol !== 'kernel')

async function open(): Promise<void> {
  netns = await Netns.create()
  rt = await Rtnetlink.open({ netns })
  ip(netns, 'link set lo up')
  ip(netns, 'link add br0 type bridge')
  ip(netns, 'link set br0 addrgenmode none up')
  ip(netns, 'addr add 10.1.0.1/16 dev br0')
  ip(netns, 'addr add 2001:db8:1::1/64 dev br0 nodad')
  br0 = rt.socket.linkIndex('br0')!
}
async function close(): Promise<void> {
  await rt.close()
  netns.close()
}

/** Whether this kernel has MPLS encapsulations: its module can be loaded, or is there. */
async function takesMpls(): Promise<boolean> {
  if (unprivileged !== undefined) return false
  await open()
  try {
    await rt.routes.add({ dst: '10.9.0.0/16', via: '10.1.0.2', encap: { type: 'mpls', dst: [100] } })
    return true
  } catch {
    return false
  } finally {
    await close()
  }
}
const noMpls = !(await takesMpls())
/**
 * What few use is tried on the older kernel alone: 6.18 dies of tunnel options (FORTIFY in ip_tun_parse_opts, with the
 * RTNL lock held), in whatever namespace they are sent.
 */
const dangerous = !olderThan('6.15')

describePrivileged('routes with an encapsulation', () => {
  beforeEach(open)
  afterEach(close)

  const dst = '10.9.0.0/16'
  const via = '10.1.0.2'
  const ip6 = { dst: '2001:db8:9::/48', via: '2001:db8:1::2' }
  const both: [words: string, spec: RouteSpec, skipped?: boolean][] = [
    [
      '10.9.0.0/16 encap ip id 42 dst 192.0.2.1 src 192.0.2.2 ttl 7 tos 8 key csum via 10.1.0.2',
      {
        dst,
        via,
        encap: { type: 'ip', id: 42, dst: '192.0.2.1', src: '192.0.2.2', ttl: 7, tos: 8, flags: ['csum', 'key'] },
      },
    ],
    [
      '2001:db8:9::/48 encap ip6 id 16777215 dst 2001:db8::9 src 2001:db8::8 hoplimit 7 tc 8 via 2001:db8:1::2',
      {
        ...ip6,
        encap: { type: 'ip6', id: 0xffffff, dst: '2001:db8::9', src: '2001:db8::8', hoplimit: 7, tc: 8, flags: [] },
      },
    ],
    [
      '10.9.0.0/16 encap mpls 100/200/1048575 via 10.1.0.2',
      { dst, via, encap: { type: 'mpls', dst: [100, 200, 1048575] } },
      noMpls,
    ],
    [
      '2001:db8:9::/48 encap mpls 16 ttl 9 via 2001:db8:1::2',
      { ...ip6, encap: { type: 'mpls', dst: [16], ttl: 9 } },
      noMpls,
    ],
    [
      '2001:db8:9::/128 encap ila 3333:0:0:1 csum-mode neutral-map ident-type luid hook-type output via 2001:db8:1::2',
      {
        ...ip6,
        dst: '2001:db8:9::/128',
        encap: { type: 'ila', locator: '3333:0:0:1', csumMode: 'neutralMap', identType: 'luid', hookType: 'output' },
      },
      dangerous,
    ],
    [
      '10.9.0.0/16 encap ip id 42 dst 192.0.2.1 geneve_opts 1:2:0a0b0c0d,3:4:00000001 via 10.1.0.2',
      {
        dst,
        via,
        encap: {
          type: 'ip',
          id: 42,
          dst: '192.0.2.1',
          opts: {
            geneve: [
              { class: 1, type: 2, data: Uint8Array.of(10, 11, 12, 13) },
              { class: 3, type: 4, data: Uint8Array.of(0, 0, 0, 1) },
            ],
          },
        },
      },
      dangerous,
    ],
    [
      '10.9.0.0/16 encap ip id 42 dst 192.0.2.1 vxlan_opts 456 via 10.1.0.2',
      { dst, via, encap: { type: 'ip', id: 42, dst: '192.0.2.1', opts: { vxlan: { gbp: 456 } } } },
      dangerous,
    ],
    [
      '2001:db8:9::/48 encap ip6 id 42 dst 2001:db8::9 erspan_opts 2:0:1:63 via 2001:db8:1::2',
      { ...ip6, encap: { type: 'ip6', id: 42, dst: '2001:db8::9', opts: { erspan: { ver: 2, dir: 1, hwid: 63 } } } },
      dangerous,
    ],
  ]
  for (const [words, spec, skipped = false] of both) {
    it.skipIf(skipped)(`are what ip makes of the same words, and read as they were given: ${words}`, async () => {
      const family = spec.dst.includes(':') ? 6 : 4
      await rt.routes.add(spec)
      const made = seen(family)
      expect(made).toHaveLength(1)
      const mine = await ours()
      await rt.routes.delete(spec)
      expect(seen(family)).toEqual([])

      ip(netns, `route add ${words}`)
      expect(made).toEqual(seen(family))
      expect(await ours()).toEqual(mine)
      expect(mine[0]).toMatchObject({ dst: spec.dst, via: spec.via, oif: br0, encap: spec.encap })
      expect(mine[0]).not.toHaveProperty('unknownAttributes')
    })
  }

  it('may have one for each nexthop', async () => {
    await rt.routes.add({
      dst,
      nexthops: [
        { via, encap: { type: 'ip', id: 5, dst: '192.0.2.1' } },
        { via: '10.1.0.3', weight: 2 },
        { via: '10.1.0.4', encap: { type: 'ip', id: 6, dst: '192.0.2.2', ttl: 3 } },
      ],
    })
    expect(seen()[0]!.nexthops).toMatchObject([
      { encap: 'ip', id: 5, dst: '192.0.2.1', gateway: via },
      { gateway: '10.1.0.3', weight: 2 },
      { encap: 'ip', id: 6, dst: '192.0.2.2', ttl: 3, gateway: '10.1.0.4' },
    ])
    const [route] = await ours()
    expect(route!.nexthops!.map(({ encap }) => encap)).toMatchObject(
      [{ type: 'ip', id: 5, dst: '192.0.2.1' }, {}, { type: 'ip', id: 6, dst: '192.0.2.2', ttl: 3 }].map((encap) =>
        'type' in encap ? encap : undefined,
      ) as object[],
    )
  })

  it.skipIf(noMpls)('come back with the part of it that the kernel refuses', async () => {
    const refused = await rt.routes
      .add({ dst, via, encap: { type: 'mpls', dst: [100, 3] } })
      .catch((error: unknown) => error as NetlinkError)
    expect(refused).toMatchObject({ code: 'EINVAL', attribute: 'encap.dst' })
    expect((refused as NetlinkError).reason).toMatch(/Implicit NULL Label/)
    const nexthops = [{ via }, { via: '10.1.0.3', encap: { type: 'mpls', dst: [100, 3] } as const }]
    await expect(rt.routes.add({ dst, nexthops })).rejects.toMatchObject({ attribute: 'nexthops[1].encap.dst' })
  })

  it('can have one without a name here, as bytes', async () => {
    const data = Uint8Array.from([8, 0, 2, 0, 192, 0, 2, 1])
    await rt.routes.add({ dst, via, encap: { type: 2, data } })
    expect(seen()).toMatchObject([{ encap: 'ip', gateway: via }])
    await expect(rt.routes.add({ dst: '10.8.0.0/16', via, encap: { type: 9999, data } })).rejects.toMatchObject({
      reason: 'Unknown lwt encapsulation type',
    })
  })

  it('send packets through an external tunnel to the end that they name', async () => {
    ip(netns, 'link add vx0 type vxlan external dstport 4789')
    ip(netns, 'link set vx0 up')
    ip(netns, 'neigh add 10.9.0.1 lladdr 02:00:00:00:00:09 dev vx0')
    await rt.routes.add({ dst, oif: 'vx0', encap: { type: 'ip', id: 42, dst: '10.1.0.9', flags: ['key'] } })
    const socket = await netns.udp({ type: 'udp4' })
    socket.send('hello', 9, '10.9.0.1')
    // The outer packet is one to 10.1.0.9 on br0, whose address the kernel now looks for.
    await eventually(() => ip(netns, 'neigh show').includes('10.1.0.9 dev br0'))
    socket.close()
  })
})

/** What is read of a request for a route, as if the kernel had said it. */
function readBack(spec: RouteSpec): Route {
  const { bytes } = routeAdd(spec)
  const message = { type: 24, flags: 0, sequence: 0, start: 0, body: HEADER_SIZE, end: bytes.length }
  return readRoute(new Reader(bytes), message)!
}
const segments = ['2001:db8::1', '2001:db8::2']

describe('encapsulations as bytes', () => {
  const all: RouteEncapSpec[] = [
    { type: 'mpls', dst: [16], ttl: 0 },
    { type: 'ip', id: 2 ** 40, dst: '192.0.2.1', src: '192.0.2.2', ttl: 1, tos: 2, flags: ['key', 'dontFragment'] },
    {
      type: 'ip6',
      id: 1,
      dst: '2001:db8::1',
      src: '::1',
      hoplimit: 1,
      tc: 2,
      flags: ['csum'],
      opts: { erspan: { ver: 1, index: 1048575 } },
    },
    { type: 'ip', opts: { geneve: [{ class: 65535, type: 255, data: new Uint8Array(124).fill(7) }] } },
    { type: 'ip', opts: { vxlan: { gbp: 0xffffffff } } },
    { type: 'ila', locator: '2001:db8:0:1', csumMode: 'adjustTransport', identType: 'useFormat', hookType: 'input' },
    { type: 'seg6', srh: { mode: 'encap', segments } },
    { type: 'seg6', srh: { mode: 'inline', segments }, src: '2001:db8::9' },
    { type: 'seg6', srh: { mode: 'l2encapRed', segments, hmacKeyId: 7, tag: 8, flags: ['alert', 'oam'] } },
    { type: 'seg6', srh: { mode: 99, segments: ['::1'], tlvs: Uint8Array.from([4, 6, 0, 0, 0, 0, 0, 0]) } },
    { type: 'seg6local', action: 'endX', nh6: '2001:db8::9', iif: 3, oif: 4 },
    { type: 'seg6local', action: 'endDt46', vrftable: 100, table: 5, nh4: '192.0.2.1' },
    { type: 'seg6local', action: 'endB6Encap', srh: { segments, hmacKeyId: 1 } },
    {
      type: 'seg6local',
      action: 'end',
      flavors: { operation: ['psp', 'nextCsid'], lcblockBits: 48, lcnodeFnBits: 16 },
    },
    { type: 'seg6local', action: 'endBpf', bpf: { prog: 5, name: 'prog' } },
    { type: 'bpf', in: { name: 'in' }, out: { name: 'out' }, xmit: { name: 'xmit' }, xmitHeadroom: 256 },
    { type: 'rpl', srh: { segments } },
    {
      type: 'ioam6',
      mode: 'auto',
      freqK: 1,
      freqN: 1000000,
      dst: '2001:db8::1',
      src: '2001:db8::2',
      trace: { namespaceId: 65535, type: 0xffffff, size: 244 },
    },
    { type: 'xfrm', ifId: 0xffffffff, link: 5 },
    { type: 4711, data: Uint8Array.of(1, 2, 3) },
  ]
  it.each(all)('are read as they were written: %j', (encap) => {
    expect(readBack({ dst: '2001:db8::/32', oif: 1, encap }).encap).toEqual(encap)
    expect(readBack({ dst: '2001:db8::/32', nexthops: [{ oif: 1, encap }] }).nexthops![0]!.encap).toEqual(encap)
  })

  const payload = (encap: RouteEncapSpec): string => {
    const { bytes } = routeAdd({ dst: 'default', family: 'ipv6', encap })
    return Buffer.from(bytes.subarray(HEADER_SIZE + RTMSG_SIZE)).toString('hex')
  }
  it('have their segments from the last to be visited to the first', () => {
    const head = '340016803000010001000000' // RTA_ENCAP, nested; SEG6_IPTUNNEL_SRH; mode 1
    const srh = '00' + '04' + '04' + '01' + '01' + '00' + '0000'
    const addresses = '20010db8000000000000000000000002' + '20010db8000000000000000000000001'
    expect(payload({ type: 'seg6', srh: { mode: 'encap', segments } })).toBe(
      `${head}${srh}${addresses}0600150005000000`,
    )
  })
  it('leave the last segment of an inline header to the kernel', () => {
    const srh = '00' + '04' + '04' + '01' + '01' + '00' + '0000'
    const addresses = '00'.repeat(16) + '20010db8000000000000000000000001'
    expect(payload({ type: 'seg6', srh: { mode: 'inline', segments: ['2001:db8::1'] } })).toContain(srh + addresses)
  })
  it('have the TLV of an HMAC behind the segments, for the kernel to fill in', () => {
    const srh = { mode: 'encap', segments: ['::1'], hmacKeyId: 7 } as const
    expect(payload({ type: 'seg6', srh })).toContain('0007040000080000' + `${'00'.repeat(15)}01` + '0526000000000007')
  })
  it('send the descriptor of a program, of which the kernel tells the name alone', () => {
    expect(payload({ type: 'bpf', in: { fd: 9, name: 'p' } })).toContain(
      '14000180' + '0800010009000000' + '0600020070000000',
    )
    expect(readBack({ dst: 'default', encap: { type: 'bpf', in: { fd: 9, name: 'p' } } }).encap).toMatchObject({
      type: 'bpf',
      in: { name: 'p' },
    })
  })
  it('ask for counters with all three of them, and read what they count', () => {
    const { encap } = readBack({ dst: 'default', encap: { type: 'seg6local', action: 'end', counters: true } })
    expect(encap).toEqual({ type: 'seg6local', action: 'end', counters: { packets: 0, bytes: 0, errors: 0 } })
  })

  /** A route whose attributes are these, in their order. */
  const read = (...attributes: [number, Uint8Array][]): Route => {
    const parts = attributes.flatMap(([type, data]) => {
      const header = new Uint8Array(Uint16Array.of(4 + data.length, type).buffer)
      return [header, data, new Uint8Array(-data.length & 3)]
    })
    const bytes = new Uint8Array(
      Buffer.concat([new Uint8Array(HEADER_SIZE), Uint8Array.of(2), new Uint8Array(11), ...parts]),
    )
    return readRoute(new Reader(bytes), { body: HEADER_SIZE, end: bytes.length } as never)!
  }
  const TTL = Uint8Array.of(5, 0, 2, 0, 9, 0, 0, 0)
  const MPLS = Uint8Array.of(1, 0)
  it('are read whichever of the two attributes comes first', () => {
    expect(read([21, MPLS], [22, TTL]).encap).toEqual({ type: 'mpls', ttl: 9 })
    expect(read([22, TTL], [21, MPLS]).encap).toEqual({ type: 'mpls', ttl: 9 })
  })
  it('are kept where one of the two is missing or there twice', () => {
    expect(read([21, MPLS]).encap).toEqual({ type: 1, data: new Uint8Array(0) })
    expect(read([22, TTL]).encap).toEqual({ type: 0, data: TTL })
    expect(read([22, TTL], [21, Uint8Array.of(1)])).toMatchObject({ unknownAttributes: [{ type: 21 }] })
    expect(read([21, MPLS], [22, TTL], [22, TTL]).encap).toEqual({ type: 0, data: TTL })
  })
  it('have GENEVE options one after another, as the kernel tells them', () => {
    const option = [6, 0, 1, 0, 0, 1, 0, 0, 5, 0, 2, 0, 2, 0, 0, 0, 8, 0, 3, 0, 1, 2, 3, 4]
    const inOne = [...option, ...option]
    const nest = Uint8Array.from([8 + inOne.length, 0, 8, 0, 4 + inOne.length, 0, 1, 0, ...inOne])
    const geneve = { class: 1, type: 2, data: Uint8Array.of(1, 2, 3, 4) }
    expect(read([22, nest], [21, Uint8Array.of(2, 0)]).encap).toEqual({
      type: 'ip',
      opts: { geneve: [geneve, geneve] },
    })
  })
  it('that are malformed are refused, and segments beyond the end are not read', () => {
    expect(() => read([22, Uint8Array.of(9, 0, 2, 0, 9, 0, 0, 0)], [21, MPLS])).toThrow(/an attribute of 9 bytes in 8/)
    const srh = Uint8Array.of(20, 0, 1, 0, 0, 0, 0, 0, 0, 2, 4, 1, 1, 0, 0, 0, 0, 0, 0, 0)
    expect(read([22, srh], [21, Uint8Array.of(5, 0)]).encap).toMatchObject({
      type: 'seg6',
      unknownAttributes: [{ type: 1 }],
    })
    const rpl = Uint8Array.of(12, 0, 1, 0, 0, 2, 3, 1, 0, 0, 0, 0)
    expect(read([22, rpl], [21, Uint8Array.of(8, 0)]).encap).toMatchObject({
      type: 'rpl',
      unknownAttributes: [{ type: 1 }],
    })
  })

  it('are found by a byte of the message', () => {
    const { bytes } = routeAdd({
      dst: '10.0.0.0/8',
      nexthops: [{ encap: { type: 'ip', opts: { vxlan: { gbp: 1 } } } }],
    })
    const r = new Reader(bytes)
    const paths = Array.from({ length: bytes.length }, (_, at) =>
      pathAt(routeAttributes, r, HEADER_SIZE + RTMSG_SIZE, bytes.length, at),
    )
    expect(paths).toContain('nexthops[0].encap.opts.vxlan.gbp')
  })
})

const refusals: [string, unknown, RegExp][] = [
  ['what is no object', 'mpls', /^encap: expected an object with type, got "mpls"/],
  [
    'no type',
    { dst: [100] },
    /^encap\.type: expected one of mpls, ip, .*, or an integer from 1 to 65535, got undefined/,
  ],
  ['a type that there is not', { type: 'mlps', dst: [100] }, /^encap\.type: expected one of mpls/],
  ['type 0', { type: 0, data: new Uint8Array(4) }, /^encap\.type: /],
  ['a number without bytes', { type: 1, dst: [100] }, /^encap\.dst: unknown option/],
  ['bytes that are none', { type: 1, data: [1] }, /^encap\.data: expected a Uint8Array/],
  ['no labels', { type: 'mpls', ttl: 4 }, /^encap\.dst: expected an array of 1 to 30 labels/],
  ['an empty stack of labels', { type: 'mpls', dst: [] }, /^encap\.dst: expected an array of 1 to 30 labels/],
  [
    'a label beyond 20 bits',
    { type: 'mpls', dst: [1, 2 ** 20] },
    /^encap\.dst\[1\]: expected a label from 0 to 1048575/,
  ],
  ['a label as text', { type: 'mpls', dst: ['100'] }, /^encap\.dst\[0\]: expected a label/],
  ['an option of another encapsulation', { type: 'ip', hoplimit: 4 }, /^encap\.hoplimit: unknown option/],
  ['an IPv6 end of an IPv4 tunnel', { type: 'ip', dst: '::1' }, /^encap\.dst: expected an IPv4 address/],
  ['an id below 0', { type: 'ip', id: -1 }, /^encap\.id: expected an integer from 0/],
  ['an unknown flag', { type: 'ip', flags: ['kay'] }, /^encap\.flags: expected an array of csum/],
  [
    'GENEVE data of no bytes',
    { type: 'ip', opts: { geneve: [{ data: new Uint8Array(0) }] } },
    /^encap\.opts\.geneve\[0\]\.data: /,
  ],
  [
    'a locator of three groups',
    { type: 'ila', locator: '1:2:3' },
    /^encap\.locator: expected a locator of four groups/,
  ],
  ['a locator with letters', { type: 'ila', locator: '1:2:3:g' }, /^encap\.locator: /],
  [
    'no segments',
    { type: 'seg6', srh: { mode: 'encap', segments: [] } },
    /^encap\.srh\.segments: expected an array of 1 to 127/,
  ],
  [
    'too many segments',
    { type: 'seg6', srh: { mode: 'inline', segments: Array(127).fill('::1') } },
    /^encap\.srh\.segments: /,
  ],
  [
    'an IPv4 segment',
    { type: 'seg6', srh: { mode: 'encap', segments: ['::1', '10.0.0.1'] } },
    /^encap\.srh\.segments\[1\]: expected an IPv6 address/,
  ],
  ['no mode', { type: 'seg6', srh: { segments } }, /^encap\.srh\.mode: expected one of inline, encap/],
  ['no header', { type: 'seg6' }, /^encap\.srh: expected an object with mode, segments/],
  [
    'an unknown part of a header',
    { type: 'seg6', srh: { mode: 'encap', segment: [] } },
    /^encap\.srh\.segment: unknown option, did you mean segments\?/,
  ],
  [
    'a mode of a local header',
    { type: 'seg6local', action: 'endB6', srh: { mode: 'encap', segments } },
    /^encap\.srh\.mode: unknown option/,
  ],
  [
    'key 0',
    { type: 'seg6', srh: { mode: 'encap', segments, hmacKeyId: 0 } },
    /^encap\.srh\.hmacKeyId: expected an integer from 1/,
  ],
  ['a tag of 17 bits', { type: 'seg6', srh: { mode: 'encap', segments, tag: 65536 } }, /^encap\.srh\.tag: /],
  [
    'TLVs of five bytes',
    { type: 'seg6', srh: { mode: 'encap', segments, tlvs: new Uint8Array(5) } },
    /^encap\.srh\.tlvs: /,
  ],
  ['no action', { type: 'seg6local', nh6: '::1' }, /^encap\.action: expected one of unspec, end/],
  [
    'counters that are not to be',
    { type: 'seg6local', action: 'end', counters: false },
    /^encap\.counters: expected true, got false/,
  ],
  [
    'headroom beyond 256',
    { type: 'bpf', xmitHeadroom: 257 },
    /^encap\.xmitHeadroom: expected an integer from 0 to 256/,
  ],
  [
    'RPL without segments',
    { type: 'rpl', srh: {} },
    /^encap\.srh\.segments: expected an array of 1 to 127 IPv6 addresses/,
  ],
  ['no trace', { type: 'ioam6' }, /^encap\.trace: expected an object with namespaceId/],
  [
    'a trace of 6 bytes',
    { type: 'ioam6', trace: { namespaceId: 1, type: 1, size: 6 } },
    /^encap\.trace\.size: expected a multiple of 4/,
  ],
  [
    'a trace type of 25 bits',
    { type: 'ioam6', trace: { namespaceId: 1, type: 2 ** 24, size: 4 } },
    /^encap\.trace\.type: /,
  ],
  [
    'a frequency of 0',
    { type: 'ioam6', trace: { namespaceId: 1, type: 1, size: 4 }, freqK: 0 },
    /^encap\.freqK: expected an integer from 1 to 1000000/,
  ],
  ['interface id 0', { type: 'xfrm', ifId: 0 }, /^encap\.ifId: expected an integer from 1/],
]
it.each(refusals)('refuses %s before anything is sent', (_, encap, message) => {
  const spec = { dst: '2001:db8::/32', oif: 1, encap } as RouteSpec
  expect(() => routeAdd(spec)).toThrow(message)
  const inNexthop = new RegExp(message.source.replace('^encap', '^nexthops\\[0\\]\\.encap'))
  expect(() => routeAdd({ dst: '2001:db8::/32', nexthops: [{ encap: encap as RouteEncapSpec }] })).toThrow(inNexthop)
})

it('refuses what belongs to MPLS routes, which an IP route would be passed over with', () => {
  for (const name of ['ttlPropagate', 'newDst', 'encapType']) {
    expect(() => routeAdd({ dst: '10.0.0.0/8', [name]: 1 })).toThrow(new RegExp(`^${name}: unknown option`))
  }
})
