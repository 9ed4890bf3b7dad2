#include "tuntap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <utility>

namespace linkwright::tuntap {

namespace {

using netns::Failure;

constexpr const char* kSetInterface = "ioctl(TUNSETIFF)";

Failure failed(const char* syscall) { return {errno, syscall}; }

Failure open_device(bool non_blocking, Descriptor& out) {
  out.reset(::open(kDevice, O_RDWR | O_CLOEXEC | (non_blocking ? O_NONBLOCK : 0)));
  return out ? Failure{} : failed("open");
}

bool put_name(const std::string& name, ifreq& request) {
  if (name.size() >= sizeof request.ifr_name || name.find('\0') != std::string::npos) return false;
  memcpy(request.ifr_name, name.data(), name.size());
  return true;
}

// Attaches a descriptor to a device, which is made where there is none. `name` becomes the one that it has.
Failure attach(int fd, int flags, std::string& name) {
  ifreq request{};
  if (!put_name(name, request)) return {EINVAL, kSetInterface};
  request.ifr_flags = static_cast<short>(flags);
  if (::ioctl(fd, TUNSETIFF, &request) != 0) return failed(kSetInterface);
  name.assign(request.ifr_name, strnlen(request.ifr_name, sizeof request.ifr_name));
  return {};
}

Failure find_index(const std::string& name, uint32_t& out) {
  const Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return failed("socket");
  ifreq request{};
  if (!put_name(name, request)) return {ENODEV, "ioctl(SIOCGIFINDEX)"};
  if (::ioctl(socket.get(), SIOCGIFINDEX, &request) != 0) return failed("ioctl(SIOCGIFINDEX)");
  out = static_cast<uint32_t>(request.ifr_ifindex);
  return {};
}

int flags_of(const Spec& spec) {
  int flags = spec.tap ? IFF_TAP : IFF_TUN;
  if (!spec.packet_info) flags |= IFF_NO_PI;
  if (spec.vnet_header) flags |= IFF_VNET_HDR;
  if (spec.multi_queue) flags |= IFF_MULTI_QUEUE;
  return flags;
}

// What TUNSETIFF leaves to be said. Persistence comes last: what fails before goes with the descriptors.
Failure configure(int fd, const Spec& spec) {
  if (spec.vnet_header_size != 0 && ::ioctl(fd, TUNSETVNETHDRSZ, &spec.vnet_header_size) != 0) {
    return failed("ioctl(TUNSETVNETHDRSZ)");
  }
  if (spec.owner && ::ioctl(fd, TUNSETOWNER, static_cast<unsigned long>(*spec.owner)) != 0) {
    return failed("ioctl(TUNSETOWNER)");
  }
  if (spec.group && ::ioctl(fd, TUNSETGROUP, static_cast<unsigned long>(*spec.group)) != 0) {
    return failed("ioctl(TUNSETGROUP)");
  }
  if (spec.persist && ::ioctl(fd, TUNSETPERSIST, *spec.persist ? 1UL : 0UL) != 0) {
    return failed("ioctl(TUNSETPERSIST)");
  }
  return {};
}

}  // namespace

Failure open(const Spec& spec, Device& out) {
  Device device{spec.name, 0, {}};
  int flags = flags_of(spec);
  // The kernel takes an index only for a device that it makes.
  if (spec.exclusive || spec.ifindex != 0) flags |= IFF_TUN_EXCL;
  for (unsigned queue = 0; queue < spec.queues; queue++) {
    Descriptor fd;
    if (const Failure failure = open_device(spec.non_blocking, fd)) return failure;
    if (queue == 0 && spec.ifindex != 0 && ::ioctl(fd.get(), TUNSETIFINDEX, &spec.ifindex) != 0) {
      return failed("ioctl(TUNSETIFINDEX)");
    }
    if (const Failure failure = attach(fd.get(), flags, device.name)) return failure;
    flags &= ~IFF_TUN_EXCL;
    device.queues.push_back(std::move(fd));
  }
  if (device.queues.empty()) return {EINVAL, kSetInterface};
  if (const Failure failure = find_index(device.name, device.ifindex)) return failure;
  if (const Failure failure = configure(device.queues.front().get(), spec)) return failure;
  out = std::move(device);
  return {};
}

Failure remove(const std::string& name) {
  uint32_t index = 0;
  if (const Failure failure = find_index(name, index)) return failure;
  Descriptor fd;
  if (const Failure failure = open_device(false, fd)) return failure;
  // Which of the four it is nobody tells; of another the kernel says EINVAL.
  Failure refusal;
  for (const int flags : {IFF_TAP, IFF_TUN, IFF_TAP | IFF_MULTI_QUEUE, IFF_TUN | IFF_MULTI_QUEUE}) {
    std::string attached = name;
    refusal = attach(fd.get(), flags | IFF_NO_PI, attached);
    if (refusal.error != EINVAL) break;
  }
  if (refusal) return refusal;
  // Where it went meanwhile this descriptor has made another, which goes with it.
  uint32_t attached = 0;
  if (const Failure failure = find_index(name, attached)) return failure;
  if (attached != index) return {ENODEV, kSetInterface};
  if (::ioctl(fd.get(), TUNSETPERSIST, 0UL) != 0) return failed("ioctl(TUNSETPERSIST)");
  fd.reset();
  if (!find_index(name, attached) && attached == index) return {EBUSY, "ioctl(TUNSETPERSIST)"};
  return {};
}

}  // namespace linkwright::tuntap
