import { release } from 'node:os'
import { expect, it } from 'vitest'

import { NetlinkError } from '../../src/errors.js'
import { Netns } from '../../src/netns/netns.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'
import { linkKinds } from '../../src/schema/link-kinds/index.js'
import { TunTap } from '../../src/tuntap/tuntap.js'
import { ip } from '../support/iproute2.js'
import { KIND_CASES, type KindName } from '../support/kind-cases.js'
import { KIND_KERNELS, kernelOf } from '../support/kind-kernels.js'
import { closing, describePrivileged } from '../support/netns.js'

/** Kinds whose tests are elsewhere: links-bridge, links, links-vxlan, links-kinds ("pairs"), tuntap. */
const OWN_TESTS: Partial<Record<KindName, Record<string, unknown>>> = {
  bridge: {},
  veth: {},
  vxlan: { vxlan: { id: 1 } },
  netkit: {},
}

/** Options with which a kernel that has the kind makes a link of it, as a test does; undefined where none does. */
function optionsOf(kind: KindName): Record<string, unknown> | undefined {
  if (kind in OWN_TESTS) return OWN_TESTS[kind]
  const [, options] = KIND_CASES.find(([name]) => name === kind) ?? []
  return options && (Object.keys(options).length > 0 ? { [kind]: options } : {})
}

const kernel = kernelOf(release())

describePrivileged(`a kind of link${kernel === undefined ? ` (nothing is known of Linux ${release()})` : ''}`, () => {
  it.skipIf(kernel === undefined).each(Object.keys(linkKinds) as KindName[])(
    '%s is made by this kernel, if the record says so, and by no other',
    async (kind) => {
      const netns = closing(await Netns.create())
      const { links } = closing(await Rtnetlink.open({ netns }))
      const make = async (): Promise<boolean> => {
        const options = optionsOf(kind)
        if (kind === 'tun') return (await closing(await TunTap.open({ mode: 'tap', netns })).close(), true)
        if (options === undefined) return false
        for (const n of [0, 2]) ip(netns, `link add under${n} type veth peer name under${n + 1}`)
        const on = linkKinds[kind].madeOn === 'link' ? { link: 'under0' } : {}
        try {
          await links.create({ kind, name: 'x0', ...on, ...options } as never)
          return true
        } catch (error) {
          if (error instanceof NetlinkError && error.code === 'EOPNOTSUPP') return false
          throw error
        }
      }
      expect(await make()).toBe(KIND_KERNELS[kind].includes(kernel!))
    },
  )
})
