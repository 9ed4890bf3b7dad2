#include "monitor.h"

#include <doctest/doctest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "scripted_transport.h"

namespace {

using namespace linkwright;        // NOLINT(google-build-using-namespace)
using namespace linkwright::test;  // NOLINT(google-build-using-namespace)

// Runs completions on the test's own thread, as the addon does on JavaScript's.
class TestMailbox : public Mailbox {
 public:
  void post(Completion completion) override {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(completion));
    arrived_.notify_all();
  }
  // Runs what arrives until `enough` says so; false where that takes too long.
  bool run_until(const std::function<bool()>& enough) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!enough()) {
      Completion next;
      {
        std::unique_lock lock(mutex_);
        if (!arrived_.wait_until(lock, deadline, [this] { return !queue_.empty(); })) return false;
        next = std::move(queue_.front());
        queue_.pop_front();
      }
      next();
    }
    return true;
  }
  size_t waiting() {
    std::lock_guard lock(mutex_);
    return queue_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Completion> queue_;
};

// A multicast source on a datagram socketpair: readiness is the kernel's own, so epoll can be believed.
// A datagram's first byte says what is to come of it.
enum class Kind : char { message = 'm', foreign = 'f', truncated = 't', error = 'e' };

class PairTransport : public Transport {
 public:
  explicit PairTransport(int fd) : fd_(fd) {}
  int send(std::span<const std::byte>) override { return 0; }
  Received receive(std::span<std::byte> buffer) override {
    std::vector<std::byte> datagram(64 << 10);
    const ssize_t size = ::recv(fd_.get(), datagram.data(), datagram.size(), MSG_DONTWAIT);
    if (size < 0) return {0, errno, false, false};
    if (size < 2) return {0, EIO, false, false};
    const auto kind = static_cast<Kind>(datagram[0]);
    if (kind == Kind::error) return {0, static_cast<int>(datagram[1]), false, false};
    const size_t length = static_cast<size_t>(size) - 1;
    std::memcpy(buffer.data(), datagram.data() + 1, length);
    return {length, 0, kind == Kind::truncated, kind == Kind::foreign};
  }
  int wait(int) override { return 0; }
  uint32_t link_index(std::string_view) override { return 0; }
  size_t send_limit() const override { return 0; }
  size_t receive_limit() const override { return 0; }

 private:
  Descriptor fd_;
};

struct Heard {
  std::vector<Bytes> parts;
  std::vector<int> errors;
  size_t bytes = 0;
};

class Source {
 public:
  explicit Source(Monitor& monitor) : monitor_(monitor), heard_(std::make_shared<Heard>()) {
    std::array<int, 2> fds{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds.data()) == 0);
    far_.reset(fds[0]);
    subscription_ = std::make_shared<Subscription>(std::make_unique<PairTransport>(fds[1]), fds[1],
                                                   [heard = heard_](std::vector<std::byte> messages, int error) {
                                                     if (error != 0) {
                                                       heard->errors.push_back(error);
                                                     } else {
                                                       heard->bytes += messages.size();
                                                       heard->parts.push_back(std::move(messages));
                                                     }
                                                   });
    REQUIRE(monitor_.add(subscription_) == 0);
  }
  // False where the pair's buffer is full.
  bool emit(Kind kind, const Bytes& bytes) {
    Bytes datagram = Bytes(1, static_cast<std::byte>(kind)) + bytes;
    return ::send(far_.get(), datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
  }
  void fail(int error) { REQUIRE(emit(Kind::error, Bytes(1, static_cast<std::byte>(error)))); }
  void remove() { monitor_.remove(subscription_); }
  Heard& heard() { return *heard_; }

 private:
  Monitor& monitor_;
  std::shared_ptr<Heard> heard_;
  Descriptor far_;
  std::shared_ptr<Subscription> subscription_;
};

Bytes numbered(uint32_t sequence, size_t payload = 12) { return message({16, 0, sequence}, Bytes(payload)); }

struct Fixture {
  TestMailbox mailbox;
  Monitor monitor{mailbox};
};

TEST_SUITE("monitor") {
  TEST_CASE_FIXTURE(Fixture, "messages are heard in order, end to end") {
    Source source(monitor);
    for (uint32_t i = 0; i < 100; i++) REQUIRE(source.emit(Kind::message, numbered(i)));
    REQUIRE(mailbox.run_until([&] { return source.heard().bytes == 100 * 28; }));
    uint32_t expected = 0;
    for (const Bytes& part : source.heard().parts) {
      for (const Parsed& parsed : parse(part)) CHECK(parsed.header.nlmsg_seq == expected++);
    }
    CHECK(expected == 100);
  }

  TEST_CASE_FIXTURE(Fixture, "a message whose length is no multiple of four does not shift the next") {
    Source source(monitor);
    REQUIRE(source.emit(Kind::message, numbered(0, 5)));
    REQUIRE(source.emit(Kind::message, numbered(1, 7)));
    REQUIRE(mailbox.run_until([&] { return source.heard().bytes == 24 + 24; }));
    Bytes all;
    for (const Bytes& part : source.heard().parts) all = std::move(all) + part;
    const auto parsed = parse(all);
    REQUIRE(parsed.size() == 2);
    CHECK(parsed[1].payload.size() == 7);
  }

  TEST_CASE_FIXTURE(Fixture, "an overflow is told between what came before and what came after, and ends nothing") {
    Source source(monitor);
    REQUIRE(source.emit(Kind::message, numbered(0)));
    source.fail(ENOBUFS);
    REQUIRE(source.emit(Kind::message, numbered(1)));
    REQUIRE(mailbox.run_until([&] { return !source.heard().errors.empty(); }));
    CHECK(source.heard().bytes == 28);
    REQUIRE(mailbox.run_until([&] { return source.heard().bytes == 2 * 28; }));
    CHECK(source.heard().errors == std::vector<int>{ENOBUFS});
  }

  TEST_CASE_FIXTURE(Fixture, "a message too long for the buffer is told and ends nothing") {
    Source source(monitor);
    REQUIRE(source.emit(Kind::truncated, numbered(0)));
    REQUIRE(source.emit(Kind::message, numbered(1)));
    REQUIRE(mailbox.run_until([&] { return source.heard().bytes == 28; }));
    CHECK(source.heard().errors == std::vector<int>{EMSGSIZE});
  }

  TEST_CASE_FIXTURE(Fixture, "foreign messages are not heard") {
    Source source(monitor);
    REQUIRE(source.emit(Kind::foreign, numbered(7)));
    REQUIRE(source.emit(Kind::message, numbered(1)));
    REQUIRE(mailbox.run_until([&] { return source.heard().bytes == 28; }));
    CHECK(parse(source.heard().parts.at(0)).at(0).header.nlmsg_seq == 1);
  }

  TEST_CASE_FIXTURE(Fixture, "a socket that fails for good is told once and no longer listened to") {
    Source source(monitor);
    Source other(monitor);
    source.fail(ENETDOWN);
    REQUIRE(mailbox.run_until([&] { return !source.heard().errors.empty(); }));
    CHECK(source.heard().errors == std::vector<int>{ENETDOWN});
    source.emit(Kind::message, numbered(1));
    REQUIRE(other.emit(Kind::message, numbered(2)));
    REQUIRE(mailbox.run_until([&] { return other.heard().bytes == 28; }));
    CHECK(source.heard().bytes == 0);
  }

  TEST_CASE_FIXTURE(Fixture, "after remove nothing is heard, not even what was already on its way") {
    Source source(monitor);
    REQUIRE(source.emit(Kind::message, numbered(0)));
    REQUIRE(mailbox.run_until([&] { return source.heard().bytes == 28; }));
    REQUIRE(source.emit(Kind::message, numbered(1)));
    for (int i = 0; i < 2000 && mailbox.waiting() == 0; i++) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    REQUIRE(mailbox.waiting() == 1);
    source.remove();
    source.remove();
    Source other(monitor);
    REQUIRE(other.emit(Kind::message, numbered(2)));
    REQUIRE(mailbox.run_until([&] { return other.heard().bytes == 28; }));
    CHECK(source.heard().bytes == 28);
  }

  TEST_CASE_FIXTURE(Fixture, "a listener may remove its own subscription") {
    std::array<int, 2> fds{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds.data()) == 0);
    const Descriptor far(fds[0]);
    int calls = 0;
    std::shared_ptr<Subscription> subscription;
    subscription = std::make_shared<Subscription>(std::make_unique<PairTransport>(fds[1]), fds[1],
                                                  [&](const std::vector<std::byte>&, int) {
                                                    calls++;
                                                    monitor.remove(subscription);
                                                  });
    REQUIRE(monitor.add(subscription) == 0);
    REQUIRE(::send(far.get(), "mm", 2, MSG_NOSIGNAL) == 2);
    REQUIRE(mailbox.run_until([&] { return calls == 1; }));
    monitor.stop();
    CHECK(calls == 1);
    subscription.reset();
  }

  TEST_CASE_FIXTURE(Fixture, "a slow listener bounds what is held for it, and hears the rest when it catches up") {
    Source source(monitor);
    const Bytes big = numbered(0, 32'000 - sizeof(nlmsghdr));
    size_t emitted = 0;
    // Until the monitor stops reading and the pair is full. Far more than the bound would fit in the queue.
    int full = 0;
    for (int i = 0; i < 100'000 && full < 50; i++) {
      if (source.emit(Kind::message, big)) {
        emitted += big.size();
        full = 0;
      } else {
        full++;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
    }
    REQUIRE(full == 50);
    CHECK(emitted > (4 << 20));
    CHECK(emitted < (8 << 20));
    CHECK(source.heard().bytes == 0);
    REQUIRE(mailbox.run_until([&] { return source.heard().bytes == emitted; }));
    REQUIRE(source.emit(Kind::message, big));
    CHECK(mailbox.run_until([&] { return source.heard().bytes == emitted + big.size(); }));
  }

  TEST_CASE_FIXTURE(Fixture, "a listener that only just keeps up is never left waiting for ever") {
    Source source(monitor);
    const Bytes big = numbered(0, 32'000 - sizeof(nlmsghdr));
    constexpr size_t kMessages = 3000;
    std::thread writer([&] {
      for (size_t sent = 0, tries = 0; sent < kMessages && tries < 200'000; tries++) {
        if (source.emit(Kind::message, big)) {
          sent++;
        } else {
          std::this_thread::sleep_for(std::chrono::microseconds(100));
        }
      }
    });
    const bool heard_all = mailbox.run_until([&] {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
      return source.heard().bytes == kMessages * big.size();
    });
    writer.join();
    CHECK(heard_all);
  }

  TEST_CASE_FIXTURE(Fixture, "one that talks without end does not keep the others from being heard") {
    Source loud(monitor);
    Source quiet(monitor);
    std::atomic<bool> enough = false;
    std::thread writer([&] {
      for (int i = 0; i < 1'000'000 && !enough; i++) {
        if (!loud.emit(Kind::message, numbered(0, 1000))) std::this_thread::yield();
      }
    });
    REQUIRE(quiet.emit(Kind::message, numbered(1)));
    const bool heard = mailbox.run_until([&] { return quiet.heard().bytes == 28; });
    enough = true;
    writer.join();
    CHECK(heard);
  }

  TEST_CASE("stopping with messages on their way neither hangs nor delivers") {
    TestMailbox mailbox;
    {
      Monitor monitor(mailbox);
      Source source(monitor);
      for (uint32_t i = 0; i < 10; i++) source.emit(Kind::message, numbered(i));
      monitor.stop();
      monitor.stop();
      CHECK(source.heard().bytes == 0);
    }
  }

  TEST_CASE_FIXTURE(Fixture, "a stopped monitor takes no more subscriptions") {
    monitor.stop();
    const int fd = ::eventfd(0, EFD_CLOEXEC);
    const auto late = std::make_shared<Subscription>(std::make_unique<PairTransport>(fd), fd, [](const auto&, int) {});
    CHECK(monitor.add(late) == ECANCELED);
  }

  TEST_CASE_FIXTURE(Fixture, "a descriptor that can't be waited on is refused with its errno") {
    const auto bad = std::make_shared<Subscription>(std::make_unique<PairTransport>(-1), -1, [](const auto&, int) {});
    CHECK(monitor.add(bad) == EBADF);
  }
}

}  // namespace
