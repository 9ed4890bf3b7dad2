/** The commands of all families, and the requests that mean the same. */
import { addressCases } from './address-cases.js'
import { bridgeLinkCases } from './bridge-link-cases.js'
import { fdbCases } from './fdb-cases.js'
import { kindCases } from './kind-cases.js'
import { linkCases } from './link-cases.js'
import { mdbCases } from './mdb-cases.js'
import { neighborCases } from './neighbor-cases.js'
import { routeCases } from './route-cases.js'
import { vlanCases } from './vlan-cases.js'
import { vniCases } from './vni-cases.js'
import type { Case } from './cases.js'

/** To add a family: its file of cases, and its line here. */
export const CASES: Record<string, readonly Case[]> = {
  link: linkCases,
  'kind of link': kindCases,
  address: addressCases,
  route: routeCases,
  neighbor: neighborCases,
  fdb: fdbCases,
  'bridge link': bridgeLinkCases,
  vlan: vlanCases,
  mdb: mdbCases,
  vni: vniCases,
}
