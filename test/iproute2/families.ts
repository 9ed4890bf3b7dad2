/** The commands of all families, and the requests that mean the same. */
import { addressCases } from './address-cases.js'
import { encapCases } from './encap-cases.js'
import { fdbCases } from './fdb-cases.js'
import { kindCases } from './kind-cases.js'
import { linkCases } from './link-cases.js'
import { mplsRouteCases } from './mpls-route-cases.js'
import { neighborCases } from './neighbor-cases.js'
import { nexthopCases } from './nexthop-cases.js'
import { routeCases } from './route-cases.js'
import type { Case } from './cases.js'

/** To add a family: its file of cases, and its line here. */
export const CASES: Record<string, readonly Case[]> = {
  link: linkCases,
  'kind of link': kindCases,
  address: addressCases,
  route: routeCases,
  'encapsulation of a route': encapCases,
  'MPLS route': mplsRouteCases,
  neighbor: neighborCases,
  nexthop: nexthopCases,
  fdb: fdbCases,
}
