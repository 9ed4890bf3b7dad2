import { type BridgeLinkChanges, bridgeLinkList, bridgeLinkUpdate } from '../../src/index.js'
import type { Case } from './cases.js'

const set = (words: string, changes: BridgeLinkChanges): Case => [
  `bridge link set dev eth0 ${words}`,
  () => bridgeLinkUpdate('eth0', { bridgePort: {}, ...changes }),
]

export const bridgeLinkCases: readonly Case[] = [
  set('cost 4', { bridgePort: { cost: 4 } }),
  set('priority 5', { bridgePort: { priority: 5 } }),
  set('state 3', { bridgePort: { state: 'forwarding' } }),
  set('guard on', { bridgePort: { guard: true } }),
  set('hairpin on', { bridgePort: { hairpin: true } }),
  set('fastleave on', { bridgePort: { fastLeave: true } }),
  set('root_block on', { bridgePort: { protect: true } }),
  set('learning off', { bridgePort: { learning: false } }),
  set('learning_sync on', { bridgePort: { learningSync: true } }),
  set('flood off', { bridgePort: { unicastFlood: false } }),
  set('mcast_router 2', { bridgePort: { multicastRouter: 'perm' } }),
  set('mcast_flood off', { bridgePort: { mcastFlood: false } }),
  set('bcast_flood off', { bridgePort: { bcastFlood: false } }),
  set('mcast_to_unicast on', { bridgePort: { mcastToUnicast: true } }),
  set('neigh_suppress on', { bridgePort: { neighSuppress: true } }),
  set('vlan_tunnel on', { bridgePort: { vlanTunnel: true } }),
  set('isolated on', { bridgePort: { isolated: true } }),
  set('locked on', { bridgePort: { locked: true } }),
  set('backup_port eth1', { bridgePort: { backupPort: 'eth1' } }),
  set('nobackup_port', { bridgePort: { backupPort: null } }),
  set('cost 4 self', { bridgePort: { cost: 4 }, self: true }),
  set('cost 4 master', { bridgePort: { cost: 4 }, master: true }),
  set('cost 4 self master', { bridgePort: { cost: 4 }, self: true, master: true }),
  // bridge(8) says by itself that the mode is the device’s.
  set('hwmode vepa', { mode: 'vepa', self: true }),
  set('hwmode veb', { mode: 'veb', self: true }),
  ['bridge link show', () => bridgeLinkList()],
  ['bridge -compressvlans vlan show', () => bridgeLinkList({ vlans: true })],
]
