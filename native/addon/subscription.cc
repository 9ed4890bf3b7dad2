#include "addon/subscription.h"

#include <utility>

#include "addon/environment.h"

namespace linkwright {

Napi::Function SubscriptionWrap::define(Napi::Env env) {
  return DefineClass(env, "NativeSubscription",
                     {InstanceMethod<&SubscriptionWrap::ref>("ref"), InstanceMethod<&SubscriptionWrap::unref>("unref"),
                      InstanceMethod<static_cast<Napi::Value (SubscriptionWrap::*)(const Napi::CallbackInfo&)>(
                          &SubscriptionWrap::close)>("close")});
}

SubscriptionWrap::SubscriptionWrap(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<SubscriptionWrap>(info), environment_(Environment::of(info.Env())) {}

SubscriptionWrap::~SubscriptionWrap() {
  if (subscription_) environment_.monitor().remove(subscription_);
}

int SubscriptionWrap::start(std::unique_ptr<KernelSocket> socket, Napi::Function listener) {
  listener_ = Napi::Persistent(listener);
  const int fd = socket->fd();
  subscription_ =
      std::make_shared<Subscription>(std::move(socket), fd, [this](const std::vector<std::byte>& messages, int error) {
        const Napi::Env env = Env();
        call(env, env.Undefined(), listener_.Value(),
             {environment_.passing_bytes(messages), Napi::Number::New(env, error)});
      });
  if (const int error = environment_.monitor().add(subscription_)) {
    subscription_.reset();
    return error;
  }
  // Listens until closed, whether or not anything else refers to it.
  Ref();
  keeps_alive_ = true;
  environment_.hold();
  return 0;
}

Napi::Value SubscriptionWrap::ref(const Napi::CallbackInfo& info) {
  if (subscription_ && !std::exchange(keeps_alive_, true)) environment_.hold();
  return info.Env().Undefined();
}

Napi::Value SubscriptionWrap::unref(const Napi::CallbackInfo& info) {
  if (subscription_ && std::exchange(keeps_alive_, false)) environment_.release();
  return info.Env().Undefined();
}

Napi::Value SubscriptionWrap::close(const Napi::CallbackInfo& info) {
  close();
  return info.Env().Undefined();
}

void SubscriptionWrap::close() {
  if (!subscription_) return;
  environment_.monitor().remove(subscription_);
  subscription_.reset();
  if (std::exchange(keeps_alive_, false)) environment_.release();
  Unref();
}

}  // namespace linkwright
