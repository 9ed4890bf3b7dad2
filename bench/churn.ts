/**
 * Endpoints made and removed: namespace, veth on a bridge, address, default route, one neighbour and one FDB entry on a
 * vxlan. The same work as `limit churn`, printed with the same keys as one JSON line.
 *
 *     npm run --silent bench:churn -- --endpoints 200 [--pool] [--queues 0] [--no-snooping] [--no-ipv6] [--cold]
 *
 * `--pool`: namespaces are made before; `--queues 0`: as many queues as the kernel makes by itself, as `limit` has them;
 * `--no-snooping`: bridges that do not look for multicast groups; `--no-ipv6`: new links on the host's side are without
 * IPv6 (net.ipv6.conf.default.disable_ipv6 there, set once); `--cold`: the first endpoints that the process makes.
 */
import { parseArgs } from 'node:util'

import { Endpoints, type Endpoint, type EndpointSpec, Netns, Rtnetlink } from 'linkwright'

import { whenQuiet } from './quiet.js'

const { values } = parseArgs({
  options: {
    endpoints: { type: 'string', default: '200' },
    pool: { type: 'boolean', default: false },
    queues: { type: 'string', default: '1' },
    window: { type: 'string', default: '16' },
    'no-snooping': { type: 'boolean', default: false },
    'no-ipv6': { type: 'boolean', default: false },
    cold: { type: 'boolean', default: false },
  },
})
const MODES = [
  ['pool', 'warm pool'],
  ['no-snooping', 'no snooping'],
  ['no-ipv6', 'no IPv6 outside'],
  ['cold', 'just started'],
] as const
const n = Number(values.endpoints)
if (!Number.isInteger(n) || n < 1 || n > 60_000)
  throw new RangeError('--endpoints: expected an integer from 1 to 60000')

const PORTS_AT_MOST = 1000
const hex = (byte: number) => byte.toString(16).padStart(2, '0')
const ip = (value: number) => `${value >>> 24}.${(value >> 16) & 255}.${(value >> 8) & 255}.${value & 255}`
const mac = (value: number) =>
  `02:42:${hex(value >>> 24)}:${hex((value >> 16) & 255)}:${hex((value >> 8) & 255)}:${hex(value & 255)}`

async function churn(n: number, pool: boolean) {
  using netns = await Netns.create()
  await using rt = await Rtnetlink.open({ netns })
  await rt.links.update('lo', { up: true })
  if (values['no-ipv6']) await netns.sysctl.set('net.ipv6.conf.default.disable_ipv6', 1)
  const newBridge = (name: string) =>
    rt.links.create({ kind: 'bridge', name, up: true, bridge: { mcastSnooping: !values['no-snooping'] } })
  const bridges = [await newBridge('br0')]
  const vxlan = await rt.links.create({
    kind: 'vxlan',
    name: 'vx0',
    master: bridges[0],
    up: true,
    vxlan: { id: 42, port: 4789, learning: false },
  })
  await rt.addresses.add({ link: bridges[0]!, address: '10.13.0.1/16' })
  await using endpoints = await Endpoints.open({
    netns,
    window: Number(values.window),
    pool: pool ? Math.min(n, 10_000) : 0,
  })
  if (pool) await endpoints.warm()

  const start = performance.now()
  async function* specs(): AsyncGenerator<EndpointSpec> {
    for (let i = 0; i < n; i++) {
      const bridge = Math.floor(i / PORTS_AT_MOST)
      bridges[bridge] ??= await newBridge(`br${bridge}`)
      const address = 0x0a0d0100 + i
      yield {
        id: `endpoint ${i}`,
        queues: Number(values.queues),
        outer: { name: `ve${i}`, master: bridges[bridge], mtu: 1450 },
        inner: { address: mac(address) },
        addresses: [`${ip(address)}/16`],
        routes: ['10.13.0.1'],
        outside: {
          neighbors: [{ link: vxlan, dst: ip(address + 0x10000), lladdr: mac(address) }],
          fdb: [{ link: vxlan, lladdr: mac(address), dst: '127.0.0.2' }],
        },
      }
    }
  }
  const results = await endpoints.create(specs()).all()
  const created = performance.now()
  const made: Endpoint[] = results.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
  const removals = await endpoints.remove(made)
  const deleted = performance.now()
  for (const removal of removals) if (removal.status === 'rejected') throw removal.reason
  const left = (await rt.links.list({ kind: 'veth' })).length
  if (left > 0) throw new Error(`${left} links are left`)
  return { create_us: ((created - start) * 1000) / n, delete_us: ((deleted - created) * 1000) / n }
}

// What uses the library for endpoints runs for long: its code has been compiled.
for (let round = 0; round < (values.cold ? 0 : 3); round++) await churn(200, false)
await whenQuiet()
const { create_us, delete_us } = await churn(n, values.pool)
console.log(
  JSON.stringify({
    who: ['linkwright', ...MODES.filter(([mode]) => values[mode]).map(([, name]) => name)].join(', '),
    workload: 'churn',
    endpoints: n,
    create_us: Number(create_us.toFixed(1)),
    delete_us: Number(delete_us.toFixed(1)),
  }),
)
