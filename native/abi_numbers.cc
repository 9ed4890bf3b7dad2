// Compile-time proof that the attribute numbers of src/schema are those of the headers that are installed. Nothing here
// runs. The numbers are in abi_numbers.inc, which `npm run abi` writes from the schema.
//
// Headers older than an attribute do not have it, and the preprocessor can't ask for an enumerator. The compiler can:
// the headers are included in a namespace inside one where each name stands for kMissing, so that a name means what the
// header says where it says anything, and kMissing where it does not.
#include <asm/byteorder.h>
#include <linux/socket.h>
#include <linux/types.h>

namespace linkwright::abi {

enum Missing : long {
  kMissing = -1,
#define NUMBER(name, number) name = kMissing,
#include "abi_numbers.inc"
#undef NUMBER
};

namespace kernel {

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
// Of the others some came with Linux 5.0 or later, and any may go: those of Linux 7.2 have no CAIF any more.
#if __has_include(<linux/amt.h>)
#include <linux/amt.h>
#endif
#if __has_include(<linux/caif/if_caif.h>)
#include <linux/caif/if_caif.h>
#endif
#if __has_include(<linux/can/netlink.h>)
#include <linux/can/netlink.h>
#endif
#if __has_include(<linux/can/vxcan.h>)
#include <linux/can/vxcan.h>
#endif
#if __has_include(<linux/fib_rules.h>)
#include <linux/fib_rules.h>
#endif
#if __has_include(<linux/if.h>)
#include <linux/if.h>
#endif
#if __has_include(<linux/if_addrlabel.h>)
#include <linux/if_addrlabel.h>
#endif
#if __has_include(<linux/if_bonding.h>)
#include <linux/if_bonding.h>
#endif
#if __has_include(<linux/if_bridge.h>)
#include <linux/if_bridge.h>
#endif
#if __has_include(<linux/if_tunnel.h>)
#include <linux/if_tunnel.h>
#endif
#if __has_include(<linux/ila.h>)
#include <linux/ila.h>
#endif
#if __has_include(<linux/ioam6_iptunnel.h>)
#include <linux/ioam6_iptunnel.h>
#endif
#if __has_include(<linux/ip.h>)
#include <linux/ip.h>
#endif
#if __has_include(<linux/ipv6.h>)
#include <linux/ipv6.h>
#endif
#if __has_include(<linux/lwtunnel.h>)
#include <linux/lwtunnel.h>
#endif
#if __has_include(<linux/mpls.h>)
#include <linux/mpls.h>
#endif
#if __has_include(<linux/mpls_iptunnel.h>)
#include <linux/mpls_iptunnel.h>
#endif
#if __has_include(<linux/mroute.h>)
#include <linux/mroute.h>
#endif
#if __has_include(<linux/mroute6.h>)
#include <linux/mroute6.h>
#endif
#if __has_include(<linux/net_namespace.h>)
#include <linux/net_namespace.h>
#endif
#if __has_include(<linux/netconf.h>)
#include <linux/netconf.h>
#endif
#if __has_include(<linux/nexthop.h>)
#include <linux/nexthop.h>
#endif
#if __has_include(<linux/rpl_iptunnel.h>)
#include <linux/rpl_iptunnel.h>
#endif
#if __has_include(<linux/seg6_iptunnel.h>)
#include <linux/seg6_iptunnel.h>
#endif
#if __has_include(<linux/seg6_local.h>)
#include <linux/seg6_local.h>
#endif
#if __has_include(<linux/veth.h>)
#include <linux/veth.h>
#endif
#if __has_include(<linux/wwan.h>)
#include <linux/wwan.h>
#endif

#define NUMBER(name, number)                                                                \
  static_assert(static_cast<long>(name) == kMissing || static_cast<long>(name) == (number), \
                #name " is not the number that src/schema takes it to be");
#include "abi_numbers.inc"
#undef NUMBER

// The names do come from the headers: each of these is as old as its family.
static_assert(static_cast<long>(IFLA_ADDRESS) == 1 && static_cast<long>(IFLA_INFO_KIND) == 1);
static_assert(static_cast<long>(IFA_ADDRESS) == 1 && static_cast<long>(NDA_DST) == 1);
static_assert(static_cast<long>(RTA_DST) == 1 && static_cast<long>(RTAX_LOCK) == 1);

}  // namespace kernel

}  // namespace linkwright::abi
