// Random bytes as the submission buffer and its patches, before a kernel that does as it is told. Nothing outside
// the buffer is touched, what is sent is well-formed and within the limits, and every whole request is sent once
// or has an answer.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "exchange.h"
#include "fuzz/input.h"
#include "test/scripted_transport.h"

using linkwright::Exchange;
using linkwright::kAnsweredByEngine;
using linkwright::Patch;
using linkwright::Stop;
using linkwright::fuzz::expect;
using linkwright::fuzz::Input;
using linkwright::test::Bytes;
using linkwright::test::header_of;
using linkwright::test::parse;
using linkwright::test::Parsed;
using linkwright::test::ScriptedTransport;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  const uint8_t mode = input.u8();
  ScriptedTransport kernel;
  kernel.links = {{"a", 1}, {"b", 0xffffffff}};
  kernel.send_space = 16 + size_t{input.u8()} * 8;
  kernel.receive_space = size_t{input.u8()} * 512;
  std::vector<Patch> patches;
  for (int count = input.u8() & 7; count > 0; count--) {
    const uint8_t kind = input.u8();
    patches.push_back({(kind & 8) != 0 ? input.u32() : input.u8(), (kind & 4) != 0 ? uint32_t{input.u8()} : 0,
                       std::string(1, "abc?"[kind & 3])});
  }
  // A patch may make a message's own header nonsense; what the kernel then gets is the caller's doing.
  const bool patched = !patches.empty();
  const bool dump = (mode & 2) != 0;
  std::set<uint32_t> sent;
  kernel.on_send = [&](std::span<const std::byte> datagram) {
    if (datagram.size() > kernel.send_space) {
      expect(dump);  // a dump request is one message: there is nothing to split, the kernel refuses it
      return EMSGSIZE;
    }
    const nlmsghdr first = header_of(datagram);
    if (!patched) {
      for (const Parsed& request : parse(datagram)) {
        expect((request.header.nlmsg_flags & NLM_F_REQUEST) != 0);
        expect(sent.insert(request.header.nlmsg_seq).second);
        if ((request.header.nlmsg_flags & NLM_F_ACK) != 0) {
          kernel.arrive(linkwright::test::answer(request.header.nlmsg_seq, request.header.nlmsg_type & 1));
        }
      }
    } else {
      kernel.arrive(linkwright::test::answer(first.nlmsg_seq, 1));
    }
    return 0;
  };
  Exchange exchange(kernel, 0);
  if (dump) {
    Bytes request = input.rest();
    const int error = exchange.begin_dump(request, patches);
    expect(error == 0 || error == EBADMSG || error == ENODEV || error == EMSGSIZE);
    return 0;
  }
  Bytes submission = input.rest();
  const size_t length = submission.size();
  std::set<uint32_t> failed;
  for (const Parsed& answer : parse(exchange.submit(submission, patches, static_cast<Stop>((mode >> 2) % 3)))) {
    expect(answer.header.nlmsg_seq <= length / sizeof(nlmsghdr));
    expect(answer.error() != 0);
    expect(failed.insert(answer.header.nlmsg_seq).second);
  }
  return 0;
}
