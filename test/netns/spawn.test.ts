import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { closing, describePrivileged, inside, linkNames, namespaceOf } from '../support/netns.js'

describePrivileged('starting a process inside a namespace', () => {
  it('starts it there, with pipes to it, and leaves this process outside', async () => {
    const netns = closing(await Netns.create())
    inside(netns, 'ip', 'link', 'add', 'veth0', 'type', 'veth', 'peer', 'name', 'veth1')
    const own = namespaceOf()
    const child = netns.spawn('sh', ['-c', 'readlink /proc/self/ns/net; cat'])
    child.stdin.end('by standard input')
    expect(namespaceOf()).toBe(own)
    expect(await text(child.stdout)).toBe(`net:[${netns.inode}]\nby standard input`)
    const ip = netns.spawn('ip', ['-j', 'link'])
    expect(linkNames(await text(ip.stdout))).toEqual(['lo', 'veth1', 'veth0'])
  })

  it('takes the options of child_process.spawn', async () => {
    const netns = closing(await Netns.create())
    const child = netns.spawn('echo "$GREETING" >&2', [], {
      shell: true,
      env: { GREETING: 'hello' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    expect(child.stdin).toBeNull()
    expect(await text(child.stderr!)).toBe('hello\n')
    const pwd = netns.spawn('pwd', [], { cwd: '/proc' })
    expect(await text(pwd.stdout)).toBe('/proc\n')
  })

  it('tells by its events how the process ended', async () => {
    const netns = closing(await Netns.create())
    expect(await once(netns.spawn('sh', ['-c', 'exit 3']), 'exit')).toEqual([3, null])
    const killed = netns.spawn('sleep', ['60'])
    killed.kill('SIGKILL')
    expect(await once(killed, 'exit')).toEqual([null, 'SIGKILL'])
  })

  it('tells by an error event that there is no such program', async () => {
    const netns = closing(await Netns.create())
    const own = namespaceOf()
    const [error] = await once(netns.spawn('/nowhere/nothing'), 'error')
    expect(error).toMatchObject({ code: 'ENOENT', syscall: 'spawn /nowhere/nothing' })
    expect(() => netns.spawn('')).toThrow(TypeError)
    expect(namespaceOf()).toBe(own)
  })

  it('does not hand the namespace’s descriptor to the process', async () => {
    const netns = closing(await Netns.create())
    const child = netns.spawn('ls', ['-l', '/proc/self/fd'])
    expect(await text(child.stdout)).not.toContain('net:[')
  })
})
