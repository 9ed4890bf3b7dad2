/** Kernel parameters of a namespace (sysctl(8)): what is below /proc/sys/net. */
import { invalid } from '../wire/invalid.js'
import { type Advice, explain, explainSync } from './failure.js'
import type { Handle } from './handle.js'

export type SysctlValue = string | number | bigint | boolean

const ADVICE: Advice = {
  ENOENT:
    'The namespace has no such parameter: those of a link are there while the link is, others come with a module, and ' +
    'some exist in the first namespace only',
  EACCES: 'The parameter can be read only, or written only, or takes CAP_NET_ADMIN over the namespace',
  EPERM: 'The parameter takes CAP_NET_ADMIN in the user namespace that owns the namespace',
  EROFS: '/proc/sys is mounted read-only here, as containers have it',
  'EINVAL write': 'The parameter does not take this value',
  'ERANGE write': 'The parameter does not take this value',
}

/** The parameters of one namespace; `netns.sysctl`. */
export class NetnsSysctl {
  readonly #handle: Handle

  /** @internal */
  constructor(handle: Handle) {
    this.#handle = handle
  }

  /**
   * Reads a parameter. The value is the kernel's text without the end of its last line: a number ("1"), several with
   * tabs between them ("4096\t131072\t6291456"), or words.
   *
   * `name` is as in sysctl(8): `net.ipv4.ip_forward` or `net/ipv4/ip_forward`; the first separator decides. With dots,
   * a dot in a link's name is written as a slash (`net.ipv4.conf.eth0/10.forwarding`), with slashes it stays a dot
   * (`net/ipv4/conf/eth0.10/forwarding`). Only names below `net` exist for each namespace, so only they are taken.
   * @throws {NetnsError} ENOENT where the namespace has no such parameter.
   * @throws {TypeError | RangeError} Not a name below `net`.
   */
  async get(name: string): Promise<string> {
    const path = parameterPath(name)
    return explain(this.#handle.native.sysctlGet(path), this.#read(name), ADVICE)
  }

  /** Like `get`, at once: blocks for some tens of microseconds. */
  getSync(name: string): string {
    const path = parameterPath(name)
    const { native } = this.#handle
    return explainSync(() => native.sysctlGetSync(path), this.#read(name), ADVICE)
  }

  /**
   * Writes a parameter; `true` and `false` are written as 1 and 0. For `name` see `get`.
   *
   * In a process with thousands of namespaces a write to a parameter that each of them has costs milliseconds.
   * @throws {NetnsError} EINVAL for a value that the parameter does not take; EACCES where it is read-only; EROFS.
   * @throws {TypeError | RangeError} Not a name below `net`, not a value.
   */
  async set(name: string, value: SysctlValue): Promise<void> {
    const path = parameterPath(name)
    const text = parameterText(value)
    return explain(this.#handle.native.sysctlSet(path, text), this.#write(name, text), ADVICE)
  }

  /** Like `set`, at once: blocks for some tens of microseconds. */
  setSync(name: string, value: SysctlValue): void {
    const path = parameterPath(name)
    const text = parameterText(value)
    const { native } = this.#handle
    explainSync(() => native.sysctlSetSync(path, text), this.#write(name, text), ADVICE)
  }

  #read(name: string): string {
    return `read ${name} in ${this.#handle.label}`
  }

  #write(name: string, text: string): string {
    return `set ${name} to ${JSON.stringify(text)} in ${this.#handle.label}`
  }
}

/** The path below /proc/sys/net of a parameter in either notation of sysctl(8). */
function parameterPath(name: unknown): string {
  const expected = 'the name of a parameter below net (net.ipv4.ip_forward or net/ipv4/ip_forward)'
  if (typeof name !== 'string') throw invalid('name', expected, name)
  const dotted = /[./]/.exec(name)?.[0] === '.'
  const path = dotted ? name.replace(/[./]/g, (separator) => (separator === '.' ? '/' : '.')) : name
  const [root, ...parts] = path.split('/')
  const isPath = root === 'net' && parts.length > 0 && parts.every((part) => !['', '.', '..'].includes(part))
  if (!isPath || path.includes('\0')) throw invalid('name', expected, name, 'range')
  return parts.join('/')
}

function parameterText(value: unknown): string {
  switch (typeof value) {
    case 'boolean':
      return value ? '1' : '0'
    case 'number':
      if (!Number.isFinite(value)) throw invalid('value', 'a finite number', value, 'range')
      return String(value)
    case 'bigint':
      return String(value)
    case 'string':
      if (value.includes('\0')) throw invalid('value', 'text without NUL', value, 'range')
      return value
    default:
      throw invalid('value', 'a string, a number or a boolean', value)
  }
}
