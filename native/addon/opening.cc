#include "addon/opening.h"

namespace linkwright {

OpenRequest read_open(const Napi::CallbackInfo& info) {
  OpenRequest request;
  request.options.protocol = info[0].As<Napi::Number>().Int32Value();
  request.netns = info[1].As<Napi::Number>().Int32Value();
  request.options.receive_buffer = info[2].As<Napi::Number>().Uint32Value();
  request.options.send_buffer = info[3].As<Napi::Number>().Uint32Value();
  request.options.strict = info[4].As<Napi::Boolean>().Value();
  return request;
}

Opened::Opened(const OpenRequest& request, bool elsewhere) {
  connection->protocol = request.options.protocol;
  connection->elsewhere = elsewhere;
}

void open_here(const OpenRequest& request, Opened& opened) {
  opened.failure = {KernelSocket::open(request.options, opened.connection->socket), "socket"};
}

WorkerFate open_elsewhere(const OpenRequest& request, Opened& opened, Descriptor& created) {
  const auto open = [&] { open_here(request, opened); };
  if (request.netns >= 0) {
    const netns::Visit visit = netns::visit(request.netns, open);
    if (visit.error != 0) opened.failure = {visit.error, "setns"};
    return visit.fate;
  }
  const netns::Creation creation = netns::create(created, open);
  if (creation.failure) opened.failure = creation.failure;
  return creation.fate;
}

}  // namespace linkwright
