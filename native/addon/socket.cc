#include "addon/socket.h"

#include <errno.h>

#include <atomic>
#include <string>
#include <utility>

#include "addon/arguments.h"
#include "addon/environment.h"
#include "addon/errand.h"
#include "addon/namespace.h"
#include "addon/opening.h"
#include "addon/subscription.h"
#include "netns.h"
#include "thread.h"

namespace linkwright {

namespace {

// How much of a dump is read before it is handed over, and how much may be undelivered before reading stops.
constexpr size_t kDumpPart = 96 << 10;
constexpr size_t kDumpHighWater = 8 << 20;

}  // namespace

struct SocketWrap::Dump {
  uint32_t id = 0;
  std::shared_ptr<Connection> connection;
  std::atomic<size_t> undelivered = 0;
  std::atomic<bool> unwanted = false;  // nobody listens any more: read out, hand over nothing
};

void SocketWrap::init(Napi::Env env, Napi::Object exports) {
  Environment& environment = Environment::of(env);
  Napi::Function constructor = DefineClass(
      env, "NativeSocket",
      {InstanceMethod<&SocketWrap::submit>("submit"), InstanceMethod<&SocketWrap::submit_sync>("submitSync"),
       InstanceMethod<&SocketWrap::dump>("dump"), InstanceMethod<&SocketWrap::dump_sync>("dumpSync"),
       InstanceMethod<&SocketWrap::consumed>("consumed"), InstanceMethod<&SocketWrap::link_index>("linkIndex"),
       InstanceMethod<&SocketWrap::subscribe>("subscribe"), InstanceMethod<&SocketWrap::namespace_of>("namespace"),
       InstanceMethod<&SocketWrap::beside>("beside"), InstanceMethod<&SocketWrap::chain>("chain"),
       InstanceMethod<&SocketWrap::cancel>("cancel"), InstanceMethod<&SocketWrap::ref>("ref"),
       InstanceMethod<&SocketWrap::unref>("unref"),
       InstanceMethod<static_cast<Napi::Value (SocketWrap::*)(const Napi::CallbackInfo&)>(&SocketWrap::close)>(
           "close")});
  environment.socket_constructor = Napi::Persistent(constructor);
  environment.subscription_constructor = Napi::Persistent(SubscriptionWrap::define(env));
  exports.Set("openSocket", Napi::Function::New<&SocketWrap::open>(env, "openSocket"));
  exports.Set("openSocketSync", Napi::Function::New<&SocketWrap::open_sync>(env, "openSocketSync"));
}

SocketWrap::SocketWrap(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<SocketWrap>(info), environment_(Environment::of(info.Env())) {}

SocketWrap::~SocketWrap() = default;

Napi::Object SocketWrap::wrap(Napi::Env env, std::shared_ptr<Connection> connection) {
  Napi::Object object = Environment::of(env).socket_constructor.New({});
  // A worker thread may be terminated between any two calls: each may fail from then on, with no exception pending.
  SocketWrap* wrapped = object.IsEmpty() || env.IsExceptionPending() ? nullptr : Unwrap(object);
  if (wrapped == nullptr) return {};
  wrapped->connection_ = std::move(connection);
  return object;
}

Napi::Value SocketWrap::open(const Napi::CallbackInfo& info) {
  const OpenRequest request = read_open(info);
  auto opened = std::make_shared<Opened>(request, request.netns >= 0);
  return Environment::of(info.Env())
      .async(
          info.Env(),
          [request, opened] {
            Descriptor none;
            if (request.netns >= 0) return open_elsewhere(request, *opened, none);
            open_here(request, *opened);
            return WorkerFate::keep;
          },
          [opened](Napi::Env env, const Napi::Promise::Deferred& deferred) {
            if (opened->failure) {
              deferred.Reject(error_of(env, opened->failure).Value());
            } else {
              const Napi::Object object = wrap(env, opened->connection);
              if (!object.IsEmpty()) deferred.Resolve(object);
            }
          });
}

Napi::Value SocketWrap::open_sync(const Napi::CallbackInfo& info) {
  const OpenRequest request = read_open(info);
  Opened opened(request, request.netns >= 0 || is_away());
  if (request.netns < 0) {
    open_here(request, opened);
  } else if (const int error = netns::visit_aside(request.netns, [&] { open_here(request, opened); })) {
    opened.failure = {error, "setns"};
  }
  if (opened.failure) {
    error_of(info.Env(), opened.failure).ThrowAsJavaScriptException();
    return {};
  }
  return wrap(info.Env(), opened.connection);
}

// A request in flight: the object stays, and so does the process unless it was told not to wait.
void SocketWrap::begin() {
  if (in_flight_++ == 0) Ref();
  if (in_flight_ == 1 && keeps_alive_) environment_.hold();
}

// A request that no thread could be had for has not begun.
Napi::Value SocketWrap::begun(Napi::Env env, int error) {
  if (error == 0) return env.Undefined();
  finish();
  system_error(env, error, "pthread_create").ThrowAsJavaScriptException();
  return {};
}

void SocketWrap::finish() {
  if (in_flight_ == 1 && keeps_alive_) environment_.release();
  if (--in_flight_ == 0) Unref();
}

void SocketWrap::end(uint32_t id, const std::vector<std::byte>& bytes, bool last, int error) {
  const Napi::Env env = Env();
  Napi::Object self = Value();
  if (last) {
    dumps_.erase(id);
    finish();
  }
  call(env, self, environment_.dispatch.Value(),
       {self, Napi::Number::New(env, id), environment_.passing_bytes(bytes), Napi::Boolean::New(env, last),
        Napi::Number::New(env, error)});
}

Napi::Value SocketWrap::submit(const Napi::CallbackInfo& info) {
  const uint32_t id = info[0].As<Napi::Number>().Uint32Value();
  const Stop stop = read_stop(info[3]);
  begin();
  const int error = environment_.engine().post(
      connection_->lane, [this, id, stop, connection = connection_, messages = copy_bytes(info[1]),
                          patches = read_patches(info[2])]() mutable {
        auto answers = std::make_shared<std::vector<std::byte>>(connection->exchange.submit(messages, patches, stop));
        environment_.post([this, id, answers] { end(id, *answers, true, 0); });
        return WorkerFate::keep;
      });
  return begun(info.Env(), error);
}

Napi::Value SocketWrap::submit_sync(const Napi::CallbackInfo& info) {
  std::vector<std::byte> messages = copy_bytes(info[0]);
  const std::vector<Patch> patches = read_patches(info[1]);
  const Stop stop = read_stop(info[2]);
  std::vector<std::byte> answers;
  const bool ran = environment_.engine().run(connection_->lane,
                                             [&] { answers = connection_->exchange.submit(messages, patches, stop); });
  if (!ran) {
    system_error(info.Env(), EBUSY, "submitSync").ThrowAsJavaScriptException();
    return {};
  }
  return {info.Env(), to_bytes(info.Env(), answers)};
}

Napi::Value SocketWrap::dump(const Napi::CallbackInfo& info) {
  auto dump = std::make_shared<Dump>();
  dump->id = info[0].As<Napi::Number>().Uint32Value();
  dump->connection = connection_;
  dumps_.emplace(dump->id, dump);
  begin();
  const int error = environment_.engine().post(
      connection_->lane, [this, dump, message = copy_bytes(info[1]), patches = read_patches(info[2])]() mutable {
        const int refused = dump->connection->exchange.begin_dump(message, patches);
        if (refused == 0) return read(dump);
        environment_.post([this, dump, refused] { end(dump->id, {}, true, refused); });
        return WorkerFate::keep;
      });
  if (error != 0) dumps_.erase(dump->id);
  return begun(info.Env(), error);
}

// Reads one part of a dump on a worker, hands it over, and goes on with the next as the same lane's next task.
WorkerFate SocketWrap::read(const std::shared_ptr<Dump>& dump) {
  auto bytes = std::make_shared<std::vector<std::byte>>();
  bytes->reserve(kDumpPart + (64 << 10));
  const Exchange::Part part = dump->connection->exchange.read_dump(*bytes, kDumpPart);
  const bool full = (dump->undelivered += bytes->size()) > kDumpHighWater && !dump->unwanted;
  if (!part.end) {
    environment_.engine().post_next(
        dump->connection->lane, [this, dump] { return read(dump); }, full);
    // Consumed meanwhile: nobody else would resume it.
    if (full && (dump->unwanted || dump->undelivered <= kDumpHighWater)) {
      environment_.engine().resume(dump->connection->lane);
    }
  }
  if (dump->unwanted && !part.end) return WorkerFate::keep;
  environment_.post([this, dump, bytes, part] { end(dump->id, *bytes, part.end, part.error); });
  return WorkerFate::keep;
}

Napi::Value SocketWrap::dump_sync(const Napi::CallbackInfo& info) {
  std::vector<std::byte> message = copy_bytes(info[0]);
  const std::vector<Patch> patches = read_patches(info[1]);
  std::vector<std::byte> messages;
  int error = 0;
  const bool ran = environment_.engine().run(connection_->lane, [&] {
    error = connection_->exchange.begin_dump(message, patches);
    if (error == 0) error = connection_->exchange.read_dump(messages, SIZE_MAX).error;
  });
  if (!ran) {
    system_error(info.Env(), EBUSY, "dumpSync").ThrowAsJavaScriptException();
    return {};
  }
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("messages", to_bytes(info.Env(), messages));
  result.Set("errno", Napi::Number::New(info.Env(), error));
  return result;
}

// `bytes` of a dump have been taken; 0: the rest is not wanted.
Napi::Value SocketWrap::consumed(const Napi::CallbackInfo& info) {
  const auto found = dumps_.find(info[0].As<Napi::Number>().Uint32Value());
  if (found == dumps_.end()) return info.Env().Undefined();
  Dump& dump = *found->second;
  const size_t bytes = info[1].As<Napi::Number>().Uint32Value();
  if (bytes == 0) dump.unwanted = true;
  if ((dump.undelivered -= bytes) <= kDumpHighWater || dump.unwanted) environment_.engine().resume(connection_->lane);
  return info.Env().Undefined();
}

Napi::Value SocketWrap::link_index(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), connection_->socket.link_index(info[0].As<Napi::String>().Utf8Value()));
}

Napi::Value SocketWrap::namespace_of(const Napi::CallbackInfo& info) {
  const int fd = connection_->socket.namespace_descriptor();
  if (fd < 0) {
    system_error(info.Env(), -fd, "ioctl(SIOCGSKNS)").ThrowAsJavaScriptException();
    return {};
  }
  return wrap_namespace(info.Env(), Descriptor(fd));
}

Napi::Value SocketWrap::subscribe(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto groups = info[0].As<Napi::Array>();
  SocketOptions options;
  options.protocol = connection_->protocol;
  options.receive_buffer = info[1].As<Napi::Number>().Uint32Value();
  for (uint32_t i = 0; i < groups.Length(); i++) {
    options.groups.push_back(groups.Get(i).As<Napi::Number>().Uint32Value());
  }
  auto socket = std::make_unique<KernelSocket>();
  int error = 0;
  const char* syscall = "socket";
  const auto open_here = [&] { error = KernelSocket::open(options, *socket); };
  // Inside netns.run this thread is elsewhere, and a socket at home is not where it is.
  if (connection_->elsewhere || is_away()) {
    const Descriptor netns(connection_->socket.namespace_descriptor());
    if (const int refused = netns ? netns::visit_aside(netns.get(), open_here) : EPERM) {
      error = refused;
      syscall = "setns";
    }
  } else {
    open_here();
  }
  if (error != 0) {
    system_error(env, error, syscall).ThrowAsJavaScriptException();
    return {};
  }
  Napi::Object object = environment_.subscription_constructor.New({});
  SubscriptionWrap* wrapped = object.IsEmpty() || env.IsExceptionPending() ? nullptr : SubscriptionWrap::Unwrap(object);
  if (wrapped == nullptr) return {};
  error = wrapped->start(std::move(socket), info[2].As<Napi::Function>());
  if (error != 0) {
    system_error(env, error, "epoll_ctl").ThrowAsJavaScriptException();
    return {};
  }
  return object;
}

// A socket in another namespace, or in a new one, whose tasks run in one order with this one's.
Napi::Value SocketWrap::beside(const Napi::CallbackInfo& info) {
  struct Made {
    explicit Made(const OpenRequest& request) : opened(request, true) {}
    Opened opened;
    Descriptor created;
  };
  const OpenRequest request = read_open(info);
  auto made = std::make_shared<Made>(request);
  made->opened.connection->lane = connection_->lane;
  return environment_.async(
      info.Env(), connection_->lane, [request, made] { return open_elsewhere(request, made->opened, made->created); },
      [made](Napi::Env env, const Napi::Promise::Deferred& deferred) {
        if (made->opened.failure) {
          deferred.Reject(error_of(env, made->opened.failure).Value());
          return;
        }
        const Napi::Object socket = wrap(env, made->opened.connection);
        if (socket.IsEmpty()) return;
        if (made->created) {
          const Napi::Object netns = wrap_namespace(env, std::move(made->created));
          if (netns.IsEmpty()) {
            if (env.IsExceptionPending()) deferred.Reject(env.GetAndClearPendingException().Value());
            return;
          }
          socket.Set("created", netns);
        }
        deferred.Resolve(socket);
      });
}

Napi::Value SocketWrap::ref(const Napi::CallbackInfo& info) {
  if (!std::exchange(keeps_alive_, true) && in_flight_ > 0) environment_.hold();
  return info.Env().Undefined();
}

Napi::Value SocketWrap::unref(const Napi::CallbackInfo& info) {
  if (std::exchange(keeps_alive_, false) && in_flight_ > 0) environment_.release();
  return info.Env().Undefined();
}

Napi::Value SocketWrap::close(const Napi::CallbackInfo& info) {
  if (!std::exchange(closed_, true)) {
    const int error = environment_.engine().post(connection_->lane, [connection = connection_] {
      connection->socket.close();
      return WorkerFate::keep;
    });
    if (error != 0) connection_->socket.close();  // no thread was ever there to use it
  }
  return info.Env().Undefined();
}

}  // namespace linkwright
