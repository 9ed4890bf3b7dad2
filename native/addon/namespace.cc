#include "addon/namespace.h"

#include <sys/socket.h>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "addon/environment.h"
#include "netns.h"

namespace linkwright {

namespace {

using netns::Failure;

std::string text(const Napi::Value& value) { return value.IsString() ? value.As<Napi::String>().Utf8Value() : ""; }

Napi::Error error_of(Napi::Env env, const Failure& failure) {
  return system_error(env, failure.error, failure.syscall);
}

// What was done away from JavaScript, and how its result becomes a JavaScript value. `Result` may own something:
// it is destroyed with this where nobody is left to take it.
template <typename Result>
struct Errand {
  Failure failure;
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
Work<Result> inside(std::shared_ptr<const Descriptor> fd, std::function<Failure(Result&)> work) {
  return [fd = std::move(fd), work = std::move(work)](Errand<Result>& errand) {
    const netns::Visit visit = netns::visit(fd->get(), [&] { errand.failure = work(errand.result); });
    if (visit.error != 0) errand.failure = {visit.error, "setns"};
    return visit.fate;
  };
}

// What the JavaScript thread does from then on would be done to another network than the program means, and there is
// no other thread that could run the program. Stay::begin() makes sure that it does not come to this.
void come_back(netns::Stay& stay) {
  if (stay.end()) {
    Napi::Error::Fatal("linkwright", "the JavaScript thread could not return to its own network namespace");
  }
}

// Work that is done inside the namespace while the JavaScript thread waits: by that thread itself, for a thread of its
// own costs several times what two setns() do; by another where it could not come back.
template <typename Result>
Napi::Value inside_at_once(Napi::Env env, const std::shared_ptr<const Descriptor>& fd,
                           std::function<Failure(Result&)> work, Convert<Result> convert) {
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
Work<Result> here(std::function<Failure(Result&)> work) {
  return [work = std::move(work)](Errand<Result>& errand) {
    errand.failure = work(errand.result);
    return WorkerFate::keep;
  };
}

struct Nothing {};
Napi::Value to_undefined(Napi::Env env, Nothing&) { return env.Undefined(); }
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
  const auto options = info[0].As<Napi::Object>();
  // Empty, and then not to be touched, where the environment is torn down meanwhile.
  const auto get = [&](const char* key) {
    const Napi::Value value = options.Get(key);
    return value.IsEmpty() ? info.Env().Undefined() : value;
  };
  const auto flag = [&](const char* key) {
    const Napi::Value value = get(key);
    return value.IsBoolean() && value.As<Napi::Boolean>().Value();
  };
  const auto number = [&](const char* key) {
    const Napi::Value value = get(key);
    return value.IsNumber() ? value.As<Napi::Number>().Int32Value() : -1;
  };
  netns::SocketSpec spec;
  spec.family = number("family") == 6 ? AF_INET6 : AF_INET;
  spec.type = flag("stream") ? SOCK_STREAM : SOCK_DGRAM;
  spec.address = text(get("address"));
  const int port = number("port");
  spec.bind = port >= 0 || !spec.address.empty();
  spec.port = static_cast<uint16_t>(std::max(port, 0));
  spec.scope = text(get("scope"));
  spec.reuse_address = flag("reuseAddress");
  spec.reuse_port = flag("reusePort");
  spec.ipv6_only = flag("ipv6Only");
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
