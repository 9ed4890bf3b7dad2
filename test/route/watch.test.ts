import { execFileSync } from 'node:child_process'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import type { RouteEvent, Watch } from '../../src/route/watch.js'

let netns: Netns
let rt: Rtnetlink
let watch: Watch | undefined

const inside = (...command: string[]) =>
  execFileSync('nsenter', [`--net=/proc/${process.pid}/fd/${netns.fd}`, ...command], { encoding: 'utf8' })

/** The first event that fits; fails after five seconds. */
async function find<E extends RouteEvent>(watch: Watch, fits: (event: RouteEvent) => event is E): Promise<E> {
  const timer = setTimeout(() => watch.close(), 5000)
  try {
    for (;;) {
      const { value, done } = await watch.next()
      if (done) throw new Error('no such event came')
      if (fits(value)) return value
    }
  } finally {
    clearTimeout(timer)
  }
}
const of =
  <T extends RouteEvent['type']>(type: T, fits: (event: Extract<RouteEvent, { type: T }>) => boolean = () => true) =>
  (event: RouteEvent): event is Extract<RouteEvent, { type: T }> =>
    event.type === type && fits(event as Extract<RouteEvent, { type: T }>)

beforeEach(async () => {
  netns = await Netns.create()
  rt = await Rtnetlink.open({ netns })
})
afterEach(async () => {
  watch?.close()
  watch = undefined
  await rt.close()
  netns.close()
})

it('hears of links, addresses, routes and neighbours that another program makes and deletes', async () => {
  watch = rt.watch(['link', 'address', 'route', 'neighbor'])
  inside('ip', 'link', 'add', 'br0', 'up', 'type', 'bridge')
  expect(
    (
      await find(
        watch,
        of('link', (e) => e.link.name === 'br0'),
      )
    ).link.kind,
  ).toBe('bridge')
  inside('ip', 'addr', 'add', '10.1.0.1/24', 'dev', 'br0')
  expect((await find(watch, of('address'))).action).toBe('new')
  inside('ip', 'route', 'add', '10.9.0.0/16', 'via', '10.1.0.2')
  expect(
    await find(
      watch,
      of('route', (e) => e.route.dst === '10.9.0.0/16'),
    ),
  ).toMatchObject({ action: 'new' })
  inside('ip', 'neigh', 'add', '10.1.0.7', 'lladdr', '02:00:00:00:00:07', 'dev', 'br0')
  const { neighbor } = await find(
    watch,
    of('neighbor', (e) => e.neighbor.dst === '10.1.0.7'),
  )
  expect(neighbor).toMatchObject({ lladdr: '02:00:00:00:00:07', state: ['permanent'] })
  inside('ip', 'link', 'del', 'br0')
  expect(
    await find(
      watch,
      of('link', (e) => e.action === 'delete'),
    ),
  ).toMatchObject({ link: { name: 'br0' } })
})

it('tells FDB entries from neighbours', async () => {
  inside('ip', 'link', 'add', 'vx0', 'up', 'type', 'vxlan', 'id', '42', 'dstport', '4789')
  watch = rt.watch(['neighbor'])
  inside('bridge', 'fdb', 'add', '02:00:00:00:00:09', 'dev', 'vx0', 'dst', '127.0.0.9')
  const { entry, action } = await find(watch, of('fdb'))
  expect({ action, ...entry }).toMatchObject({ action: 'new', lladdr: '02:00:00:00:00:09', dst: '127.0.0.9' })
})

it('goes on after an overflow, which is an event at the place where events were lost', async () => {
  inside('ip', 'link', 'add', 'br0', 'up', 'type', 'bridge')
  watch = rt.watch(['neighbor'], { receiveBuffer: 4096 })
  // A flood from this very thread: the listener can't keep up.
  for (let round = 0; round < 5; round++) {
    await Promise.all(
      Array.from({ length: 4000 }, (_, i) =>
        rt.neighbors.replace({
          link: 'br0',
          dst: `10.${round}.${i >> 8}.${i & 255}`,
          lladdr: '02:00:00:00:00:01',
        }),
      ),
    )
  }
  await find(watch, of('overflow'))
  await rt.neighbors.replace({ link: 'br0', dst: '10.99.0.1', lladdr: '02:00:00:00:00:99' })
  expect(
    await find(
      watch,
      of('neighbor', (e) => e.neighbor.dst === '10.99.0.1'),
    ),
  ).toMatchObject({ action: 'new' })
})

it('keeps no more events than its limit, and says where some are missing', async () => {
  inside('ip', 'link', 'add', 'br0', 'up', 'type', 'bridge')
  watch = rt.watch(['neighbor'], { limit: 10 })
  await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      rt.neighbors.add({ link: 'br0', dst: `10.0.0.${i}`, lladdr: '02:00:00:00:00:01' }),
    ),
  )
  await new Promise((resolve) => setTimeout(resolve, 100))
  watch.close()
  const events: RouteEvent[] = []
  for await (const event of watch) events.push(event)
  expect(events).toHaveLength(11)
  expect(events.at(-1)).toEqual({ type: 'overflow' })
})

it('ends by its signal, and refuses groups that there are not', async () => {
  const controller = new AbortController()
  watch = rt.watch(['link'], { signal: controller.signal })
  const next = watch.next()
  controller.abort()
  expect(await next).toEqual({ value: undefined, done: true })
  expect(() => rt.watch([])).toThrow(TypeError)
  expect(() => rt.watch(['links' as 'link'])).toThrow(/groups: expected any of link, .* got "links"/)
})
