// What the addon keeps for each JavaScript environment (main thread or worker): its engine, its monitor and
// the one thread-safe function through which everything comes back.
#pragma once

#include <napi.h>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "engine.h"
#include "monitor.h"

namespace linkwright {

class Environment final : public Mailbox {
 public:
  explicit Environment(Napi::Env env);
  ~Environment() override;

  static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  Engine& engine() { return *engine_; }
  Monitor& monitor() { return *monitor_; }

  // From any thread: runs `completion` on the JavaScript thread, many per wake-up.
  void post(Completion completion) override;

  // Keep the event loop alive, counted. JavaScript thread only.
  void hold();
  void release();

  // Does `work` on a worker thread and settles the promise on the JavaScript thread; alive meanwhile.
  using Settle = std::function<void(Napi::Env, const Napi::Promise::Deferred&)>;
  Napi::Promise async(Napi::Env env, Task work, Settle settle);

  Napi::FunctionReference socket_constructor;
  Napi::FunctionReference subscription_constructor;
  Napi::FunctionReference namespace_constructor;
  Napi::FunctionReference dispatch;  // (socket, event, id, bytes, errno) => void, set by src/native.ts

 private:
  void drain();
  void shut();
  static void cleanup(void* self);

  napi_env env_;
  napi_threadsafe_function wake_ = nullptr;
  std::mutex mutex_;
  std::vector<Completion> pending_;
  bool open_ = true;
  unsigned holds_ = 0;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Monitor> monitor_;
};

// An Error that carries `errno`, `code` and `syscall`, as Node's own system errors do.
Napi::Error system_error(Napi::Env env, int error, const char* syscall);

}  // namespace linkwright
