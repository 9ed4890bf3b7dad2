import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  read,
  readdirSync,
  readlinkSync,
  readSync,
  writeSync,
} from 'node:fs'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import { TunTap, type TunTapOptions } from '../../src/tuntap/tuntap.js'
import { ip, ipLink, ipNames } from '../support/iproute2.js'
import {
  cleanup,
  closing,
  describePrivileged,
  eventually,
  inside,
  namespacesOfThreads,
  scratchName,
} from '../support/netns.js'

const NO_DEVICE = existsSync('/dev/net/tun') ? undefined : 'there is no /dev/net/tun'

/** A namespace, and devices in it that are closed with the test. */
async function place() {
  const netns = closing(await Netns.create())
  const open = async (options: Omit<TunTapOptions, 'netns'>) => closing(await TunTap.open({ netns, ...options }))
  // ip(8) looks them up in /sys, which shows the namespace that it was mounted in.
  const script = 'mount -t sysfs sysfs /sys && ip -j tuntap'
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever ip(8) prints
  const tuntaps = (): any[] => JSON.parse(inside(netns, 'unshare', '--mount', 'sh', '-c', script))
  return { netns, open, tuntaps }
}

const attempt = (options: unknown) => TunTap.open(options as TunTapOptions)

/** The IPv4 header checksum. */
function checksum(bytes: Buffer): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16)
  return ~sum & 0xffff
}

/** An IPv4 packet with a UDP datagram from 10.0.0.2:9 to 10.0.0.1. */
function datagram(port: number, text: string): Buffer {
  const data = Buffer.from(text)
  const packet = Buffer.alloc(28 + data.length)
  packet.writeUInt16BE(0x4500, 0)
  packet.writeUInt16BE(packet.length, 2)
  packet.writeUInt16BE(0x4011, 8)
  packet.set([10, 0, 0, 2, 10, 0, 0, 1], 12)
  packet.writeUInt16BE(checksum(packet.subarray(0, 20)), 10)
  packet.writeUInt16BE(9, 20)
  packet.writeUInt16BE(port, 22)
  packet.writeUInt16BE(8 + data.length, 24)
  packet.set(data, 28)
  return packet
}

const frame = (to: string, packet: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${to.replaceAll(':', '')}0200000000ee0800`, 'hex'), packet])

/** Reads packets until one fits. */
async function packetWhere(fd: number, fits: (packet: Buffer) => boolean): Promise<Buffer> {
  for (let count = 0; count < 50; count++) {
    const { bytesRead, buffer } = await promisify(read)(fd, Buffer.alloc(2048), 0, 2048, null)
    const packet = buffer.subarray(0, bytesRead)
    if (fits(packet)) return packet
  }
  throw new Error('no such packet among 50')
}

describePrivileged(`a TUN or TAP device${NO_DEVICE ? ` (${NO_DEVICE})` : ''}`, () => {
  describe.skipIf(NO_DEVICE !== undefined)('', () => {
    it.each(['tun', 'tap'] as const)('of mode %s is there while it is open, and then no more', async (mode) => {
      const { netns, open, tuntaps } = await place()
      const device = await open({ mode, name: 'one' })
      expect(device).toMatchObject({ name: 'one', mode, closed: false })
      expect(tuntaps()).toMatchObject([{ ifname: 'one', flags: [mode] }])
      expect(ipLink(netns, 'one')).toMatchObject({
        ifindex: device.ifindex,
        linkinfo: { info_kind: 'tun', info_data: { type: mode, pi: false, vnet_hdr: false, persist: false } },
      })
      await device.close()
      expect(device.closed).toBe(true)
      expect(ipNames(netns)).toEqual(['lo'])
      expect(() => device.fds).toThrow('the ' + mode + ' device one is closed')
      await device.close()
    })

    it('has all that was asked for', async () => {
      const { netns, open, tuntaps } = await place()
      const device = await open({
        mode: 'tap',
        name: 'one',
        ifindex: 77,
        owner: 1234,
        group: 5678,
        queues: 3,
        vnetHeaderSize: 12,
        packetInfo: true,
        persist: true,
      })
      expect(device.ifindex).toBe(77)
      expect(device.fds).toHaveLength(3)
      expect(tuntaps()).toMatchObject([
        { ifname: 'one', flags: expect.arrayContaining(['tap', 'pi', 'multi_queue', 'vnet_hdr', 'persist']) },
      ])
      expect(ipLink(netns, 'one')).toMatchObject({
        ifindex: 77,
        linkinfo: {
          info_data: {
            type: 'tap',
            pi: true,
            vnet_hdr: true,
            persist: true,
            multi_queue: true,
            numqueues: 3,
            numdisabled: 0,
            user: 1234,
            group: 5678,
          },
        },
      })
      const rt = closing(await Rtnetlink.open({ netns }))
      expect(await rt.links.get(device)).toMatchObject({
        kind: 'tun',
        tun: { type: 'tap', owner: 1234, group: 5678, numQueues: 3, multiQueue: true, vnetHdr: true, persist: true },
      })
    })

    it('is numbered by the kernel where its name is a pattern, or it has none', async () => {
      const { netns, open } = await place()
      const names = []
      for (const name of ['vm%d', 'vm%d', 'a%db', undefined]) names.push((await open({ mode: 'tap', name })).name)
      names.push((await open({ mode: 'tun' })).name)
      expect(names).toEqual(['vm0', 'vm1', 'a0b', 'tap0', 'tun0'])
      expect(ipNames(netns)).toEqual(expect.arrayContaining(names))
    })

    it('is made in the namespace that is meant, and no thread stays there', async () => {
      const before = namespacesOfThreads()
      const { netns, open } = await place()
      await open({ mode: 'tap', name: 'one' })
      expect(ipNames(netns)).toContain('one')
      expect(namespacesOfThreads()).toEqual(before)
      const name = scratchName().slice(-15)
      const here = closing(await TunTap.open({ mode: 'tap', name }))
      expect(existsSync(`/sys/class/net/${here.name}`)).toBe(true)
      await here.close()
      expect(existsSync(`/sys/class/net/${here.name}`)).toBe(false)
    })

    it('stays when it is persistent, can be opened again, and is deleted', async () => {
      const { netns, open, tuntaps } = await place()
      const made = await TunTap.create({ netns, mode: 'tap', name: 'vm%d', owner: 1234 })
      expect(made.name).toBe('vm0')
      expect(ipLink(netns, 'vm0')).toMatchObject({ ifindex: made.ifindex, linkinfo: { info_data: { user: 1234 } } })
      expect(tuntaps()).toMatchObject([{ ifname: 'vm0', flags: ['tap', 'persist'] }])
      const again = await open({ mode: 'tap', name: 'vm0' })
      expect(again.ifindex).toBe(made.ifindex)
      await again.close()
      expect(ipNames(netns)).toContain('vm0')
      await TunTap.delete({ netns, name: 'vm0' })
      expect(ipNames(netns)).toEqual(['lo'])
      await expect(TunTap.delete({ netns, name: 'vm0' })).rejects.toMatchObject({ name: 'TunTapError', code: 'ENODEV' })
    })

    it('that ip made is opened and deleted, and the other way round', async () => {
      const { netns, open } = await place()
      ip(netns, 'tuntap add dev one mode tun multi_queue vnet_hdr')
      const device = await open({ mode: 'tun', name: 'one', queues: 2, vnetHeader: true })
      expect(ipLink(netns, 'one').linkinfo.info_data).toMatchObject({ numqueues: 2, vnet_hdr: true, persist: true })
      await device.close()
      await TunTap.delete({ netns, name: 'one' })
      expect(ipNames(netns)).toEqual(['lo'])
      await TunTap.create({ netns, mode: 'tap', name: 'two' })
      ip(netns, 'tuntap del dev two mode tap')
      expect(ipNames(netns)).toEqual(['lo'])
    })

    it('is persistent no more when that is taken back', async () => {
      const { netns, open } = await place()
      await TunTap.create({ netns, mode: 'tap', name: 'one' })
      const device = await open({ mode: 'tap', name: 'one', persist: false })
      expect(ipLink(netns, 'one').linkinfo.info_data.persist).toBe(false)
      await device.close()
      expect(ipNames(netns)).toEqual(['lo'])
    })

    it('has a carrier while somebody has it open', async () => {
      const { netns, open } = await place()
      await TunTap.create({ netns, mode: 'tap', name: 'one' })
      ip(netns, 'link set one up')
      // The kernel tells of a change a little later.
      const shows = (flag: string) => eventually(() => ipLink(netns, 'one').flags.includes(flag))
      await shows('NO-CARRIER')
      const device = await open({ mode: 'tap', name: 'one' })
      await shows('LOWER_UP')
      const rt = closing(await Rtnetlink.open({ netns }))
      await rt.links.update(device, { carrier: false })
      await shows('NO-CARRIER')
      await rt.links.update(device, { carrier: true })
      await device.close()
      await shows('NO-CARRIER')
    })

    it('hands packets over in both directions: Ethernet frames of a tap', async () => {
      const { netns, open } = await place()
      const { fd } = await open({ mode: 'tap', name: 'one' })
      ip(netns, 'addr add 10.0.0.1/24 dev one')
      ip(netns, 'link set one up')
      const socket = closing(await netns.udp({ type: 'udp4', address: '10.0.0.1' }))
      const arrival = once(socket, 'message')
      writeSync(fd, frame(ipLink(netns, 'one').address, datagram(socket.address().port, 'hello')))
      expect(String((await arrival)[0])).toBe('hello')
      ip(netns, 'neigh add 10.0.0.2 lladdr 02:00:00:00:00:ee dev one')
      socket.send('and back', 9, '10.0.0.2')
      const answer = await packetWhere(fd, (packet) => packet.includes('and back'))
      expect(answer.subarray(0, 6).toString('hex')).toBe('0200000000ee')
      expect(answer.readUInt16BE(12)).toBe(0x0800)
    })

    it('hands packets over in both directions: IP packets of a tun, after four bytes where that is wanted', async () => {
      const { netns, open } = await place()
      const { fd } = await open({ mode: 'tun', name: 'one', packetInfo: true })
      ip(netns, 'addr add 10.0.0.1/24 dev one')
      ip(netns, 'link set one up')
      const socket = closing(await netns.udp({ type: 'udp4', address: '10.0.0.1' }))
      const arrival = once(socket, 'message')
      writeSync(fd, Buffer.concat([Buffer.from([0, 0, 8, 0]), datagram(socket.address().port, 'hello')]))
      expect(String((await arrival)[0])).toBe('hello')
      socket.send('and back', 9, '10.0.0.2')
      const answer = await packetWhere(fd, (packet) => packet.includes('and back'))
      expect([answer.readUInt16BE(2), answer[4]]).toEqual([0x0800, 0x45])
    })

    it('has a virtio header of the size asked for before each packet', async () => {
      const { netns, open } = await place()
      const { fd } = await open({ mode: 'tun', name: 'one', vnetHeaderSize: 12 })
      ip(netns, 'addr add 10.0.0.1/24 dev one')
      ip(netns, 'link set one up')
      const socket = closing(await netns.udp({ type: 'udp4' }))
      socket.send('out', 9, '10.0.0.2')
      const packet = await packetWhere(fd, (bytes) => bytes.includes('out'))
      expect(packet[12]).toBe(0x45)
    })

    it('gives descriptors that a child process is handed, and no other child has', async () => {
      const { netns, open } = await place()
      const device = await open({ mode: 'tap', name: 'one', queues: 2 })
      const list = (stdio: (number | 'pipe')[]) =>
        spawnSync('sh', ['-c', 'for f in /proc/self/fd/*; do readlink $f; done'], { stdio, encoding: 'utf8' }).stdout
      expect(list(['pipe', 'pipe', 'pipe'])).not.toContain('/dev/net/tun')
      expect(list(['pipe', 'pipe', 'pipe', ...device.fds]).match(/\/dev\/net\/tun/g)).toHaveLength(2)
      expect(ipLink(netns, 'one').linkinfo.info_data.numqueues).toBe(2)
    })

    it('does not block where it was told not to', async () => {
      const { open } = await place()
      const { fd } = await open({ mode: 'tap', nonBlocking: true })
      expect(() => readSync(fd, Buffer.alloc(2000))).toThrow(/EAGAIN|EIO/)
    })

    it('can be opened while many others are, and leaves no descriptor', async () => {
      const { netns } = await place()
      const before = tunDescriptors()
      const devices = await Promise.all(
        Array.from({ length: 20 }, () => TunTap.open({ netns, mode: 'tap', queues: 2 })),
      )
      expect(new Set(devices.map(({ name }) => name)).size).toBe(20)
      await Promise.all(devices.map((device) => device[Symbol.asyncDispose]()))
      await eventually(() => tunDescriptors() === before)
      expect(ipNames(netns)).toEqual(['lo'])
    })

    it('that was forgotten is closed when it is garbage', async () => {
      const { netns } = await place()
      const script = `
        import { Netns, TunTap } from '${new URL('../../src/index.ts', import.meta.url).href}'
        import { readdirSync, readlinkSync } from 'node:fs'
        const count = () => readdirSync('/proc/self/fd').filter((fd) => {
          try { return readlinkSync('/proc/self/fd/' + fd) === '/dev/net/tun' } catch { return false }
        }).length
        const netns = Netns.openSync({ pid: process.pid })
        await (async () => { await TunTap.open({ mode: 'tap', netns }) })()
        const open = count()
        for (let i = 0; i < 100 && count() > 0; i++) { gc(); await new Promise((done) => setTimeout(done, 20)) }
        console.log(open, count())
      `
      const child = netns.spawn('node', ['--expose-gc', '--import', 'tsx', '--input-type=module', '-e', script])
      let output = ''
      child.stdout.on('data', (data) => (output += data))
      child.stderr.on('data', (data) => (output += data))
      await once(child, 'close')
      expect(output).toBe('1 0\n')
    })

    it('goes when the environment that had it open ends', async () => {
      const { netns } = await place()
      const script = `
        import { TunTap } from '${new URL('../../src/index.ts', import.meta.url).href}'
        const device = await TunTap.open({ mode: 'tap' })
        void device.close()
        void TunTap.open({ mode: 'tap' })
        process.exit(0)
      `
      const child = netns.spawn('node', ['--import', 'tsx', '--input-type=module', '-e', script], { stdio: 'inherit' })
      expect(await once(child, 'close')).toEqual([0, null])
      await eventually(() => ipNames(netns).length === 1)
    })
  })
})

describePrivileged('what goes wrong with a TUN or TAP device', () => {
  it.skipIf(NO_DEVICE)('says what was asked, of which device, and why', async () => {
    const { netns, open } = await place()
    await open({ mode: 'tap', name: 'one' })
    const before = tunDescriptors()
    await expect(TunTap.open({ netns, mode: 'tap', name: 'one' })).rejects.toMatchObject({
      name: 'TunTapError',
      code: 'EBUSY',
      syscall: 'ioctl(TUNSETIFF)',
      message: expect.stringMatching(
        /^can't open the tap device one: .* \(EBUSY\) \(ioctl\(TUNSETIFF\)\)\. The device is/,
      ),
    })
    await expect(TunTap.open({ netns, mode: 'tun', name: 'one' })).rejects.toThrow('of the other mode')
    await expect(TunTap.open({ netns, mode: 'tun', name: 'lo' })).rejects.toMatchObject({ code: 'EINVAL' })
    await expect(TunTap.delete({ netns, name: 'lo' })).rejects.toThrow('is no TUN or TAP device')
    await expect(TunTap.delete({ netns, name: 'one' })).rejects.toThrow('links.delete')
    await expect(TunTap.create({ netns, mode: 'tap', name: 'one' })).rejects.toMatchObject({ code: 'EBUSY' })
    await expect(open({ mode: 'tap', name: 'two', ifindex: 1 })).rejects.toMatchObject({ name: 'TunTapError' })
    await eventually(() => tunDescriptors() === before)
    expect(ipNames(netns).sort()).toEqual(['lo', 'one'])
  })

  it('is a namespace that is none, or is closed', async () => {
    const file = openSync('/dev/null', 'r')
    cleanup(() => closeSync(file))
    await expect(TunTap.open({ mode: 'tap', netns: { fd: file } })).rejects.toMatchObject({
      name: 'TunTapError',
      message: expect.stringContaining('netns is not a network namespace'),
    })
    const closed = await Netns.create()
    closed.close()
    await expect(TunTap.open({ mode: 'tap', netns: closed })).rejects.toMatchObject({ name: 'ClosedError' })
    expect(fstatSync(file).isCharacterDevice()).toBe(true)
    expect(tunDescriptors()).toBe(0)
  })
})

/** How many descriptors of /dev/net/tun this process has open. */
function tunDescriptors(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === '/dev/net/tun'
    } catch {
      return false
    }
  }).length
}

describe('options of a TUN or TAP device', () => {
  it.each<[unknown, string]>([
    [undefined, 'options: expected an object, got undefined'],
    [{}, 'mode: expected "tun" or "tap", got undefined'],
    [{ mode: 'l2' }, 'mode: expected "tun" or "tap", got "l2"'],
    [{ mode: 'tap', multiqueue: true }, 'multiqueue: unknown option, did you mean multiQueue?'],
    [{ mode: 'tap', name: 5 }, 'name: expected a link name of 1 to 15 bytes without / : or spaces, not . or .., got 5'],
    [{ mode: 'tap', name: 'a-name-too-long%d' }, 'with at most one %d, got "a-name-too-long%d"'],
    [{ mode: 'tap', name: '%s' }, 'with at most one %d, got "%s"'],
    [{ mode: 'tap', name: '%d%d' }, 'with at most one %d, got "%d%d"'],
    [{ mode: 'tap', persist: 1 }, 'persist: expected true or false, got 1'],
    [{ mode: 'tap', owner: -1 }, 'owner: expected an integer from 0 to 4294967294, got -1'],
    [{ mode: 'tap', group: 'kvm' }, 'group: expected an integer from 0 to 4294967294, got "kvm"'],
    [{ mode: 'tap', queues: 257 }, 'queues: expected an integer from 1 to 256, got 257'],
    [{ mode: 'tap', queues: 2, multiQueue: false }, 'queues: expected 1, since multiQueue is false, got 2'],
    [{ mode: 'tap', vnetHeaderSize: 9 }, 'vnetHeaderSize: expected an integer from 10 to 2147483647, got 9'],
    [{ mode: 'tap', vnetHeaderSize: 12, vnetHeader: false }, 'vnetHeaderSize: expected nothing'],
    [{ mode: 'tap', ifindex: 0 }, 'ifindex: expected an integer from 1 to 2147483647, got 0'],
    [{ mode: 'tap', ifindex: 5, exclusive: false }, 'ifindex: expected nothing, since exclusive is false'],
    [{ mode: 'tap', netns: 'blue' }, 'netns: expected a Netns or { fd }, got "blue"'],
    [{ mode: 'tap', netns: { fd: -1 } }, 'netns: expected a Netns or { fd }, got an object with fd'],
  ])('%j is refused before anything is opened', async (options, message) => {
    await expect(attempt(options)).rejects.toThrow(message)
  })

  it('of one that is made and left are those that last', async () => {
    await expect(TunTap.create({ mode: 'tap', queues: 2 } as never)).rejects.toThrow('queues: expected nothing')
    await expect(TunTap.create({ mode: 'tap', persist: true } as never)).rejects.toThrow('persist: expected nothing')
  })

  it('of one that is deleted are its name and its namespace', async () => {
    await expect(TunTap.delete({} as never)).rejects.toThrow('name: expected a link name')
    await expect(TunTap.delete({ name: 'tap%d' })).rejects.toThrow('and no %')
    await expect(TunTap.delete({ name: 'one', mode: 'tap' } as never)).rejects.toThrow('mode: unknown option')
  })
})
