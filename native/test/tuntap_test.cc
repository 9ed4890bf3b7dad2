// What a device is made with and what is refused; traffic and the rest are tested through the library: test/tuntap.
#include "tuntap.h"

#include <doctest/doctest.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <sys/ioctl.h>

#include <functional>
#include <string>

namespace {

using namespace linkwright;  // NOLINT(google-build-using-namespace)

// Runs `work` in a network namespace of its own, on a thread that ends with it. Not where that can't be had.
void in_new_namespace(const std::function<void()>& work) {
  int refused = 0;
  const int error = netns::aside([&] {
    if (::unshare(CLONE_NEWNET) != 0) refused = errno;
    const Descriptor device(::open(tuntap::kDevice, O_RDWR | O_CLOEXEC));
    if (refused == 0 && !device) refused = errno;
    if (refused == 0) work();
  });
  CHECK(error == 0);
  if (refused != 0) MESSAGE("not tested: no namespace or no /dev/net/tun, errno ", refused);
}

tuntap::Spec tap(const std::string& name) {
  tuntap::Spec spec;
  spec.name = name;
  spec.tap = true;
  return spec;
}

int flags_of(const Descriptor& fd) {
  ifreq request{};
  REQUIRE(::ioctl(fd.get(), TUNGETIFF, &request) == 0);
  return request.ifr_flags & 0xffff;
}

TEST_SUITE("TUN and TAP devices") {
  TEST_CASE("a name that no link can have is refused before anything is made") {
    tuntap::Device device;
    for (const std::string& name : {std::string(16, 'x'), std::string("a\0b", 3)}) {
      CHECK(tuntap::open(tap(name), device).error != 0);
      CHECK(tuntap::remove(name).error == ENODEV);
    }
    CHECK(device.queues.empty());
  }

  TEST_CASE("a device has what was asked for, and goes with its last queue") {
    in_new_namespace([] {
      tuntap::Device device;
      tuntap::Spec spec = tap("one%d");
      spec.ifindex = 77;
      spec.multi_queue = true;
      spec.queues = 3;
      spec.vnet_header = true;
      spec.vnet_header_size = 12;
      REQUIRE_FALSE(tuntap::open(spec, device));
      CHECK(device.name == "one0");
      CHECK(device.ifindex == 77);
      REQUIRE(device.queues.size() == 3);
      for (const Descriptor& fd : device.queues) {
        CHECK(flags_of(fd) == (IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE));
        CHECK((::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
        CHECK((::fcntl(fd.get(), F_GETFL) & O_NONBLOCK) == 0);
        int size = 0;
        REQUIRE(::ioctl(fd.get(), TUNGETVNETHDRSZ, &size) == 0);
        CHECK(size == 12);
      }
      device.queues.clear();
      CHECK(tuntap::remove("one0").error == ENODEV);
    });
  }

  TEST_CASE("what fails midway leaves nothing") {
    in_new_namespace([] {
      tuntap::Device device;
      tuntap::Spec spec = tap("one");
      spec.persist = true;
      spec.owner = 0xffffffff;  // stands for no user
      CHECK(tuntap::open(spec, device).error == EINVAL);
      CHECK(device.queues.empty());
      CHECK(tuntap::remove("one").error == ENODEV);
    });
  }

  TEST_CASE("a persistent device stays until it is removed, of whatever sort it is") {
    in_new_namespace([] {
      for (const bool is_tap : {false, true}) {
        for (const bool multi_queue : {false, true}) {
          tuntap::Spec spec = tap("one");
          spec.tap = is_tap;
          spec.multi_queue = multi_queue;
          spec.packet_info = true;
          spec.persist = true;
          spec.non_blocking = true;
          tuntap::Device device;
          REQUIRE_FALSE(tuntap::open(spec, device));
          CHECK((::fcntl(device.queues.front().get(), F_GETFL) & O_NONBLOCK) != 0);
          spec.exclusive = true;
          tuntap::Device other;
          CHECK(tuntap::open(spec, other).error == EBUSY);
          device.queues.clear();
          CHECK(tuntap::open(spec, other).error == EBUSY);
          CHECK_FALSE(tuntap::remove("one"));
          CHECK(tuntap::remove("one").error == ENODEV);
        }
      }
    });
  }

  TEST_CASE("a device that others have open is busy, and what is no device is told apart") {
    in_new_namespace([] {
      for (const bool multi_queue : {false, true}) {
        tuntap::Spec spec = tap("one");
        spec.multi_queue = multi_queue;
        tuntap::Device device;
        REQUIRE_FALSE(tuntap::open(spec, device));
        CHECK(tuntap::remove("one").error == EBUSY);
        spec.tap = false;
        tuntap::Device other;
        CHECK(tuntap::open(spec, other).error == EINVAL);
      }
      CHECK(tuntap::remove("lo").error == EINVAL);
    });
  }
}

}  // namespace
