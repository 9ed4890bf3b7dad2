/** What iproute2 does and sees inside a namespace: the other eye. */
import { inside } from './netns.js'

/** Runs ip(8); the arguments stand in one string. */
export const ip = (netns: { readonly fd: number }, args: string): string =>
  inside(netns, 'ip', ...args.split(' ').filter(Boolean))

/** Makes br1 with 10.1.0.1/16 and 2001:db8:1::1/64, and br2 with the same of 2: links that routes can leave by. */
export function addTwoBridges(netns: { readonly fd: number }): void {
  ip(netns, 'link set lo up')
  for (const i of [1, 2]) {
    ip(netns, `link add br${i} type bridge`)
    ip(netns, `link set br${i} addrgenmode none up`)
    ip(netns, `addr add 10.${i}.0.1/16 dev br${i}`)
    ip(netns, `addr add 2001:db8:${i}::1/64 dev br${i} nodad`)
  }
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever ip(8) prints
type Json = any

/** What `ip -j -d -s link show` says of one link. */
export const ipLink = (netns: { readonly fd: number }, name: string): Json =>
  (JSON.parse(ip(netns, `-j -d -s link show dev ${name}`)) as Json[])[0]

/** What `bridge -j -d link show` says of one port. */
export const bridgeLink = (netns: { readonly fd: number }, name: string): Json =>
  (JSON.parse(inside(netns, 'bridge', '-j', '-d', 'link', 'show', 'dev', name)) as Json[])[0]

/** The names of all links, as ip(8) lists them. */
export const ipNames = (netns: { readonly fd: number }): string[] =>
  (JSON.parse(ip(netns, '-j link')) as Json[]).map((link) => link.ifname as string)

/** Runs bridge(8); the arguments stand in one string. */
export const bridge = (netns: { readonly fd: number }, args: string): string =>
  inside(netns, 'bridge', ...args.split(' ').filter(Boolean))

/** What bridge(8) says as JSON. */
export const bridgeJson = (netns: { readonly fd: number }, args: string): Json =>
  JSON.parse(bridge(netns, `-j ${args}`))
