/** Counters of a link: struct rtnl_link_stats64 and its 32-bit elder (linux/if_link.h). */
import { struct } from '../wire/struct.js'

const counters = <const T extends 'u32' | 'u64'>(type: T) => ({
  rxPackets: type,
  txPackets: type,
  rxBytes: type,
  txBytes: type,
  rxErrors: type,
  txErrors: type,
  rxDropped: type,
  txDropped: type,
  multicast: type,
  collisions: type,
  rxLengthErrors: type,
  rxOverErrors: type,
  rxCrcErrors: type,
  rxFrameErrors: type,
  rxFifoErrors: type,
  rxMissedErrors: type,
  txAbortedErrors: type,
  txCarrierErrors: type,
  txFifoErrors: type,
  txHeartbeatErrors: type,
  txWindowErrors: type,
  rxCompressed: type,
  txCompressed: type,
  rxNohandler: type,
})

/**
 * Counters since the link was made (IFLA_STATS64): packets, bytes and errors. Exact up to 2^53.
 * A counter that an older kernel does not have is absent.
 */
export interface LinkStatistics {
  rxPackets?: number
  txPackets?: number
  rxBytes?: number
  txBytes?: number
  rxErrors?: number
  txErrors?: number
  /** Not processed for want of resources, or by the driver's decision. */
  rxDropped?: number
  txDropped?: number
  /** Multicast packets received. */
  multicast?: number
  collisions?: number
  rxLengthErrors?: number
  rxOverErrors?: number
  rxCrcErrors?: number
  rxFrameErrors?: number
  rxFifoErrors?: number
  rxMissedErrors?: number
  txAbortedErrors?: number
  txCarrierErrors?: number
  txFifoErrors?: number
  txHeartbeatErrors?: number
  txWindowErrors?: number
  rxCompressed?: number
  txCompressed?: number
  /** Dropped since nobody listens on an inactive link (the backup of a bond). */
  rxNohandler?: number
  /** Dropped since the MAC address is another host's (5.19). */
  rxOtherhostDropped?: number
}

/** IFLA_STATS64. */
export const statistics64 = () => struct('rtnl_link_stats64', { ...counters('u64'), rxOtherhostDropped: 'u64' })
/** IFLA_STATS: the same counters modulo 2^32. */
export const statistics32 = () => struct('rtnl_link_stats', counters('u32'))
