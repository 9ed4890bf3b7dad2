// NativeTunTap: the JavaScript face of a TUN or TAP device and the queues of it that are held open.
#pragma once

#include <napi.h>

#include <memory>
#include <vector>

#include "../tuntap.h"
#include "addon/environment.h"
#include "descriptor.h"

namespace linkwright {

class TunTapWrap final : public Napi::ObjectWrap<TunTapWrap> {
 public:
  static Napi::Function define(Napi::Env env);
  static Napi::Object wrap(Napi::Env env, tuntap::Device device);
  explicit TunTapWrap(const Napi::CallbackInfo& info);
  ~TunTapWrap() override;

 private:
  using Queues = std::vector<Descriptor>;

  Napi::Value fds(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);

  Environment& environment_;
  std::shared_ptr<Queues> queues_ = std::make_shared<Queues>();
};

// Adds the functions that make, attach to and remove TUN and TAP devices.
void init_tuntap(Napi::Env env, Napi::Object exports);

}  // namespace linkwright
