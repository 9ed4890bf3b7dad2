import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { BatchError, ClosedError, NetlinkError } from '../../src/errors.js'
import { Netns } from '../../src/netns/netns.js'
import { neighborAdd, neighborGet, neighborList } from '../../src/route/neighbors.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import type { Neighbor } from '../../src/schema/neighbor.js'

let netns: Netns
let rt: Rtnetlink

/** What `ip` says inside the namespace. */
const ip = (...args: string[]) =>
  JSON.parse(
    execFileSync('nsenter', [`--net=/proc/${process.pid}/fd/${netns.fd}`, 'ip', '-j', ...args], { encoding: 'utf8' }) ||
      '[]',
  ) as Record<string, unknown>[]

/** Those that tests make; the kernel has multicast ones of its own. */
const permanent = (neighbors: Neighbor[]) => neighbors.filter(({ state }) => state.includes('permanent'))

const entry = (i: number) => ({ link: 'br0', dst: `10.0.${i >> 8}.${i & 255}`, lladdr: '02:00:00:00:00:01' })

beforeEach(async () => {
  netns = await Netns.create()
  rt = await Rtnetlink.open({ netns })
  await rt.links.create({ kind: 'bridge', name: 'br0', up: true })
})
afterEach(async () => {
  await rt.close()
  netns.close()
})

describe('requests of the same tick', () => {
  it('keep their order, and each gets its own result or its own error', async () => {
    const results = await Promise.allSettled([
      rt.neighbors.add(entry(1)),
      rt.neighbors.add(entry(1)),
      rt.neighbors.delete(entry(1)),
      rt.neighbors.delete(entry(1)),
      rt.neighbors.add(entry(2)),
    ])
    expect(results.map((r) => (r.status === 'fulfilled' ? 'done' : (r.reason as NetlinkError).code))).toEqual([
      'done',
      'EEXIST',
      'done',
      'ENOENT',
      'done',
    ])
    expect(ip('neigh', 'show', 'dev', 'br0', 'nud', 'permanent').map(({ dst }) => dst)).toEqual(['10.0.0.2'])
  })

  it('may name a link that an earlier one of them makes', async () => {
    await Promise.all([
      rt.links.create({ kind: 'bridge', name: 'br1' }),
      rt.links.create({ kind: 'veth', name: 'v0', master: 'br1', veth: { peer: { name: 'v1' } } }),
      rt.neighbors.add({ ...entry(1), link: 'br1' }),
    ])
    expect(ip('link', 'show', 'v0')[0]).toMatchObject({ master: 'br1' })
    expect(ip('neigh', 'show', 'dev', 'br1')[0]).toMatchObject({ dst: '10.0.0.1' })
  })

  it('reach the kernel by the thousand, with every failure among them reported where it belongs', async () => {
    const count = 5000
    const requests = Array.from({ length: count }, (_, i) => rt.neighbors.add(entry(i % 7 === 3 ? i - 1 : i)))
    const results = await Promise.allSettled(requests)
    for (const [i, result] of results.entries()) {
      expect(result.status, `request ${i}`).toBe(i % 7 === 3 ? 'rejected' : 'fulfilled')
      if (result.status === 'rejected') expect((result.reason as NetlinkError).message).toContain(entry(i - 1).dst)
    }
  })
})

describe('a small receive buffer', () => {
  it('loses no failure of a large bulk', async () => {
    await using small = await Rtnetlink.open({ netns, receiveBuffer: 4096 })
    const results = await small.bulk(Array.from({ length: 2000 }, () => neighborAdd(entry(1))))
    expect(results.filter((r) => r.status === 'fulfilled')).toHaveLength(1)
    expect(results.filter((r) => r.status === 'rejected' && (r.reason as NetlinkError).code === 'EEXIST')).toHaveLength(
      1999,
    )
  })
})

describe('a batch', () => {
  it('stops at the first failure and says what was done', async () => {
    const failing = rt.batch([neighborAdd(entry(1)), neighborAdd(entry(1)), neighborAdd(entry(2))])
    const error = (await failing.catch((e: unknown) => e)) as BatchError
    expect(error).toBeInstanceOf(BatchError)
    expect(error.index).toBe(1)
    expect(error.results).toHaveLength(1)
    expect((error.cause as NetlinkError).code).toBe('EEXIST')
    expect(error.message).toContain('request 2 of 3 failed, the 1 after it were not sent')
    expect(ip('neigh', 'show', 'dev', 'br0').map(({ dst }) => dst)).toEqual(['10.0.0.1'])
  })

  it('gives the results in order, and nothing for nothing', async () => {
    await rt.neighbors.add(entry(1))
    const [, got] = await rt.batch([neighborAdd(entry(2)), neighborGet({ link: 'br0', dst: '10.0.0.2' })])
    expect(got).toMatchObject({ dst: '10.0.0.2', state: ['permanent'] })
    expect(await rt.batch([])).toEqual([])
  })

  it('refuses a dump', async () => {
    await expect(rt.batch([neighborList()])).rejects.toThrow(/a dump can't be part of a batch/)
  })
})

describe('a request', () => {
  it('is a value: it can be run again, and changing what it was made of changes nothing', async () => {
    const spec = entry(1)
    const request = neighborAdd(spec)
    spec.dst = '10.0.0.9'
    await rt.run(request)
    await expect(rt.run(request)).rejects.toMatchObject({ code: 'EEXIST', request: 'RTM_NEWNEIGH' })
    expect(ip('neigh', 'show', 'dev', 'br0').map(({ dst }) => dst)).toEqual(['10.0.0.1'])
  })

  it('runs synchronously, in order with those before it', () => {
    void rt.neighbors.add(entry(1))
    expect(rt.runSync(neighborGet({ link: 'br0', dst: '10.0.0.1' }))).toMatchObject({ dst: '10.0.0.1' })
    expect(permanent(rt.runSync(neighborList({ link: 'br0', family: 'ipv4' })))).toHaveLength(1)
    expect(() => rt.runSync(neighborAdd(entry(1)))).toThrow(NetlinkError)
  })

  it('that names no link says which', async () => {
    await expect(rt.neighbors.add({ ...entry(1), link: 'nope' })).rejects.toMatchObject({
      code: 'ENODEV',
      message: expect.stringContaining('there is no link named nope') as string,
    })
  })
})

describe('a dump', () => {
  const fill = (count: number) => Promise.all(Array.from({ length: count }, (_, i) => rt.neighbors.add(entry(i))))

  it('can be left early, and the socket goes on', async () => {
    await fill(500)
    let seen = 0
    for await (const neighbor of rt.socket.stream(neighborList({ link: 'br0' }))) {
      expect(neighbor.ifindex).toBeGreaterThan(0)
      if (++seen === 10) break
    }
    expect(seen).toBe(10)
    expect(permanent(await rt.neighbors.list({ link: 'br0', family: 'ipv4' }))).toHaveLength(500)
  })

  it('larger than what may wait for a slow consumer arrives whole', async () => {
    const count = 900
    await fill(count)
    // Many dumps at once, each taken slowly.
    const dumps = Array.from({ length: 8 }, async () => {
      let seen = 0
      for await (const neighbor of rt.socket.stream(neighborList({ link: 'br0', family: 'ipv4' }))) {
        if (neighbor.state.includes('permanent') && ++seen % 300 === 0)
          await new Promise((resolve) => setTimeout(resolve, 1))
      }
      return seen
    })
    expect(await Promise.all(dumps)).toEqual(Array(8).fill(count))
  })
})

describe('closing', () => {
  it('lets what was queued end, and refuses what comes after', async () => {
    const added = rt.neighbors.add(entry(1))
    const closed = rt.close()
    await expect(rt.neighbors.add(entry(2))).rejects.toThrow(ClosedError)
    await closed
    await expect(added).resolves.toBeUndefined()
    expect(() => rt.runSync(neighborList())).toThrow(ClosedError)
    await rt.close()
    expect(ip('neigh', 'show', 'dev', 'br0').map(({ dst }) => dst)).toEqual(['10.0.0.1'])
  })

  it('gives a dump that was under way whole, and ends a stream that nobody takes from with an error', async () => {
    await Promise.all(Array.from({ length: 2000 }, (_, i) => rt.neighbors.add(entry(i))))
    const list = rt.neighbors.list({ link: 'br0', family: 'ipv4' })
    const stream = rt.socket.stream(neighborList({ link: 'br0' }))
    expect((await stream.next()).done).toBe(false)
    await rt.close()
    expect(permanent(await list)).toHaveLength(2000)
    const rest = async () => {
      for await (const _ of stream);
    }
    await expect(rest()).rejects.toThrow(ClosedError)
  })

  it('gives every descriptor back', async () => {
    const open = () => readdirSync('/proc/self/fd').length
    await using warm = await Rtnetlink.open({ netns })
    await warm.neighbors.list()
    const before = open()
    for (let i = 0; i < 50; i++) {
      const one = await Rtnetlink.open({ netns })
      const watch = one.watch(['link', 'neighbor'])
      await one.neighbors.list()
      watch.close()
      await one.close()
    }
    // The monitor lets go of a closed subscription's descriptor by its next turn.
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(open()).toBeLessThanOrEqual(before + 2)
  })
})

describe('the life of a process', () => {
  const program = (body: string) => {
    const code = `
      import { Rtnetlink, Netns } from 'linkwright'
      const netns = await Netns.create()
      const rt = await Rtnetlink.open({ netns })
      ${body}`
    return spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', code], {
      encoding: 'utf8',
      timeout: 20_000,
    })
  }

  it('ends by itself while a socket is open and nothing is under way', () => {
    expect(program(`console.log('open')`)).toMatchObject({ status: 0, stdout: 'open\n', stderr: '' })
  })

  it('waits for a request that is under way, unless it was told not to', () => {
    expect(program(`rt.links.list().then((l) => console.log(l.length))`).stdout).toBe('1\n')
    expect(program(`rt.unref(); rt.links.list().then(() => 0)`)).toMatchObject({ status: 0, signal: null })
  })

  it('waits for a watch until it is closed or unreferenced', () => {
    expect(
      program(`const w = rt.watch(['link']); setTimeout(() => { w.close(); console.log('closed') }, 50)`).stdout,
    ).toBe('closed\n')
    expect(program(`rt.watch(['link']).unref()`)).toMatchObject({ status: 0, signal: null })
  })

  it('may end at any moment, with requests, dumps and watches under way', () => {
    const body = `
      rt.watch(['neighbor'])
      rt.watch(['link'])
      await rt.links.create({ kind: 'bridge', name: 'br0', up: true })
      for (let i = 0; i < 2000; i++) rt.neighbors.add({ link: 'br0', dst: '10.0.' + (i >> 8) + '.' + (i & 255), lladdr: '02:00:00:00:00:01' })
      rt.neighbors.list()
      setImmediate(() => process.exit(7))`
    expect(program(body)).toMatchObject({ status: 7, signal: null, stderr: '' })
  })

  it('survives a worker thread that is terminated with requests under way', () => {
    const body = `
      import { Worker } from 'node:worker_threads'
      const source = \`
        import('linkwright').then(async ({ Rtnetlink, Netns }) => {
          const netns = await Netns.create()
          const rt = await Rtnetlink.open({ netns })
          rt.watch(['neighbor'])
          await rt.links.create({ kind: 'bridge', name: 'br0', up: true })
          const { parentPort } = await import('node:worker_threads')
          parentPort.postMessage('ready')
          for (;;) await Promise.all(Array.from({ length: 500 }, (_, i) =>
            rt.neighbors.replace({ link: 'br0', dst: '10.0.0.' + (i & 255), lladdr: '02:00:00:00:00:01' })))
        })\`
      for (let i = 0; i < 5; i++) {
        const worker = new Worker(source, { eval: true })
        await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
        await new Promise((resolve) => setTimeout(resolve, 10))
        await worker.terminate()
      }
      console.log((await rt.links.list()).length)`
    expect(program(body)).toMatchObject({ status: 0, stdout: '1\n', stderr: '' })
  })

  it('closes the descriptors of sockets that were forgotten', () => {
    const body = `
      import { readdirSync } from 'node:fs'
      const open = () => readdirSync('/proc/self/fd').length
      const before = open()
      let sockets = await Promise.all(Array.from({ length: 100 }, () => Rtnetlink.open({ netns })))
      await Promise.all(sockets.map((socket) => socket.links.list()))
      const most = open()
      sockets = undefined
      for (let i = 0; i < 20 && open() > before; i++) { gc(); await new Promise((resolve) => setTimeout(resolve, 10)) }
      console.log(most >= before + 100, open() <= before)`
    expect(program(body).stdout).toBe('true true\n')
  })
})
