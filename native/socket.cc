#include "socket.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>

namespace linkwright {

namespace {

constexpr int kWantedBuffer = 4 << 20;

// Asks for a buffer with privilege, then within net.core.{r,w}mem_max. Returns what the socket then has.
size_t size_buffer(int fd, int forced_option, int option, uint32_t wanted) {
  const int size = wanted != 0 ? static_cast<int>(std::min<uint32_t>(wanted, 1U << 30)) : kWantedBuffer;
  if (setsockopt(fd, SOL_SOCKET, forced_option, &size, sizeof size) != 0) {
    setsockopt(fd, SOL_SOCKET, option, &size, sizeof size);
  }
  int granted = 0;
  socklen_t length = sizeof granted;
  getsockopt(fd, SOL_SOCKET, option, &granted, &length);
  return static_cast<size_t>(granted);
}

int last_error() { return errno; }

}  // namespace

int KernelSocket::open(const SocketOptions& options, KernelSocket& out) {
  Descriptor fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, options.protocol));
  if (!fd) return last_error();
  const int on = 1;
  // Both came in 4.12; without them errors still have their number.
  setsockopt(fd.get(), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
  setsockopt(fd.get(), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
  if (options.strict) setsockopt(fd.get(), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof on);
  out.receive_limit_ = size_buffer(fd.get(), SO_RCVBUFFORCE, SO_RCVBUF, options.receive_buffer);
  // netlink_sendmsg() refuses what is longer than the send buffer less 32 bytes.
  out.send_limit_ = size_buffer(fd.get(), SO_SNDBUFFORCE, SO_SNDBUF, options.send_buffer) - 32;

  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return last_error();
  socklen_t length = sizeof address;
  if (::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0) return last_error();
  out.port_ = address.nl_pid;
  out.fd_ = std::move(fd);
  for (const uint32_t group : options.groups) {
    if (const int error = out.join(group, true)) {
      out.close();
      return error;
    }
  }
  return 0;
}

int KernelSocket::send(std::span<const std::byte> datagram) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  for (;;) {
    const ssize_t sent = ::sendto(fd_.get(), datagram.data(), datagram.size(), 0,
                                  reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
    if (sent >= 0) return 0;
    if (errno != EINTR) return last_error();
  }
}

Received KernelSocket::receive(std::span<std::byte> buffer) {
  Received result;
  sockaddr_nl from{};
  iovec part{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  ssize_t size = 0;
  do {
    size = ::recvmsg(fd_.get(), &message, MSG_DONTWAIT);
  } while (size < 0 && errno == EINTR);
  if (size < 0) {
    result.error = last_error();
    return result;
  }
  result.size = static_cast<size_t>(size);
  result.truncated = (message.msg_flags & MSG_TRUNC) != 0;
  result.foreign = message.msg_namelen < sizeof from || from.nl_pid != 0;
  return result;
}

int KernelSocket::wait(int timeout_ms) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
  pollfd poll{fd_.get(), POLLIN, 0};
  for (int left = timeout_ms;;) {
    const int ready = ::poll(&poll, 1, left);
    if (ready > 0) return 0;
    if (ready == 0) return ETIMEDOUT;
    if (errno != EINTR) return last_error();
    // A signal does not start the time again.
    if (timeout_ms >= 0) {
      const auto rest = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
      left = std::max(0, static_cast<int>(rest.count()));
    }
  }
}

uint32_t KernelSocket::link_index(std::string_view name) {
  ifreq request{};
  if (name.empty() || name.size() >= sizeof request.ifr_name) return 0;
  memcpy(request.ifr_name, name.data(), name.size());
  return ::ioctl(fd_.get(), SIOCGIFINDEX, &request) == 0 ? static_cast<uint32_t>(request.ifr_ifindex) : 0;
}

int KernelSocket::join(uint32_t group, bool member) {
  const int option = member ? NETLINK_ADD_MEMBERSHIP : NETLINK_DROP_MEMBERSHIP;
  return setsockopt(fd_.get(), SOL_NETLINK, option, &group, sizeof group) == 0 ? 0 : last_error();
}

int KernelSocket::namespace_descriptor() const {
  const int fd = ::ioctl(fd_.get(), SIOCGSKNS);
  return fd >= 0 ? fd : -last_error();
}

}  // namespace linkwright
