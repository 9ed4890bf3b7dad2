/**
 * What one request costs alone: from `import` to the first answer in a fresh process, and, warmed up, asynchronously and
 * synchronously; and what building a message allocates.
 *
 *     npm run --silent bench:latency
 */
import { execFileSync } from 'node:child_process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { linkGet, Netns, routeAdd, Rtnetlink } from 'linkwright'

const STARTS = 9
const REQUESTS = 20_000

const median = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!
const code = `
  const start = performance.now()
  const { Rtnetlink } = await import(${JSON.stringify(import.meta.resolve('linkwright'))})
  const rt = await Rtnetlink.open()
  await rt.links.get('lo')
  console.log(performance.now() - start)
  await rt.close()`
const starts = Array.from({ length: STARTS }, () =>
  Number(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })),
)

using netns = await Netns.create()
await using rt = await Rtnetlink.open({ netns })
const request = linkGet('lo')

async function alone(): Promise<number> {
  const start = performance.now()
  for (let i = 0; i < REQUESTS; i++) await rt.run(request)
  return ((performance.now() - start) * 1000) / REQUESTS
}
function atOnce(): number {
  const start = performance.now()
  for (let i = 0; i < REQUESTS; i++) rt.runSync(request)
  return ((performance.now() - start) * 1000) / REQUESTS
}
await alone()
atOnce()

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const route = { dst: '10.0.0.0/8', via: '10.13.0.1' }
for (let i = 0; i < REQUESTS; i++) routeAdd(route)
collectGarbage()
const kept: unknown[] = []
const before = process.memoryUsage()
for (let i = 0; i < REQUESTS; i++) kept.push(routeAdd(route))
const after = process.memoryUsage()
const bytes = after.heapUsed + after.external - before.heapUsed - before.external

console.log(
  JSON.stringify({
    who: 'linkwright',
    workload: 'latency',
    cold_start_ms: Number(median(starts).toFixed(1)),
    async_us: Number((await alone()).toFixed(1)),
    sync_us: Number(atOnce().toFixed(1)),
    bytes_a_request: Math.round(bytes / kept.length),
  }),
)
