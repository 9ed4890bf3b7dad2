#include "exchange.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

#include <algorithm>
#include <memory>

namespace linkwright {

namespace {

// Longer than any message the kernel makes: an attribute's length is a u16, a dump's datagram at most 32 KiB,
// and dumps come in larger datagrams the larger the buffer offered. Pages not reached are never touched.
constexpr size_t kReceiveBuffer = 1 << 20;

// What one answer may take of the receive buffer, the kernel's bookkeeping included.
constexpr size_t kFailureWeight = 2'304;
constexpr size_t kReplyWeight = 16'384;

// Sends longer than this gain nothing, and let the first answers wait.
constexpr size_t kSendAtMost = 64 << 10;

// After an overrun what is still to come is there already, or will never be.
constexpr int kTimeoutAfterOverrun = 50;

// Each receive tells of an overrun once. One that goes on telling would be waited for for ever.
constexpr int kOverrunsAtMost = 1000;

std::span<std::byte> receive_buffer() {
  thread_local const std::unique_ptr<std::byte[]> buffer(new std::byte[kReceiveBuffer]);
  return {buffer.get(), kReceiveBuffer};
}

constexpr size_t aligned(size_t size) { return (size + NLMSG_ALIGNTO - 1) & ~size_t{NLMSG_ALIGNTO - 1}; }

nlmsghdr header_at(std::span<const std::byte> bytes, size_t offset) {
  nlmsghdr header;
  memcpy(&header, bytes.data() + offset, sizeof header);
  return header;
}

// The messages of a datagram one after the other; stops at the first that can't be whole.
class Messages {
 public:
  explicit Messages(std::span<const std::byte> datagram) : rest_(datagram) {}
  bool next(nlmsghdr& header, std::span<const std::byte>& message) {
    if (rest_.empty()) return false;
    if (rest_.size() < sizeof header) return fail();
    header = header_at(rest_, 0);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > rest_.size()) return fail();
    message = rest_.first(header.nlmsg_len);
    rest_ = rest_.subspan(std::min(aligned(header.nlmsg_len), rest_.size()));
    return true;
  }
  bool malformed() const { return malformed_; }

 private:
  bool fail() {
    malformed_ = true;
    return false;
  }
  std::span<const std::byte> rest_;
  bool malformed_ = false;
};

// The errno of an NLMSG_ERROR or NLMSG_DONE; -1 where there is no room for one.
int error_of(std::span<const std::byte> message) {
  int32_t error = 0;
  if (message.size() < sizeof(nlmsghdr) + sizeof error) return -1;
  memcpy(&error, message.data() + sizeof(nlmsghdr), sizeof error);
  return error < 0 && error > -4096 ? -error : (error == 0 ? 0 : EPROTO);
}

void append(std::vector<std::byte>& out, std::span<const std::byte> message, uint32_t sequence) {
  const size_t start = out.size();
  out.resize(start + aligned(message.size()));
  memcpy(out.data() + start, message.data(), message.size());
  memcpy(out.data() + start + offsetof(nlmsghdr, nlmsg_seq), &sequence, sizeof sequence);
}

void append_failure(std::vector<std::byte>& out, uint32_t index, int error) {
  struct {
    nlmsghdr header;
    nlmsgerr error;
  } message{};
  message.header = {sizeof message, NLMSG_ERROR, kAnsweredByEngine, index, 0};
  message.error.error = -error;
  append(out, {reinterpret_cast<const std::byte*>(&message), sizeof message}, index);
}

}  // namespace

enum class Outcome : uint8_t { pending, done, failed };

struct Exchange::Batch {
  std::span<std::byte> messages;
  std::span<const Patch> patches;
  size_t next_patch = 0;
  Stop stop = Stop::never;
  std::vector<uint32_t> offsets;  // of each message, and the end of the last
  std::vector<Outcome> outcomes;
  std::vector<std::byte> answers;
  uint32_t base = 0;  // sequence number of message 0
  bool failed = false;

  size_t count() const { return outcomes.size(); }
  std::span<std::byte> message(size_t index) const {
    return messages.subspan(offsets[index], offsets[index + 1] - offsets[index]);
  }
  bool awaited(size_t index) const { return (header_at(messages, offsets[index]).nlmsg_flags & NLM_F_ACK) != 0; }
  void fail(size_t index, int error) {
    if (outcomes[index] != Outcome::pending) return;
    outcomes[index] = Outcome::failed;
    failed = true;
    append_failure(answers, static_cast<uint32_t>(index), error);
  }
  void fail(size_t first, size_t end, int error) {
    for (size_t i = first; i < end; i++) fail(i, error);
  }
};

std::vector<std::byte> Exchange::submit(std::span<std::byte> messages, std::span<const Patch> patches, Stop stop) {
  Batch batch{messages, patches, 0, stop, {}, {}, {}, sequence_ + 1, false};
  size_t offset = 0;
  while (offset + sizeof(nlmsghdr) <= messages.size()) {
    const size_t length = header_at(messages, offset).nlmsg_len;
    if (length < sizeof(nlmsghdr) || length > messages.size() - offset) break;
    batch.offsets.push_back(static_cast<uint32_t>(offset));
    offset = std::min(offset + aligned(length), messages.size());
  }
  // What is left over would be a message that is not whole: its place in the order still gets an answer.
  const bool broken = offset < messages.size();
  const size_t whole = batch.offsets.size();
  batch.offsets.push_back(static_cast<uint32_t>(offset));
  batch.outcomes.resize(whole, Outcome::pending);
  sequence_ += static_cast<uint32_t>(whole);

  for (size_t first = 0; first < whole;) {
    if (stop != Stop::never && batch.failed) {
      batch.fail(first, whole, ECANCELED);
      break;
    }
    const size_t end = assemble(batch, first);
    if (end == first) {  // refused before it was sent
      first++;
      continue;
    }
    const size_t start = batch.offsets[first];
    const int error = transport_.send(messages.subspan(start, batch.offsets[end] - start));
    if (error != 0) {
      batch.fail(first, end, error);
    } else {
      receive(batch, first, end);
    }
    first = end;
  }
  if (broken) append_failure(batch.answers, static_cast<uint32_t>(whole), EBADMSG);
  failed_ = batch.failed || broken;
  return std::move(batch.answers);
}

// Prepares the longest run of messages from `first` on that may travel in one send, and returns its end.
// `first` itself where the first message can't be sent: it has failed then.
size_t Exchange::assemble(Batch& batch, size_t first) {
  size_t bytes = 0;
  size_t weight = 0;
  size_t end = first;
  const size_t send_limit = transport_.send_limit();
  const std::string* resolved_name = nullptr;
  uint32_t resolved_index = 0;
  while (end < batch.count()) {
    const auto message = batch.message(end);
    nlmsghdr header = header_at(message, 0);
    const size_t message_weight = (header.nlmsg_flags & NLM_F_ACK) != 0 ? kReplyWeight : kFailureWeight;
    if (end != first && (bytes + message.size() > std::min(send_limit, kSendAtMost) ||
                         weight + message_weight > transport_.receive_limit() || batch.stop == Stop::after_failure)) {
      break;
    }
    if (message.size() > send_limit) {
      if (end == first) batch.fail(end, EMSGSIZE);
      break;
    }
    // Links named in this message.
    size_t patch = batch.next_patch;
    bool unresolved = false;
    bool wait = false;
    while (patch < batch.patches.size() && batch.patches[patch].offset < batch.offsets[end + 1]) {
      const Patch& wanted = batch.patches[patch++];
      if (wanted.after > first && end != first) {
        wait = true;
        break;
      }
      if (resolved_name == nullptr || *resolved_name != wanted.name) {
        resolved_index = transport_.link_index(wanted.name);
        resolved_name = &wanted.name;
      }
      if (resolved_index == 0 || wanted.offset + sizeof resolved_index > batch.messages.size()) {
        unresolved = true;
        break;
      }
      memcpy(batch.messages.data() + wanted.offset, &resolved_index, sizeof resolved_index);
    }
    if (wait || (unresolved && end != first)) break;
    if (unresolved) {
      batch.fail(end, ENODEV);
      while (batch.next_patch < batch.patches.size() &&
             batch.patches[batch.next_patch].offset < batch.offsets[end + 1]) {
        batch.next_patch++;
      }
      break;
    }
    batch.next_patch = patch;
    header.nlmsg_flags |= NLM_F_REQUEST;
    header.nlmsg_seq = batch.base + static_cast<uint32_t>(end);
    header.nlmsg_pid = 0;
    memcpy(message.data(), &header, sizeof header);
    bytes += message.size();
    weight += message_weight;
    end++;
  }
  if (end > first) {
    const auto last = batch.message(end - 1);
    nlmsghdr header = header_at(last, 0);
    header.nlmsg_flags |= NLM_F_ACK;
    memcpy(last.data(), &header, sizeof header);
  }
  return end;
}

void Exchange::receive(Batch& batch, size_t first, size_t end) {
  const auto buffer = receive_buffer();
  const size_t last = end - 1;
  int overruns = 0;
  int trouble = 0;
  while (batch.outcomes[last] == Outcome::pending && trouble == 0) {
    const Received received = transport_.receive(buffer);
    if (received.error == EAGAIN) {
      trouble = transport_.wait(overruns > 0 ? kTimeoutAfterOverrun : timeout_ms_);
    } else if (received.error == ENOBUFS) {
      if (++overruns == kOverrunsAtMost) trouble = ENOBUFS;
    } else if (received.error != 0) {
      trouble = received.error;
    } else if (received.foreign) {
      continue;
    } else if (received.truncated) {
      if (received.size >= sizeof(nlmsghdr)) {
        const uint32_t index = header_at(buffer, 0).nlmsg_seq - batch.base;
        if (index >= first && index < end) {
          batch.fail(index, EMSGSIZE);
          continue;
        }
      }
      trouble = EMSGSIZE;
    } else if (!accept(batch, first, end, buffer.first(received.size))) {
      trouble = EBADMSG;
    }
  }
  if (overruns > 0) trouble = ENOBUFS;
  // Where the last was answered, silence about the others means success, unless answers were lost.
  for (size_t i = first; i < end; i++) {
    if (batch.outcomes[i] != Outcome::pending) continue;
    if (trouble != 0) {
      batch.fail(i, trouble);
    } else if (batch.awaited(i)) {
      batch.fail(i, ENOMSG);
    } else {
      batch.outcomes[i] = Outcome::done;
    }
  }
}

// Takes the answers of one datagram; false where it can't be understood.
bool Exchange::accept(Batch& batch, size_t first, size_t end, std::span<std::byte> datagram) {
  Messages messages(datagram);
  nlmsghdr header;
  std::span<const std::byte> message;
  while (messages.next(header, message)) {
    const uint32_t index = header.nlmsg_seq - batch.base;
    if (index >= end || index < first) {
      // A late answer to something given up earlier is no news; a number never used is.
      if (static_cast<int32_t>(header.nlmsg_seq - (batch.base + static_cast<uint32_t>(first))) < 0) continue;
      return false;
    }
    if (header.nlmsg_type == NLMSG_NOOP) continue;
    if (header.nlmsg_type == NLMSG_ERROR || header.nlmsg_type == NLMSG_DONE) {
      const int error = error_of(message);
      if (error < 0) return false;
      if (batch.outcomes[index] != Outcome::pending) continue;
      batch.outcomes[index] = error == 0 ? Outcome::done : Outcome::failed;
      if (error != 0) {
        batch.failed = true;
        append(batch.answers, message, index);
      }
    } else if (header.nlmsg_type == NLMSG_OVERRUN) {
      return false;
    } else {
      append(batch.answers, message, index);
    }
  }
  return !messages.malformed();
}

int Exchange::begin_dump(std::span<std::byte> message, std::span<const Patch> patches) {
  dump_interrupted_ = dump_overrun_ = false;
  if (message.size() < sizeof(nlmsghdr)) return EBADMSG;
  nlmsghdr header = header_at(message, 0);
  if (header.nlmsg_len < sizeof header || header.nlmsg_len > message.size()) return EBADMSG;
  for (const Patch& patch : patches) {
    const uint32_t index = transport_.link_index(patch.name);
    if (index == 0 || patch.offset + sizeof index > message.size()) return ENODEV;
    memcpy(message.data() + patch.offset, &index, sizeof index);
  }
  header.nlmsg_flags |= NLM_F_REQUEST | NLM_F_DUMP;
  header.nlmsg_seq = ++sequence_;
  header.nlmsg_pid = 0;
  memcpy(message.data(), &header, sizeof header);
  return transport_.send(message.first(header.nlmsg_len));  // one request, whatever else the buffer holds
}

Exchange::Part Exchange::read_dump(std::vector<std::byte>& out, size_t enough) {
  const auto buffer = receive_buffer();
  const auto finish = [this](int error) {
    if (error == 0 && dump_overrun_) error = ENOBUFS;
    if (error == 0 && dump_interrupted_) error = EINTR;
    return Part{true, error};
  };
  int overruns = 0;
  while (out.size() < enough) {
    const Received received = transport_.receive(buffer);
    if (received.error == EAGAIN) {
      if (const int error = transport_.wait(timeout_ms_)) return finish(error);
      continue;
    }
    if (received.error == ENOBUFS) {
      // The kernel goes on with the dump: read it out, then say that some of it was lost.
      dump_overrun_ = true;
      if (++overruns == kOverrunsAtMost) return finish(ENOBUFS);
      continue;
    }
    if (received.error != 0) return finish(received.error);
    if (received.foreign) continue;
    if (received.truncated) return finish(EMSGSIZE);
    Messages messages(buffer.first(received.size));
    nlmsghdr header;
    std::span<const std::byte> message;
    while (messages.next(header, message)) {
      if (header.nlmsg_seq != sequence_) {
        if (static_cast<int32_t>(header.nlmsg_seq - sequence_) < 0) continue;
        return finish(EBADMSG);
      }
      if ((header.nlmsg_flags & NLM_F_DUMP_INTR) != 0) dump_interrupted_ = true;
      if (header.nlmsg_type == NLMSG_NOOP) continue;
      if (header.nlmsg_type == NLMSG_OVERRUN) {
        dump_overrun_ = true;
      } else if (header.nlmsg_type == NLMSG_ERROR || header.nlmsg_type == NLMSG_DONE) {
        int error = error_of(message);
        // A DONE without room for an error, as very old kernels sent it, is an end without one.
        if (error < 0) error = header.nlmsg_type == NLMSG_DONE ? 0 : EBADMSG;
        if (error != 0) append(out, message, 0);
        return finish(error);
      } else {
        append(out, message, 0);
      }
    }
    if (messages.malformed()) return finish(EBADMSG);
  }
  return {};
}

}  // namespace linkwright
