#include "engine.h"

#include <utility>

namespace linkwright {

void Engine::post(const std::shared_ptr<Lane>& lane, Task task) {
  std::lock_guard lock(mutex_);
  if (stopping_) return;
  lane->tasks_.push_back(std::move(task));
  schedule(lane);
}

void Engine::post_next(const std::shared_ptr<Lane>& lane, Task task, bool paused) {
  std::lock_guard lock(mutex_);
  if (stopping_) return;
  lane->tasks_.push_front(std::move(task));
  lane->paused_ = paused;
  left_.notify_all();
}

void Engine::resume(const std::shared_ptr<Lane>& lane) {
  std::lock_guard lock(mutex_);
  if (stopping_ || !lane->paused_) return;
  lane->paused_ = false;
  schedule(lane);
}

bool Engine::run(const std::shared_ptr<Lane>& lane, const std::function<void()>& work) {
  {
    std::unique_lock lock(mutex_);
    left_.wait(lock, [&] { return stopping_ || lane->paused_ || (!lane->busy_ && lane->tasks_.empty()); });
    if (lane->paused_ || stopping_) return false;
    lane->busy_ = true;
  }
  work();
  leave(lane);
  return true;
}

// With the mutex held: lets a worker have the lane if nothing is in the way.
void Engine::schedule(const std::shared_ptr<Lane>& lane) {
  if (lane->busy_ || lane->paused_ || lane->tasks_.empty()) return;
  lane->busy_ = true;
  ready_.push_back(lane);
  if (idle_ >= ready_.size()) {
    wake_.notify_one();
  } else if (alive_ < limit_) {
    alive_++;
    threads_.emplace_back([this] { work(); });
  }
}

void Engine::leave(const std::shared_ptr<Lane>& lane) {
  std::lock_guard lock(mutex_);
  lane->busy_ = false;
  if (!stopping_) schedule(lane);
  left_.notify_all();
}

void Engine::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    idle_++;
    wake_.wait(lock, [this] { return stopping_ || !ready_.empty(); });
    idle_--;
    if (stopping_) return;
    const std::shared_ptr<Lane> lane = std::move(ready_.front());
    ready_.pop_front();
    Task task = std::move(lane->tasks_.front());
    lane->tasks_.pop_front();
    lock.unlock();
    const WorkerFate fate = task();
    task = nullptr;  // what it owns goes outside the lock
    leave(lane);
    lock.lock();
    if (fate == WorkerFate::discard) {
      // This thread is stranded in another namespace. Its place goes to a fresh one.
      if (!stopping_ && !ready_.empty()) {
        threads_.emplace_back([this] { work(); });
      } else {
        alive_--;
      }
      return;
    }
  }
}

void Engine::stop() {
  std::vector<std::thread> threads;
  std::deque<std::shared_ptr<Lane>> dropped;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
    dropped.swap(ready_);
    wake_.notify_all();
    left_.notify_all();
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace linkwright
