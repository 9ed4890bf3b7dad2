/** VLANs on another link, `link` (IFLA_VLAN_*, linux/if_link.h; ip-link(8), "VLAN Type Support"; IEEE 802.1Q). */
import { attribute, attributes } from '../../wire/attributes.js'
import { be16, oneOf, u16 } from '../../wire/codec.js'
import { listOf } from '../../wire/list.js'
import { struct } from '../../wire/struct.js'
import { switches } from '../../wire/switches.js'
import { linkKind, refuseData } from './kind.js'

/** IFLA_VLAN_QOS_MAPPING. */
const qosMap = listOf(1, struct('ifla_vlan_qos_mapping', { from: 'u32', to: 'u32' }))

export const vlan = linkKind({
  name: 'vlan',
  needed: true,
  fixed: false,
  madeOn: 'link',
  createOnly: ['id', 'protocol'],
  data: attributes({
    /** The VLAN, 0 to 4094. */
    id: attribute(1, u16({ max: 4094 })),
    /** VLAN_FLAG_*: only those given are changed. */
    flags: attribute(
      2,
      switches('ifla_vlan_flags', {
        /** Received packets are seen without their tag, those sent get it last. On at first. */
        reorderHdr: 0x1,
        /** The VLAN is registered with the switch by GVRP. */
        gvrp: 0x2,
        /** Whether the VLAN is up does not follow the link below. */
        looseBinding: 0x4,
        /** The VLAN is registered with the switch by MVRP. */
        mvrp: 0x8,
        /** Over a bridge: there is a carrier while a port that is a member of the VLAN has one. */
        bridgeBinding: 0x10,
      }),
    ),
    /** The priority in the tag, 0 to 7 (`to`), of packets sent with a kernel priority (`from`). 0 at first. */
    egressQos: attribute(3, qosMap),
    /** The kernel's priority (`to`) of packets received with a priority in the tag, 0 to 7 (`from`). 0 at first. */
    ingressQos: attribute(4, qosMap),
    /** The tag's EtherType. Default: 802.1Q. */
    protocol: attribute(5, oneOf(be16(), { '802.1Q': 0x8100, '802.1ad': 0x88a8 })),
  }),
  check(w, { id }) {
    if (id === undefined) throw refuseData(w, 'id', 'an integer from 0 to 4094', id)
  },
})
