// What needs no privilege. What does is tested through the library: test/netns.
#include "netns.h"

#include <doctest/doctest.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <thread>

namespace {

using namespace linkwright;  // NOLINT(google-build-using-namespace)

Descriptor own_namespace() {
  Descriptor fd;
  REQUIRE_FALSE(netns::current(fd));
  return fd;
}

TEST_SUITE("network namespaces") {
  TEST_CASE("a name is a file name of at most 255 bytes") {
    CHECK(netns::is_name("blue"));
    CHECK(netns::is_name("with space"));
    CHECK(netns::is_name(std::string(255, 'x')));
    CHECK_FALSE(netns::is_name(std::string(256, 'x')));
    for (const char* name : {"", ".", "..", "a/b", "/"}) CHECK_FALSE(netns::is_name(name));
    CHECK_FALSE(netns::is_name(std::string("a\0b", 3)));
  }

  TEST_CASE("what is no name is refused before anything is made or removed") {
    Descriptor fd;
    CHECK(netns::create("../blue", fd).failure.error == EINVAL);
    CHECK_FALSE(fd);
    CHECK(netns::remove("../blue").error == EINVAL);
  }

  TEST_CASE("descriptors are close-on-exec") {
    const Descriptor fd = own_namespace();
    Descriptor copy;
    REQUIRE_FALSE(netns::duplicate(fd.get(), copy));
    Descriptor opened;
    REQUIRE_FALSE(netns::open("/proc/self/ns/net", opened));
    for (const Descriptor* each :
         {&fd, static_cast<const Descriptor*>(&copy), static_cast<const Descriptor*>(&opened)}) {
      CHECK((::fcntl(each->get(), F_GETFD) & FD_CLOEXEC) != 0);
    }
  }

  TEST_CASE("descriptors of one namespace have one identity") {
    const Descriptor fd = own_namespace();
    Descriptor copy;
    REQUIRE_FALSE(netns::duplicate(fd.get(), copy));
    netns::Identity one;
    netns::Identity two;
    REQUIRE_FALSE(netns::identify(fd.get(), one));
    REQUIRE_FALSE(netns::identify(copy.get(), two));
    CHECK(one.inode == two.inode);
    CHECK(one.device == two.device);
    CHECK(one.inode != 0);
  }

  TEST_CASE("what is no network namespace is not opened") {
    for (const char* path : {"/dev/null", "/proc/self/status", "/proc/self/ns/mnt", "/proc/self/ns/user", "/"}) {
      Descriptor fd;
      CHECK(netns::open(path, fd).error == EINVAL);
      CHECK_FALSE(fd);
    }
    Descriptor fd;
    CHECK(netns::open("/nowhere", fd).error == ENOENT);
    CHECK(netns::duplicate(-1, fd).error == EBADF);
    CHECK_FALSE(fd);
  }

  TEST_CASE("work is not done where the namespace can't be entered") {
    bool done = false;
    const auto work = [&done] { done = true; };
    const netns::Visit visit = netns::visit(-1, work);
    CHECK(visit.error == EBADF);
    CHECK(visit.fate == WorkerFate::keep);
    CHECK(netns::visit_aside(-1, work) == EBADF);
    netns::Stay stay;
    CHECK(stay.begin(-1));
    CHECK_FALSE(done);
    CHECK_FALSE(is_away());
  }

  TEST_CASE("work aside is done by another thread, before it returns") {
    std::thread::id worker;
    CHECK(netns::aside([&worker] { worker = std::this_thread::get_id(); }) == 0);
    CHECK(worker != std::thread::id{});
    CHECK(worker != std::this_thread::get_id());
  }

  TEST_CASE("a parameter's path leads nowhere but below /proc/sys/net") {
    std::string value = "as before";
    const std::string nul("ipv4/ip_forward\0", 16);
    for (const std::string& path :
         {std::string(), std::string("/"), std::string("../kernel/hostname"), std::string(".."),
          std::string("ipv4/../../kernel/hostname"), std::string("ipv4//ip_forward"), std::string("/ipv4/ip_forward"),
          std::string("ipv4/ip_forward/"), std::string("./ipv4/ip_forward"), nul}) {
      CHECK(netns::sysctl_get(path, value).error == EINVAL);
      CHECK(netns::sysctl_set(path, "1").error == EINVAL);
    }
    CHECK(value == "as before");
  }

  TEST_CASE("a parameter is read without the end of its line") {
    std::string value;
    REQUIRE_FALSE(netns::sysctl_get("ipv4/ip_forward", value));
    CHECK((value == "0" || value == "1"));
    CHECK(netns::sysctl_get("ipv4/no_such_parameter", value).error == ENOENT);
  }

  TEST_CASE("a socket is close-on-exec, non-blocking and bound to what was asked for") {
    netns::SocketSpec spec;
    spec.family = AF_INET;
    spec.type = SOCK_STREAM;
    spec.bind = true;
    spec.address = "127.0.0.1";
    Descriptor fd;
    REQUIRE_FALSE(netns::open_socket(spec, fd));
    CHECK((::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK((::fcntl(fd.get(), F_GETFL) & O_NONBLOCK) != 0);
    sockaddr_in address{};
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    CHECK(address.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
    CHECK(address.sin_port != 0);
  }

  TEST_CASE("a socket that can't be had is an errno and no descriptor") {
    netns::SocketSpec spec;
    spec.family = AF_INET;
    spec.type = SOCK_DGRAM;
    spec.bind = true;
    Descriptor fd;
    spec.address = "::1";
    CHECK(netns::open_socket(spec, fd).error == EINVAL);
    spec.address = "203.0.113.1";
    CHECK(netns::open_socket(spec, fd).error == EADDRNOTAVAIL);
    spec.family = AF_INET6;
    spec.address = "fe80::1";
    spec.scope = "no-such-link";
    CHECK(netns::open_socket(spec, fd).error == ENODEV);
    spec.scope = "a-name-that-is-too-long-for-a-link";
    CHECK(netns::open_socket(spec, fd).error == ENODEV);
    CHECK_FALSE(fd);
  }
}

}  // namespace
