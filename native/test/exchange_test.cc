#include "exchange.h"

#include <doctest/doctest.h>
#include <linux/rtnetlink.h>

#include <algorithm>

#include "scripted_transport.h"

namespace {

using namespace linkwright;        // NOLINT(google-build-using-namespace)
using namespace linkwright::test;  // NOLINT(google-build-using-namespace)

Bytes request(uint16_t flags = 0, size_t payload = 16) {
  return message({RTM_NEWROUTE, flags}, Bytes(payload, std::byte{0x5a}));
}
Bytes requests(size_t count, uint16_t flags = 0, size_t payload = 16) {
  Bytes all;
  for (size_t i = 0; i < count; i++) all = std::move(all) + request(flags, payload);
  return all;
}
std::vector<uint32_t> indexes(const std::vector<Parsed>& answers) {
  std::vector<uint32_t> all;
  all.reserve(answers.size());
  for (const Parsed& parsed : answers) all.push_back(parsed.header.nlmsg_seq);
  return all;
}
bool by_engine(const Parsed& parsed) { return (parsed.header.nlmsg_flags & kAnsweredByEngine) != 0; }
uint32_t u32_at(const Bytes& bytes, size_t offset) {
  uint32_t value = 0;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

struct Fixture {
  ScriptedTransport kernel;
  Exchange exchange{kernel, 1234};
  std::vector<Parsed> submit(Bytes messages, const std::vector<Patch>& patches = {}, Stop stop = Stop::never) {
    return parse(exchange.submit(messages, patches, stop));
  }
  // Submits one request that the kernel answers by what `reply` queues, given the sequence number.
  std::vector<Parsed> submit_one(const std::function<void(uint32_t)>& reply, uint16_t flags = 0) {
    kernel.on_send = [reply](std::span<const std::byte> datagram) {
      reply(header_of(datagram).nlmsg_seq);
      return 0;
    };
    return submit(request(flags));
  }
};

TEST_SUITE("submitting") {
  TEST_CASE_FIXTURE(Fixture, "an empty submission sends nothing and answers nothing") {
    CHECK(submit({}).empty());
    CHECK(kernel.sent.empty());
  }

  TEST_CASE_FIXTURE(Fixture,
                    "requests that succeed are silent, travel in one send, and only the last asks for an ack") {
    kernel.obey();
    CHECK(submit(requests(100)).empty());
    REQUIRE(kernel.sent.size() == 1);
    const auto sent = parse(kernel.sent[0]);
    REQUIRE(sent.size() == 100);
    for (size_t i = 0; i < sent.size(); i++) {
      CHECK((sent[i].header.nlmsg_flags & NLM_F_REQUEST) != 0);
      CHECK(((sent[i].header.nlmsg_flags & NLM_F_ACK) != 0) == (i == 99));
      CHECK(sent[i].header.nlmsg_seq == sent[0].header.nlmsg_seq + i);
      CHECK(sent[i].header.nlmsg_pid == 0);
    }
  }

  TEST_CASE_FIXTURE(Fixture, "sequence numbers go on from one submission to the next") {
    kernel.obey();
    submit(requests(3));
    submit(requests(1));
    REQUIRE(kernel.sent.size() == 2);
    CHECK(header_of(kernel.sent[1]).nlmsg_seq == header_of(kernel.sent[0]).nlmsg_seq + 3);
  }

  TEST_CASE_FIXTURE(Fixture, "each failure comes back under the index of its request, as the kernel wrote it") {
    kernel.obey([](size_t index, const nlmsghdr&) { return index == 2 ? EEXIST : index == 5 ? EINVAL : 0; });
    const auto answers = submit(requests(7));
    REQUIRE(indexes(answers) == std::vector<uint32_t>{2, 5});
    CHECK(answers[0].error() == EEXIST);
    CHECK(answers[1].error() == EINVAL);
    CHECK_FALSE(by_engine(answers[0]));
    CHECK((answers[0].header.nlmsg_flags & NLM_F_CAPPED) != 0);
  }

  TEST_CASE_FIXTURE(Fixture, "a failure of the last request is its ack") {
    kernel.obey([](size_t index, const nlmsghdr&) { return index == 2 ? EPERM : 0; });
    const auto answers = submit(requests(3));
    REQUIRE(indexes(answers) == std::vector<uint32_t>{2});
    CHECK(answers[0].error() == EPERM);
    CHECK(kernel.waits.empty());
  }

  TEST_CASE_FIXTURE(Fixture, "an errno that no kernel gives is a protocol error, not a success") {
    const auto impossible = [this](int error) {
      return submit_one([this, error](uint32_t sequence) { kernel.arrive(answer(sequence, error)); });
    };
    CHECK(impossible(-1).size() == 1);
    CHECK(impossible(5000).size() == 1);
  }

  TEST_CASE_FIXTURE(Fixture, "what the kernel appends to an error is handed on whole") {
    Bytes policy(61, std::byte{7});
    const auto answers = submit_one([&](uint32_t sequence) {
      kernel.arrive(
          message({NLMSG_ERROR, NLM_F_ACK_TLVS, sequence}, number(-EINVAL) + message({1, 0, 0, 16}) + policy));
    });
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].error() == EINVAL);
    CHECK(answers[0].payload.size() == 4 + 16 + 61);
    CHECK(answers[0].payload.back() == std::byte{7});
  }

  TEST_CASE_FIXTURE(Fixture, "a reply is handed on under the index of its request, however long") {
    for (const size_t size : {size_t{0}, size_t{1}, size_t{16}, size_t{1000}, size_t{200'000}}) {
      const auto answers = submit_one(
          [&](uint32_t sequence) {
            kernel.arrive(message({RTM_NEWLINK, 0, sequence}, Bytes(size, std::byte{1})));
            kernel.arrive(answer(sequence, 0));
          },
          NLM_F_ACK);
      REQUIRE(answers.size() == 1);
      CHECK(answers[0].header.nlmsg_type == RTM_NEWLINK);
      CHECK(answers[0].header.nlmsg_seq == 0);
      CHECK(answers[0].payload.size() == size);
    }
  }

  TEST_CASE_FIXTURE(Fixture, "a reply and its ack may share a datagram") {
    const auto answers = submit_one(
        [&](uint32_t sequence) {
          kernel.arrive(message({RTM_NEWLINK, 0, sequence}, Bytes(8)) + answer(sequence, 0));
        },
        NLM_F_ACK);
    CHECK(answers.size() == 1);
  }

  TEST_CASE_FIXTURE(Fixture, "NLMSG_NOOP is skipped, and a DONE without an error is an ack") {
    CHECK(submit_one([&](uint32_t sequence) {
            kernel.arrive(message({NLMSG_NOOP, 0, sequence}) + done(sequence));
          }).empty());
  }

  TEST_CASE_FIXTURE(Fixture, "a DONE with an error inside is a failure") {
    const auto answers = submit_one([&](uint32_t sequence) { kernel.arrive(done(sequence, EOPNOTSUPP)); });
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].error() == EOPNOTSUPP);
  }

  TEST_CASE_FIXTURE(Fixture, "nothing there yet is waited for, for the time given") {
    CHECK(submit_one([&](uint32_t sequence) {
            kernel.pause();
            kernel.arrive(answer(sequence, 0));
          }).empty());
    CHECK(kernel.waits == std::vector<int>{1234});
  }
}

TEST_SUITE("limits of a send") {
  TEST_CASE_FIXTURE(Fixture, "a send never exceeds the send buffer") {
    kernel.obey();
    kernel.send_space = 100;
    CHECK(submit(requests(10, 0, 16)).empty());  // 32 bytes each
    CHECK(kernel.sent.size() == 4);
    for (const Bytes& datagram : kernel.sent) CHECK(datagram.size() <= 100);
  }

  TEST_CASE_FIXTURE(Fixture, "what the kernel could answer to one send fits its receive buffer") {
    kernel.obey([](size_t, const nlmsghdr&) { return EEXIST; });
    kernel.receive_space = 208 << 10;
    CHECK(submit(requests(1000)).size() == 1000);
    REQUIRE(kernel.sent.size() > 1);
    // An error with the request's header costs the kernel one buffer of at least 1 KiB of its accounting.
    for (const Bytes& datagram : kernel.sent) CHECK(parse(datagram).size() <= 208);
  }

  TEST_CASE_FIXTURE(Fixture, "a message longer than the send buffer is refused by itself, the others go") {
    kernel.obey();
    kernel.send_space = 1000;
    const auto answers = submit(request() + request(0, 2000) + request());
    REQUIRE(indexes(answers) == std::vector<uint32_t>{1});
    CHECK(answers[0].error() == EMSGSIZE);
    CHECK(by_engine(answers[0]));
    CHECK(kernel.sent.size() == 2);
  }

  TEST_CASE_FIXTURE(Fixture, "a receive buffer smaller than any answer still lets one request through at a time") {
    kernel.obey();
    kernel.receive_space = 1;
    CHECK(submit(requests(3)).empty());
    CHECK(kernel.sent.size() == 3);
  }

  TEST_CASE_FIXTURE(Fixture, "every one of 20,000 requests is sent, once") {
    kernel.obey();
    CHECK(submit(requests(20'000)).empty());
    size_t count = 0;
    for (const Bytes& datagram : kernel.sent) count += parse(datagram).size();
    CHECK(count == 20'000);
  }

  TEST_CASE_FIXTURE(Fixture, "a send that fails fails its requests and no others") {
    kernel.obey();
    kernel.send_space = 64;
    const auto obedient = kernel.on_send;
    int sends = 0;
    for (const int error : {ENOBUFS, EMSGSIZE, ECONNREFUSED, EPERM}) {
      sends = 0;
      kernel.on_send = [&](std::span<const std::byte> datagram) { return sends++ == 1 ? error : obedient(datagram); };
      const auto answers = submit(requests(6));
      REQUIRE(indexes(answers) == std::vector<uint32_t>{2, 3});
      for (const Parsed& failure : answers) {
        CHECK(failure.error() == error);
        CHECK(by_engine(failure));
      }
    }
  }
}

TEST_SUITE("malformed submissions") {
  TEST_CASE_FIXTURE(Fixture, "a message that is not whole is refused, those before it are sent") {
    kernel.obey();
    const Bytes whole = requests(2);
    std::vector<Bytes> tails = {
        Bytes(1),
        Bytes(15),
        message({RTM_NEWROUTE, 0, 0, 15}),
        message({RTM_NEWROUTE, 0, 0, 17}),
        message({RTM_NEWROUTE, 0, 0, 0xffffffff}),
        message({RTM_NEWROUTE, 0, 0, 1}),
    };
    for (const Bytes& tail : tails) {
      kernel.sent.clear();
      const auto answers = submit(whole + tail);
      REQUIRE(indexes(answers) == std::vector<uint32_t>{2});
      CHECK(answers[0].error() == EBADMSG);
      CHECK(by_engine(answers[0]));
      REQUIRE(kernel.sent.size() == 1);
      CHECK(kernel.sent[0].size() == whole.size());
    }
  }

  TEST_CASE_FIXTURE(Fixture, "a message whose length is no multiple of four is padded within the submission") {
    kernel.obey();
    Bytes messages = message({RTM_NEWROUTE, 0, 0, 0}, Bytes(5)) + Bytes(3) + request();
    CHECK(submit(messages).empty());
    REQUIRE(kernel.sent.size() == 1);
    CHECK(parse(kernel.sent[0]).size() == 2);
  }

  TEST_CASE_FIXTURE(Fixture, "the last message need not be padded") {
    kernel.obey();
    CHECK(submit(message({RTM_NEWROUTE}, Bytes(5))).empty());
    REQUIRE(kernel.sent.size() == 1);
    CHECK(kernel.sent[0].size() == 21);
  }
}

TEST_SUITE("stopping at a failure") {
  TEST_CASE_FIXTURE(Fixture, "nothing after the failure is sent, and all of it is cancelled by name") {
    kernel.obey([](size_t index, const nlmsghdr&) { return index == 1 ? EEXIST : 0; });
    const auto answers = submit(requests(4), {}, Stop::after_failure);
    REQUIRE(indexes(answers) == std::vector<uint32_t>{1, 2, 3});
    CHECK(answers[0].error() == EEXIST);
    CHECK_FALSE(by_engine(answers[0]));
    CHECK(answers[1].error() == ECANCELED);
    CHECK(by_engine(answers[1]));
    CHECK(answers[2].error() == ECANCELED);
    CHECK(kernel.sent.size() == 2);
  }

  TEST_CASE_FIXTURE(Fixture, "what is in one send is done whole where only sends are to stop, and no send after it") {
    kernel.links["new"] = 9;
    kernel.obey([](size_t index, const nlmsghdr&) { return index == 1 ? EEXIST : 0; });
    // 0 to 2 travel together; 3 waits for them by name.
    const auto answers = submit(requests(5), {{96 + 16, 3, "new"}}, Stop::after_send);
    REQUIRE(indexes(answers) == std::vector<uint32_t>{1, 3, 4});
    CHECK(answers[0].error() == EEXIST);
    CHECK(answers[1].error() == ECANCELED);
    CHECK(answers[2].error() == ECANCELED);
    CHECK(kernel.sent.size() == 1);
  }

  TEST_CASE_FIXTURE(Fixture, "a request refused before it is sent stops the rest too") {
    kernel.obey();
    const std::vector<Patch> patches = {{16, 0, "nowhere"}};
    const auto answers = submit(requests(3), patches, Stop::after_failure);
    REQUIRE(indexes(answers) == std::vector<uint32_t>{0, 1, 2});
    CHECK(answers[0].error() == ENODEV);
    CHECK(answers[1].error() == ECANCELED);
    CHECK(kernel.sent.empty());
  }

  TEST_CASE_FIXTURE(Fixture, "a send error, a lost answer and a malformed answer stop the rest too") {
    const auto stops_with = [this](int error) {
      const auto answers = submit(requests(2), {}, Stop::after_failure);
      REQUIRE(indexes(answers) == std::vector<uint32_t>{0, 1});
      CHECK(answers[0].error() == error);
      CHECK(answers[1].error() == ECANCELED);
    };
    kernel.on_send = [](auto) { return EPERM; };
    stops_with(EPERM);
    kernel.on_send = [](auto) { return 0; };
    stops_with(ETIMEDOUT);
    kernel.on_send = [this](auto) {
      kernel.arrive(Bytes(3));
      return 0;
    };
    stops_with(EBADMSG);
  }

  TEST_CASE_FIXTURE(Fixture, "without it, requests after a failure are done") {
    kernel.obey([](size_t index, const nlmsghdr&) { return index == 0 ? EEXIST : 0; });
    CHECK(indexes(submit(requests(3))) == std::vector<uint32_t>{0});
    CHECK(parse(kernel.sent.at(0)).size() == 3);
  }

  TEST_CASE_FIXTURE(Fixture, "where all succeed, all are sent") {
    kernel.obey();
    CHECK(submit(requests(3), {}, Stop::after_failure).empty());
    CHECK(kernel.sent.size() == 3);
  }
}

TEST_SUITE("links by name") {
  TEST_CASE_FIXTURE(Fixture, "a name is replaced by the link's index in the message sent") {
    kernel.obey();
    kernel.links["blue"] = 42;
    CHECK(submit(requests(2), {{32 + 20, 0, "blue"}}).empty());
    REQUIRE(kernel.sent.size() == 1);
    CHECK(u32_at(kernel.sent[0], 52) == 42);
    CHECK(u32_at(kernel.sent[0], 20) == 0x5a5a5a5a);
  }

  TEST_CASE_FIXTURE(Fixture, "one message may name several links") {
    kernel.obey();
    kernel.links = {{"blue", 2}, {"red", 3}};
    CHECK(submit(request(), {{16, 0, "blue"}, {20, 0, "red"}}).empty());
    CHECK(u32_at(kernel.sent.at(0), 16) == 2);
    CHECK(u32_at(kernel.sent.at(0), 20) == 3);
  }

  TEST_CASE_FIXTURE(Fixture, "a name used by many messages in a row is looked up once per send") {
    kernel.obey();
    kernel.links["blue"] = 2;
    std::vector<Patch> patches;
    for (uint32_t i = 0; i < 50; i++) patches.push_back({i * 32 + 16, 0, "blue"});
    CHECK(submit(requests(50), patches).empty());
    CHECK(kernel.sent.size() == 1);
    CHECK(kernel.lookups.size() == 1);
  }

  TEST_CASE_FIXTURE(Fixture, "a link that does not exist fails its request alone, with ENODEV, before it is sent") {
    kernel.obey();
    kernel.links["blue"] = 2;
    const auto answers = submit(requests(4), {{32 + 16, 0, "nowhere"}, {32 + 20, 0, "blue"}, {96 + 16, 0, "blue"}});
    REQUIRE(indexes(answers) == std::vector<uint32_t>{1});
    CHECK(answers[0].error() == ENODEV);
    CHECK(by_engine(answers[0]));
    size_t sent = 0;
    for (const Bytes& datagram : kernel.sent) sent += parse(datagram).size();
    CHECK(sent == 3);
    CHECK(u32_at(kernel.sent.back(), kernel.sent.back().size() - 16) == 2);
  }

  TEST_CASE_FIXTURE(Fixture, "all links missing: every request fails and nothing is sent") {
    kernel.obey();
    CHECK(submit(requests(3), {{16, 0, "a"}, {48, 0, "b"}, {80, 2, "c"}}).size() == 3);
    CHECK(kernel.sent.empty());
  }

  TEST_CASE_FIXTURE(Fixture, "a link made by an earlier request of the submission is looked up after it was made") {
    kernel.obey();
    const auto obedient = kernel.on_send;
    kernel.on_send = [&](std::span<const std::byte> datagram) {
      kernel.links["new"] = 9;
      return obedient(datagram);
    };
    CHECK(submit(requests(3), {{32 + 16, 1, "new"}, {64 + 16, 0, "new"}}).empty());
    REQUIRE(kernel.sent.size() == 2);
    CHECK(u32_at(kernel.sent[1], 16) == 9);
    CHECK(u32_at(kernel.sent[1], 48) == 9);
  }

  TEST_CASE_FIXTURE(Fixture, "a link that is looked up after a request of an earlier send splits no further send") {
    kernel.obey();
    kernel.links["new"] = 9;
    const std::vector<Patch> patches = {{32 + 16, 1, "new"}, {64 + 16, 1, "new"}, {96 + 16, 1, "new"}};
    CHECK(submit(requests(4), patches).empty());
    CHECK(kernel.sent.size() == 2);
  }

  TEST_CASE_FIXTURE(Fixture, "a link that an earlier request replaces is not taken from before") {
    kernel.obey();
    kernel.links["eth0"] = 5;
    const auto obedient = kernel.on_send;
    kernel.on_send = [&](std::span<const std::byte> datagram) {
      kernel.links["eth0"] = 6;
      return obedient(datagram);
    };
    CHECK(submit(requests(2), {{16, 0, "eth0"}, {48, 1, "eth0"}}).empty());
    REQUIRE(kernel.sent.size() == 2);
    CHECK(u32_at(kernel.sent[0], 16) == 5);
    CHECK(u32_at(kernel.sent[1], 16) == 6);
  }

  TEST_CASE_FIXTURE(Fixture, "a patch outside the submission writes nowhere and fails its request") {
    kernel.obey();
    kernel.links["blue"] = 2;
    for (const uint32_t offset : {29U, 30U, 31U}) {
      const auto answers = submit(request(), {{offset, 0, "blue"}});
      REQUIRE(answers.size() == 1);
      CHECK(by_engine(answers[0]));
    }
    CHECK(kernel.sent.empty());
    for (const uint32_t offset : {32U, 1000U, 0xfffffffcU, 0xffffffffU}) {
      submit(request(), {{offset, 0, "blue"}});
    }
  }
}

TEST_SUITE("answers lost, late or strange") {
  TEST_CASE_FIXTURE(Fixture, "no answer in time fails every request of the send with ETIMEDOUT") {
    const auto answers = submit(requests(3));
    REQUIRE(indexes(answers) == std::vector<uint32_t>{0, 1, 2});
    for (const Parsed& failure : answers) {
      CHECK(failure.error() == ETIMEDOUT);
      CHECK(by_engine(failure));
    }
  }

  TEST_CASE_FIXTURE(Fixture, "an answer that comes after its request was given up is no answer to the next") {
    submit(request());
    const uint32_t late = header_of(kernel.sent.at(0)).nlmsg_seq;
    kernel.arrive(answer(late, EEXIST));
    kernel.obey();
    CHECK(submit(request()).empty());
    CHECK(kernel.waiting() == 0);
  }

  TEST_CASE_FIXTURE(Fixture, "a socket that says ENOBUFS for ever is not read for ever") {
    const auto answers = submit_one([this](uint32_t) {
      for (int i = 0; i < 5000; i++) kernel.fail_receive(ENOBUFS);
    });
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].error() == ENOBUFS);
  }

  TEST_CASE_FIXTURE(Fixture, "an overrun with the last ack received fails what is then unknown with ENOBUFS") {
    kernel.on_send = [this](std::span<const std::byte> datagram) {
      const uint32_t first = header_of(datagram).nlmsg_seq;
      kernel.arrive(answer(first, EEXIST));
      kernel.fail_receive(ENOBUFS);
      kernel.arrive(answer(first + 2, 0));
      return 0;
    };
    const auto answers = submit(requests(3));
    REQUIRE(indexes(answers) == std::vector<uint32_t>{0, 1});
    CHECK(answers[0].error() == EEXIST);
    CHECK(answers[1].error() == ENOBUFS);
    CHECK(by_engine(answers[1]));
  }

  TEST_CASE_FIXTURE(Fixture, "an overrun that took the last ack is not waited for as long as a silent kernel") {
    const auto answers = submit_one([this](uint32_t) { kernel.fail_receive(ENOBUFS); });
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].error() == ENOBUFS);
    REQUIRE(kernel.waits.size() == 1);
    CHECK(kernel.waits[0] < 1234);
  }

  TEST_CASE_FIXTURE(Fixture, "an overrun is forgotten by the next submission") {
    submit_one([this](uint32_t) { kernel.fail_receive(ENOBUFS); });
    kernel.obey();
    CHECK(submit(requests(2)).empty());
  }

  TEST_CASE_FIXTURE(Fixture, "any other error of receiving or waiting is the failure of what is not answered") {
    auto answers = submit_one([this](uint32_t) { kernel.fail_receive(ENETDOWN); });
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].error() == ENETDOWN);
    kernel.wait_error = EBADF;
    answers = submit_one([](uint32_t) {});
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].error() == EBADF);
  }

  TEST_CASE_FIXTURE(Fixture, "a datagram that is not from the kernel is not believed") {
    const auto answers = submit_one([this](uint32_t sequence) {
      kernel.arrive_foreign(answer(sequence, 0));
      kernel.arrive_foreign(Bytes(2));
      kernel.arrive(answer(sequence, EPERM));
    });
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].error() == EPERM);
  }

  TEST_CASE_FIXTURE(Fixture, "an answer to a sequence number never used fails the send with EBADMSG") {
    for (const uint32_t ahead : {1U, 2U, 1'000'000U}) {
      const auto answers = submit_one([&](uint32_t sequence) { kernel.arrive(answer(sequence + ahead, 0)); });
      REQUIRE(answers.size() == 1);
      CHECK(answers[0].error() == EBADMSG);
    }
  }

  TEST_CASE_FIXTURE(Fixture, "messages cut short, empty or overlong fail the send with EBADMSG") {
    const std::vector<std::function<Bytes(uint32_t)>> bad = {
        [](uint32_t) { return Bytes(1); },
        [](uint32_t) { return Bytes(15); },
        [](uint32_t sequence) {
          return message({NLMSG_ERROR, 0, sequence, 8}, Bytes(20));
        },
        [](uint32_t sequence) {
          return message({NLMSG_ERROR, 0, sequence, 4096}, Bytes(20));
        },
        [](uint32_t sequence) {
          return message({NLMSG_ERROR, 0, sequence, 0xffffffff}, Bytes(20));
        },
        [](uint32_t sequence) {
          return message({NLMSG_ERROR, 0, sequence}, Bytes(3));
        },
        [](uint32_t sequence) {
          return message({NLMSG_ERROR, 0, sequence});
        },
        [](uint32_t sequence) {
          return message({NLMSG_OVERRUN, 0, sequence});
        },
        [](uint32_t sequence) {
          return message({RTM_NEWLINK, 0, sequence}, Bytes(4)) + Bytes(7);
        },
    };
    for (const auto& make : bad) {
      const auto answers = submit_one([&](uint32_t sequence) { kernel.arrive(make(sequence)); });
      REQUIRE_FALSE(answers.empty());
      CHECK(answers.back().error() == EBADMSG);
      CHECK(by_engine(answers.back()));
    }
  }

  TEST_CASE_FIXTURE(Fixture, "an empty datagram is no answer") {
    CHECK(submit_one([&](uint32_t sequence) {
            kernel.arrive({});
            kernel.arrive(answer(sequence, 0));
          }).empty());
  }

  TEST_CASE_FIXTURE(Fixture, "a message whose length is no multiple of four does not shift the next one") {
    const auto answers = submit_one(
        [&](uint32_t sequence) {
          kernel.arrive(message({RTM_NEWLINK, 0, sequence}, Bytes(5)) + Bytes(3) + answer(sequence, 0));
        },
        NLM_F_ACK);
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].payload.size() == 5);
  }

  TEST_CASE_FIXTURE(Fixture, "a reply longer than the buffer fails its request with EMSGSIZE and nothing else") {
    kernel.on_send = [this](std::span<const std::byte> datagram) {
      const uint32_t first = header_of(datagram).nlmsg_seq;
      kernel.arrive_truncated(message({RTM_NEWLINK, 0, first, 5'000'000}, Bytes(100)));
      kernel.arrive(answer(first, 0));
      kernel.arrive(message({RTM_NEWLINK, 0, first + 1}, Bytes(8)));
      kernel.arrive(answer(first + 1, 0));
      return 0;
    };
    const auto answers = submit(requests(2, NLM_F_ACK));
    REQUIRE(indexes(answers) == std::vector<uint32_t>{0, 1});
    CHECK(answers[0].header.nlmsg_type == NLMSG_ERROR);
    CHECK(answers[0].error() == EMSGSIZE);
    CHECK(answers[1].header.nlmsg_type == RTM_NEWLINK);
  }

  TEST_CASE_FIXTURE(Fixture, "a truncated datagram too short for a header fails the send") {
    const auto answers = submit_one([this](uint32_t) { kernel.arrive_truncated(Bytes(8)); });
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].error() == EMSGSIZE);
  }

  TEST_CASE_FIXTURE(Fixture, "a request that asked for an ack and got none is not taken for done") {
    kernel.on_send = [this](std::span<const std::byte> datagram) {
      kernel.arrive(answer(header_of(datagram).nlmsg_seq + 1, 0));
      return 0;
    };
    const auto answers = submit(request(NLM_F_ACK) + request());
    REQUIRE(indexes(answers) == std::vector<uint32_t>{0});
    CHECK(answers[0].error() == ENOMSG);
  }

  TEST_CASE_FIXTURE(Fixture, "a second answer to the same request changes nothing") {
    kernel.on_send = [this](std::span<const std::byte> datagram) {
      const uint32_t first = header_of(datagram).nlmsg_seq;
      kernel.arrive(answer(first, EEXIST));
      kernel.arrive(answer(first, 0));
      kernel.arrive(answer(first, EPERM));
      kernel.arrive(answer(first + 1, 0));
      return 0;
    };
    const auto answers = submit(requests(2));
    REQUIRE(indexes(answers) == std::vector<uint32_t>{0});
    CHECK(answers[0].error() == EEXIST);
  }

  TEST_CASE_FIXTURE(Fixture, "a socket is usable after every kind of failure") {
    submit_one([this](uint32_t) { kernel.arrive(Bytes(3)); });
    submit_one([this](uint32_t) { kernel.fail_receive(ENOBUFS); });
    submit_one([](uint32_t) {});
    kernel.on_send = [](auto) { return EMSGSIZE; };
    submit(request());
    kernel.obey();
    CHECK(submit(requests(3)).empty());
  }
}

struct DumpFixture : Fixture {
  struct Outcome {
    int begun = 0;
    int error = 0;
    std::vector<Parsed> messages;
    size_t parts = 0;
  };
  // Dumps what `reply` queues, given the sequence number.
  Outcome dump(const std::function<void(uint32_t)>& reply, size_t enough = 1 << 20) {
    kernel.on_send = [reply](std::span<const std::byte> datagram) {
      reply(header_of(datagram).nlmsg_seq);
      return 0;
    };
    Bytes request_bytes = message({RTM_GETROUTE}, Bytes(12));
    Outcome outcome;
    outcome.begun = exchange.begin_dump(request_bytes, {});
    if (outcome.begun != 0) return outcome;
    for (bool end = false; !end; outcome.parts++) {
      REQUIRE(outcome.parts < 100'000);
      Bytes out;
      const Exchange::Part part = exchange.read_dump(out, enough);
      for (Parsed& parsed : parse(out)) outcome.messages.push_back(std::move(parsed));
      end = part.end;
      outcome.error = part.error;
    }
    return outcome;
  }
  static Bytes route(uint32_t sequence, size_t payload = 12, uint16_t flags = NLM_F_MULTI) {
    return message({RTM_NEWROUTE, flags, sequence}, Bytes(payload));
  }
};

TEST_SUITE("dumps") {
  TEST_CASE_FIXTURE(DumpFixture, "a dump ends with DONE, and every message before it is handed on") {
    const auto outcome = dump([this](uint32_t sequence) {
      kernel.arrive(route(sequence) + route(sequence));
      kernel.pause();
      kernel.arrive(route(sequence));
      kernel.arrive(done(sequence));
    });
    CHECK(outcome.error == 0);
    CHECK(outcome.messages.size() == 3);
    const nlmsghdr header = header_of(kernel.sent.at(0));
    CHECK((header.nlmsg_flags & (NLM_F_REQUEST | NLM_F_DUMP)) == (NLM_F_REQUEST | NLM_F_DUMP));
    CHECK(header.nlmsg_seq != 0);
  }

  TEST_CASE_FIXTURE(DumpFixture, "an empty dump is a dump") {
    const auto outcome = dump([this](uint32_t sequence) { kernel.arrive(done(sequence)); });
    CHECK(outcome.error == 0);
    CHECK(outcome.messages.empty());
  }

  TEST_CASE_FIXTURE(DumpFixture, "a dump comes in parts no longer than asked for and one datagram more") {
    const auto outcome = dump(
        [this](uint32_t sequence) {
          for (int i = 0; i < 100; i++) kernel.arrive(route(sequence, 1000));
          kernel.arrive(done(sequence));
        },
        5000);
    CHECK(outcome.error == 0);
    CHECK(outcome.messages.size() == 100);
    CHECK(outcome.parts >= 20);
  }

  TEST_CASE_FIXTURE(DumpFixture, "a dump refused is its errno, with the kernel's reasons") {
    const auto outcome = dump([this](uint32_t sequence) { kernel.arrive(answer(sequence, EOPNOTSUPP)); });
    CHECK(outcome.error == EOPNOTSUPP);
    REQUIRE(outcome.messages.size() == 1);
    CHECK(outcome.messages[0].header.nlmsg_type == NLMSG_ERROR);
  }

  TEST_CASE_FIXTURE(DumpFixture, "DONE with an error inside fails the dump, what was read is kept") {
    const auto outcome = dump([this](uint32_t sequence) {
      kernel.arrive(route(sequence));
      kernel.arrive(done(sequence, ENOMEM));
    });
    CHECK(outcome.error == ENOMEM);
    REQUIRE(outcome.messages.size() == 2);
    CHECK(outcome.messages[0].header.nlmsg_type == RTM_NEWROUTE);
  }

  TEST_CASE_FIXTURE(DumpFixture, "a DONE with no room for an error is an end without one") {
    const auto outcome = dump([this](uint32_t sequence) { kernel.arrive(message({NLMSG_DONE, 2, sequence})); });
    CHECK(outcome.error == 0);
  }

  TEST_CASE_FIXTURE(DumpFixture, "an error with no room for its number does not end a dump well") {
    const auto outcome = dump([this](uint32_t sequence) {
      kernel.arrive(message({NLMSG_ERROR, 0, sequence}, Bytes(2)));
    });
    CHECK(outcome.error != 0);
  }

  TEST_CASE_FIXTURE(DumpFixture, "an interrupted dump says so at its end, whichever message carried the flag") {
    auto outcome = dump([this](uint32_t sequence) {
      kernel.arrive(route(sequence, 12, NLM_F_MULTI | NLM_F_DUMP_INTR));
      kernel.arrive(route(sequence));
      kernel.arrive(done(sequence));
    });
    CHECK(outcome.error == EINTR);
    CHECK(outcome.messages.size() == 2);
    outcome = dump([this](uint32_t sequence) { kernel.arrive(done(sequence, 0, NLM_F_MULTI | NLM_F_DUMP_INTR)); });
    CHECK(outcome.error == EINTR);
    outcome = dump([this](uint32_t sequence) { kernel.arrive(done(sequence)); });
    CHECK(outcome.error == 0);
  }

  TEST_CASE_FIXTURE(DumpFixture, "a dump whose socket says ENOBUFS for ever ends") {
    const auto outcome = dump([this](uint32_t) {
      for (int i = 0; i < 5000; i++) kernel.fail_receive(ENOBUFS);
    });
    CHECK(outcome.error == ENOBUFS);
  }

  TEST_CASE_FIXTURE(DumpFixture, "a dump of which a part was lost is read to its end and says ENOBUFS") {
    const auto outcome = dump([this](uint32_t sequence) {
      kernel.arrive(route(sequence));
      kernel.fail_receive(ENOBUFS);
      kernel.arrive(route(sequence));
      kernel.arrive(done(sequence));
    });
    CHECK(outcome.error == ENOBUFS);
    CHECK(outcome.messages.size() == 2);
    CHECK(kernel.waiting() == 0);
  }

  TEST_CASE_FIXTURE(DumpFixture, "NLMSG_OVERRUN inside a dump is a loss too") {
    const auto outcome = dump([this](uint32_t sequence) {
      kernel.arrive(message({NLMSG_OVERRUN, 0, sequence}));
      kernel.arrive(done(sequence));
    });
    CHECK(outcome.error == ENOBUFS);
  }

  TEST_CASE_FIXTURE(DumpFixture, "what is left of an earlier dump is not part of the next") {
    uint32_t old_sequence = 0;
    dump([&](uint32_t sequence) {
      old_sequence = sequence;
      kernel.arrive(Bytes(5));  // gives this dump up
    });
    const auto outcome = dump([&](uint32_t sequence) {
      kernel.arrive(route(old_sequence) + done(old_sequence));
      kernel.arrive(route(sequence));
      kernel.arrive(done(sequence));
    });
    CHECK(outcome.error == 0);
    CHECK(outcome.messages.size() == 1);
  }

  TEST_CASE_FIXTURE(DumpFixture, "a message for a sequence number never used ends the dump with EBADMSG") {
    const auto outcome = dump([this](uint32_t sequence) { kernel.arrive(route(sequence + 1)); });
    CHECK(outcome.error == EBADMSG);
  }

  TEST_CASE_FIXTURE(DumpFixture, "foreign datagrams are not part of a dump") {
    const auto outcome = dump([this](uint32_t sequence) {
      kernel.arrive_foreign(route(sequence));
      kernel.arrive_foreign(done(sequence, EPERM));
      kernel.arrive(done(sequence));
    });
    CHECK(outcome.error == 0);
    CHECK(outcome.messages.empty());
  }

  TEST_CASE_FIXTURE(DumpFixture, "truncated, malformed and missing parts each end a dump with their own error") {
    CHECK(dump([this](uint32_t sequence) { kernel.arrive_truncated(route(sequence)); }).error == EMSGSIZE);
    CHECK(dump([this](uint32_t) { kernel.arrive(Bytes(9)); }).error == EBADMSG);
    CHECK(dump([this](uint32_t sequence) {
            kernel.arrive(message({RTM_NEWROUTE, 2, sequence, 500}, Bytes(20)));
          }).error == EBADMSG);
    CHECK(dump([this](uint32_t sequence) { kernel.arrive(route(sequence)); }).error == ETIMEDOUT);
    CHECK(dump([this](uint32_t) { kernel.fail_receive(ENETDOWN); }).error == ENETDOWN);
  }

  TEST_CASE_FIXTURE(DumpFixture, "a dump request that is not whole is not sent") {
    for (Bytes bad : {Bytes(0), Bytes(15), message({RTM_GETROUTE, 0, 0, 15}), message({RTM_GETROUTE, 0, 0, 17})}) {
      CHECK(exchange.begin_dump(bad, {}) == EBADMSG);
    }
    CHECK(kernel.sent.empty());
  }

  TEST_CASE_FIXTURE(DumpFixture, "only the one request of a dump is sent, whatever follows it in the buffer") {
    Bytes bytes = message({RTM_GETROUTE}, Bytes(12)) + request();
    CHECK(exchange.begin_dump(bytes, {}) == 0);
    CHECK(kernel.sent.at(0).size() == 28);
  }

  TEST_CASE_FIXTURE(DumpFixture, "a dump of a link by name is filtered by its index, or refused where there is none") {
    Bytes bytes = message({RTM_GETNEIGH}, Bytes(12));
    const std::vector<Patch> patches = {{20, 0, "blue"}};
    CHECK(exchange.begin_dump(bytes, patches) == ENODEV);
    CHECK(kernel.sent.empty());
    kernel.links["blue"] = 7;
    CHECK(exchange.begin_dump(bytes, patches) == 0);
    CHECK(u32_at(kernel.sent.at(0), 20) == 7);
    const std::vector<Patch> outside = {{26, 0, "blue"}};
    CHECK(exchange.begin_dump(bytes, outside) != 0);
  }

  TEST_CASE_FIXTURE(DumpFixture, "a request after a dump has its answer, and the other way round") {
    CHECK(dump([this](uint32_t sequence) { kernel.arrive(done(sequence)); }).error == 0);
    kernel.obey([](size_t, const nlmsghdr&) { return EEXIST; });
    CHECK(submit(request()).size() == 1);
    CHECK(dump([this](uint32_t sequence) { kernel.arrive(route(sequence) + done(sequence)); }).messages.size() == 1);
  }
}

}  // namespace
