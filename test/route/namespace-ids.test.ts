import { execFileSync } from 'node:child_process'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { Netns } from '../../src/netns/netns.js'
import { Rtnetlink } from '../../src/route/rtnetlink.js'

let here: Netns
let other: Netns
let rt: Rtnetlink

const ip = (...args: string[]) =>
  execFileSync('nsenter', [`--net=/proc/${process.pid}/fd/${here.fd}`, 'ip', ...args], { encoding: 'utf8' })

beforeEach(async () => {
  here = await Netns.create()
  other = await Netns.create()
  rt = await Rtnetlink.open({ netns: here })
})
afterEach(async () => {
  await rt.close()
  here.close()
  other.close()
})

it('a namespace has no id until it is given one, which then is the same for ip', async () => {
  expect(await rt.namespaceIds.get(other)).toBeUndefined()
  await rt.namespaceIds.set(other, 7)
  expect(await rt.namespaceIds.get(other)).toBe(7)
  expect(await rt.namespaceIds.list()).toEqual([7])
  expect(ip('netns', 'list-id')).toContain('nsid 7')
})

it('the kernel chooses an id where asked to, and refuses a second one', async () => {
  await rt.namespaceIds.set(other)
  expect(await rt.namespaceIds.get(other)).toBe(0)
  await expect(rt.namespaceIds.set(other, 3)).rejects.toMatchObject({ code: 'EEXIST', request: 'RTM_NEWNSID' })
})

it('a veth whose peer is elsewhere names the peer’s namespace by its id', async () => {
  await rt.links.create({ kind: 'veth', name: 'v0', veth: { peer: { name: 'v1', netns: other } } })
  const link = await rt.links.get('v0')
  expect(link.linkNetnsid).toBe(await rt.namespaceIds.get(other))
})

it('refuses an id out of range before anything is sent', async () => {
  await expect((async () => rt.namespaceIds.set(other, -2))()).rejects.toThrow(RangeError)
})
