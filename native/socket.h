// One netlink socket: opened in a namespace, sent to, received from. Knows datagrams, not messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "descriptor.h"

namespace linkwright {

struct SocketOptions {
  int protocol = 0;              // NETLINK_ROUTE …
  uint32_t receive_buffer = 0;   // bytes; 0: as large as the process may have, at most 4 MiB
  uint32_t send_buffer = 0;      // bytes; 0: likewise
  bool strict = true;            // NETLINK_GET_STRICT_CHK: the kernel filters dumps and refuses unknown fields
  std::vector<uint32_t> groups;  // multicast groups to join
};

struct Received {
  size_t size = 0;         // bytes now in the buffer
  int error = 0;           // errno; EAGAIN: nothing there
  bool truncated = false;  // the datagram was longer than the buffer, its rest is lost
  bool foreign = false;    // it did not come from the kernel
};

// What the engine needs of a connection to a kernel. Tests put a scripted kernel behind it.
class Transport {
 public:
  virtual ~Transport() = default;
  // Sends one datagram; the kernel does the work of its requests inside this call. Returns 0 or an errno.
  virtual int send(std::span<const std::byte> datagram) = 0;
  // Receives one datagram without waiting.
  virtual Received receive(std::span<std::byte> buffer) = 0;
  // Waits until something can be received: 0, ETIMEDOUT, or the errno of the failure.
  virtual int wait(int timeout_ms) = 0;
  // The index of the link with this name, 0 where there is none; in the socket's own namespace.
  virtual uint32_t link_index(std::string_view name) = 0;
  virtual size_t send_limit() const = 0;     // the longest datagram that may be sent
  virtual size_t receive_limit() const = 0;  // bytes that may wait in the receive buffer, kernel overhead included
};

class KernelSocket final : public Transport {
 public:
  // Opens a socket in the calling thread's namespace. On failure returns the errno and leaves `out` closed.
  static int open(const SocketOptions& options, KernelSocket& out);

  KernelSocket() = default;
  int send(std::span<const std::byte> datagram) override;
  Received receive(std::span<std::byte> buffer) override;
  int wait(int timeout_ms) override;
  uint32_t link_index(std::string_view name) override;
  size_t send_limit() const override { return send_limit_; }
  size_t receive_limit() const override { return receive_limit_; }

  int join(uint32_t group, bool member);
  // A descriptor of the namespace the socket is in (SIOCGSKNS), or -errno.
  int namespace_descriptor() const;
  uint32_t port() const { return port_; }
  int fd() const { return fd_.get(); }
  void close() { fd_.reset(); }

 private:
  Descriptor fd_;
  uint32_t port_ = 0;
  size_t send_limit_ = 0;
  size_t receive_limit_ = 0;
};

}  // namespace linkwright
