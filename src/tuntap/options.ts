/** What a TUN or TAP device is asked for with: checked before anything is done. */
import type { NativeTunTapOptions } from '../native.js'
import { isLinkName, LINK_NAME } from '../schema/link-reference.js'
import type { NamespaceReference } from '../socket/netlink-socket.js'
import { invalid, unknownOption } from '../wire/invalid.js'

/** Which device, and in which namespace. */
export interface TunTapTarget {
  /** The name of the device, 1 to 15 bytes. */
  name: string
  /** The namespace that it is in: a Netns or `{ fd }`. Default: the process's own. */
  netns?: NamespaceReference | undefined
}

/** How a device is to be. What is not given stays as it is where the device is there already. */
export interface TunTapOptions {
  /** What its packets are: IP packets (`tun`) or Ethernet frames (`tap`). Fixed when the device is made. */
  mode: 'tun' | 'tap'
  /**
   * 1 to 15 bytes. A `%d` in it is replaced by the kernel with the lowest free number, as in `tap%d`, which is what it
   * takes without a name. The name of a device that is there, and of the same mode, attaches to it.
   */
  name?: string | undefined
  /** The namespace to make it in, or that it is in: a Netns or `{ fd }`. Default: the process's own. */
  netns?: NamespaceReference | undefined
  /** Refuse a device that is there already (EBUSY). Default: attach to it. */
  exclusive?: boolean | undefined
  /** The index for the device to have: 1 to 2147483647, free. Implies `exclusive`. Default: the kernel's choice. */
  ifindex?: number | undefined
  /** The user who may attach without CAP_NET_ADMIN, by number: 0 to 4294967294. */
  owner?: number | undefined
  /** The group whose members may, by number: 0 to 4294967294. */
  group?: number | undefined
  /** The device has several queues, each with a descriptor of its own. Fixed when the device is made. Default: false. */
  multiQueue?: boolean | undefined
  /** How many queues to attach: 1 to 256. More than one implies `multiQueue`. Default: 1. */
  queues?: number | undefined
  /** Each packet has a `struct virtio_net_hdr` before it: checksums and segmentation are left to the reader. Default: false. */
  vnetHeader?: boolean | undefined
  /**
   * Bytes of that header, from 10: 12 with the number of merged buffers, as virtio 1 has it. Implies `vnetHeader`.
   * Default: 10.
   */
  vnetHeaderSize?: number | undefined
  /** Each packet has four bytes before it, flags and the protocol (`struct tun_pi`). Default: false. */
  packetInfo?: boolean | undefined
  /** The device stays when nobody has it open any more; `false` takes that back. Default of a new one: false. */
  persist?: boolean | undefined
  /** Descriptors do not block (O_NONBLOCK): read(2) fails with EAGAIN where there is no packet. Default: false. */
  nonBlocking?: boolean | undefined
}

const FLAGS = ['exclusive', 'multiQueue', 'vnetHeader', 'packetInfo', 'persist', 'nonBlocking'] as const
/** Ranges: of ids less the one that stands for none. MAX_TAP_QUEUES; the size of struct virtio_net_hdr. */
const NUMBERS = {
  ifindex: [1, 0x7fffffff],
  owner: [0, 0xfffffffe],
  group: [0, 0xfffffffe],
  queues: [1, 256],
  vnetHeaderSize: [10, 0x7fffffff],
} as const
const KNOWN = ['mode', 'name', 'netns', ...FLAGS, ...Object.keys(NUMBERS)]
const TARGET = ['name', 'netns']

/** A name that the kernel takes where a device is made; a `%` begins a `%d` and nothing else. */
function checkName(name: unknown): string {
  if (typeof name !== 'string') throw invalid('name', LINK_NAME, name)
  const isPattern = /^[^%]*(%d[^%]*)?$/.test(name)
  if (!isLinkName(name) || !isPattern) throw invalid('name', `${LINK_NAME}, with at most one %d`, name, 'range')
  return name
}

function checkObject(options: unknown, known: readonly string[]): asserts options is Record<string, unknown> {
  if (typeof options !== 'object' || options === null) throw invalid('options', 'an object', options)
  for (const name in options) if (!known.includes(name)) throw unknownOption(name, known)
}

/** The number of the namespace's descriptor; -1 for the process's own. */
export function namespaceDescriptor(netns: NamespaceReference | undefined): number {
  if (netns === undefined) return -1
  const expects = 'a Netns or { fd }'
  if (typeof netns !== 'object' || netns === null) throw invalid('netns', expects, netns)
  const { fd } = netns
  if (!Number.isInteger(fd) || fd < 0 || fd > 0x7fffffff) throw invalid('netns', expects, netns)
  return fd
}

/** @throws {TypeError | RangeError} */
export function checkTarget(target: TunTapTarget): string {
  checkObject(target, TARGET)
  const { name } = target
  if (typeof name !== 'string') throw invalid('name', LINK_NAME, name)
  if (!isLinkName(name) || name.includes('%')) throw invalid('name', `${LINK_NAME}, and no %`, name, 'range')
  return name
}

/** @throws {TypeError | RangeError} */
export function checkTunTapOptions(options: TunTapOptions): NativeTunTapOptions {
  checkObject(options, KNOWN)
  const { mode, name, multiQueue, queues, vnetHeader, vnetHeaderSize } = options
  if (mode !== 'tun' && mode !== 'tap') {
    throw invalid('mode', '"tun" or "tap"', mode, typeof mode === 'string' ? 'range' : 'type')
  }
  for (const flag of FLAGS) {
    const value = options[flag]
    if (value !== undefined && typeof value !== 'boolean') throw invalid(flag, 'true or false', value)
  }
  for (const [number, [min, max]] of Object.entries(NUMBERS) as [keyof typeof NUMBERS, readonly [number, number]][]) {
    const value = options[number]
    if (value === undefined) continue
    const expects = `an integer from ${min} to ${max}`
    if (!Number.isInteger(value)) throw invalid(number, expects, value)
    if (value < min || value > max) throw invalid(number, expects, value, 'range')
  }
  if (queues !== undefined && queues > 1 && multiQueue === false) {
    throw invalid('queues', '1, since multiQueue is false', queues, 'range')
  }
  if (vnetHeaderSize !== undefined && vnetHeader === false) {
    throw invalid('vnetHeaderSize', 'nothing, since vnetHeader is false', vnetHeaderSize)
  }
  if (options.ifindex !== undefined && options.exclusive === false) {
    throw invalid('ifindex', 'nothing, since exclusive is false: a device that is there has its index', options.ifindex)
  }
  return {
    name: name === undefined ? '' : checkName(name),
    tap: mode === 'tap',
    exclusive: options.exclusive,
    ifindex: options.ifindex,
    multiQueue: multiQueue ?? (queues ?? 1) > 1,
    queues,
    packetInfo: options.packetInfo,
    vnetHeader: vnetHeader ?? vnetHeaderSize !== undefined,
    vnetHeaderSize,
    owner: options.owner,
    group: options.group,
    persist: options.persist,
    nonBlocking: options.nonBlocking,
  }
}
