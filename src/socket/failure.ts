/** Turns an answer that is a failure into the error that the caller sees. */
import { DumpInterruptedError, NetlinkError, type NetlinkFailure } from '../errors.js'
import { ANSWERED_BY_ENGINE } from '../native.js'
import { type AttributeTable, placeAt } from '../wire/attributes.js'
import { type ExtendedAck, HEADER_SIZE, type Message, readExtendedAck } from '../wire/message.js'
import { Reader } from '../wire/reader.js'
import type { AnyRequest } from './request.js'

const EPERM = 1
const EINTR = 4
const EBADMSG = 74
const EMSGSIZE = 90
const ENOMSG = 42
const ENODEV = 19
const ENOBUFS = 105
const ETIMEDOUT = 110
const ECANCELED = 125

const PRIVILEGE =
  'This needs CAP_NET_ADMIN in the user namespace that owns the network namespace: run as root, or inside ' +
  '`unshare -rn` (a user namespace with a network namespace of its own)'

/** The error of a request whose answer is an NLMSG_ERROR or an NLMSG_DONE with an error. */
export function failureOf(request: AnyRequest, r: Reader, message: Message): NetlinkError {
  const ack = readExtendedAck(r, message)
  if ((message.flags & ANSWERED_BY_ENGINE) !== 0) return engineFailure(request, ack.errno)
  return new NetlinkError({
    ...base(request, ack.errno),
    reason: ack.message,
    policy: ack.policy,
    ...pathsOf(request, ack),
    advice: request.operation.advise?.(request.spec, ack.errno) ?? (ack.errno === EPERM ? PRIVILEGE : undefined),
  })
}

/** The error of a request that the kernel did not answer. */
export function engineFailure(request: AnyRequest, errno: number): NetlinkError {
  const reasons: Record<number, string> = {
    [ENODEV]: `there is no link named ${(request.encoded.patches ?? []).map((p) => p.name).join(' or ')}`,
    [ENOBUFS]: 'the answer was lost in a full receive buffer: whether it was done is unknown',
    [ETIMEDOUT]: 'the kernel did not answer in time: whether it was done is unknown',
    [ENOMSG]: 'the answer was lost: whether it was done is unknown',
    [EBADMSG]: 'the answer was malformed',
    [EMSGSIZE]: 'the message is longer than the socket can send or receive',
    [ECANCELED]: 'not sent, since an earlier request of the batch failed',
  }
  return new NetlinkError({
    ...base(request, errno),
    reason: reasons[errno],
    advice: errno === EPERM ? PRIVILEGE : undefined,
  })
}

/** The error of a dump that ended with `errno` after `partial` had been read. */
export function dumpFailure<T>(
  request: AnyRequest,
  errno: number,
  partial: readonly T[],
  said: NetlinkError | undefined,
): NetlinkError {
  if (errno !== EINTR) return said ?? engineFailure(request, errno)
  return new DumpInterruptedError<T>(
    { ...base(request, errno), reason: 'the table changed while it was being read, each time it was tried' },
    partial,
  )
}

export const INTERRUPTED = EINTR

function base(request: AnyRequest, errno: number): NetlinkFailure {
  return { errno, request: request.operation.message, action: request.operation.describe(request.spec) }
}

/** Where in the request the kernel's offsets point. */
function pathsOf(
  request: AnyRequest,
  ack: ExtendedAck,
): { attribute?: string | undefined; missing?: string | undefined } {
  if (ack.offset === undefined && ack.missingType === undefined) return {}
  const { encoded, operation } = request
  const r = new Reader(encoded.bytes.slice(encoded.start, encoded.end))
  const start = HEADER_SIZE + ((operation.headerSize + 3) & ~3)
  const end = encoded.end - encoded.start
  const place = (offset: number) => placeAt(operation.table, r, start, end, offset)
  const attribute =
    ack.offset === undefined ? undefined : (place(ack.offset)?.path ?? (ack.offset < start ? 'header' : undefined))
  let missing: string | undefined
  if (ack.missingType !== undefined) {
    const nest = ack.missingNest === undefined ? undefined : place(ack.missingNest)
    const table: AttributeTable | undefined = nest === undefined ? operation.table : nest.inside
    const name = table?.byType(ack.missingType)?.name ?? `attribute ${ack.missingType}`
    missing = nest === undefined ? name : `${nest.path}.${name}`
  }
  return { attribute, missing }
}
