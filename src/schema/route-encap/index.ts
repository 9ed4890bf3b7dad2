/** The encapsulations of routes that are known by name. To add one: a file beside this, and its line in the list. */
import { bpf } from './bpf.js'
import { ila } from './ila.js'
import { ioam6 } from './ioam6.js'
import { ip } from './ip.js'
import { ip6 } from './ip6.js'
import { mpls } from './mpls.js'
import { rpl } from './rpl.js'
import { seg6 } from './seg6.js'
import { seg6local } from './seg6local.js'
import { xfrm } from './xfrm.js'

export const routeEncapsulations = { mpls, ip, ila, ip6, seg6, bpf, seg6local, rpl, ioam6, xfrm } as const
