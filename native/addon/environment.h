// What the addon keeps for each JavaScript environment (main thread or worker): its engine, its monitor and
// the one thread-safe function through which everything comes back.
#pragma once

#include <napi.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <utility>
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
  Napi::Promise async(Napi::Env env, Task work, Settle settle) {
    return async(env, std::make_shared<Lane>(), std::move(work), std::move(settle));
  }
  // How many of a kind are on their way on a lane.
  using Series = std::atomic<unsigned>;
  // The same in its turn on a lane. Of a series, a result behind which there are others waits until there are some:
  // waking JavaScript for each takes the processor away from what it wakes it for.
  Napi::Promise async(Napi::Env env, const std::shared_ptr<Lane>& lane, Task work, Settle settle,
                      const std::shared_ptr<Series>& series = {});

  // A Uint8Array of what JavaScript has read when the call it is handed to returns: its memory is used again then.
  // undefined where there is nothing.
  napi_value passing_bytes(const std::vector<std::byte>& bytes);

  Napi::FunctionReference socket_constructor;
  Napi::FunctionReference subscription_constructor;
  Napi::FunctionReference namespace_constructor;
  Napi::FunctionReference tuntap_constructor;
  Napi::FunctionReference dispatch;  // (socket, event, id, bytes, errno) => void, set by src/native.ts

 private:
  void drain();
  void wake();
  void post_unhurried(Completion completion);
  void shut();
  static void cleanup(void* self);

  napi_env env_;
  napi_threadsafe_function wake_ = nullptr;
  std::mutex mutex_;
  std::vector<Completion> pending_;
  bool open_ = true;
  bool woken_ = false;  // and has not come yet
  size_t unhurried_ = 0;
  unsigned holds_ = 0;
  Napi::ObjectReference passing_buffer_;
  std::byte* passing_ = nullptr;  // what the buffer holds; it stays where it is
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Monitor> monitor_;
};

// False once the environment is being torn down (a worker that was terminated): then no call into JavaScript succeeds,
// and node-addon-api would end the process for it.
bool can_run_javascript(napi_env env);

// Calls a function from the event loop; what it throws is the program's to handle, as with any other callback.
// Terminated at any moment, it just does nothing.
void call(napi_env env, napi_value receiver, napi_value function, std::initializer_list<napi_value> arguments);

// A Uint8Array aligned to its own ArrayBuffer, as the reader in TypeScript wants it; undefined where there is nothing.
napi_value to_bytes(napi_env env, const std::vector<std::byte>& bytes);

// An Error that carries `errno`, `code` and `syscall`, as Node's own system errors do.
Napi::Error system_error(Napi::Env env, int error, const char* syscall);

}  // namespace linkwright
