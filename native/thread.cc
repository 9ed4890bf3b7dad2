#include "thread.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>

#include <future>
#include <memory>

namespace linkwright {

namespace {

// Where the calling thread belongs while it is away; not owned.
thread_local int t_home = -1;

struct Start {
  std::function<void()> body;
  Descriptor home;
  std::promise<int> arrived;
};

void* run(void* argument) {
  const std::unique_ptr<Start> start(static_cast<Start*>(argument));
  if (start->home) {
    const int error = ::setns(start->home.get(), CLONE_NEWNET) == 0 ? 0 : errno;
    start->home.reset();
    start->arrived.set_value(error);
    if (error != 0) return nullptr;
  }
  start->body();
  return nullptr;
}

}  // namespace

int Thread::start(std::function<void()> body) {
  auto start = std::make_unique<Start>();
  start->body = std::move(body);
  if (is_away()) {
    start->home.reset(::fcntl(t_home, F_DUPFD_CLOEXEC, 0));
    if (!start->home) return errno;
  }
  const bool moves = static_cast<bool>(start->home);
  std::future<int> arrived = start->arrived.get_future();
  if (const int error = ::pthread_create(&thread_, nullptr, run, start.get())) return error;
  static_cast<void>(start.release());  // the thread's
  started_ = true;
  const int error = moves ? arrived.get() : 0;
  if (error != 0) join();
  return error;
}

void Thread::join() {
  if (std::exchange(started_, false)) ::pthread_join(thread_, nullptr);
}

Away::Away(int home_fd) : before_(t_home) {
  if (t_home < 0) t_home = home_fd;
}
Away::~Away() { t_home = before_; }

bool is_away() { return t_home >= 0; }

}  // namespace linkwright
