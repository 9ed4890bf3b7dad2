/** RT_SCOPE_*: how far away what an address or a route leads to may be (linux/rtnetlink.h, /etc/iproute2/rt_scopes). */

/** RT_SCOPE_*: how far away what it leads to may be. */
export const routeScopeNumber = {
  /** Anywhere (RT_SCOPE_UNIVERSE). */
  global: 0,
  /** Within the site. */
  site: 200,
  /** Directly attached. */
  link: 253,
  /** This host. */
  host: 254,
  /** Does not exist. */
  nowhere: 255,
} as const

export type RouteScope = keyof typeof routeScopeNumber

const names: (RouteScope | number)[] = Array.from({ length: 256 }, (_, number) => number)
for (const [name, number] of Object.entries(routeScopeNumber)) names[number] = name as RouteScope

/** The name of a scope, or its number where it has none. */
export const scopeName = (number: number): RouteScope | number => names[number]!
