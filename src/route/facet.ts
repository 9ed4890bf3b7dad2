/** One part of the route family over a socket: what `rt.links`, `rt.routes` … have in common. */
import type { NetlinkSocket } from '../socket/netlink-socket.js'
import type { Request } from '../socket/request.js'

export abstract class Facet {
  protected readonly socket: NetlinkSocket

  /** @internal */
  constructor(socket: NetlinkSocket) {
    this.socket = socket
  }

  /** Makes a request and runs it. What is wrong with its arguments rejects the promise, as what the kernel says does. */
  protected run<Arguments extends unknown[], Result>(
    make: (...args: Arguments) => Request<Result>,
    ...args: Arguments
  ): Promise<Result> {
    try {
      return this.socket.run(make(...args))
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)))
    }
  }
}
