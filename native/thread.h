// The library's own threads. Each begins in the network namespace that its maker belongs to, also where the maker stays
// in another at that moment; std::thread would begin there, and would end the process where no thread can be had.
#pragma once

#include <pthread.h>

#include <functional>
#include <utility>

#include "descriptor.h"

namespace linkwright {

class Thread {
 public:
  Thread() = default;
  ~Thread() { join(); }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  // Runs `body` on a new thread. Returns 0, or an errno and nothing is run.
  int start(std::function<void()> body);
  void join();
  bool started() const { return started_; }

 private:
  pthread_t thread_{};
  bool started_ = false;
};

// Says, as long as it lives, where the calling thread belongs while it stays in another namespace.
// The outermost counts. The descriptor must stay open.
class Away {
 public:
  explicit Away(int home_fd);
  ~Away();
  Away(const Away&) = delete;
  Away& operator=(const Away&) = delete;

 private:
  int before_;
};

// Whether the calling thread is away from where it belongs.
bool is_away();

}  // namespace linkwright
