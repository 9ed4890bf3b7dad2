/** What an endpoint is to be: its namespace, its link, and what is written down inside and outside. */
import type { Netns } from '../netns/netns.js'
import type { NetnsTarget } from '../netns/target.js'
import type { AddressSpec } from '../route/addresses.js'
import type { BridgePortOptions } from '../route/links.js'
import type { RouteSpec } from '../route/routes.js'
import type { VlanSpec } from '../route/vlans.js'
import type { NewLinkOptions, SpecOf } from '../schema/link.js'
import type { LinkPeerSpec } from '../schema/link-kinds/peer.js'
import type { LinkReference } from '../schema/link-reference.js'
import type { FdbSpec, NeighborSpec } from '../schema/neighbor.js'

/** An address of the inner link (ip-address(8)). IPv6 ones get `nodad` unless their `flags` are given. */
export type EndpointAddress = Omit<AddressSpec, 'link'>
/** A route inside. It leaves by the inner link unless it says otherwise. */
export type EndpointRoute = RouteSpec
/** A neighbour that the inner link is to know. */
export type EndpointNeighbor = Omit<NeighborSpec, 'link'>

/** The outer end of a veth: what a link takes when it is made, but for what the endpoint itself decides. */
export type EndpointOuter = Omit<NewLinkOptions, 'up' | 'group' | 'netns' | 'targetNetnsid'> & {
  /** Its name, of at most 15 bytes. */
  name: string
  /** What the bridge is to think of its port: hairpin, isolated, learning, flood … */
  bridgePort?: BridgePortOptions | undefined
  /**
   * VLANs that the port is in from its first packet on, on a bridge that filters them. They come beside the one that the
   * bridge gives to every port (`vlanDefaultPvid` of the bridge: 1 unless it says otherwise, 0 for none).
   */
  vlans?: readonly Omit<VlanSpec, 'link'>[] | undefined
}

/** The inner link: what a link takes when it is made. It is brought up. */
export type EndpointInner = Omit<LinkPeerSpec, 'netns' | 'up'>

interface EndpointBase {
  /** What errors call it, and by what it is known in the kernel: the alias of its outer link. 1 to 255 bytes. */
  id: string
  /** A namespace that is there, by a handle, name, path, process or descriptor. Default: a new one without a name. */
  netns?: Netns | NetnsTarget | undefined
  /** The link inside. Default: eth0, with the outer end's MTU. */
  inner?: EndpointInner | undefined
  /** Up to any number, of both families. */
  addresses?: readonly (string | EndpointAddress)[] | undefined
  /** Routes inside, in order. A string is the gateway of a default route. */
  routes?: readonly (string | EndpointRoute)[] | undefined
  /** Neighbours that the inner link is to know. */
  neighbors?: readonly EndpointNeighbor[] | undefined
  /** Kernel parameters inside ('net.ipv4.ip_forward'), set when the link is there. Each costs what a file costs. */
  sysctl?: Readonly<Record<string, string | number | boolean>> | undefined
  /** Whether the loopback link inside is brought up. Default: in a new namespace. */
  loopback?: boolean | undefined
  /**
   * Whether the inner link has an IPv6 link-local address. Default: if it has an IPv6 address. Of many on a bridge each
   * costs the others: duplicate address detection and multicast reports reach every port.
   */
  linkLocal?: boolean | undefined
  /**
   * Receive and transmit queues of each end. Each is more for the kernel to make, and is of use where packets of one
   * link are worked on by several processors (XDP, RPS). 0: the kernel's choice, one for each possible processor.
   * Default: 1.
   */
  queues?: number | undefined
  /** What the host's side needs, taken away again with the endpoint. */
  outside?:
    | {
        neighbors?: readonly NeighborSpec[] | undefined
        fdb?: readonly FdbSpec[] | undefined
        routes?: readonly RouteSpec[] | undefined
      }
    | undefined
}

/** An endpoint on a veth pair: the inner end born in its namespace, the outer one on its bridge or routed. */
export interface VethEndpointSpec extends EndpointBase {
  /** A veth pair, which it is where nothing is said. */
  kind?: 'veth' | undefined
  /** The outer end of the pair: what a link takes when it is made, and its name. */
  outer: EndpointOuter
}

/** An endpoint on a macvlan or ipvlan of a link of the host's, made in its namespace. It has no outer link. */
export type SharedEndpointSpec = EndpointBase & {
  /** The link that it shares. */
  link: LinkReference
  outer?: never
} & (
    | {
        /** How it shares the link: with a MAC address of its own (`macvlan`), or with the link's (`ipvlan`). */
        kind: 'macvlan'
        macvlan?: SpecOf<'macvlan'>['macvlan']
      }
    | { kind: 'ipvlan'; ipvlan?: SpecOf<'ipvlan'>['ipvlan'] }
  )

export type EndpointSpec = VethEndpointSpec | SharedEndpointSpec

/** Which of both kinds a specification is of. @internal */
export const isShared = (spec: EndpointSpec): spec is SharedEndpointSpec =>
  spec.kind === 'macvlan' || spec.kind === 'ipvlan'
