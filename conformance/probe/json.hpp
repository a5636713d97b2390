// Just enough JSON to report with: objects and arrays that grow, and are text when they are done.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace probe {

/// In double quotes. Bytes above 0x7e become \u00XX, so that any file name is valid JSON.
std::string quoted(std::string_view text);

class Object {
  public:
    /// `value` is JSON already.
    Object& raw(std::string_view key, std::string_view value);
    Object& text(std::string_view key, std::string_view value) { return raw(key, quoted(value)); }
    Object& number(std::string_view key, std::integral auto value) {
        return raw(key, std::to_string(value));
    }
    Object& flag(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
    [[nodiscard]] std::string json() const { return "{" + inner_ + "}"; }

  private:
    std::string inner_;
};

class Array {
  public:
    Array& raw(std::string_view value);
    Array& text(std::string_view value) { return raw(quoted(value)); }
    Array& number(std::integral auto value) { return raw(std::to_string(value)); }
    [[nodiscard]] std::string json() const { return "[" + inner_ + "]"; }

  private:
    std::string inner_;
};

} // namespace probe
