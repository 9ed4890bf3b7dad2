import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { closing, describePrivileged, inside, namespaceOf } from '../support/netns.js'

const read = (netns: Netns, path: string) => inside(netns, 'cat', `/proc/sys/${path}`).trimEnd()
const readHere = (path: string) => readFileSync(`/proc/sys/${path}`, 'utf8').trimEnd()

describePrivileged('the parameters of a namespace', () => {
  it('are written inside and not outside', async () => {
    const netns = closing(await Netns.create())
    const outside = readHere('net/ipv4/ip_forward')
    const own = namespaceOf()
    const other = outside === '1' ? '0' : '1'
    await netns.sysctl.set('net.ipv4.ip_forward', other)
    expect(read(netns, 'net/ipv4/ip_forward')).toBe(other)
    expect(readHere('net/ipv4/ip_forward')).toBe(outside)
    netns.sysctl.setSync('net.ipv4.ip_forward', outside)
    expect(read(netns, 'net/ipv4/ip_forward')).toBe(outside)
    netns.sysctl.setSync('net.ipv4.ip_forward', other)
    expect(readHere('net/ipv4/ip_forward')).toBe(outside)
    expect(namespaceOf()).toBe(own)
  })

  it('are read as the kernel writes them', async () => {
    const netns = closing(await Netns.create())
    for (const path of ['net/ipv4/ip_forward', 'net/ipv4/tcp_rmem', 'net/ipv4/ip_local_reserved_ports']) {
      expect(await netns.sysctl.get(path)).toBe(read(netns, path))
      expect(netns.sysctl.getSync(path)).toBe(read(netns, path))
    }
    expect(netns.sysctl.getSync('net.ipv4.tcp_rmem').split('\t')).toHaveLength(3)
  })

  it('take numbers, big integers, booleans, lists and nothing', async () => {
    const netns = closing(await Netns.create())
    const { sysctl } = netns
    const port = 'net/ipv4/ip_default_ttl'
    sysctl.setSync(port, 33)
    expect(read(netns, port)).toBe('33')
    sysctl.setSync(port, 34n)
    expect(read(netns, port)).toBe('34')
    await sysctl.set('net.ipv4.ip_forward', true)
    expect(read(netns, 'net/ipv4/ip_forward')).toBe('1')
    await sysctl.set('net.ipv4.ip_forward', false)
    expect(read(netns, 'net/ipv4/ip_forward')).toBe('0')
    await sysctl.set('net.ipv4.ping_group_range', '0 100')
    expect(read(netns, 'net/ipv4/ping_group_range')).toBe('0\t100')
    await sysctl.set('net.ipv4.ip_local_reserved_ports', '8080,9000-9010')
    expect(read(netns, 'net/ipv4/ip_local_reserved_ports')).toBe('8080,9000-9010')
    await sysctl.set('net.ipv4.ip_local_reserved_ports', '')
    expect(read(netns, 'net/ipv4/ip_local_reserved_ports')).toBe('')
  })

  it('of a link with a dot in its name are found in both notations', async () => {
    const netns = closing(await Netns.create())
    inside(netns, 'ip', 'link', 'add', 'eth0.10', 'type', 'veth', 'peer', 'name', 'far')
    await netns.sysctl.set('net/ipv4/conf/eth0.10/forwarding', 1)
    expect(await netns.sysctl.get('net.ipv4.conf.eth0/10.forwarding')).toBe('1')
    await netns.sysctl.set('net.ipv4.conf.eth0/10.forwarding', 0)
    expect(read(netns, 'net/ipv4/conf/eth0.10/forwarding')).toBe('0')
  })

  it('that do not exist are an error that says so', async () => {
    const netns = closing(await Netns.create())
    await expect(netns.sysctl.get('net.ipv4.nothing')).rejects.toMatchObject({ code: 'ENOENT', syscall: 'open' })
    expect(() => netns.sysctl.setSync('net.ipv4.conf.eth7.forwarding', 1)).toThrow(
      `can't set net.ipv4.conf.eth7.forwarding to "1" in namespace net:[${netns.inode}]: no such file or directory ` +
        '(ENOENT) (open). The namespace has no such parameter',
    )
  })

  it('refuse a value that they do not take, and are then as before', async () => {
    const netns = closing(await Netns.create())
    await netns.sysctl.set('net.ipv4.ip_default_ttl', 42)
    for (const value of ['words', 1000]) {
      await expect(netns.sysctl.set('net.ipv4.ip_default_ttl', value)).rejects.toMatchObject({
        code: 'EINVAL',
        syscall: 'write',
      })
    }
    expect(() => netns.sysctl.setSync('net.ipv4.ip_default_ttl', 'words')).toThrow('does not take this value')
    expect(read(netns, 'net/ipv4/ip_default_ttl')).toBe('42')
  })

  it('that can only be read say so', async () => {
    const netns = closing(await Netns.create())
    await expect(netns.sysctl.set('net.ipv4.tcp_available_congestion_control', 'x')).rejects.toThrow('read only')
  })

  it.each([
    '',
    'net',
    'net.',
    'net/',
    '.net.ipv4.ip_forward',
    '/net/ipv4/ip_forward',
    '/proc/sys/net/ipv4/ip_forward',
    'net..ipv4',
    'net.ipv4.ip_forward.',
    'net/ipv4//ip_forward',
    'net/../kernel/hostname',
    'net/./ipv4/ip_forward',
    'net.//.kernel.hostname',
    'net./.ipv4',
    'kernel.hostname',
    'kernel/hostname',
    'vm.swappiness',
    'network.ipv4',
    'net.ipv4.ip_forward\0',
  ])('have no name like %j', async (name) => {
    const netns = closing(await Netns.create())
    for (const refused of [() => netns.sysctl.get(name), () => netns.sysctl.set(name, 1)]) {
      await expect(refused()).rejects.toThrow('name: expected the name of a parameter below net')
      await expect(refused()).rejects.toBeInstanceOf(RangeError)
    }
    expect(() => netns.sysctl.getSync(name)).toThrow(RangeError)
    expect(() => netns.sysctl.setSync(name, 1)).toThrow(RangeError)
  })

  it('take no other types', async () => {
    const { sysctl } = closing(await Netns.create())
    expect(() => sysctl.getSync(5 as never)).toThrow(TypeError)
    expect(() => sysctl.setSync('net.ipv4.ip_forward', undefined as never)).toThrow(
      'value: expected a string, a number or a boolean, got undefined',
    )
    expect(() => sysctl.setSync('net.ipv4.ip_forward', {} as never)).toThrow(TypeError)
    expect(() => sysctl.setSync('net.ipv4.ip_forward', NaN)).toThrow(RangeError)
    await expect(sysctl.set('net.ipv4.ip_forward', 'a\0b')).rejects.toThrow('value: expected text without NUL')
  })
})
