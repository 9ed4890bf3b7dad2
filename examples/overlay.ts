/**
 * An overlay network built by hand: containers on two hosts share one Ethernet segment through a vxlan.
 *
 * Every "machine" here is a network namespace, so all of it fits on one computer and nothing of its own network is
 * touched. Run it as root: `npm run demo`. With `--keep` it is left standing, `--clean` removes what was left.
 */
import http from 'node:http'

import { type Link, Netns, Rtnetlink, type RouteEvent } from 'linkwright'

const VNI = 42
const PORT = 4789
const SUBNET = '10.13.19'

interface Container {
  name: string
  number: number
  netns: Netns
  rt: Rtnetlink
  link: Link
}
interface Host {
  name: string
  vtep: string
  netns: Netns
  rt: Rtnetlink
  /** The namespace that holds the bridge and the vxlan, apart from the host's own network. */
  overlay: Netns
  over: Rtnetlink
  containers: Container[]
}

const plan = [
  { name: 'host1', vtep: '192.168.56.101', containers: [2] },
  { name: 'host2', vtep: '192.168.56.102', containers: [3, 4] },
]
const prefixed = (name: string) => `lw-${name}`
const ipOf = (number: number) => `${SUBNET}.${number}`
const macOf = (number: number) => `02:42:c0:a8:00:0${number}`
const allNames = plan.flatMap(({ name, containers }) => [
  ...containers.map((number) => prefixed(`docker${number}`)),
  prefixed(`${name}-overns`),
  prefixed(name),
])

/** What was opened, closed again in the opposite order whatever happens. */
const opened: (() => Promise<unknown> | void)[] = []
const timings: { step: string; ms: number }[] = []

async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now()
  const result = await work()
  timings.push({ step: name, ms: performance.now() - start })
  return result
}

async function makeNamespace(name: string): Promise<{ netns: Netns; rt: Rtnetlink }> {
  const netns = await Netns.create(prefixed(name))
  opened.push(async () => {
    netns.close()
    if (!keep) await Netns.delete(prefixed(name))
  })
  const rt = await Rtnetlink.open({ netns })
  opened.push(() => rt.close())
  await rt.links.update('lo', { up: true })
  return { netns, rt }
}

/** Two hosts on one wire. */
async function makeHosts(): Promise<Host[]> {
  const hosts: Host[] = []
  for (const { name, vtep } of plan) {
    const { netns, rt } = await makeNamespace(name)
    const { netns: overlay, rt: over } = await makeNamespace(`${name}-overns`)
    hosts.push({ name, vtep, netns, rt, overlay, over, containers: [] })
  }
  const [one, two] = hosts as [Host, Host]
  await one.rt.links.create({
    kind: 'veth',
    name: 'eth1',
    up: true,
    veth: { peer: { name: 'eth1', netns: two.netns } },
  })
  for (const { rt, vtep } of hosts) {
    await Promise.all([
      rt.links.update('eth1', { up: true }),
      rt.addresses.add({ link: 'eth1', address: `${vtep}/24` }),
    ])
  }
  return hosts
}

/** On each host, in a namespace of its own: a bridge, and the vxlan that joins it to the other hosts. */
async function makeOverlay({ rt, overlay, over }: Host): Promise<void> {
  await over.links.create({ kind: 'bridge', name: 'br0', up: true })
  // Made by a socket in the host's namespace, whose network carries its packets; born in the overlay's.
  await rt.links.create({
    kind: 'vxlan',
    name: 'vxlan1',
    netns: overlay,
    vxlan: { id: VNI, port: PORT, proxy: true, learning: true, l2miss: true, l3miss: true },
  })
  await over.links.update('vxlan1', { master: 'br0', up: true })
}

/** A container: a namespace whose eth0 is the inner end of a veth, born there; the outer end is a port of br0. */
async function attachContainer(host: Host, number: number): Promise<void> {
  const name = `docker${number}`
  const { netns, rt } = await makeNamespace(name)
  await host.over.links.create({
    kind: 'veth',
    name: `veth${number}`,
    mtu: 1450,
    master: 'br0',
    up: true,
    veth: { peer: { name: 'eth0', netns, address: macOf(number), mtu: 1450 } },
  })
  await Promise.all([
    rt.links.update('eth0', { up: true }),
    rt.addresses.add({ link: 'eth0', address: `${ipOf(number)}/24` }),
  ])
  host.containers.push({ name, number, netns, rt, link: await rt.links.get('eth0') })
}

/** Tells a host's vxlan where a container of another host is: who has its address, and behind which VTEP. */
async function writeEntries(host: Host, number: number, vtep: string): Promise<void> {
  await Promise.all([
    host.over.neighbors.add({ link: 'vxlan1', dst: ipOf(number), lladdr: macOf(number) }),
    host.over.fdb.add({ link: 'vxlan1', lladdr: macOf(number), dst: vtep, vni: VNI, port: PORT }),
  ])
}

async function serve({ netns, number, name }: Container): Promise<string> {
  const server = http.createServer((_request, response) => response.end(`Hi there, this is ${name}\n`))
  opened.push(() => void server.close())
  await netns.listen(server, { host: ipOf(number), port: 80 })
  return ipOf(number)
}

/** An HTTP request made inside the container's namespace; the process itself stays where it is. */
function fetchFrom({ netns }: Container, host: string, timeout: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get(
      {
        host,
        port: 80,
        createConnection: () => netns.connect({ host, port: 80 }),
        signal: AbortSignal.timeout(timeout),
      },
      (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
        response.on('end', () => resolve(body.trim()))
      },
    )
    request.on('error', (error) =>
      reject(error.name === 'AbortError' ? new Error(`no answer in ${timeout} ms`) : error),
    )
  })
}

const packets = async ({ over }: Host) => {
  const { stats64 } = await over.links.get('vxlan1')
  return { sent: stats64?.txPackets ?? 0, received: stats64?.rxPackets ?? 0 }
}

function draw(hosts: readonly Host[]): string {
  const width = 40
  const gap = '    '
  const most = Math.max(...hosts.map(({ containers }) => containers.length))
  const wired = (left: string, bus: string) => left.padEnd(width - 3) + bus
  const boxes = hosts.map(({ name, vtep, containers }) => {
    const rows = Array<string>(2 * (most - containers.length)).fill('')
    for (const [i, { name, number }] of containers.entries()) {
      rows.push(wired(`${name}  eth0 ${ipOf(number)}/24 ─── veth${number}`, i === 0 ? ' ─┐' : ' ─┤'))
      rows.push(wired(`         ${macOf(number)}`, '  │'))
    }
    rows.push(wired(`overns                           br0`, ' ─┤'))
    rows.push(wired(`                       vxlan1, id ${VNI}`, ' ─┘'))
    rows.push(wired(`                               ┆`, ''))
    rows.push(wired(`eth1 ${vtep}/24 ┄┄┄┄┄┄┄┄┘`, ''))
    const lines = rows.map((row) => `│ ${row.padEnd(width)} │`)
    return [`┌─ ${name} ${'─'.repeat(width - name.length - 2)}─┐`, ...lines, `└──┬${'─'.repeat(width - 1)}┘`]
  })
  const lines = boxes[0]!.map((_, i) => boxes.map((box) => box[i]).join(gap))
  return `${lines.join('\n')}\n   └${' the underlay: one veth '.padStart(34, '─').padEnd(width + 7, '─')}┘`
}

/** The addresses that the miss notifications of a host's vxlan named. */
function listen(host: Host): { seen: Set<string>; stop(): void } {
  const seen = new Set<string>()
  const watch = host.over.watch(['neighbor'])
  opened.push(() => watch.close())
  void (async () => {
    for await (const event of watch) {
      const missing = describeMiss(event)
      if (missing !== undefined) seen.add(missing)
    }
  })()
  return { seen, stop: () => watch.close() }
}

function describeMiss(event: RouteEvent): string | undefined {
  if (event.type !== 'miss') return undefined
  if (event.dst !== undefined) return event.dst.startsWith(SUBNET) ? `L3: who has ${event.dst}?` : undefined
  return `L2: where is ${event.lladdr}?`
}

async function main(): Promise<void> {
  const hosts = await step('two hosts, the wire between them, the overlay namespaces', makeHosts)
  await step('bridge and vxlan on each host', () => Promise.all(hosts.map(makeOverlay)))
  await step('three containers attached', async () => {
    for (const [i, host] of hosts.entries())
      for (const number of plan[i]!.containers) await attachContainer(host, number)
  })
  const [one, two] = hosts as [Host, Host]
  const [web] = one.containers as [Container]
  const [client, other] = two.containers as [Container, Container]
  console.log(`${draw(hosts)}\n`)

  const address = await step('a web server inside docker2', () => serve(web))
  const misses = hosts.map(listen)
  await step('a request that can’t succeed yet', () =>
    fetchFrom(client, address, 1500).then(
      () => Promise.reject(new Error('the request crossed before any entry was written')),
      (error: Error) => console.log(`before  ${client.name} → ${web.name}: ${error.message}`),
    ),
  )
  // With the neighbour known, what is missing is the way to it.
  await two.over.neighbors.add({ link: 'vxlan1', dst: address, lladdr: macOf(web.number) })
  await step('a second one, with ARP answered and no way to the MAC', () =>
    fetchFrom(client, address, 1000).then(
      () => Promise.reject(new Error('the request crossed without an FDB entry')),
      (error: Error) => console.log(`ARP only ${client.name} → ${web.name}: ${error.message}`),
    ),
  )
  await two.over.neighbors.delete({ link: 'vxlan1', dst: address })
  const named = [...misses[1]!.seen]
  console.log(`        the kernel named what is missing on ${two.name}: ${named.join('  ')}\n`)
  if (!named.some((m) => m.startsWith('L3')) || !named.some((m) => m.startsWith('L2'))) {
    throw new Error('the miss notifications did not come')
  }

  await step('ARP and FDB entries on both hosts', async () => {
    await Promise.all([
      ...two.containers.map(({ number }) => writeEntries(one, number, two.vtep)),
      ...one.containers.map(({ number }) => writeEntries(two, number, one.vtep)),
    ])
  })
  const before = await Promise.all(hosts.map(packets))
  for (const container of [client, other]) {
    const body = await step(`the request from ${container.name}`, () => fetchFrom(container, address, 5000))
    console.log(`after   ${container.name} → ${web.name}: ${body}`)
  }
  const after = await Promise.all(hosts.map(packets))
  console.log('\nthrough the vxlan meanwhile:')
  for (const [i, { name }] of hosts.entries()) {
    const sent = after[i]!.sent - before[i]!.sent
    const received = after[i]!.received - before[i]!.received
    console.log(`  ${name} vxlan1  ${sent} packets sent, ${received} received`)
    if (sent === 0 || received === 0) throw new Error(`no packet crossed the vxlan of ${name}`)
  }
  for (const miss of misses) miss.stop()
  console.log('\nhow long it took:')
  for (const { step, ms } of timings) console.log(`  ${ms.toFixed(1).padStart(8)} ms  ${step}`)
}

let cleaning: Promise<void> | undefined
function cleanUp(): Promise<void> {
  return (cleaning ??= (async () => {
    for (const close of opened.splice(0).reverse()) {
      try {
        await close()
      } catch (error) {
        console.error(`while cleaning up: ${(error as Error).message}`)
        process.exitCode = 1
      }
    }
  })())
}

const keep = process.argv.includes('--keep')
if (process.argv.includes('--clean')) {
  const there = (await Netns.list()).map(({ name }) => name)
  for (const name of allNames.filter((name) => there.includes(name))) await Netns.delete(name)
} else {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void cleanUp().then(() => process.exit(signal === 'SIGINT' ? 130 : 143)))
  }
  try {
    await main()
    if (keep) {
      console.log(`\nIt stands. Look at it, for instance:
  ip netns list
  ip -n ${prefixed('host1-overns')} -d link show vxlan1
  bridge -n ${prefixed('host1-overns')} fdb show dev vxlan1
  ip netns exec ${prefixed('docker3')} ping -c 1 ${ipOf(2)}
and remove it:
  npm run demo -- --clean`)
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  } finally {
    await cleanUp()
  }
}
