/**
 * A single-host container network built by hand: a bridge with an address, two namespaces joined to it by veths,
 * traffic between them and to the host. What `docker network create -d bridge` does.
 *
 * The "host" is a namespace too, so that nothing of this computer's network is touched. Run it as root.
 */
import http from 'node:http'

import { Netns, Rtnetlink } from 'linkwright'

const BRIDGE = '172.12.0.11'
const containers = [
  { name: 'ns1', address: '172.12.0.10' },
  { name: 'ns2', address: '172.12.0.12' },
]

using host = await Netns.create()
await using rt = await Rtnetlink.open({ netns: host })
await rt.links.update('lo', { up: true })
await rt.links.create({ kind: 'bridge', name: 'docker0', up: true })
await rt.addresses.add({ link: 'docker0', address: `${BRIDGE}/24` })

const attached = await Promise.all(
  containers.map(async ({ name, address }, i) => {
    const netns = await Netns.create()
    await rt.links.create({
      kind: 'veth',
      name: `veth${i}`,
      master: 'docker0',
      up: true,
      veth: { peer: { name: 'eth0', netns } },
    })
    await using inside = await Rtnetlink.open({ netns })
    await Promise.all([
      inside.links.update('lo', { up: true }),
      inside.links.update('eth0', { up: true }),
      inside.addresses.add({ link: 'eth0', address: `${address}/24` }),
      inside.routes.add({ dst: 'default', via: BRIDGE }),
    ])
    return { name, address, netns }
  }),
)

async function serve(netns: Netns, address: string, name: string): Promise<http.Server> {
  const server = http.createServer((_request, response) => response.end(`${name} at ${address}`))
  await netns.listen(server, { host: address, port: 80 })
  return server
}

function get(netns: Netns, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    http
      .get({ host, createConnection: () => netns.connect({ host, port: 80 }) }, (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
        response.on('end', () => resolve(body))
      })
      .on('error', reject)
  })
}

const servers = [await serve(host, BRIDGE, 'the host')]
for (const { netns, address, name } of attached) servers.push(await serve(netns, address, name))

const [one, two] = attached as [(typeof attached)[0], (typeof attached)[0]]
console.log(`ns1 → ns2:      ${await get(one.netns, two.address)}`)
console.log(`ns2 → ns1:      ${await get(two.netns, one.address)}`)
console.log(`ns1 → the host: ${await get(one.netns, BRIDGE)}`)
console.log(`the host → ns2: ${await get(host, two.address)}`)
for (const { kind, name, address } of await rt.links.list({ master: 'docker0' }))
  console.log(`port: ${name} (${kind}) ${address}`)

for (const server of servers) server.close()
for (const { netns } of attached) netns.close()
