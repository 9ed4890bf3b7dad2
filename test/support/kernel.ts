/** Which kernel the tests run on: some of what they ask of it came with a later one. */
import { existsSync } from 'node:fs'
import { release } from 'node:os'

const numbers = (version: string): number[] => version.split('.').map((part) => parseInt(part, 10))

/** Whether the running kernel is older than a version: `it.skipIf(olderThan('6.7'))`. */
export function olderThan(version: string): boolean {
  const [major = 0, minor = 0] = numbers(release())
  const [wantedMajor = 0, wantedMinor = 0] = numbers(version)
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor)
}

/** Without CONFIG_RPS a kernel keeps the number of receive queues to itself. */
export const tellsReceiveQueues = existsSync('/sys/class/net/lo/queues/rx-0/rps_cpus')

/** How many times as long a process may take: inside user-mode Linux all is slow. */
export const patience = process.env.LINKWRIGHT_UML === undefined ? 1 : 6
