import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import {
  cleanup,
  closing,
  command,
  describePrivileged,
  inside,
  ipNetnsList,
  isOurs,
  namespaceOf,
  ourMounts,
  scratchName,
} from '../support/netns.js'

function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'netns-'))
  cleanup(() => rmSync(directory, { recursive: true }))
  return directory
}

describePrivileged('opening a namespace', () => {
  it('finds by name what ip netns made', async () => {
    const name = scratchName()
    command('ip', 'netns', 'add', name)
    const inode = command('ip', 'netns', 'exec', name, 'readlink', '/proc/self/ns/net').trim()
    for (const netns of [await Netns.open(name), await Netns.open({ name }), Netns.openSync(name)]) {
      closing(netns)
      expect(namespaceOf(netns)).toBe(inode)
      expect(netns).toMatchObject({ name, path: `/run/netns/${name}` })
    }
  })

  it('finds by path a namespace of a process, a mount, and a link to one', async () => {
    const name = scratchName()
    const netns = closing(await Netns.create(name))
    const link = join(scratchDirectory(), 'link')
    symlinkSync(netns.path!, link)
    for (const path of [netns.path!, link, `/proc/self/fd/${netns.fd}`]) {
      const again = closing(await Netns.open({ path }))
      expect(again.equals(netns)).toBe(true)
      expect(again).toMatchObject({ name: undefined, path })
    }
    expect(namespaceOf(closing(Netns.openSync({ path: '/proc/self/ns/net' })))).toBe(namespaceOf())
  })

  it('finds the namespace of a process', async () => {
    const netns = closing(await Netns.create())
    const child = spawn('nsenter', [`--net=/proc/${process.pid}/fd/${netns.fd}`, 'cat'])
    cleanup(async () => {
      child.stdin.end()
      await once(child, 'exit')
    })
    child.stdin.write('entered')
    await once(child.stdout, 'data')
    expect(closing(await Netns.open({ pid: child.pid! })).equals(netns)).toBe(true)
    expect(closing(Netns.openSync({ pid: child.pid! })).equals(netns)).toBe(true)
    expect(namespaceOf(closing(await Netns.open({ pid: process.pid })))).toBe(namespaceOf())
  })

  it('takes a descriptor and leaves it to the caller', async () => {
    const made = closing(await Netns.create())
    const fd = openSync(`/proc/self/fd/${made.fd}`, 'r')
    const netns = closing(await Netns.open({ fd }))
    expect(netns.fd).not.toBe(fd)
    closeSync(fd)
    expect(netns.equals(made)).toBe(true)
    expect(namespaceOf(netns)).toBe(`net:[${made.inode}]`)
    expect(namespaceOf(closing(Netns.openSync({ fd: made.fd })))).toBe(`net:[${made.inode}]`)
  })

  it('tells namespaces apart', async () => {
    const [one, two] = [closing(await Netns.create()), closing(await Netns.create())]
    expect(one.equals(two)).toBe(false)
    expect(one.equals(closing(Netns.openSync({ fd: one.fd })))).toBe(true)
  })

  it('says that there is none of that name', async () => {
    const name = scratchName()
    await expect(Netns.open(name)).rejects.toMatchObject({ code: 'ENOENT', syscall: 'open' })
    await expect(Netns.open(name)).rejects.toThrow(
      `can't open namespace ${name}: no such file or directory (ENOENT) (open). There is no namespace of that name`,
    )
    expect(() => Netns.openSync(name)).toThrow('There is no namespace of that name')
  })

  it('says that a name is a file on which nothing is mounted', async () => {
    const name = scratchName()
    closing(await Netns.create(scratchName()))
    command('touch', `/run/netns/${name}`)
    await expect(Netns.open(name)).rejects.toThrow('is a file on which no network namespace is mounted')
  })

  it('refuses what is no network namespace', async () => {
    const fifo = join(scratchDirectory(), 'fifo')
    command('mkfifo', fifo)
    for (const path of ['/proc/self/ns/mnt', '/proc/self/ns/user', '/dev/null', '/proc/self/status', '/tmp', fifo]) {
      await expect(Netns.open({ path }), path).rejects.toMatchObject({ code: 'EINVAL' })
      await expect(Netns.open({ path }), path).rejects.toThrow('It is not a network namespace')
    }
    const fd = openSync('/dev/null', 'r')
    cleanup(() => closeSync(fd))
    await expect(Netns.open({ fd })).rejects.toThrow('It is not a network namespace')
  })
})

describe('opening a namespace without privilege', () => {
  it('gives the one of the calling thread', () => {
    const netns = closing(Netns.current())
    expect(namespaceOf(netns)).toBe(namespaceOf())
    expect(netns.name).toBeUndefined()
  })

  it('says that there is no such process, path or descriptor', async () => {
    await expect(Netns.open({ pid: 0x7fffffff })).rejects.toThrow('There is no process 2147483647')
    await expect(Netns.open({ path: '/nowhere' })).rejects.toThrow("can't open namespace /nowhere: no such file")
    await expect(Netns.open({ fd: 100000 })).rejects.toThrow('Descriptor 100000 is not open')
    expect(() => Netns.openSync({ fd: 100000 })).toThrow(expect.objectContaining({ code: 'EBADF' }))
  })

  it.each([
    [5, 'target: expected a name, { name }, { path }, { pid } or { fd }, got 5'],
    [null, 'target: expected a name, { name }, { path }, { pid } or { fd }, got null'],
    [{}, 'target: expected a name, { name }, { path }, { pid } or { fd }, got an object with nothing in it'],
    [
      { name: 'a', pid: 1 },
      'target: expected a name, { name }, { path }, { pid } or { fd }, got an object with name, pid',
    ],
    [{ nmae: 'a' }, 'target.nmae: unknown option, did you mean name?'],
    [{ pid: 'self' }, 'target.pid: expected a process id, got "self"'],
    [{ pid: 0 }, 'target.pid: expected a process id (1 to 2147483647), got 0'],
    [{ pid: 1.5 }, 'target.pid: expected a process id (1 to 2147483647), got 1.5'],
    [{ fd: -1 }, 'target.fd: expected a descriptor, got -1'],
    [{ fd: 2 ** 32 }, 'target.fd: expected a descriptor, got 4294967296'],
    [{ path: '' }, 'target.path: expected a path, got ""'],
    [{ path: 'a\0b' }, 'target.path: expected a path, got "a\\u0000b"'],
    [{ path: 5 }, 'target.path: expected a path, got 5'],
    [{ name: undefined }, 'target.name: expected the name of a namespace'],
  ])('refuses %j', async (target, message) => {
    await expect(Netns.open(target as never)).rejects.toThrow(message)
    expect(() => Netns.openSync(target as never)).toThrow(message)
  })
})

describePrivileged('listing and deleting names', () => {
  it('lists what ip netns and the library made, with inodes', async () => {
    const [ours, theirs] = [scratchName(), scratchName()]
    const netns = closing(await Netns.create(ours))
    command('ip', 'netns', 'add', theirs)
    const inode = Number(command('stat', '-c', '%i', `/run/netns/${theirs}`))
    for (const list of [await Netns.list(), Netns.listSync()]) {
      expect(
        list
          .map(({ name }) => name)
          .filter(isOurs)
          .sort(),
      ).toEqual(ipNetnsList().sort())
      const found = list.find(({ name }) => name === ours)!
      expect(found).toEqual({ name: ours, path: `/run/netns/${ours}`, inode: netns.inode, device: netns.device })
      expect(netns.equals(found)).toBe(true)
      expect(list.find(({ name }) => name === theirs)!.inode).toBe(inode)
    }
  })

  it('marks a name on which nothing is mounted, and deletes it', async () => {
    const name = scratchName()
    closing(await Netns.create(scratchName()))
    command('touch', `/run/netns/${name}`)
    const entry = (await Netns.list()).find((entry) => entry.name === name)
    expect(entry).toEqual({ name, path: `/run/netns/${name}`, inode: undefined, device: undefined })
    await Netns.delete(name)
    expect(existsSync(`/run/netns/${name}`)).toBe(false)
  })

  it('lists a link to the namespace of a process, and deletes the link alone', async () => {
    const name = scratchName()
    closing(await Netns.create(scratchName()))
    symlinkSync('/proc/self/ns/net', `/run/netns/${name}`)
    const own = closing(Netns.current())
    expect(own.equals((await Netns.list()).find((entry) => entry.name === name)!)).toBe(true)
    await Netns.delete(name)
    expect(existsSync(`/run/netns/${name}`)).toBe(false)
    expect(existsSync('/proc/self/ns/net')).toBe(true)
  })

  it('deletes what ip netns made', async () => {
    const [one, two] = [scratchName(), scratchName()]
    command('ip', 'netns', 'add', one)
    command('ip', 'netns', 'add', two)
    await Netns.delete(one)
    Netns.deleteSync(two)
    expect(ipNetnsList()).not.toContain(one)
    expect(ipNetnsList()).not.toContain(two)
    expect(ourMounts()).toEqual([])
  })

  it('deletes a name with several mounts on top of each other', async () => {
    const name = scratchName()
    const netns = closing(await Netns.create(name))
    command('mount', '--bind', `/proc/${process.pid}/fd/${netns.fd}`, netns.path!)
    await Netns.delete(name)
    expect(existsSync(netns.path!)).toBe(false)
    expect(ourMounts()).toEqual([])
  })

  it('leaves a namespace whose name was deleted to those who have it open', async () => {
    const name = scratchName()
    const netns = closing(await Netns.create(name))
    await Netns.delete(name)
    inside(netns, 'ip', 'link', 'set', 'lo', 'up')
    expect(namespaceOf(netns)).toBe(`net:[${netns.inode}]`)
  })

  it('says that there is no such name', async () => {
    const name = scratchName()
    await expect(Netns.delete(name)).rejects.toMatchObject({ code: 'ENOENT', syscall: 'unlink' })
    expect(() => Netns.deleteSync(name)).toThrow(
      `can't delete the namespace ${name}: no such file or directory (ENOENT) (unlink). There is no namespace of that name`,
    )
  })
})
