/**
 * Runs programs out of a small process beside this one, one after another.
 *
 * A fork copies the page tables, and inside user-mode Linux that costs a process of Node's size some 100 ms, for a
 * program that is done in 5. A shell forks quickly; it is told what to run through a FIFO and tells the end through
 * another.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, openSync, readFileSync, readlinkSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const NAMESPACE = '/proc/thread-self/ns/net'

const SHELL = `
exec 3<"$1/request" 4>"$1/reply"
while read -r -d '' count <&3; do
  words=()
  for ((i = 0; i < count; i++)); do read -r -d '' word <&3; words+=("$word"); done
  "\${words[@]}" >"$1/stdout" 2>"$1/stderr" </dev/null 3<&- 4>&-
  printf '%03d' $? >&4
done`

interface Launched {
  status: number
  stdout: string
  stderr: string
}

export class Launcher {
  readonly #folder = mkdtempSync(join(tmpdir(), 'linkwright-launcher-'))
  readonly #request: number
  readonly #reply: number
  readonly #namespace = readlinkSync(NAMESPACE)

  constructor() {
    execFileSync('mkfifo', ['request', 'reply'], { cwd: this.#folder })
    // It ends when its FIFO does, which is when this process does.
    spawn('bash', ['-c', SHELL, 'bash', this.#folder], { stdio: 'ignore', detached: true }).unref()
    this.#request = openSync(join(this.#folder, 'request'), 'w')
    this.#reply = openSync(join(this.#folder, 'reply'), 'r')
    process.on('exit', () => rmSync(this.#folder, { recursive: true, force: true }))
  }

  /** Undefined where the calling thread is in another namespace than the programs would be. */
  run(program: string, args: readonly string[]): Launched | undefined {
    if (readlinkSync(NAMESPACE) !== this.#namespace) return undefined
    writeSync(this.#request, [args.length + 1, program, ...args].map((word) => `${word}\0`).join(''))
    const reply = Buffer.alloc(3)
    for (let got = 0; got < 3;) {
      const count = readSync(this.#reply, reply, got, 3 - got, null)
      if (count === 0) throw new Error('the launcher has ended')
      got += count
    }
    const [stdout, stderr] = ['stdout', 'stderr'].map((name) => readFileSync(join(this.#folder, name), 'utf8'))
    return { status: Number(reply.toString()), stdout: stdout!, stderr: stderr! }
  }
}
