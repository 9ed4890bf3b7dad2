/** Stacks of MPLS labels (RFC 3032): in encapsulations of routes, and in MPLS routes. */
import type { Codec } from '../wire/codec.js'

/** The largest label. */
export const HIGHEST_LABEL = 0xfffff
/** MAX_NEW_LABELS: what the kernel pushes at most. */
const MOST_LABELS = 30

/** A label stands in the upper 20 bits; the traffic class and TTL of an entry are the kernel's to fill in. */
const LABEL_SHIFT = 12
/** The entry is the last of the stack. */
const BOTTOM_OF_STACK = 0x100

/** A stack of labels, the outermost first: each entry a be32, the last with the bottom-of-stack bit. */
export const mplsLabels = (): Codec<readonly number[], number[]> => ({
  wire: 'binary',
  expects: `an array of 1 to ${MOST_LABELS} labels, each from 0 to ${HIGHEST_LABEL}`,
  write(w, value) {
    if (!Array.isArray(value)) throw w.invalid(this.expects, value)
    if (value.length < 1 || value.length > MOST_LABELS) throw w.invalid(this.expects, value, 'range')
    w.reserve(4 * value.length)
    const { depth } = w
    for (let i = 0; i < value.length; i++) {
      const label = value[i] as number
      w.trail[depth] = i
      w.depth = depth + 1
      const expects = `a label from 0 to ${HIGHEST_LABEL}`
      if (!Number.isInteger(label)) throw w.invalid(expects, label)
      if (label < 0 || label > HIGHEST_LABEL) throw w.invalid(expects, label, 'range')
      w.putBE32(((label << LABEL_SHIFT) | (i === value.length - 1 ? BOTTOM_OF_STACK : 0)) >>> 0)
    }
    w.depth = depth
  },
  read(r, start, end) {
    if (end - start < 4) return undefined
    const labels: number[] = []
    for (let at = start; at + 4 <= end; at += 4) labels.push(r.getBE32(at) >>> LABEL_SHIFT)
    return labels
  },
})
