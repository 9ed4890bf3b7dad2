/** Linux networking as a library: netlink, in-process. */
export {
  BatchError,
  ClosedError,
  DumpInterruptedError,
  EndpointError,
  type EndpointStep,
  NetlinkError,
  NetnsError,
  SystemCallError,
  TunTapError,
} from './errors.js'
export { type EndpointCreation, type EndpointProgress, type EndpointResult } from './endpoint/creation.js'
export { type Endpoint, type EndpointLink } from './endpoint/endpoint.js'
export {
  type EndpointCreateOptions,
  Endpoints,
  type EndpointsOptions,
  type FoundEndpoint,
} from './endpoint/endpoints.js'
export * from './endpoint/spec.js'
export { Netns } from './netns/netns.js'
export { type NetnsTarget } from './netns/target.js'
export * from './route/address-labels.js'
export * from './route/addresses.js'
export * from './route/bridge-links.js'
export * from './route/fdb.js'
export * from './route/group-addresses.js'
export * from './route/links.js'
export * from './route/multicast-routes.js'
export * from './route/mdb.js'
export * from './route/namespace-ids.js'
export * from './route/neighbor-tables.js'
export * from './route/neighbors.js'
export * from './route/netconf.js'
export * from './route/mpls-routes.js'
export * from './route/nexthop-buckets.js'
export * from './route/nexthops.js'
export * from './route/routes.js'
export * from './route/rules.js'
export * from './route/statistics.js'
export * from './route/vlans.js'
export * from './route/vnis.js'
export { Rtnetlink, type RtnetlinkOptions } from './route/rtnetlink.js'
export { type RouteEvent, type Watch, type WatchGroup, type WatchOptions } from './route/watch.js'
export { type AdvertisedPrefix, type NdUserOptions } from './schema/router-advertisement.js'
export { type LinkReference } from './schema/link-reference.js'
export { type FdbEntry, type FdbSpec, type Neighbor, type NeighborSpec } from './schema/neighbor.js'
export { type NamespaceReference, NetlinkSocket, type NetlinkSocketOptions } from './socket/netlink-socket.js'
export { type Request } from './socket/request.js'
export { TunTap, type TunTapLink, type TunTapOptions, type TunTapTarget } from './tuntap/tuntap.js'
