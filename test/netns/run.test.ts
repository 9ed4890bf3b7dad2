import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { closing, describePrivileged, inside, namespaceDescriptors, namespaceOf } from '../support/netns.js'

const SOURCE = new URL('../../src/index.ts', import.meta.url).href

/** Runs a script in a process of its own and returns what it printed as JSON. */
function script<Answer>(body: string, ...prefix: string[]): Answer {
  const text = `import { Netns, Rtnetlink } from ${JSON.stringify(SOURCE)}\n${body}`
  const words = [...prefix, process.execPath, '--import', 'tsx', '--input-type=module', '-e', text]
  const { status, stdout, stderr } = spawnSync(words[0]!, words.slice(1), { encoding: 'utf8' })
  if (status !== 0) throw new Error(`exit ${status}: ${stderr}`)
  return JSON.parse(stdout) as Answer
}

describePrivileged('running a function inside a namespace', () => {
  it('calls it there, gives what it returns, and comes back', async () => {
    const netns = closing(await Netns.create())
    const own = namespaceOf()
    expect(netns.run(() => namespaceOf())).toBe(`net:[${netns.inode}]`)
    expect(namespaceOf()).toBe(own)
  })

  it('shows the namespace’s own links and parameters', async () => {
    const netns = closing(await Netns.create())
    inside(netns, 'ip', 'link', 'add', 'veth0', 'type', 'veth', 'peer', 'name', 'veth1')
    const links = netns.run(() => readdirSync('/proc/sys/net/ipv4/conf'))
    expect(links.sort()).toEqual(['all', 'default', 'lo', 'veth0', 'veth1'])
    const lines = netns.run(() => readFileSync('/proc/thread-self/net/dev', 'utf8'))
    expect(lines).toContain('veth1:')
  })

  it('comes back when it throws, and throws the same', async () => {
    const netns = closing(await Netns.create())
    const own = namespaceOf()
    const error = Object.assign(new Error('mine'), { errno: 1, syscall: 'setns' })
    expect(() =>
      netns.run(() => {
        throw error
      }),
    ).toThrow(error)
    expect(namespaceOf()).toBe(own)
    expect(() =>
      netns.run(() => {
        throw null // eslint-disable-line @typescript-eslint/only-throw-error -- whatever a function throws
      }),
    ).toThrow()
    expect(namespaceOf()).toBe(own)
  })

  it('may be called inside itself, and comes back step by step', async () => {
    const [outer, inner] = [closing(await Netns.create()), closing(await Netns.create())]
    const own = namespaceOf()
    const seen = outer.run(() => {
      const first = namespaceOf()
      const second = inner.run(() => outer.run(() => namespaceOf()) + inner.run(() => namespaceOf()))
      expect(() =>
        inner.run(() => {
          throw new Error('inside')
        }),
      ).toThrow('inside')
      return [first, second, namespaceOf()]
    })
    const [a, b] = [`net:[${outer.inode}]`, `net:[${inner.inode}]`]
    expect(seen).toEqual([a, a + b, a])
    expect(namespaceOf()).toBe(own)
  })

  it('names the namespace it is in as the current one', async () => {
    const netns = closing(await Netns.create())
    const current = closing(netns.run(() => Netns.current()))
    expect(current.equals(netns)).toBe(true)
  })

  it('opens and creates other namespaces from inside, and still comes back', async () => {
    const netns = closing(await Netns.create())
    const own = namespaceOf()
    const made = closing(netns.run(() => Netns.createSync()))
    expect(netns.run(() => made.sysctl.getSync('net.ipv4.ip_forward'))).toMatch(/^[01]$/)
    expect(made.equals(netns)).toBe(false)
    expect(namespaceOf()).toBe(own)
  })

  it('refuses an async function before calling it', async () => {
    const netns = closing(await Netns.create())
    let called = false
    const work = async () => {
      called = true
      await Promise.resolve()
    }
    expect(() => netns.run(work as never)).toThrow('work: expected a synchronous function, got an async one')
    expect(() => netns.run(work as never)).toThrow(TypeError)
    expect(() =>
      netns.run(function* () {
        called = true
      }),
    ).toThrow('work: expected a function, got a generator')
    expect(() =>
      netns.run(async function* () {
        called = true
        await Promise.resolve()
      }),
    ).toThrow(TypeError)
    expect(called).toBe(false)
  })

  it('refuses a promise that comes back, after it came back itself', async () => {
    const netns = closing(await Netns.create())
    const own = namespaceOf()
    const rejected = () => Promise.reject(new Error('nobody’s'))
    expect(() => netns.run(rejected as never)).toThrow('got one that returned a promise')
    expect(() => netns.run(() => ({ then() {} }))).toThrow(TypeError)
    expect(namespaceOf()).toBe(own)
    // A rejection that nobody handles would fail this test.
    await new Promise((resolve) => setTimeout(resolve, 10))
  })

  it('takes nothing but a function', async () => {
    const netns = closing(await Netns.create())
    expect(() => netns.run('code' as never)).toThrow('work: expected a function, got "code"')
    expect(() => netns.run(undefined as never)).toThrow(TypeError)
  })

  it('runs promise callbacks outside', async () => {
    const netns = closing(await Netns.create())
    let after: Promise<string> | undefined
    netns.run(() => {
      after = Promise.resolve().then(() => namespaceOf())
    })
    expect(await after).toBe(namespaceOf())
  })

  it('leaves no descriptor open', async () => {
    const netns = closing(await Netns.create())
    const open = namespaceDescriptors()
    for (let i = 0; i < 100; i++) netns.run(() => i)
    expect(namespaceDescriptors()).toEqual(open)
  })

  it('does not start the thread pool of Node in there', () => {
    const namespaces = script<string[]>(`
      import fs from 'node:fs'
      const netns = Netns.createSync()
      await new Promise((resolve) => netns.run(() => { fs.stat('/', resolve) }))
      const threads = fs.readdirSync('/proc/self/task')
      console.log(JSON.stringify(threads.map((thread) => fs.readlinkSync('/proc/self/task/' + thread + '/ns/net'))))`)
    expect(new Set(namespaces).size).toBe(1)
    expect(namespaces.length).toBeGreaterThan(4)
  })

  it('leaves what is begun in there to threads that are outside', () => {
    const answer = script<Record<string, boolean>>(`
      const netns = Netns.createSync()
      const own = Netns.current()
      let opened, watch
      const rt = Rtnetlink.openSync()
      netns.run(() => {
        opened = Rtnetlink.open()
        watch = rt.watch(['link'])
        const inside = Rtnetlink.openSync()
        globalThis.inside = inside
      })
      await rt.links.list()
      const place = (socket) => socket.namespace()
      const first = await opened
      const later = await Rtnetlink.open({ netns })
      const seen = { first: place(first.socket).inode === own.inode, inside: place(inside.socket).inode === netns.inode }
      // What changes at home is heard; nothing changes there but by this.
      const heard = inside.watch(['link'])
      await later.links.create({ kind: 'veth', name: 'a', veth: { peer: { name: 'b' } } })
      const event = await heard.next()
      seen.heard = event.value.type === 'link'
      watch.close()
      heard.close()
      await Promise.all([first, rt, inside, later].map((socket) => socket.close()))
      console.log(JSON.stringify(seen))`)
    expect(answer).toEqual({ first: true, inside: true, heard: true })
  })

  it('does not enter where it could not come back, and other work inside is done all the same', () => {
    // A user namespace without a network namespace of its own: it may leave the one it is in, and not return.
    const answer = script<{ message: string }>(
      `
      import fs from 'node:fs'
      const own = fs.readlinkSync('/proc/self/ns/net')
      const netns = await Netns.create()
      let refusal, called = false
      try { netns.run(() => { called = true }) } catch (error) { refusal = error }
      const values = [await netns.sysctl.get('net.ipv4.ip_forward'), netns.sysctl.getSync('net.ipv4.ip_forward')]
      const again = Netns.createSync()
      console.log(JSON.stringify({
        called, name: refusal.name, code: refusal.code, syscall: refusal.syscall, message: refusal.message, values,
        home: fs.readlinkSync('/proc/self/ns/net') === own, distinct: !again.equals(netns),
      }))`,
      ...['unshare', '-r'],
    )
    expect(answer).toMatchObject({
      called: false,
      name: 'NetnsError',
      code: 'EPERM',
      syscall: 'setns',
      values: ['0', '0'],
      home: true,
      distinct: true,
    })
    expect(answer.message).toContain('Nothing was run: the thread could not have come back')
  })
})
