/** What an encapsulation of routes (LWTUNNEL_ENCAP_*) is made of. */
import type { AttributeMap, AttributeTable } from '../../wire/attributes.js'

/** One encapsulation: its name, its number, and the attributes inside RTA_ENCAP. */
export interface RouteEncapsulation<Name extends string, T extends AttributeMap, Needed extends keyof T & string> {
  /** As ip-route(8) has it after `encap`. */
  readonly name: Name
  /** LWTUNNEL_ENCAP_* */
  readonly number: number
  readonly data: AttributeTable<T>
  /** What the kernel refuses such a route without, mostly without a reason. */
  readonly needed: readonly Needed[]
}

export const routeEncapsulation = <
  const Name extends string,
  T extends AttributeMap,
  const Needed extends keyof T & string = never,
>(
  encapsulation: RouteEncapsulation<Name, T, Needed>,
): RouteEncapsulation<Name, T, Needed> => encapsulation
