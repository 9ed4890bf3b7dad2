// An object of options, as a script gives it. It has been checked in TypeScript.
#pragma once

#include <napi.h>

#include <cstdint>
#include <optional>
#include <string>

namespace linkwright {

class Options {
 public:
  explicit Options(const Napi::Value& value) : object_(value.As<Napi::Object>()) {}

  std::string text(const char* key) const {
    const Napi::Value value = get(key);
    return value.IsString() ? value.As<Napi::String>().Utf8Value() : "";
  }
  std::optional<bool> boolean(const char* key) const {
    const Napi::Value value = get(key);
    if (!value.IsBoolean()) return std::nullopt;
    return value.As<Napi::Boolean>().Value();
  }
  bool flag(const char* key) const { return boolean(key).value_or(false); }
  std::optional<int64_t> number(const char* key) const {
    const Napi::Value value = get(key);
    if (!value.IsNumber()) return std::nullopt;
    return value.As<Napi::Number>().Int64Value();
  }

 private:
  // Empty, and then not to be touched, where the environment is torn down meanwhile.
  Napi::Value get(const char* key) const {
    const Napi::Value value = object_.Get(key);
    return value.IsEmpty() ? object_.Env().Undefined() : value;
  }

  Napi::Object object_;
};

}  // namespace linkwright
