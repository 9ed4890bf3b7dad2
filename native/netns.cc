#include "netns.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "thread.h"

namespace linkwright::netns {

namespace {

constexpr const char* kCurrent = "/proc/thread-self/ns/net";
constexpr std::string_view kSysctls = "/proc/sys/net/";
// No parameter is nearly as long; a table such as ip_local_reserved_ports may have some thousand characters.
constexpr size_t kSysctlLimit = 1 << 20;
// Mounts on top of each other that are taken off one name. `ip netns attach` can stack them.
constexpr int kStackLimit = 64;

Failure failed(const char* syscall) { return {errno, syscall}; }

std::string path_of(const std::string& name) { return std::string(kDirectory) + '/' + name; }

// Whether a descriptor is of a network namespace.
Failure check_kind(int fd) {
  constexpr const char* kSyscall = "ioctl(NS_GET_NSTYPE)";
  struct statfs file_system;
  if (::fstatfs(fd, &file_system) != 0) return failed("fstatfs");
  if (file_system.f_type != NSFS_MAGIC) return {EINVAL, kSyscall};
  const int kind = ::ioctl(fd, NS_GET_NSTYPE);
  if (kind < 0) return failed(kSyscall);
  return kind == CLONE_NEWNET ? Failure{} : Failure{EINVAL, kSyscall};
}

// The directory of names as `ip netns add` prepares it: a shared mount, so that names made in one mount namespace
// are seen, and unmounted, in the others. Undone unless kept.
class Directory {
 public:
  Directory() = default;
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() {
    // Both refuse where somebody has put a name there meanwhile.
    if (mounted_) ::umount2(kDirectory, UMOUNT_NOFOLLOW);
    if (made_) ::rmdir(kDirectory);
  }
  void keep() { made_ = mounted_ = false; }

  Failure prepare() {
    made_ = ::mkdir(kDirectory, S_IRWXU | S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH) == 0;
    if (!made_ && errno != EEXIST) return failed("mkdir");
    // Two that prepare it at once would mount it twice; ip takes the same lock.
    const Descriptor lock(::open(kDirectory, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!lock) return failed("open");
    while (::flock(lock.get(), LOCK_EX) != 0) {
      if (errno != EINTR) return failed("flock");
    }
    // Without MS_REC, which would walk over every name there is: what is mounted below a shared mount is shared.
    if (::mount("", kDirectory, "none", MS_SHARED, nullptr) == 0) return {};
    if (errno != EINVAL) return failed("mount");
    // It is no mount point yet.
    if (::mount(kDirectory, kDirectory, "none", MS_BIND | MS_REC, nullptr) != 0) return failed("mount");
    mounted_ = true;
    if (::mount("", kDirectory, "none", MS_SHARED | MS_REC, nullptr) != 0) return failed("mount");
    return {};
  }

 private:
  bool made_ = false;
  bool mounted_ = false;
};

// A name that is being taken: a file that is removed again unless kept.
class Claim {
 public:
  explicit Claim(std::string path) : path_(std::move(path)) {}
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;
  ~Claim() {
    if (claimed_) ::unlink(path_.c_str());
  }
  void keep() { claimed_ = false; }

  Failure take() {
    const Descriptor file(::open(path_.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0));
    claimed_ = static_cast<bool>(file);
    return claimed_ ? Failure{} : failed("open");
  }

  Failure bind(int namespace_fd) {
    const std::string source = "/proc/thread-self/fd/" + std::to_string(namespace_fd);
    return ::mount(source.c_str(), path_.c_str(), "none", MS_BIND, nullptr) == 0 ? Failure{} : failed("mount");
  }

 private:
  std::string path_;
  bool claimed_ = false;
};

Failure open_sysctl(std::string_view path, int flags, Descriptor& out) {
  for (size_t at = 0; at <= path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    const std::string_view part = path.substr(at, end - at);
    if (part.empty() || part == "." || part == ".." || part.find('\0') != std::string_view::npos) {
      return {EINVAL, "open"};
    }
    at = end + 1;
  }
  // /proc/sys/net shows the parameters of the namespace of the thread that opens them, wherever it is mounted.
  const std::string full = std::string(kSysctls).append(path);
  out.reset(::open(full.c_str(), flags | O_CLOEXEC));
  return out ? Failure{} : failed("open");
}

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

bool make_address(const SocketSpec& spec, uint32_t scope, SocketAddress& out) {
  if (spec.family == AF_INET6) {
    auto& address = reinterpret_cast<sockaddr_in6&>(out.storage);
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(spec.port);
    address.sin6_scope_id = scope;
    out.size = sizeof address;
    return spec.address.empty() || ::inet_pton(AF_INET6, spec.address.c_str(), &address.sin6_addr) == 1;
  }
  auto& address = reinterpret_cast<sockaddr_in&>(out.storage);
  address.sin_family = AF_INET;
  address.sin_port = htons(spec.port);
  out.size = sizeof address;
  return spec.address.empty() || ::inet_pton(AF_INET, spec.address.c_str(), &address.sin_addr) == 1;
}

// A link of the socket's namespace by name or index; 0 where there is none.
uint32_t link_index(int socket_fd, const std::string& link) {
  uint32_t index = 0;
  const auto [end, error] = std::from_chars(link.data(), link.data() + link.size(), index);
  if (error == std::errc{} && end == link.data() + link.size()) return index;
  ifreq request{};
  if (link.size() >= sizeof request.ifr_name) return 0;
  memcpy(request.ifr_name, link.data(), link.size());
  return ::ioctl(socket_fd, SIOCGIFINDEX, &request) == 0 ? static_cast<uint32_t>(request.ifr_ifindex) : 0;
}

Failure set_option(int fd, int level, int option, int value) {
  return ::setsockopt(fd, level, option, &value, sizeof value) == 0 ? Failure{} : failed("setsockopt");
}

}  // namespace

Failure current(Descriptor& out) {
  out.reset(::open(kCurrent, O_RDONLY | O_CLOEXEC));
  return out ? Failure{} : failed("open");
}

Visit visit(int namespace_fd, const std::function<void()>& work) {
  Descriptor home;
  if (const Failure failure = current(home)) return {failure.error, WorkerFate::keep};
  if (::setns(namespace_fd, CLONE_NEWNET) != 0) return {errno, WorkerFate::keep};
  work();
  return {0, ::setns(home.get(), CLONE_NEWNET) == 0 ? WorkerFate::keep : WorkerFate::discard};
}

int visit_aside(int namespace_fd, const std::function<void()>& work) {
  int error = 0;
  const int refused = aside([&] {
    if (::setns(namespace_fd, CLONE_NEWNET) != 0) {
      error = errno;
    } else {
      work();
    }
  });
  return refused != 0 ? refused : error;
}

int aside(const std::function<void()>& work) {
  Thread thread;
  const int error = thread.start(work);
  thread.join();
  return error;
}

Stay::~Stay() {
  if (home_) end();
}

Failure Stay::begin(int namespace_fd) {
  Descriptor home;
  if (const Failure failure = current(home)) return failure;
  // In a user namespace that does not own its network namespace one may leave it and not return.
  // Entering where one already is asks for the same permission and changes nothing.
  if (::setns(home.get(), CLONE_NEWNET) != 0) return failed(kNoWayBack);
  if (::setns(namespace_fd, CLONE_NEWNET) != 0) return failed("setns");
  home_ = std::move(home);
  away_.emplace(home_.get());
  return {};
}

Failure Stay::end() {
  away_.reset();
  const Descriptor home = std::move(home_);
  return ::setns(home.get(), CLONE_NEWNET) == 0 ? Failure{} : failed(kNoWayBack);
}

Failure open(const std::string& path, Descriptor& out) {
  // Without O_NONBLOCK the reading end of a pipe would wait for a writer.
  Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) return failed("open");
  if (const Failure failure = check_kind(fd.get())) return failure;
  out = std::move(fd);
  return {};
}

Failure duplicate(int fd, Descriptor& out) {
  Descriptor copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!copy) return failed("fcntl(F_DUPFD_CLOEXEC)");
  if (const Failure failure = check_kind(copy.get())) return failure;
  out = std::move(copy);
  return {};
}

Failure identify(int fd, Identity& out) {
  struct stat status;
  if (::fstat(fd, &status) != 0) return failed("fstat");
  out = {status.st_dev, status.st_ino};
  return {};
}

Creation create(Descriptor& out, const std::function<void()>& work) {
  Descriptor home;
  if (const Failure failure = current(home)) return {failure, WorkerFate::keep};
  if (::unshare(CLONE_NEWNET) != 0) return {failed("unshare"), WorkerFate::keep};
  const Failure failure = current(out);
  if (!failure && work) work();
  return {failure, ::setns(home.get(), CLONE_NEWNET) == 0 ? WorkerFate::keep : WorkerFate::discard};
}

Creation create(const std::string& name, Descriptor& out) {
  const auto refuse = [](const Failure& failure) { return Creation{failure, WorkerFate::keep}; };
  if (!is_name(name)) return refuse({EINVAL, "open"});
  Directory directory;
  if (const Failure failure = directory.prepare()) return refuse(failure);
  Claim claim(path_of(name));
  if (const Failure failure = claim.take()) return refuse(failure);
  Descriptor made;
  Creation creation = create(made);
  if (!creation.failure) creation.failure = claim.bind(made.get());
  if (creation.failure) return creation;
  claim.keep();
  directory.keep();
  out = std::move(made);
  return creation;
}

Failure remove(const std::string& name) {
  if (!is_name(name)) return {EINVAL, "unlink"};
  const std::string path = path_of(name);
  int refused = 0;
  for (int depth = 0; depth < kStackLimit && refused == 0; depth++) {
    refused = ::umount2(path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0 ? 0 : errno;
  }
  // EINVAL: nothing is mounted on it, or no more. What else is wrong with it, unlink will say, save for permission.
  if (::unlink(path.c_str()) == 0) return {};
  return refused == EPERM && errno == EBUSY ? Failure{refused, "umount2"} : failed("unlink");
}

Failure list(std::vector<Entry>& out) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(kDirectory), ::closedir);
  if (!directory) return errno == ENOENT ? Failure{} : failed("opendir");
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(directory.get());
    if (entry == nullptr) return errno == 0 ? Failure{} : failed("readdir");
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    Entry& found = out.emplace_back(Entry{name, {}});
    Descriptor fd;
    if (!open(path_of(name), fd)) identify(fd.get(), found.identity);
  }
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= NAME_MAX && name != "." && name != ".." &&
         name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

Failure sysctl_get(std::string_view path, std::string& value) {
  Descriptor fd;
  if (const Failure failure = open_sysctl(path, O_RDONLY, fd)) return failure;
  std::string read;
  for (char buffer[4096]; read.size() < kSysctlLimit;) {
    const ssize_t size = ::read(fd.get(), buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return failed("read");
    if (size == 0) break;
    read.append(buffer, static_cast<size_t>(size));
  }
  if (read.ends_with('\n')) read.pop_back();
  value = std::move(read);
  return {};
}

Failure sysctl_set(std::string_view path, std::string_view value) {
  Descriptor fd;
  if (const Failure failure = open_sysctl(path, O_WRONLY, fd)) return failure;
  // In one write: the kernel takes each for a whole value. With an end of line, or an empty value would be no write.
  const std::string line = std::string(value) + '\n';
  ssize_t size = 0;
  do {
    size = ::write(fd.get(), line.data(), line.size());
  } while (size < 0 && errno == EINTR);
  return size < 0 ? failed("write") : Failure{};
}

Failure open_socket(const SocketSpec& spec, Descriptor& out) {
  Descriptor fd(::socket(spec.family, spec.type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return failed("socket");
  const bool stream = spec.type == SOCK_STREAM;
  // What libuv sets: for TCP always, so that a port can be taken again while old connections of it wait.
  if (spec.reuse_address || stream) {
    if (const Failure failure = set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1)) return failure;
  }
  if (spec.reuse_port) {
    if (const Failure failure = set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1)) return failure;
  }
  if (spec.family == AF_INET6 && (spec.ipv6_only || stream)) {
    if (const Failure failure = set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, spec.ipv6_only)) return failure;
  }
  if (spec.bind) {
    const uint32_t scope = spec.scope.empty() ? 0 : link_index(fd.get(), spec.scope);
    if (scope == 0 && !spec.scope.empty()) return {ENODEV, "ioctl(SIOCGIFINDEX)"};
    SocketAddress address;
    if (!make_address(spec, scope, address)) return {EINVAL, "bind"};
    if (::bind(fd.get(), address.get(), address.size) != 0) return failed("bind");
  }
  out = std::move(fd);
  return {};
}

}  // namespace linkwright::netns
