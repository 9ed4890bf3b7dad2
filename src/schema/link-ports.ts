/** What masters say of their ports (IFLA_INFO_SLAVE_DATA), by the name that it has in a link. To add one: its line here. */
import type { AttributeTable } from '../wire/attributes.js'
import { bondPortAttributes } from './bond-port.js'
import { bridgePortAttributes } from './bridge-port.js'
import { vrfPortAttributes } from './vrf-port.js'

export const linkPorts = {
  bridgePort: { master: 'bridge', data: bridgePortAttributes },
  bondPort: { master: 'bond', data: bondPortAttributes },
  vrfPort: { master: 'vrf', data: vrfPortAttributes },
} as const
export type LinkPortName = keyof typeof linkPorts

/** A port's options: its name in a link, the kind of its master (IFLA_INFO_SLAVE_KIND), the table. */
export interface LinkPort {
  readonly name: LinkPortName
  readonly master: string
  readonly data: AttributeTable
}

const all = Object.entries(linkPorts).map(([name, port]) => ({ name, ...port }) as unknown as LinkPort)
export const linkPortByName = new Map<string, LinkPort>(all.map((port) => [port.name, port]))
export const linkPortByMaster = new Map<string, LinkPort>(all.map((port) => [port.master, port]))
