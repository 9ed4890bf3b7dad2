/**
 * The benchmarks beside the kernel's own limit (bench/limit/limit.c, plain C), in turn in one run, and beside what people
 * use today (bench/peers) where it is installed. Prints medians and ratios beside the most they may be.
 *
 *     npm run bench -- [--rounds N] [--entries N] [--endpoints N[,N…]] [--only tables|churn] [--peers] [--chart FILE.svg]
 *
 * Peers need the npm registry, and Debian's golang-go and golang-github-vishvananda-netlink-dev, python3-pyroute2, iproute2.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { barChart } from './chart.js'
import { whenQuiet } from './quiet.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    entries: { type: 'string', default: '20000' },
    endpoints: { type: 'string', default: '200' },
    only: { type: 'string' },
    peers: { type: 'boolean', default: false },
    chart: { type: 'string' },
  },
})
const rounds = Number(values.rounds)
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** What each figure may be, as a multiple of the limit's. */
const AT_MOST: Record<string, number> = {
  fdb_add_us: 1.15,
  route_add_us: 1.15,
  neighbour_add_us: 1.15,
  route_dump_us: 2.5,
  create_us: 1.05,
  delete_us: 1.1,
}
const POOL_AT_MOST = 0.7
/** Each namespace of a pool takes two descriptors. */
const POOLED_AT_MOST = 5000

type Line = { who: string } & Record<string, number>
type Runner = (workload: string, count: number) => Line | undefined

const median = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!

const scratch = mkdtempSync(join(tmpdir(), 'linkwright-bench-'))

function run(command: string, args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Line {
  const output = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], ...options })
  return JSON.parse(output) as Line
}

/** A script of ours, as it runs by itself: `npm run --silent bench:churn`. */
const ours = (script: string, ...args: string[]) => run(process.execPath, ['--import', 'tsx', here(script), ...args])

function makeLimit(): Runner {
  const limit = join(scratch, 'limit')
  execFileSync('cc', ['-O2', '-o', limit, here('limit/limit.c')], { stdio: 'inherit' })
  return (workload, count) => run(limit, [workload, String(count)])
}

/** What people use today, as far as it is installed. */
function makePeers(): Runner[] {
  const peers: Runner[] = []
  const isThere = (command: string, ...args: string[]) => spawnSync(command, args).status === 0
  if (isThere('go', 'version') && existsSync('/usr/share/gocode/src/github.com/vishvananda/netlink')) {
    const binary = join(scratch, 'vishvananda')
    const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOCACHE: join(scratch, 'go') }
    execFileSync('go', ['build', '-o', binary, '.'], { cwd: here('peers/vishvananda'), env, stdio: 'inherit' })
    for (const way of ['moved', 'placed']) {
      peers.push((workload, count) => {
        if (workload === 'tables') return way === 'moved' ? run(binary, ['tables', String(count)]) : undefined
        return run(binary, ['churn', way, String(Math.min(count, 200))])
      })
    }
  } else console.error('not run: vishvananda/netlink (golang-go, golang-github-vishvananda-netlink-dev)')
  if (isThere('/usr/bin/python3', '-c', 'import pyroute2')) {
    peers.push((workload, count) =>
      run('/usr/bin/python3', [here('peers/pyroute2/bench.py'), workload, String(Math.min(count, 5000) >> 2)]),
    )
  } else console.error('not run: pyroute2 (python3-pyroute2)')
  const folder = join(scratch, 'npm')
  if (isThere('npm', 'install', '--no-save', '--no-audit', '--no-fund', '--prefix', folder, 'netlink@0.3.0')) {
    const env = { ...process.env, NODE_PATH: join(folder, 'node_modules') }
    const script = here('peers/npm-netlink/bench.cjs')
    peers.push((workload, count) =>
      workload === 'tables'
        ? run('unshare', ['-n', process.execPath, script, workload, String(count)], { env })
        : undefined,
    )
  } else console.error('not run: netlink of npm')
  peers.push((workload, count) =>
    run('sh', [here('peers/iproute2/bench.sh'), workload, String(workload === 'churn' ? 50 : count)]),
  )
  return peers
}

/** Median of each figure, and its ratio to what the limit took just before. */
interface Row {
  who: string
  figures: Record<string, { median: number; ratio: number }>
}

function rowOf(who: string, lines: Line[], limits: Line[], figures: string[]): Row {
  return {
    who,
    figures: Object.fromEntries(
      figures.map((figure) => [
        figure,
        {
          median: median(lines.map((line) => line[figure]!)),
          ratio: median(lines.map((line, i) => line[figure]! / limits[i % limits.length]![figure]!)),
        },
      ]),
    ),
  }
}

async function measure(workload: string, count: number, figures: string[], runners: Record<string, () => Line>) {
  const lines: Record<string, Line[]> = {}
  for (let round = 0; round < rounds; round++) {
    for (const [who, runner] of Object.entries(runners)) {
      await whenQuiet()
      ;(lines[who] ??= []).push(runner())
    }
  }
  const limits = lines[LIMIT]!
  const rows = Object.entries(lines).map(([who, of]) => rowOf(who, of, limits, figures))
  if (values.peers) {
    for (const peer of peers) {
      await whenQuiet()
      const line = peer(workload, count)
      if (line !== undefined) rows.push(rowOf(line.who, [line], [limits[0]!], figures))
    }
  }
  print(`${workload}, ${count}: medians of ${rounds} rounds (peers once), microseconds each`, figures, rows)
  return rows
}

function print(title: string, figures: string[], rows: Row[]): void {
  console.log(`\n${title}\n`)
  console.log(''.padEnd(34) + figures.map((figure) => figure.padStart(24)).join(''))
  for (const { who, figures: of } of rows) {
    const cells = figures.map((figure) => {
      const { median: value, ratio } = of[figure]!
      const most = who === POOL && figure === 'create_us' ? POOL_AT_MOST : AT_MOST[figure]!
      const judged = who === OURS || who === POOL ? (ratio > most ? ' missed' : ' ok    ') : ''
      return `${value.toFixed(figure === 'route_dump_us' ? 3 : 1)} × ${ratio.toFixed(2)}${judged}`.padStart(24)
    })
    console.log(who.padEnd(34) + cells.join(''))
  }
}

const LIMIT = 'limit (C)'
const OURS = 'linkwright'
const POOL = 'linkwright, warm pool'

let peers: Runner[] = []
try {
  const limit = makeLimit()
  if (values.peers) peers = makePeers()
  const charts: { title: string; bars: { label: string; value: number }[] }[] = []
  if (values.only !== 'churn') {
    const count = Number(values.entries)
    const figures = ['fdb_add_us', 'route_add_us', 'neighbour_add_us', 'route_dump_us']
    const rows = await measure('tables', count, figures, {
      [LIMIT]: () => limit('tables', count)!,
      [OURS]: () => ours('tables.ts', '--entries', values.entries),
    })
    for (const figure of figures) {
      charts.push({
        title: `${figure.replace('_us', '').replaceAll('_', ' ')}, µs`,
        bars: rows.map((row) => ({ label: row.who, value: row.figures[figure]!.median })),
      })
    }
  }
  if (values.only !== 'tables') {
    for (const count of values.endpoints.split(',').map(Number)) {
      const n = ['--endpoints', String(count)]
      const rows = await measure('churn', count, ['create_us', 'delete_us'], {
        [LIMIT]: () => limit('churn', count)!,
        [OURS]: () => ours('churn.ts', ...n),
        'linkwright, all queues': () => ours('churn.ts', ...n, '--queues', '0'),
        ...(count > POOLED_AT_MOST ? {} : { [POOL]: () => ours('churn.ts', ...n, '--pool') }),
        'linkwright, just started': () => ours('churn.ts', ...n, '--cold'),
        'linkwright, no snooping': () => ours('churn.ts', ...n, '--no-snooping'),
        'linkwright, no IPv6 outside': () => ours('churn.ts', ...n, '--no-ipv6'),
        'linkwright, neither': () => ours('churn.ts', ...n, '--no-snooping', '--no-ipv6'),
      })
      for (const figure of ['create_us', 'delete_us']) {
        charts.push({
          title: `${figure.replace('_us', '')} an endpoint, ${count} of them, µs`,
          bars: rows.map((row) => ({ label: row.who, value: row.figures[figure]!.median })),
        })
      }
    }
  }
  if (values.chart !== undefined) writeFileSync(values.chart, barChart(charts))
} finally {
  rmSync(scratch, { recursive: true })
}
