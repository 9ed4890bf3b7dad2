import { existsSync, readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import { bridgePortAttributes } from '../../src/schema/bridge-port.js'
import { linkAttributes } from '../../src/schema/link.js'
import { linkFlag } from '../../src/schema/link-flag.js'
import { linkKinds } from '../../src/schema/link-kinds/index.js'
import type { AttributeTable } from '../../src/wire/attributes.js'

const HEADER = '/usr/include/linux/if_link.h'
const header = existsSync(HEADER) ? readFileSync(HEADER, 'utf8') : undefined

/** The members of the enum that begins with `first`, by number. */
function members(first: string): string[] {
  const body = new RegExp(`enum \\{\\s*(${first}\\b[^}]*)\\}`).exec(header!)![1]!
  return body
    .replace(/\/\*[^]*?\*\//g, '')
    .replace(/^#.*$/gm, '')
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '' && !member.includes('=') && !member.startsWith('__'))
}

/** Where our name is not the kernel's spelled in full. */
const OTHERWISE: Record<string, string> = {
  IFLA_IFNAME: 'name',
  IFLA_NET_NS_PID: 'netns',
  IFLA_NET_NS_FD: 'netns',
  IFLA_IFALIAS: 'alias',
  IFLA_VFINFO_LIST: 'vfInfoList',
  IFLA_IF_NETNSID: 'targetNetnsid',
  IFLA_PROP_LIST: 'altNames',
  IFLA_BRPORT_MODE: 'hairpin',
  IFLA_VXLAN_GROUP6: 'group',
  IFLA_VXLAN_LOCAL6: 'local',
}
const IN_FULL: Record<string, string> = { cnt: 'count', intvl: 'interval', addr: 'address', ucast: 'unicast' }
const bare = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '')
const spelled = (member: string, prefix: string) =>
  OTHERWISE[member] ??
  member
    .slice(prefix.length)
    .toLowerCase()
    .split('_')
    .map((word) => IN_FULL[word] ?? word)
    .join('')

describe.skipIf(header === undefined)('the kernel’s header', () => {
  it.each<[string, AttributeTable]>([
    ['IFLA_', linkAttributes],
    ['IFLA_BR_', linkKinds.bridge.data],
    ['IFLA_BRPORT_', bridgePortAttributes],
    ['IFLA_VXLAN_', linkKinds.vxlan.data],
  ])('has no attribute %s* that is missing here or has another number', (prefix, table) => {
    const found = members(`${prefix}UNSPEC`)
    expect(found.length).toBeGreaterThanOrEqual(30)
    for (const [number, member] of found.entries()) {
      if (/_(UNSPEC|PAD)$/.test(member)) continue
      const name = table.byType(number)?.name
      expect([member, number, name && bare(name)]).toEqual([member, number, bare(spelled(member, prefix))])
    }
  })

  it('has no flag of a link that is missing here or has another number', () => {
    const flags = readFileSync('/usr/include/linux/if.h', 'utf8')
    const renamed: Record<string, string> = { noarp: 'noArp', pointopoint: 'pointToPoint', notrailers: 'noTrailers' }
    let count = 0
    for (const [, name, bit] of flags.matchAll(/^\s*IFF_(\w+)\s*=\s*1<<(\d+)/gm)) {
      const low = name!.toLowerCase()
      const key = renamed[low] ?? low.replace(/_(\w)/g, (_, c: string) => c.toUpperCase())
      const ours = Object.entries(linkFlag).find(([ours]) => bare(ours) === bare(key))
      expect([name, ours?.[1]]).toEqual([name, 1 << Number(bit)])
      count++
    }
    expect(count).toBe(19)
  })
})
