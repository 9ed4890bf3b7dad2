/** An endpoint that was made. */
import type { Netns } from '../netns/netns.js'
import { type EndpointSpec, isShared } from './spec.js'

export interface EndpointLink {
  /** The name of the link. */
  readonly name: string
  /** The number of the link in its namespace. */
  readonly ifindex: number
}

/** A container's end of a network, as it was made. `Endpoints.remove` takes it away again. */
export class Endpoint {
  readonly id: string
  readonly spec: EndpointSpec
  /** Its namespace. The handle is closed when the endpoint is removed, unless it is the one that was given. */
  readonly netns: Netns
  /** The outer end of its veth; undefined where it shares a link of the host's. */
  readonly outer: EndpointLink | undefined
  /** The name of the link inside. */
  readonly inner: string

  /** @internal */
  constructor(spec: EndpointSpec, netns: Netns, outerIndex: number, inner: string) {
    this.id = spec.id
    this.spec = spec
    this.netns = netns
    this.outer = isShared(spec) ? undefined : { name: spec.outer.name, ifindex: outerIndex }
    this.inner = inner
  }

  /** @internal */
  closeNetns(): void {
    if (this.netns !== this.spec.netns) this.netns.close()
  }
}
