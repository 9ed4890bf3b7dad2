/** Segment routing over IPv6 (SEG6_IPTUNNEL_*, linux/seg6_iptunnel.h; RFC 8986). */
import { attribute, attributes } from '../../wire/attributes.js'
import { type Codec, numberOf } from '../../wire/codec.js'
import { ipv6 } from '../../wire/inet.js'
import { routeEncapsulation } from './encapsulation.js'
import {
  readSegmentRoutingHeader,
  type SegmentRoutingHeader,
  segmentRoutingOptions,
  type SegmentRoutingHeaderSpec,
  writeSegmentRoutingHeader,
} from './segment-routing-header.js'

/** SEG6_IPTUN_MODE_* */
export const seg6Mode = {
  /** The header is put into the packet, whose destination becomes the last segment. IPv6 only. */
  inline: 0,
  /** The packet is put into another one with the header. */
  encap: 1,
  /** The frame is put into another packet with the header. */
  l2encap: 2,
  /** As `encap`, the first segment only in the destination (6.1). */
  encapRed: 3,
  /** As `l2encap`, the first segment only in the destination (6.1). */
  l2encapRed: 4,
} as const
export type Seg6Mode = keyof typeof seg6Mode

const options = ['mode', ...segmentRoutingOptions]
type Spec = SegmentRoutingHeaderSpec & { mode: Seg6Mode | number }
type Value = { mode: Seg6Mode | number } & SegmentRoutingHeader

/** struct seg6_iptunnel_encap: s32 mode, then the header. */
const tunnel = (): Codec<Spec, Value> & { readonly modes: typeof seg6Mode } => ({
  modes: seg6Mode,
  wire: 'binary',
  expects: `an object with ${options.join(', ')}`,
  write(w, value) {
    const { depth } = w
    if (typeof value !== 'object' || value === null) throw w.invalid(this.expects, value)
    w.trail[depth] = 'mode'
    w.depth = depth + 1
    const mode = numberOf(w, seg6Mode, value.mode, 0x7fffffff)
    w.depth = depth
    w.putU32(mode)
    writeSegmentRoutingHeader(w, value, mode === seg6Mode.inline, options)
  },
  read(r, start, end) {
    if (end - start < 4) return undefined
    const number = r.getU32(start)
    const header = readSegmentRoutingHeader(r, start + 4, end, number === seg6Mode.inline)
    const mode = Object.entries(seg6Mode).find(([, value]) => value === number)?.[0] as Seg6Mode | undefined
    return header && { mode: mode ?? number, ...header }
  },
})

export const seg6 = routeEncapsulation({
  name: 'seg6',
  number: 5,
  needed: ['srh'],
  data: attributes({
    /** The header, and how it is put on: `{ mode: 'encap', segments: ['2001:db8::1', '2001:db8::2'] }`. */
    srh: attribute(1, tunnel()),
    /** The source address of the outer header, which later kernels than 6.18 take. Default: as `ip sr tunsrc` has set. */
    src: attribute(2, ipv6()),
  }),
})
