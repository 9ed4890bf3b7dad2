import { linkCreate } from '../../src/route/links.js'
import { linkKinds } from '../../src/schema/link-kinds/index.js'
import { KIND_CASES, type KindName } from '../support/kind-cases.js'
import type { Case } from './cases.js'

/** What ip sends of some kinds although nobody asked for it, each the value that the kernel has without. */
const SENT_ANYWAY: Partial<Record<KindName, Record<string, string>>> = (() => {
  const [u8, u16, u32] = ['00', '00 00', '00 00 00 00']
  const encap = (first: number, flags = u16) => ({
    encapType: `#${first} = ${u16}`,
    encapFlags: `#${first + 1} = ${flags}`,
    encapSport: `#${first + 2} = ${u16}`,
    encapDport: `#${first + 3} = ${u16}`,
    fwmark: `#20 = ${u32}`,
  })
  const gre = { iflags: `#2 = ${u16}`, oflags: `#3 = ${u16}`, ikey: `#4 = ${u32}`, okey: `#5 = ${u32}`, ...encap(14) }
  const gre4 = { ...gre, ttl: `#8 = ${u8}`, tos: `#9 = ${u8}`, pmtudisc: '#10 = 01' }
  // TUNNEL_ENCAP_FLAG_CSUM6, of an encapsulation that there is none of; the version of an ERSPAN that it is not.
  const ip6erspan = { ...gre, ...encap(14, '02 00'), flowinfo: `#12 = ${u32}`, flags: `#13 = ${u32}` }
  const ip6gre = { ...ip6erspan, '': '#22 = 01' }
  const tunnel4 = {
    ...encap(15),
    link: `#1 = ${u32}`,
    ttl: `#4 = ${u8}`,
    tos: `#5 = ${u8}`,
    proto: '#9 = 04',
    pmtudisc: '#10 = 01',
  }
  return {
    ipvlan: { flags: `#2 = ${u16}` },
    geneve: { id: `#1 = ${u32}`, ttl: `#3 = ${u8}`, tos: `#4 = ${u8}`, label: `#11 = ${u32}` },
    gre: gre4,
    gretap: gre4,
    erspan: gre4,
    ip6gre,
    ip6gretap: ip6gre,
    ip6erspan,
    ipip: tunnel4,
    sit: { ...tunnel4, flags: `#8 = ${u16}`, proto: '#9 = 29' },
    ip6tnl: { ...encap(15, '02 00'), link: `#1 = ${u32}`, flowinfo: `#7 = ${u32}`, flags: `#8 = ${u32}` },
    vti6: { fwmark: `#6 = ${u32}` },
  }
})()
/** Of a link whose packets say themselves where they go ip sends little of that, and no address of the other family. */
const SENT_OF_EXTERNAL: Partial<Record<KindName, string[]>> = {
  geneve: ['id', 'ttl', 'tos', 'label'],
  ipip: ['proto'],
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- rows of a table
const any = (value: unknown): any => value
const inOurPlace = (text: string): string => text.replaceAll('under0', 'eth0').replaceAll('under2', 'eth1')

export const kindCases: readonly Case[] = KIND_CASES.map(([kind, options, words]): Case => {
  const link = linkKinds[kind].madeOn === 'link'
  const given = Object.entries(options).map(([name, value]) => [
    name,
    typeof value === 'string' ? inOurPlace(value) : value,
  ])
  const anyway = Object.entries(SENT_ANYWAY[kind] ?? {}).filter(
    ([name]) =>
      !(name in options) && (options.collectMetadata !== true || SENT_OF_EXTERNAL[kind]?.includes(name) === true),
  )
  // Whoever names no mode of an ipvlan gets none of its flags sent.
  const sent = kind === 'ipvlan' && options.mode === undefined ? [] : anyway
  return [
    `ip link add ${link ? 'link eth0 ' : ''}name n type ${kind} ${inOurPlace(words)}`.trim(),
    () =>
      linkCreate(
        any({
          kind,
          name: 'n',
          ...(link && { link: 'eth0' }),
          ...(given.length > 0 && { [kind]: Object.fromEntries(given) }),
        }),
      ),
    {
      why: 'ip sends it always, with the value that the kernel has without',
      theirs: sent.map(([name, value]) => `RTM_NEWLINK: linkinfo#18.data#2.${name}${value}`).sort(),
    },
  ]
})
