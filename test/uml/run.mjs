/**
 * Runs the vitest suite inside Debian's user-mode Linux: another kernel, an older one, that has the link kinds which a
 * container host's kernel may lack.
 *
 *     node test/uml/run.mjs [--seconds N] [--report FILE] [argument of vitest …]
 *
 * The kernel is an ordinary process with the host's files as its root, read-only; what comes out is the JSON report
 * (FILE, by default test-results/vitest-uml.json) and the status of vitest, which is this command's. A boot that does
 * not end within N seconds (900) is killed, and counts as a failure.
 */
import { spawn, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const KERNEL = 'linux.uml'
const MODULES = '/usr/lib/uml/modules'
const CONSOLE_LINES = 40

const here = dirname(fileURLToPath(import.meta.url))
const project = resolve(here, '../..')
const { values, tokens } = parseArgs({
  options: {
    seconds: { type: 'string', default: '900' },
    report: { type: 'string', default: join(project, 'test-results/vitest-uml.json') },
  },
  strict: false,
  tokens: true,
})
const ours = new Set(tokens.filter(({ kind, name }) => kind === 'option' && ['seconds', 'report'].includes(name)))
const vitestArguments = process.argv.slice(2).filter((_, at, all) => {
  const belongsTo = [...ours].find(({ index, inlineValue }) => index === at || (!inlineValue && index === at - 1))
  return belongsTo === undefined && all !== undefined
})

function fail(message) {
  console.error(`test/uml/run.mjs: ${message}`)
  process.exit(1)
}

const release = spawnSync(KERNEL, ['--version'], { encoding: 'utf8' }).stdout?.trim()
if (!release) fail(`${KERNEL} is not there: apt-get install user-mode-linux kmod`)
if (!existsSync(join(MODULES, release))) fail(`${MODULES}/${release}, the modules of ${KERNEL}, are not there`)

// The results come out here. Not below /tmp and /run, which are the guest's own.
const exchange = mkdtempSync('/var/tmp/linkwright-uml-')
mkdirSync(join(exchange, 'lib/modules'), { recursive: true })
symlinkSync(join(MODULES, release), join(exchange, 'lib/modules', release))
mkdirSync(join(exchange, 'results'))
writeFileSync(join(exchange, 'arguments'), vitestArguments.map((argument) => `${argument}\0`).join(''))

/** Where the host's registers are wider than this kernel knows, it can't set them: see xstate.c. */
function preload() {
  if (!/\b(avx512f|amx_tile)\b/.test(readFileSync('/proc/cpuinfo', 'utf8'))) return {}
  const library = join(exchange, 'xstate.so')
  const built = spawnSync('cc', ['-O2', '-shared', '-fPIC', '-o', library, join(here, 'xstate.c')], {
    encoding: 'utf8',
  })
  if (built.status !== 0) fail(`test/uml/xstate.c: ${built.error?.message ?? built.stderr}`)
  return { LD_PRELOAD: library }
}

const guest = spawn(
  KERNEL,
  [
    'rootfstype=hostfs', 'ro', `init=${join(here, 'init.sh')}`, 'mem=1G', 'quiet', 'loglevel=4',
    'con=null', 'ssl=null', 'con0=null,fd:1', `umid=${process.pid}`, `uml_dir=${join(exchange, 'uml')}/`,
    `GUEST_EXCHANGE=${exchange}`, `GUEST_PROJECT=${project}`, `GUEST_PATH=${dirname(process.execPath)}:${process.env.PATH}`,
  ], // prettier-ignore
  // A process group of its own: the kernel's threads and its processes are processes of the host.
  { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...preload() } },
)

function killGuest() {
  try {
    process.kill(-guest.pid, 'SIGKILL')
  } catch {
    // All of it has ended.
  }
}
const end = (status) => {
  killGuest()
  rmSync(exchange, { recursive: true, force: true })
  process.exit(status)
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(1))

const console_ = []
for (const stream of [guest.stdout, guest.stderr]) {
  stream.on('data', (chunk) => {
    console_.push(chunk)
    process.stdout.write(chunk)
  })
}
let late = false
const limit = setTimeout(
  () => {
    late = true
    killGuest()
  },
  Number(values.seconds) * 1000,
)

guest.on('error', (error) => {
  console.error(String(error))
  end(1)
})
guest.on('close', (code, signal) => {
  clearTimeout(limit)
  const results = join(exchange, 'results')
  const [status, report] = ['status', 'vitest.json'].map((name) => join(results, name))
  if (existsSync(report)) {
    mkdirSync(dirname(values.report), { recursive: true })
    copyFileSync(report, values.report)
  }
  const said = existsSync(status) ? Number(readFileSync(status, 'utf8')) : NaN
  if (Number.isInteger(said) && !late) return end(said)
  console.error(`\n----- the last ${CONSOLE_LINES} lines of the console`)
  console.error(Buffer.concat(console_).toString().split('\n').slice(-CONSOLE_LINES).join('\n'))
  console.error(
    late
      ? `----- the kernel had not ended after ${values.seconds} s`
      : `----- the kernel ended before vitest: ${signal ?? `status ${code}`}`,
  )
  end(1)
})
