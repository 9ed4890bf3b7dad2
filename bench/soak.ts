/**
 * What many cycles of making and removing endpoints leave behind in this process: memory, after garbage collection and a
 * warm-up of a tenth of the cycles, and descriptors; and how long the event loop was held up meanwhile.
 *
 *     npm run --silent bench:soak -- --cycles 100000
 */
import { readdirSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { Endpoints, type EndpointSpec, Netns, Rtnetlink } from 'linkwright'

const { values } = parseArgs({
  options: { cycles: { type: 'string', default: '10000' }, together: { type: 'string', default: '500' } },
})
const cycles = Number(values.cycles)
const together = Math.min(Number(values.together), cycles)
if (!Number.isInteger(cycles) || cycles < 10) throw new RangeError('--cycles: expected an integer from 10')
if (!Number.isInteger(together) || together < 1 || together > 1000) throw new RangeError('--together: 1 to 1000')

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const descriptors = () => readdirSync('/proc/self/fd').length
async function resident(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    await wait(50)
    collectGarbage()
  }
  return process.memoryUsage().rss
}

using netns = await Netns.create()
await using rt = await Rtnetlink.open({ netns })
const bridge = await rt.links.create({ kind: 'bridge', name: 'br0', up: true })
await using endpoints = await Endpoints.open({ netns })

const specs = Array.from({ length: together }, (_, i): EndpointSpec => ({
  id: `endpoint ${i}`,
  outer: { name: `ve${i}`, master: bridge, mtu: 1450 },
  addresses: [`10.13.${1 + (i >> 8)}.${i & 255}/16`],
}))
async function cycle(): Promise<void> {
  const made = (await endpoints.create(specs).all()).map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
  for (const removal of await endpoints.remove(made)) if (removal.status === 'rejected') throw removal.reason
}

for (let done = 0; done < cycles / 10; done += together) await cycle()
const before = { memory: await resident(), descriptors: descriptors() }
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
const start = performance.now()
let done = 0
for (; done < cycles; done += together) await cycle()
const elapsed = performance.now() - start
delay.disable()
const after = { memory: await resident(), descriptors: descriptors() }
const ms = (ns: number) => Number((ns / 1e6).toFixed(2))
console.log(
  JSON.stringify({
    who: 'linkwright',
    workload: 'soak',
    cycles: done,
    cycle_us: Number(((elapsed * 1000) / done).toFixed(1)),
    loop_delay_p50_ms: ms(delay.percentile(50)),
    loop_delay_p99_ms: ms(delay.percentile(99)),
    loop_delay_max_ms: ms(delay.max),
    memory_growth_mb: Number(((after.memory - before.memory) / 2 ** 20).toFixed(2)),
    descriptor_growth: after.descriptors - before.descriptors,
  }),
)
