/** The errors of the library. Wrong arguments are TypeError and RangeError; these are what the kernel refused. */
import { constants } from 'node:os'
import { getSystemErrorMap } from 'node:util'

const names = new Map<number, string>()
for (const [name, number] of Object.entries(constants.errno)) if (!names.has(number)) names.set(number, name)
// Names that Node lacks and the route family answers with.
for (const [name, number] of [
  ['ENOTUNIQ', 76], ['ERFKILL', 132], ['ENOTBLK', 15], ['ESHUTDOWN', 108], ['EPFNOSUPPORT', 96],
  ['ESOCKTNOSUPPORT', 94], ['EUSERS', 87], ['EXFULL', 54], ['ENOKEY', 126], ['EOPNOTSUPP', 95],
] as const) {
  names.set(number, name)
} // prettier-ignore

/** 'EEXIST' for 17. */
export function errorCode(errno: number): string {
  return names.get(errno) ?? `E${errno}`
}

/** "file already exists (EEXIST)" for 17. */
export function errorText(errno: number): string {
  const text = getSystemErrorMap().get(-errno)?.[1]
  return text === undefined ? errorCode(errno) : `${text} (${errorCode(errno)})`
}

/** What an attribute may be, by the kernel (NL_POLICY_TYPE_ATTR_*). */
export interface AttributePolicy {
  type?: string
  min?: number
  max?: number
  minLength?: number
  maxLength?: number
  mask?: number
}

/** What a `NetlinkError` is made of. */
export interface NetlinkFailure {
  /** The kernel's number of the error, positive: 17 for EEXIST. */
  errno: number
  /** The message type, 'RTM_NEWLINK'. */
  request: string
  /** What was asked, of which object: "create vxlan link vx0". */
  action: string
  /** The kernel's own text (extended ack). */
  reason?: string | undefined
  /** The path of the attribute that the kernel objects to: 'linkinfo.data.id'. */
  attribute?: string | undefined
  /** The path of the attribute that the kernel misses. */
  missing?: string | undefined
  /** What the kernel would have taken for `attribute`. */
  policy?: AttributePolicy | undefined
  /** What to do about it, where that is known. */
  advice?: string | undefined
}

/**
 * The kernel refused a request, or did not answer it.
 *
 * `code` and `errno` are the kernel's ('EEXIST', 17); `reason` is its extended-ack text, `attribute` the path of the
 * attribute it objects to ('linkinfo.data.id', 'nexthops[1].encap.dst'), `missing` that of the one it misses,
 * `policy` what it would have taken.
 */
export class NetlinkError extends Error implements Omit<NetlinkFailure, 'action' | 'advice'> {
  override readonly name: string = 'NetlinkError'
  /** The name of `errno`: 'EEXIST'. */
  readonly code: string
  readonly errno: number
  readonly request: string
  readonly reason: string | undefined
  readonly attribute: string | undefined
  readonly missing: string | undefined
  readonly policy: AttributePolicy | undefined

  constructor(failure: NetlinkFailure) {
    super(describe(failure))
    this.code = errorCode(failure.errno)
    this.errno = failure.errno
    this.request = failure.request
    this.reason = failure.reason
    this.attribute = failure.attribute
    this.missing = failure.missing
    this.policy = failure.policy
  }
}

function describe({ errno, request, action, reason, attribute, missing, policy, advice }: NetlinkFailure): string {
  let text = `can't ${action}: ${errorText(errno)}`
  if (reason) text += `: ${reason}`
  if (attribute) text += ` [${attribute}${policy ? `: ${describePolicy(policy)}` : ''}]`
  if (missing) text += ` [missing: ${missing}]`
  text += ` (${request})`
  return advice ? `${text}. ${advice}` : text
}

function describePolicy(policy: AttributePolicy): string {
  const parts: string[] = policy.type ? [policy.type] : []
  if (policy.min !== undefined || policy.max !== undefined) parts.push(`${policy.min ?? ''}..${policy.max ?? ''}`)
  if (policy.minLength !== undefined) parts.push(`at least ${policy.minLength} bytes`)
  if (policy.maxLength !== undefined) parts.push(`at most ${policy.maxLength} bytes`)
  if (policy.mask !== undefined) parts.push(`mask 0x${policy.mask.toString(16)}`)
  return parts.join(' ')
}

/**
 * The table changed each time it was dumped (NLM_F_DUMP_INTR), as often as was tried.
 * `partial` holds what the last try read: every entry was there at some moment, some may be missing or twice.
 */
export class DumpInterruptedError<T = unknown> extends NetlinkError {
  override readonly name = 'DumpInterruptedError'
  /** What the last try read: every entry was there at some moment, some may be missing or twice. */
  readonly partial: readonly T[]

  constructor(failure: NetlinkFailure, partial: readonly T[]) {
    super(failure)
    this.partial = partial
  }
}

/**
 * A request of an ordered batch failed: those before it were done, those after it were not sent.
 * `index` is its place, `results` what the ones before it gave, `cause` its own error.
 */
export class BatchError extends Error {
  override readonly name = 'BatchError'
  /** The place of the request in the batch, from 0. */
  readonly index: number
  /** What the requests before it gave, in their order. */
  readonly results: readonly unknown[]

  constructor(index: number, count: number, results: readonly unknown[], cause: Error) {
    super(
      `request ${index + 1} of ${count} failed, the ${count - index - 1} after it were not sent: ${cause.message}`,
      {
        cause,
      },
    )
    this.index = index
    this.results = results
  }
}

/** The socket was closed, or is used after it was. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError'
  /** Always the same, by which the error is told from others. */
  readonly code = 'ERR_CLOSED'
}

/** What a `SystemCallError` is made of. */
export interface SystemCallFailure {
  /** The kernel's number of the error, positive: 1 for EPERM. */
  errno: number
  /** The system call that failed: "setns". */
  syscall: string
  /** What was asked, of which object: "create the namespace blue". */
  action: string
  /** What to do about it, where that is known. */
  advice?: string | undefined
}

/**
 * The kernel refused a system call that is no message of netlink.
 *
 * `code` and `errno` are the kernel's ('EPERM', 1), `syscall` is what it refused ('unshare').
 */
export class SystemCallError extends Error implements Omit<SystemCallFailure, 'action' | 'advice'> {
  override readonly name: string = 'SystemCallError'
  /** The name of `errno`: 'EPERM'. */
  readonly code: string
  readonly errno: number
  readonly syscall: string

  constructor({ errno, syscall, action, advice }: SystemCallFailure) {
    super(`can't ${action}: ${errorText(errno)} (${syscall})${advice ? `. ${advice}` : ''}`)
    this.code = errorCode(errno)
    this.errno = errno
    this.syscall = syscall
  }
}

/** A system call about a network namespace failed: to make, name, open or enter one, or something inside it. */
export class NetnsError extends SystemCallError {
  override readonly name = 'NetnsError'
}

/** A system call about a TUN or TAP device failed: to make it, to attach to it, to remove it. */
export class TunTapError extends SystemCallError {
  override readonly name = 'TunTapError'
}

/** The steps of making an endpoint, in their order. */
export type EndpointStep =
  /** Its specification was read. */
  | 'check'
  /** Its namespace was made or opened. */
  | 'namespace'
  /** Its link was made. */
  | 'link'
  /** Inside: links brought up, addresses, routes, neighbours. */
  | 'inside'
  /** Inside: kernel parameters. */
  | 'sysctl'
  /** Outside: neighbours, FDB entries, the outer end brought up, routes. */
  | 'outside'

/** What an `EndpointError` is made of. */
export interface EndpointFailure {
  /** The id of the endpoint, as it was given. */
  id: string
  /** Its place in the list that was given, from 0. */
  index: number
  /** How far it came: the step that failed. */
  step: EndpointStep
  /** The error that the step failed with. */
  cause: unknown
  /** What could not be taken away again, an error for each. */
  leftover?: readonly Error[] | undefined
}

/**
 * An endpoint could not be made. What had been made for it is gone again, unless `leftover` says what is not.
 *
 * `id` and `index` say which, `step` how far it came, `cause` why.
 */
export class EndpointError extends Error implements Omit<EndpointFailure, 'cause'> {
  override readonly name = 'EndpointError'
  readonly id: string
  readonly index: number
  readonly step: EndpointStep
  readonly leftover: readonly Error[]

  constructor({ id, index, step, cause, leftover = [] }: EndpointFailure) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const left = leftover.map((error) => `. Left behind: ${error.message}`).join('')
    super(`can't make endpoint ${id} (${index}), at the step ${step}: ${why}${left}`, { cause })
    this.id = id
    this.index = index
    this.step = step
    this.leftover = leftover
  }
}
