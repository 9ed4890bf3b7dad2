/** What endpoints and those that could not be made have in common when they are taken away. */
import type { Netns } from '../netns/netns.js'
import { linkDelete } from '../route/links.js'
import type { LinkReference } from '../schema/link-reference.js'
import { NETLINK_ROUTE } from '../schema/rtnetlink.js'
import type { NetlinkSocket } from '../socket/netlink-socket.js'

const ENOENT = 2
const ESRCH = 3
const ENODEV = 19

/** Whether a deletion failed because there is nothing to delete. */
export function isAbsent(error: unknown): boolean {
  const { errno } = error as { errno?: number }
  return errno === ENODEV || errno === ENOENT || errno === ESRCH
}

/** Deletes a link inside a namespace, in one order with what is asked of `socket`. */
export async function deleteInside(socket: NetlinkSocket, netns: Netns, link: LinkReference): Promise<void> {
  const { socket: inside } = await socket.beside(NETLINK_ROUTE, { netns })
  try {
    await inside.run(linkDelete(link))
  } finally {
    await inside.close()
  }
}
