/** BPF programs that see the packets of a route (LWT_BPF_*, linux/lwtunnel.h; CONFIG_LWTUNNEL_BPF). */
import { attribute, attributes, nested, writeOnly } from '../../wire/attributes.js'
import { text, u32 } from '../../wire/codec.js'
import { routeEncapsulation } from './encapsulation.js'

const program = attributes({
  /** The descriptor of a loaded program: BPF_PROG_TYPE_LWT_IN, _OUT or _XMIT. */
  fd: writeOnly(1, u32({ max: 0x7fffffff })),
  /** The name that is shown for it; needed. */
  name: attribute(2, text(255, 1)),
})

export const bpf = routeEncapsulation({
  name: 'bpf',
  number: 6,
  needed: [],
  data: attributes({
    /** Of packets that come in. */
    in: attribute(1, nested(program)),
    /** Of packets that go out, before they are routed on. */
    out: attribute(2, nested(program)),
    /** Of packets that are about to be sent: it may change and redirect them. */
    xmit: attribute(3, nested(program)),
    /** Bytes that `xmit` may put before a packet, 0 to 256. */
    xmitHeadroom: attribute(4, u32({ max: 256 })),
  }),
})
