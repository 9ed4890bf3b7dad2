#include "engine.h"

#include <chrono>
#include <utility>

namespace linkwright {

namespace {
// Where a further worker can't be had, until it is tried again.
constexpr std::chrono::milliseconds kPatience{20};
}  // namespace

int Engine::post(const std::shared_ptr<Lane>& lane, Task task) {
  std::lock_guard lock(mutex_);
  if (stopping_) return 0;
  if (!recruiter_.started()) {
    if (const int error = recruiter_.start([this] { recruit(); })) return error;
  }
  lane->tasks_.push_back(std::move(task));
  schedule(lane);
  return 0;
}

void Engine::post_next(const std::shared_ptr<Lane>& lane, Task task, bool paused) {
  std::lock_guard lock(mutex_);
  if (stopping_) return;
  lane->tasks_.push_front(std::move(task));
  lane->paused_ = paused;
  if (paused) parked_.push_back(lane);
  left_.notify_all();
}

void Engine::resume(const std::shared_ptr<Lane>& lane) {
  std::lock_guard lock(mutex_);
  if (stopping_ || !lane->paused_) return;
  lane->paused_ = false;
  std::erase(parked_, lane);
  schedule(lane);
}

bool Engine::run(const std::shared_ptr<Lane>& lane, const std::function<void()>& work) {
  {
    std::unique_lock lock(mutex_);
    waiting_++;
    left_.wait(lock, [&] { return stopping_ || lane->paused_ || (!lane->busy_ && lane->tasks_.empty()); });
    waiting_--;
    if (lane->paused_ || stopping_) return false;
    lane->busy_ = true;
  }
  work();
  std::lock_guard lock(mutex_);
  lane->busy_ = false;
  if (!stopping_) schedule(lane);
  left_.notify_all();
  return true;
}

// With the mutex held: queues the lane for a worker if nothing is in the way. True where one has to be told.
bool Engine::enqueue(const std::shared_ptr<Lane>& lane) {
  if (lane->busy_ || lane->paused_ || lane->tasks_.empty()) return false;
  lane->busy_ = true;
  ready_.push_back(lane);
  return true;
}

void Engine::schedule(const std::shared_ptr<Lane>& lane) {
  if (!enqueue(lane)) return;
  if (is_short()) short_.notify_one();
  wake_.notify_one();
}

// With the mutex held: whether more lanes wait than there are workers to take them, and there may be more workers.
bool Engine::is_short() const { return ready_.size() > idle_ + starting_ && alive_ < limit_; }

void Engine::recruit() {
  std::unique_lock lock(mutex_);
  for (;;) {
    short_.wait(lock, [this] { return stopping_ || is_short(); });
    if (stopping_) return;
    std::erase_if(workers_, [](const auto& worker) { return worker->retired; });
    Worker& worker = *workers_.emplace_back(std::make_unique<Worker>());
    alive_++;
    starting_++;
    if (worker.thread.start([this, &worker] { work(worker); }) == 0) continue;
    alive_--;
    starting_--;
    workers_.pop_back();
    // Others may do what waits meanwhile; if there is none, it waits until there can be one.
    short_.wait_for(lock, kPatience, [this] { return stopping_; });
  }
}

void Engine::work(Worker& self) {
  std::unique_lock lock(mutex_);
  starting_--;
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
    lock.lock();
    lane->busy_ = false;
    // Nobody is told: this thread goes on with what waits, the lane's next task as a rule. Others would only take it
    // away from the processor that has it in its cache.
    if (stopping_) {
      parked_.push_back(lane);
    } else {
      enqueue(lane);
    }
    if (waiting_ > 0) left_.notify_all();
    if (fate == WorkerFate::discard) {
      // This thread is stranded in another namespace. Its place goes to a fresh one.
      self.retired = true;
      alive_--;
      if (is_short()) short_.notify_one();
      wake_.notify_one();
      return;
    }
  }
}

void Engine::stop() {
  std::deque<std::shared_ptr<Lane>> lanes;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    lanes.swap(ready_);
    wake_.notify_all();
    left_.notify_all();
    short_.notify_all();
  }
  recruiter_.join();
  workers_.clear();  // joins them
  // A task may own what owns its lane.
  lanes.insert(lanes.end(), parked_.begin(), parked_.end());
  parked_.clear();
  for (const auto& lane : lanes) std::exchange(lane->tasks_, {});
}

}  // namespace linkwright
