// A kernel in memory: what it answers is written down by the test.
#pragma once

#include <errno.h>
#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "socket.h"

namespace linkwright::test {

using Bytes = std::vector<std::byte>;

inline Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

// `length` where the header is to claim another length than the message has.
struct MessageFields {
  uint16_t type = 0;
  uint16_t flags = 0;
  uint32_t sequence = 0;
  uint32_t length = 0;
};

inline Bytes message(const MessageFields& fields, const Bytes& payload = {}) {
  nlmsghdr header{};
  header.nlmsg_len = fields.length != 0 ? fields.length : static_cast<uint32_t>(sizeof header + payload.size());
  header.nlmsg_type = fields.type;
  header.nlmsg_flags = fields.flags;
  header.nlmsg_seq = fields.sequence;
  Bytes bytes(sizeof header);
  std::memcpy(bytes.data(), &header, sizeof header);
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

inline Bytes number(int32_t value) {
  Bytes bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

// NLMSG_ERROR as the kernel sends it with NETLINK_CAP_ACK: the errno and the header of the request.
inline Bytes answer(uint32_t sequence, int error) {
  return message({NLMSG_ERROR, NLM_F_CAPPED, sequence}, number(-error) + message({0, 0, sequence, 16}));
}
inline Bytes done(uint32_t sequence, int error = 0, uint16_t flags = NLM_F_MULTI) {
  return message({NLMSG_DONE, flags, sequence}, number(-error));
}

inline nlmsghdr header_of(std::span<const std::byte> bytes, size_t offset = 0) {
  nlmsghdr header{};
  if (offset + sizeof header > bytes.size()) throw std::runtime_error("a message ends before its header does");
  std::memcpy(&header, bytes.data() + offset, sizeof header);
  return header;
}

// The messages of a buffer, taken apart strictly: what the engine hands on must be well-formed.
struct Parsed {
  nlmsghdr header{};
  Bytes payload;
  int error() const {
    int32_t value = 0;
    if (payload.size() < sizeof value) throw std::runtime_error("no room for an errno");
    std::memcpy(&value, payload.data(), sizeof value);
    return value == INT32_MIN ? value : -value;  // a lie of the fuzzer's: still not 0
  }
};
inline std::vector<Parsed> parse(std::span<const std::byte> bytes) {
  std::vector<Parsed> messages;
  for (size_t offset = 0; offset < bytes.size();) {
    Parsed parsed;
    parsed.header = header_of(bytes, offset);
    if (parsed.header.nlmsg_len < sizeof(nlmsghdr) || offset + parsed.header.nlmsg_len > bytes.size()) {
      throw std::runtime_error("a message claims a length it does not have");
    }
    const auto payload = bytes.subspan(offset, parsed.header.nlmsg_len).subspan(sizeof(nlmsghdr));
    parsed.payload.assign(payload.begin(), payload.end());
    offset += NLMSG_ALIGN(parsed.header.nlmsg_len);
    messages.push_back(std::move(parsed));
  }
  return messages;
}

class ScriptedTransport : public Transport {
 public:
  // What the kernel does with a send, after it was noted in `sent`. By default: nothing.
  std::function<int(std::span<const std::byte>)> on_send = [](auto) { return 0; };
  std::map<std::string, uint32_t, std::less<>> links;
  size_t send_space = 1 << 20;
  size_t receive_space = 1 << 20;
  int wait_error = ETIMEDOUT;  // what waiting for nothing comes to

  std::vector<Bytes> sent;
  std::vector<int> waits;
  std::vector<std::string> lookups;

  // Queues a datagram, or an event that carries none.
  void arrive(Bytes datagram) { inbox_.push_back({{datagram.size(), 0, false, false}, std::move(datagram)}); }
  void arrive_foreign(Bytes datagram) { inbox_.push_back({{datagram.size(), 0, false, true}, std::move(datagram)}); }
  void arrive_truncated(Bytes datagram) { inbox_.push_back({{datagram.size(), 0, true, false}, std::move(datagram)}); }
  void fail_receive(int error) { inbox_.push_back({{0, error, false, false}, {}}); }
  // From here on nothing is there until the reader waits.
  void pause() { inbox_.push_back({{0, EAGAIN, false, false}, {}}); }
  size_t waiting() const { return inbox_.size(); }

  // Answers as the kernel does: failures always, acks where asked; one datagram each.
  void obey(std::function<int(size_t, const nlmsghdr&)> verdict = [](size_t, const nlmsghdr&) { return 0; }) {
    on_send = [this, verdict = std::move(verdict), index = size_t{0}](std::span<const std::byte> datagram) mutable {
      for (const Parsed& request : parse(datagram)) {
        const int error = verdict(index++, request.header);
        if (error != 0 || (request.header.nlmsg_flags & NLM_F_ACK) != 0) {
          arrive(answer(request.header.nlmsg_seq, error));
        }
      }
      return 0;
    };
  }

  int send(std::span<const std::byte> datagram) override {
    sent.emplace_back(datagram.begin(), datagram.end());
    return on_send(datagram);
  }
  Received receive(std::span<std::byte> buffer) override {
    if (++receives_ > 1'000'000) throw std::runtime_error("receives without end");
    if (inbox_.empty()) return {0, EAGAIN, false, false};
    Event event = std::move(inbox_.front());
    inbox_.pop_front();
    if (event.datagram.size() > buffer.size()) {
      event.received.truncated = true;
      event.received.size = buffer.size();
    }
    if (event.received.size != 0) std::memcpy(buffer.data(), event.datagram.data(), event.received.size);
    return event.received;
  }
  int wait(int timeout_ms) override {
    waits.push_back(timeout_ms);
    return inbox_.empty() ? wait_error : 0;
  }
  uint32_t link_index(std::string_view name) override {
    lookups.emplace_back(name);
    const auto found = links.find(name);
    return found == links.end() ? 0 : found->second;
  }
  size_t send_limit() const override { return send_space; }
  size_t receive_limit() const override { return receive_space; }

 private:
  struct Event {
    Received received;
    Bytes datagram;
  };
  std::deque<Event> inbox_;
  size_t receives_ = 0;
};

}  // namespace linkwright::test
