// The module: one environment each, its classes and functions.
#include <napi.h>

#include "addon/environment.h"
#include "addon/namespace.h"
#include "addon/socket.h"
#include "addon/tuntap.h"

namespace linkwright {

namespace {

Napi::Value set_dispatch(const Napi::CallbackInfo& info) {
  Environment::of(info.Env()).dispatch = Napi::Persistent(info[0].As<Napi::Function>());
  return info.Env().Undefined();
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Environment(env));
  SocketWrap::init(env, exports);
  init_namespace(env, exports);
  init_tuntap(env, exports);
  exports.Set("setDispatch", Napi::Function::New<&set_dispatch>(env, "setDispatch"));
  return exports;
}

}  // namespace

NODE_API_MODULE(linkwright, init)

}  // namespace linkwright
