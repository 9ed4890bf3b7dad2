// Work that is done away from the JavaScript thread, or while it waits, here or inside a namespace, and how its result
// becomes a JavaScript value.
#pragma once

#include <napi.h>

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "addon/environment.h"
#include "descriptor.h"
#include "netns.h"

namespace linkwright {

inline Napi::Error error_of(Napi::Env env, const netns::Failure& failure) {
  return system_error(env, failure.error, failure.syscall);
}

// What was done away from JavaScript, and how its result becomes a JavaScript value. `Result` may own something:
// it is destroyed with this where nobody is left to take it.
template <typename Result>
struct Errand {
  netns::Failure failure;
  Result result{};
};

template <typename Result>
using Work = std::function<WorkerFate(Errand<Result>&)>;
template <typename Result>
using Convert = Napi::Value (*)(Napi::Env, Result&);

// Does `work` on a worker thread.
template <typename Result>
Napi::Value later(Napi::Env env, Work<Result> work, Convert<Result> convert) {
  auto errand = std::make_shared<Errand<Result>>();
  return Environment::of(env).async(
      env, [errand, work = std::move(work)] { return work(*errand); },
      [errand, convert](Napi::Env settling, const Napi::Promise::Deferred& deferred) {
        if (errand->failure) {
          deferred.Reject(error_of(settling, errand->failure).Value());
          return;
        }
        const Napi::Value value = convert(settling, errand->result);
        if (settling.IsExceptionPending()) {
          deferred.Reject(settling.GetAndClearPendingException().Value());
        } else {
          deferred.Resolve(value);
        }
      });
}

template <typename Result>
Napi::Value finish(Napi::Env env, Errand<Result>& errand, Convert<Result> convert) {
  if (errand.failure) {
    error_of(env, errand.failure).ThrowAsJavaScriptException();
    return {};
  }
  return convert(env, errand.result);
}

// Does `work` while the JavaScript thread waits.
template <typename Result>
Napi::Value at_once(Napi::Env env, const Work<Result>& work, Convert<Result> convert) {
  Errand<Result> errand;
  work(errand);
  return finish(env, errand, convert);
}

// The same on a thread that is thrown away, for work that takes the thread into another namespace.
template <typename Result>
Napi::Value aside(Napi::Env env, const Work<Result>& work, Convert<Result> convert) {
  Errand<Result> errand;
  if (const int error = netns::aside([&] { work(errand); })) errand.failure = {error, "pthread_create"};
  return finish(env, errand, convert);
}

// Work that is done inside the namespace, on a thread that is not JavaScript's.
template <typename Result>
Work<Result> inside(std::shared_ptr<const Descriptor> fd, std::function<netns::Failure(Result&)> work) {
  return [fd = std::move(fd), work = std::move(work)](Errand<Result>& errand) {
    const netns::Visit visit = netns::visit(fd->get(), [&] { errand.failure = work(errand.result); });
    if (visit.error != 0) errand.failure = {visit.error, "setns"};
    return visit.fate;
  };
}

// What the JavaScript thread does from then on would be done to another network than the program means, and there is
// no other thread that could run the program. Stay::begin() makes sure that it does not come to this.
inline void come_back(netns::Stay& stay) {
  if (stay.end()) {
    Napi::Error::Fatal("linkwright", "the JavaScript thread could not return to its own network namespace");
  }
}

// Work that is done inside the namespace while the JavaScript thread waits: by that thread itself, for a thread of its
// own costs several times what two setns() do; by another where it could not come back.
template <typename Result>
Napi::Value inside_at_once(Napi::Env env, const std::shared_ptr<const Descriptor>& fd,
                           std::function<netns::Failure(Result&)> work, Convert<Result> convert) {
  Errand<Result> errand;
  netns::Stay stay;
  errand.failure = stay.begin(fd->get());
  if (!errand.failure) {
    errand.failure = work(errand.result);
    come_back(stay);
  } else if (std::string_view(errand.failure.syscall) == netns::kNoWayBack) {
    return aside<Result>(env, inside<Result>(fd, std::move(work)), convert);
  }
  return finish(env, errand, convert);
}

// Work on the calling thread that leaves it where it is.
template <typename Result>
Work<Result> here(std::function<netns::Failure(Result&)> work) {
  return [work = std::move(work)](Errand<Result>& errand) {
    errand.failure = work(errand.result);
    return WorkerFate::keep;
  };
}

struct Nothing {};
inline Napi::Value to_undefined(Napi::Env env, Nothing&) { return env.Undefined(); }

}  // namespace linkwright
