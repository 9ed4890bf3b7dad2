// A socket and what keeps its requests in order.
#pragma once

#include <memory>

#include "engine.h"
#include "exchange.h"

namespace linkwright {

// What worker threads share with the JavaScript object.
struct Connection {
  KernelSocket socket;
  Exchange exchange{socket};
  std::shared_ptr<Lane> lane = std::make_shared<Lane>();
  int protocol = 0;
  bool elsewhere = false;  // opened in another namespace than the process's own
};

}  // namespace linkwright
