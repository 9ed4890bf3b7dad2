/** What a VRF adds to a link that has it as master (IFLA_VRF_PORT_*, linux/if_link.h). */
import { attributes, type Read, readOnly } from '../wire/attributes.js'
import { u32 } from '../wire/codec.js'

export const vrfPortAttributes = attributes({
  /** The routing table of the VRF. */
  table: readOnly(1, u32()),
})

/** A VRF's port as the kernel has it. */
export type VrfPort = Read<typeof vrfPortAttributes.map>
