/** Ports of a bridge behind which there are multicast routers (MDBA_ROUTER, linux/if_bridge.h). */
import { attributes, type NestCodec, nested, type Read, readOnly, repeated } from '../wire/attributes.js'
import { oneOf, u16, u32, u8 } from '../wire/codec.js'
import { multicastRouter } from './link-kinds/bridge.js'

/** MDBA_ROUTER_PATTR_*, behind the index of the port. */
const routerPortAttributes = attributes({
  /** When the port is none any more, where nobody asks again: 1/100 s. The longer of the two below. */
  timer: readOnly(1, u32()),
  /** Why it is one. */
  type: readOnly(2, oneOf(u8(), multicastRouter)),
  /** Of IPv4: 1/100 s. */
  inetTimer: readOnly(3, u32()),
  /** Of IPv6: 1/100 s. */
  inet6Timer: readOnly(4, u32()),
  /** The VLAN, where multicast is snooped by VLAN. */
  vid: readOnly(5, u16()),
})

/** A port behind which there is a multicast router. What a notification says of it is `port` and `vid` alone. */
export interface MulticastRouterPort extends Read<typeof routerPortAttributes.map> {
  /** Its ifindex; in a notification 0 for the bridge itself. */
  port: number
}

const routerPort: NestCodec<never, MulticastRouterPort> = {
  wire: 'nest',
  expects: 'nothing: the kernel keeps it',
  headerSize: 4,
  table: routerPortAttributes,
  write(w, value) {
    throw w.invalid(this.expects, value)
  },
  read: (r, start, end) =>
    end - start < 4
      ? undefined
      : routerPortAttributes.read<MulticastRouterPort>(r, start + 4, end, { port: r.getU32(start) }),
}

/** MDBA_ROUTER_*. */
export const routerPorts = attributes({ port: { ...repeated(1, routerPort), access: 'r' } })

/** MDBA_ROUTER inside another attribute. */
export const nestedRouterPorts = attributes({ router: readOnly(2, nested(routerPorts)) })
