/** Bridges and their ports, as a bridge tells of them: RTM_NEWLINK of AF_BRIDGE (bridge(8), link). */
import { attribute, attributes, nested } from '../wire/attributes.js'
import { bridgeAfSpec } from './bridge-af-spec.js'
import { bridgePortAttributes } from './bridge-port.js'
import { IFLA_AF_SPEC, IFLA_PROTINFO } from './link-attributes.js'

/** IFLA_* of AF_BRIDGE. */
export const bridgeLinkAttributes = attributes({
  /** Options of the port. */
  protinfo: attribute(IFLA_PROTINFO, nested(bridgePortAttributes)),
  afSpec: attribute(IFLA_AF_SPEC, nested(bridgeAfSpec)),
})
