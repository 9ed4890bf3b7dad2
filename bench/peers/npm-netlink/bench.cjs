/**
 * npm's `netlink` 0.3.0: tables and a dump of routes, in batches of 100 awaited together. It makes no namespaces and puts
 * no link into one, so it can't make endpoints.
 *
 *     NODE_PATH=… unshare -n node bench.cjs tables ENTRIES
 */
const { execFileSync } = require('node:child_process')

const { createRtNetlink } = require('netlink')

const [, , workload, count] = process.argv
const n = Number(count)
if (workload !== 'tables' || !(n > 0)) throw new Error('usage: bench.cjs tables ENTRIES')
const ip = (line) => execFileSync('ip', line.split(' '), { encoding: 'utf8' })

ip('link set lo up')
ip('link add br0 type bridge')
ip('link set br0 up')
ip('link add vx0 type vxlan id 42 dstport 4789 nolearning')
ip('link set vx0 master br0 up')
ip('addr add 10.13.0.1/16 dev br0')
const ifindex = (name) => JSON.parse(ip(`-j link show ${name}`))[0].ifindex
const [bridge, vxlan] = [ifindex('br0'), ifindex('vx0')]

const AF_INET = 2
const AF_BRIDGE = 7
const ipv4 = (value) => Buffer.from([value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255])
const mac = (table, i) => Buffer.from([2, 0x42, table, i >> 16, (i >> 8) & 255, i & 255])
const socket = createRtNetlink({ ref: true })
/** NLM_F_CREATE, NLM_F_REPLACE */
const flags = 0x400 | 0x100

async function each(add) {
  const start = performance.now()
  for (let from = 0; from < n; from += 100) {
    await Promise.all(Array.from({ length: Math.min(100, n - from) }, (_, i) => add(from + i)))
  }
  return ((performance.now() - start) * 1000) / n
}

async function main() {
  const fdb = await each((i) =>
    socket.newNeighbor(
      { family: AF_BRIDGE, ifindex: vxlan, state: { permanent: true }, flags: { self: true } },
      { dst: ipv4(0x7f000002 + (i % 200)), lladdr: mac(1, i) },
      { flags },
    ),
  )
  const route = await each((i) =>
    socket.newRoute(
      { family: AF_INET, dstLen: 32, table: 254, protocol: 'BOOT', type: 'UNICAST' },
      { dst: ipv4(0x14000000 + i), gateway: ipv4(0x0a0d0005) },
      { flags },
    ),
  )
  const neighbour = await each((i) =>
    socket.newNeighbor(
      { family: AF_INET, ifindex: bridge, state: { permanent: true } },
      { dst: ipv4(0x0a0d1000 + i), lladdr: mac(2, i) },
      { flags },
    ),
  )
  const start = performance.now()
  const routes = await socket.getRoutes({ family: AF_INET })
  const dump = ((performance.now() - start) * 1000) / routes.length
  const seen = ip('route show').split('\n').length
  if (routes.length < n || seen < n) throw new Error(`${routes.length} routes read, ${seen} there, of ${n}`)
  console.log(
    JSON.stringify({
      who: 'netlink 0.3.0 (npm)',
      workload: 'tables',
      entries: n,
      fdb_add_us: fdb,
      route_add_us: route,
      neighbour_add_us: neighbour,
      route_dump_us: dump,
    }),
  )
  process.exit(0)
}
main()
