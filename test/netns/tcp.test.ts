import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import {
  cleanup,
  closing,
  command,
  describePrivileged,
  descriptorCount,
  eventually,
  inside,
  scratchName,
} from '../support/netns.js'

/** A namespace whose loopback link is up. */
async function looped(): Promise<Netns> {
  const netns = closing(await Netns.create())
  inside(netns, 'ip', 'link', 'set', 'lo', 'up')
  return netns
}

/** Two namespaces joined by a veth pair: 10.9.0.1 and fe80::1 on the one side, 10.9.0.2 and fe80::2 on the other. */
async function joined(): Promise<[Netns, Netns]> {
  const pair: [Netns, Netns] = [closing(await Netns.create(scratchName())), closing(await Netns.create(scratchName()))]
  const [one, two] = pair.map(({ name }) => name!)
  command('ip', '-n', one!, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', two!)
  for (const [i, name] of [one!, two!].entries()) {
    command('ip', '-n', name, 'link', 'set', 'eth0', 'addrgenmode', 'none')
    command('ip', '-n', name, 'link', 'set', 'eth0', 'up')
    command('ip', '-n', name, 'address', 'add', `10.9.0.${i + 1}/24`, 'dev', 'eth0')
    command('ip', '-n', name, 'address', 'add', `fe80::${i + 1}/64`, 'dev', 'eth0', 'nodad')
  }
  return pair
}

const portOf = (server: net.Server) => (server.address() as net.AddressInfo).port

/** A server that sends back what it gets, closed with its connections when the test ends. */
function echo(options: net.ServerOpts = {}): net.Server {
  const sockets = new Set<net.Socket>()
  const server = net.createServer(options, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  cleanup(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return server
}

function get(url: string, options: http.RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    http.get(url, options, (response) => resolve(text(response))).on('error', reject)
  })
}

describePrivileged('a TCP server inside a namespace', () => {
  it('is heard inside and not outside', async () => {
    const netns = await looped()
    const server = http.createServer((_, response) => response.end('from inside'))
    expect(await netns.listen(server, { host: '127.0.0.1' })).toBe(server)
    cleanup(() => server.close())
    expect(server.address()).toMatchObject({ address: '127.0.0.1', family: 'IPv4' })
    const url = `http://127.0.0.1:${portOf(server)}/`
    expect(await get(url, { createConnection: netns.createConnection })).toBe('from inside')
    expect(inside(netns, 'ss', '-Hltn')).toContain(`127.0.0.1:${portOf(server)}`)
    await expect(get(url, {})).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('takes IPv4 and IPv6 where no address is given', async () => {
    const netns = await looped()
    const server = await netns.listen(echo())
    expect(server.address()).toMatchObject({ address: '::', family: 'IPv6' })
    for (const host of ['127.0.0.1', '::1']) {
      const client = netns.connect({ host, port: portOf(server) })
      client.end('both')
      expect(await text(client)).toBe('both')
    }
  })

  it('takes IPv6 alone with ipv6Only', async () => {
    const netns = await looped()
    const server = await netns.listen(echo(), { host: '::', ipv6Only: true })
    const [error] = await once(netns.connect({ host: '127.0.0.1', port: portOf(server) }), 'error')
    expect(error.code).toBe('ECONNREFUSED')
  })

  it('shares its port with another where both say reusePort', async () => {
    const netns = await looped()
    const first = await netns.listen(echo(), { host: '127.0.0.1', reusePort: true })
    await netns.listen(echo(), { host: '127.0.0.1', port: portOf(first), reusePort: true })
    expect(inside(netns, 'ss', '-Hltn').trim().split('\n')).toHaveLength(2)
  })

  it('has the backlog that was asked for', async () => {
    const netns = await looped()
    await netns.listen(echo(), { host: '127.0.0.1', backlog: 7 })
    expect(inside(netns, 'ss', '-Hltn').trim().split(/\s+/)[2]).toBe('7')
  })

  it('says that the address is taken, or not there, and leaves no descriptor', async () => {
    const netns = await looped()
    const server = await netns.listen(echo(), { host: '127.0.0.1' })
    const port = portOf(server)
    const open = descriptorCount()
    await expect(netns.listen(echo(), { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      syscall: 'bind',
      message: `can't listen on 127.0.0.1:${port} in ${String(netns)}: address already in use (EADDRINUSE) (bind). A socket in the namespace is bound to it`,
    })
    await expect(netns.listen(echo(), { host: '10.1.2.3' })).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' })
    await expect(netns.listen(echo(), { host: 'fe80::1%nolink' })).rejects.toThrow('no link of the name after the %')
    await expect(netns.listen(server, { host: '127.0.0.1' })).rejects.toMatchObject({
      code: 'ERR_SERVER_ALREADY_LISTEN',
    })
    expect(descriptorCount()).toBe(open)
  })

  it('listens again in another namespace after it was closed', async () => {
    const [one, two] = [await looped(), await looped()]
    const server = echo()
    await one.listen(server, { host: '127.0.0.1' })
    server.close()
    await once(server, 'close')
    await two.listen(server, { host: '127.0.0.1' })
    const client = two.connect({ host: '127.0.0.1', port: portOf(server) })
    client.end('again')
    expect(await text(client)).toBe('again')
  })

  it('listens at a link-local address of a link inside, by name or index', async () => {
    const [one, two] = await joined()
    const { ifindex } = (
      JSON.parse(command('ip', '-n', two.name!, '-j', 'link', 'show', 'eth0')) as { ifindex: number }[]
    )[0]!
    for (const link of ['eth0', ifindex]) {
      const server = net.createServer((socket) => socket.end('near'))
      cleanup(() => server.close())
      await two.listen(server, { host: `fe80::2%${link}`, port: 80 })
      const client = one.spawn('bash', ['-c', 'exec 3<>/dev/tcp/fe80::2%eth0/80 && cat <&3'])
      expect(await text(client.stdout)).toBe('near')
      server.close()
      await once(server, 'close')
    }
  })

  it('goes on when the handle of its namespace is closed', async () => {
    const netns = await looped()
    const server = await netns.listen(echo(), { host: '127.0.0.1' })
    const client = netns.connect({ host: '127.0.0.1', port: portOf(server) })
    netns.close()
    client.end('still')
    expect(await text(client)).toBe('still')
  })

  it.each([
    [{ host: 'localhost' }, 'options.host: expected an IPv4 or IPv6 address (names are not resolved'],
    [{ host: 5 }, 'options.host: expected an IPv4 or IPv6 address'],
    [{ host: 'fe80::1' }, 'options.host: expected a link-local address with its link ("fe80::1%eth0"), got "fe80::1"'],
    [{ host: '2001:db8::1%eth0' }, 'options.host: expected an address without a link'],
    [{ port: 65536 }, 'options.port: expected a port (an integer from 0 to 65535), got 65536'],
    [{ port: '80' }, 'options.port: expected a port (an integer from 0 to 65535), got "80"'],
    [{ backlog: 0 }, 'options.backlog: expected an integer from 1, got 0'],
    [{ hots: '::' }, 'options.hots: unknown option, did you mean host?'],
    [null, 'options: expected an object, got null'],
  ])('refuses %j', async (options, message) => {
    const netns = closing(await Netns.create())
    await expect(netns.listen(net.createServer(), options as never)).rejects.toThrow(message)
  })

  it('is a net.Server', async () => {
    const netns = closing(await Netns.create())
    await expect(netns.listen({} as never)).rejects.toThrow('server: expected a net.Server')
  })
})

describePrivileged('a TCP client inside a namespace', () => {
  it('reaches a server in another namespace over the wire between them', async () => {
    const [one, two] = await joined()
    const server = http.createServer((request, response) => response.end(`you are ${request.socket.remoteAddress}`))
    await two.listen(server, { host: '10.9.0.2', port: 80 })
    cleanup(() => server.close())
    expect(await get('http://10.9.0.2/', { createConnection: one.createConnection })).toBe('you are 10.9.0.1')
    const statistics = JSON.parse(command('ip', '-n', one.name!, '-j', '-s', 'link', 'show', 'eth0'))[0].stats64
    expect(statistics.rx.packets).toBeGreaterThan(2)
  })

  it('serves an http.Agent, which keeps its connections', async () => {
    const netns = await looped()
    const server = http.createServer((request, response) => response.end(String(request.socket.remotePort)))
    await netns.listen(server, { host: '127.0.0.1' })
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    agent.createConnection = netns.createConnection
    cleanup(() => {
      agent.destroy()
      server.close()
    })
    const url = `http://127.0.0.1:${portOf(server)}/`
    const first = await get(url, { agent })
    expect(await get(url, { agent })).toBe(first)
  })

  it('has the events, addresses and states of any other', async () => {
    const netns = await looped()
    const server = await netns.listen(echo(), { host: '127.0.0.1' })
    const client = netns.connect({ host: '127.0.0.1', port: portOf(server), noDelay: true, keepAlive: true })
    const events: string[] = []
    for (const name of ['connect', 'ready', 'end', 'finish', 'close', 'error']) client.on(name, () => events.push(name))
    expect(client.connecting).toBe(true)
    expect(client.readyState).toBe('opening')
    await once(client, 'connect')
    expect(client).toMatchObject({
      connecting: false,
      readyState: 'open',
      remoteAddress: '127.0.0.1',
      remoteFamily: 'IPv4',
      remotePort: portOf(server),
      localAddress: '127.0.0.1',
    })
    expect(inside(netns, 'ss', '-Htno', 'dst', `127.0.0.1:${portOf(server)}`)).toContain('keepalive')
    const closed = once(client, 'close')
    client.end('words')
    expect(await text(client)).toBe('words')
    expect(await closed).toEqual([false])
    expect(events.filter((name) => name !== 'finish')).toEqual(['connect', 'ready', 'end', 'close'])
    expect(client).toMatchObject({ bytesRead: 5, bytesWritten: 5 })
  })

  it('sends what was written before it was connected', async () => {
    const netns = await looped()
    const server = await netns.listen(echo(), { host: '127.0.0.1' })
    const client = netns.connect({ host: '127.0.0.1', port: portOf(server) })
    client.write('early ')
    client.end('words')
    expect(await text(client)).toBe('early words')
  })

  it('reads nothing while it is paused', async () => {
    const netns = await looped()
    const server = await netns.listen(
      net.createServer((socket) => socket.end('words')),
      { host: '127.0.0.1' },
    )
    cleanup(() => server.close())
    const client = netns.connect({ host: '127.0.0.1', port: portOf(server) })
    client.pause()
    let read = 0
    client.on('data', (data) => (read += data.length))
    await once(client, 'connect')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(read).toBe(0)
    client.resume()
    await once(client, 'close')
    expect(read).toBe(5)
  })

  it('may stay open in one direction with allowHalfOpen', async () => {
    const netns = await looped()
    const server = net.createServer({ allowHalfOpen: true }, (socket) => {
      socket.end('first')
      void text(socket).then((rest) => server.emit('rest', rest))
    })
    await netns.listen(server, { host: '127.0.0.1' })
    cleanup(() => server.close())
    const client = netns.connect({ host: '127.0.0.1', port: portOf(server), allowHalfOpen: true })
    let read = ''
    client.on('data', (data) => (read += String(data)))
    await once(client, 'end')
    expect(read).toBe('first')
    expect(client.writable).toBe(true)
    client.end('second')
    expect(await once(server, 'rest')).toEqual(['second'])
  })

  it('tells by an error event that it was refused, that there is no route, and that it timed out', async () => {
    const netns = await looped()
    const refused = netns.connect({ host: '127.0.0.1', port: 1 })
    expect((await once(refused, 'error'))[0]).toMatchObject({ code: 'ECONNREFUSED', address: '127.0.0.1', port: 1 })
    expect(refused.destroyed).toBe(true)
    expect((await once(netns.connect({ host: '10.1.1.1', port: 1 }), 'error'))[0].code).toBe('ENETUNREACH')
    // Nobody answers: the neighbour is not there.
    const [one] = await joined()
    const silent = one.connect({ host: '10.9.0.77', port: 1, timeout: 50 })
    await once(silent, 'timeout')
    expect(silent.connecting).toBe(true)
    silent.destroy()
  })

  it('is destroyed by its signal', async () => {
    const [one] = await joined()
    const controller = new AbortController()
    const client = one.connect({ host: '10.9.0.77', port: 1, signal: controller.signal })
    controller.abort()
    expect((await once(client, 'error'))[0].name).toBe('AbortError')
  })

  it('hands what it reads to onread', async () => {
    const netns = await looped()
    const server = await netns.listen(echo(), { host: '127.0.0.1' })
    let read = ''
    const onread = {
      buffer: new Uint8Array(16),
      callback: (size: number, buffer: Uint8Array) => {
        read += Buffer.from(buffer.subarray(0, size)).toString()
        return true
      },
    }
    const client = netns.connect({ host: '127.0.0.1', port: portOf(server), onread })
    client.end('words')
    await once(client, 'close')
    expect(read).toBe('words')
  })

  it('connects from the address and port that were asked for', async () => {
    const netns = await looped()
    inside(netns, 'ip', 'address', 'add', '127.0.0.9/8', 'dev', 'lo')
    const server = await netns.listen(echo(), { host: '127.0.0.1' })
    const there = { host: '127.0.0.1', port: portOf(server) }
    const client = netns.connect({ ...there, localAddress: '127.0.0.9', localPort: 4242 })
    await once(client, 'connect')
    expect(client).toMatchObject({ localAddress: '127.0.0.9', localPort: 4242 })
    client.end()
    const elsewhere = netns.connect({ ...there, localAddress: '10.7.7.7' })
    const [error] = await once(elsewhere, 'error')
    expect(error).toMatchObject({ name: 'NetnsError', code: 'EADDRNOTAVAIL', syscall: 'bind' })
    expect(error.message).toContain(`can't connect to 127.0.0.1:${portOf(server)} in`)
    expect(elsewhere.destroyed).toBe(true)
  })

  it('does not connect again outside of its namespace', async () => {
    const netns = await looped()
    const server = await netns.listen(echo(), { host: '127.0.0.1' })
    const client = netns.connect({ host: '127.0.0.1', port: portOf(server) })
    client.end()
    client.resume()
    await once(client, 'close')
    expect(() => client.connect(portOf(server), '127.0.0.1')).toThrow('can’t connect again')
  })

  it('takes no names, and says so', async () => {
    const netns = closing(await Netns.create())
    expect(() => netns.connect({ host: 'example.org', port: 80 })).toThrow(
      'options.host: expected an IPv4 or IPv6 address (names are not resolved inside a namespace',
    )
    await expect(get('http://localhost/', { createConnection: netns.createConnection })).rejects.toThrow(
      'names are not resolved inside a namespace',
    )
  })

  it.each([
    [{ port: 80 }, 'options.host: expected an IPv4 or IPv6 address'],
    [{ host: '::1' }, 'options.port: expected a port'],
    [{ host: '::1', port: -1 }, 'options.port: expected a port (an integer from 0 to 65535), got -1'],
    [{ host: '::1', port: 1, localPort: 1.5 }, 'options.localPort: expected a port'],
    [
      { host: '::1', port: 1, localAddress: '127.0.0.1' },
      'options.localAddress: expected an IPv6 address, as host is one',
    ],
    [{ host: 'fe80::1%eth0', port: 1 }, 'options.host: expected no link-local address (Node would look'],
    [{ host: '::1', port: 1, localAddress: 'fe80::1%eth0' }, 'options.localAddress: expected no link-local address'],
    [{ host: '::1', port: 1, lookup() {} }, 'options.lookup: unknown option'],
    [undefined, 'options: expected an object, got undefined'],
  ])('refuses %j', async (options, message) => {
    const netns = closing(await Netns.create())
    expect(() => netns.connect(options as never)).toThrow(message)
  })

  it('leaves no descriptor when it is closed', async () => {
    const netns = await looped()
    await Promise.all(Array.from({ length: 8 }, () => netns.sysctl.get('net.ipv4.ip_forward')))
    const open = descriptorCount()
    const server = await netns.listen(echo(), { host: '127.0.0.1' })
    const trip = async () => {
      const client = netns.connect({ host: '127.0.0.1', port: portOf(server) })
      const closed = once(client, 'close')
      client.end('x')
      expect(await text(client)).toBe('x')
      await closed
      const refused = netns.connect({ host: '127.0.0.1', port: 1 })
      refused.on('error', () => {})
      await new Promise((resolve) => refused.on('close', resolve))
    }
    // The server's end of a connection may close a little later; the server itself stays.
    await trip()
    await eventually(() => descriptorCount() === open + 1)
    for (let i = 0; i < 50; i++) await trip()
    await eventually(() => descriptorCount() === open + 1)
  })
})
