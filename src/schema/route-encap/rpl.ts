/** The source routing header of RPL (RPL_IPTUNNEL_*, linux/rpl_iptunnel.h; RFC 6554). */
import { attribute, attributes, isPlainObject } from '../../wire/attributes.js'
import type { Codec } from '../../wire/codec.js'
import { AF_INET6, formatAddress, putAddress } from '../../wire/inet.js'
import { unknownOption } from '../../wire/invalid.js'
import { routeEncapsulation } from './encapsulation.js'

/** struct ipv6_rpl_sr_hdr: u8 nexthdr │ u8 hdrlen │ u8 type │ u8 segments_left │ u32 compression, then the segments */
const HEADER_SIZE = 8
const SEGMENT_SIZE = 16
/** IPV6_SRCRT_TYPE_3 */
const ROUTING_TYPE = 3
/** The header's length is told in a byte, in units of eight. */
const MOST_SEGMENTS = 127

export interface Spec {
  segments: readonly (string | Uint8Array)[]
}

const header = (): Codec<Spec, { segments: string[] }> => ({
  wire: 'binary',
  expects: 'an object with segments',
  write(w, value) {
    if (!isPlainObject(value)) throw w.invalid(this.expects, value)
    const { depth } = w
    for (const name in value) {
      w.trail[depth] = name
      w.depth = depth + 1
      if (name !== 'segments') throw unknownOption(w.path, ['segments'])
    }
    w.trail[depth] = 'segments'
    w.depth = depth + 1
    const { segments } = value
    const expects = `an array of 1 to ${MOST_SEGMENTS} IPv6 addresses`
    if (!Array.isArray(segments)) throw w.invalid(expects, segments)
    const count = segments.length
    if (count < 1 || count > MOST_SEGMENTS) throw w.invalid(expects, segments, 'range')
    w.reserve(HEADER_SIZE + SEGMENT_SIZE * count)
    w.putU8(0)
    w.putU8((SEGMENT_SIZE / 8) * count)
    w.putU8(ROUTING_TYPE)
    w.putU8(count)
    // No part of the addresses is left out: the kernel compresses them as it sends.
    w.putU32(0)
    for (let i = 0; i < count; i++) {
      w.trail[depth + 1] = i
      w.depth = depth + 2
      putAddress(w, segments[i] as string, AF_INET6)
    }
    w.depth = depth
  },
  read(r, start, end) {
    if (end - start < HEADER_SIZE) return undefined
    const count = r.bytes[start + 3]!
    if (start + HEADER_SIZE + SEGMENT_SIZE * count > end) return undefined
    const segments: string[] = []
    for (let i = 0; i < count; i++) {
      segments.push(formatAddress(r.bytes, start + HEADER_SIZE + SEGMENT_SIZE * i, SEGMENT_SIZE))
    }
    return { segments }
  },
})

export const rpl = routeEncapsulation({
  name: 'rpl',
  number: 8,
  needed: ['srh'],
  data: attributes({
    /**
     * The header: `{ segments: ['2001:db8::1', '2001:db8::2'] }`, in the order in which they are visited, which is the
     * reverse of what ip-route(8) takes and shows.
     */
    srh: attribute(1, header()),
  }),
})
