// NativeSocket: the JavaScript face of a request socket.
#pragma once

#include <napi.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "addon/connection.h"
#include "engine.h"

namespace linkwright {

class Environment;

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
  Napi::Value chain(const Napi::CallbackInfo& info);
  Napi::Value cancel(const Napi::CallbackInfo& info);
  Napi::Value beside(const Napi::CallbackInfo& info);
  Napi::Value namespace_of(const Napi::CallbackInfo& info);
  Napi::Value ref(const Napi::CallbackInfo& info);
  Napi::Value unref(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);

  static Napi::Value open(const Napi::CallbackInfo& info);
  static Napi::Value open_sync(const Napi::CallbackInfo& info);
  static Napi::Object wrap(Napi::Env env, std::shared_ptr<Connection> connection);

  std::shared_ptr<std::atomic<bool>> cancellation(uint32_t number);
  void begin();
  Napi::Value begun(Napi::Env env, int error);
  void finish();
  void end(uint32_t id, const std::vector<std::byte>& bytes, bool last, int error);
  WorkerFate read(const std::shared_ptr<Dump>& dump);

  Environment& environment_;
  std::shared_ptr<Connection> connection_;
  std::unordered_map<uint32_t, std::shared_ptr<Dump>> dumps_;
  std::shared_ptr<std::atomic<unsigned>> chains_ = std::make_shared<std::atomic<unsigned>>(0);
  // Chains on their way, by the number that they are cancelled by.
  std::unordered_map<uint32_t, std::weak_ptr<std::atomic<bool>>> cancellations_;
  unsigned in_flight_ = 0;
  bool keeps_alive_ = true;
  bool closed_ = false;
};

}  // namespace linkwright
