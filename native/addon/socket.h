// NativeSocket and NativeSubscription: the JavaScript faces of a request socket and of a subscription.
#pragma once

#include <napi.h>

#include <memory>
#include <unordered_map>
#include <vector>

#include "engine.h"
#include "exchange.h"
#include "monitor.h"
#include "socket.h"

namespace linkwright {

class Environment;

// What worker threads share with the JavaScript object.
struct Connection {
  KernelSocket socket;
  Exchange exchange{socket};
  std::shared_ptr<Lane> lane = std::make_shared<Lane>();
  int protocol = 0;
  bool elsewhere = false;  // opened in another namespace than the process's own
};

class SocketWrap final : public Napi::ObjectWrap<SocketWrap> {
 public:
  static void init(Napi::Env env, Napi::Object exports);
  explicit SocketWrap(const Napi::CallbackInfo& info);
  ~SocketWrap() override;

 private:
  struct Dump;

  Napi::Value submit(const Napi::CallbackInfo& info);
  Napi::Value submit_sync(const Napi::CallbackInfo& info);
  Napi::Value dump(const Napi::CallbackInfo& info);
  Napi::Value dump_sync(const Napi::CallbackInfo& info);
  Napi::Value consumed(const Napi::CallbackInfo& info);
  Napi::Value link_index(const Napi::CallbackInfo& info);
  Napi::Value subscribe(const Napi::CallbackInfo& info);
  Napi::Value beside(const Napi::CallbackInfo& info);
  Napi::Value namespace_of(const Napi::CallbackInfo& info);
  Napi::Value ref(const Napi::CallbackInfo& info);
  Napi::Value unref(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);

  static Napi::Value open(const Napi::CallbackInfo& info);
  static Napi::Value open_sync(const Napi::CallbackInfo& info);
  static Napi::Object wrap(Napi::Env env, std::shared_ptr<Connection> connection);

  void begin();
  Napi::Value begun(Napi::Env env, int error);
  void finish();
  void end(uint32_t id, const std::vector<std::byte>& bytes, bool last, int error);
  WorkerFate read(const std::shared_ptr<Dump>& dump);

  Environment& environment_;
  std::shared_ptr<Connection> connection_;
  std::unordered_map<uint32_t, std::shared_ptr<Dump>> dumps_;
  unsigned in_flight_ = 0;
  bool keeps_alive_ = true;
  bool closed_ = false;
};

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
