// The few things about texts that reading, writing and messages share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace spec {

/// Whether a byte is the second or a later one of a character.
constexpr bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// How many bytes the well-formed character at the start of `text` has; 0 if there is none
/// (overlong forms, surrogates and cut-off characters are not well-formed).
std::size_t character_size(std::string_view text);

/// Appends a code point (at most 0x10FFFF).
void append_utf8(std::string& out, std::uint32_t code_point);

/// As base::nearest, but nothing for a word that is longer than any candidate could be.
std::optional<std::string_view> suggestion(std::string_view word,
                                           std::span<const std::string_view> candidates);

/// With control characters escaped, so that it fits into one line.
std::string in_one_line(std::string_view text);

/// In double quotes as base::quoted, and no longer than fits into a message.
std::string excerpt(std::string_view text);

} // namespace spec
