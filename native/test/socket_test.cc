// The only native tests that speak to a real kernel: they read and never change, and need no privilege.
#include "socket.h"

#include <doctest/doctest.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "exchange.h"
#include "scripted_transport.h"

namespace {

using namespace linkwright;        // NOLINT(google-build-using-namespace)
using namespace linkwright::test;  // NOLINT(google-build-using-namespace)

KernelSocket open_socket(const SocketOptions& options = {}) {
  KernelSocket socket;
  REQUIRE(KernelSocket::open(options, socket) == 0);
  return socket;
}

TEST_SUITE("kernel socket") {
  TEST_CASE("it is bound to a port of its own, close-on-exec and non-blocking") {
    const KernelSocket first = open_socket();
    const KernelSocket second = open_socket();
    CHECK(first.port() != 0);
    CHECK(first.port() != second.port());
    CHECK((::fcntl(first.fd(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK((::fcntl(first.fd(), F_GETFL) & O_NONBLOCK) != 0);
  }

  TEST_CASE("a protocol that does not exist is an errno and no socket") {
    KernelSocket socket;
    SocketOptions options;
    options.protocol = 31;
    CHECK(KernelSocket::open(options, socket) != 0);
    CHECK(socket.fd() == -1);
  }

  TEST_CASE("a multicast group that does not exist is an errno and no socket") {
    KernelSocket socket;
    SocketOptions options;
    options.groups = {4096};
    CHECK(KernelSocket::open(options, socket) != 0);
    CHECK(socket.fd() == -1);
  }

  TEST_CASE("its limits are those of the buffers it got") {
    SocketOptions small;
    small.send_buffer = 8192;
    small.receive_buffer = 8192;
    const KernelSocket socket = open_socket(small);
    CHECK(socket.send_limit() <= 16384);
    CHECK(socket.receive_limit() <= 16384);
    const KernelSocket large = open_socket();
    CHECK(large.send_limit() > socket.send_limit());
  }

  TEST_CASE("what is longer than the send limit is refused by the kernel, what is not goes") {
    SocketOptions small;
    small.send_buffer = 8192;
    KernelSocket socket = open_socket(small);
    // One message that the kernel skips, filling the datagram: its type is below RTM_BASE.
    const auto filling = [](size_t size) { return message({NLMSG_NOOP, NLM_F_REQUEST}, Bytes(size - 16)); };
    CHECK(socket.send(filling(socket.send_limit())) == 0);
    CHECK(socket.send(filling(socket.send_limit() + 33)) == EMSGSIZE);
  }

  TEST_CASE("the loopback has index 1, unknown and impossible names have 0") {
    KernelSocket socket = open_socket();
    CHECK(socket.link_index("lo") == 1);
    CHECK(socket.link_index("no-such-link") == 0);
    CHECK(socket.link_index("") == 0);
    CHECK(socket.link_index("a-name-longer-than-fifteen") == 0);
    CHECK(socket.link_index(std::string_view("lo\0x", 4)) == 1);
  }

  TEST_CASE("its namespace is the one it was opened in") {
    const KernelSocket socket = open_socket();
    const Descriptor namespace_fd(socket.namespace_descriptor());
    // SIOCGSKNS asks for CAP_NET_ADMIN.
    if (!namespace_fd) {
      CHECK(namespace_fd.get() == -1);
      CHECK(socket.namespace_descriptor() == -EPERM);
      return;
    }
    struct stat theirs {};
    struct stat ours {};
    REQUIRE(::fstat(namespace_fd.get(), &theirs) == 0);
    REQUIRE(::stat("/proc/thread-self/ns/net", &ours) == 0);
    CHECK(theirs.st_ino == ours.st_ino);
    CHECK((::fcntl(namespace_fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
  }

  TEST_CASE("nothing to receive is EAGAIN, and waiting for it ends in time") {
    KernelSocket socket = open_socket();
    Bytes buffer(1024);
    CHECK(socket.receive(buffer).error == EAGAIN);
    CHECK(socket.wait(10) == ETIMEDOUT);
  }

  TEST_CASE("a datagram longer than the buffer says that it was") {
    KernelSocket socket = open_socket();
    Bytes request = message({RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1}, Bytes(16));
    REQUIRE(socket.send(request) == 0);
    Bytes buffer(20);
    REQUIRE(socket.wait(5000) == 0);
    const Received received = socket.receive(buffer);
    CHECK(received.error == 0);
    CHECK(received.truncated);
    CHECK_FALSE(received.foreign);
    CHECK(received.size == 20);
  }

  TEST_CASE("a datagram from another process's port is foreign") {
    SocketOptions options;
    options.protocol = NETLINK_USERSOCK;
    KernelSocket socket = open_socket(options);
    const Descriptor stranger(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_USERSOCK));
    REQUIRE(stranger);
    sockaddr_nl to{};
    to.nl_family = AF_NETLINK;
    to.nl_pid = socket.port();
    const Bytes forged = answer(1, 0);
    REQUIRE(::sendto(stranger.get(), forged.data(), forged.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to) > 0);
    REQUIRE(socket.wait(5000) == 0);
    Bytes buffer(1024);
    const Received received = socket.receive(buffer);
    CHECK(received.error == 0);
    CHECK(received.foreign);
  }

  TEST_CASE("an exchange over it gets the loopback by name, refusals with their number, and dumps") {
    KernelSocket socket = open_socket();
    Exchange exchange(socket);
    // RTM_GETLINK for index 0 to be filled in (ifi_index is at 4 of ifinfomsg), then for an index nobody has.
    Bytes nobody = Bytes(16);
    const int32_t index = 0x7fff'fff0;
    std::memcpy(nobody.data() + 4, &index, sizeof index);
    Bytes requests = message({RTM_GETLINK, NLM_F_ACK}, Bytes(16)) + message({RTM_GETLINK, NLM_F_ACK}, nobody);
    const std::vector<Patch> patches = {{16 + 4, 0, "lo"}};
    const auto answers = parse(exchange.submit(requests, patches, Stop::never));
    REQUIRE(answers.size() == 2);
    CHECK(answers[0].header.nlmsg_type == RTM_NEWLINK);
    CHECK(answers[0].header.nlmsg_seq == 0);
    CHECK(answers[1].header.nlmsg_type == NLMSG_ERROR);
    CHECK(answers[1].header.nlmsg_seq == 1);
    CHECK(answers[1].error() == ENODEV);

    Bytes dump = message({RTM_GETLINK}, Bytes(16));
    REQUIRE(exchange.begin_dump(dump, {}) == 0);
    Bytes links;
    for (int i = 0; i < 1000; i++) {
      if (exchange.read_dump(links, links.size() + 1).end) break;
    }
    CHECK_FALSE(parse(links).empty());
  }

  // A signal without SA_RESTART, again and again, at a thread that waits.
  TEST_CASE("signals neither end a wait nor prolong it") {
    struct sigaction quiet {};
    struct sigaction before {};
    quiet.sa_handler = [](int) {};
    REQUIRE(::sigaction(SIGUSR1, &quiet, &before) == 0);
    KernelSocket socket = open_socket();
    std::atomic<bool> ended = false;
    int error = 0;
    std::chrono::steady_clock::duration took{};
    std::thread waiter([&] {
      const auto start = std::chrono::steady_clock::now();
      error = socket.wait(200);
      took = std::chrono::steady_clock::now() - start;
      ended = true;
    });
    for (int i = 0; i < 150 && !ended; i++) {
      ::pthread_kill(waiter.native_handle(), SIGUSR1);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    waiter.join();
    ::sigaction(SIGUSR1, &before, nullptr);
    CHECK(error == ETIMEDOUT);
    CHECK(took >= std::chrono::milliseconds(190));
    CHECK(took < std::chrono::milliseconds(2000));
  }
}

}  // namespace
