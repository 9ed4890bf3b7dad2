/** How a caller names a link: by name, by index, or by a link that came back. */
import type { Codec } from '../wire/codec.js'
import type { Writer } from '../wire/writer.js'

/**
 * A link by name or alternative name (at most 15 bytes), by `ifindex`, or as an object that has one.
 * A name is looked up in the socket's namespace when the request is sent, in order with the requests before it.
 */
export type LinkReference = string | number | { readonly ifindex: number }

/** IFNAMSIZ less the NUL. */
const LONGEST_NAME = 15
const EXPECTS = `a link: its name (1 to ${LONGEST_NAME} bytes), its ifindex (from 1), or a Link`

/** Writes the index of a link at a place in the message; a name is filled in when the message is sent. */
export function putLinkReference(w: Writer, at: number, value: LinkReference): void {
  if (typeof value === 'string') {
    w.u32[at >> 2] = 0
    w.patchLinkName(at, checkLinkName(w, value))
    return
  }
  const ifindex = typeof value === 'object' && value !== null ? value.ifindex : value
  if (!Number.isInteger(ifindex)) throw w.invalid(EXPECTS, value)
  if (ifindex < 1 || ifindex > 0x7fffffff) throw w.invalid(EXPECTS, ifindex, 'range')
  w.u32[at >> 2] = ifindex
}

/** What a name has to be, in words. */
export const LINK_NAME = `a link name of 1 to ${LONGEST_NAME} bytes without / : or spaces, not . or ..`

/** What the kernel takes for the name of a link (dev_valid_name). */
export function isLinkName(name: string): boolean {
  if (name.length > LONGEST_NAME || name === '' || name === '.' || name === '..') return false
  return !/[/:\s\0]/.test(name) && Buffer.byteLength(name) <= LONGEST_NAME
}

export function checkLinkName(w: Writer, name: string): string {
  if (typeof name !== 'string') throw w.invalid(LINK_NAME, name)
  if (!isLinkName(name)) throw w.invalid(LINK_NAME, name, 'range')
  return name
}

/** How an error names it. */
export function describeLink(value: LinkReference | undefined): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return `#${value}`
  if (typeof value !== 'object' || value === null) return 'of no name'
  const { name, ifindex } = value as { name?: string; ifindex: number }
  return name ?? `#${ifindex}`
}

/** The name of a link, as IFLA_IFNAME carries it. A name with a %d in it is numbered by the kernel. */
export const linkName = (): Codec<string> => ({
  wire: 'string',
  expects: `a link name of 1 to ${LONGEST_NAME} bytes`,
  write(w, value) {
    w.putBytes(Buffer.from(`${checkLinkName(w, value)}\0`))
  },
  read: (r, start, end) => {
    let text = ''
    for (let at = start; at < end; at++) {
      const c = r.bytes[at]!
      if (c === 0) return text
      if (c > 0x7f) return new TextDecoder().decode(r.bytes.subarray(start, end)).replace(/\0.*$/, '')
      text += String.fromCharCode(c)
    }
    return text
  },
})

/** The index of another link in a u32 attribute. */
export const linkIndex = (): Codec<LinkReference, number> => ({
  wire: 'u32',
  expects: EXPECTS,
  write(w, value) {
    putLinkReference(w, w.position, value)
    w.position += 4
  },
  read: (r, start, end) => (end - start < 4 ? undefined : r.getU32(start)),
})

/** The index of another link, or null for none (0). */
export const linkIndexOrNone = (): Codec<LinkReference | null, number | null> => ({
  wire: 'u32',
  expects: `${EXPECTS}, or null for none`,
  write(w, value) {
    if (value === null) w.u32[w.position >> 2] = 0
    else putLinkReference(w, w.position, value)
    w.position += 4
  },
  read: (r, start, end) => (end - start < 4 ? undefined : r.getU32(start) || null),
})
