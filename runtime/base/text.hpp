// Text without locale and streams: joining, quoting, numbers, and the nearest word to a typo.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace base {

/// A borrowed text that ends in a NUL, as system calls want it.
class ZView {
  public:
    // NOLINTBEGIN(google-explicit-constructor): a ZView is a parameter type, like string_view
    constexpr ZView(const char* text) : text_(text) {}
    ZView(const std::string& text) : text_(text.c_str()) {}
    constexpr operator std::string_view() const { return text_; }
    // NOLINTEND(google-explicit-constructor)
    [[nodiscard]] constexpr const char* c_str() const { return text_; }
    [[nodiscard]] constexpr std::string_view view() const { return text_; }

  private:
    const char* text_;
};

namespace detail {
template <class Part>
void append(std::string& out, const Part& part) {
    if constexpr (std::is_convertible_v<Part, std::string_view>) {
        out += std::string_view(part);
    } else if constexpr (std::same_as<Part, char>) {
        out += part;
    } else {
        static_assert(std::integral<Part> && !std::same_as<Part, bool>);
        char buffer[24];
        const auto end = std::to_chars(buffer, buffer + sizeof buffer, part).ptr;
        out.append(buffer, end);
    }
}
} // namespace detail

/// Puts texts, characters and whole numbers behind one another.
template <class... Parts>
std::string cat(const Parts&... parts) {
    std::string out;
    (detail::append(out, parts), ...);
    return out;
}

std::string octal(std::uint64_t value); ///< "0755"
std::string hex(std::uint64_t value);   ///< "0x1f"

/// In double quotes, with control characters and quotes escaped as in JSON: safe for one line.
std::string quoted(std::string_view text);

std::string join(std::span<const std::string> parts, std::string_view separator);
/// Every piece between separators, empty ones too; "" gives one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);
/// Pieces between runs of blanks and tabs.
std::vector<std::string_view> words(std::string_view text);
/// Without blanks, tabs and line ends at both ends.
std::string_view trimmed(std::string_view text);

/// The whole text as a number in base 10 (or another); nothing else may stand beside it.
template <std::integral Int>
std::optional<Int> parse_number(std::string_view text, int number_base = 10) {
    Int value{};
    const auto [end, failure] =
        std::from_chars(text.data(), text.data() + text.size(), value, number_base);
    if (failure != std::errc{} || end != text.data() + text.size() || text.empty()) {
        return std::nullopt;
    }
    return value;
}

/// The candidate that a writer of `word` probably meant: at most a third of its letters wrong
/// (also by case alone); nullopt if there is none.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates);

/// Seconds since the epoch and nanoseconds as RFC 3339 in UTC: 2026-11-23T16:27:24.000000001Z.
std::string rfc3339(std::int64_t seconds, std::uint32_t nanoseconds);

} // namespace base
