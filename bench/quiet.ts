/**
 * Waits until the processors have nothing to do: what a run leaves behind, the kernel takes apart in the background, under
 * the lock that the next one wants.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

const INTERVAL_MS = 300
/** Hundredths of a second in an interval, of all processors together, that count as nothing. */
const NOTHING = 3
const TRIES = 80

/** user, nice, system, interrupts, soft interrupts of /proc/stat, in hundredths of a second. */
function busy(): number {
  const [, user, nice, system, , , interrupts, soft] = readFileSync('/proc/stat', 'utf8').split(/\s+/, 8).map(Number)
  return user! + nice! + system! + interrupts! + soft!
}

/** Says on standard error where it waited in vain. */
export async function whenQuiet(): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    const before = busy()
    await wait(INTERVAL_MS)
    if (busy() - before <= NOTHING) return
  }
  console.error('the processors are not idle: times will be too long')
}
