/**
 * The native addon: where it is loaded and every symbol it has, with its types.
 * Nothing outside this file knows that there is a binary.
 */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** What a native socket reports to the object that owns it, on the JavaScript thread. */
export interface NativeSocketOwner {
  /**
   * Of a submission, once: every reply and every failure as netlink messages end to end, `nlmsg_seq` being the index
   * of the request within the submission; undefined where all succeeded and none had a reply.
   * Of a dump: its messages, part by part; `last` is set on the last, and `errno` then says how it ended
   * (0: well; EINTR: the table changed meanwhile).
   * The memory of `messages` is used again once this returns.
   */
  onAnswer(id: number, messages: Uint8Array | undefined, last: boolean, errno: number): void
}

/** Flag in `nlmsg_flags` of an NLMSG_ERROR in answers that the engine made itself: the kernel did not answer so. */
export const ANSWERED_BY_ENGINE = 0x8000

/** When the rest of a submission is not sent any more; it fails with ECANCELED then. */
export const stop = {
  never: 0,
  /** Each request is sent alone, and none after one that failed. */
  afterFailure: 1,
} as const
export type StopRule = (typeof stop)[keyof typeof stop]

/** One request/reply netlink socket, in one namespace for ever. */
export interface NativeSocket {
  owner: NativeSocketOwner | undefined
  /**
   * Queues requests: netlink messages end to end. The engine numbers them and asks for acks.
   * A message with NLM_F_ACK set by the caller is awaited by itself (it has a reply); of the others only failures
   * come back. `patches`: 24 bytes each, the offset of a u32 in `messages` to be filled with a link's index just
   * before sending, how many of the submission's first requests must be done before (u32), and the name of the link
   * (16 bytes).
   */
  submit(id: number, messages: Uint8Array, patches: Uint8Array | undefined, stop: StopRule): void
  /** The same on the calling thread, after everything queued. Blocks. */
  submitSync(messages: Uint8Array, patches: Uint8Array | undefined, stop: StopRule): Uint8Array | undefined
  /** Queues a dump request; its parts arrive at `onAnswer`. Paused when too much is undelivered, until `resume`. */
  dump(id: number, message: Uint8Array, patches: Uint8Array | undefined): void
  /** The same on the calling thread: all messages end to end, and how it ended. Blocks. */
  dumpSync(message: Uint8Array, patches: Uint8Array | undefined): { messages: Uint8Array | undefined; errno: number }
  /** Says that so many bytes of a dump have been consumed, so that more may be read; 0: the rest is not wanted. */
  consumed(id: number, bytes: number): void
  /** The index of a link by name, 0 where there is none (SIOCGIFINDEX, in the socket's namespace). */
  linkIndex(name: string): number
  /** Opens a multicast subscription in the same namespace. */
  subscribe(groups: number[], receiveBuffer: number, listener: SubscriptionListener): NativeSubscription
  /**
   * Opens a socket in the namespace of the descriptor, or (-1) in a new one, which it then has as `created`.
   * What is queued on either socket runs in one order, on one thread at a time.
   */
  beside(
    protocol: number,
    netns: number,
    receiveBuffer: number,
    sendBuffer: number,
    strict: boolean,
  ): Promise<NativeSocket & { created?: NativeNamespace }>
  /**
   * Runs submissions one after the other, this socket's and those of one inside another namespace, in one turn of the
   * order: stops after one in which a request failed. `netns`: a descriptor, or -1 for a new namespace. `socket`: one in
   * there whose order is this one's; otherwise one is opened, and closed at the end. `legs`: for each whether it is
   * inside, its messages and its patches as for `submit`, a patch without a name being filled with the descriptor.
   * Resolves to the namespace, where it is new, and the answers of the submissions that were run.
   */
  chain(
    cancellation: number,
    netns: number,
    socket: NativeSocket | undefined,
    ...legs: (boolean | Uint8Array | undefined)[]
  ): Promise<[created: NativeNamespace | undefined, ...answers: (Uint8Array | undefined)[]]>
  /** Begins nothing further of the chains with this number. */
  cancel(cancellation: number): void
  /** A new descriptor of the socket's namespace, owned by the caller's object (SIOCGSKNS). */
  namespace(): NativeNamespace
  /** Whether requests in flight keep the process alive. On by default. */
  ref(): void
  unref(): void
  /** Closes the descriptor when what was queued has ended. */
  close(): void
}

/**
 * `errno` 0: messages end to end; ENOBUFS: the kernel dropped some before this point; others: it failed.
 * The memory of `messages` is used again once this returns.
 */
export type SubscriptionListener = (messages: Uint8Array | undefined, errno: number) => void

export interface NativeSubscription {
  ref(): void
  unref(): void
  close(): void
}

/** Owner of a descriptor of a network namespace; closed at the latest when it is garbage. */
export interface NativeNamespace {
  /** -1 after `close`. */
  readonly fd: number
  readonly inode: number
  readonly device: number
  /** Calls the function on this thread inside the namespace, and comes back. What it throws is thrown. */
  run<Result>(work: () => Result): Result
  /** `path`: below /proc/sys/net. */
  sysctlGet(path: string): Promise<string>
  sysctlGetSync(path: string): string
  sysctlSet(path: string, value: string): Promise<void>
  sysctlSetSync(path: string, value: string): void
  /** Opens a socket inside. The descriptor is the caller's to close. */
  socket(options: NativeInetSocketOptions): Promise<number>
  socketSync(options: NativeInetSocketOptions): number
  /** Closes the descriptor when what was begun with it has ended. */
  close(): void
}

export interface NativeInetSocketOptions {
  family: 4 | 6
  /** TCP; otherwise UDP. */
  stream: boolean
  /** What to bind to, numeric, without a scope; with neither address nor port the socket is not bound. */
  address?: string | undefined
  port?: number | undefined
  /** Link name or index of a link-local `address`. */
  scope?: string | undefined
  reuseAddress?: boolean | undefined
  reusePort?: boolean | undefined
  ipv6Only?: boolean | undefined
}

/** `inode` and `device` are 0 where no network namespace is mounted on the name. */
export interface NativeNamespaceEntry {
  name: string
  inode: number
  device: number
}

export interface NativeTunTapOptions {
  /** Empty: the kernel's choice. */
  name: string
  /** Ethernet frames; otherwise IP packets. */
  tap: boolean
  exclusive?: boolean | undefined
  ifindex?: number | undefined
  multiQueue?: boolean | undefined
  queues?: number | undefined
  packetInfo?: boolean | undefined
  vnetHeader?: boolean | undefined
  vnetHeaderSize?: number | undefined
  owner?: number | undefined
  group?: number | undefined
  persist?: boolean | undefined
  nonBlocking?: boolean | undefined
}

/** Owner of the queues of a TUN or TAP device that are held open; closed at the latest when it is garbage. */
export interface NativeTunTap {
  /** The name that the kernel gave it. */
  readonly name: string
  readonly ifindex: number
  /** The descriptors, one for each queue; none after `close`. */
  readonly fds: number[]
  /** Closes the descriptors, on a worker thread: the kernel takes a device that is not persistent down meanwhile. */
  close(): Promise<void>
}

interface Addon {
  /**
   * Opens on a worker thread; rejects with an Error that carries `errno` and `syscall`.
   * `netns`: descriptor of the namespace to open it in; -1: the process's own.
   * Buffers in bytes; 0: as large as the process may have, at most 4 MiB.
   */
  openSocket(
    protocol: number,
    netns: number,
    receiveBuffer: number,
    sendBuffer: number,
    strict: boolean,
  ): Promise<NativeSocket>
  openSocketSync(
    protocol: number,
    netns: number,
    receiveBuffer: number,
    sendBuffer: number,
    strict: boolean,
  ): NativeSocket
  /** Where names of namespaces are: "/run/netns". */
  readonly namespaceDirectory: string
  /** With a name as `ip netns add` makes it, without one anonymous. Rejects with `errno` and `syscall`, as all below. */
  createNamespace(name?: string): Promise<NativeNamespace>
  createNamespaceSync(name?: string): NativeNamespace
  openNamespace(path: string): Promise<NativeNamespace>
  openNamespaceSync(path: string): NativeNamespace
  /** Another descriptor of the same namespace. */
  duplicateNamespace(fd: number): NativeNamespace
  /** The namespace of the calling thread. */
  currentNamespace(): NativeNamespace
  deleteNamespace(name: string): Promise<void>
  deleteNamespaceSync(name: string): void
  listNamespaces(): Promise<NativeNamespaceEntry[]>
  listNamespacesSync(): NativeNamespaceEntry[]
  /** `netns`: descriptor of the namespace; -1: the process's own. Rejects with `errno` and `syscall`. */
  openTunTap(netns: number, options: NativeTunTapOptions): Promise<NativeTunTap>
  deleteTunTap(netns: number, name: string): Promise<void>
  /** Where answers go: through the socket's `owner`, so that native code holds no reference to it. */
  setDispatch(
    dispatch: (
      socket: NativeSocket,
      id: number,
      messages: Uint8Array | undefined,
      last: boolean,
      errno: number,
    ) => void,
  ): void
}

function load(): Addon {
  if (process.platform !== 'linux') {
    throw new Error(`linkwright speaks netlink to a Linux kernel: it can't run on ${process.platform}`)
  }
  const require = createRequire(import.meta.url)
  const root = fileURLToPath(new URL('..', import.meta.url))
  const find = require('node-gyp-build') as (directory: string) => Addon
  try {
    // For the project's own tests: another build of the addon, such as one with sanitizers.
    const instead = process.env.LINKWRIGHT_ADDON
    return instead === undefined ? find(root) : (require(instead) as Addon)
  } catch (cause) {
    throw new Error(
      `linkwright: no native addon for linux-${process.arch} (Node ${process.versions.node}) could be loaded. ` +
        `Run \`npm rebuild linkwright\`: it is compiled with a C++20 compiler, make and python3.`,
      { cause },
    )
  }
}

export const native = load()

native.setDispatch((socket, id, messages, last, errno) => socket.owner?.onAnswer(id, messages, last, errno))
