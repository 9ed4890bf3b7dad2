/** What a failed system call means to the reader, and what can be done about it. */
import { errorCode, NetnsError, type SystemCallError, type SystemCallFailure } from '../errors.js'

/** What to do about an error, by its code, or by code and system call ("EPERM mount"). */
export type Advice = Readonly<Record<string, string>>

const GENERAL: Advice = {
  'EPERM unshare':
    'Making a namespace needs CAP_SYS_ADMIN in the user namespace of the process: run as root, or inside ' +
    '`unshare -rn` (a user namespace of one’s own, with a network namespace)',
  'EPERM mount':
    'Giving a namespace a name mounts it, which needs CAP_SYS_ADMIN in the user namespace that owns the mount ' +
    'namespace: run as root, or inside `unshare -rnm` with a tmpfs on /run; a namespace without a name needs no mount',
  'EPERM umount2':
    'The name is a mount, and to take it away needs CAP_SYS_ADMIN in the user namespace that owns the mount ' +
    'namespace: run as root, or inside the `unshare -rnm` that made it',
  'EPERM setns':
    'Entering a namespace needs CAP_SYS_ADMIN in the user namespace that owns it and in that of the process: run as ' +
    'root, or inside the `unshare -rn` that it was made in',
  'EPERM setns back':
    'Nothing was run: the thread could not have come back, for it lacks CAP_SYS_ADMIN in the user namespace that owns ' +
    'its network namespace. Run as root, or inside `unshare -rn`, which owns one, rather than `unshare -r`',
  'ENOSPC unshare': 'There are as many network namespaces as /proc/sys/user/max_net_namespaces allows',
  'ENOSPC mount': 'There are as many mounts as /proc/sys/fs/mount-max allows',
  'EINVAL ioctl(NS_GET_NSTYPE)': 'It is not a network namespace',
  'ENOTTY ioctl(NS_GET_NSTYPE)': 'It is not a network namespace',
  'ENODEV ioctl(SIOCGIFINDEX)': 'The namespace has no link of the name after the %',
  'EAGAIN pthread_create': 'The process or its user may have no more threads (ulimit -u, pids.max)',
  EMFILE: 'The process may have no more descriptors open (ulimit -n)',
  ENFILE: 'The system may have no more files open (/proc/sys/fs/file-max)',
}

type Kind = new (failure: SystemCallFailure) => SystemCallError

/** The addon's system error, with `errno` and `syscall`, as a NetnsError or its like; anything else as it is. */
export function systemCallFailure(
  error: unknown,
  action: string,
  advice: Advice = {},
  kind: Kind = NetnsError,
): unknown {
  const { errno, syscall } = error as { errno?: number; syscall?: string }
  if (errno === undefined || syscall === undefined) return error
  const code = errorCode(errno)
  const call = `${code} ${syscall}`
  return new kind({
    errno,
    syscall: syscall === 'setns back' ? 'setns' : syscall,
    action,
    advice: advice[call] ?? GENERAL[call] ?? advice[code] ?? GENERAL[code],
  })
}

/** Awaits what the addon does; its failure says what was asked. */
export async function explain<Result>(
  work: Promise<Result>,
  action: string,
  advice?: Advice,
  kind?: Kind,
): Promise<Result> {
  try {
    return await work
  } catch (error) {
    throw systemCallFailure(error, action, advice, kind)
  }
}

/** The same for what the addon does at once. */
export function explainSync<Result>(work: () => Result, action: string, advice?: Advice): Result {
  try {
    return work()
  } catch (error) {
    throw systemCallFailure(error, action, advice)
  }
}
