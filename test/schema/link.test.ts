import { describe, expect, it } from 'vitest'

import { linkAddAltName, linkCreate, linkGet, linkList, linkGroupUpdate, linkUpdate } from '../../src/route/links.js'
import { linkAttributes, readLink } from '../../src/schema/link.js'
import { statistics64 } from '../../src/schema/link-statistics.js'
import { pathAt } from '../../src/wire/attributes.js'
import { Messages } from '../../src/wire/message.js'
import { Reader } from '../../src/wire/reader.js'

/** What a caller without types may give. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- on purpose
const any = (value: unknown): any => value
const create = (spec: unknown) => () => linkCreate(any(spec))
const update = (changes: unknown) => () => linkUpdate('one', any(changes))
const vxlan = (options: object) => create({ kind: 'vxlan', vxlan: { id: 1, ...options } })
const peer = (options: object) => create({ kind: 'veth', veth: { peer: options } })

describe('what is refused before anything is sent', () => {
  it.each<[string, () => unknown, string]>([
    ['an unknown option', create({ kind: 'bridge', mttu: 3 }), 'mttu: unknown option, did you mean mtu?'],
    ['an unknown option of a kind', vxlan({ l2mis: true }), 'vxlan.l2mis: unknown option, did you mean l2miss?'],
    ['an unknown option of a peer', peer({ adress: 'x' }), 'veth.peer.adress: unknown option, did you mean address?'],
    ['an unknown option of a port', update({ bridgePort: { isolate: true } }), 'bridgePort.isolate: unknown option, did you mean isolated?'],
    ['an unknown option of a change', update({ bridg: {} }), 'bridg: unknown option, did you mean bridge?'],
    ['a missing kind', create({ name: 'one' }), 'kind: expected the kind of link to make (bridge, veth, vxlan, …), got undefined'],
    ['no object', create('bridge'), 'expected an object, got "bridge"'],
    ['null', create(null), 'expected an object, got null'],
    ['options of another kind', create({ kind: 'bridge', vxlan: { id: 1 } }), 'vxlan: expected nothing, since the link is of kind bridge, got an object with id'],
    ['options of two kinds', update({ bridge: {}, vxlan: {} }), 'vxlan: expected nothing, since the link is of kind bridge, got an object with nothing in it'],
    ['raw data of a known kind', create({ kind: 'bridge', data: [] }), 'data: expected nothing: what belongs to the link stands under bridge, got an array of 0'],
    ['a missing VNI', create({ kind: 'vxlan', vxlan: {} }), 'vxlan.id: expected an integer from 0 to 16777215 (or collectMetadata: true), got undefined'],
    ['missing options', create({ kind: 'vxlan' }), 'vxlan: expected an object, got undefined'],
    ['a group and a remote end', vxlan({ group: '239.0.0.1', remote: '10.0.0.1' }), 'vxlan.remote: expected nothing, since there is a group, got "10.0.0.1"'],
    ['a VNI that is too large', vxlan({ id: 16_777_216 }), 'vxlan.id: expected an integer from 0 to 16777215, got 16777216'],
    ['a VNI of the wrong type', vxlan({ id: '42' }), 'vxlan.id: expected an integer from 0 to 16777215, got "42"'],
    ['an address that is none', vxlan({ remote: '10.0.0.256' }), 'vxlan.remote: expected an IPv4 or IPv6 address, got "10.0.0.256"'],
    ['half a range', vxlan({ portRange: { low: 1 } }), 'vxlan.portRange.high: expected an integer from 0 to 65535, got undefined'],
    ['a name that is too long', create({ kind: 'bridge', name: 'a-name-too-long-' }), 'name: expected a link name of 1 to 15 bytes without / : or spaces, not . or .., got "a-name-too-long-"'],
    ['an index of 0', create({ kind: 'bridge', ifindex: 0 }), 'ifindex: expected an integer from 1 to 2147483647, got 0'],
    ['a flag that is no boolean', create({ kind: 'bridge', up: 1 }), 'up: expected true or false, got 1'],
    ['a MAC address that is none', create({ kind: 'bridge', address: '02:00' , mtu: '1' }), 'mtu: expected an integer from 0 to 4294967295, got "1"'],
    ['what can only be read', create({ kind: 'bridge', promiscuity: 1 }), 'promiscuity: expected nothing: it can only be read, got 1'],
    ['what can only be read of a kind', create({ kind: 'bridge', bridge: { rootPort: 1 } }), 'bridge.rootPort: expected nothing: it can only be read, got 1'],
    ['what can only be read of a peer', peer({ stats: {} }), 'veth.peer.stats: expected nothing: it can only be read, got an object with nothing in it'],
    ['a peer that is up', peer({ up: true }), 'veth.peer.up: expected nothing: the kernel makes no peer that is up (ENOTCONN), bring it up with an update afterwards, got true'],
    ['what the kernel ignores in a peer', peer({ master: 'br0' }), 'veth.peer.master: expected nothing: the kernel ignores it in a peer, it is to be set with a message of its own, got "br0"'],
    ['what the kernel ignores in a new link', create({ kind: 'bridge', alias: 'x' }), 'alias: expected nothing: the kernel passes over it when it makes a link, update the link afterwards, got "x"'],
    ['port options of a new link', create({ kind: 'veth', bridgePort: {} }), 'bridgePort: expected nothing: a link is a port once it has been made, update it then, got an object with nothing in it'],
    ['a link below that the kind does not use', create({ kind: 'bridge', link: 'eth0' }), 'link: expected nothing: a bridge does not use it, got "eth0"'],
    ['what is fixed', update({ numTxQueues: 2 }), 'numTxQueues: expected nothing: it is fixed when the link is made, got 2'],
    ['an index to change', update({ ifindex: 2 }), 'ifindex: expected nothing: an index stays (newIfindex chooses one in another namespace), got 2'],
    ['an index elsewhere without moving', update({ newIfindex: 2 }), 'newIfindex: expected nothing unless the link moves to another namespace, got 2'],
    ['changes of a veth', update({ veth: { peer: {} } }), 'veth: expected nothing: the ends of a veth are two links, each of which is updated by itself, got an object with peer'],
    ['a flag taken back', update({ vxlan: { ttlInherit: false } }), 'vxlan.ttlInherit: expected true: it can’t be taken back once the link is there, got false'],
    ['a master by name in another namespace', create({ kind: 'bridge', master: 'br0', netns: { fd: 3 } }), 'master: expected an ifindex: the master is in the namespace that the link is to be in, got "br0"'],
    ['a namespace that is none', create({ kind: 'bridge', netns: 'blue' }), 'netns: expected a namespace: a Netns, { fd } or { pid }, got "blue"'],
    ['an unknown boolean option', create({ kind: 'bridge', bridge: { multiBoolopt: { x: true } } }), 'bridge.multiBoolopt.x: expected nothing (an object with noLinkLocalLearn, mcastVlanSnooping, mstEnable, mdbOffloadFailNotification, fdbLocalVlan0), got true'],
    ['an unknown name of a value', create({ kind: 'bridge', bridge: { mcastRouter: 'always' } }), 'bridge.mcastRouter: expected one of disabled, tempQuery, perm, temp, or an integer from 0 to 255, got "always"'],
    ['a setting that is out of range', update({ afSpec: { inet: { conf: { forwarding: 2 ** 31 } } } }), 'afSpec.inet.conf.forwarding: expected an integer from -2147483648 to 2147483647, got 2147483648'],
    ['a master by wrong type', update({ master: true }), 'master: expected a link: its name (1 to 15 bytes), its ifindex (from 1), or a Link, got true'],
    ['raw data without a kind', update({ data: [] }), 'kind: expected the kind of the link, which data needs, got undefined'],
    ['raw data that is none', create({ kind: 'newkind', data: [{ type: 1 }] }), 'data[0]: expected an array of { type, data: Uint8Array }, got an object with type'],
    ['a link that is none', () => linkGet(any(null)), 'link: expected a link: its name (1 to 15 bytes), its ifindex (from 1), or a Link, got null'],
    ['an unknown detail', () => linkGet('one', any({ vff: true })), 'vff: unknown option, did you mean vf?'],
    ['an unknown filter', () => linkList(any({ kinds: 'bridge' })), 'kinds: unknown option, did you mean kind?'],
    ['a kind that is none', () => linkList(any({ kind: 5 })), 'kind: expected the name of a kind, got 5'],
    ['an empty name', () => linkAddAltName('one', ''), 'altNames[0]: expected a string of 1 to 127 bytes without NUL, got ""'],
    ['a name of 128 bytes', () => linkAddAltName('one', ['x', 'x'.repeat(128)]), `altNames[1]: expected a string of 1 to 127 bytes without NUL, got "${'x'.repeat(57)}"…`],
    ['one name for a whole group', () => linkGroupUpdate(1, any({ name: 'x' })), 'name: expected nothing: it can’t be changed of a whole group, got "x"'],
    ['a kind’s options for a whole group', () => linkGroupUpdate(1, any({ bridge: {} })), 'bridge: expected nothing: it can’t be changed of a whole group, got an object with nothing in it'],
  ])('%s', (_, attempt, message) => {
    expect(attempt).toThrow(message)
    try {
      attempt()
    } catch (error) {
      expect(error instanceof TypeError || error instanceof RangeError).toBe(true)
    }
  }) // prettier-ignore
})

it('a request that was refused leaves nothing behind in the next one', () => {
  const good = () => linkCreate({ kind: 'vxlan', name: 'one', vxlan: { id: 7 } }).bytes
  const before = good()
  for (const refused of [
    vxlan({ portRange: { low: 0xffff } }),
    create({ kind: 'x'.repeat(40) }),
    create({ kind: 'newkind', parentDevName: 'y'.repeat(300) }),
  ]) {
    expect(refused).toThrow()
    expect(good()).toEqual(before)
  }
})

describe('what is not given', () => {
  it('is not sent, and undefined is the same as absent', () => {
    const bare = linkCreate({ kind: 'bridge' }).bytes
    const undefinedOptions = { name: undefined, mtu: undefined, up: undefined, bridge: undefined, netns: undefined }
    expect(linkCreate({ kind: 'bridge', ...undefinedOptions }).bytes).toEqual(bare)
    // Header, ifinfomsg, IFLA_LINKINFO with IFLA_INFO_KIND.
    expect(bare.length).toBe(16 + 16 + 4 + 4 + 8)
  })

  it('is told from zero and false', () => {
    expect(linkCreate({ kind: 'bridge', txqlen: 0 }).bytes.length).toBe(16 + 16 + 8 + 4 + 4 + 8)
    const words = (up?: boolean) => {
      const { bytes } = linkUpdate(1, { up })
      return [...new Uint32Array(bytes.buffer, bytes.byteOffset + 24, 2)]
    }
    expect([words(), words(false), words(true)]).toEqual([
      [0, 0],
      [0, 1],
      [1, 1],
    ])
  })
})

const read = (bytes: Uint8Array) => {
  const reader = new Reader(bytes)
  let link: ReturnType<typeof readLink>
  const messages = new Messages(reader)
  while (messages.next()) link = readLink(reader, messages)
  return link
}

/** RTM_NEWLINK with an ifinfomsg of the family, then attributes. */
const message = (family: number, ...attributes: [number, number[]][]) => {
  const body = attributes.flatMap(([type, data]) => {
    const length = 4 + data.length
    return [length & 0xff, length >> 8, type & 0xff, type >> 8, ...data, ...new Array<number>(-data.length & 3).fill(0)]
  })
  const bytes = new Uint8Array(32 + body.length)
  const words = new Uint32Array(bytes.buffer)
  words[0] = bytes.length
  words[1] = 16
  bytes[16] = family
  words[5] = 7
  bytes.set(body, 32)
  return bytes
}
const text = (value: string) => [...Buffer.from(`${value}\0`)]
const nest = (...attributes: [number, number[]][]) => [...message(0, ...attributes).subarray(32)]

describe('reading', () => {
  it('tells what a bridge says of its ports from what is said of links', () => {
    expect(read(message(0, [3, text('one')]))).toMatchObject({ ifindex: 7, name: 'one', kind: undefined })
    expect(read(message(7, [3, text('one')]))).toBeUndefined()
    expect(read(message(10, [3, text('one')]))).toBeUndefined()
  })

  it('finds the kind wherever it stands, and keeps the options of one that is not known', () => {
    const id = [1, [42, 0, 0, 0]] as [number, number[]]
    const linkInfo = (kind: string): [number, number[]] => [18, nest([2, nest(id)], [1, text(kind)])]
    expect(read(message(0, linkInfo('vxlan')))).toMatchObject({ kind: 'vxlan', vxlan: { id: 42 } })
    expect(read(message(0, linkInfo('newkind')))).toMatchObject({
      kind: 'newkind',
      data: [{ type: 1, data: new Uint8Array([42, 0, 0, 0]) }],
    })
  })

  it('keeps attributes without a name, of the link and of the kind', () => {
    const link = read(message(0, [900, [1, 2]], [18, nest([1, text('vxlan')], [2, nest([800, [3]])])]))
    expect(link).toMatchObject({
      unknownAttributes: [{ type: 900, data: new Uint8Array([1, 2]) }],
      vxlan: { unknownAttributes: [{ type: 800, data: new Uint8Array([3]) }] },
    })
  })

  it('gives a known kind its options although none were sent', () => {
    expect(read(message(0, [18, nest([1, text('bridge')])]))).toMatchObject({ kind: 'bridge', bridge: {} })
  })

  it('takes counters of an older and of a newer kernel', () => {
    const codec = statistics64()
    const bytes = new Uint8Array(27 * 8)
    for (let i = 0; i < 27; i++) bytes[8 * i] = i + 1
    const reader = new Reader(bytes)
    const now = codec.read(reader, 0, 25 * 8)
    expect(now).toMatchObject({ rxPackets: 1, txPackets: 2, rxNohandler: 24, rxOtherhostDropped: 25 })
    expect(codec.read(reader, 0, 27 * 8)).toEqual(now)
    const older = codec.read(reader, 0, 23 * 8)
    expect(older).toMatchObject({ rxPackets: 1, txCompressed: 23 })
    expect(Object.keys(older!)).toHaveLength(23)
  })

  it('refuses attributes that are longer than what they stand in', () => {
    const bytes = message(0, [18, nest([1, text('vxlan')], [2, nest([1, [42, 0, 0, 0]])])])
    bytes[bytes.length - 8] = 200
    expect(() => read(bytes)).toThrow(/an attribute of 200 bytes/)
  })
})

describe('the way to an attribute', () => {
  const pathOf = (bytes: Uint8Array, find: number[]) => {
    const at = Buffer.from(bytes).indexOf(Buffer.from(find))
    expect(at).toBeGreaterThan(0)
    return pathAt(linkAttributes, new Reader(bytes), 32, bytes.length, at)
  }

  it('leads through the nest that the kind chooses', () => {
    const { bytes } = linkCreate({ kind: 'vxlan', name: 'one', vxlan: { id: 0x123456, port: 0x4321 } })
    expect(pathOf(bytes, [0x56, 0x34, 0x12, 0])).toBe('linkinfo.data.id')
    expect(pathOf(bytes, [0x43, 0x21])).toBe('linkinfo.data.port')
    expect(pathOf(bytes, text('one'))).toBe('name')
    expect(pathOf(bytes, text('vxlan'))).toBe('linkinfo.kind')
  })

  it('leads past the header of a peer', () => {
    const { bytes } = linkCreate({ kind: 'veth', veth: { peer: { mtu: 0x12345678 } } })
    expect(pathOf(bytes, [0x78, 0x56, 0x34, 0x12])).toBe('linkinfo.data.peer.mtu')
  })

  it('leads to the options of a port, and to settings of a family', () => {
    expect(pathOf(linkUpdate(1, { bridgePort: { cost: 0x12345678 } }).bytes, [0x78, 0x56, 0x34, 0x12])).toBe(
      'linkinfo.slaveData.cost',
    )
    const conf = { afSpec: { inet: { conf: { rpFilter: 0x12345678 } } } }
    expect(pathOf(linkUpdate(1, conf).bytes, [0x78, 0x56, 0x34, 0x12])).toBe('afSpec.inet.conf.rpFilter')
    expect(pathOf(linkAddAltName(1, ['abcdefg']).bytes, text('abcdefg'))).toBe('altNames')
  })
})
