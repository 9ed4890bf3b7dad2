// Request and answer over one transport: numbering, acks, extended acks, replies, dumps.
//
// The kernel works through the messages of one send in order, goes on after one that failed, always reports a
// failure and acknowledges success only where asked. So one ack, on the last message of a send, proves that
// all failures before it have been reported, and a send of hundreds of messages costs one receive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "socket.h"

namespace linkwright {

// Flag of an NLMSG_ERROR in the answers that did not come from the kernel (src/native.ts: ANSWERED_BY_ENGINE).
constexpr uint16_t kAnsweredByEngine = 0x8000;

// A u32 in a request to be filled with the index of a link just before it is sent.
struct Patch {
  uint32_t offset = 0;  // in the submission
  uint32_t after = 0;   // how many of its first requests must be done before: the last of them may make the link
  std::string name;
};

// When the rest of a submission is not sent any more.
enum class Stop : uint8_t {
  never,
  after_failure,  // one message a send, and none after one that failed
  after_send,     // none after a send in which one failed: the others of that send were done
};

class Exchange {
 public:
  explicit Exchange(Transport& transport, int timeout_ms = 10'000) : transport_(transport), timeout_ms_(timeout_ms) {}

  // Sends the messages (end to end, aligned) and returns every reply and every failure as messages whose
  // nlmsg_seq is the index of the request. Messages that carry NLM_F_ACK are awaited by themselves.
  // What is not sent any more fails with ECANCELED.
  std::vector<std::byte> submit(std::span<std::byte> messages, std::span<const Patch> patches, Stop stop);
  // Whether any request of the last submission failed.
  bool failed() const { return failed_; }

  // Sends a dump request: 0 or an errno.
  int begin_dump(std::span<std::byte> message, std::span<const Patch> patches);
  struct Part {
    bool end = false;
    int error = 0;  // at the end: EINTR where the kernel said that the table changed meanwhile
  };
  // Appends what has come, at most about `enough` bytes and one datagram more.
  Part read_dump(std::vector<std::byte>& out, size_t enough);

 private:
  struct Batch;
  size_t assemble(Batch& batch, size_t first);
  void receive(Batch& batch, size_t first, size_t end);
  bool accept(Batch& batch, size_t first, size_t end, std::span<std::byte> datagram);

  Transport& transport_;
  int timeout_ms_;
  uint32_t sequence_ = 0;  // of the last message sent
  bool failed_ = false;
  bool dump_interrupted_ = false;
  bool dump_overrun_ = false;
};

}  // namespace linkwright
