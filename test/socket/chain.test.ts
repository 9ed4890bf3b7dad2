/** Chains: what is done on a socket and inside another namespace in one go. */
import { afterEach, beforeEach, expect, it } from 'vitest'

import { ClosedError } from '../../src/errors.js'
import { Netns } from '../../src/netns/netns.js'
import { linkCreate, linkUpdate } from '../../src/route/links.js'
import { CHAINED } from '../../src/schema/namespace-placement.js'
import { NETLINK_ROUTE } from '../../src/schema/rtnetlink.js'
import { type ChainLeg, type ChainOutcome, NetlinkSocket } from '../../src/socket/netlink-socket.js'
import { ipNames } from '../support/iproute2.js'
import { closing, describePrivileged } from '../support/netns.js'

let host: Netns
let socket: NetlinkSocket

beforeEach(async () => {
  host = closing(await Netns.create())
  socket = await NetlinkSocket.open(NETLINK_ROUTE, { netns: host })
})
afterEach(() => socket.close())

const veth = (name: string): ChainLeg => ({
  inside: false,
  requests: [linkCreate({ kind: 'veth', name, veth: { peer: { name: 'eth0', netns: CHAINED } } }, { echo: false })],
})
const here = (name: string, up = true): ChainLeg => ({ inside: false, requests: [linkUpdate(name, { up })] })
const inside = (name: string, up = true): ChainLeg => ({ inside: true, requests: [linkUpdate(name, { up })] })
const codes = ({ errors }: ChainOutcome) =>
  errors.map((of) => of.map((error) => (error as { code?: string } | undefined)?.code))

describePrivileged('a chain', () => {
  it('makes a namespace, a link into it, and goes on inside and here', async () => {
    const outcome = await socket.chain('new', [veth('ve0'), inside('eth0'), here('ve0')], 1)
    const made = closing(Netns.adopt(outcome.created!))
    expect(codes(outcome)).toEqual([[], [], []])
    expect(ipNames(host)).toEqual(['lo', 've0'])
    expect(ipNames(made)).toEqual(['lo', 'eth0'])
  })

  it('leads into a namespace that is there, with a socket of its own or one that is there', async () => {
    const there = closing(await Netns.create())
    expect(codes(await socket.chain({ netns: there }, [veth('ve0'), inside('eth0')], 1))).toEqual([[], []])
    expect(ipNames(there)).toEqual(['lo', 'eth0'])
    const { socket: beside } = await socket.beside(NETLINK_ROUTE, { netns: there })
    const outcome = await socket.chain({ netns: there, socket: beside }, [inside('eth0', false), inside('lo')], 1)
    expect([outcome.created, codes(outcome)]).toEqual([undefined, [[], []]])
    await beside.close()
  })

  it('ends with the leg in which a request failed, and gives the namespace all the same', async () => {
    const outcome = await socket.chain('new', [veth('ve0'), inside('eth7'), here('ve0')], 1)
    closing(Netns.adopt(outcome.created!))
    expect(codes(outcome)).toEqual([[], ['ENODEV']])
    expect(ipNames(host)).toEqual(['lo', 've0'])
  })

  it('opens nothing inside where nothing is asked there', async () => {
    const outcome = await socket.chain('new', [here('lo')], 1)
    expect([outcome.created, codes(outcome)]).toEqual([undefined, [[]]])
  })

  it('is told of, however many there are', async () => {
    for (const count of [1, 2, 3, 4, 5, 9]) {
      const chains = Array.from({ length: count }, (_, i) => socket.chain('new', [inside('lo', i % 2 === 0)], 1))
      for (const outcome of await Promise.all(chains)) Netns.adopt(outcome.created!).close()
    }
  })

  it('that is cancelled begins nothing further, and leaves those of another number alone', async () => {
    const doomed = Array.from({ length: 20 }, () => socket.chain('new', [inside('lo')], 1))
    const other = socket.chain('new', [inside('lo')], 2)
    socket.cancel(1)
    const outcomes = await Promise.all(doomed)
    for (const { created } of outcomes) if (created !== undefined) Netns.adopt(created).close()
    expect(outcomes.at(-1)).toEqual({ created: undefined, errors: [] })
    closing(Netns.adopt((await other).created!))
    // What is asked with the number afterwards is not meant.
    closing(Netns.adopt((await socket.chain('new', [inside('lo')], 1)).created!))
  })

  it('is waited for when its socket is closed, and refused afterwards', async () => {
    let ended = false
    const chain = socket.chain('new', [inside('lo')], 1).then(({ created }) => {
      closing(Netns.adopt(created!))
      ended = true
    })
    await socket.close()
    await chain
    expect(ended).toBe(true)
    await expect(socket.chain('new', [inside('lo')], 1)).rejects.toThrow(ClosedError)
  })

  it('whose namespace can’t be entered says so', async () => {
    await expect(socket.chain({ netns: { fd: 1 } }, [inside('lo')], 1)).rejects.toThrow(
      /^can't enter a network namespace/,
    )
  })
})
