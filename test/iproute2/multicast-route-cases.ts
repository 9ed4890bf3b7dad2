import { multicastRouteList } from '../../src/route/multicast-routes.js'
import type { Case } from './cases.js'

export const multicastRouteCases: readonly Case[] = [
  ['ip -4 mroute show table all', () => multicastRouteList()],
  ['ip -4 mroute show table 70000', () => multicastRouteList({ table: 70000 })],
  ['ip -6 mroute show table default', () => multicastRouteList({ family: 'ipv6', table: 'default' })],
]
