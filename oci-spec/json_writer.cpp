#include "oci-spec/json_writer.hpp"

#include "oci-spec/utf8.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>
#include <utility>

namespace spec {

JsonWriter& JsonWriter::key(std::string_view name) {
    separate();
    append_quoted(name);
    text_ += form_ == Form::indented ? ": " : ":";
    after_key_ = true;
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
    separate();
    append_quoted(text);
    return *this;
}

JsonWriter& JsonWriter::open(char bracket) {
    separate();
    text_ += bracket;
    ++depth_;
    is_first_ = true;
    return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
    --depth_;
    if (!is_first_) {
        new_line();
    }
    text_ += bracket;
    is_first_ = false;
    return *this;
}

JsonWriter& JsonWriter::word(std::string_view word) {
    separate();
    text_ += word;
    return *this;
}

JsonWriter& JsonWriter::signed_number(std::int64_t number) {
    return word(base::cat(number));
}
JsonWriter& JsonWriter::unsigned_number(std::uint64_t number) {
    return word(base::cat(number));
}

JsonWriter& JsonWriter::hundredths(std::uint64_t number) {
    const std::uint64_t places = number % 100;
    return word(base::cat(number / 100, places < 10 ? ".0" : ".", places));
}

void JsonWriter::separate() {
    if (std::exchange(after_key_, false)) {
        is_first_ = false;
        return;
    }
    if (!is_first_) {
        text_ += ',';
    }
    if (depth_ > 0) {
        new_line();
    }
    is_first_ = false;
}

void JsonWriter::new_line() {
    if (form_ == Form::compact) {
        return;
    }
    text_ += '\n';
    for (std::size_t i = 0; i < depth_; ++i) {
        text_ += indent_;
    }
}

void JsonWriter::append_quoted(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    constexpr std::string_view kReplacement = "\xEF\xBF\xBD"; // U+FFFD
    const auto is_plain = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
    };
    text_ += '"';
    while (true) {
        const auto* const plain_end = std::find_if_not(text.begin(), text.end(), is_plain);
        const auto plain = static_cast<std::size_t>(plain_end - text.begin());
        text_ += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) {
            break;
        }
        const char c = text.front();
        const auto byte = static_cast<unsigned char>(c);
        std::size_t size = 1;
        if (c == '"' || c == '\\') {
            text_ += '\\';
            text_ += c;
        } else if (c == '\n') {
            text_ += "\\n";
        } else if (c == '\t') {
            text_ += "\\t";
        } else if (byte < 0x20) {
            text_ += "\\u00";
            text_ += kDigits[byte >> 4];
            text_ += kDigits[byte & 0xf];
        } else if (const std::size_t character = character_size(text); character > 0) {
            text_ += text.substr(0, character);
            size = character;
        } else {
            text_ += kReplacement;
        }
        text.remove_prefix(size);
    }
    text_ += '"';
}

} // namespace spec
