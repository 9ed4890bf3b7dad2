// Messages as a script passes them: see src/native.ts. They have been checked in TypeScript.
#pragma once

#include <napi.h>
#include <string.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "exchange.h"

namespace linkwright {

inline std::vector<std::byte> copy_bytes(const Napi::Value& value) {
  const auto array = value.As<Napi::Uint8Array>();
  const auto* data = reinterpret_cast<const std::byte*>(array.Data());
  return {data, data + array.ByteLength()};
}

// u32 offset, u32 after, char name[16].
inline std::vector<Patch> read_patches(const Napi::Value& value) {
  constexpr size_t kPatchSize = 24;
  std::vector<Patch> patches;
  if (!value.IsTypedArray()) return patches;
  const std::vector<std::byte> bytes = copy_bytes(value);
  patches.reserve(bytes.size() / kPatchSize);
  for (size_t at = 0; at + kPatchSize <= bytes.size(); at += kPatchSize) {
    Patch patch;
    memcpy(&patch.offset, &bytes[at], sizeof patch.offset);
    memcpy(&patch.after, &bytes[at + 4], sizeof patch.after);
    const auto* name = reinterpret_cast<const char*>(&bytes[at + 8]);
    patch.name.assign(name, strnlen(name, kPatchSize - 8));
    patches.push_back(std::move(patch));
  }
  return patches;
}

// 0 or 1.
inline Stop read_stop(const Napi::Value& value) { return static_cast<Stop>(value.As<Napi::Number>().Uint32Value()); }

}  // namespace linkwright
