/** What this host does as a segment (SEG6_LOCAL_*, linux/seg6_local.h; RFC 8986, section 4). */
import { attribute, attributes, nested, type NestCodec, type Read } from '../../wire/attributes.js'
import { bits, type Codec, oneOf, text, u32, u64, u8 } from '../../wire/codec.js'
import { ipv4, ipv6 } from '../../wire/inet.js'
import { linkIndex } from '../link-reference.js'
import { routeEncapsulation } from './encapsulation.js'
import {
  readSegmentRoutingHeader,
  SEGMENT_ROUTING_HEADER,
  type SegmentRoutingHeader,
  type SegmentRoutingHeaderSpec,
  writeSegmentRoutingHeader,
} from './segment-routing-header.js'

/** SEG6_LOCAL_ACTION_* */
export const seg6LocalAction = {
  unspec: 0,
  /** On to the next segment. */
  end: 1,
  /** On to the next segment by way of `nh6`. */
  endX: 2,
  /** On to the next segment, looked up in `table`. */
  endT: 3,
  /** The frame inside leaves by `oif`. */
  endDx2: 4,
  /** The IPv6 packet inside leaves by way of `nh6`. */
  endDx6: 5,
  /** The IPv4 packet inside leaves by way of `nh4`. */
  endDx4: 6,
  /** The IPv6 packet inside is looked up in `table` or `vrftable`. */
  endDt6: 7,
  /** The IPv4 packet inside is looked up in `vrftable`. */
  endDt4: 8,
  /** The header `srh` is put in. */
  endB6: 9,
  /** The packet is put into another one with the header `srh`. */
  endB6Encap: 10,
  endBm: 11,
  endS: 12,
  endAs: 13,
  endAm: 14,
  /** A program decides. */
  endBpf: 15,
  /** The packet inside, of either family, is looked up in `vrftable` (5.14). */
  endDt46: 16,
} as const

const header = (): Codec<SegmentRoutingHeaderSpec, SegmentRoutingHeader> => ({
  wire: 'binary',
  expects: SEGMENT_ROUTING_HEADER,
  write: (w, value) => writeSegmentRoutingHeader(w, value, false),
  read: (r, start, end) => readSegmentRoutingHeader(r, start, end, false),
})

const program = attributes({
  /** The descriptor of a loaded program of the type BPF_PROG_TYPE_LWT_SEG6LOCAL; read: its id. */
  prog: attribute(1, u32()),
  /** The name that is shown for it; needed. */
  name: attribute(2, text(255)),
})

const counter = attributes(
  {
    packets: attribute(2, u64()),
    bytes: attribute(3, u64()),
    /** Packets that were dropped. */
    errors: attribute(4, u64()),
  },
  1,
)
/** The kernel wants each of the three to be there, and counts from 0 whatever they say. */
const counters = (): NestCodec<true, Read<typeof counter.map>> => ({
  ...nested(counter),
  table: counter,
  expects: 'true',
  write(w, value) {
    if (value !== true) throw w.invalid('true', value)
    counter.write(w, { packets: 0, bytes: 0, errors: 0 })
  },
})

/** Bits of SEG6_LOCAL_FLV_OP_*. */
export const seg6LocalFlavor = {
  /** Penultimate segment pop: the header is taken off before the last segment. */
  psp: 1 << 1,
  /** Ultimate segment pop. */
  usp: 1 << 2,
  /** Ultimate segment decapsulation. */
  usd: 1 << 3,
  /** Compressed segments (6.1). */
  nextCsid: 1 << 4,
} as const

const flavors = attributes({
  /** Which flavors the action has: `psp`, `usp`, `usd` (RFC 8986), `nextCsid`: compressed segments (RFC 9800; 6.1). */
  operation: attribute(1, bits(u32(), seg6LocalFlavor)),
  /** `nextCsid`: bits of the locator's block, 1 to 120 and a multiple of 8. Default: 32. */
  lcblockBits: attribute(2, u8()),
  /** `nextCsid`: bits of the locator's node and function, 8 to 120 and a multiple of 8. Default: 16. */
  lcnodeFnBits: attribute(3, u8()),
})

export const seg6local = routeEncapsulation({
  name: 'seg6local',
  number: 7,
  needed: ['action'],
  data: attributes({
    /** What is done with packets to this segment. Each action has attributes that it needs. */
    action: attribute(1, oneOf(u32(), seg6LocalAction)),
    /** The header of `endB6` and `endB6Encap`: `{ segments: ['2001:db8::1'] }`. For `endB6` end with '::'. */
    srh: attribute(2, header()),
    /** The table, of `endT` and `endDt6`. */
    table: attribute(3, u32()),
    /** The IPv4 nexthop, of `endDx4`. */
    nh4: attribute(4, ipv4()),
    /** The IPv6 nexthop, of `endX` and `endDx6`. */
    nh6: attribute(5, ipv6()),
    /** The link that packets come in by. */
    iif: attribute(6, linkIndex()),
    /** The link that frames leave by, of `endDx2`. */
    oif: attribute(7, linkIndex()),
    /** The program, of `endBpf`. */
    bpf: attribute(8, nested(program)),
    /** The table of a VRF, of `endDt4`, `endDt6` and `endDt46` (5.11). */
    vrftable: attribute(9, u32()),
    /** Packets, bytes and errors are counted (5.14); read: how many. */
    counters: attribute(10, counters()),
    /** Variants of `end` and `endX` (6.1). */
    flavors: attribute(11, nested(flavors)),
  }),
})
