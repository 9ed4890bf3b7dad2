/**
 * Waits until the kernel has taken apart what a run has left, which it does in the background, with pauses, under locks that
 * the next one wants; and until the processors have nothing to do.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

const INTERVAL_MS = 300
/** Hundredths of a second in an interval, of all processors together, that count as nothing. */
const NOTHING = 3
const PATIENCE_MS = 90_000

/** user, nice, system, interrupts, soft interrupts of /proc/stat, in hundredths of a second. */
function busy(): number {
  const [, user, nice, system, , , interrupts, soft] = readFileSync('/proc/stat', 'utf8').split(/\s+/, 8).map(Number)
  return user! + nice! + system! + interrupts! + soft!
}

/** Network namespaces that the kernel still has in memory, as root may know; about, since it counts in slabs. */
function namespaces(): number {
  try {
    return Number(/^net_namespace +(\d+)/m.exec(readFileSync('/proc/slabinfo', 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

const ABOUT = 50
const atFirst = namespaces()

/** Says on standard error where it waited in vain. */
export async function whenQuiet(): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end;) {
    const before = busy()
    await wait(INTERVAL_MS)
    if (busy() - before <= NOTHING && namespaces() <= atFirst + ABOUT) return
  }
  console.error('the machine is not idle: times will be too long')
}
