// NativeNamespace: the JavaScript face of a descriptor of a network namespace, and of what can be done with one.
#pragma once

#include <napi.h>

#include <memory>

#include "descriptor.h"

namespace linkwright {

class NamespaceWrap final : public Napi::ObjectWrap<NamespaceWrap> {
 public:
  static Napi::Function define(Napi::Env env);
  static Napi::Object wrap(Napi::Env env, Descriptor fd);
  explicit NamespaceWrap(const Napi::CallbackInfo& info);

 private:
  Napi::Value fd(const Napi::CallbackInfo& info);
  Napi::Value run(const Napi::CallbackInfo& info);
  Napi::Value sysctl_get(const Napi::CallbackInfo& info);
  Napi::Value sysctl_get_sync(const Napi::CallbackInfo& info);
  Napi::Value sysctl_set(const Napi::CallbackInfo& info);
  Napi::Value sysctl_set_sync(const Napi::CallbackInfo& info);
  Napi::Value socket(const Napi::CallbackInfo& info);
  Napi::Value socket_sync(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);

  // Shared with the worker threads that are on their way there: closed after the last of them.
  std::shared_ptr<const Descriptor> fd_ = std::make_shared<Descriptor>();
};

// The object that owns a descriptor of a namespace.
Napi::Object wrap_namespace(Napi::Env env, Descriptor fd);

// Adds the functions that make, find and remove namespaces.
void init_namespace(Napi::Env env, Napi::Object exports);

}  // namespace linkwright
