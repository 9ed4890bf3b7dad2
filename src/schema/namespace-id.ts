/** Ids that one namespace gives to others (linux/net_namespace.h; RTM_NEWNSID, rtgenmsg). */
import { attribute, attributes, readOnly, writeOnly, type WithUnknown } from '../wire/attributes.js'
import { s32, u32 } from '../wire/codec.js'
import type { Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'

/** struct rtgenmsg: u8 family, and padding. */
export const RTGENMSG_SIZE = 1

/** NETNSA_NSID where no id has been given. */
export const NETNSA_NSID_NOT_ASSIGNED = -1

export const namespaceIdAttributes = attributes({
  /** The id. -1 in a request: the kernel is to choose one. */
  nsid: attribute(1, s32({ min: -1 })),
  pid: writeOnly(2, u32({ min: 1 })),
  fd: writeOnly(3, u32()),
  /** Ask, or answer, as if from the namespace with this id. */
  targetNsid: writeOnly(4, s32({ min: 0 })),
  /** The id in the socket's own namespace, where `targetNsid` was given. */
  currentNsid: readOnly(5, s32()),
})

/** A namespace that has an id. */
export interface NamespaceId extends WithUnknown {
  /** Undefined where it has none. */
  nsid?: number
  currentNsid?: number
}

export function readNamespaceId(r: Reader, { body, end }: Message): NamespaceId {
  const id = namespaceIdAttributes.read<NamespaceId>(r, body + ((RTGENMSG_SIZE + 3) & ~3), end)
  if (id.nsid === NETNSA_NSID_NOT_ASSIGNED) delete id.nsid
  return id
}
