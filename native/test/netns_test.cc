// Each test runs on a thread that has left for network and mount namespaces of its own, with an empty /run.
// What needs privilege is skipped without it.
#include "netns.h"

#include <dirent.h>
#include <doctest/doctest.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace linkwright;  // NOLINT(google-build-using-namespace)

// Whether a thread may leave for namespaces of its own; asked of a thread, since it may.
bool may_unshare() {
  bool may = false;
  std::thread([&] { may = ::unshare(CLONE_NEWNET | CLONE_NEWNS) == 0; }).join();
  return may;
}
const bool kUnprivileged = !may_unshare();

void in_a_world_of_its_own(const std::function<void()>& test) {
  bool ready = false;
  std::thread([&] {
    ready = ::unshare(CLONE_NEWNET | CLONE_NEWNS) == 0 &&
            ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
            ::mount("tmpfs", "/run", "tmpfs", 0, nullptr) == 0;
    if (ready) test();
  }).join();
  REQUIRE(ready);
}

ino_t inode_of(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 ? status.st_ino : 0;
}
ino_t here() {
  struct stat status {};
  return ::stat("/proc/thread-self/ns/net", &status) == 0 ? status.st_ino : 0;
}
size_t open_descriptors() {
  size_t count = 0;
  DIR* directory = ::opendir("/proc/self/fd");
  if (directory == nullptr) return 0;
  while (::readdir(directory) != nullptr) count++;
  ::closedir(directory);
  return count;
}
Descriptor anonymous() {
  Descriptor fd;
  const netns::Creation creation = netns::create(fd);
  CHECK_FALSE(creation.failure);
  CHECK(creation.fate == WorkerFate::keep);
  return fd;
}
std::vector<std::string> names() {
  std::vector<netns::Entry> entries;
  CHECK_FALSE(netns::list(entries));
  std::vector<std::string> all;
  all.reserve(entries.size());
  for (const netns::Entry& entry : entries) all.push_back(entry.name);
  std::sort(all.begin(), all.end());
  return all;
}

TEST_SUITE("namespaces" * doctest::skip(kUnprivileged)) {
  TEST_CASE("creating one makes another than the thread's own, to which the thread comes back") {
    in_a_world_of_its_own([] {
      const ino_t home = here();
      const Descriptor made = anonymous();
      CHECK(made);
      CHECK(inode_of(made.get()) != home);
      CHECK(here() == home);
      CHECK((::fcntl(made.get(), F_GETFD) & FD_CLOEXEC) != 0);
    });
  }

  TEST_CASE("a visit does its work inside and comes back") {
    in_a_world_of_its_own([] {
      const ino_t home = here();
      const Descriptor made = anonymous();
      ino_t inside = 0;
      const netns::Visit visit = netns::visit(made.get(), [&] { inside = here(); });
      CHECK(visit.error == 0);
      CHECK(visit.fate == WorkerFate::keep);
      CHECK(inside == inode_of(made.get()));
      CHECK(here() == home);
    });
  }

  TEST_CASE("a visit to what is no network namespace does nothing and says why") {
    in_a_world_of_its_own([] {
      const ino_t home = here();
      const Descriptor file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
      const Descriptor mounts(::open("/proc/thread-self/ns/mnt", O_RDONLY | O_CLOEXEC));
      for (const int fd : {file.get(), mounts.get(), -1}) {
        bool ran = false;
        CHECK(netns::visit(fd, [&] { ran = true; }).error == (fd < 0 ? EBADF : EINVAL));
        CHECK(netns::visit_aside(fd, [&] { ran = true; }) == (fd < 0 ? EBADF : EINVAL));
        CHECK_FALSE(ran);
        CHECK(here() == home);
      }
    });
  }

  TEST_CASE("a visit aside never moves the calling thread") {
    in_a_world_of_its_own([] {
      const ino_t home = here();
      const Descriptor made = anonymous();
      ino_t inside = 0;
      ino_t meanwhile = 0;
      std::thread::id worker;
      CHECK(netns::visit_aside(made.get(), [&] {
              inside = here();
              worker = std::this_thread::get_id();
            }) == 0);
      meanwhile = here();
      CHECK(inside == inode_of(made.get()));
      CHECK(worker != std::this_thread::get_id());
      CHECK(meanwhile == home);
    });
  }

  TEST_CASE("a stay ends where it began, also when it goes out of scope, and stays nest") {
    in_a_world_of_its_own([] {
      const ino_t home = here();
      const Descriptor outer = anonymous();
      const Descriptor inner = anonymous();
      CHECK_FALSE(netns::home());
      {
        netns::Stay first;
        REQUIRE_FALSE(first.begin(outer.get()));
        CHECK(here() == inode_of(outer.get()));
        CHECK(inode_of(netns::home().get()) == home);
        {
          netns::Stay second;
          REQUIRE_FALSE(second.begin(inner.get()));
          CHECK(here() == inode_of(inner.get()));
          CHECK(inode_of(netns::home().get()) == home);
        }
        CHECK(here() == inode_of(outer.get()));
        CHECK_FALSE(first.end());
        CHECK(here() == home);
      }
      CHECK(here() == home);
      CHECK_FALSE(netns::home());
    });
  }

  TEST_CASE("a name is a mount that lists, opens as the same namespace, and goes again") {
    in_a_world_of_its_own([] {
      CHECK(names().empty());
      Descriptor made;
      CHECK_FALSE(netns::create("blue", made).failure);
      CHECK(names() == std::vector<std::string>{"blue"});
      Descriptor opened;
      CHECK_FALSE(netns::open("/run/netns/blue", opened));
      CHECK(inode_of(opened.get()) == inode_of(made.get()));
      std::vector<netns::Entry> entries;
      CHECK_FALSE(netns::list(entries));
      CHECK(entries.at(0).identity.inode == inode_of(made.get()));
      CHECK_FALSE(netns::remove("blue"));
      CHECK(names().empty());
      // What has the namespace open keeps it.
      CHECK(netns::visit(made.get(), [] {}).error == 0);
      CHECK_FALSE(netns::create("blue", made).failure);
    });
  }

  TEST_CASE("a name in use is refused and stays what it was") {
    in_a_world_of_its_own([] {
      Descriptor first;
      Descriptor second;
      CHECK_FALSE(netns::create("blue", first).failure);
      const netns::Creation again = netns::create("blue", second);
      CHECK(again.failure.error == EEXIST);
      CHECK(again.fate == WorkerFate::keep);
      CHECK_FALSE(second);
      Descriptor opened;
      CHECK_FALSE(netns::open("/run/netns/blue", opened));
      CHECK(inode_of(opened.get()) == inode_of(first.get()));
    });
  }

  TEST_CASE("names that would lead elsewhere are refused") {
    in_a_world_of_its_own([] {
      for (const std::string& name : {std::string(), std::string("."), std::string(".."), std::string("a/b"),
                                      std::string("../x"), std::string("a\0b", 3), std::string(256, 'x')}) {
        CHECK_FALSE(netns::is_name(name));
        Descriptor made;
        CHECK(netns::create(name, made).failure.error == EINVAL);
        CHECK(netns::remove(name).error == EINVAL);
      }
      CHECK(netns::is_name(std::string(255, 'x')));
      CHECK(netns::is_name("..."));
      CHECK(names().empty());
    });
  }

  TEST_CASE("removing a name nobody has is ENOENT") {
    in_a_world_of_its_own([] { CHECK(netns::remove("nobody").error == ENOENT); });
  }

  TEST_CASE("opening something else than a network namespace is EINVAL") {
    in_a_world_of_its_own([] {
      Descriptor fd;
      CHECK(netns::open("/dev/null", fd).error == EINVAL);
      CHECK(netns::open("/proc/thread-self/ns/mnt", fd).error == EINVAL);
      CHECK(netns::open("/nowhere", fd).error == ENOENT);
      CHECK_FALSE(fd);
    });
  }

  TEST_CASE("sysctls are those of the thread's namespace") {
    in_a_world_of_its_own([] {
      const Descriptor made = anonymous();
      CHECK(netns::visit(made.get(), [] { CHECK_FALSE(netns::sysctl_set("ipv4/ip_forward", "1")); }).error == 0);
      std::string inside;
      std::string outside;
      CHECK(netns::visit(made.get(), [&] { CHECK_FALSE(netns::sysctl_get("ipv4/ip_forward", inside)); }).error == 0);
      CHECK_FALSE(netns::sysctl_get("ipv4/ip_forward", outside));
      CHECK(inside == "1");
      CHECK(outside == "0");
    });
  }

  TEST_CASE("a sysctl path that leads out of /proc/sys/net is refused, one that leads nowhere is ENOENT") {
    in_a_world_of_its_own([] {
      std::string value = "untouched";
      for (const std::string_view path :
           {std::string_view(""), std::string_view("../kernel/hostname"),
            std::string_view("ipv4/../../kernel/hostname"), std::string_view("/etc/passwd"),
            std::string_view("ipv4//ip_forward"), std::string_view("ipv4/ip_forward/"), std::string_view("."),
            std::string_view("ipv4/ip_forward\0x", 17)}) {
        CHECK(netns::sysctl_get(path, value).error == EINVAL);
        CHECK(netns::sysctl_set(path, "1").error == EINVAL);
      }
      CHECK(netns::sysctl_get("ipv4/no_such_parameter", value).error == ENOENT);
      CHECK(netns::sysctl_set("ipv4/ip_forward", "nonsense").error == EINVAL);
      CHECK(value == "untouched");
    });
  }

  TEST_CASE("a socket belongs to the namespace it was opened in and is bound as asked") {
    in_a_world_of_its_own([] {
      const Descriptor made = anonymous();
      Descriptor socket;
      netns::SocketSpec spec;
      spec.family = AF_INET;
      spec.type = SOCK_STREAM;
      spec.bind = true;
      spec.address = "0.0.0.0";
      spec.port = 80;
      CHECK(netns::visit(made.get(), [&] { CHECK_FALSE(netns::open_socket(spec, socket)); }).error == 0);
      REQUIRE(socket);
      const Descriptor where(::ioctl(socket.get(), SIOCGSKNS));
      CHECK(inode_of(where.get()) == inode_of(made.get()));
      sockaddr_in bound{};
      socklen_t size = sizeof bound;
      CHECK(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &size) == 0);
      CHECK(ntohs(bound.sin_port) == 80);
      CHECK((::fcntl(socket.get(), F_GETFD) & FD_CLOEXEC) != 0);
      CHECK((::fcntl(socket.get(), F_GETFL) & O_NONBLOCK) != 0);
    });
  }

  TEST_CASE("a socket that can't be had is a failure and no descriptor") {
    in_a_world_of_its_own([] {
      Descriptor socket;
      netns::SocketSpec spec;
      spec.family = AF_INET;
      spec.type = SOCK_DGRAM;
      spec.bind = true;
      spec.address = "not an address";
      CHECK(netns::open_socket(spec, socket).error == EINVAL);
      spec.address.clear();
      spec.port = 53;
      Descriptor holder;
      REQUIRE_FALSE(netns::open_socket(spec, holder));
      CHECK(netns::open_socket(spec, socket).error == EADDRINUSE);
      spec.through = "nowhere";
      CHECK(netns::open_socket(spec, socket).error == ENODEV);
      spec.through = std::string(100, 'x');
      CHECK(netns::open_socket(spec, socket).error == ENODEV);
      CHECK_FALSE(socket);
    });
  }

  TEST_CASE("nothing of all this leaves a descriptor open") {
    in_a_world_of_its_own([] {
      const auto everything = [] {
        Descriptor made;
        CHECK_FALSE(netns::create("blue", made).failure);
        CHECK(netns::create("blue", made).failure.error == EEXIST);
        CHECK(netns::visit(made.get(), [] {}).error == 0);
        CHECK(netns::visit_aside(made.get(), [] {}) == 0);
        std::string value;
        CHECK_FALSE(netns::sysctl_get("ipv4/ip_forward", value));
        CHECK(netns::sysctl_get("ipv4/nothing", value).error == ENOENT);
        CHECK(names().size() == 1);
        CHECK_FALSE(netns::remove("blue"));
      };
      everything();
      const size_t before = open_descriptors();
      for (int i = 0; i < 3; i++) everything();
      CHECK(open_descriptors() == before);
    });
  }
}

}  // namespace
