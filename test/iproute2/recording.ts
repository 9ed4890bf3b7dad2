/** What ip(8) and bridge(8) send: their netlink messages, recorded with strace(1). */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const isThere = (program: string) => spawnSync(program, ['-V'], { stdio: 'ignore' }).error === undefined

/** Why nothing can be recorded here; undefined where it can. */
export const cannotRecord = ['strace', 'setpriv', 'ip', 'bridge']
  .map((name) => !isThere(name) && `no ${name}`)
  .find(Boolean)

/** The links that the commands find, and their indices. */
export const LINKS: Record<string, number> = { eth0: 10, eth1: 11, br0: 20, vx0: 30 }
const SETUP = `
  ip link add name eth0 index ${LINKS.eth0} type veth peer name eth1 index ${LINKS.eth1}
  ip link add name br0 index ${LINKS.br0} type bridge
  ip link add name vx0 index ${LINKS.vx0} type vxlan id 1 dstport 4789
`

/**
 * Runs the commands, each a process of its own, in a namespace of their own that has `LINKS`, and returns the messages
 * that each sends. They lack CAP_NET_ADMIN: the kernel refuses what they ask, so that none finds what another did.
 */
export function record(commands: readonly string[]): Uint8Array[][] {
  const folder = mkdtempSync(join(tmpdir(), 'linkwright-strace-'))
  try {
    const [script, trace] = [join(folder, 'script'), join(folder, 'trace')]
    writeFileSync(script, commands.map((command) => `${command} >/dev/null 2>&1 </dev/null\n`).join(''))
    const strace = `strace -f -qq -o ${trace} -e trace=execve,sendmsg,sendto -e raw=sendmsg,sendto -e signal=none -s 8192`
    const { status, stderr } = spawnSync(
      'unshare',
      [
        '--net', 'sh', '-ec',
        `${SETUP}\nexec ${strace} -e write=3,4,5,6,7,8 setpriv --bounding-set=-net_admin sh ${script} || true`,
      ], // prettier-ignore
      { encoding: 'utf8' },
    )
    const processes = parseTrace(readFileSync(trace, 'latin1'))
    if (processes.length !== commands.length) {
      throw new Error(`${processes.length} processes for ${commands.length} commands (status ${status}): ${stderr}`)
    }
    return processes
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The messages of each process that became ip(8) or bridge(8), in the order of their beginning. */
function parseTrace(trace: string): Uint8Array[][] {
  const processes: Uint8Array[][] = []
  const byPid = new Map<string, Uint8Array[]>()
  let bytes: number[] = []
  let messages: Uint8Array[] | undefined
  const endOfDump = () => {
    for (let at = 0; at < bytes.length;) {
      const length = new DataView(Uint8Array.from(bytes).buffer).getUint32(at, true)
      messages?.push(Uint8Array.from(bytes.slice(at, at + length)))
      at += Math.max(16, (length + 3) & ~3)
    }
    bytes = []
  }
  for (const line of trace.split('\n')) {
    const dump = /^ \| [0-9a-f]{5,}  (.{49})/.exec(line)
    if (dump) {
      bytes.push(
        ...dump[1]!
          .trim()
          .split(/ +/)
          .map((hex) => parseInt(hex, 16)),
      )
      continue
    }
    if (/^ \* \d+ bytes in buffer/.test(line)) continue
    endOfDump()
    const [, pid, call] = /^(\d+) +(\w+)\(/.exec(line) ?? []
    if (call === 'execve' && / = 0$/.test(line) && /^\d+ +execve\("[^"]*", \["(ip|bridge)"/.test(line)) {
      byPid.set(pid!, [])
      processes.push(byPid.get(pid!)!)
    }
    if (call === 'sendmsg' || call === 'sendto') messages = byPid.get(pid!)
  }
  endOfDump()
  return processes
}
