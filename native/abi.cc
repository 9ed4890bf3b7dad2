// Compile-time proof that the layouts src/ writes and reads byte by byte are the kernel's. Nothing here runs.
// A structure may have grown in newer headers: what is asserted is where the known fields are, and that the
// structure is not shorter than src/ takes it to be.
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_addrlabel.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/net_namespace.h>
#include <linux/netconf.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <bit>
#include <cstddef>

namespace {

// `type` is at least `size` bytes long.
#define LAYOUT(type, size) static_assert(sizeof(type) >= (size), #type " is shorter than src/ takes it to be")
// `field` of `type` is `width` bytes at `offset`.
#define FIELD(type, field, offset, width)                                            \
  static_assert(offsetof(type, field) == (offset) && sizeof(type::field) == (width), \
                #type "." #field " is not where src/ takes it to be")

// src/ writes 16-, 32- and 64-bit fields in the machine's own order, and network order where the kernel says so.
static_assert(std::endian::native == std::endian::little || std::endian::native == std::endian::big);

// Messages and attributes (linux/netlink.h).
static_assert(sizeof(nlmsghdr) == 16);
FIELD(nlmsghdr, nlmsg_len, 0, 4);
FIELD(nlmsghdr, nlmsg_type, 4, 2);
FIELD(nlmsghdr, nlmsg_flags, 6, 2);
FIELD(nlmsghdr, nlmsg_seq, 8, 4);
FIELD(nlmsghdr, nlmsg_pid, 12, 4);
static_assert(NLMSG_ALIGNTO == 4 && NLA_ALIGNTO == 4);
static_assert(sizeof(nlattr) == 4 && NLA_HDRLEN == 4);
FIELD(nlattr, nla_len, 0, 2);
FIELD(nlattr, nla_type, 2, 2);
static_assert(NLA_F_NESTED == 0x8000 && NLA_F_NET_BYTEORDER == 0x4000);
static_assert(sizeof(nlmsgerr) == 20);
FIELD(nlmsgerr, error, 0, 4);
FIELD(nlmsgerr, msg, 4, 16);
static_assert(sizeof(nla_bitfield32) == 8);
FIELD(nla_bitfield32, value, 0, 4);
FIELD(nla_bitfield32, selector, 4, 4);

static_assert(NLMSG_NOOP == 1 && NLMSG_ERROR == 2 && NLMSG_DONE == 3 && NLMSG_OVERRUN == 4);
static_assert(NLM_F_REQUEST == 0x1 && NLM_F_MULTI == 0x2 && NLM_F_ACK == 0x4 && NLM_F_ECHO == 0x8);
static_assert(NLM_F_DUMP_INTR == 0x10 && NLM_F_DUMP_FILTERED == 0x20);
static_assert(NLM_F_ROOT == 0x100 && NLM_F_MATCH == 0x200 && NLM_F_DUMP == 0x300);
static_assert(NLM_F_REPLACE == 0x100 && NLM_F_EXCL == 0x200 && NLM_F_CREATE == 0x400 && NLM_F_APPEND == 0x800);
static_assert(NLM_F_CAPPED == 0x100 && NLM_F_ACK_TLVS == 0x200);
static_assert(NLMSGERR_ATTR_MSG == 1 && NLMSGERR_ATTR_OFFS == 2 && NLMSGERR_ATTR_COOKIE == 3);
static_assert(NLMSGERR_ATTR_POLICY == 4);

// Links (linux/rtnetlink.h).
static_assert(sizeof(ifinfomsg) == 16);
FIELD(ifinfomsg, ifi_family, 0, 1);
FIELD(ifinfomsg, ifi_type, 2, 2);
FIELD(ifinfomsg, ifi_index, 4, 4);
FIELD(ifinfomsg, ifi_flags, 8, 4);
FIELD(ifinfomsg, ifi_change, 12, 4);
static_assert(sizeof(if_stats_msg) == 12);
FIELD(if_stats_msg, ifindex, 4, 4);
FIELD(if_stats_msg, filter_mask, 8, 4);

// Statistics (linux/if_link.h).
LAYOUT(rtnl_link_stats64, 24 * 8);
FIELD(rtnl_link_stats64, rx_packets, 0, 8);
FIELD(rtnl_link_stats64, tx_packets, 8, 8);
FIELD(rtnl_link_stats64, rx_bytes, 16, 8);
FIELD(rtnl_link_stats64, tx_bytes, 24, 8);
FIELD(rtnl_link_stats64, rx_errors, 32, 8);
FIELD(rtnl_link_stats64, tx_errors, 40, 8);
FIELD(rtnl_link_stats64, rx_dropped, 48, 8);
FIELD(rtnl_link_stats64, tx_dropped, 56, 8);
FIELD(rtnl_link_stats64, multicast, 64, 8);
FIELD(rtnl_link_stats64, collisions, 72, 8);
FIELD(rtnl_link_stats64, rx_length_errors, 80, 8);
FIELD(rtnl_link_stats64, rx_over_errors, 88, 8);
FIELD(rtnl_link_stats64, rx_crc_errors, 96, 8);
FIELD(rtnl_link_stats64, rx_frame_errors, 104, 8);
FIELD(rtnl_link_stats64, rx_fifo_errors, 112, 8);
FIELD(rtnl_link_stats64, rx_missed_errors, 120, 8);
FIELD(rtnl_link_stats64, tx_aborted_errors, 128, 8);
FIELD(rtnl_link_stats64, tx_carrier_errors, 136, 8);
FIELD(rtnl_link_stats64, tx_fifo_errors, 144, 8);
FIELD(rtnl_link_stats64, tx_heartbeat_errors, 152, 8);
FIELD(rtnl_link_stats64, tx_window_errors, 160, 8);
FIELD(rtnl_link_stats64, rx_compressed, 168, 8);
FIELD(rtnl_link_stats64, tx_compressed, 176, 8);
FIELD(rtnl_link_stats64, rx_nohandler, 184, 8);
LAYOUT(rtnl_link_ifmap, 32);
FIELD(rtnl_link_ifmap, mem_start, 0, 8);
FIELD(rtnl_link_ifmap, mem_end, 8, 8);
FIELD(rtnl_link_ifmap, base_addr, 16, 8);
FIELD(rtnl_link_ifmap, irq, 24, 2);
FIELD(rtnl_link_ifmap, dma, 26, 1);
FIELD(rtnl_link_ifmap, port, 27, 1);
static_assert(sizeof(ifla_vxlan_port_range) == 4);
FIELD(ifla_vxlan_port_range, low, 0, 2);
FIELD(ifla_vxlan_port_range, high, 2, 2);
static_assert(sizeof(bridge_vlan_info) == 4);
FIELD(bridge_vlan_info, flags, 0, 2);
FIELD(bridge_vlan_info, vid, 2, 2);

// Addresses (linux/if_addr.h).
static_assert(sizeof(ifaddrmsg) == 8);
FIELD(ifaddrmsg, ifa_family, 0, 1);
FIELD(ifaddrmsg, ifa_prefixlen, 1, 1);
FIELD(ifaddrmsg, ifa_flags, 2, 1);
FIELD(ifaddrmsg, ifa_scope, 3, 1);
FIELD(ifaddrmsg, ifa_index, 4, 4);
static_assert(sizeof(ifa_cacheinfo) == 16);
FIELD(ifa_cacheinfo, ifa_prefered, 0, 4);
FIELD(ifa_cacheinfo, ifa_valid, 4, 4);
FIELD(ifa_cacheinfo, cstamp, 8, 4);
FIELD(ifa_cacheinfo, tstamp, 12, 4);
static_assert(sizeof(ifaddrlblmsg) == 12);
FIELD(ifaddrlblmsg, ifal_family, 0, 1);
FIELD(ifaddrlblmsg, ifal_prefixlen, 2, 1);
FIELD(ifaddrlblmsg, ifal_index, 4, 4);

// Routes and rules (linux/rtnetlink.h, linux/fib_rules.h).
static_assert(sizeof(rtmsg) == 12);
FIELD(rtmsg, rtm_family, 0, 1);
FIELD(rtmsg, rtm_dst_len, 1, 1);
FIELD(rtmsg, rtm_src_len, 2, 1);
FIELD(rtmsg, rtm_tos, 3, 1);
FIELD(rtmsg, rtm_table, 4, 1);
FIELD(rtmsg, rtm_protocol, 5, 1);
FIELD(rtmsg, rtm_scope, 6, 1);
FIELD(rtmsg, rtm_type, 7, 1);
FIELD(rtmsg, rtm_flags, 8, 4);
static_assert(sizeof(rtnexthop) == 8);
FIELD(rtnexthop, rtnh_len, 0, 2);
FIELD(rtnexthop, rtnh_flags, 2, 1);
FIELD(rtnexthop, rtnh_hops, 3, 1);
FIELD(rtnexthop, rtnh_ifindex, 4, 4);
static_assert(sizeof(rtvia) == 2);
FIELD(rtvia, rtvia_family, 0, 2);
LAYOUT(rta_cacheinfo, 32);
FIELD(rta_cacheinfo, rta_clntref, 0, 4);
FIELD(rta_cacheinfo, rta_lastuse, 4, 4);
FIELD(rta_cacheinfo, rta_expires, 8, 4);
FIELD(rta_cacheinfo, rta_error, 12, 4);
FIELD(rta_cacheinfo, rta_used, 16, 4);
static_assert(sizeof(fib_rule_hdr) == 12);
FIELD(fib_rule_hdr, family, 0, 1);
FIELD(fib_rule_hdr, dst_len, 1, 1);
FIELD(fib_rule_hdr, src_len, 2, 1);
FIELD(fib_rule_hdr, tos, 3, 1);
FIELD(fib_rule_hdr, table, 4, 1);
FIELD(fib_rule_hdr, action, 7, 1);
FIELD(fib_rule_hdr, flags, 8, 4);
static_assert(sizeof(fib_rule_uid_range) == 8);
FIELD(fib_rule_uid_range, start, 0, 4);
FIELD(fib_rule_uid_range, end, 4, 4);
static_assert(sizeof(fib_rule_port_range) == 4);
FIELD(fib_rule_port_range, start, 0, 2);
FIELD(fib_rule_port_range, end, 2, 2);

// Neighbours and FDB entries (linux/neighbour.h).
static_assert(sizeof(ndmsg) == 12);
FIELD(ndmsg, ndm_family, 0, 1);
FIELD(ndmsg, ndm_ifindex, 4, 4);
FIELD(ndmsg, ndm_state, 8, 2);
FIELD(ndmsg, ndm_flags, 10, 1);
FIELD(ndmsg, ndm_type, 11, 1);
static_assert(sizeof(nda_cacheinfo) == 16);
FIELD(nda_cacheinfo, ndm_confirmed, 0, 4);
FIELD(nda_cacheinfo, ndm_used, 4, 4);
FIELD(nda_cacheinfo, ndm_updated, 8, 4);
FIELD(nda_cacheinfo, ndm_refcnt, 12, 4);

static_assert(sizeof(ndtmsg) == 4);
FIELD(ndtmsg, ndtm_family, 0, 1);
LAYOUT(ndt_config, 32);
FIELD(ndt_config, ndtc_key_len, 0, 2);
FIELD(ndt_config, ndtc_entries, 4, 4);
FIELD(ndt_config, ndtc_proxy_qlen, 28, 4);
LAYOUT(ndt_stats, 11 * 8);
FIELD(ndt_stats, ndts_allocs, 0, 8);
FIELD(ndt_stats, ndts_table_fulls, 80, 8);

// Multicast routes and what routers advertise (linux/rtnetlink.h).
LAYOUT(rta_mfc_stats, 24);
FIELD(rta_mfc_stats, mfcs_packets, 0, 8);
FIELD(rta_mfc_stats, mfcs_bytes, 8, 8);
FIELD(rta_mfc_stats, mfcs_wrong_if, 16, 8);
static_assert(sizeof(prefixmsg) == 12);
FIELD(prefixmsg, prefix_family, 0, 1);
FIELD(prefixmsg, prefix_ifindex, 4, 4);
FIELD(prefixmsg, prefix_len, 9, 1);
FIELD(prefixmsg, prefix_flags, 10, 1);
FIELD(prefix_cacheinfo, preferred_time, 0, 4);
FIELD(prefix_cacheinfo, valid_time, 4, 4);
static_assert(sizeof(nduseroptmsg) == 16);
FIELD(nduseroptmsg, nduseropt_opts_len, 2, 2);
FIELD(nduseroptmsg, nduseropt_ifindex, 4, 4);
FIELD(nduseroptmsg, nduseropt_icmp_type, 8, 1);

// Namespace ids (linux/net_namespace.h, linux/rtnetlink.h).
static_assert(sizeof(rtgenmsg) == 1);
FIELD(rtgenmsg, rtgen_family, 0, 1);
static_assert(NETNSA_NSID == 1 && NETNSA_PID == 2 && NETNSA_FD == 3);

// Settings (linux/netconf.h).
static_assert(sizeof(netconfmsg) == 1);
static_assert(NETCONFA_IFINDEX_ALL == -1 && NETCONFA_IFINDEX_DEFAULT == -2);

#undef FIELD
#undef LAYOUT

}  // namespace
