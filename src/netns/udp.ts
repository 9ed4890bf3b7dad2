/** UDP inside a namespace with Node's own sockets: only the descriptor is made elsewhere. */
import { createSocket, type Socket, type SocketOptions } from 'node:dgram'
import { closeSync } from 'node:fs'
import { isIP } from 'node:net'

import { invalid } from '../wire/invalid.js'
import { checkFarAddress, checkOptions, checkPort, endpoint } from './address.js'
import { explain } from './failure.js'
import type { Handle } from './handle.js'
import { BIND_ADVICE } from './tcp.js'

/** Those of `dgram.createSocket()` and `socket.bind()`; see there. */
export interface NetnsUdpOptions {
  type: 'udp4' | 'udp6'
  /** The address inside the namespace to bind to, not a link-local one. Default: any. */
  address?: string | undefined
  /** Default: 0, any free port; `socket.address()` tells which. */
  port?: number | undefined
  /** Whether others with this option may be bound to the same address and port (SO_REUSEADDR). Default: false. */
  reuseAddr?: boolean | undefined
  /** The same with datagrams spread over them (SO_REUSEPORT). Default: false. */
  reusePort?: boolean | undefined
  /** Whether a `udp6` socket is to take no IPv4. Default: false. */
  ipv6Only?: boolean | undefined
  /** Bytes of SO_RCVBUF. */
  recvBufferSize?: number | undefined
  /** Bytes of SO_SNDBUF. */
  sendBufferSize?: number | undefined
  /** Closes the socket. */
  signal?: AbortSignal | undefined
}

const UDP_OPTIONS = [
  'type',
  'address',
  'port',
  'reuseAddr',
  'reusePort',
  'ipv6Only',
  'recvBufferSize',
  'sendBufferSize',
  'signal',
] as const satisfies readonly (keyof NetnsUdpOptions)[]

export async function udp(handle: Handle, options: NetnsUdpOptions): Promise<Socket> {
  checkOptions(options, UDP_OPTIONS)
  const { type, reuseAddr, reusePort, ipv6Only, recvBufferSize, sendBufferSize, signal } = options
  if (type !== 'udp4' && type !== 'udp6') throw invalid('options.type', '"udp4" or "udp6"', type)
  const family = type === 'udp4' ? 4 : 6
  const bound = options.address === undefined ? undefined : checkFarAddress(options.address, 'options.address')
  if (bound && bound.family !== family) {
    throw invalid('options.address', `an IPv${family} address, as type is "${type}"`, options.address, 'range')
  }
  const port = options.port === undefined ? 0 : checkPort(options.port, 'options.port')
  checkSize(recvBufferSize, 'options.recvBufferSize')
  checkSize(sendBufferSize, 'options.sendBufferSize')
  const { native, label } = handle
  const socket = createSocket({ type, recvBufferSize, sendBufferSize, signal, lookup })
  let fd: number | undefined
  try {
    fd = await explain(
      native.socket({
        family,
        stream: false,
        address: bound?.address,
        scope: bound?.scope,
        port,
        reuseAddress: reuseAddr,
        reusePort,
        ipv6Only,
      }),
      `bind a UDP socket to ${endpoint(options.address ?? (family === 4 ? '0.0.0.0' : '::'), port)} in ${label}`,
      BIND_ADVICE,
    )
    signal?.throwIfAborted()
    // Exclusive: a worker of node:cluster would have the primary process open the number of the descriptor.
    socket.bind({ fd, exclusive: true })
    return socket
  } catch (error) {
    if (fd !== undefined) closeSync(fd)
    if (!signal?.aborted) socket.close()
    throw error
  }
}

function checkSize(value: unknown, path: string): void {
  if (value === undefined) return
  const isSize = Number.isInteger(value) && (value as number) > 0 && (value as number) <= 0x7fffffff
  if (!isSize) throw invalid(path, 'a number of bytes from 1', value, typeof value === 'number' ? 'range' : 'type')
}

/** Addresses only: the resolver of the process would ask from outside of the namespace. */
const lookup: NonNullable<SocketOptions['lookup']> = (host, _options, done) => {
  const family = isIP(host)
  const refusal = family === 0 ? invalid('address', 'an IPv4 or IPv6 address (names are not resolved)', host) : null
  process.nextTick(done, refusal, host, family)
}
