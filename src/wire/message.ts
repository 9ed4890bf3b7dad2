/**
 * The messages of a buffer, and the answer to a request that failed.
 *
 *     nlmsghdr: u32 length │ u16 type │ u16 flags │ u32 sequence │ u32 port      (linux/netlink.h)
 *     NLMSG_ERROR, NLMSG_DONE: s32 -errno │ the request's header │ attributes of the extended ack
 */
import { MalformedMessage, type Reader, readerShape } from './reader.js'
import type { AttributePolicy } from '../errors.js'
import { littleEndian, readText, readU64 } from './codec.js'

export const HEADER_SIZE = 16

export const NLMSG_ERROR = 2
export const NLMSG_DONE = 3
/** Types below are netlink's own, not a family's. */
export const NLMSG_MIN_TYPE = 16

export const NLM_F_REQUEST = 0x1
export const NLM_F_ACK = 0x4
export const NLM_F_ECHO = 0x8
/** Of a GET request: all objects. */
export const NLM_F_DUMP = 0x300
/** Of a NEW request. */
export const NLM_F_REPLACE = 0x100
export const NLM_F_EXCL = 0x200
export const NLM_F_CREATE = 0x400
export const NLM_F_APPEND = 0x800
/** Of a DEL request: all objects that fit. */
export const NLM_F_BULK = 0x200

/** In an answer: the request is not repeated in it; attributes follow. */
const NLM_F_CAPPED = 0x100
const NLM_F_ACK_TLVS = 0x200

/** One message of a buffer: `start` is where its header begins, `body` where the family's own begins. */
export interface Message {
  type: number
  flags: number
  sequence: number
  start: number
  body: number
  end: number
}

/**
 * The messages of a buffer one after the other: itself the message at which it stands.
 *
 *     const message = new Messages(r)
 *     while (message.next()) …
 */
export class Messages implements Message {
  type = 0
  flags = 0
  sequence = 0
  start = 0
  body = 0
  end = 0
  readonly #r: Reader
  #next = 0

  constructor(r: Reader) {
    this.#r = r
  }

  /** Goes on to the next; false at the end. @throws {MalformedMessage} There is none that is whole. */
  next(): boolean {
    const r = this.#r
    const at = this.#next
    const total = r.bytes.length
    if (at >= total) return false
    const length = at + HEADER_SIZE <= total ? r.getU32(at) : 0
    if (length < HEADER_SIZE || at + length > total) {
      throw new MalformedMessage(`a message of ${length} bytes in ${total - at}`)
    }
    this.type = r.getU16(at + 4)
    this.flags = r.getU16(at + 6)
    this.sequence = r.getU32(at + 8)
    this.start = at
    this.body = at + HEADER_SIZE
    this.end = at + length
    this.#next = at + ((length + 3) & ~3)
    return true
  }
}

/** Kept: see `readerShape`. */
export const messagesShape = new Messages(readerShape)

/** What the kernel says of a failure beside its number (NLMSGERR_ATTR_*). */
export interface ExtendedAck {
  errno: number
  message?: string
  /** Of the offending attribute, in bytes from the start of the request. */
  offset?: number
  /** The attribute that is missing, and the nest it is missing from (an offset in the request). */
  missingType?: number
  missingNest?: number
  policy?: AttributePolicy
}

/** Reads an NLMSG_ERROR, or an NLMSG_DONE that carries one. */
export function readExtendedAck(r: Reader, message: Message): ExtendedAck {
  const { type, flags, body, end } = message
  if (end - body < 4) throw new MalformedMessage('an error without a number')
  const ack: ExtendedAck = { errno: -r.getS32(body) }
  if ((flags & NLM_F_ACK_TLVS) === 0) return ack
  let at = body + 4
  if (type === NLMSG_ERROR) {
    if (end - at < HEADER_SIZE) return ack
    at += (flags & NLM_F_CAPPED) !== 0 ? HEADER_SIZE : Math.max(HEADER_SIZE, (r.getU32(at) + 3) & ~3)
  }
  while (at + 4 <= end) {
    const length = r.getU16(at)
    if (length < 4 || at + length > end) return ack
    const from = at + 4
    const to = at + length
    switch (r.getU16(at + 2) & 0x3fff) {
      case 1:
        ack.message = readText(r, from, to)
        break
      case 2:
        if (to - from >= 4) ack.offset = r.getU32(from)
        break
      case 4:
        ack.policy = readPolicy(r, from, to)
        break
      case 5:
        if (to - from >= 4) ack.missingType = r.getU32(from)
        break
      case 6:
        if (to - from >= 4) ack.missingNest = r.getU32(from)
        break
    }
    at += (length + 3) & ~3
  }
  return ack
}

// NL_ATTR_TYPE_*
const POLICY_TYPES = [
  'invalid', 'flag', 'u8', 'u16', 'u32', 'u64', 's8', 's16', 's32', 's64', 'binary', 'string', 'nul-string', 'nested',
  'nested-array', 'bitfield32', 'sint', 'uint',
] // prettier-ignore

function readPolicy(r: Reader, start: number, end: number): AttributePolicy {
  const policy: AttributePolicy = {}
  for (let at = start; at + 4 <= end;) {
    const length = r.getU16(at)
    if (length < 4 || at + length > end) break
    const from = at + 4
    const size = length - 4
    const kind = r.getU16(at + 2) & 0x3fff
    const value = size >= 8 ? readU64(r, from) : size >= 4 ? r.getU32(from) : undefined
    if (value !== undefined) {
      if (kind === 1) policy.type = POLICY_TYPES[value] ?? String(value)
      else if (kind === 2 && size >= 8) policy.min = readS64(r, from)
      else if (kind === 3 && size >= 8) policy.max = readS64(r, from)
      else if (kind === 4) policy.min = value
      else if (kind === 5) policy.max = value
      else if (kind === 6) policy.minLength = value
      else if (kind === 7) policy.maxLength = value
      else if (kind === 10 || kind === 12) policy.mask = value
    }
    at += (length + 3) & ~3
  }
  return policy
}

/** Signed bounds are 64 bits wide. */
function readS64(r: Reader, at: number): number {
  return Number(new DataView(r.bytes.buffer, r.bytes.byteOffset + at, 8).getBigInt64(0, littleEndian))
}
