/** IP6_TNL_F_*: switches of tunnels over IPv6 (linux/ip6_tunnel.h; ip-tunnel(8)). */
export const ip6TunnelFlag = {
  /** No tunnel encapsulation limit is added (`encaplimit none` of ip-link). */
  ignEncapLimit: 0x1,
  /** The traffic class is the inner header's. */
  useOrigTclass: 0x2,
  /** The flow label is the inner header's. */
  useOrigFlowlabel: 0x4,
  /** For Mobile IPv6. */
  mip6Dev: 0x8,
  /** The inner DSCP becomes the outer one's. */
  rcvDscpCopy: 0x10,
  /** The mark is the inner packet's. */
  useOrigFwmark: 0x20,
  /** The remote end may be this host. */
  allowLocalRemote: 0x40,
  /** What the kernel found out and tells: whether packets can be sent, received, or it depends on the packet. */
  capXmit: 0x10000,
  capRcv: 0x20000,
  capPerPacket: 0x40000,
} as const
