/** What a kind of link (IFLA_INFO_KIND) is made of. */
import type { AttributeMap, AttributeTable, Given, Read } from '../../wire/attributes.js'
import type { Codec } from '../../wire/codec.js'
import type { Writer } from '../../wire/writer.js'

/** One kind: its name, the attributes inside IFLA_INFO_DATA, and what the table alone can't say. */
export interface LinkKind<
  Name extends string,
  T extends AttributeMap,
  Needed extends boolean = boolean,
  Fixed extends string | false = string | false,
  MadeOn extends false | 'link' | 'device' = false | 'link' | 'device',
  CreateOnly extends keyof T & string = never,
  Elsewhere extends string | undefined = string | undefined,
  Statistics = unknown,
> {
  readonly name: Name
  readonly data: AttributeTable<T>
  /** Whether the kernel refuses to make such a link without data. */
  readonly needed: Needed
  /** Why the data can't be changed once the link is there; false where it can. */
  readonly fixed: Fixed
  /**
   * What such a link is made on and has to be given: another link (IFLA_LINK), a device (IFLA_PARENT_DEV_NAME). Where it is
   * neither the kernel would ignore them.
   */
  readonly madeOn: MadeOn
  /** Data that can't be changed, of a kind whose other data can; the kernel would ignore it, or not say why. */
  readonly createOnly?: readonly CreateOnly[]
  /** How such links come to be where RTM_NEWLINK does not make them. */
  readonly madeElsewhere?: Elsewhere
  /** What the kind counts (IFLA_INFO_XSTATS), of those that do. */
  readonly xstats?: Codec<never, Statistics>
  /** Refuses, with `writer.invalid`, data of a link to be made that the kernel would refuse without a reason. */
  check?(w: Writer, data: Given<T>): void
  /** Puts what was read into the form that a caller gives it in. */
  shape?(data: Read<T>): Read<T>
}

export const linkKind = <
  const Name extends string,
  T extends AttributeMap,
  const Needed extends boolean,
  const Fixed extends string | false,
  const MadeOn extends false | 'link' | 'device',
  const CreateOnly extends keyof T & string = never,
  const Elsewhere extends string | undefined = undefined,
  Statistics = Uint8Array,
>(
  kind: LinkKind<Name, T, Needed, Fixed, MadeOn, CreateOnly, Elsewhere, Statistics>,
): LinkKind<Name, T, Needed, Fixed, MadeOn, CreateOnly, Elsewhere, Statistics> => kind

/** The error that refuses one option of a kind's. */
export function refuseData(w: Writer, name: string, expected: string, got: unknown): Error {
  w.trail[1] = name
  w.depth = 2
  return w.invalid(expected, got)
}
