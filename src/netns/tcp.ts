/** TCP inside a namespace with Node's own sockets and servers: only the descriptor is made elsewhere. */
import cluster from 'node:cluster'
import { once } from 'node:events'
import { closeSync } from 'node:fs'
import { type OnReadOpts, Server, Socket, type SocketConstructorOpts } from 'node:net'

import { NetnsError } from '../errors.js'
import type { NativeInetSocketOptions } from '../native.js'
import { invalid } from '../wire/invalid.js'
import { type Address, checkAddress, checkFarAddress, checkOptions, checkPort, endpoint } from './address.js'
import { type Advice, explain, systemCallFailure } from './failure.js'
import type { Handle } from './handle.js'

/** Those of `net.connect()` that have a meaning where names are not resolved; see there. */
export interface NetnsConnectOptions {
  /** An IPv4 or IPv6 address, not a link-local one. */
  host: string
  port: number
  /** The address inside the namespace to connect from. */
  localAddress?: string | undefined
  localPort?: number | undefined
  allowHalfOpen?: boolean | undefined
  noDelay?: boolean | undefined
  keepAlive?: boolean | undefined
  /** Milliseconds. */
  keepAliveInitialDelay?: number | undefined
  /** Milliseconds without traffic after which the socket emits 'timeout'. */
  timeout?: number | undefined
  onread?: OnReadOpts | undefined
  signal?: AbortSignal | undefined
}

const CONNECT_OPTIONS = [
  'host',
  'port',
  'localAddress',
  'localPort',
  'allowHalfOpen',
  'noDelay',
  'keepAlive',
  'keepAliveInitialDelay',
  'timeout',
  'onread',
  'signal',
] as const satisfies readonly (keyof NetnsConnectOptions)[]

/** What `http.Agent` and `http.request` hand over: more than is meant for the socket, and ports as text. */
export interface NetnsCreateConnectionOptions extends Omit<NetnsConnectOptions, 'host' | 'port'> {
  host?: string | null | undefined
  port?: number | string | null | undefined
}

export const BIND_ADVICE: Advice = {
  'EADDRNOTAVAIL bind': 'No link of the namespace has this address (a link that is down has none of IPv6)',
  'EADDRINUSE bind': 'A socket in the namespace is bound to it',
  'EACCES bind':
    'Ports below net.ipv4.ip_unprivileged_port_start take CAP_NET_BIND_SERVICE in the user namespace that owns the namespace',
  'EAFNOSUPPORT socket': 'IPv6 is not available',
}

/** @throws {TypeError | RangeError} */
export function connect(handle: Handle, options: NetnsConnectOptions): Socket {
  checkOptions(options, CONNECT_OPTIONS)
  const host = checkFarAddress(options.host, 'options.host')
  const port = checkPort(options.port, 'options.port')
  const local =
    options.localAddress === undefined ? undefined : checkFarAddress(options.localAddress, 'options.localAddress')
  if (local && local.family !== host.family) {
    throw invalid('options.localAddress', `an IPv${host.family} address, as host is one`, options.localAddress, 'range')
  }
  const localPort = options.localPort === undefined ? undefined : checkPort(options.localPort, 'options.localPort')
  const { native } = handle

  const { allowHalfOpen, noDelay, keepAlive, keepAliveInitialDelay, onread, signal, timeout } = options
  const settings = { allowHalfOpen, noDelay, keepAlive, keepAliveInitialDelay, onread, signal }
  let fd: number
  try {
    fd = native.socketSync({
      family: host.family,
      stream: true,
      address: local?.address,
      port: localPort,
    })
  } catch (error) {
    // Told as a failure to connect is: by the 'error' event.
    const action = `connect to ${endpoint(options.host, port)} in ${handle.label}`
    return new Socket(settings).destroy(systemCallFailure(error, action, BIND_ADVICE) as Error)
  }
  const socket = adopt(fd, settings)
  if (timeout) socket.setTimeout(timeout)
  socket.connect({ host: host.address, port })
  // Node lets a socket connect again after its end, with a descriptor that it makes itself: here, not in there.
  Object.defineProperty(socket, 'connect', { value: refuseToReconnect, configurable: true, writable: true })
  return socket
}

/** A Socket over a descriptor that is not connected yet: one that does not try to read before it is. */
function adopt(fd: number, settings: SocketConstructorOpts): Socket {
  const manual: SocketConstructorOpts & { manualStart: boolean } = { ...settings, fd, manualStart: true }
  try {
    return new Socket(manual)
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

function refuseToReconnect(): never {
  throw new Error(
    'a socket of a namespace can’t connect again: Node would make the new connection outside of the namespace. ' +
      'Call netns.connect() for another socket',
  )
}

export function createConnection(
  handle: Handle,
  options: NetnsCreateConnectionOptions,
  onConnect?: (...args: never[]) => void,
): Socket {
  if (typeof options !== 'object' || options === null) throw invalid('options', 'an object', options)
  const picked: Record<string, unknown> = {}
  for (const name of CONNECT_OPTIONS) if (options[name] !== undefined) picked[name] = options[name]
  if (typeof options.port === 'string' && /^\d+$/.test(options.port)) picked.port = Number(options.port)
  const socket = connect(handle, picked as unknown as NetnsConnectOptions)
  if (onConnect !== undefined) socket.once('connect', onConnect)
  return socket
}

/** Those of `server.listen()` that have a meaning for a TCP port; see there. */
export interface NetnsListenOptions {
  /**
   * An IPv4 or IPv6 address of the namespace; a link-local one with the name or index of its link (`fe80::1%eth0`).
   * Default: `::`, which takes IPv4 too; without IPv6 `0.0.0.0`.
   */
  host?: string | undefined
  /** Default: 0, any free port; `server.address()` tells which. */
  port?: number | undefined
  /** How many connections may wait to be accepted; at most the namespace's `net.core.somaxconn`. Default: 511. */
  backlog?: number | undefined
  /** Whether `::` is to take no IPv4. Default: false. */
  ipv6Only?: boolean | undefined
  /** Whether other sockets with this option may listen on the port too (SO_REUSEPORT). Default: false. */
  reusePort?: boolean | undefined
}

const LISTEN_OPTIONS = [
  'host',
  'port',
  'backlog',
  'ipv6Only',
  'reusePort',
] as const satisfies readonly (keyof NetnsListenOptions)[]

const BACKLOG = 511

export async function listen<S extends Server>(
  handle: Handle,
  server: S,
  options: NetnsListenOptions = {},
): Promise<S> {
  if (!(server instanceof Server)) throw invalid('server', 'a net.Server (http, https and tls servers are)', server)
  checkOptions(options, LISTEN_OPTIONS)
  const port = options.port === undefined ? 0 : checkPort(options.port, 'options.port')
  const address = options.host === undefined ? undefined : checkAddress(options.host, 'options.host')
  const { backlog = BACKLOG, ipv6Only, reusePort } = options
  if (!Number.isInteger(backlog) || backlog < 1) throw invalid('options.backlog', 'an integer from 1', backlog, 'range')
  if (cluster.isWorker) {
    throw new Error(
      'a worker of node:cluster can’t listen inside a namespace: Node would have the primary process open the ' +
        'descriptor, whose number means another one there. Listen in a process or a worker thread of your own',
    )
  }
  const settings = { stream: true, port, ipv6Only, reusePort }
  const fd = await (address === undefined ? openAny(handle, settings) : openAt(handle, address, settings))
  try {
    server.listen({ fd }, backlog)
  } catch (error) {
    // It listens already. The descriptor is still ours.
    closeSync(fd)
    throw error
  }
  await once(server, 'listening')
  return server
}

type Settings = Omit<NativeInetSocketOptions, 'family' | 'address' | 'scope'> & { port: number }

function openAt(handle: Handle, { family, address, scope }: Address, settings: Settings): Promise<number> {
  const shown = endpoint(scope === undefined ? address : `${address}%${scope}`, settings.port)
  return explain(
    handle.native.socket({ ...settings, family, address, scope }),
    `listen on ${shown} in ${handle.label}`,
    BIND_ADVICE,
  )
}

/** Any address of both families, or of IPv4 alone where there is no IPv6. */
async function openAny(handle: Handle, settings: Settings): Promise<number> {
  try {
    return await openAt(handle, { family: 6, address: '::', scope: undefined }, settings)
  } catch (error) {
    const lacksIPv6 = error instanceof NetnsError && (error.code === 'EAFNOSUPPORT' || error.code === 'EADDRNOTAVAIL')
    if (!lacksIPv6) throw error
    return openAt(handle, { family: 4, address: '0.0.0.0', scope: undefined }, settings)
  }
}
