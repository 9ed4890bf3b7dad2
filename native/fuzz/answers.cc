// Random bytes as what a kernel answers: to a submission, and to a dump. Whatever comes, the exchange must end,
// stay within its buffers, and hand on well-formed messages that name requests of the submission.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <set>
#include <vector>

#include "exchange.h"
#include "fuzz/input.h"
#include "test/scripted_transport.h"

namespace {

using linkwright::Exchange;
using linkwright::fuzz::expect;
using linkwright::fuzz::Input;
using linkwright::test::Bytes;
using linkwright::test::message;
using linkwright::test::parse;
using linkwright::test::Parsed;
using linkwright::test::ScriptedTransport;

constexpr size_t kRequests = 4;

// Most random numbers would be refused at the first look: half of the messages get a sequence number that fits.
void resequence(Bytes& datagram, uint32_t base, uint8_t how) {
  for (size_t offset = 0; offset + sizeof(nlmsghdr) <= datagram.size();) {
    nlmsghdr header = linkwright::test::header_of(datagram, offset);
    if ((how & 1) != 0) {
      header.nlmsg_seq = base + header.nlmsg_seq % kRequests;
      std::memcpy(datagram.data() + offset, &header, sizeof header);
    }
    how = static_cast<uint8_t>(how >> 1 | how << 7);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > datagram.size() - offset) return;
    offset += NLMSG_ALIGN(header.nlmsg_len);
  }
}

void queue(ScriptedTransport& kernel, Input& input, uint32_t base) {
  for (int i = 0; i < 16 && !input.empty(); i++) {
    const uint8_t what = input.u8();
    switch (what & 7) {
      case 0:
        kernel.fail_receive(ENOBUFS);
        break;
      case 1:
        kernel.pause();
        break;
      case 2:
        kernel.arrive_foreign(input.take(input.u8()));
        break;
      case 3:
        kernel.arrive_truncated(input.take(input.u8()));
        break;
      default: {
        const uint8_t how = input.u8();
        Bytes datagram = input.take(input.u8());
        resequence(datagram, base, how);
        kernel.arrive(std::move(datagram));
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  const uint8_t mode = input.u8();
  ScriptedTransport kernel;
  Exchange exchange(kernel, 0);
  kernel.on_send = [&](std::span<const std::byte> datagram) {
    queue(kernel, input, linkwright::test::header_of(datagram).nlmsg_seq);
    return 0;
  };

  if ((mode & 1) != 0) {
    Bytes requests;
    for (size_t i = 0; i < kRequests; i++) {
      const auto flags = static_cast<uint16_t>((mode >> (i + 1) & 1) != 0 ? NLM_F_ACK : 0);
      const Bytes request = message({16, flags}, Bytes(8));
      requests.insert(requests.end(), request.begin(), request.end());
    }
    std::set<uint32_t> failed;
    for (const Parsed& answer : parse(exchange.submit(
             requests, {}, (mode & 64) != 0 ? linkwright::Stop::after_failure : linkwright::Stop::never))) {
      expect(answer.header.nlmsg_seq < kRequests);
      if (answer.header.nlmsg_type != NLMSG_ERROR && answer.header.nlmsg_type != NLMSG_DONE) continue;
      expect(answer.error() != 0);                            // an answer that reports a failure reports one
      expect(failed.insert(answer.header.nlmsg_seq).second);  // and no request fails twice
    }
  } else {
    Bytes request = message({18}, Bytes(8));
    expect(exchange.begin_dump(request, {}) == 0);
    for (int part = 0;; part++) {
      expect(part < 100);
      Bytes out;
      const Exchange::Part read = exchange.read_dump(out, 256);
      parse(out);
      if (read.end) break;
    }
  }
  return 0;
}
