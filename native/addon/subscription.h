// NativeSubscription: the JavaScript face of a subscription to multicast groups.
#pragma once

#include <napi.h>

#include <memory>

#include "monitor.h"

namespace linkwright {

class Environment;

class SubscriptionWrap final : public Napi::ObjectWrap<SubscriptionWrap> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit SubscriptionWrap(const Napi::CallbackInfo& info);
  ~SubscriptionWrap() override;
  // Starts listening. Returns 0 or an errno.
  int start(std::unique_ptr<KernelSocket> socket, Napi::Function listener);

 private:
  Napi::Value ref(const Napi::CallbackInfo& info);
  Napi::Value unref(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);
  void close();

  Environment& environment_;
  std::shared_ptr<Subscription> subscription_;
  Napi::FunctionReference listener_;
  bool keeps_alive_ = false;
};

}  // namespace linkwright
