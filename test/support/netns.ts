/** Namespaces for tests: names of their own that are gone afterwards, and other eyes than the library's. */
import { execFileSync, spawnSync } from 'node:child_process'
import { fstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { afterEach, describe } from 'vitest'

import { Launcher } from './launcher.js'

/** Why namespaces can't be made here; set by test/support/privileged.mjs. */
export const unprivileged = process.env.LINKWRIGHT_UNPRIVILEGED

/** A suite that makes namespaces: skipped, with the reason in its name, where that is not allowed. */
export function describePrivileged(name: string, body: () => void): void {
  describe.skipIf(unprivileged !== undefined)(unprivileged === undefined ? name : `${name} (${unprivileged})`, body)
}

let count = 0
const names = new Set<string>()
const PREFIX = `lw-${process.pid}-`

/** A name that nobody else uses. What has it when the test ends is deleted. */
export function scratchName(): string {
  const name = `${PREFIX}${++count}`
  names.add(name)
  return name
}

const closers: (() => unknown)[] = []

/** Done when the test ends, in reverse order, whatever else happens. */
export function cleanup(work: () => unknown): void {
  closers.push(work)
}

/** Closes it when the test ends. */
export function closing<T extends { close(): unknown }>(thing: T): T {
  cleanup(() => thing.close())
  return thing
}

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
  for (const name of names)
    if (!launcher?.run('ip', ['netns', 'delete', name])) spawnSync('ip', ['netns', 'delete', name])
  names.clear()
})

/** Where a fork of this process is slow. */
const launcher = process.env.LINKWRIGHT_UML === undefined ? undefined : new Launcher()

/** Without the sanitizers' runtime (test/support/sanitized.sh), which finds what is wrong with other people's programs. */
const ordinary: NodeJS.ProcessEnv = { ...process.env, LD_PRELOAD: undefined }

/** Runs a program and returns what it wrote. */
export function command(program: string, ...args: string[]): string {
  const launched = launcher?.run(program, args)
  if (launched?.status === 0) return launched.stdout
  if (launched !== undefined) {
    throw Object.assign(new Error(`Command failed: ${[program, ...args].join(' ')}\n${launched.stderr}`), launched)
  }
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: ordinary })
}

/** Runs a program inside a namespace that this process has a descriptor of. */
export function inside(netns: { readonly fd: number }, program: string, ...args: string[]): string {
  return command('nsenter', `--net=/proc/${process.pid}/fd/${netns.fd}`, program, ...args)
}

/** Whether a name came from `scratchName`: other test files have theirs at the same time. */
export function isOurs(name: string): boolean {
  return name.startsWith(PREFIX)
}

/** The names of ours that `ip netns list` shows. */
export function ipNetnsList(): string[] {
  return command('ip', 'netns', 'list')
    .split('\n')
    .map((line) => line.split(' ')[0]!)
    .filter(isOurs)
}

/** The mounts on names of ours, as lines of mountinfo. */
export function ourMounts(): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => isOurs(line.split(' ')[4]?.split('/').at(-1) ?? ''))
}

/** The names in what `ip -j link` wrote. */
export function linkNames(json: string): string[] {
  return (JSON.parse(json) as { ifname: string }[]).map(({ ifname }) => ifname)
}

/** "net:[4026531840]": the namespace of this thread, of a process, or behind a descriptor. */
export function namespaceOf(of: 'thread' | { pid: number } | { fd: number } = 'thread'): string {
  if (of === 'thread') return readlinkSync('/proc/thread-self/ns/net')
  return 'pid' in of ? readlinkSync(`/proc/${of.pid}/ns/net`) : `net:[${fstatSync(of.fd).ino}]`
}

/** The namespaces that the threads of this process are in. */
export function namespacesOfThreads(): Set<string> {
  const found = new Set<string>()
  for (const thread of readdirSync('/proc/self/task')) {
    try {
      found.add(readlinkSync(`/proc/self/task/${thread}/ns/net`))
    } catch {
      // It has ended meanwhile.
    }
  }
  return found
}

/** The descriptors of this process that lead to network namespaces. */
export function namespaceDescriptors(): string[] {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return /^(net:|\/run\/netns\/)/.test(readlinkSync(`/proc/self/fd/${fd}`))
    } catch {
      return false
    }
  })
}

/** How many descriptors this process has open. */
export function descriptorCount(): number {
  return readdirSync('/proc/self/fd').length
}

/** Waits until something holds, at most `timeout` milliseconds. */
export async function eventually(condition: () => boolean, timeout = 5000): Promise<void> {
  const deadline = performance.now() + timeout
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${timeout} ms: ${String(condition)}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
