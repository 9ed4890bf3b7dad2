// Network namespaces: entering them, making them, giving them names, their sysctls, sockets inside.
//
// A thread is in one network namespace at a time and other threads do not move with it. What has to happen inside a
// namespace is done by a thread that goes there and comes back; one that can't come back must not be used again.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "descriptor.h"
#include "engine.h"
#include "thread.h"

namespace linkwright::netns {

// Where names live: each is a file on which a namespace is mounted. The place that ip-netns(8) uses.
inline constexpr const char kDirectory[] = "/run/netns";

// A system call that failed, or, false, none.
struct Failure {
  int error = 0;
  const char* syscall = "";
  explicit operator bool() const { return error != 0; }
};

// Runs `work` on the calling thread inside the namespace and comes back.
// `error` is the errno of entering (work was not run then); the fate says whether the thread came back.
struct Visit {
  int error = 0;
  WorkerFate fate = WorkerFate::keep;
};
Visit visit(int namespace_fd, const std::function<void()>& work);

// The same on a thread of its own that is thrown away after: for synchronous callers on the JavaScript thread.
int visit_aside(int namespace_fd, const std::function<void()>& work);

// Runs `work` on a thread of its own and waits for it. Returns the errno of making the thread.
int aside(const std::function<void()>& work);

inline constexpr const char kNoWayBack[] = "setns back";

// A stay of the calling thread in a namespace, for work that can run on no other thread.
class Stay {
 public:
  Stay() = default;
  ~Stay();
  Stay(const Stay&) = delete;
  Stay& operator=(const Stay&) = delete;

  // Enters, after making sure that the way back is open: `syscall` is kNoWayBack where it is not.
  Failure begin(int namespace_fd);
  // Comes back. A failure leaves the thread where it must not be.
  Failure end();

 private:
  Descriptor home_;
  std::optional<Away> away_;
};

// The namespace of the calling thread.
Failure current(Descriptor& out);

// Opens the namespace that a path leads to. EINVAL of ioctl(NS_GET_NSTYPE) where it is something else.
Failure open(const std::string& path, Descriptor& out);

// Another descriptor of the same namespace; `fd` stays the caller's.
Failure duplicate(int fd, Descriptor& out);

// Tells a namespace from all others that live at the same time.
struct Identity {
  uint64_t device = 0;
  uint64_t inode = 0;
};
Failure identify(int fd, Identity& out);

// Makes a namespace without a name: it lives as long as something refers to it.
// The calling thread leaves its own namespace for it, does `work` there, and the fate says whether it came back.
struct Creation {
  Failure failure;
  WorkerFate fate = WorkerFate::keep;
};
Creation create(Descriptor& out, const std::function<void()>& work = {});

// The same with a name, as `ip netns add` does it. On failure nothing is left behind, and the name is free again
// unless it was another's (EEXIST of "open").
Creation create(const std::string& name, Descriptor& out);

// Takes the name away, as `ip netns delete` does it. The namespace ends when nothing else refers to it.
Failure remove(const std::string& name);

// A name in use. `inode` is 0 where no network namespace is mounted on it.
struct Entry {
  std::string name;
  Identity identity;
};
Failure list(std::vector<Entry>& out);

// Whether `name` may be one: a file name of at most 255 bytes.
bool is_name(std::string_view name);

// Reads and writes a kernel parameter of the calling thread's namespace.
// `path` is below /proc/sys/net ("ipv4/ip_forward"); EINVAL of "open" where it would lead elsewhere.
Failure sysctl_get(std::string_view path, std::string& value);
Failure sysctl_set(std::string_view path, std::string_view value);

struct SocketSpec {
  int family = 0;  // AF_INET, AF_INET6
  int type = 0;    // SOCK_STREAM, SOCK_DGRAM
  bool bind = false;
  std::string address;  // to bind to; numeric, empty for any
  uint16_t port = 0;    // to bind to; 0 for any
  std::string scope;    // of a link-local address to bind to: a link's name or index
  bool reuse_address = false;
  bool reuse_port = false;
  bool ipv6_only = false;
};
// Opens a socket in the calling thread's namespace, close-on-exec and non-blocking.
Failure open_socket(const SocketSpec& spec, Descriptor& out);

}  // namespace linkwright::netns
