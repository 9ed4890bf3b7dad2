import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { expect, it } from 'vitest'

import { NetnsError } from '../../src/errors.js'
import { Netns } from '../../src/netns/netns.js'
import {
  closing,
  command,
  describePrivileged,
  eventually,
  inside,
  ipNetnsList,
  linkNames,
  namespaceDescriptors,
  namespaceOf,
  namespacesOfThreads,
  ourMounts,
  scratchName,
} from '../support/netns.js'

describePrivileged('creating a namespace', () => {
  it('makes a named one that ip netns lists and enters', async () => {
    const name = scratchName()
    const netns = closing(await Netns.create(name))
    expect(ipNetnsList()).toContain(name)
    expect(command('ip', 'netns', 'exec', name, 'readlink', '/proc/self/ns/net').trim()).toBe(`net:[${netns.inode}]`)
    expect(netns.name).toBe(name)
    expect(netns.path).toBe(`/run/netns/${name}`)
    expect(statSync(netns.path!)).toMatchObject({ ino: netns.inode, dev: netns.device })
    expect(String(netns)).toBe(`namespace ${name}`)
  })

  it('makes a named one at once', () => {
    const name = scratchName()
    const netns = closing(Netns.createSync(name))
    expect(command('ip', 'netns', 'exec', name, 'readlink', '/proc/self/ns/net').trim()).toBe(`net:[${netns.inode}]`)
  })

  it('makes a named one that ip netns deletes', async () => {
    const name = scratchName()
    closing(await Netns.create(name))
    command('ip', 'netns', 'delete', name)
    expect(existsSync(`/run/netns/${name}`)).toBe(false)
    expect(ourMounts()).toEqual([])
  })

  it('makes the directory of names a shared mount once, as ip netns does', async () => {
    const mounts = () =>
      readFileSync('/proc/self/mountinfo', 'utf8')
        .split('\n')
        .filter((line) => line.split(' ')[4] === '/run/netns')
    closing(await Netns.create(scratchName()))
    const first = mounts()
    expect(first.at(-1)).toContain(' shared:')
    command('ip', 'netns', 'add', scratchName())
    closing(await Netns.create(scratchName()))
    expect(mounts()).toEqual(first)
  })

  it('makes an anonymous one that has no name, and a loopback link that is down', async () => {
    const netns = closing(await Netns.create())
    expect((await Netns.list()).some((entry) => netns.equals(entry))).toBe(false)
    expect(netns.name).toBeUndefined()
    expect(netns.path).toBeUndefined()
    expect(namespaceOf(netns)).toBe(`net:[${netns.inode}]`)
    const links = JSON.parse(inside(netns, 'ip', '-j', 'link'))
    expect(links).toMatchObject([{ ifname: 'lo', operstate: 'DOWN' }])
  })

  it('makes an anonymous one at once', () => {
    const netns = closing(Netns.createSync())
    expect(namespaceOf(netns)).toBe(`net:[${netns.inode}]`)
    expect(namespaceOf(netns)).not.toBe(namespaceOf())
  })

  it('leaves every thread of the process in its own namespace', async () => {
    const own = namespaceOf()
    const made = await Promise.all(Array.from({ length: 20 }, () => Netns.create()))
    made.push(Netns.createSync())
    expect(namespacesOfThreads()).toEqual(new Set([own]))
    expect(new Set(made.map(({ inode }) => inode)).size).toBe(made.length)
    for (const netns of made) netns.close()
  })

  it('opens descriptors that child processes do not inherit', async () => {
    const netns = closing(await Netns.create())
    const { stdout } = spawnSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' })
    expect(stdout).not.toContain(namespaceOf(netns))
  })

  it('refuses a name that is taken, and leaves nothing behind', async () => {
    const name = scratchName()
    const first = closing(await Netns.create(name))
    const open = namespaceDescriptors()
    const mounted = ourMounts()
    const refusal = expect.objectContaining({ code: 'EEXIST', errno: 17, syscall: 'open' })
    await expect(Netns.create(name)).rejects.toEqual(refusal)
    expect(() => Netns.createSync(name)).toThrow(refusal)
    await expect(Netns.create(name)).rejects.toThrow(
      `can't create the namespace ${name}: file already exists (EEXIST) (open). The name is taken: /run/netns/${name} exists`,
    )
    await expect(Netns.create(name)).rejects.toBeInstanceOf(NetnsError)
    expect(namespaceDescriptors()).toEqual(open)
    expect(ourMounts()).toEqual(mounted)
    expect(statSync(`/run/netns/${name}`).ino).toBe(first.inode)
  })

  it('refuses a name that is taken by a file that is no namespace', async () => {
    const name = scratchName()
    closing(await Netns.create(scratchName()))
    command('touch', `/run/netns/${name}`)
    await expect(Netns.create(name)).rejects.toMatchObject({ code: 'EEXIST' })
    expect(existsSync(`/run/netns/${name}`)).toBe(true)
  })

  it('gives one of two that create the same name at the same time an error', async () => {
    const name = scratchName()
    const results = await Promise.allSettled([Netns.create(name), Netns.create(name)])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    for (const result of results) if (result.status === 'fulfilled') closing(result.value)
    expect(readdirSync('/run/netns')).toContain(name)
  })

  it('keeps a named namespace alive when its handle is closed', async () => {
    const name = scratchName()
    const netns = await Netns.create(name)
    netns.close()
    expect(command('ip', 'netns', 'exec', name, 'readlink', '/proc/self/ns/net').trim()).toBe(`net:[${netns.inode}]`)
  })

  it('ends an anonymous namespace with its links when its handle is closed', async () => {
    const outer = closing(await Netns.create())
    const inner = await Netns.create()
    inside(
      outer,
      'ip',
      ...[
        'link',
        'add',
        'veth0',
        'type',
        'veth',
        'peer',
        'name',
        'veth1',
        'netns',
        `/proc/${process.pid}/fd/${inner.fd}`,
      ],
    )
    const links = () => linkNames(inside(outer, 'ip', '-j', 'link'))
    expect(links()).toEqual(['lo', 'veth0'])
    inner.close()
    await eventually(() => links().length === 1)
  })
})

describePrivileged('the name of a namespace', () => {
  const names: [string, string][] = [
    ['empty', ''],
    ['with a slash', 'a/b'],
    ['that is a dot', '.'],
    ['that is two dots', '..'],
    ['with a NUL', 'a\0b'],
    ['of 256 bytes', 'x'.repeat(256)],
    ['of 128 characters with 256 bytes', 'é'.repeat(128)],
  ]
  it.each(names)('may not be one %s', async (_, name) => {
    const expected = 'name: expected the name of a namespace (1 to 255 bytes, no "/", not "." or ".."), got "'
    for (const refused of [() => Netns.create(name), () => Netns.open(name), () => Netns.delete(name)]) {
      await expect(refused()).rejects.toBeInstanceOf(RangeError)
      await expect(refused()).rejects.toThrow(expected)
    }
    for (const refused of [() => Netns.createSync(name), () => Netns.openSync(name), () => Netns.deleteSync(name)]) {
      expect(refused).toThrow(RangeError)
    }
    expect(() => Netns.openSync({ name })).toThrow(`target.${expected}`)
  })

  it('may be no other type than a string', async () => {
    await expect(Netns.create(5 as never)).rejects.toThrow(TypeError)
    await expect(Netns.create(null as never)).rejects.toThrow(TypeError)
    await expect(Netns.delete(undefined as never)).rejects.toThrow('name: expected the name of a namespace')
  })

  it('may have 255 bytes, spaces and letters of all scripts', async () => {
    for (const name of [`${scratchName()}-`.padEnd(255, 'x'), `${scratchName()} größe`]) {
      closing(await Netns.create(name))
      expect(readdirSync('/run/netns')).toContain(name)
      await Netns.delete(name)
      expect(readdirSync('/run/netns')).not.toContain(name)
    }
  })
})
