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
  /** Packets received, those that were dropped afterwards among them. */
  rxPackets?: number
  /** Packets sent: of hardware, handed to the device. */
  txPackets?: number
  /** Bytes received, in `rxPackets`. */
  rxBytes?: number
  /** Bytes sent, in `txPackets`. */
  txBytes?: number
  /** Bad packets received: all of `rxLengthErrors`, `rxCrcErrors`, `rxFrameErrors` and others. */
  rxErrors?: number
  /** Packets that could not be sent: all of the errors of `tx…` below and others. */
  txErrors?: number
  /** Not processed for want of resources, or by the driver's decision. */
  rxDropped?: number
  /** Dropped on the way to the device, for want of resources. */
  txDropped?: number
  /** Multicast packets received. */
  multicast?: number
  /** Collisions while packets were sent, on half-duplex Ethernet. */
  collisions?: number
  /** Dropped since their length was not valid. */
  rxLengthErrors?: number
  /** Packets that did not fit into the host's buffers, or overflows of the receiver, as the driver has it. */
  rxOverErrors?: number
  /** Received with a wrong checksum of the link layer (CRC). */
  rxCrcErrors?: number
  /** Received not aligned to whole bytes. */
  rxFrameErrors?: number
  /** Overflows of the receive queue; of GRE, packets out of sequence. */
  rxFifoErrors?: number
  /** Dropped by the device since the host did not keep up. */
  rxMissedErrors?: number
  /** Given up: after too many collisions, or by the device for other reasons. */
  txAbortedErrors?: number
  /** Not sent since the carrier was lost. */
  txCarrierErrors?: number
  /** Not sent since the device ran out of data in the middle of a packet. */
  txFifoErrors?: number
  /** Failed heartbeat tests (SQE) of old half-duplex Ethernet. */
  txHeartbeatErrors?: number
  /** Late collisions. */
  txWindowErrors?: number
  /** Compressed packets received, on links that compress (CSLIP, PPP). */
  rxCompressed?: number
  /** Compressed packets sent, on links that compress (CSLIP, PPP). */
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
