/**
 * FDB entries on a vxlan, routes and neighbours, N of each, added by single calls that are awaited together; then the
 * dump of the routes to objects. The same work as `limit tables`, printed with the same keys as one JSON line.
 * Before what is timed the same is done a few times with fewer entries, in namespaces that are thrown away; before each
 * table garbage is collected.
 *
 *     npm run --silent bench:tables -- --entries 20000
 */
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { Netns, Rtnetlink } from 'linkwright'

const { values } = parseArgs({ options: { entries: { type: 'string', default: '20000' } } })
const n = Number(values.entries)
if (!Number.isInteger(n) || n < 1 || n > 60_000) throw new RangeError('--entries: expected an integer from 1 to 60000')

const WARM_UP_ROUNDS = 8
const WARM_UP_ENTRIES = 4000

const hex = (byte: number) => byte.toString(16).padStart(2, '0')
const mac = (table: number, i: number) =>
  `02:42:${hex(table)}:${hex((i >> 16) & 255)}:${hex((i >> 8) & 255)}:${hex(i & 255)}`
const ip = (base: number, i: number) => {
  const value = base + i
  return `${value >>> 24}.${(value >> 16) & 255}.${(value >> 8) & 255}.${value & 255}`
}

/** What `limit tables` prints, in microseconds in all. */
interface Times {
  fdb: number
  route: number
  neighbor: number
  dump: number
  seen: number
}

async function tables(n: number): Promise<Times> {
  using netns = await Netns.create()
  await using rt = await Rtnetlink.open({ netns })
  await rt.links.update('lo', { up: true })
  const bridge = await rt.links.create({ kind: 'bridge', name: 'br0', up: true })
  const vxlan = await rt.links.create({
    kind: 'vxlan',
    name: 'vx0',
    master: bridge,
    up: true,
    vxlan: { id: 42, port: 4789, learning: false },
  })
  await rt.addresses.add({ link: bridge, address: '10.13.0.1/16' })

  // The objects to add are made before the time is taken, and are garbage before the next table's turn.
  const add = <T>(make: (i: number) => T, run: (spec: T) => Promise<void>) => {
    const specs = Array.from({ length: n }, (_, i) => make(i))
    return timed(() => Promise.all(specs.map(run)))
  }

  let seen = 0
  return {
    fdb: await add(
      (i) => ({ link: vxlan, lladdr: mac(1, i), dst: ip(0x7f000002, i % 200) }),
      (entry) => rt.fdb.replace(entry),
    ),
    route: await add(
      (i) => ({ dst: `${ip(0x14000000, i)}/32`, via: '10.13.0.5' }),
      (route) => rt.routes.add(route),
    ),
    neighbor: await add(
      (i) => ({ link: bridge, lladdr: mac(2, i), dst: ip(0x0a0d1000, i) }),
      (neighbor) => rt.neighbors.replace(neighbor),
    ),
    dump: await timed(async () => {
      seen = (await rt.routes.list({ family: 'ipv4' })).length
    }),
    seen,
  }
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** What the tables before left behind is collected first, so that none pays for another. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  collectGarbage()
  const start = performance.now()
  await work()
  return (performance.now() - start) * 1000
}

// What uses the library for such tables runs for long: its code has been compiled.
for (let round = 0; round < WARM_UP_ROUNDS; round++) await tables(WARM_UP_ENTRIES)

const { fdb, route, neighbor, dump, seen } = await tables(n)
const per = (time: number, count: number, digits: number) => Number((time / count).toFixed(digits))
console.log(
  JSON.stringify({
    who: 'linkwright',
    workload: 'tables',
    entries: n,
    fdb_add_us: per(fdb, n, 2),
    route_add_us: per(route, n, 2),
    neighbour_add_us: per(neighbor, n, 2),
    route_dump_us: per(dump, seen, 3),
    routes_seen: seen,
  }),
)
