import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import {
  type Endpoint,
  EndpointError,
  type EndpointResult,
  Endpoints,
  type EndpointSpec,
  Netns,
  Rtnetlink,
} from '../../src/index.js'
import { bridge, bridgeJson, ip, ipLink, ipNames } from '../support/iproute2.js'
import { tellsReceiveQueues } from '../support/kernel.js'
import {
  cleanup,
  closing,
  command,
  descriptorCount,
  describePrivileged,
  eventually,
  inside,
  scratchName,
} from '../support/netns.js'

let host: Netns
let rt: Rtnetlink
let endpoints: Endpoints

beforeEach(async () => {
  host = await Netns.create()
  rt = await Rtnetlink.open({ netns: host })
  await rt.links.create({ kind: 'bridge', name: 'br0', address: '02:00:00:00:00:aa', up: true })
  endpoints = await Endpoints.open({ netns: host })
})
afterEach(async () => {
  await endpoints.close()
  await rt.close()
  host.close()
})

const plain = (i: number, more: Partial<EndpointSpec> = {}) =>
  ({
    id: `endpoint ${i}`,
    outer: { name: `ve${i}`, master: 'br0', mtu: 1450 },
    addresses: [`10.13.1.${i}/16`],
    ...more,
  }) as EndpointSpec

/** Makes one and waits for it. */
async function make(spec: EndpointSpec): Promise<Endpoint> {
  const [result] = await endpoints.create([spec]).all()
  if (result?.status !== 'fulfilled') throw result?.reason ?? new Error('no result')
  const { value } = result
  cleanup(() => value.netns.close())
  return value
}

/** Makes one that can't be made, and gives its error. */
async function refused(spec: unknown): Promise<EndpointError> {
  const [result] = await endpoints.create([spec as EndpointSpec]).all()
  if (result?.status !== 'rejected') throw new Error('it was made')
  return result.reason
}

interface SeenAddress {
  family: string
  local: string
  scope: string
}
const addressesOf = (netns: Netns, link: string) =>
  (JSON.parse(ip(netns, `-j addr show dev ${link}`)) as { addr_info: SeenAddress[] }[])[0]!.addr_info

/** Whether a byte gets from one namespace to an address of another. */
async function reaches(from: Netns, to: Netns, host: string): Promise<boolean> {
  const server = await to.listen(
    createServer((socket) => socket.end('!')),
    { host, port: 0 },
  )
  cleanup(() => server.close())
  const socket = from.connect({ host, port: (server.address() as AddressInfo).port })
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return bytes.toString() === '!'
}

describePrivileged('an endpoint', () => {
  it('is a veth born in a namespace of its own, with all that was asked for, as ip sees it', async () => {
    ip(host, 'link add vx0 type vxlan id 42 dstport 4789 nolearning')
    ip(host, 'link set vx0 master br0 up')
    const endpoint = await make({
      id: 'web 1',
      outer: { name: 've1', master: 'br0', mtu: 1400, address: '02:00:00:00:00:01' },
      inner: { name: 'net0', address: '02:42:0a:0d:01:02' },
      addresses: ['10.13.1.2/16', { address: '10.14.1.2/24', label: 'net0:two' }],
      routes: ['10.13.0.1', { dst: '10.99.0.0/16', via: '10.14.1.1', metric: 7 }],
      neighbors: [{ dst: '10.13.0.1', lladdr: '02:00:00:00:00:99' }],
      outside: {
        neighbors: [{ link: 'vx0', dst: '10.13.1.2', lladdr: '02:42:0a:0d:01:02' }],
        fdb: [{ link: 'vx0', lladdr: '02:42:0a:0d:01:02', dst: '127.0.0.2' }],
      },
    })
    const outer = ipLink(host, 've1')
    expect(outer).toMatchObject({
      ifname: 've1',
      ifindex: endpoint.outer?.ifindex,
      master: 'br0',
      mtu: 1400,
      address: '02:00:00:00:00:01',
      ifalias: 'web 1',
      num_tx_queues: 1,
    })
    expect(outer.flags).toContain('UP')
    expect(outer.inet6_addr_gen_mode).toBe('none')
    const inner = ipLink(endpoint.netns, 'net0')
    expect(inner).toMatchObject({
      ifname: 'net0',
      ifindex: 2,
      mtu: 1400,
      address: '02:42:0a:0d:01:02',
      inet6_addr_gen_mode: 'none',
    })
    expect(inner.flags).toContain('UP')
    expect(ipLink(endpoint.netns, 'lo').flags).toContain('UP')
    expect(addressesOf(endpoint.netns, 'net0').map(({ local }) => local)).toEqual(['10.13.1.2', '10.14.1.2'])
    expect(inside(endpoint.netns, 'ip', 'route')).toContain('default via 10.13.0.1 dev net0')
    expect(inside(endpoint.netns, 'ip', 'route')).toContain('10.99.0.0/16 via 10.14.1.1 dev net0 metric 7')
    expect(inside(endpoint.netns, 'ip', 'neigh')).toContain('10.13.0.1 dev net0 lladdr 02:00:00:00:00:99 PERMANENT')
    expect(inside(host, 'ip', 'neigh')).toContain('10.13.1.2 dev vx0 lladdr 02:42:0a:0d:01:02 PERMANENT')
    expect(inside(host, 'bridge', 'fdb', 'show', 'dev', 'vx0')).toContain('02:42:0a:0d:01:02 dst 127.0.0.2 self')
  })

  it('has an outer end whose bridge forwards, when both ends are up', async () => {
    await make(plain(1))
    await eventually(() => ipLink(host, 've1').operstate === 'UP')
    expect(ipLink(host, 've1').linkinfo.info_slave_data.state).toBe('forwarding')
  })

  it('has a port in the VLANs that were asked for, and reaches none in another', async ({ skip }) => {
    try {
      ip(host, 'link set br0 type bridge vlan_filtering 1 vlan_default_pvid 0')
      ip(host, 'link add ve0 type veth')
      ip(host, 'link set ve0 master br0')
      bridge(host, 'vlan add dev ve0 vid 10')
    } catch {
      skip('the kernel has no CONFIG_BRIDGE_VLAN_FILTERING')
    }
    const inVlan = (i: number, vid: number) => {
      const vlans = [
        { vid, pvid: true, untagged: true },
        { vid: 100, vidEnd: 102 },
      ]
      return make(plain(i, { outer: { name: `ve${i}`, master: 'br0', vlans } }))
    }
    const [one, two, three] = [await inVlan(1, 10), await inVlan(2, 10), await inVlan(3, 20)]
    const ports = bridgeJson(host, 'vlan show') as { ifname: string; vlans: unknown[] }[]
    expect(ports.find(({ ifname }) => ifname === 've3')?.vlans).toEqual([
      { vlan: 20, flags: ['PVID', 'Egress Untagged'] },
      { vlan: 100 },
      { vlan: 101 },
      { vlan: 102 },
    ])
    expect(await reaches(one.netns, two.netns, '10.13.1.2')).toBe(true)
    await expect(reaches(one.netns, three.netns, '10.13.1.3')).rejects.toMatchObject({ code: 'EHOSTUNREACH' })
  })

  it('reaches another on the same bridge', async () => {
    const [one, two] = [await make(plain(1)), await make(plain(2))]
    expect(await reaches(one.netns, two.netns, '10.13.1.2')).toBe(true)
    expect(await reaches(two.netns, one.netns, '10.13.1.1')).toBe(true)
  })

  it('has its IPv6 address at once, and a link-local one with it', async () => {
    const { netns } = await make(plain(1, { addresses: ['2001:db8::1/64'] }))
    const global = addressesOf(netns, 'eth0').find(({ local }) => local === '2001:db8::1')
    expect(global).toBeDefined()
    expect(global).not.toHaveProperty('tentative')
    await eventually(() => addressesOf(netns, 'eth0').some(({ scope }) => scope === 'link'))
  })

  it('has a link-local address where it is asked for, and none where it is not', async () => {
    const [without, with_] = [await make(plain(1)), await make(plain(2, { linkLocal: true }))]
    await eventually(() => addressesOf(with_.netns, 'eth0').some(({ scope }) => scope === 'link'))
    expect(addressesOf(without.netns, 'eth0').filter(({ family }) => family === 'inet6')).toEqual([])
  })

  it('has as many queues as it is told', async () => {
    await make(plain(1, { queues: 3 }))
    expect(ipLink(host, 've1')).toMatchObject({ num_tx_queues: 3, ...(tellsReceiveQueues && { num_rx_queues: 3 }) })
  })

  it('is made in a namespace that is there, by its name, a process in it, a descriptor or a handle', async () => {
    const name = scratchName()
    const named = closing(await Netns.create(name))
    const sleeper = named.spawn('sleep', ['60'])
    cleanup(() => sleeper.kill())
    const targets = [name, { name }, { path: `/run/netns/${name}` }, { pid: sleeper.pid! }, { fd: named.fd }, named]
    for (const [i, netns] of targets.entries()) {
      await make(plain(i + 1, { netns, inner: { name: `eth${i}` } }))
    }
    expect(ipNames(named)).toEqual(['lo', ...targets.map((_, i) => `eth${i}`)])
    // What was there is left as it is.
    expect(ipLink(named, 'lo').flags).not.toContain('UP')
  })

  it('is routed where it has no bridge', async () => {
    const { netns } = await make({
      id: 'routed',
      outer: { name: 've1', ifindex: 4711 },
      addresses: ['10.9.0.2/32'],
      routes: [{ dst: '10.9.0.1/32', oif: 'eth0' }, '10.9.0.1'],
      outside: { routes: [{ dst: '10.9.0.2/32', oif: 4711 }] },
    })
    ip(host, 'addr add 10.9.0.1/32 dev ve1')
    expect(await reaches(netns, host, '10.9.0.1')).toBe(true)
    expect(ipLink(host, 've1').ifindex).toBe(4711)
  })

  it('may have entries outside on its own outer end, by name or by index', async () => {
    const lladdr = '02:00:00:00:00:08'
    const outside = {
      neighbors: [
        { link: 've1', dst: '10.9.0.2', lladdr },
        { link: 4711, dst: '10.9.0.3', lladdr },
        { link: 'br0', dst: '10.9.0.4', lladdr },
      ],
      routes: [{ dst: '10.9.0.2/32', oif: 've1' }],
    }
    const made = await make({
      id: 'routed',
      outer: { name: 've1', ifindex: 4711 },
      addresses: ['10.9.0.2/32'],
      outside,
    })
    const entries = inside(host, 'ip', 'neigh', 'show', 'nud', 'permanent')
    for (const { dst } of outside.neighbors) expect(entries).toContain(dst)
    await endpoints.remove([made])
    expect(inside(host, 'ip', 'neigh', 'show', 'nud', 'permanent')).not.toContain(lladdr)
  })

  it('has a port of the bridge that is as it was told', async () => {
    await make(
      plain(1, {
        outer: { name: 've1', master: 'br0', bridgePort: { hairpin: true, isolated: true, learning: false } },
      }),
    )
    expect(ipLink(host, 've1').linkinfo.info_slave_data).toMatchObject({
      hairpin: true,
      isolated: true,
      learning: false,
    })
  })

  it('has its kernel parameters', async () => {
    const { netns } = await make(
      plain(1, { sysctl: { 'net.ipv4.ip_forward': true, 'net.ipv4.conf.eth0.rp_filter': 2 } }),
    )
    expect(await netns.sysctl.get('net.ipv4.ip_forward')).toBe('1')
    expect(await netns.sysctl.get('net.ipv4.conf.eth0.rp_filter')).toBe('2')
  })

  it('shares a link of the host’s as a macvlan, and is removed without it', async () => {
    ip(host, 'link add parent type veth peer name other')
    ip(host, 'link set parent up')
    const endpoint = await make({
      id: 'shared',
      kind: 'macvlan',
      link: 'parent',
      macvlan: { mode: 'bridge' },
      inner: { address: '02:00:00:00:00:07', mtu: 1300 },
      addresses: ['10.13.1.7/16'],
    })
    expect(endpoint.outer).toBeUndefined()
    expect(ipLink(endpoint.netns, 'eth0')).toMatchObject({ mtu: 1300, linkinfo: { info_kind: 'macvlan' } })
    const again = closing(await Netns.open({ fd: endpoint.netns.fd }))
    const [removed] = await endpoints.remove([endpoint])
    expect(removed).toEqual({ status: 'fulfilled', value: undefined })
    expect(ipNames(again)).toEqual(['lo'])
    expect(ipNames(host)).toContain('parent')
  })
})

describePrivileged('an endpoint that can’t be made', () => {
  let before: string[]
  // Nothing of IPv6: what the bridge has of it depends on ports that were there a moment ago.
  const state = () => [
    ...ipNames(host),
    ...['-4 neigh', '-4 route show table all'].map((args) => ip(host, args)),
    inside(host, 'bridge', 'fdb', 'show', 'dev', 'vx0'),
  ]
  beforeEach(() => {
    ip(host, 'link add vx0 type vxlan id 42 dstport 4789 nolearning')
    ip(host, 'link set vx0 up')
    before = state()
  })

  it('says which, at which step and why, and leaves nothing', async () => {
    ip(host, 'neigh add 10.13.1.9 lladdr 02:00:00:00:00:09 dev vx0')
    before = state()
    const outside = {
      neighbors: [
        { link: 'vx0', dst: '10.13.1.8', lladdr: '02:00:00:00:00:08' },
        { link: 'vx0', dst: '10.13.1.9', lladdr: '02:00:00:00:00:08' },
      ],
      fdb: [{ link: 'vx0', lladdr: '02:00:00:00:00:08', dst: '127.0.0.2' }],
    }
    const cases: [Partial<EndpointSpec>, string, string][] = [
      [{ outer: { name: 'br0' } }, 'link', 'EEXIST'],
      [{ outer: { name: 've1', master: 'nowhere' } }, 'link', 'ENODEV'],
      [{ outer: { name: 've1', master: 'lo' } }, 'link', 'EINVAL'],
      [{ netns: { name: 'no-such-namespace' } }, 'namespace', 'ENOENT'],
      [{ routes: ['10.77.0.1'] }, 'inside', 'ENETUNREACH'],
      [{ addresses: ['10.13.1.1/16', '10.13.1.1/16'] }, 'inside', 'EEXIST'],
      [{ sysctl: { 'net.ipv4.no_such_parameter': 1 } }, 'sysctl', 'ENOENT'],
      [{ outside }, 'outside', 'EEXIST'],
      [
        {
          outside: {
            ...outside,
            neighbors: [{ ...outside.neighbors[0]!, link: 've1' }],
            routes: [{ dst: '10.5.0.0/16', via: '10.99.0.1' }],
          },
        },
        'outside',
        'ENETUNREACH',
      ],
      [{ outside: { fdb: [{ link: 'nowhere', lladdr: '02:00:00:00:00:08', dst: '127.0.0.2' }] } }, 'outside', 'ENODEV'],
    ]
    for (const [spec, step, code] of cases) {
      const error = await refused(plain(1, spec))
      expect(error).toBeInstanceOf(EndpointError)
      expect({
        step: error.step,
        code: (error.cause as { code?: string }).code,
        id: error.id,
        index: error.index,
      }).toEqual({
        step,
        code: code === 'EINVAL' ? expect.any(String) : code,
        id: 'endpoint 1',
        index: 0,
      })
      expect(error.leftover).toEqual([])
      expect(error.message).toContain((error.cause as Error).message)
      expect(state()).toEqual(before)
    }
  })

  it('of a wrong specification is refused before anything is made', async () => {
    const cases: [unknown, string][] = [
      [undefined, 'endpoint: expected an object, got undefined'],
      [{ outer: { name: 've1' } }, 'id: expected a string of 1 to 255 bytes'],
      [{ id: '', outer: { name: 've1' } }, 'id: expected a string of 1 to 255 bytes'],
      [{ id: 'x' }, 'outer: expected an object, got undefined'],
      [
        { id: 'x', outer: { name: 've1', vlans: [{ vid: 1 }] } },
        'outer.vlans: expected nothing where there is no master',
      ],
      [{ id: 'x', outer: { name: 've1', master: 'br0', vlans: {} } }, 'outer.vlans: expected an array'],
      [{ id: 'x', outer: { name: 've1', master: 'br0', vlans: [{ vid: 4095 }] } }, 'vid: expected'],
      [{ id: 'x', outer: {} }, 'outer.name: expected the name of a link'],
      [{ id: 'x', outer: { name: 've1', up: true } }, 'outer.up: expected nothing: the endpoint decides it'],
      [{ id: 'x', outer: { name: 've1' }, adresses: [] }, 'adresses: unknown option, did you mean addresses?'],
      [{ id: 'x', outer: { name: 've1' }, kind: 'vlan' }, 'kind: expected veth, macvlan or ipvlan, got "vlan"'],
      [{ id: 'x', outer: { name: 've1' }, queues: -1 }, 'queues: expected an integer from 0 to 4096, got -1'],
      [{ id: 'x', outer: { name: 've1' }, addresses: ['10.0.0.256'] }, 'address'],
      [{ id: 'x', outer: { name: 've1' }, outside: { fib: [] } }, 'outside.fib: unknown option'],
      [{ id: 'x', outer: { name: 've1' }, linkLocal: 1 }, 'linkLocal: expected true or false, got 1'],
      [{ id: 'x', outer: { name: 've1' }, routes: 'all' }, 'routes: expected an array, got "all"'],
    ]
    for (const [spec, message] of cases) {
      const error = await refused(spec)
      expect(error.message).toContain(message)
      expect(error.step).toBe('check')
      expect(error.cause).toSatisfy((cause) => cause instanceof TypeError || cause instanceof RangeError)
    }
    expect(state()).toEqual(before)
  })

  it('keeps none of the others', async () => {
    const specs = Array.from({ length: 30 }, (_, i) => plain(i, i % 3 === 1 ? { routes: ['10.77.0.1'] } : {}))
    const results = await endpoints.create(specs).all()
    expect(results.map(({ index }) => index)).toEqual(specs.map((_, i) => i))
    expect(results.map(({ status }) => status)).toEqual(specs.map((_, i) => (i % 3 === 1 ? 'rejected' : 'fulfilled')))
    expect(ipNames(host).filter((name) => name.startsWith('ve'))).toHaveLength(20)
    await endpoints.remove(made(results))
    expect(ipNames(host).filter((name) => name.startsWith('ve'))).toEqual([])
  })

  it('whose list throws ends the creation with that error, and what was made is there', async () => {
    function* specs() {
      yield plain(1)
      throw new Error('no more')
    }
    const seen: EndpointResult[] = []
    await expect(async () => {
      for await (const result of endpoints.create(specs())) seen.push(result)
    }).rejects.toThrow('no more')
    expect(seen).toHaveLength(1)
    made(seen).forEach(({ netns }) => netns.close())
  })
})

const made = (results: readonly EndpointResult[]) =>
  results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))

describePrivileged('many endpoints', () => {
  it('are told one by one as they end, with how far it is', async () => {
    const told: number[] = []
    const creation = endpoints.create(
      Array.from({ length: 40 }, (_, i) => plain(i)),
      { onProgress: ({ total, made }) => told.push(total! - made) },
    )
    const seen: EndpointResult[] = []
    for await (const result of creation) seen.push(result)
    expect(new Set(seen.map(({ index }) => index)).size).toBe(40)
    expect(told).toEqual(Array.from({ length: 40 }, (_, i) => 39 - i))
    expect(creation.progress).toEqual({ total: 40, made: 40, failed: 0 })
    const removals = await endpoints.remove(made(seen))
    expect(removals.every(({ status }) => status === 'fulfilled')).toBe(true)
    expect(ipNames(host)).toEqual(['lo', 'br0'])
  })

  it('are taken from a list that is made meanwhile', async () => {
    async function* specs() {
      for (let i = 0; i < 5; i++) {
        await new Promise((resolve) => setTimeout(resolve, 1))
        yield plain(i)
      }
    }
    const results = await endpoints.create(specs()).all()
    expect(made(results).map(({ id }) => id)).toEqual([0, 1, 2, 3, 4].map((i) => `endpoint ${i}`))
    await endpoints.remove(made(results))
  })

  it('are cancelled without a half of one', async () => {
    const cancelling = new AbortController()
    const creation = endpoints.create(
      Array.from({ length: 200 }, (_, i) => plain(i)),
      {
        signal: cancelling.signal,
        onProgress: ({ made }) => {
          if (made === 20) cancelling.abort(new Error('enough'))
        },
      },
    )
    const results = await creation.all()
    const whole = made(results)
    expect(results).toHaveLength(200)
    expect(whole.length).toBeGreaterThanOrEqual(20)
    expect(whole.length).toBeLessThan(200)
    const reasons = results.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason.cause as Error).message] : [],
    )
    expect(new Set(reasons)).toEqual(new Set(['enough']))
    const left = ipNames(host).filter((name) => name.startsWith('ve'))
    expect(left.sort()).toEqual(whole.map(({ outer }) => outer!.name).sort())
    await endpoints.remove(whole)
  })

  it('are cancelled by leaving the loop', async () => {
    const creation = endpoints.create(Array.from({ length: 100 }, (_, i) => plain(i)))
    for await (const { index } of creation) if (index >= 3) break
    const whole = made(await creation.all())
    expect(whole.length).toBeLessThan(100)
    expect(ipNames(host).filter((name) => name.startsWith('ve'))).toHaveLength(whole.length)
    await endpoints.remove(whole)
  })

  it('are cancelled by closing, which waits until nothing half is left', async () => {
    const closed = await Endpoints.open({ netns: host })
    const creation = closed.create(Array.from({ length: 100 }, (_, i) => plain(i)))
    await new Promise((resolve) => setTimeout(resolve, 20))
    await closed.close()
    const results = await creation.all()
    const whole = made(results)
    expect(results).toHaveLength(100)
    expect(whole.length).toBeLessThan(100)
    expect(ipNames(host).filter((name) => name.startsWith('ve'))).toHaveLength(whole.length)
    expect(() => closed.create([])).toThrow('closed')
    await endpoints.remove(whole)
  })

  it('are a list: nothing else is', () => {
    expect(() => endpoints.create({} as never)).toThrow('specs: expected an iterable of endpoints')
    expect(() => endpoints.create('all' as never)).toThrow(TypeError)
  })

  it('leave no descriptor open when they are removed, and no link', async () => {
    const round = async () => {
      const results = await endpoints.create(Array.from({ length: 20 }, (_, i) => plain(i))).all()
      await endpoints.remove(made(results))
    }
    await round()
    const open = descriptorCount()
    for (let i = 0; i < 5; i++) await round()
    await eventually(() => descriptorCount() <= open)
    expect(ipNames(host)).toEqual(['lo', 'br0'])
  })
})

describePrivileged('removing endpoints', () => {
  it('takes away what was written down for them outside, and leaves a namespace that was given open', async () => {
    ip(host, 'link add vx0 type vxlan id 42 dstport 4789 nolearning')
    ip(host, 'link set vx0 up')
    const given = closing(await Netns.create())
    const outside = {
      neighbors: [{ link: 'vx0', dst: '10.13.1.8', lladdr: '02:00:00:00:00:08' }],
      fdb: [{ link: 'vx0', lladdr: '02:00:00:00:00:08', dst: '127.0.0.2' }],
      routes: [{ dst: '10.55.0.0/16', oif: 'vx0' }],
    }
    const one = await make(plain(1, { netns: given, outside }))
    const two = await make(plain(2))
    expect(await endpoints.remove([one, two])).toEqual(Array(2).fill({ status: 'fulfilled', value: undefined }))
    expect(ipNames(host)).toEqual(['lo', 'br0', 'vx0'])
    expect(ipNames(given)).toEqual(['lo'])
    expect(inside(host, 'ip', 'neigh')).not.toContain('10.13.1.8')
    expect(inside(host, 'bridge', 'fdb', 'show', 'dev', 'vx0')).not.toContain('02:00:00:00:00:08')
    expect(inside(host, 'ip', 'route')).not.toContain('10.55')
    expect([given.closed, two.netns.closed]).toEqual([false, true])
  })

  it('by the hundred keeps those that are not to go, and what belongs to the group but is nobody’s', async () => {
    const all = made(await endpoints.create(Array.from({ length: 150 }, (_, i) => plain(i))).all())
    ip(host, 'link add stranger group 1819738112 type veth peer name far')
    const [some, others] = [all.slice(0, 70), all.slice(70)]
    const fulfilled = (count: number) => Array(count).fill({ status: 'fulfilled', value: undefined })
    expect(await endpoints.remove(some)).toEqual(fulfilled(70))
    expect(ipNames(host).sort()).toEqual(
      ['br0', 'far', 'lo', 'stranger', ...others.map(({ outer }) => outer!.name)].sort(),
    )
    expect(await endpoints.remove(all)).toEqual(fulfilled(150))
    expect(ipNames(host).sort()).toEqual(['br0', 'far', 'lo', 'stranger'])
  })

  it('while others are made does not take those', async () => {
    const first = made(await endpoints.create(Array.from({ length: 70 }, (_, i) => plain(i))).all())
    const removal = endpoints.remove(first)
    const second = made(await endpoints.create(Array.from({ length: 30 }, (_, i) => plain(100 + i))).all())
    await removal
    expect(ipNames(host).filter((name) => name.startsWith('ve'))).toHaveLength(30)
    await endpoints.remove(second)
    expect(ipNames(host)).toEqual(['lo', 'br0'])
  })

  it('passes over what is gone already', async () => {
    const [one, two] = [await make(plain(1)), await make(plain(2))]
    ip(host, 'link del ve1')
    expect(await endpoints.remove([one, two, one])).toEqual(Array(3).fill({ status: 'fulfilled', value: undefined }))
    expect(ipNames(host)).toEqual(['lo', 'br0'])
  })

  it('does not take a link that has its name now', async () => {
    const one = await make(plain(1))
    ip(host, 'link del ve1')
    ip(host, 'link add ve1 type bridge')
    await endpoints.remove([one])
    expect(ipNames(host)).toContain('ve1')
  })
})

describePrivileged('what a killed process leaves behind', () => {
  it('is found by its group, and removed', async () => {
    const names = Array.from({ length: 8 }, () => scratchName())
    for (const name of names) closing(await Netns.create(name))
    const hostName = scratchName()
    command('ip', 'netns', 'add', hostName)
    const there = closing(await Netns.open(hostName))
    ip(there, 'link add br0 type bridge')
    for (const delay of [5, 20, 60]) {
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', '--input-type=module', '-e', `
          import { Endpoints, Netns } from ${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)}
          const endpoints = await Endpoints.open({ netns: await Netns.open(${JSON.stringify(hostName)}) })
          const names = ${JSON.stringify(names)}
          console.log('begins')
          for (let round = 0; round < 1000; round++) {
            const results = await endpoints.create(names.map((netns, i) => ({
              id: 'endpoint ' + i, netns, outer: { name: 've' + i, master: 'br0' }, addresses: ['10.0.0.' + i + '/24'],
            }))).all()
            await endpoints.remove(results.flatMap((result) => result.status === 'fulfilled' ? [result.value] : []))
          }`],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      ) // prettier-ignore
      await once(child.stdout, 'data')
      await new Promise((resolve) => setTimeout(resolve, delay))
      child.kill('SIGKILL')
      await once(child, 'exit')
      const again = closing(await Endpoints.open({ netns: there }))
      const before = ipNames(there).filter((name) => name.startsWith('ve'))
      const { kept, removed } = await again.reconcile({ keep: [] })
      expect(kept).toEqual([])
      expect(removed.map(({ name }) => name).sort()).toEqual(before.sort())
      expect(ipNames(there)).toEqual(['lo', 'br0'])
      for (const name of names) expect(inside(there, 'ip', '-n', name, '-o', 'link')).not.toContain('eth0')
    }
  })

  it('is told from endpoints that are whole, which stay unless they are not wanted', async () => {
    await make(plain(1))
    await make(plain(2))
    // As one that was killed after the first message leaves it.
    ip(host, 'link add half group 1819738112 type veth peer name other')
    ip(host, 'link add foreign type veth peer name other2')
    const first = await endpoints.reconcile()
    expect(first.kept.map(({ id }) => id)).toEqual(['endpoint 1', 'endpoint 2'])
    expect(first.removed).toMatchObject([{ id: undefined, name: 'half' }])
    const second = await endpoints.reconcile({ keep: ['endpoint 2'] })
    expect(second.removed).toMatchObject([{ id: 'endpoint 1', name: 've1' }])
    expect(
      ipNames(host)
        .filter((name) => /^ve|half|foreign/.test(name))
        .sort(),
    ).toEqual(['foreign', 've2'])
  })
})

describePrivileged('a pool of namespaces', () => {
  it('is filled up to its bound, used, filled again, and closed with the rest', async () => {
    const pooled = await Endpoints.open({ netns: host, pool: 5 })
    const before = descriptorCount()
    await pooled.warm()
    expect(pooled.ready).toBe(5)
    const results = await pooled.create([plain(1), plain(2)]).all()
    expect(made(results)).toHaveLength(2)
    expect(ipLink(made(results)[0]!.netns, 'eth0').ifindex).toBe(2)
    await eventually(() => pooled.ready === 5)
    await pooled.remove(made(results))
    await pooled.close()
    await eventually(() => descriptorCount() < before)
  })
})

describe('options', () => {
  it('are checked', async () => {
    await expect(Endpoints.open({ pool: -1 })).rejects.toThrow('pool: expected an integer from 0 to 10000, got -1')
    await expect(Endpoints.open({ group: 0 })).rejects.toThrow('group: expected an integer from 1 to 2147483646, got 0')
    await expect(Endpoints.open({ windows: 3 } as never)).rejects.toThrow(
      'windows: unknown option, did you mean window?',
    )
  })
})
