/** TUN and TAP devices, made through /dev/net/tun (ip-tuntap(8); Documentation/networking/tuntap.rst). */
import { ClosedError, TunTapError } from '../errors.js'
import { native, type NativeTunTap } from '../native.js'
import { type Advice, explain } from '../netns/failure.js'
import {
  checkTarget,
  checkTunTapOptions,
  namespaceDescriptor,
  type TunTapOptions,
  type TunTapTarget,
} from './options.js'

export type { TunTapOptions, TunTapTarget } from './options.js'

/** A device as a link: it can be given wherever a link is named. */
export interface TunTapLink {
  /** The name of the device, which the kernel has chosen where `%d` was given. */
  readonly name: string
  /** The number of the device as a link in its namespace. */
  readonly ifindex: number
}

const ADVICE: Advice = {
  'ENOENT open': 'There is no /dev/net/tun here: `modprobe tun` makes it, or mknod /dev/net/tun c 10 200',
  'ENODEV open': 'The kernel has no TUN/TAP driver: `modprobe tun`',
  'ENXIO open': 'The kernel has no TUN/TAP driver: `modprobe tun`',
  'EACCES open': '/dev/net/tun may be opened by whom its mode (ls -l) says',
  'EPERM open': '/dev/net/tun may not be opened here: in a container the device has to be allowed',
  'EPERM ioctl(TUNSETIFF)':
    'To make a device takes CAP_NET_ADMIN in the user namespace that owns the network namespace (run as root, or inside ' +
    '`unshare -rn`); to attach to one takes that, or to be its owner or in its group',
  'EBUSY ioctl(TUNSETIFF)':
    'The device is there and somebody has it open, which without multiQueue one can at a time; or it is there and was ' +
    'to be new (exclusive, ifindex); or the index is taken',
  'EINVAL ioctl(TUNSETIFF)':
    'There is a link of this name that is not such a device: no TUN/TAP device at all, of the other mode, or one of ' +
    'the two has several queues (multiQueue) and the other not; `ip -d link` tells',
  'E2BIG ioctl(TUNSETIFF)': 'A device has at most 256 queues',
  'ENFILE ioctl(TUNSETIFF)': 'There is no free number left for the name',
  'EINVAL ioctl(TUNSETOWNER)': 'The user has no number in the user namespace of the process',
  'EINVAL ioctl(TUNSETGROUP)': 'The group has no number in the user namespace of the process',
  'EINVAL ioctl(NS_GET_NSTYPE)': 'netns is not a network namespace',
  'ENOTTY ioctl(NS_GET_NSTYPE)': 'netns is not a network namespace',
  'EBADF fcntl(F_DUPFD_CLOEXEC)': 'The descriptor given as netns is not open',
}
const DELETE_ADVICE: Advice = {
  ...ADVICE,
  'ENODEV ioctl(SIOCGIFINDEX)': 'The namespace has no link of this name',
  'EINVAL ioctl(TUNSETIFF)': 'The link of this name is no TUN or TAP device',
  'EBUSY ioctl(TUNSETIFF)':
    'Somebody has the device open. It goes when they close it, if it is not persistent; `links.delete` takes it from them',
  'EBUSY ioctl(TUNSETPERSIST)':
    'It is persistent no more, and goes when those who have it open close it; `links.delete` takes it from them',
}

/**
 * A TUN or TAP device and the queues of it that this object holds open: descriptors through which packets are read and
 * written, one packet for each read(2) and write(2).
 *
 * ```ts
 * // What a virtual machine is given: a device of its user, with four queues.
 * await using tap = await TunTap.open({ name: 'tap%d', mode: 'tap', queues: 4, vnetHeaderSize: 12, netns: blue })
 * await rt.links.update(tap, { up: true, master: 'br0' })
 * spawn('qemu-system-x86_64', ['-netdev', 'tap,id=n0,fds=3:4:5:6,vhost=on', …], {
 *   stdio: ['ignore', 'inherit', 'inherit', ...tap.fds],
 * })
 * ```
 *
 * The descriptors are close-on-exec, and this object's: a child process is given copies by `stdio`. The device goes
 * when the last copy of the last of them is closed, unless it is persistent. One that was forgotten is closed when it is
 * garbage.
 */
export class TunTap implements TunTapLink {
  /** The name that the device was made with: the number in it is the kernel's. */
  readonly name: string
  readonly ifindex: number
  readonly mode: 'tun' | 'tap'
  readonly #native: NativeTunTap
  #closed: Promise<void> | undefined

  private constructor(made: NativeTunTap, mode: 'tun' | 'tap') {
    this.name = made.name
    this.ifindex = made.ifindex
    this.mode = mode
    this.#native = made
  }

  /**
   * Makes a device, or attaches to the one of that name (TUNSETIFF), on a worker thread that is in the namespace
   * meanwhile. On failure nothing that was made is left.
   * @throws {TunTapError} EPERM without CAP_NET_ADMIN; EBUSY where somebody has the device open, or it was to be new;
   * EINVAL where the link of that name is something else; ENOENT, ENODEV without a driver.
   * @throws {TypeError | RangeError} Not such options.
   */
  static async open(options: TunTapOptions): Promise<TunTap> {
    const wanted = checkTunTapOptions(options)
    const { mode, netns } = options
    const fd = namespaceDescriptor(netns)
    // The addon makes a copy of the descriptor before this returns.
    const opening = native.openTunTap(fd, wanted)
    return new TunTap(await explain(opening, `open ${label(mode, options.name)}`, ADVICE, TunTapError), mode)
  }

  /**
   * Makes a persistent device and lets go of it, as `ip tuntap add` does: for others to open.
   * @throws {TunTapError} As `open`; EBUSY where there is a link of the name.
   * @throws {TypeError | RangeError} Not such options.
   */
  static async create(
    options: Omit<TunTapOptions, 'persist' | 'exclusive' | 'nonBlocking' | 'queues'>,
  ): Promise<TunTapLink> {
    const { persist, exclusive, nonBlocking, queues } = options as TunTapOptions
    for (const [name, value] of Object.entries({ persist, exclusive, nonBlocking, queues })) {
      if (value !== undefined)
        throw new TypeError(`${name}: expected nothing: the device is made persistent, new, and left`)
    }
    const made = await TunTap.open({ ...options, persist: true, exclusive: true })
    await made.close()
    return { name: made.name, ifindex: made.ifindex }
  }

  /**
   * Takes the persistence of a device away, so that it goes (TUNSETPERSIST), as `ip tuntap delete` does; whether it is
   * `tun` or `tap` need not be known.
   * @throws {TunTapError} ENODEV where there is no link of the name; EINVAL where it is something else; EBUSY where
   * somebody has it open. @throws {TypeError | RangeError} Not such a target.
   */
  static async delete(target: TunTapTarget): Promise<void> {
    const name = checkTarget(target)
    const fd = namespaceDescriptor(target.netns)
    await explain(native.deleteTunTap(fd, name), `delete the TUN/TAP device ${name}`, DELETE_ADVICE, TunTapError)
  }

  /**
   * The descriptors, one for each queue, to be read from and written to, or given to a child process. They stay this
   * object's.
   * @throws {ClosedError} after `close`.
   */
  get fds(): readonly number[] {
    if (this.#closed !== undefined) throw new ClosedError(`the ${this.mode} device ${this.name} is closed`)
    return this.#native.fds
  }

  /** The descriptor of the first queue. @throws {ClosedError} after `close`. */
  get fd(): number {
    return this.fds[0]!
  }

  get closed(): boolean {
    return this.#closed !== undefined
  }

  /**
   * Closes the descriptors. Resolves when the device is gone, if it was not persistent and nobody else has it open, which
   * costs the kernel some 16 ms on a worker thread. Closing twice is closing once.
   */
  close(): Promise<void> {
    return (this.#closed ??= explain(this.#native.close(), `close ${label(this.mode, this.name)}`, {}, TunTapError))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

function label(mode: string, name: string | undefined): string {
  return name === undefined ? `a ${mode} device` : `the ${mode} device ${name}`
}
