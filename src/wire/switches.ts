/** Bits and a mask that says which of them are meant, as an object of truth values. */
import type { Codec } from './codec.js'

/** What is given changes, what is not stays. */
export type Switches<Names extends Record<string, number>> = { [K in keyof Names]?: boolean | undefined }

/**
 * A struct of two u32, the bits and their mask, in the order that `layout` says. `names` has the value of each bit.
 * Those that the mask covers are read; where it covers none, which is how CAN devices say it, all.
 */
export function switches<const Names extends Record<string, number>>(
  struct: string,
  names: Names,
  layout: 'bits, mask' | 'mask, bits' = 'bits, mask',
): Codec<Switches<Names>> & { readonly names: Names } {
  const maskFirst = layout === 'mask, bits'
  return {
    names,
    wire: `struct ${struct}`,
    expects: `an object with ${Object.keys(names).join(', ')}`,
    write(w, value) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw w.invalid(this.expects, value)
      let bits = 0
      let mask = 0
      const { depth } = w
      for (const name in value) {
        const given: unknown = value[name]
        if (given === undefined) continue
        w.trail[depth] = name
        w.depth = depth + 1
        if (!Object.hasOwn(names, name)) throw w.invalid(`nothing (${this.expects})`, given)
        if (typeof given !== 'boolean') throw w.invalid('true or false', given)
        mask |= names[name]!
        if (given) bits |= names[name]!
      }
      w.depth = depth
      w.putU32((maskFirst ? mask : bits) >>> 0)
      w.putU32((maskFirst ? bits : mask) >>> 0)
    },
    read(r, start, end) {
      if (end - start < 8) return undefined
      const bits = r.getU32(maskFirst ? start + 4 : start)
      const mask = r.getU32(maskFirst ? start : start + 4) || 0xffffffff
      const out: Switches<Names> = {}
      for (const name in names) if ((mask & names[name]!) !== 0) out[name] = (bits & names[name]!) !== 0
      return out
    },
  }
}
