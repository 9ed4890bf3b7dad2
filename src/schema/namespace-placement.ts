/** Where a link is to be: a namespace, as IFLA_NET_NS_FD or IFLA_NET_NS_PID say it. */
import type { Codec } from '../wire/codec.js'

/** A network namespace by an open descriptor (a `Netns` has one), or by a process that is in it. */
export type NamespacePlacement =
  | {
      /** An open descriptor of the namespace, such as of /run/netns/NAME or /proc/PID/ns/net. */
      readonly fd: number
      /** Keeps the descriptor open until `release`, as often as it was held. @internal */
      hold?(): void
      /** @internal */
      release?(): void
    }
  | {
      /** A process that is in the namespace, from 1, as the caller's PID namespace numbers it. */
      readonly pid: number
    }

/** Of a link that is made by a chain (NetlinkSocket.chain): the namespace that the chain leads into. @internal */
export const CHAINED: NamespacePlacement = { fd: 0 }

export const byProcess = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'pid' in value && !('fd' in value)

/** The number that says which namespace; what has a descriptor is kept open until the message has been sent. */
export const namespacePlacement = (): Codec<NamespacePlacement, number> => ({
  wire: 'u32',
  expects: 'a namespace: a Netns, { fd } or { pid }',
  write(w, value) {
    if (typeof value !== 'object' || value === null) throw w.invalid(this.expects, value)
    const number = 'fd' in value ? value.fd : value.pid
    const least = 'fd' in value ? 0 : 1
    if (!Number.isInteger(number) || number < least || number > 0x7fffffff) throw w.invalid(this.expects, value)
    if (value === CHAINED) w.patchNamespace(w.position)
    w.putU32(number)
    if ('fd' in value && value.hold !== undefined && value.release !== undefined) {
      w.hold(value as { hold(): void; release(): void })
    }
  },
  read: (r, start, end) => (end - start < 4 ? undefined : r.getU32(start)),
})
