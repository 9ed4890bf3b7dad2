import { spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'

import { ClosedError } from '../../src/errors.js'
import { Netns } from '../../src/netns/netns.js'
import {
  closing,
  describePrivileged,
  descriptorCount,
  eventually,
  inside,
  namespaceDescriptors,
  namespaceOf,
} from '../support/netns.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

describePrivileged('a handle of a namespace', () => {
  it('is closed by close, and twice does no harm', async () => {
    const netns = await Netns.create()
    const { fd } = netns
    expect(namespaceDescriptors()).toContain(String(fd))
    netns.close()
    netns.close()
    expect(netns.closed).toBe(true)
    expect(namespaceDescriptors()).not.toContain(String(fd))
  })

  it('is closed by using and by await using', async () => {
    const netns = await Netns.create()
    netns[Symbol.dispose]()
    expect(netns.closed).toBe(true)
    const other = await Netns.create()
    await other[Symbol.asyncDispose]()
    expect(other.closed).toBe(true)
  })

  it('refuses all use after it was closed, and still says which one it was', async () => {
    const netns = await Netns.create()
    const { inode } = netns
    netns.close()
    for (const use of [
      () => netns.fd,
      () => netns.run(() => 1),
      () => netns.spawn('true'),
      () => netns.connect({ host: '::1', port: 1 }),
      () => netns.hold(),
      () => netns.sysctl.getSync('net.ipv4.ip_forward'),
      () => netns.sysctl.setSync('net.ipv4.ip_forward', 1),
    ]) {
      expect(use).toThrow(ClosedError)
      expect(use).toThrow(`the handle of namespace net:[${inode}] is closed`)
    }
    for (const use of [
      () => netns.listen(createServer()),
      () => netns.udp({ type: 'udp4' }),
      () => netns.sysctl.get('net.ipv4.ip_forward'),
      () => netns.sysctl.set('net.ipv4.ip_forward', 1),
    ]) {
      await expect(use()).rejects.toBeInstanceOf(ClosedError)
    }
    expect(netns).toMatchObject({ inode, closed: true })
    expect(String(netns)).toBe(`namespace net:[${inode}]`)
  })

  it('keeps its descriptor while it is held, and closes it at the last release', async () => {
    const netns = await Netns.create()
    const { fd } = netns
    netns.hold()
    netns.hold()
    netns.close()
    expect(() => netns.fd).toThrow(ClosedError)
    netns.release()
    expect(namespaceDescriptors()).toContain(String(fd))
    expect(namespaceOf({ fd })).toBe(`net:[${netns.inode}]`)
    netns.release()
    expect(namespaceDescriptors()).not.toContain(String(fd))
  })

  it('stays open when it was held and released before', async () => {
    const netns = closing(await Netns.create())
    netns.hold()
    netns.release()
    expect(namespaceOf(netns)).toBe(`net:[${netns.inode}]`)
  })

  it('finishes what was begun before it was closed', async () => {
    const netns = await Netns.create()
    const { fd } = netns
    const value = netns.sysctl.get('net.ipv4.ip_forward')
    const socket = netns.udp({ type: 'udp4' })
    netns.close()
    expect(await value).toMatch(/^[01]$/)
    ;(await socket).close()
    await eventually(() => !namespaceDescriptors().includes(String(fd)))
  })

  it('leaves no descriptor over many rounds of all that can be done with it', async () => {
    const round = async () => {
      const netns = await Netns.create()
      const again = await Netns.open({ fd: netns.fd })
      Netns.openSync({ pid: process.pid }).close()
      Netns.current().close()
      Netns.createSync().close()
      await again.sysctl.set('net.ipv4.ip_forward', 1)
      again.sysctl.getSync('net.ipv4.ip_forward')
      netns.run(() => again.run(() => 1))
      again.close()
      netns.close()
    }
    await Promise.all(Array.from({ length: 8 }, round))
    const open = descriptorCount()
    for (let i = 0; i < 200; i++) await round()
    await eventually(() => descriptorCount() === open)
  })

  it('is closed when it was forgotten', async () => {
    const open = namespaceDescriptors().length
    await (async () => {
      for (let i = 0; i < 50; i++) await Netns.create()
    })()
    expect(namespaceDescriptors().length).toBeGreaterThan(open)
    await eventually(() => {
      collectGarbage()
      return namespaceDescriptors().length <= open
    })
  })

  it('does not end while a call on a forgotten one is under way', async () => {
    const value = Netns.createSync().sysctl.get('net.ipv4.ip_forward')
    collectGarbage()
    expect(await value).toMatch(/^[01]$/)
  })

  it('keeps no process alive', () => {
    const source = new URL('../../src/netns/netns.ts', import.meta.url).href
    const text = `import { Netns } from ${JSON.stringify(source)}
      const netns = await Netns.create()
      netns.run(() => 1)
      await netns.sysctl.get('net.ipv4.ip_forward')
      console.log('done')`
    const words = ['--import', 'tsx', '--input-type=module', '-e', text]
    const { status, stdout } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 10_000 })
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'done\n' })
  })

  it('is shown with what tells it from others', async () => {
    const netns = closing(await Netns.create())
    expect(inside(netns, 'readlink', '/proc/self/ns/net').trim()).toBe(`net:[${netns.inode}]`)
    expect(Object.keys(netns)).toEqual(expect.arrayContaining(['name', 'path', 'inode', 'device']))
  })
})
