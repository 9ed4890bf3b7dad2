// How sockets are opened, here or inside a namespace.
#pragma once

#include <napi.h>

#include <memory>

#include "addon/connection.h"
#include "descriptor.h"
#include "netns.h"

namespace linkwright {

struct OpenRequest {
  SocketOptions options;
  int netns = -1;
};

OpenRequest read_open(const Napi::CallbackInfo& info);

// What came of opening: the socket, or where it failed.
struct Opened {
  Opened(const OpenRequest& request, bool elsewhere);
  std::shared_ptr<Connection> connection = std::make_shared<Connection>();
  netns::Failure failure;
};

// On the calling thread, in the namespace that it is in.
void open_here(const OpenRequest& request, Opened& opened);
// In the namespace asked for, or, where there is none, in a new one that `created` then holds.
WorkerFate open_elsewhere(const OpenRequest& request, Opened& opened, Descriptor& created);

}  // namespace linkwright
