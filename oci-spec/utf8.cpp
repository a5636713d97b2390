#include "oci-spec/utf8.hpp"

#include "runtime/base/text.hpp"

namespace spec {

namespace {

/// Size and least code point by the lead byte; size 0 where no character begins.
struct Lead {
    std::size_t size;
    std::uint32_t bits;
    std::uint32_t least;
};

Lead lead_of(unsigned char byte) {
    if (byte < 0x80) {
        return {.size = 1, .bits = byte, .least = 0};
    }
    if ((byte & 0xE0U) == 0xC0U) {
        return {.size = 2, .bits = byte & 0x1FU, .least = 0x80};
    }
    if ((byte & 0xF0U) == 0xE0U) {
        return {.size = 3, .bits = byte & 0x0FU, .least = 0x800};
    }
    if ((byte & 0xF8U) == 0xF0U) {
        return {.size = 4, .bits = byte & 0x07U, .least = 0x10000};
    }
    return {.size = 0, .bits = 0, .least = 0};
}

} // namespace

std::size_t character_size(std::string_view text) {
    if (text.empty()) {
        return 0;
    }
    const Lead lead = lead_of(static_cast<unsigned char>(text.front()));
    if (lead.size == 0 || lead.size > text.size()) {
        return 0;
    }
    std::uint32_t code_point = lead.bits;
    for (const char c : text.substr(1, lead.size - 1)) {
        if (!continues_character(c)) {
            return 0;
        }
        code_point = (code_point << 6) | (static_cast<unsigned char>(c) & 0x3FU);
    }
    const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    return code_point < lead.least || code_point > 0x10FFFF || surrogate ? 0 : lead.size;
}

void append_utf8(std::string& out, std::uint32_t code_point) {
    const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
    if (code_point < 0x80) {
        byte(code_point);
    } else if (code_point < 0x800) {
        byte(0xC0U | (code_point >> 6));
        byte(0x80U | (code_point & 0x3FU));
    } else if (code_point < 0x10000) {
        byte(0xE0U | (code_point >> 12));
        byte(0x80U | ((code_point >> 6) & 0x3FU));
        byte(0x80U | (code_point & 0x3FU));
    } else {
        byte(0xF0U | (code_point >> 18));
        byte(0x80U | ((code_point >> 12) & 0x3FU));
        byte(0x80U | ((code_point >> 6) & 0x3FU));
        byte(0x80U | (code_point & 0x3FU));
    }
}

std::optional<std::string_view> suggestion(std::string_view word,
                                           std::span<const std::string_view> candidates) {
    constexpr std::size_t kLongest = 64; // comparing takes the product of both lengths
    return word.size() > kLongest ? std::nullopt : base::nearest(word, candidates);
}

std::string in_one_line(std::string_view text) {
    std::string line;
    for (const char c : text) {
        const bool control = static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
        line += control ? base::quoted({&c, 1}).substr(1) : std::string(1, c);
        if (control) {
            line.pop_back();
        }
    }
    return line;
}

std::string excerpt(std::string_view text) {
    constexpr std::size_t kMost = 60;
    if (text.size() <= kMost) {
        return base::quoted(text);
    }
    std::size_t end = kMost;
    while (end > 0 && continues_character(text[end])) {
        --end;
    }
    return base::quoted(text.substr(0, end)) + "...";
}

} // namespace spec
