#include "addon/namespace.h"

#include <sys/socket.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "addon/environment.h"
#include "addon/errand.h"
#include "addon/options.h"
#include "netns.h"

namespace linkwright {

namespace {

using netns::Failure;

std::string text(const Napi::Value& value) { return value.IsString() ? value.As<Napi::String>().Utf8Value() : ""; }

Napi::Value to_text(Napi::Env env, std::string& value) { return Napi::String::New(env, value); }
Napi::Value to_namespace(Napi::Env env, Descriptor& fd) { return wrap_namespace(env, std::move(fd)); }
// From here on the descriptor is the script's to give to a socket, or to close.
Napi::Value to_number(Napi::Env env, Descriptor& fd) { return Napi::Number::New(env, fd.release()); }

Napi::Value to_entries(Napi::Env env, std::vector<netns::Entry>& entries) {
  Napi::Array array = Napi::Array::New(env, entries.size());
  for (uint32_t i = 0; i < entries.size(); i++) {
    Napi::Object entry = Napi::Object::New(env);
    entry.Set("name", entries[i].name);
    entry.Set("inode", static_cast<double>(entries[i].identity.inode));
    entry.Set("device", static_cast<double>(entries[i].identity.device));
    array.Set(i, entry);
  }
  return array;
}

// Creation leaves the thread's namespace for the new one, so even at once it is done aside.
Work<Descriptor> creation(const Napi::CallbackInfo& info) {
  return [named = info[0].IsString(), name = text(info[0])](Errand<Descriptor>& errand) {
    const netns::Creation creation = named ? netns::create(name, errand.result) : netns::create(errand.result);
    errand.failure = creation.failure;
    return creation.fate;
  };
}
Napi::Value create(const Napi::CallbackInfo& info) {
  return later<Descriptor>(info.Env(), creation(info), to_namespace);
}
Napi::Value create_sync(const Napi::CallbackInfo& info) {
  return aside<Descriptor>(info.Env(), creation(info), to_namespace);
}

Work<Descriptor> opening(const Napi::CallbackInfo& info) {
  return here<Descriptor>([path = text(info[0])](Descriptor& fd) { return netns::open(path, fd); });
}
Napi::Value open(const Napi::CallbackInfo& info) { return later<Descriptor>(info.Env(), opening(info), to_namespace); }
Napi::Value open_sync(const Napi::CallbackInfo& info) {
  return at_once<Descriptor>(info.Env(), opening(info), to_namespace);
}

Napi::Value duplicate(const Napi::CallbackInfo& info) {
  const int original = info[0].As<Napi::Number>().Int32Value();
  const auto work = [original](Descriptor& fd) { return netns::duplicate(original, fd); };
  return at_once<Descriptor>(info.Env(), here<Descriptor>(work), to_namespace);
}

Napi::Value current(const Napi::CallbackInfo& info) {
  return at_once<Descriptor>(info.Env(), here<Descriptor>(netns::current), to_namespace);
}

Work<Nothing> removal(const Napi::CallbackInfo& info) {
  return here<Nothing>([name = text(info[0])](Nothing&) { return netns::remove(name); });
}
Napi::Value remove(const Napi::CallbackInfo& info) { return later<Nothing>(info.Env(), removal(info), to_undefined); }
Napi::Value remove_sync(const Napi::CallbackInfo& info) {
  return at_once<Nothing>(info.Env(), removal(info), to_undefined);
}

Napi::Value list(const Napi::CallbackInfo& info) {
  return later<std::vector<netns::Entry>>(info.Env(), here<std::vector<netns::Entry>>(netns::list), to_entries);
}
Napi::Value list_sync(const Napi::CallbackInfo& info) {
  return at_once<std::vector<netns::Entry>>(info.Env(), here<std::vector<netns::Entry>>(netns::list), to_entries);
}

std::function<Failure(std::string&)> sysctl_getting(const Napi::CallbackInfo& info) {
  return [path = text(info[0])](std::string& value) { return netns::sysctl_get(path, value); };
}

std::function<Failure(Nothing&)> sysctl_setting(const Napi::CallbackInfo& info) {
  return [path = text(info[0]), value = text(info[1])](Nothing&) { return netns::sysctl_set(path, value); };
}

std::function<Failure(Descriptor&)> socket_opening(const Napi::CallbackInfo& info) {
  const Options options(info[0]);
  netns::SocketSpec spec;
  spec.family = options.number("family") == 6 ? AF_INET6 : AF_INET;
  spec.type = options.flag("stream") ? SOCK_STREAM : SOCK_DGRAM;
  spec.address = options.text("address");
  const std::optional<int64_t> port = options.number("port");
  spec.bind = port || !spec.address.empty();
  spec.port = static_cast<uint16_t>(port.value_or(0));
  spec.scope = options.text("scope");
  spec.reuse_address = options.flag("reuseAddress");
  spec.reuse_port = options.flag("reusePort");
  spec.ipv6_only = options.flag("ipv6Only");
  return [spec = std::move(spec)](Descriptor& fd) { return netns::open_socket(spec, fd); };
}

}  // namespace

Napi::Function NamespaceWrap::define(Napi::Env env) {
  return DefineClass(
      env, "NativeNamespace",
      {InstanceMethod<&NamespaceWrap::run>("run"), InstanceMethod<&NamespaceWrap::sysctl_get>("sysctlGet"),
       InstanceMethod<&NamespaceWrap::sysctl_get_sync>("sysctlGetSync"),
       InstanceMethod<&NamespaceWrap::sysctl_set>("sysctlSet"),
       InstanceMethod<&NamespaceWrap::sysctl_set_sync>("sysctlSetSync"),
       InstanceMethod<&NamespaceWrap::socket>("socket"), InstanceMethod<&NamespaceWrap::socket_sync>("socketSync"),
       InstanceMethod<&NamespaceWrap::close>("close"), InstanceAccessor<&NamespaceWrap::fd>("fd")});
}

NamespaceWrap::NamespaceWrap(const Napi::CallbackInfo& info) : Napi::ObjectWrap<NamespaceWrap>(info) {}

Napi::Object NamespaceWrap::wrap(Napi::Env env, Descriptor fd) {
  netns::Identity identity;
  if (const Failure failure = netns::identify(fd.get(), identity)) {
    error_of(env, failure).ThrowAsJavaScriptException();
    return {};
  }
  Napi::Object object = Environment::of(env).namespace_constructor.New({});
  // A worker thread may be terminated between any two calls: each may fail from then on, with no exception pending.
  if (object.IsEmpty() || env.IsExceptionPending()) return {};
  object.Set("inode", static_cast<double>(identity.inode));
  object.Set("device", static_cast<double>(identity.device));
  NamespaceWrap* wrapped = Unwrap(object);
  if (wrapped == nullptr) return {};
  wrapped->fd_ = std::make_shared<Descriptor>(std::move(fd));
  return object;
}

Napi::Value NamespaceWrap::fd(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), fd_->get()); }

// Calls a function on this thread inside the namespace, and comes back whatever it does.
Napi::Value NamespaceWrap::run(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  netns::Stay stay;
  if (const Failure failure = stay.begin(fd_->get())) {
    error_of(env, failure).ThrowAsJavaScriptException();
    return {};
  }
  const Napi::Value result = info[0].As<Napi::Function>().Call({});
  come_back(stay);
  return result;
}

Napi::Value NamespaceWrap::sysctl_get(const Napi::CallbackInfo& info) {
  return later<std::string>(info.Env(), inside<std::string>(fd_, sysctl_getting(info)), to_text);
}
Napi::Value NamespaceWrap::sysctl_get_sync(const Napi::CallbackInfo& info) {
  return inside_at_once<std::string>(info.Env(), fd_, sysctl_getting(info), to_text);
}

Napi::Value NamespaceWrap::sysctl_set(const Napi::CallbackInfo& info) {
  return later<Nothing>(info.Env(), inside<Nothing>(fd_, sysctl_setting(info)), to_undefined);
}
Napi::Value NamespaceWrap::sysctl_set_sync(const Napi::CallbackInfo& info) {
  return inside_at_once<Nothing>(info.Env(), fd_, sysctl_setting(info), to_undefined);
}

Napi::Value NamespaceWrap::socket(const Napi::CallbackInfo& info) {
  return later<Descriptor>(info.Env(), inside<Descriptor>(fd_, socket_opening(info)), to_number);
}
Napi::Value NamespaceWrap::socket_sync(const Napi::CallbackInfo& info) {
  return inside_at_once<Descriptor>(info.Env(), fd_, socket_opening(info), to_number);
}

Napi::Value NamespaceWrap::close(const Napi::CallbackInfo& info) {
  fd_ = std::make_shared<Descriptor>();
  return info.Env().Undefined();
}

Napi::Object wrap_namespace(Napi::Env env, Descriptor fd) { return NamespaceWrap::wrap(env, std::move(fd)); }

void init_namespace(Napi::Env env, Napi::Object exports) {
  Environment::of(env).namespace_constructor = Napi::Persistent(NamespaceWrap::define(env));
  exports.Set("namespaceDirectory", netns::kDirectory);
  exports.Set("createNamespace", Napi::Function::New<&create>(env, "createNamespace"));
  exports.Set("createNamespaceSync", Napi::Function::New<&create_sync>(env, "createNamespaceSync"));
  exports.Set("openNamespace", Napi::Function::New<&open>(env, "openNamespace"));
  exports.Set("openNamespaceSync", Napi::Function::New<&open_sync>(env, "openNamespaceSync"));
  exports.Set("duplicateNamespace", Napi::Function::New<&duplicate>(env, "duplicateNamespace"));
  exports.Set("currentNamespace", Napi::Function::New<&current>(env, "currentNamespace"));
  exports.Set("deleteNamespace", Napi::Function::New<&remove>(env, "deleteNamespace"));
  exports.Set("deleteNamespaceSync", Napi::Function::New<&remove_sync>(env, "deleteNamespaceSync"));
  exports.Set("listNamespaces", Napi::Function::New<&list>(env, "listNamespaces"));
  exports.Set("listNamespacesSync", Napi::Function::New<&list_sync>(env, "listNamespacesSync"));
}

}  // namespace linkwright
