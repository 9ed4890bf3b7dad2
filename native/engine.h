// The engine: a bounded set of worker threads that do blocking work off the JavaScript thread, each
// connection's jobs in order and one at a time.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "thread.h"

namespace linkwright {

// Something to be done on the JavaScript thread. Run once, or destroyed unrun at teardown.
using Completion = std::function<void()>;

// Hands completions to the thread that owns JavaScript. post() may be called from any thread.
class Mailbox {
 public:
  virtual ~Mailbox() = default;
  virtual void post(Completion completion) = 0;
};

// Whether a worker may go on: a thread that could not return to its own network namespace may not.
enum class WorkerFate { keep, discard };

// Work for a worker thread.
using Task = std::function<WorkerFate()>;

// A queue of tasks that run in order, one at a time. Lanes run side by side. Touched by the engine alone.
class Lane {
 private:
  friend class Engine;
  std::deque<Task> tasks_;
  bool busy_ = false;    // a thread runs one of its tasks, or it waits for a worker
  bool paused_ = false;  // its next task waits for resume()
};

class Engine {
 public:
  explicit Engine(unsigned workers) : limit_(workers) {}
  ~Engine() { stop(); }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Queues a task on a lane; with none, on a lane of its own.
  // Returns 0, or the errno of making the engine's first thread: then nothing is queued, and nothing ever was.
  int post(const std::shared_ptr<Lane>& lane, Task task);
  int post(Task task) { return post(std::make_shared<Lane>(), std::move(task)); }
  // From within a task of the lane: goes on with `task` before anything queued, at once or, paused, after resume().
  void post_next(const std::shared_ptr<Lane>& lane, Task task, bool paused);
  void resume(const std::shared_ptr<Lane>& lane);
  // Runs `work` on the calling thread after everything queued on the lane.
  // False, and nothing is run, where the lane is paused: the caller may be the one to resume it.
  bool run(const std::shared_ptr<Lane>& lane, const std::function<void()>& work);
  // Finishes the task that each worker has begun, drops the rest, joins the threads.
  void stop();

 private:
  struct Worker {
    Thread thread;
    bool retired = false;  // about to end
  };

  bool enqueue(const std::shared_ptr<Lane>& lane);
  void schedule(const std::shared_ptr<Lane>& lane);
  bool is_short() const;
  void recruit();
  void work(Worker& self);

  const unsigned limit_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable left_;
  std::condition_variable short_;
  std::deque<std::shared_ptr<Lane>> ready_;
  std::vector<std::shared_ptr<Lane>> parked_;  // no worker is to take them up: paused, or found while stopping
  std::vector<std::unique_ptr<Worker>> workers_;
  // Makes the workers. Workers can't make each other, for one may be stranded in another namespace, and what it made
  // would begin there.
  Thread recruiter_;
  unsigned alive_ = 0;
  unsigned idle_ = 0;
  unsigned starting_ = 0;
  unsigned waiting_ = 0;  // in run()
  bool stopping_ = false;
};

}  // namespace linkwright
