/** Segment routing headers (struct ipv6_sr_hdr, linux/seg6.h; RFC 8754) of the encapsulations `seg6` and `seg6local`. */
import { isPlainObject } from '../../wire/attributes.js'
import { bitsOf, namesOf } from '../../wire/codec.js'
import { formatAddress, AF_INET6, putAddress } from '../../wire/inet.js'
import { unknownOption } from '../../wire/invalid.js'
import type { Reader } from '../../wire/reader.js'
import type { Writer } from '../../wire/writer.js'

/** SR6_FLAG1_*; that of an HMAC comes with `hmacKeyId`. */
const segmentRoutingFlag = { alert: 0x10, oam: 0x20, protected: 0x40 } as const
const FLAG_HMAC = 0x08

export interface SegmentRoutingHeaderSpec {
  /** The segments in the order in which they are visited: 1 to 127 IPv6 addresses. */
  segments: readonly (string | Uint8Array)[]
  /** The header is authenticated with the key of this number, 1 to 4294967295 (ip-sr(8)). */
  hmacKeyId?: number | undefined
  flags?: readonly (keyof typeof segmentRoutingFlag | number)[] | undefined
  /** Packets of one class have the same, 0 to 65535. */
  tag?: number | undefined
  /** Further TLVs, a multiple of eight bytes. */
  tlvs?: Uint8Array | undefined
}
export interface SegmentRoutingHeader {
  segments: string[]
  hmacKeyId?: number
  flags?: readonly (keyof typeof segmentRoutingFlag | number)[]
  tag?: number
  tlvs?: Uint8Array
}

export const segmentRoutingOptions = ['segments', 'hmacKeyId', 'flags', 'tag', 'tlvs'] as const
export const SEGMENT_ROUTING_HEADER = `an object with ${segmentRoutingOptions.join(', ')}`

/** u8 nexthdr │ u8 hdrlen │ u8 type │ u8 segments_left │ u8 first_segment │ u8 flags │ be16 tag, then the segments */
const HEADER_SIZE = 8
const SEGMENT_SIZE = 16
/** IPV6_SRCRT_TYPE_4 */
const ROUTING_TYPE = 4
/** The header's length is told in a byte, in units of eight beyond the first eight. */
const LONGEST = 8 * 256

/** struct sr6_tlv_hmac: u8 type │ u8 length │ u16 │ be32 key id │ 32 bytes, which the kernel fills in. */
const TLV_HMAC = 5
const TLV_HMAC_SIZE = 40

/**
 * Writes a header. With `open` its last segment is left for the kernel to fill in with the destination of the packet.
 * `known`: the names that the object may have.
 */
export function writeSegmentRoutingHeader(
  w: Writer,
  value: SegmentRoutingHeaderSpec,
  open: boolean,
  known: readonly string[] = segmentRoutingOptions,
): void {
  if (!isPlainObject(value)) throw w.invalid(`an object with ${known.join(', ')}`, value)
  const { depth } = w
  const at = (name: string) => {
    w.trail[depth] = name
    w.depth = depth + 1
  }
  for (const name in value) {
    at(name)
    if (!known.includes(name)) throw unknownOption(w.path, known)
  }
  const { segments, hmacKeyId, flags = [], tag = 0, tlvs } = value as unknown as SegmentRoutingHeaderSpec
  at('flags')
  const bits = bitsOf(w, segmentRoutingFlag, flags)
  if (bits > 0xff) throw w.invalid('bits up to 128', flags, 'range')
  at('tag')
  if (!Number.isInteger(tag)) throw w.invalid('an integer from 0 to 65535', tag)
  if (tag < 0 || tag > 0xffff) throw w.invalid('an integer from 0 to 65535', tag, 'range')
  at('hmacKeyId')
  if (hmacKeyId !== undefined) {
    const expects = 'an integer from 1 to 4294967295'
    if (!Number.isInteger(hmacKeyId)) throw w.invalid(expects, hmacKeyId)
    if (hmacKeyId < 1 || hmacKeyId > 0xffffffff) throw w.invalid(expects, hmacKeyId, 'range')
  }
  at('tlvs')
  if (tlvs !== undefined) {
    if (!(tlvs instanceof Uint8Array)) throw w.invalid('a Uint8Array', tlvs)
    if (tlvs.length % 8 !== 0) throw w.invalid('a multiple of eight bytes', tlvs, 'range')
  }
  at('segments')
  const expects = 'an array of 1 to 127 IPv6 addresses'
  if (!Array.isArray(segments)) throw w.invalid(expects, segments)
  const count = segments.length + (open ? 1 : 0)
  const size = HEADER_SIZE + SEGMENT_SIZE * count + (hmacKeyId === undefined ? 0 : TLV_HMAC_SIZE) + (tlvs?.length ?? 0)
  if (segments.length < 1 || size > LONGEST) throw w.invalid(expects, segments, 'range')

  w.reserve(size)
  w.putU8(0)
  w.putU8(size / 8 - 1)
  w.putU8(ROUTING_TYPE)
  w.putU8(count - 1)
  w.putU8(count - 1)
  w.putU8(bits | (hmacKeyId === undefined ? 0 : FLAG_HMAC))
  w.putBE16(tag)
  // The first to be visited comes last.
  if (open) w.position += SEGMENT_SIZE
  for (let i = segments.length - 1; i >= 0; i--) {
    w.trail[depth + 1] = i
    w.depth = depth + 2
    putAddress(w, segments[i] as string, AF_INET6)
  }
  if (hmacKeyId !== undefined) {
    w.putU8(TLV_HMAC)
    w.putU8(TLV_HMAC_SIZE - 2)
    w.position += 2
    w.putBE32(hmacKeyId)
    w.position += TLV_HMAC_SIZE - 8
  }
  if (tlvs !== undefined) w.putBytes(tlvs)
  w.depth = depth
}

/** Reads a header; undefined where it is none. With `open` its last segment is the one that was left open. */
export function readSegmentRoutingHeader(
  r: Reader,
  start: number,
  end: number,
  isOpen: boolean,
): SegmentRoutingHeader | undefined {
  if (end - start < HEADER_SIZE) return undefined
  const { bytes } = r
  const to = start + 8 * (bytes[start + 1]! + 1)
  const count = bytes[start + 4]! + 1
  let at = start + HEADER_SIZE + SEGMENT_SIZE * count
  if (to > end || at > to) return undefined
  const segments: string[] = []
  for (let i = count - 1; i >= (isOpen ? 1 : 0); i--) {
    segments.push(formatAddress(bytes, start + HEADER_SIZE + SEGMENT_SIZE * i, SEGMENT_SIZE))
  }
  const header: SegmentRoutingHeader = { segments }
  const flags = bytes[start + 5]!
  if ((flags & FLAG_HMAC) !== 0 && at + TLV_HMAC_SIZE <= to && bytes[at] === TLV_HMAC) {
    header.hmacKeyId = r.getBE32(at + 4)
    at += TLV_HMAC_SIZE
  }
  if ((flags & ~FLAG_HMAC) !== 0) header.flags = namesOf(segmentRoutingFlag, flags & ~FLAG_HMAC)
  const tag = r.getBE16(start + 6)
  if (tag !== 0) header.tag = tag
  if (at < to) header.tlvs = bytes.slice(at, to)
  return header
}
