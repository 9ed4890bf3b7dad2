/** In-situ operations and maintenance for IPv6: packets carry a trace (IOAM6_IPTUNNEL_*, linux/ioam6_iptunnel.h; RFC 9197). */
import { attribute, attributes, isPlainObject } from '../../wire/attributes.js'
import { type Codec, oneOf, u32, u8 } from '../../wire/codec.js'
import { ipv6 } from '../../wire/inet.js'
import { unknownOption } from '../../wire/invalid.js'
import { routeEncapsulation } from './encapsulation.js'

/** What a trace has, and the most that it may have. */
const traceFields = {
  /** The IOAM namespace. */
  namespaceId: 0xffff,
  /** Which data each node writes: 24 bits, the first of RFC 9197, 4.4.1 the highest. */
  type: 0xffffff,
  /** Bytes of room for the data of all nodes: a multiple of 4. */
  size: 244,
} as const
type Trace = Record<keyof typeof traceFields, number>

/** struct ioam6_trace_hdr: be16 namespace │ u8 length of a node's data │ u8 room left, in units of four │ be32 type << 8 */
const trace = (): Codec<Trace> => ({
  wire: 'struct ioam6_trace_hdr',
  expects: 'an object with namespaceId (0 to 65535), type (0 to 16777215) and size (4 to 244, a multiple of 4)',
  write(w, value) {
    if (!isPlainObject(value)) throw w.invalid(this.expects, value)
    const { depth } = w
    const names = Object.keys(traceFields)
    for (const name of [...Object.keys(value), ...names]) {
      w.trail[depth] = name
      w.depth = depth + 1
      if (!names.includes(name)) throw unknownOption(w.path, names)
      const number = (value as Record<string, unknown>)[name]
      const most = traceFields[name as keyof Trace]
      if (!Number.isInteger(number)) throw w.invalid(`an integer from 0 to ${most}`, number)
      if ((number as number) < 0 || (number as number) > most)
        throw w.invalid(`an integer from 0 to ${most}`, number, 'range')
    }
    const { namespaceId, type, size } = value
    if (size === 0 || size % 4 !== 0) throw w.invalid('a multiple of 4', size, 'range')
    w.depth = depth
    w.putBE16(namespaceId)
    w.putU8(0)
    w.putU8(size / 4)
    w.putBE32((type << 8) >>> 0)
  },
  read(r, start, end) {
    if (end - start < 8) return undefined
    // The length in both orders of bit fields: the seven bits that are not the unused one.
    return { namespaceId: r.getBE16(start), type: r.getBE32(start + 4) >>> 8, size: 4 * (r.bytes[start + 3]! & 0x7f) }
  },
})

const frequency = () => u32({ min: 1, max: 1_000_000 })

export const ioam6 = routeEncapsulation({
  name: 'ioam6',
  number: 9,
  needed: ['trace'],
  data: attributes({
    /** Into the packet (the default), into another one around it, or by whether the packet is this host's (5.16). */
    mode: attribute(1, oneOf(u8(), { inline: 1, encap: 2, auto: 3 })),
    /** The destination of the outer packet, of `encap` and `auto`; they need it. */
    dst: attribute(2, ipv6()),
    /** What is traced. */
    trace: attribute(3, trace()),
    /** Of `freqN` packets `freqK` get a trace, 1 to 1000000; both or none (6.0). Default: all. */
    freqK: attribute(4, frequency()),
    /** See `freqK`: of how many packets some get a trace. Not below `freqK`. */
    freqN: attribute(5, frequency()),
    /** The source of the outer packet (6.12). */
    src: attribute(6, ipv6()),
  }),
})
