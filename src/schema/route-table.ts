/** RT_TABLE_*: the tables that routes stand in and rules look into (linux/rtnetlink.h, /etc/iproute2/rt_tables). */

export const routeTableNumber = { unspec: 0, default: 253, main: 254, local: 255 } as const
export type RouteTable = keyof typeof routeTableNumber
