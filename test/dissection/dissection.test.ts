/** What a stranger reads in our messages: Wireshark's dissectors of netlink and its route family. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { LINKS } from '../iproute2/recording.js'
import { ip } from '../support/iproute2.js'
import { patience } from '../support/kernel.js'
import { cleanup, closing, command, describePrivileged, eventually } from '../support/netns.js'

const isThere = (program: string) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined
const missing = ['tcpdump', 'tshark', 'setpriv'].find((program) => !isThere(program))
const hasMonitor = await (async () => {
  try {
    using netns = await Netns.create()
    ip(netns, 'link add monitor type nlmon')
    return true
  } catch {
    return false
  }
})()

describePrivileged('the messages that we send', () => {
  it.skipIf(missing !== undefined || !hasMonitor)(
    `are told whole by tshark, as nlmon hears them${missing ? ` (no ${missing})` : hasMonitor ? '' : ' (this kernel has no nlmon)'}`,
    async () => {
      const netns = closing(await Netns.create())
      const folder = mkdtempSync(join(tmpdir(), 'linkwright-dissection-'))
      cleanup(() => rmSync(folder, { recursive: true }))
      const capture = join(folder, 'netlink.pcap')
      ip(netns, `link add name eth0 index ${LINKS.eth0} type veth peer name eth1 index ${LINKS.eth1}`)
      ip(netns, `link add name br0 index ${LINKS.br0} type bridge`)
      ip(netns, `link add name vx0 index ${LINKS.vx0} type vxlan id 1 dstport 4789`)
      ip(netns, 'link add monitor type nlmon')
      ip(netns, 'link set monitor up')
      const recorder = netns.spawn('tcpdump', ['-i', 'monitor', '--immediate-mode', '-U', '-s', '0', '-w', capture], {
        stdio: 'ignore',
      })
      cleanup(() => recorder.kill())
      await eventually(() => statSync(capture, { throwIfNoEntry: false }) !== undefined, 10_000 * patience)
      const size = () => statSync(capture).size
      const sender = join(fileURLToPath(new URL('.', import.meta.url)), 'send.ts')
      const child = spawn(
        'nsenter',
        [
          `--net=/proc/${process.pid}/fd/${netns.fd}`, 'setpriv', '--bounding-set=-net_admin',
          process.execPath, '--import', 'tsx', sender,
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      ) // prettier-ignore
      let said = ''
      child.stdout.on('data', (chunk) => (said += String(chunk)))
      const status = await new Promise((resolve) => child.on('close', resolve))
      expect(status).toBe(0)
      const count = Number(said)
      expect(count).toBeGreaterThan(300)
      // What the recorder has heard it writes in its own time: until a second brings nothing more.
      for (let before = -1; before !== size();) {
        before = size()
        await new Promise((resolve) => setTimeout(resolve, 1000))
      }
      recorder.kill('SIGINT')
      await new Promise((resolve) => recorder.on('close', resolve))

      const read = (filter: string, ...fields: string[]) =>
        command(
          'tshark',
          '-n',
          '-r',
          capture,
          '-Y',
          filter,
          '-T',
          'fields',
          ...fields.flatMap((field) => ['-e', field]),
        )
          .split('\n')
          .filter(Boolean)
      const requests = read('netlink-route && netlink.hdr_flags.request == 1', 'frame.number')
      // Some name links that are not there, and are not sent.
      expect(requests.length).toBeGreaterThan(count * 0.7)
      expect(read('_ws.malformed || _ws.short', 'frame.number', 'netlink-route.nltype')).toEqual([])
    },
  )
})
