// Chains: submissions of this socket's and of one's inside another namespace, in one turn of the lane.
#include <errno.h>
#include <string.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "addon/arguments.h"
#include "addon/environment.h"
#include "addon/errand.h"
#include "addon/namespace.h"
#include "addon/opening.h"
#include "addon/socket.h"

namespace linkwright {

namespace {

struct Leg {
  bool inside = false;
  std::vector<std::byte> messages;
  std::vector<Patch> patches;
};

struct Chain {
  OpenRequest request;
  std::shared_ptr<Connection> here;
  Opened inside;
  bool open = false;  // `inside` is there already
  Descriptor created;
  std::vector<Leg> legs;
  std::vector<std::vector<std::byte>> answers;  // of the legs that were run
  std::shared_ptr<std::atomic<bool>> cancelled;

  Chain(const OpenRequest& wanted, std::shared_ptr<Connection> connection)
      : request(wanted), here(std::move(connection)), inside(wanted, true) {}

  WorkerFate run();

 private:
  void place(Leg& leg) const;
};

// From `first` on: for each leg whether it is inside, its messages, its patches.
std::vector<Leg> read_legs(const Napi::CallbackInfo& info, size_t first) {
  std::vector<Leg> legs((info.Length() - first) / 3);
  for (Leg& leg : legs) {
    leg.inside = info[first++].As<Napi::Boolean>().Value();
    leg.messages = copy_bytes(info[first++]);
    leg.patches = read_patches(info[first++]);
  }
  return legs;
}

// Fills in the descriptor of the namespace. A patch without a name asks for it.
void Chain::place(Leg& leg) const {
  const int fd = created ? created.get() : request.netns;
  std::erase_if(leg.patches, [&](const Patch& patch) {
    if (!patch.name.empty()) return false;
    if (patch.offset + sizeof fd <= leg.messages.size()) memcpy(leg.messages.data() + patch.offset, &fd, sizeof fd);
    return true;
  });
}

WorkerFate Chain::run() {
  WorkerFate fate = WorkerFate::keep;
  if (*cancelled) return fate;
  const auto is_inside = [](const Leg& leg) { return leg.inside; };
  if (!open && std::any_of(legs.begin(), legs.end(), is_inside)) {
    fate = open_elsewhere(request, inside, created);
    if (inside.failure) return fate;
  }
  for (Leg& leg : legs) {
    if (*cancelled) break;
    place(leg);
    Exchange& exchange = leg.inside ? inside.connection->exchange : here->exchange;
    answers.push_back(exchange.submit(leg.messages, leg.patches, Stop::after_send));
    if (exchange.failed()) break;
  }
  return fate;
}

}  // namespace

Napi::Value SocketWrap::chain(const Napi::CallbackInfo& info) {
  OpenRequest request;
  request.options.protocol = connection_->protocol;
  request.netns = info[1].As<Napi::Number>().Int32Value();
  auto chain = std::make_shared<Chain>(request, connection_);
  if (info[2].IsObject()) {
    chain->inside.connection = Unwrap(info[2].As<Napi::Object>())->connection_;
    chain->open = true;
  }
  chain->legs = read_legs(info, 3);
  chain->cancelled = cancellation(info[0].As<Napi::Number>().Uint32Value());
  return environment_.async(
      info.Env(), connection_->lane,
      [chain] {
        const WorkerFate fate = chain->run();
        if (!chain->open) chain->inside.connection.reset();  // closed here, not on the JavaScript thread
        return fate;
      },
      [chain](Napi::Env env, const Napi::Promise::Deferred& deferred) {
        if (chain->inside.failure) {
          deferred.Reject(error_of(env, chain->inside.failure).Value());
          return;
        }
        Napi::Array result = Napi::Array::New(env, chain->answers.size() + 1);
        if (chain->created) {
          const Napi::Object netns = wrap_namespace(env, std::move(chain->created));
          if (netns.IsEmpty()) {
            if (env.IsExceptionPending()) deferred.Reject(env.GetAndClearPendingException().Value());
            return;
          }
          result.Set(0U, netns);
        }
        for (uint32_t i = 0; i < chain->answers.size(); i++) {
          result.Set(i + 1, Napi::Value(env, to_bytes(env, chain->answers[i])));
        }
        deferred.Resolve(result);
      },
      chains_);
}

// What the chains of this number look at before each step.
std::shared_ptr<std::atomic<bool>> SocketWrap::cancellation(uint32_t number) {
  const auto found = cancellations_.find(number);
  if (found != cancellations_.end()) {
    if (auto cancelled = found->second.lock()) return cancelled;
  }
  std::erase_if(cancellations_, [](const auto& entry) { return entry.second.expired(); });
  auto cancelled = std::make_shared<std::atomic<bool>>(false);
  cancellations_.insert_or_assign(number, cancelled);
  return cancelled;
}

Napi::Value SocketWrap::cancel(const Napi::CallbackInfo& info) {
  const auto found = cancellations_.find(info[0].As<Napi::Number>().Uint32Value());
  if (found != cancellations_.end()) {
    if (const auto cancelled = found->second.lock()) *cancelled = true;
  }
  return info.Env().Undefined();
}

}  // namespace linkwright
