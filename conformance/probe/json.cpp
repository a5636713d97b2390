#include "json.hpp"

namespace probe {

std::string quoted(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte > 0x7e) {
            out += "\\u00";
            out += kDigits[byte >> 4];
            out += kDigits[byte & 0xf];
        } else {
            out += c;
        }
    }
    return out += '"';
}

Object& Object::raw(std::string_view key, std::string_view value) {
    if (!inner_.empty()) {
        inner_ += ',';
    }
    inner_ += quoted(key);
    inner_ += ':';
    inner_ += value;
    return *this;
}

Array& Array::raw(std::string_view value) {
    if (!inner_.empty()) {
        inner_ += ',';
    }
    inner_ += value;
    return *this;
}

} // namespace probe
