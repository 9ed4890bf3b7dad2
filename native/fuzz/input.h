// Takes a fuzzer's bytes apart.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace linkwright::fuzz {

class Input {
 public:
  Input(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const std::byte*>(data), size) {}

  bool empty() const { return rest_.empty(); }
  // What is not there is 0.
  uint8_t u8() {
    const auto bytes = take(1);
    return bytes.empty() ? uint8_t{0} : static_cast<uint8_t>(bytes[0]);
  }
  uint32_t u32() {
    uint32_t value = 0;
    const auto bytes = take(sizeof value);
    if (!bytes.empty()) std::memcpy(&value, bytes.data(), bytes.size());
    return value;
  }
  std::vector<std::byte> take(size_t size) {
    const auto bytes = rest_.first(std::min(size, rest_.size()));
    rest_ = rest_.subspan(bytes.size());
    return {bytes.begin(), bytes.end()};
  }
  std::vector<std::byte> rest() { return take(rest_.size()); }

 private:
  std::span<const std::byte> rest_;
};

// A broken promise of the engine: the fuzzer takes a trap for a crash and keeps the input.
inline void expect(bool truth) {
  if (!truth) __builtin_trap();
}

}  // namespace linkwright::fuzz
