#include "addon/environment.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

namespace linkwright {

namespace {
// Enough to overlap the grace periods of single deletions; more would only queue for the kernel's one lock.
constexpr unsigned kWorkers = 8;

// Results that wait for each other. More of them would keep the event loop longer when they come.
constexpr size_t kUnhurriedAtMost = 4;

// Longer than nearly all that is handed over. New memory for each part would have to be zeroed, and to be found again
// by the garbage collector.
constexpr size_t kPassingBuffer = 256 << 10;
}  // namespace

Environment::Environment(Napi::Env env) : env_(env) {
  Napi::Value name = Napi::String::New(env, "linkwright");
  napi_create_threadsafe_function(
      env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this,
      [](napi_env called_in, napi_value, void* context, void*) {
        // Node calls back with no environment once it is being torn down.
        if (called_in != nullptr) static_cast<Environment*>(context)->drain();
      },
      &wake_);
  napi_unref_threadsafe_function(env, wake_);
  engine_ = std::make_unique<Engine>(kWorkers);
  monitor_ = std::make_unique<Monitor>(*this);
  // Registered after the function's own hook, so it runs before it: no thread is left to call it afterwards.
  napi_add_env_cleanup_hook(env, cleanup, this);
}

Environment::~Environment() { shut(); }

void Environment::cleanup(void* self) { static_cast<Environment*>(self)->shut(); }

void Environment::shut() {
  {
    std::lock_guard lock(mutex_);
    if (!open_) return;
    open_ = false;
  }
  monitor_->stop();
  engine_->stop();
  std::vector<Completion> dropped;
  std::lock_guard lock(mutex_);
  dropped.swap(pending_);
}

// With the mutex held.
void Environment::wake() {
  if (std::exchange(woken_, true)) return;
  napi_call_threadsafe_function(wake_, nullptr, napi_tsfn_nonblocking);
}

void Environment::post(Completion completion) {
  std::lock_guard lock(mutex_);
  if (!open_) return;
  pending_.push_back(std::move(completion));
  wake();
}

void Environment::post_unhurried(Completion completion) {
  std::lock_guard lock(mutex_);
  if (!open_) return;
  pending_.push_back(std::move(completion));
  if (++unhurried_ == kUnhurriedAtMost) wake();
}

void Environment::drain() {
  std::vector<Completion> batch;
  {
    std::lock_guard lock(mutex_);
    batch.swap(pending_);
    woken_ = false;
    unhurried_ = 0;
  }
  for (Completion& completion : batch) {
    if (!can_run_javascript(env_)) return;
    Napi::HandleScope scope(env_);
    completion();
  }
}

void Environment::hold() {
  if (holds_++ == 0) napi_ref_threadsafe_function(env_, wake_);
}

void Environment::release() {
  if (--holds_ == 0) napi_unref_threadsafe_function(env_, wake_);
}

Napi::Promise Environment::async(Napi::Env env, const std::shared_ptr<Lane>& lane, Task work, Settle settle,
                                 const std::shared_ptr<Series>& series) {
  if (!can_run_javascript(env)) return {};
  if (series) ++*series;
  auto deferred = std::make_shared<Napi::Promise::Deferred>(env);
  Napi::Promise promise = deferred->Promise();
  hold();
  const int error =
      engine_->post(lane, [this, deferred, series, work = std::move(work), settle = std::move(settle)]() mutable {
        const WorkerFate fate = work();
        auto completion = [this, deferred, settle = std::move(settle)] {
          release();
          settle(Napi::Env(env_), *deferred);
        };
        // A worker that is lost may be the only one that could be had.
        if (series && --*series > 0 && fate == WorkerFate::keep) {
          post_unhurried(std::move(completion));
        } else {
          post(std::move(completion));
        }
        return fate;
      });
  if (error != 0) {
    if (series) --*series;
    release();
    deferred->Reject(system_error(env, error, "pthread_create").Value());
  }
  return promise;
}

napi_value Environment::passing_bytes(const std::vector<std::byte>& bytes) {
  if (bytes.empty() || bytes.size() > kPassingBuffer) return to_bytes(env_, bytes);
  napi_value buffer = nullptr;
  if (passing_ == nullptr) {
    void* data = nullptr;
    if (napi_create_arraybuffer(env_, kPassingBuffer, &data, &buffer) != napi_ok) return to_bytes(env_, {});
    passing_buffer_ = Napi::Persistent(Napi::Object(env_, buffer));
    passing_ = static_cast<std::byte*>(data);
  } else {
    buffer = passing_buffer_.Value();
  }
  std::memcpy(passing_, bytes.data(), bytes.size());
  napi_value array = nullptr;
  napi_create_typedarray(env_, napi_uint8_array, bytes.size(), buffer, 0, &array);
  return array;
}

bool can_run_javascript(napi_env env) {
  napi_value value = nullptr;
  // Any call that may run JavaScript tells.
  return napi_get_undefined(env, &value) == napi_ok && napi_coerce_to_bool(env, value, &value) == napi_ok;
}

void call(napi_env env, napi_value receiver, napi_value function, std::initializer_list<napi_value> arguments) {
  if (napi_call_function(env, receiver, function, arguments.size(), arguments.begin(), nullptr) == napi_ok) return;
  bool pending = false;
  napi_value error = nullptr;
  if (napi_is_exception_pending(env, &pending) == napi_ok && pending &&
      napi_get_and_clear_last_exception(env, &error) == napi_ok) {
    napi_fatal_exception(env, error);
  }
}

napi_value to_bytes(napi_env env, const std::vector<std::byte>& bytes) {
  napi_value buffer = nullptr;
  napi_value array = nullptr;
  void* data = nullptr;
  if (bytes.empty() || napi_create_arraybuffer(env, bytes.size(), &data, &buffer) != napi_ok) {
    napi_get_undefined(env, &array);
    return array;
  }
  std::memcpy(data, bytes.data(), bytes.size());
  napi_create_typedarray(env, napi_uint8_array, bytes.size(), buffer, 0, &array);
  return array;
}

Napi::Error system_error(Napi::Env env, int error, const char* syscall) {
  Napi::Error made = Napi::Error::New(env, std::string(syscall) + ": " + std::strerror(error));
  made.Set("errno", Napi::Number::New(env, error));
  made.Set("syscall", Napi::String::New(env, syscall));
  return made;
}

}  // namespace linkwright
