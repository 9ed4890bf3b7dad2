import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

import { type Endpoint, Endpoints, type EndpointSpec, Netns, Rtnetlink } from '../../src/index.js'
import { cleanup, closing, describePrivileged } from '../support/netns.js'

const BUSYBOX = '/bin/busybox'
const hasContainers =
  process.env.LINKWRIGHT_UML === undefined &&
  existsSync(BUSYBOX) &&
  spawnSync('runc', ['--version'], { stdio: 'ignore' }).status === 0
const PATIENCE = { timeout: 60_000, encoding: 'utf8' } as const

/** Runs a container of runc's without a network, which ends with the test; resolves to how to reach it. */
function container(name: string, args: readonly string[]) {
  const bundle = mkdtempSync(join(tmpdir(), 'linkwright-container-'))
  cleanup(() => rmSync(bundle, { recursive: true }))
  mkdirSync(join(bundle, 'rootfs/bin'), { recursive: true })
  mkdirSync(join(bundle, 'rootfs/www'))
  writeFileSync(join(bundle, 'rootfs/www/index.html'), `hello from ${name}\n`)
  copyFileSync(BUSYBOX, join(bundle, 'rootfs/bin/busybox'))
  execFileSync('runc', ['spec'], { cwd: bundle })
  const path = join(bundle, 'config.json')
  const config = JSON.parse(readFileSync(path, 'utf8')) as { process: object; mounts: object[] }
  Object.assign(config.process, { terminal: false, args: [BUSYBOX, ...args] })
  // Debian's busybox is static, and dies where it looks for an address: what fetches the page is bash.
  for (const folder of ['bin', 'lib', 'lib64']) {
    const mount = { source: `/usr/${folder}`, type: 'bind', options: ['rbind', 'ro'] }
    for (const destination of [`/usr/${folder}`, `/${folder}`]) {
      if (destination !== '/bin') config.mounts.push({ ...mount, destination })
    }
  }
  writeFileSync(path, JSON.stringify(config))
  const id = `lw-${process.pid}-${name}`
  execFileSync('runc', ['run', '--detach', '--bundle', bundle, id], { stdio: 'ignore', timeout: 60_000 })
  cleanup(() => execFileSync('runc', ['delete', '--force', id], { stdio: 'ignore', timeout: 60_000 }))
  const { pid } = JSON.parse(execFileSync('runc', ['state', id], PATIENCE)) as { pid: number }
  return { pid, exec: (...words: string[]) => spawnSync('runc', ['exec', id, ...words], PATIENCE) }
}

describePrivileged('a container of runc', () => {
  it.skipIf(!hasContainers)('is attached while it runs, serves a page, and is moved to another network', async () => {
    const host = closing(await Netns.create())
    const rt = await Rtnetlink.open({ netns: host })
    const endpoints = await Endpoints.open({ netns: host })
    cleanup(() => Promise.all([rt.close(), endpoints.close()]))
    for (const name of ['br0', 'br1']) await rt.links.create({ kind: 'bridge', name, up: true })
    const server = container('server', ['httpd', '-f', '-p', '80', '-h', '/www'])
    const client = container('client', ['sleep', '600'])
    const attach = async (...specs: EndpointSpec[]): Promise<Endpoint[]> =>
      (await endpoints.create(specs).all()).map((result) => {
        if (result.status === 'rejected') throw result.reason
        return result.value
      })
    const fetched = (address: string) => {
      const script = `exec 3<>/dev/tcp/${address}/80 && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && tail -n 1 <&3`
      return client.exec('timeout', '3', 'bash', '-c', script)
    }
    const at = (id: string, pid: number, bridge: string, address: string): EndpointSpec => ({
      id,
      netns: { pid },
      loopback: true,
      outer: { name: `ve-${id}`, master: bridge },
      addresses: [address],
    })

    expect(fetched('10.13.1.1').status).not.toBe(0)
    const [, moving] = await attach(
      at('server', server.pid, 'br0', '10.13.1.1/24'),
      at('client', client.pid, 'br0', '10.13.1.2/24'),
    )
    expect(fetched('10.13.1.1')).toMatchObject({ status: 0, stdout: 'hello from server\n' })
    expect(client.exec(BUSYBOX, 'ip', 'addr', 'show', 'dev', 'eth0').stdout).toContain('inet 10.13.1.2/24')

    await endpoints.remove([moving!])
    expect(fetched('10.13.1.1').status).not.toBe(0)
    expect(client.exec(BUSYBOX, 'ip', 'addr', 'show', 'dev', 'eth0').status).not.toBe(0)

    // On the second network the server has a second leg.
    await attach(
      { ...at('server-1', server.pid, 'br1', '10.14.1.1/24'), inner: { name: 'eth1' } },
      at('client-1', client.pid, 'br1', '10.14.1.2/24'),
    )
    expect(fetched('10.14.1.1')).toMatchObject({ status: 0, stdout: 'hello from server\n' })
    expect(fetched('10.13.1.1').status).not.toBe(0)
  })
})
