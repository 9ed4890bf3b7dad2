#include "descriptor.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace {

using linkwright::Descriptor;

int open_something() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }

TEST_CASE("a descriptor is closed when its owner goes out of scope") {
  const int fd = open_something();
  REQUIRE(fd >= 0);
  {
    const Descriptor owner(fd);
    CHECK(owner);
    CHECK(owner.get() == fd);
    CHECK(is_open(fd));
  }
  CHECK_FALSE(is_open(fd));
}

TEST_CASE("an owner of nothing is false and closes nothing") {
  const Descriptor owner;
  CHECK_FALSE(owner);
  CHECK(owner.get() == -1);
}

TEST_CASE("descriptor 0 is a descriptor") {
  Descriptor owner(0);
  CHECK(owner);
  CHECK(owner.release() == 0);
}

TEST_CASE("moving hands the descriptor over and leaves nothing behind") {
  const int fd = open_something();
  Descriptor first(fd);
  Descriptor second(std::move(first));
  CHECK_FALSE(first);  // NOLINT(bugprone-use-after-move): what is left is the subject
  CHECK(second.get() == fd);
  CHECK(is_open(fd));
}

TEST_CASE("assigning closes what was owned before") {
  const int old_fd = open_something();
  const int new_fd = open_something();
  Descriptor owner(old_fd);
  owner = Descriptor(new_fd);
  CHECK_FALSE(is_open(old_fd));
  CHECK(is_open(new_fd));
  CHECK(owner.get() == new_fd);
}

TEST_CASE("assigning an owner to itself keeps the descriptor open") {
  Descriptor owner(open_something());
  Descriptor& same = owner;
  owner = std::move(same);
  CHECK(owner);
  CHECK(is_open(owner.get()));
}

TEST_CASE("released, a descriptor stays open") {
  const int fd = open_something();
  {
    Descriptor owner(fd);
    CHECK(owner.release() == fd);
    CHECK_FALSE(owner);
  }
  CHECK(is_open(fd));
  ::close(fd);
}

TEST_CASE("reset closes at once, and twice does no harm") {
  const int fd = open_something();
  Descriptor owner(fd);
  owner.reset();
  CHECK_FALSE(is_open(fd));
  owner.reset();
  CHECK_FALSE(owner);
}

}  // namespace
