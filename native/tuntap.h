// TUN and TAP devices: links whose packets are read and written through descriptors of /dev/net/tun (tun(4),
// Documentation/networking/tuntap.rst). Everything here is done in the calling thread's network namespace.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "descriptor.h"
#include "netns.h"

namespace linkwright::tuntap {

inline constexpr const char kDevice[] = "/dev/net/tun";

struct Spec {
  std::string name;        // a %d in it is numbered by the kernel; empty: its choice
  bool tap = false;        // Ethernet frames; otherwise IP packets
  bool exclusive = false;  // it must not be there yet
  uint32_t ifindex = 0;    // to have when it is made; 0: the kernel's choice
  bool multi_queue = false;
  unsigned queues = 1;       // to attach; more than one with multi_queue alone
  bool packet_info = false;  // struct tun_pi before each packet
  bool vnet_header = false;  // struct virtio_net_hdr before each packet
  int vnet_header_size = 0;  // of it, with what the reader wants behind it; 0: as it is
  std::optional<uint32_t> owner;
  std::optional<uint32_t> group;
  std::optional<bool> persist;
  bool non_blocking = false;
};

// A device and the queues of it that were attached. It goes with the last of them unless it is persistent.
struct Device {
  std::string name;
  uint32_t ifindex = 0;
  std::vector<Descriptor> queues;
};

// Makes the device, or attaches to the one of that name. On failure nothing that was made is left.
netns::Failure open(const Spec& spec, Device& out);

// Takes persistence away, so that the device goes at once. ENODEV where there is none of the name, EINVAL of
// TUNSETIFF where it is another kind of link, EBUSY where others are attached to it.
netns::Failure remove(const std::string& name);

}  // namespace linkwright::tuntap
