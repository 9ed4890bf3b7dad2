#include "monitor.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <span>

namespace linkwright {

namespace {

// Handed over at once when this much has been collected.
constexpr size_t kPart = 128 << 10;

// With more than this undelivered the socket is left alone: its own buffer fills, and what the kernel then
// drops it reports. Memory stays bounded and nothing is lost silently.
constexpr size_t kHighWater = 4 << 20;
constexpr size_t kLowWater = 1 << 20;

// A multicast message is one datagram, allocated by the kernel in one piece.
constexpr size_t kLongestMessage = 1 << 18;

}  // namespace

int Monitor::start() {
  if (thread_.started()) return 0;
  epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_) return errno;
  wake_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_) return errno;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = 0;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) != 0) return errno;
  return thread_.start([this] { listen(); });
}

int Monitor::add(const std::shared_ptr<Subscription>& subscription) {
  std::lock_guard lock(mutex_);
  if (stopping_) return ECANCELED;
  if (const int error = start()) return error;
  subscription->key_ = next_key_++;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = subscription->key_;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, subscription->fd_, &event) != 0) return errno;
  subscriptions_.emplace(subscription->key_, subscription);
  return 0;
}

void Monitor::remove(const std::shared_ptr<Subscription>& subscription) {
  std::lock_guard lock(mutex_);
  if (subscription->removed_.exchange(true)) return;
  if (subscriptions_.erase(subscription->key_) != 0) {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, subscription->fd_, nullptr);
  }
}

void Monitor::stop() {
  stopping_ = true;
  if (!thread_.started()) return;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
  thread_.join();
  std::lock_guard lock(mutex_);
  subscriptions_.clear();
}

void Monitor::listen() {
  std::array<epoll_event, 64> events;
  while (!stopping_) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
    if (count < 0 && errno != EINTR) return;
    for (int i = 0; i < count && !stopping_; i++) {
      std::shared_ptr<Subscription> subscription;
      {
        std::lock_guard lock(mutex_);
        const auto found = subscriptions_.find(events[static_cast<size_t>(i)].data.u64);
        if (found != subscriptions_.end()) subscription = found->second;
      }
      if (subscription) drain(subscription);
    }
  }
}

// Takes what has arrived, at most one part: the others get their turn.
void Monitor::drain(const std::shared_ptr<Subscription>& subscription) {
  thread_local const std::unique_ptr<std::byte[]> storage(new std::byte[kLongestMessage]);
  const std::span<std::byte> buffer(storage.get(), kLongestMessage);
  std::vector<std::byte> messages;
  int error = 0;
  while (messages.size() < kPart) {
    const Received received = subscription->transport_->receive(buffer);
    if (received.error == EAGAIN) break;
    if (received.error != 0) {
      error = received.error;
      break;
    }
    if (received.foreign) continue;
    if (received.truncated) {
      error = EMSGSIZE;
      break;
    }
    const size_t start = messages.size();
    messages.resize(start + ((received.size + 3) & ~size_t{3}));
    std::copy_n(buffer.begin(), received.size, messages.begin() + static_cast<ptrdiff_t>(start));
  }
  if (!messages.empty()) deliver(subscription, std::move(messages), 0);
  if (error == 0) return;
  if (error != ENOBUFS && error != EMSGSIZE) {
    // The socket is no use any more; without this epoll would report it for ever.
    std::lock_guard lock(mutex_);
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, subscription->fd_, nullptr);
    subscriptions_.erase(subscription->key_);
  }
  deliver(subscription, {}, error);
}

void Monitor::deliver(const std::shared_ptr<Subscription>& subscription, std::vector<std::byte> messages, int error) {
  const size_t bytes = messages.size();
  if (subscription->undelivered_.fetch_add(bytes) + bytes > kHighWater) {
    // The flag and what epoll is told are one step, or a resumption in between would be undone for ever.
    std::lock_guard lock(mutex_);
    if (!subscription->paused_.exchange(true)) {
      epoll_event event{};
      event.data.u64 = subscription->key_;
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, subscription->fd_, &event);
    }
  }
  auto shared = std::make_shared<std::vector<std::byte>>(std::move(messages));
  mailbox_.post([this, subscription, shared, bytes, error] {
    delivered(subscription, bytes);
    if (!subscription->removed_) subscription->listener_(std::move(*shared), error);
  });
}

void Monitor::delivered(const std::shared_ptr<Subscription>& subscription, size_t bytes) {
  if (subscription->undelivered_.fetch_sub(bytes) - bytes > kLowWater) return;
  std::lock_guard lock(mutex_);
  if (!subscription->paused_.exchange(false)) return;
  if (!subscriptions_.contains(subscription->key_)) return;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = subscription->key_;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, subscription->fd_, &event);
}

}  // namespace linkwright
