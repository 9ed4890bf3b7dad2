/** Errors of system calls that the addon makes, turned into the library's. */
import { NetlinkError } from '../errors.js'

const EPERM = 1

/** The addon's system error with `errno` and `syscall` as a NetlinkError; anything else as it is. */
export function systemFailure(error: unknown, action: string): unknown {
  const { errno, syscall } = error as { errno?: number; syscall?: string }
  if (errno === undefined || syscall === undefined) return error
  const advice =
    errno !== EPERM
      ? undefined
      : syscall === 'setns'
        ? 'Entering a namespace needs CAP_SYS_ADMIN in the user namespace that owns it and in one’s own: run as root'
        : 'This needs CAP_NET_ADMIN: run as root, or inside `unshare -rn`'
  return new NetlinkError({ errno, request: syscall, action, advice })
}
