import type { Socket } from 'node:dgram'
import { once } from 'node:events'
import { expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { closing, describePrivileged, descriptorCount, inside } from '../support/netns.js'

async function looped(): Promise<Netns> {
  const netns = closing(await Netns.create())
  inside(netns, 'ip', 'link', 'set', 'lo', 'up')
  return netns
}

async function exchange(client: Socket, server: Socket, address: string): Promise<string> {
  server.on('message', (message, { port, address: from }) => server.send(`echo ${message.toString()}`, port, from))
  client.send('hello', server.address().port, address)
  const [message] = (await once(client, 'message')) as [Buffer]
  return message.toString()
}

describePrivileged('a UDP socket inside a namespace', () => {
  it.each([
    ['udp4', '127.0.0.1', 'IPv4'],
    ['udp6', '::1', 'IPv6'],
  ] as const)('of type %s sends and receives inside', async (type, address, family) => {
    const netns = await looped()
    const server = closing(await netns.udp({ type, address }))
    const client = closing(await netns.udp({ type }))
    expect(server.address()).toMatchObject({ address, family })
    expect(server.address().port).toBeGreaterThan(0)
    expect(inside(netns, 'ss', '-Hlun')).toContain(`:${server.address().port}`)
    expect(await exchange(client, server, address)).toBe('echo hello')
  })

  it('may be connected to a peer', async () => {
    const netns = await looped()
    const server = closing(await netns.udp({ type: 'udp4', address: '127.0.0.1' }))
    const client = closing(await netns.udp({ type: 'udp4' }))
    client.connect(server.address().port, '127.0.0.1')
    await once(client, 'connect')
    client.send('hello')
    expect(String((await once(server, 'message'))[0])).toBe('hello')
    expect(client.remoteAddress()).toMatchObject({ address: '127.0.0.1' })
  })

  it('takes IPv4 at :: unless ipv6Only', async () => {
    const netns = await looped()
    const client = closing(await netns.udp({ type: 'udp4' }))
    const both = closing(await netns.udp({ type: 'udp6' }))
    client.send('hello', both.address().port, '127.0.0.1')
    expect((await once(both, 'message'))[1]).toMatchObject({ address: '::ffff:127.0.0.1' })
    const only = closing(await netns.udp({ type: 'udp6', port: 5000, ipv6Only: true }))
    closing(await netns.udp({ type: 'udp4', port: 5000 }))
    expect(only.address().port).toBe(5000)
  })

  it('shares its port where both say so', async () => {
    const netns = await looped()
    closing(await netns.udp({ type: 'udp4', port: 5000, reuseAddr: true }))
    closing(await netns.udp({ type: 'udp4', port: 5000, reuseAddr: true }))
    closing(await netns.udp({ type: 'udp4', port: 5001, reusePort: true }))
    closing(await netns.udp({ type: 'udp4', port: 5001, reusePort: true }))
    expect(inside(netns, 'ss', '-Hlun').trim().split('\n')).toHaveLength(4)
  })

  it('has the buffers that were asked for', async () => {
    const netns = await looped()
    const socket = closing(await netns.udp({ type: 'udp4', recvBufferSize: 20_000, sendBufferSize: 30_000 }))
    expect(socket.getRecvBufferSize()).toBe(40_000)
    expect(socket.getSendBufferSize()).toBe(60_000)
  })

  it('sends to addresses and refuses names', async () => {
    const netns = await looped()
    const socket = closing(await netns.udp({ type: 'udp4' }))
    const error = await new Promise((resolve) => socket.send('x', 1, 'example.org', resolve))
    expect(error).toMatchObject({ message: expect.stringContaining('names are not resolved') })
  })

  it('is closed by its signal', async () => {
    const netns = await looped()
    const controller = new AbortController()
    const socket = await netns.udp({ type: 'udp4', signal: controller.signal })
    controller.abort()
    await once(socket, 'close')
    await expect(netns.udp({ type: 'udp4', signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('says why it can not be bound, and leaves no descriptor', async () => {
    const netns = await looped()
    const first = closing(await netns.udp({ type: 'udp4' }))
    await expect(netns.udp({ type: 'udp4', address: '10.1.2.3' })).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' })
    const open = descriptorCount()
    const { port } = first.address()
    await expect(netns.udp({ type: 'udp4', port })).rejects.toMatchObject({
      name: 'NetnsError',
      code: 'EADDRINUSE',
      message: expect.stringContaining(`can't bind a UDP socket to 0.0.0.0:${port} in namespace net:[${netns.inode}]`),
    })
    await expect(netns.udp({ type: 'udp4', address: '10.1.2.3' })).rejects.toThrow(
      'No link of the namespace has this address',
    )
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(descriptorCount()).toBe(open)
  })

  it.each([
    [{}, 'options.type: expected "udp4" or "udp6", got undefined'],
    [{ type: 'udp' }, 'options.type: expected "udp4" or "udp6", got "udp"'],
    [{ type: 'udp4', address: '::1' }, 'options.address: expected an IPv4 address, as type is "udp4", got "::1"'],
    [
      { type: 'udp4', address: 'localhost' },
      'options.address: expected an IPv4 or IPv6 address (names are not resolved',
    ],
    [{ type: 'udp6', address: 'fe80::1%eth0' }, 'options.address: expected no link-local address'],
    [{ type: 'udp4', port: 70000 }, 'options.port: expected a port'],
    [{ type: 'udp4', recvBufferSize: 0 }, 'options.recvBufferSize: expected a number of bytes from 1, got 0'],
    [{ type: 'udp4', reuseAddress: true }, 'options.reuseAddress: unknown option, did you mean reuseAddr?'],
  ])('refuses %j', async (options, message) => {
    const netns = closing(await Netns.create())
    await expect(netns.udp(options as never)).rejects.toThrow(message)
  })
})
