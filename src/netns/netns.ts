/** Network namespaces (network_namespaces(7), ip-netns(8)). */
import {
  type ChildProcess,
  type ChildProcessWithoutNullStreams,
  spawn,
  type SpawnOptions,
  type SpawnOptionsWithoutStdio,
} from 'node:child_process'
import type { Socket as UdpSocket } from 'node:dgram'
import type { Server, Socket } from 'node:net'

import { type NativeNamespace, type NativeNamespaceEntry, native } from '../native.js'
import { type Advice, explain, explainSync } from './failure.js'
import { Handle } from './handle.js'
import { checkName, pathOfName } from './name.js'
import { run, type SynchronousWork } from './run.js'
import { NetnsSysctl } from './sysctl.js'
import { checkTarget, type NetnsTarget, openTarget, openTargetSync } from './target.js'
import {
  connect,
  createConnection,
  listen,
  type NetnsConnectOptions,
  type NetnsCreateConnectionOptions,
  type NetnsListenOptions,
} from './tcp.js'
import { type NetnsUdpOptions, udp } from './udp.js'

/** Tells a namespace from all others that live at the same time: what `stat` says of /proc/PID/ns/net. */
export interface NetnsIdentity {
  /** The number in `net:[4026531840]`; free again when the namespace has ended. */
  readonly inode: number
  /** Of the file system of namespaces (nsfs), the same for all. */
  readonly device: number
}

/** A name in /run/netns. */
export interface NetnsEntry {
  readonly name: string
  readonly path: string
  /** Undefined where no network namespace is mounted on the name, as after a reboot that kept /run. */
  readonly inode: number | undefined
  readonly device: number | undefined
}

const DELETE_ADVICE: Advice = {
  ENOENT: 'There is no namespace of that name: `ip netns list` and Netns.list() tell which there are',
  EACCES: 'Only root may write to /run/netns',
}

/**
 * A handle of a network namespace: an open descriptor. The namespace lives while it has a name, a process or thread
 * in it, a socket of it, or an open handle.
 *
 * The process itself stays in its own namespace whatever is done with the handle, except during `run`. Whatever takes
 * a namespace (`Rtnetlink.open({ netns })`, the peer of a veth) takes a `Netns`.
 *
 * ```ts
 * await using blue = await Netns.create('blue')      // what `ip netns add blue` makes
 * await blue.sysctl.set('net.ipv4.ip_forward', 1)
 * const server = await blue.listen(http.createServer(handler), { host: '10.0.0.2', port: 80 })
 * const ping = blue.spawn('ping', ['-c1', '10.0.0.1'])
 * ```
 *
 * Disposing of it (`using`) closes the handle; a name stays until `Netns.delete`. A handle that was forgotten is closed
 * when it is garbage.
 */
export class Netns implements NetnsIdentity {
  /** The name in /run/netns that it was made with or opened by. */
  readonly name: string | undefined
  /** The file that it was opened by: of its name, of a process, or the path given. */
  readonly path: string | undefined
  readonly inode: number
  readonly device: number
  /** Its kernel parameters: what is below /proc/sys/net. */
  readonly sysctl: NetnsSysctl
  readonly #handle: Handle

  private constructor(
    native: NativeNamespace,
    { name, path, label }: { name?: string; path?: string; label?: string },
  ) {
    this.name = name
    this.path = path
    this.inode = native.inode
    this.device = native.device
    this.#handle = new Handle(native, label ?? `namespace net:[${native.inode}]`)
    this.sysctl = new NetnsSysctl(this.#handle)
  }

  /**
   * Makes a namespace: with a name as `ip netns add` does, without one (it then ends with its last handle, process and
   * socket). All it has is a loopback link that is down. Takes about 0.5 ms of a worker thread.
   * @throws {NetnsError} EEXIST where the name is taken; EPERM without CAP_SYS_ADMIN; ENOSPC where the system may have
   * no more. Nothing is left behind then.
   * @throws {TypeError | RangeError} Not a name: 1 to 255 bytes without a slash, not "." or "..".
   */
  static async create(name?: string): Promise<Netns> {
    if (name === undefined) return new Netns(await explain(native.createNamespace(), CREATE), {})
    const path = pathOfName(checkName(name))
    return new Netns(await explain(native.createNamespace(name), createAction(name), createAdvice(path)), named(name))
  }

  /** Like `create`, at once: blocks for about 0.5 ms. */
  static createSync(name?: string): Netns {
    if (name === undefined)
      return new Netns(
        explainSync(() => native.createNamespaceSync(), CREATE),
        {},
      )
    const path = pathOfName(checkName(name))
    const made = explainSync(() => native.createNamespaceSync(name), createAction(name), createAdvice(path))
    return new Netns(made, named(name))
  }

  /** One that was made elsewhere. @internal */
  static adopt(made: NativeNamespace): Netns {
    return new Netns(made, {})
  }

  /**
   * Opens a namespace by name (as in `ip netns list`), by the path of a file that is one (`/proc/1234/ns/net`, a bind
   * mount, a link to either), by a process in it, or by a descriptor of it, which stays the caller's.
   * @throws {NetnsError} ENOENT where there is none; EINVAL where it is something else; EACCES for another user's process.
   * @throws {TypeError | RangeError} Not a name, path, pid or descriptor.
   */
  static async open(target: NetnsTarget): Promise<Netns> {
    const found = checkTarget(target)
    return new Netns(await openTarget(found), found)
  }

  /** Like `open`, at once. */
  static openSync(target: NetnsTarget): Netns {
    const found = checkTarget(target)
    return new Netns(openTargetSync(found), found)
  }

  /** The namespace of the calling thread: inside `run` the one that it is in, otherwise the process's own. */
  static current(): Netns {
    return new Netns(
      explainSync(() => native.currentNamespace(), 'open the namespace of this thread'),
      {},
    )
  }

  /** The names in /run/netns, as `ip netns list` shows them; in no order. */
  static async list(): Promise<NetnsEntry[]> {
    return (await explain(native.listNamespaces(), 'list namespaces')).map(entryOf)
  }

  /** Like `list`, at once. */
  static listSync(): NetnsEntry[] {
    return explainSync(() => native.listNamespacesSync(), 'list namespaces').map(entryOf)
  }

  /**
   * Takes the name away, as `ip netns delete` does, also one that is only a file left over. The namespace, with its
   * links, ends when no process, socket or handle has it any more.
   * @throws {NetnsError} ENOENT where there is no such name; EPERM without CAP_SYS_ADMIN.
   * @throws {TypeError | RangeError} Not a name.
   */
  static async delete(name: string): Promise<void> {
    return explain(native.deleteNamespace(checkName(name)), `delete the namespace ${name}`, DELETE_ADVICE)
  }

  /** Like `delete`, at once. */
  static deleteSync(name: string): void {
    checkName(name)
    explainSync(() => native.deleteNamespaceSync(name), `delete the namespace ${name}`, DELETE_ADVICE)
  }

  /**
   * The descriptor. It stays this object's: `Netns.open({ fd })` makes another of the same namespace.
   * @throws {ClosedError} after `close`.
   */
  get fd(): number {
    return this.#handle.native.fd
  }

  get closed(): boolean {
    return this.#handle.closed
  }

  /** Whether both are the same namespace. Sure while both handles are open; a list's entry is as old as the list. */
  equals(other: { readonly inode: number | undefined; readonly device: number | undefined }): boolean {
    return this.inode === other.inode && this.device === other.device
  }

  /**
   * Calls a function on this thread inside the namespace (setns(2)), and comes back before anything else is run, also
   * when it throws. What it returns is returned. `run` may be called inside `run`.
   *
   * What a thread opens it opens in its own namespace: sockets, /proc/sys/net, /proc/thread-self/net, child processes.
   * Work that is only begun inside (a promise, a callback, a `Worker`'s start) would go on outside, so an async function
   * is refused before it is called, and a promise that was returned by a TypeError after coming back.
   * @throws {NetnsError} EPERM where the thread may not enter or could not come back; the function was not called.
   * @throws {ClosedError} @throws {TypeError} Not a synchronous function.
   */
  run<Result>(work: SynchronousWork<Result>): Result {
    return run(this.#handle, work)
  }

  /**
   * Starts a process inside the namespace: `child_process.spawn()`, with its options, events and errors.
   *
   * Unlike `ip netns exec` it changes nothing but the network: /sys and /etc/resolv.conf are those of this process.
   * @throws {NetnsError} EPERM to enter. @throws {ClosedError}
   */
  spawn(command: string, args?: readonly string[], options?: SpawnOptionsWithoutStdio): ChildProcessWithoutNullStreams
  spawn(command: string, args: readonly string[], options: SpawnOptions): ChildProcess
  spawn(command: string, args: readonly string[] = [], options: SpawnOptions = {}): ChildProcess {
    return run(this.#handle, () => spawn(command, args, options))
  }

  /**
   * Connects a TCP socket that is inside the namespace: `net.connect()`, with its events and errors. Only addresses are
   * taken as `host`, for names would be resolved outside. TLS goes over it by `tls.connect({ socket })`.
   *
   * Link-local addresses are not: Node would look for their link outside.
   * @throws {TypeError | RangeError} Not such options. @throws {ClosedError}
   */
  connect(options: NetnsConnectOptions): Socket {
    return connect(this.#handle, options)
  }

  /**
   * `connect` in the shape of `net.createConnection`, for others to call: `http.get(url, { createConnection })`, or
   * an `http.Agent` whose `createConnection` it becomes. It is bound to the namespace, and passes over what is not
   * meant for the socket.
   *
   * ```ts
   * http.get('http://10.0.0.2/', { createConnection: blue.createConnection }, (response) => …)
   * ```
   */
  readonly createConnection = (options: NetnsCreateConnectionOptions, onConnect?: (...args: never[]) => void): Socket =>
    createConnection(this.#handle, options, onConnect)

  /**
   * Makes a server listen inside the namespace: any `net.Server`, so also those of http, https, http2 and tls.
   * Resolves to it once it listens; `server.address()` and all else are as ever. Only link-local addresses of the server
   * and of its clients can't be read (ENXIO), for Node looks their link up in this process's own namespace.
   * @throws {NetnsError} EADDRINUSE, EADDRNOTAVAIL, EACCES; EPERM to enter. @throws {ClosedError}
   * @throws {TypeError | RangeError} Not a server, not such options.
   */
  listen<S extends Server>(server: S, options: NetnsListenOptions = {}): Promise<S> {
    return listen(this.#handle, server, options)
  }

  /**
   * Opens a UDP socket inside the namespace and binds it: `dgram.createSocket()` and `bind()`. Where it then sends to is
   * given by address; names are refused, for they would be resolved outside. What comes from a link-local address is an
   * 'error' event (ENXIO) where this process's own namespace has no link of the same index, for Node looks it up there.
   * @throws {NetnsError} EADDRINUSE, EADDRNOTAVAIL, EACCES; EPERM to enter. @throws {ClosedError}
   * @throws {TypeError | RangeError} Not such options.
   */
  udp(options: NetnsUdpOptions): Promise<UdpSocket> {
    return udp(this.#handle, options)
  }

  /** Keeps the descriptor open, also when closed meanwhile, until `release`. @internal */
  hold(): void {
    this.#handle.hold()
  }

  /** @internal */
  release(): void {
    this.#handle.release()
  }

  /**
   * Closes the handle: at once for its users, and its descriptor when the requests and calls under way that were given
   * it have ended. Sockets and processes inside live on. Closing twice does nothing.
   */
  close(): void {
    this.#handle.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close()
    return Promise.resolve()
  }

  /** As errors call it: "namespace blue". */
  toString(): string {
    return this.#handle.label
  }
}

const CREATE = 'create a network namespace'

function createAction(name: string): string {
  return `create the namespace ${name}`
}

function createAdvice(path: string): Advice {
  return {
    EEXIST: `The name is taken: ${path} exists. Netns.open() opens it, Netns.delete() removes it`,
    EACCES: 'Only root may write to /run/netns; a namespace without a name needs no file',
    ENOENT: 'There is no /run',
    'EROFS mkdir': '/run is mounted read-only; a namespace without a name needs no file',
  }
}

function named(name: string): { name: string; path: string; label: string } {
  return { name, path: pathOfName(name), label: `namespace ${name}` }
}

function entryOf({ name, inode, device }: NativeNamespaceEntry): NetnsEntry {
  const isNamespace = inode !== 0
  return {
    name,
    path: pathOfName(name),
    inode: isNamespace ? inode : undefined,
    device: isNamespace ? device : undefined,
  }
}
