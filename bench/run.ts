/**
 * The benchmarks beside the kernel's own limit (bench/limit/limit.c, plain C), in turn in one run.
 * Prints the medians and their ratio beside the most it may be.
 *
 *     npm run bench -- [--entries N] [--rounds N]
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: { entries: { type: 'string', default: '20000' }, rounds: { type: 'string', default: '5' } },
})
const rounds = Number(values.rounds)
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** What each figure of `tables` may be, as a multiple of the limit's. */
const AT_MOST = { fdb_add_us: 1.25, route_add_us: 1.25, neighbour_add_us: 1.25, route_dump_us: 3 } as const
type Figure = keyof typeof AT_MOST
type Line = Record<Figure, number>

const median = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!
const run = (command: string, args: string[]) =>
  JSON.parse(execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })) as Line

const scratch = mkdtempSync(join(tmpdir(), 'linkwright-bench-'))
try {
  const limit = join(scratch, 'limit')
  execFileSync('cc', ['-O2', '-o', limit, here('limit/limit.c')], { stdio: 'inherit' })
  const lines: { limit: Line; ours: Line }[] = []
  for (let round = 0; round < rounds; round++) {
    lines.push({
      limit: run(limit, ['tables', values.entries]),
      ours: run(process.execPath, ['--import', 'tsx', here('tables.ts'), '--entries', values.entries]),
    })
  }
  console.log(`${values.entries} entries, medians of ${rounds} rounds, microseconds each\n`)
  console.log(
    `${''.padEnd(18)}${'limit (C)'.padStart(12)}${'linkwright'.padStart(12)}${'ratio'.padStart(8)}${'at most'.padStart(9)}`,
  )
  for (const [figure, most] of Object.entries(AT_MOST) as [Figure, number][]) {
    const limits = median(lines.map((line) => line.limit[figure]))
    const ours = median(lines.map((line) => line.ours[figure]))
    const ratio = median(lines.map((line) => line.ours[figure] / line.limit[figure]))
    console.log(
      `${figure.padEnd(18)}${limits.toFixed(3).padStart(12)}${ours.toFixed(3).padStart(12)}` +
        `${ratio.toFixed(2).padStart(8)}${most.toFixed(2).padStart(9)}${ratio > most ? '  missed' : ''}`,
    )
  }
} finally {
  rmSync(scratch, { recursive: true })
}
