/** The commands of all families, and the requests that mean the same. */
import { addressCases } from './address-cases.js'
import { encapCases } from './encap-cases.js'
import { bridgeLinkCases } from './bridge-link-cases.js'
import { fdbCases } from './fdb-cases.js'
import { kindCases } from './kind-cases.js'
import { linkCases } from './link-cases.js'
import { mdbCases } from './mdb-cases.js'
import { mplsRouteCases } from './mpls-route-cases.js'
import { neighborCases } from './neighbor-cases.js'
import { nexthopCases } from './nexthop-cases.js'
import { routeCases } from './route-cases.js'
import { ruleCases } from './rule-cases.js'
import { addressLabelCases } from './address-label-cases.js'
import { netconfCases } from './netconf-cases.js'
import { neighborTableCases } from './neighbor-table-cases.js'
import { statisticsCases } from './statistics-cases.js'
import { vlanCases } from './vlan-cases.js'
import { multicastRouteCases } from './multicast-route-cases.js'
import { vniCases } from './vni-cases.js'
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
  'multicast route': multicastRouteCases,
  statistics: statisticsCases,
  'neighbor table': neighborTableCases,
  netconf: netconfCases,
  'address label': addressLabelCases,
  rule: ruleCases,
  'bridge link': bridgeLinkCases,
  vlan: vlanCases,
  mdb: mdbCases,
  vni: vniCases,
}
