/** What a namespace can be opened by. */
import type { NativeNamespace } from '../native.js'
import { native } from '../native.js'
import { invalid, unknownOption } from '../wire/invalid.js'
import { type Advice, explain, explainSync } from './failure.js'
import { checkName, pathOfName } from './name.js'

/**
 * A name (as in `ip netns list`), a path that leads to a namespace (`/run/netns/blue`, `/proc/1234/ns/net`), a process
 * that is in it, or an open descriptor of it.
 */
export type NetnsTarget =
  string | { readonly name: string } | { readonly path: string } | { readonly pid: number } | { readonly fd: number }

/** A target that was checked. */
export interface Found {
  name?: string
  path?: string
  fd?: number
  /** The namespace as errors call it. */
  label: string
  advice: Advice
}

const KINDS = ['name', 'path', 'pid', 'fd']
const LARGEST = 0x7fffffff

/** @throws {TypeError} Not a target. @throws {RangeError} Not a name, a pid or a descriptor. */
export function checkTarget(target: unknown): Found {
  if (typeof target === 'string') return byName(checkName(target))
  const expected = 'a name, { name }, { path }, { pid } or { fd }'
  if (typeof target !== 'object' || target === null) throw invalid('target', expected, target)
  const keys = Object.keys(target)
  for (const key of keys) if (!KINDS.includes(key)) throw unknownOption(`target.${key}`, KINDS)
  if (keys.length !== 1) throw invalid('target', expected, target)
  const { name, path, pid, fd } = target as Record<string, unknown>
  if (path !== undefined) return byPath(path)
  if (pid !== undefined) return byPid(pid)
  if (fd !== undefined) return byDescriptor(fd)
  return byName(checkName(name, 'target.name'))
}

function byName(name: string): Found {
  return {
    name,
    path: pathOfName(name),
    label: `namespace ${name}`,
    advice: {
      ENOENT: `There is no namespace of that name: \`ip netns list\` and Netns.list() tell which there are`,
      'EINVAL ioctl(NS_GET_NSTYPE)': `${pathOfName(name)} is a file on which no network namespace is mounted (a name left over, or one made in another mount namespace): Netns.delete() removes it`,
    },
  }
}

function byPath(path: unknown): Found {
  if (typeof path !== 'string') throw invalid('target.path', 'a path', path)
  if (path === '' || path.includes('\0')) throw invalid('target.path', 'a path', path, 'range')
  return { path, label: `namespace ${path}`, advice: { ENOENT: 'There is no such file' } }
}

function byPid(pid: unknown): Found {
  if (typeof pid !== 'number') throw invalid('target.pid', 'a process id', pid)
  if (!Number.isInteger(pid) || pid < 1 || pid > LARGEST) {
    throw invalid('target.pid', `a process id (1 to ${LARGEST})`, pid, 'range')
  }
  return {
    path: `/proc/${pid}/ns/net`,
    label: `the namespace of process ${pid}`,
    advice: {
      ENOENT: `There is no process ${pid}, or it has ended`,
      EACCES: 'The namespaces of another user’s process may be seen with CAP_SYS_PTRACE: run as root',
    },
  }
}

function byDescriptor(fd: unknown): Found {
  if (typeof fd !== 'number') throw invalid('target.fd', 'a descriptor', fd)
  if (!Number.isInteger(fd) || fd < 0 || fd > LARGEST) throw invalid('target.fd', 'a descriptor', fd, 'range')
  return { fd, label: `the namespace of descriptor ${fd}`, advice: { EBADF: `Descriptor ${fd} is not open` } }
}

export async function openTarget({ path, fd, label, advice }: Found): Promise<NativeNamespace> {
  if (fd !== undefined) return openTargetSync({ fd, label, advice })
  return explain(native.openNamespace(path!), `open ${label}`, advice)
}

export function openTargetSync({ path, fd, label, advice }: Found): NativeNamespace {
  return explainSync(
    () => (fd === undefined ? native.openNamespaceSync(path!) : native.duplicateNamespace(fd)),
    `open ${label}`,
    advice,
  )
}
