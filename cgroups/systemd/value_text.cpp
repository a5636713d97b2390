#include "cgroups/systemd/value_text.hpp"

#include "runtime/base/text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace systemd {

using base::cat;
using base::Error;
using base::Result;

namespace {

/// What stands before a value to say its type, if anything does: "uint64", "@t". Is taken off.
std::string_view take_type(std::string_view& text) {
    const std::size_t blank = text.find(' ');
    if (blank == std::string_view::npos || text.starts_with('\'') || text.starts_with('"') ||
        text.starts_with('[')) {
        return {};
    }
    const std::string_view type = text.substr(0, blank);
    text = base::trimmed(text.substr(blank));
    return type;
}

bool names(std::string_view type, std::string_view signature) {
    struct Word {
        std::string_view text;
        std::string_view signature;
    };
    constexpr std::array<Word, 5> kWords = {
        {{"boolean", "b"}, {"int32", "i"}, {"uint32", "u"}, {"uint64", "t"}, {"string", "s"}}};
    if (type.empty() || (type.front() == '@' && type.substr(1) == signature)) {
        return true;
    }
    return std::any_of(kWords.begin(), kWords.end(), [&](const Word& word) {
        return word.text == type && word.signature == signature;
    });
}

/// A text in quotes at the beginning, which is taken off. None with a line end: systemd keeps the
/// text in a file of lines, where the next one would be another setting.
std::optional<std::string> take_quoted(std::string_view& text) {
    if (!text.starts_with('\'') && !text.starts_with('"')) {
        return std::nullopt;
    }
    const char quote = text.front();
    std::string content;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == quote) {
            text = base::trimmed(text.substr(i + 1));
            return content;
        }
        if (text[i] == '\\' && ++i == text.size()) {
            break;
        }
        if (static_cast<unsigned char>(text[i]) < ' ') {
            break;
        }
        content += text[i];
    }
    return std::nullopt;
}

template <class Number>
std::optional<Value> number_of(std::string_view text) {
    const auto number = base::parse_number<Number>(text);
    return number ? std::optional<Value>(*number) : std::nullopt;
}

std::optional<Value> list_of(std::string_view text) {
    if (!text.starts_with('[') || !text.ends_with(']') || text.size() < 2) {
        return std::nullopt;
    }
    text = base::trimmed(text.substr(1, text.size() - 2));
    std::vector<std::string> list;
    while (!text.empty()) {
        const std::optional<std::string> one = take_quoted(text);
        if (!one || (!text.empty() && !text.starts_with(','))) {
            return std::nullopt;
        }
        list.push_back(*one);
        text = text.empty() ? text : base::trimmed(text.substr(1));
    }
    return Value(std::move(list));
}

/// Which parser a type has; those that no annotation can set have none.
struct Parser {
    std::string_view text;

    std::optional<Value> operator()(bool) const {
        return text == "true"    ? std::optional<Value>(true)
               : text == "false" ? std::optional<Value>(false)
                                 : std::nullopt;
    }
    std::optional<Value> operator()(std::int32_t) const { return number_of<std::int32_t>(text); }
    std::optional<Value> operator()(std::uint32_t) const { return number_of<std::uint32_t>(text); }
    std::optional<Value> operator()(std::uint64_t) const { return number_of<std::uint64_t>(text); }
    std::optional<Value> operator()(const std::string&) const {
        std::string_view rest = text;
        std::optional<std::string> content = take_quoted(rest);
        return content && rest.empty() ? std::optional<Value>(*std::move(content)) : std::nullopt;
    }
    std::optional<Value> operator()(const std::vector<std::string>&) const { return list_of(text); }
    template <class Other>
    std::optional<Value> operator()(const Other&) const {
        return std::nullopt;
    }
};

std::string example_of(const Value& like) {
    const std::string signature = signature_of(like);
    return signature == "b"    ? "true"
           : signature == "i"  ? "int32 -1"
           : signature == "u"  ? "uint32 1"
           : signature == "t"  ? "uint64 5000000"
           : signature == "as" ? "['a.service']"
                               : "'text'";
}

} // namespace

Result<Value> value_of(std::string_view text, const Value& like) {
    std::string_view rest = base::trimmed(text);
    const std::string_view type = take_type(rest);
    std::optional<Value> value;
    if (names(type, signature_of(like))) {
        value = std::visit(Parser{rest}, like);
    }
    if (!value) {
        return Error(cat(base::quoted(text), " is not a value of the type ", signature_of(like)))
            .hint(cat("write it as ", example_of(like)));
    }
    return *std::move(value);
}

} // namespace systemd
