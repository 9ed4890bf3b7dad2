import { afterEach, beforeEach, expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { neighborTableChange, neighborTableList, type NeighborTable } from '../../src/route/neighbor-tables.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import { readNeighborTable } from '../../src/schema/neighbor-table.js'
import { MalformedMessage, Reader } from '../../src/wire/reader.js'
import { ip } from '../support/iproute2.js'
import { olderThan } from '../support/kernel.js'
import { describePrivileged } from '../support/netns.js'

let netns: Netns
let rt: Rtnetlink
let ifindex: number

type Seen = Record<string, string | number>
const seen = (words: string): Seen[] => JSON.parse(ip(netns, `-j -s ntable show ${words}`)) as Seen[]
const ours = async (name: string, of: number | undefined): Promise<NeighborTable> =>
  (await rt.neighborTables.list()).find((table) => table.name === name && table.ifindex === of)!

describePrivileged('tables of neighbours', () => {
  beforeEach(async () => {
    netns = await Netns.create()
    rt = await Rtnetlink.open({ netns })
    ifindex = (await rt.links.create({ kind: 'bridge', name: 'br0' })).ifindex
  })
  afterEach(async () => {
    await rt.close()
    netns.close()
  })

  it.each([
    ['arp_cache', 'ipv4'],
    ['ndisc_cache', 'ipv6'],
  ] as const)('are read as ip reads them: %s', async (name, family) => {
    ip(netns, `neigh add ${family === 'ipv4' ? '10.0.0.1' : 'fe80::1'} lladdr 02:00:00:00:00:01 dev br0`)
    const theirs = seen(`name ${name}`)[0]!
    const table = await ours(name, undefined)
    const { parameters, statistics, config } = table
    expect(table.family).toBe(family)
    expect({
      family: family === 'ipv4' ? 'inet' : 'inet6',
      name: table.name,
      thresh1: table.thresh1,
      thresh2: table.thresh2,
      thresh3: table.thresh3,
      gc_interval: table.gcInterval,
      key_length: config!.keyLength,
      entry_size: config!.entrySize,
      hash_rnd: config!.hashRandom,
      hash_mask: `0x${config!.hashMask!.toString(16)}`,
      hash_chain_gc: config!.hashChainGc,
      proxy_qlen: config!.proxyQueueLength,
      reachable: parameters.reachableTime,
      base_reachable: parameters.baseReachableTime,
      retrans: parameters.retransTime,
      gc_stale: parameters.gcStaleTime,
      delay_probe: parameters.delayProbeTime,
      queue: parameters.queueLength,
      app_probes: parameters.appProbes,
      ucast_probes: parameters.ucastProbes,
      mcast_probes: parameters.mcastProbes,
      anycast_delay: parameters.anycastDelay,
      proxy_delay: parameters.proxyDelay,
      proxy_queue: parameters.proxyQueueLength,
      locktime: parameters.lockTime,
    }).toMatchObject(
      Object.fromEntries(
        Object.entries(theirs).filter(
          // Other namespaces and processes change these at any time.
          ([key]) =>
            !/^(last|refcnt|entries|allocs|destroys|hash_grows|res|lookups|hits|rcv|periodic|forced|table_)/.test(key),
        ),
      ),
    )
    expect(Object.keys(statistics!)).toHaveLength(11)
    expect(statistics!.allocs).toBeGreaterThan(0)
    expect(config!.entries).toBeGreaterThan(0)
    expect(JSON.stringify(await rt.neighborTables.list())).not.toContain('unknownAttributes')
  })

  it('have parameters for each link, which are changed', async () => {
    const parameters = {
      baseReachableTime: 11_000,
      retransTime: 2000,
      gcStaleTime: 33_000,
      delayProbeTime: 4000,
      appProbes: 5,
      ucastProbes: 6,
      mcastProbes: 7,
      anycastDelay: 800,
      proxyDelay: 900,
      proxyQueueLength: 10,
      lockTime: 1100,
      mcastReprobes: 12,
      queueLengthBytes: 65536,
      ...(olderThan('6.0') ? {} : { intervalProbeTime: 13_000 }),
    }
    await rt.neighborTables.change({ name: 'arp_cache', link: 'br0', parameters })
    expect(await ours('arp_cache', ifindex)).toMatchObject({ family: 'ipv4', ifindex, parameters })
    expect(seen('name arp_cache dev br0')).toMatchObject([
      {
        base_reachable: 11_000,
        retrans: 2000,
        gc_stale: 33_000,
        delay_probe: 4000,
        app_probes: 5,
        ucast_probes: 6,
        mcast_probes: 7,
        anycast_delay: 800,
        proxy_delay: 900,
        proxy_queue: 10,
        locktime: 1100,
      },
    ])
    expect(await netns.sysctl.get('net.ipv4.neigh.br0.mcast_resolicit')).toBe('12')
    expect(await netns.sysctl.get('net.ipv4.neigh.br0.unres_qlen_bytes')).toBe('65536')
    if (!olderThan('6.0')) expect(await netns.sysctl.get('net.ipv4.neigh.br0.interval_probe_time_ms')).toBe('13000')
    expect((await ours('ndisc_cache', ifindex)).parameters.ucastProbes).toBe(3)
  })

  it('are changed by ip, and read the same', async () => {
    ip(netns, 'ntable change name ndisc_cache dev br0 queue 8 retrans 1500 ucast_probes 0')
    expect((await ours('ndisc_cache', ifindex)).parameters).toMatchObject({
      queueLength: 8,
      retransTime: 1500,
      ucastProbes: 0,
    })
    await rt.neighborTables.change({
      name: 'ndisc_cache',
      family: 'ipv6',
      link: ifindex,
      parameters: { queueLength: 9 },
    })
    expect(seen('name ndisc_cache dev br0')).toMatchObject([{ queue: 9, retrans: 1500 }])
  })

  it('are listed by family', async () => {
    const families = async (family: 'ipv4' | 'ipv6') =>
      new Set((await rt.neighborTables.list({ family })).map((table) => table.family))
    expect([...(await families('ipv4'))]).toEqual(['ipv4'])
    expect([...(await families('ipv6'))]).toEqual(['ipv6'])
  })

  it('are refused where they are not, or not to be changed', async () => {
    const error: unknown = await rt.neighborTables.change({ name: 'arp_cache', thresh1: 5 }).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'ENOENT', request: 'RTM_SETNEIGHTBL' })
    expect((error as Error).message).toMatch(
      /^can't change neighbour table arp_cache: .*only be changed in the first namespace/s,
    )
    await expect(
      rt.neighborTables.change({ name: 'arp_cach', link: 'br0', parameters: { appProbes: 1 } }),
    ).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(
      rt.neighborTables.change({ name: 'arp_cache', link: 4242, parameters: { appProbes: 1 } }),
    ).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

it.each([
  ['no name', {}, /^name: expected the name of a table/],
  ['an empty name', { name: '' }, /^name: expected a string of 1 to 31 bytes/],
  ['a family that there is not', { name: 'x', family: 'inet' }, /^family: expected ipv4 or ipv6, got "inet"/],
  ['an option that there is not', { name: 'x', thresh4: 1 }, /^thresh4: unknown option, did you mean thresh/],
  ['a negative number', { name: 'x', thresh1: -1 }, /^thresh1: expected an integer from 0 to 2147483647, got -1/],
  ['a time too long', { name: 'x', gcInterval: 2 ** 31 }, /^gcInterval: expected milliseconds, an integer from 0/],
  ['a time that is none', { name: 'x', gcInterval: 1.5 }, /^gcInterval: expected milliseconds/],
  ['parameters that are none', { name: 'x', parameters: 5 }, /^parameters: expected an object, got 5/],
  ['null', { name: 'x', parameters: null }, /^parameters: expected an object, got null/],
  ['a link without parameters', { name: 'x', link: 'lo' }, /^parameters: expected the parameters of the link/],
  ['a link that is none', { name: 'x', link: 0, parameters: {} }, /expected a link: .* got 0/],
  [
    'a link among the parameters',
    { name: 'x', parameters: { ifindex: 3 } },
    /^parameters\.ifindex: expected nothing: the link is named beside/,
  ],
  [
    'a parameter that there is not',
    { name: 'x', parameters: { ucastProbe: 1 } },
    /^parameters\.ucastProbe: unknown option, did you mean ucastProbes/,
  ],
  [
    'what can only be read',
    { name: 'x', parameters: { reachableTime: 1 } },
    /^parameters\.reachableTime: expected nothing: it can only be read/,
  ],
  [
    'an interval of 0',
    { name: 'x', parameters: { intervalProbeTime: 0 } },
    /^parameters\.intervalProbeTime: expected milliseconds, an integer from 1/,
  ],
])('refuse %s before anything is sent', (_, spec, message) => {
  expect(() => neighborTableChange(spec as never)).toThrow(message)
})

it('refuses filters that there are not', () => {
  expect(() => neighborTableList({ name: 'arp_cache' } as never)).toThrow(/^name: unknown option/)
  expect(() => neighborTableList({ family: 4 as never })).toThrow(TypeError)
})

it('reads nothing beyond the end of malformed attributes', () => {
  const bytes = Uint8Array.of(2, 0, 0, 0, 6, 0, 1, 0, 97, 0, 0, 0, 12, 0, 6, 0, 12, 0, 1, 0, 1, 0, 0, 0)
  const message = { type: 64, flags: 0, sequence: 0, start: 0, body: 0, end: 24 }
  expect(() => readNeighborTable(new Reader(bytes), message)).toThrow(MalformedMessage)
  expect(() => readNeighborTable(new Reader(bytes), { ...message, end: 20 })).toThrow(MalformedMessage)
  bytes[16] = 8
  expect(readNeighborTable(new Reader(bytes), message)).toEqual({
    family: 'ipv4',
    name: 'a',
    ifindex: 1,
    parameters: {},
  })
})
