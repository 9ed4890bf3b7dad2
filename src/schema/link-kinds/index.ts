/** The kinds of links that are known by name. To add one: a file beside this, and its line in the list. */
import { bridge } from './bridge.js'
import { veth } from './veth.js'
import { vxlan } from './vxlan.js'

export const linkKinds = { bridge, veth, vxlan } as const
