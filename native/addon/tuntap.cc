#include "addon/tuntap.h"

#include <functional>
#include <string>
#include <utility>

#include "addon/errand.h"
#include "addon/options.h"
#include "netns.h"

namespace linkwright {

namespace {

using netns::Failure;

// Does `work` on a worker thread: inside the namespace of the descriptor `fd`, or at home where that is -1.
template <typename Result>
Napi::Value later_in(Napi::Env env, int fd, std::function<Failure(Result&)> work, Convert<Result> convert) {
  if (fd < 0) return later<Result>(env, here<Result>(std::move(work)), convert);
  auto copy = std::make_shared<Descriptor>();
  if (const Failure failure = netns::duplicate(fd, *copy)) {
    return later<Result>(env, here<Result>([failure](Result&) { return failure; }), convert);
  }
  return later<Result>(env, inside<Result>(std::move(copy), std::move(work)), convert);
}

std::optional<uint32_t> id(const Options& options, const char* key) {
  const std::optional<int64_t> number = options.number(key);
  if (!number) return std::nullopt;
  return static_cast<uint32_t>(*number);
}

tuntap::Spec read_spec(const Options& options) {
  tuntap::Spec spec;
  spec.name = options.text("name");
  spec.tap = options.flag("tap");
  spec.exclusive = options.flag("exclusive");
  spec.ifindex = static_cast<uint32_t>(options.number("ifindex").value_or(0));
  spec.multi_queue = options.flag("multiQueue");
  spec.queues = static_cast<unsigned>(options.number("queues").value_or(1));
  spec.packet_info = options.flag("packetInfo");
  spec.vnet_header = options.flag("vnetHeader");
  spec.vnet_header_size = static_cast<int>(options.number("vnetHeaderSize").value_or(0));
  spec.owner = id(options, "owner");
  spec.group = id(options, "group");
  spec.persist = options.boolean("persist");
  spec.non_blocking = options.flag("nonBlocking");
  return spec;
}

Napi::Value to_device(Napi::Env env, tuntap::Device& device) { return TunTapWrap::wrap(env, std::move(device)); }

Napi::Value open(const Napi::CallbackInfo& info) {
  const auto work = [spec = read_spec(Options(info[1]))](tuntap::Device& device) { return tuntap::open(spec, device); };
  return later_in<tuntap::Device>(info.Env(), info[0].As<Napi::Number>().Int32Value(), work, to_device);
}

Napi::Value remove(const Napi::CallbackInfo& info) {
  const auto work = [name = info[1].As<Napi::String>().Utf8Value()](Nothing&) { return tuntap::remove(name); };
  return later_in<Nothing>(info.Env(), info[0].As<Napi::Number>().Int32Value(), work, to_undefined);
}

}  // namespace

Napi::Function TunTapWrap::define(Napi::Env env) {
  return DefineClass(env, "NativeTunTap",
                     {InstanceAccessor<&TunTapWrap::fds>("fds"), InstanceMethod<&TunTapWrap::close>("close")});
}

TunTapWrap::TunTapWrap(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<TunTapWrap>(info), environment_(Environment::of(info.Env())) {}

// Closing the last descriptor of a device that is not persistent takes it down, for which the kernel waits for all
// CPUs: a worker thread's work, also where the object was forgotten.
TunTapWrap::~TunTapWrap() {
  if (queues_->empty()) return;
  environment_.engine().post([queues = std::move(queues_)] {
    queues->clear();
    return WorkerFate::keep;
  });
}

Napi::Object TunTapWrap::wrap(Napi::Env env, tuntap::Device device) {
  Napi::Object object = Environment::of(env).tuntap_constructor.New({});
  // A worker thread may be terminated between any two calls: each may fail from then on, with no exception pending.
  if (object.IsEmpty() || env.IsExceptionPending()) return {};
  object.Set("name", device.name);
  object.Set("ifindex", static_cast<double>(device.ifindex));
  TunTapWrap* wrapped = Unwrap(object);
  if (wrapped == nullptr) return {};
  *wrapped->queues_ = std::move(device.queues);
  return object;
}

Napi::Value TunTapWrap::fds(const Napi::CallbackInfo& info) {
  Napi::Array array = Napi::Array::New(info.Env(), queues_->size());
  for (uint32_t i = 0; i < queues_->size(); i++) array.Set(i, (*queues_)[i].get());
  return array;
}

Napi::Value TunTapWrap::close(const Napi::CallbackInfo& info) {
  const auto work = [queues = std::exchange(queues_, std::make_shared<Queues>())](Nothing&) {
    queues->clear();
    return Failure{};
  };
  return later<Nothing>(info.Env(), here<Nothing>(work), to_undefined);
}

void init_tuntap(Napi::Env env, Napi::Object exports) {
  Environment::of(env).tuntap_constructor = Napi::Persistent(TunTapWrap::define(env));
  exports.Set("openTunTap", Napi::Function::New<&open>(env, "openTunTap"));
  exports.Set("deleteTunTap", Napi::Function::New<&remove>(env, "deleteTunTap"));
}

}  // namespace linkwright
