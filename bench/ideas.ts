/**
 * What the design rests on (docs/architecture.md), measured on this machine: one line a figure.
 *
 *     npm run bench:ideas
 */
import { fdbReplace, Netns, Rtnetlink } from 'linkwright'

const ENTRIES = 20_000
const ENDPOINTS = 30

const say = (what: string, microseconds: number, than?: number) =>
  console.log(
    `${microseconds.toFixed(2).padStart(10)} µs  ${what}${than === undefined ? '' : `  (${(than / microseconds).toFixed(1)} times less)`}`,
  )

async function timed(count: number, work: () => Promise<unknown> | void): Promise<number> {
  const start = performance.now()
  await work()
  return ((performance.now() - start) * 1000) / count
}

/** The middle one of several rounds, each in a namespace of its own that is thrown away. */
async function median(rounds: number, round: (rt: Rtnetlink) => Promise<number>): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < rounds; i++) {
    using netns = await Netns.create()
    await using rt = await Rtnetlink.open({ netns })
    await rt.links.create({ kind: 'vxlan', name: 'vx0', up: true, vxlan: { id: 42, port: 4789, learning: false } })
    times.push(await round(rt))
  }
  return times.sort((a, b) => a - b)[rounds >> 1]!
}

const hex = (byte: number) => (byte & 255).toString(16).padStart(2, '0')
const entries = (link: number) =>
  Array.from({ length: ENTRIES }, (_, i) => ({
    link,
    lladdr: `02:42:01:${hex(i >> 16)}:${hex(i >> 8)}:${hex(i)}`,
    dst: `127.0.0.${2 + (i % 200)}`,
  }))

console.log('1. bytes are made and read in TypeScript')
const encoding = await median(7, async (rt) => {
  const { ifindex } = await rt.links.get('vx0')
  const specs = entries(ifindex)
  return timed(ENTRIES, () => {
    for (const spec of specs) fdbReplace(spec)
  })
})
say('to write an FDB entry’s message', encoding)
const listing = await median(7, async (rt) => {
  const { ifindex } = await rt.links.get('vx0')
  await Promise.all(entries(ifindex).map((entry) => rt.fdb.replace(entry)))
  return timed(ENTRIES, () => rt.fdb.list({ link: ifindex }))
})
say('to dump one, the kernel’s part included, to an object', listing)

console.log('2. and 3. a request is a value; those of one tick travel together')
const alone = await median(3, async (rt) => {
  const { ifindex } = await rt.links.get('vx0')
  const some = entries(ifindex).slice(0, 2000)
  return timed(some.length, async () => {
    for (const entry of some) await rt.fdb.replace(entry)
  })
})
const synchronous = await median(3, async (rt) => {
  const { ifindex } = await rt.links.get('vx0')
  const some = entries(ifindex).slice(0, 2000)
  return timed(some.length, () => {
    for (const entry of some) rt.runSync(fdbReplace(entry))
  })
})
const together = await median(5, async (rt) => {
  const { ifindex } = await rt.links.get('vx0')
  const all = entries(ifindex)
  return timed(ENTRIES, () => Promise.all(all.map((entry) => rt.fdb.replace(entry))))
})
say('to add an FDB entry, each awaited before the next', alone)
say('synchronously', synchronous, alone)
say('all of one tick', together, alone)

console.log('4. never move, never delete singly')
async function endpoints(moved: boolean, grouped: boolean): Promise<{ create: number; remove: number }> {
  using netns = await Netns.create()
  await using rt = await Rtnetlink.open({ netns })
  const others = await Promise.all(Array.from({ length: ENDPOINTS }, () => Netns.create()))
  try {
    const names = others.map((_, i) => `ve${i}`)
    const create = await timed(ENDPOINTS, async () => {
      for (const [i, name] of names.entries()) {
        const peer = `vp${i}`
        if (moved) {
          await rt.links.create({ kind: 'veth', name, veth: { peer: { name: peer } } })
          await rt.links.update(peer, { netns: others[i]! })
        } else {
          await rt.links.create({ kind: 'veth', name, group: 7, veth: { peer: { name: peer, netns: others[i]! } } })
        }
      }
    })
    const remove = await timed(ENDPOINTS, async () => {
      if (grouped) await rt.links.deleteGroup(7)
      else for (const name of names) await rt.links.delete(name)
    })
    return { create, remove }
  } finally {
    for (const other of others) other.close()
  }
}
const slow = await endpoints(true, false)
const fast = await endpoints(false, true)
say('a veth whose peer is moved to its namespace', slow.create)
say('a veth whose peer is born there', fast.create, slow.create)
say('to delete a veth singly', slow.remove)
say('to delete it with its group', fast.remove, slow.remove)

console.log('5. a handle belongs to a namespace')
{
  using netns = await Netns.create()
  const opening = await timed(500, async () => {
    for (let i = 0; i < 500; i++) await (await Rtnetlink.open({ netns })).close()
  })
  say('to open a socket in another namespace, and close it', opening)
}
