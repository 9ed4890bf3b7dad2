/** The requests that make an endpoint, and those that take it away again. */
import { addressAdd } from '../route/addresses.js'
import { fdbAdd, fdbAppend, fdbDelete } from '../route/fdb.js'
import { linkCreate, type LinkChanges, type LinkSpec, linkUpdate } from '../route/links.js'
import { neighborAdd, neighborDelete } from '../route/neighbors.js'
import { routeAdd, routeDelete } from '../route/routes.js'
import { vlanAdd } from '../route/vlans.js'
import type { LinkReference } from '../schema/link-reference.js'
import { CHAINED } from '../schema/namespace-placement.js'
import type { FdbSpec } from '../schema/neighbor.js'
import type { AnyRequest } from '../socket/request.js'
import { invalid, unknownOption } from '../wire/invalid.js'
import { type EndpointAddress, type EndpointOuter, type EndpointSpec, isShared } from './spec.js'

/** In a fresh namespace the loopback link has 1. */
const LOOPBACK = 1
const FIRST_FREE = 2
const INNER_NAME = 'eth0'
const LONGEST_ID = 255

const NOTHING: readonly never[] = []

const NO_LINK_LOCAL: LinkChanges = { afSpec: { inet6: { addrGenMode: 'none' } } }

const OPTIONS = [
  'id', 'kind', 'netns', 'inner', 'outer', 'link', 'macvlan', 'ipvlan', 'addresses', 'routes', 'neighbors', 'sysctl',
  'loopback', 'linkLocal', 'queues', 'outside',
] // prettier-ignore

/** What a plan has to know of where it is carried out. */
export interface Circumstances {
  /** The namespace is new: nothing in it but the loopback link. */
  isNew: boolean
  /** The index that the outer link gets. */
  outerIndex: number
  /** The group of the outer links. */
  group: number
  hasIPv6: boolean
}

export interface Plan {
  /** Makes the links, with a socket of the host's, in a chain that leads into the namespace. */
  readonly link: AnyRequest
  /** Then, with a socket inside. */
  readonly inside: readonly AnyRequest[]
  /** Then, with a socket of the host's. */
  readonly outside: readonly AnyRequest[]
  /** The places in `outside` of the requests that write down entries, in the order of `undoOf`. */
  readonly entries: readonly number[]
  /** The inner link, as a socket inside finds it. */
  readonly inner: LinkReference
  readonly innerName: string
}

/** The plan of a specification that was checked. @throws {TypeError | RangeError} An option of a request's is wrong. */
export function planOf(spec: EndpointSpec, circumstances: Circumstances): Plan {
  const { isNew, hasIPv6 } = circumstances
  const addresses = (spec.addresses ?? []).map(addressOf)
  const wantsLinkLocal = spec.linkLocal ?? addresses.some(isIPv6)
  const innerName = spec.inner?.name ?? INNER_NAME
  // Of a link that is made in another namespace alone, Linux 6.1 looks whether the index is free in this one.
  const innerIndex = spec.inner?.ifindex ?? (isNew && !isShared(spec) ? FIRST_FREE : undefined)
  const inner = innerIndex ?? innerName

  const inside: AnyRequest[] = []
  if (spec.loopback ?? isNew) inside.push(linkUpdate(LOOPBACK, { up: true }))
  if (!wantsLinkLocal && hasIPv6) inside.push(linkUpdate(inner, NO_LINK_LOCAL))
  inside.push(linkUpdate(inner, { up: true }))
  for (const address of addresses) inside.push(addressAdd({ ...address, link: inner }))
  for (const route of spec.routes ?? []) {
    inside.push(routeAdd(typeof route === 'string' ? { dst: 'default', via: route } : route))
  }
  for (const neighbor of spec.neighbors ?? []) inside.push(neighborAdd({ ...neighbor, link: inner }))

  const written = entryRequests(spec, circumstances.outerIndex)
  const before = written.filter(({ needsUp }) => !needsUp).map(({ request }) => request)
  const changes = outerChanges(spec, circumstances, addresses)
  // When the outer end comes up, the kernel has work to do on another processor under the lock that these all take: it is
  // the last, so that the next endpoint's namespace is made meanwhile.
  const outside = [...before, ...changes]
  let first = 0
  const entries = written.map(({ request, needsUp }) => (needsUp ? outside.push(request) - 1 : first++))
  return {
    inside,
    outside,
    entries,
    inner,
    innerName,
    link: linkCreate(linkOf(spec, innerName, innerIndex, circumstances), { echo: false }),
  }
}

/** Writes down the entries outside, in the order of `undoOf`, each with whether the outer end has to be up for it. */
function entryRequests(spec: EndpointSpec, outerIndex: number): { request: AnyRequest; needsUp: boolean }[] {
  const { neighbors, fdb, routes } = entriesOf(spec)
  const isOuter = (link: LinkReference) =>
    typeof link === 'string'
      ? link === spec.outer?.name
      : outerIndex === (typeof link === 'number' ? link : link.ifindex)
  return [
    ...neighbors.map((neighbor) => ({ request: neighborAdd(neighbor), needsUp: isOuter(neighbor.link) })),
    ...fdb.map((entry) => ({ request: addEntry(entry), needsUp: isOuter(entry.link) })),
    ...routes.map((route) => ({ request: routeAdd(route), needsUp: true })),
  ]
}

/** Takes the entries outside away again. */
export function undoOf(spec: EndpointSpec): AnyRequest[] {
  const { neighbors, fdb, routes } = entriesOf(spec)
  return [
    ...neighbors.map(({ link, dst, proxy }) => neighborDelete({ link, dst, proxy })),
    ...fdb.map((entry) => fdbDelete(entry)),
    ...routes.map((route) => routeDelete(route)),
  ]
}

function linkOf(
  spec: EndpointSpec,
  name: string,
  ifindex: number | undefined,
  { group, outerIndex }: Circumstances,
): LinkSpec {
  const netns = CHAINED
  const queues = spec.queues ?? 1
  const some = queues === 0 ? {} : { numTxQueues: queues, numRxQueues: queues }
  if (isShared(spec)) {
    const { kind, link, inner } = spec
    const data = spec.kind === 'macvlan' ? { macvlan: spec.macvlan } : { ipvlan: spec.ipvlan }
    return { ...some, ...inner, kind, link, name, ifindex, netns, group, ...data } as LinkSpec
  }
  const { bridgePort: _, vlans: __, ...outer } = spec.outer
  const peer = { mtu: outer.mtu, ...some, ...spec.inner, name, netns, ...(ifindex === undefined ? {} : { ifindex }) }
  // Not `unknown`, which passes for up: its bridge and IPv6 would begin with it as soon as it is brought up, and once more
  // when the kernel has seen that both ends are.
  return { ...some, operState: 'dormant', ...outer, kind: 'veth', ifindex: outerIndex, group, veth: { peer } }
}

function outerChanges(
  spec: EndpointSpec,
  { outerIndex, hasIPv6 }: Circumstances,
  addresses: readonly EndpointAddress[],
): AnyRequest[] {
  if (isShared(spec)) return []
  const requests: AnyRequest[] = []
  const { bridgePort, master, vlans = NOTHING } = spec.outer
  // A routed endpoint with IPv6 addresses has this end for its neighbour.
  const routed = master === undefined && addresses.some(isIPv6)
  const first: LinkChanges = hasIPv6 && !routed ? { ...NO_LINK_LOCAL } : {}
  if (bridgePort !== undefined) first.bridgePort = bridgePort
  // The alias says that the endpoint is whole: it comes when all inside is done. Of a link that is up, what is changed
  // costs the kernel a look at every IPv6 route of the namespace.
  requests.push(linkUpdate(outerIndex, { alias: spec.id, ...first }))
  for (const vlan of vlans) requests.push(vlanAdd({ ...vlan, link: outerIndex }))
  requests.push(linkUpdate(outerIndex, { up: true }))
  return requests
}

function entriesOf({ outside = {} }: EndpointSpec) {
  const { neighbors = NOTHING, fdb = NOTHING, routes = NOTHING, ...others } = outside
  for (const name in others) throw unknownOption(`outside.${name}`, ['neighbors', 'fdb', 'routes'])
  return { neighbors, fdb, routes }
}

/** The address that a vxlan floods to has as many destinations as there are. */
const addEntry = (entry: FdbSpec): AnyRequest =>
  entry.lladdr === '00:00:00:00:00:00' ? fdbAppend(entry) : fdbAdd(entry)

function addressOf(given: string | EndpointAddress): EndpointAddress {
  const address = typeof given === 'string' ? { address: given } : given
  return address.flags === undefined && isIPv6(address) ? { ...address, flags: ['nodad'] } : address
}

const isIPv6 = ({ address }: EndpointAddress): boolean => typeof address === 'string' && address.includes(':')

/** @throws {TypeError | RangeError} What can't be an endpoint. */
export function checkEndpoint(spec: EndpointSpec): void {
  if (typeof spec !== 'object' || spec === null) throw invalid('endpoint', 'an object', spec)
  for (const name in spec) if (!OPTIONS.includes(name)) throw unknownOption(name, OPTIONS)
  const { id, kind = 'veth' } = spec
  const expected = `a string of 1 to ${LONGEST_ID} bytes without NUL`
  if (typeof id !== 'string') throw invalid('id', expected, id)
  if (id === '' || id.includes('\0') || Buffer.byteLength(id) > LONGEST_ID) throw invalid('id', expected, id, 'range')
  if (kind !== 'veth' && kind !== 'macvlan' && kind !== 'ipvlan') {
    throw invalid('kind', 'veth, macvlan or ipvlan', kind, typeof kind === 'string' ? 'range' : 'type')
  }
  const { queues } = spec
  if (queues !== undefined && (!Number.isInteger(queues) || queues < 0 || queues > 4096)) {
    throw invalid('queues', 'an integer from 0 to 4096', queues, typeof queues === 'number' ? 'range' : 'type')
  }
  for (const name of ['loopback', 'linkLocal'] as const) {
    if (spec[name] !== undefined && typeof spec[name] !== 'boolean') throw invalid(name, 'true or false', spec[name])
  }
  for (const name of ['addresses', 'routes', 'neighbors'] as const) {
    if (spec[name] !== undefined && !Array.isArray(spec[name])) throw invalid(name, 'an array', spec[name])
  }
  if (kind === 'veth') checkVeth(spec)
  else if (spec.outer !== undefined) throw invalid('outer', `nothing: a ${kind} has no outer link`, spec.outer)
}

function checkVeth({ outer }: { outer?: EndpointOuter }): void {
  if (typeof outer !== 'object' || outer === null) throw invalid('outer', 'an object', outer)
  if (typeof outer.name !== 'string') throw invalid('outer.name', 'the name of a link', outer.name)
  const { vlans, master } = outer
  if (vlans !== undefined && !Array.isArray(vlans)) throw invalid('outer.vlans', 'an array', vlans)
  if (vlans !== undefined && master === undefined)
    throw invalid('outer.vlans', 'nothing where there is no master', vlans)
  for (const name of ['up', 'group', 'netns', 'targetNetnsid', 'alias']) {
    if (name in outer) {
      throw invalid(
        `outer.${name}`,
        'nothing: the endpoint decides it',
        (outer as unknown as Record<string, unknown>)[name],
      )
    }
  }
}
