/** What encapsulations `ip` and `ip6` share: flags and options of the tunnel header (LWTUNNEL_IP_OPTS, linux/lwtunnel.h). */
import { attribute, attributes, nested, type Read, repeated } from '../../wire/attributes.js'
import { be16, be32, bits, bytes, u32, u8 } from '../../wire/codec.js'
import { MalformedMessage } from '../../wire/reader.js'

/** TUNNEL_* (linux/if_tunnel.h). Those of the options are the kernel's to set. */
const tunnelFlag = {
  /** UDP or GRE checksum. */
  csum: 0x01,
  routing: 0x02,
  /** The id is sent. */
  key: 0x04,
  /** Sequence numbers. */
  seq: 0x08,
  strict: 0x10,
  rec: 0x20,
  version: 0x40,
  noKey: 0x80,
  dontFragment: 0x0100,
  oam: 0x0200,
  critOpt: 0x0400,
  geneveOpt: 0x0800,
  vxlanOpt: 0x1000,
  nocache: 0x2000,
  erspanOpt: 0x4000,
  gtpOpt: 0x8000,
} as const

export const tunnelFlags = () => bits(be16(), tunnelFlag)

const geneveOption = attributes({
  /** The option class, 0 to 65535. */
  class: attribute(1, be16()),
  /** Which option of its class it is, 0 to 255. */
  type: attribute(2, u8()),
  /** What the option holds: 4 to 124 bytes, a multiple of 4. */
  data: attribute(3, bytes(127, 4)),
})

type GeneveOption = Read<typeof geneveOption.map>
/** An option takes an attribute of its own; the kernel tells all in one, where the next begins with what the last has. */
const geneveOptions: ReturnType<typeof nested<typeof geneveOption.map>> = {
  ...nested(geneveOption),
  table: geneveOption,
  readInto(r, start, end, into) {
    const options = ((into as { geneve?: GeneveOption[] }).geneve ??= [])
    let option: GeneveOption | undefined
    for (let at = start; at + 4 <= end;) {
      const length = r.getU16(at)
      if (length < 4 || at + length > end) throw new MalformedMessage(`an attribute of ${length} bytes in ${end - at}`)
      const type = r.getU16(at + 2)
      const name = geneveOption.byType(type)?.name
      if (option === undefined || (name !== undefined && name in option)) options.push((option = {}))
      geneveOption.readOne(r, type, at + 4, at + length, option)
      at += (length + 3) & ~3
    }
    if (option === undefined) options.push({})
  },
}

const vxlanOption = attributes({
  /** The group based policy: an id of 16 bits, and flags above them. */
  gbp: attribute(1, u32()),
})

const erspanOption = attributes({
  /** The version of the header: 1 (ERSPAN type II) or 2 (type III). */
  ver: attribute(1, u8()),
  /** Version 1: the index, 0 to 1048575. */
  index: attribute(2, be32()),
  /** Version 2: the direction, 0 (ingress) or 1 (egress). */
  dir: attribute(3, u8()),
  /** Version 2: the hardware id, 0 to 63. */
  hwid: attribute(4, u8()),
})

/**
 * Options of the header of the link that the route leads to, which has `collectMetadata` on: of one of the three sorts.
 */
export const tunnelOptions = attributes({
  /** GENEVE options, in their order. */
  geneve: repeated(1, geneveOptions),
  /** The extension of the VXLAN header. */
  vxlan: attribute(2, nested(vxlanOption)),
  /** The header of ERSPAN; `ver` says whether `index`, or `dir` and `hwid`, go with it. */
  erspan: attribute(3, nested(erspanOption)),
})
