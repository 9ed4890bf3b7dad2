// Multicast reception: one thread listens on every subscribed socket, collects what arrives and hands it over.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "descriptor.h"
#include "engine.h"
#include "socket.h"
#include "thread.h"

namespace linkwright {

// One subscription. What it hears is delivered in order, on the thread that the mailbox serves.
class Subscription {
 public:
  // Messages that arrived, end to end; or an error: ENOBUFS where some were lost at this point.
  using Listener = std::function<void(std::vector<std::byte> messages, int error)>;

  // `fd` is what to wait on; it stays open as long as the transport.
  Subscription(std::unique_ptr<Transport> transport, int fd, Listener listener)
      : transport_(std::move(transport)), fd_(fd), listener_(std::move(listener)) {}

 private:
  friend class Monitor;
  std::unique_ptr<Transport> transport_;
  int fd_;
  Listener listener_;
  uint64_t key_ = 0;                     // 0: not listened to
  std::atomic<size_t> undelivered_ = 0;  // bytes on their way to the listener
  std::atomic<bool> paused_ = false;     // not read from until the listener has caught up
  std::atomic<bool> removed_ = false;
};

class Monitor {
 public:
  explicit Monitor(Mailbox& mailbox) : mailbox_(mailbox) {}
  ~Monitor() { stop(); }
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  // Returns 0 or an errno.
  int add(const std::shared_ptr<Subscription>& subscription);
  // The listener is not called any more. From the mailbox's thread.
  void remove(const std::shared_ptr<Subscription>& subscription);
  void stop();

 private:
  int start();
  void listen();
  void drain(const std::shared_ptr<Subscription>& subscription);
  void deliver(const std::shared_ptr<Subscription>& subscription, std::vector<std::byte> messages, int error);
  void delivered(const std::shared_ptr<Subscription>& subscription, size_t bytes);

  Mailbox& mailbox_;
  std::mutex mutex_;
  std::unordered_map<uint64_t, std::shared_ptr<Subscription>> subscriptions_;
  uint64_t next_key_ = 1;  // 0 is the wake-up descriptor
  Descriptor epoll_;
  Descriptor wake_;
  Thread thread_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace linkwright
