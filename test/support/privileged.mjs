/**
 * Runs a command with the privilege to make namespaces and links: as it is where the process has it, otherwise
 * inside `unshare -rnm` (a user, network and mount namespace of its own) with an empty /run, so that named
 * namespaces can be made there.
 *
 *     node test/support/privileged.mjs [--or-run | --or-fail] command [argument …]
 *
 * What is run `--or-run`, the tests, has such a /run in any case, so that the host's names are never touched.
 * Where the machine allows neither, `--or-run` runs the command all the same with LINKWRIGHT_UNPRIVILEGED set to
 * the reason (what needs privilege skips itself and says so); `--or-fail` says why and exits with 1.
 */
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const CAP_NET_ADMIN = 12n
const CAP_SYS_ADMIN = 21n

function isPrivileged() {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))
  const capabilities = BigInt(`0x${effective?.[1] ?? '0'}`)
  return [CAP_NET_ADMIN, CAP_SYS_ADMIN].every((capability) => (capabilities >> capability) & 1n)
}

/** The words that give a command an empty /run of its own: names that it makes there are gone with it. */
const OWN_RUN = ['sh', '-c', 'mount -t tmpfs tmpfs /run && exec "$@"', 'sh']
/** The words that put a command inside namespaces of its own. */
const INSIDE = ['unshare', '-rnm', ...OWN_RUN]
/** The same for what has the privilege already and is to touch nothing of the host's. */
const ASIDE = ['unshare', '-m', ...OWN_RUN]

/** Why a user namespace can't be had, in words for somebody who wants one. */
function reasonAgainst() {
  const attempt = spawnSync(INSIDE[0], [...INSIDE.slice(1), 'true'], { encoding: 'utf8' })
  if (attempt.status === 0) return undefined
  const said = (attempt.error?.message ?? attempt.stderr).trim().split('\n')[0] ?? ''
  const settings = [
    ['/proc/sys/kernel/unprivileged_userns_clone', '0'],
    ['/proc/sys/kernel/apparmor_restrict_unprivileged_userns', '1'],
    ['/proc/sys/user/max_user_namespaces', '0'],
  ].filter(([path, forbids]) => {
    try {
      return readFileSync(path, 'utf8').trim() === forbids
    } catch {
      return false
    }
  })
  return [said, ...settings.map(([path, value]) => `${path} is ${value}`)].join('; ')
}

const [mode, ...command] = process.argv.slice(2)
if ((mode !== '--or-run' && mode !== '--or-fail') || command.length === 0) {
  console.error('usage: privileged.mjs --or-run|--or-fail command [argument …]')
  process.exit(2)
}

let words = command
const environment = { ...process.env }
if (!isPrivileged()) {
  const reason = reasonAgainst()
  if (reason === undefined) {
    console.error('Not root: running inside `unshare -rnm` (user, network and mount namespaces of its own).')
    words = [...INSIDE, ...command]
  } else {
    console.error(
      `Making namespaces and links takes CAP_NET_ADMIN and CAP_SYS_ADMIN. This process has not got them,\n` +
        `and \`unshare -rnm\`, which would give them, fails here: ${reason}.\n` +
        `Run it as root, or where unprivileged user namespaces are allowed.`,
    )
    if (mode === '--or-fail') process.exit(1)
    console.error('Running what needs no privilege; every test that does is reported as skipped.')
    environment.LINKWRIGHT_UNPRIVILEGED = reason
  }
}

if (words === command && mode === '--or-run' && spawnSync(ASIDE[0], [...ASIDE.slice(1), 'true']).status === 0) {
  words = [...ASIDE, ...command]
}

const child = spawn(words[0], words.slice(1), { stdio: 'inherit', env: environment })
// Ctrl-C reaches the child by itself (same process group); the others are passed on. Either way its end is ours.
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  console.error(`${words[0]}: ${error.message}`)
  process.exit(127)
})
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code ?? 1)
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
})
