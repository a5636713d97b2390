#include "oci-spec/json_syntax.hpp"

#include "runtime/base/text.hpp"

#include <algorithm>
#include <string>

namespace spec {

namespace {

constexpr std::size_t kNowhere = std::string_view::npos;

/// nlohmann: "[json.exception...] parse error at line 1, column 2: syntax error while parsing X -
/// PROBLEM; last read: 'TOKEN'; expected Y", the last two only where known.
struct ParserMessage {
    std::string_view problem;
    std::string_view expected;
    bool token_is_valid = false; ///< only not allowed where it stands
};

ParserMessage taken_apart(std::string_view message) {
    ParserMessage parts;
    if (const std::size_t dash = message.find(" - "); dash != kNowhere) {
        message.remove_prefix(dash + 3);
    } else if (const std::size_t bracket = message.find("] "); bracket != kNowhere) {
        message.remove_prefix(bracket + 2);
    }
    constexpr std::string_view kLast = "; last read: '";
    constexpr std::string_view kExpected = "; expected ";
    parts.token_is_valid = message.starts_with("unexpected ");
    // A lexer's problem may hold "; expected" itself, always before the token.
    const std::size_t last = message.find(kLast);
    const std::size_t expected = message.rfind(kExpected);
    if (expected != kNowhere && (last == kNowhere || expected > last)) {
        parts.expected = message.substr(expected + kExpected.size());
    }
    parts.problem = message.substr(0, std::min(last, parts.expected.empty() ? kNowhere : expected));
    return parts;
}

/// The parser's words for tokens are those of its grammar.
std::string_view plain_word(std::string_view token) {
    if (token == "'[', '{', or a literal") {
        return "a value";
    }
    if (token == "string literal") {
        return "a string";
    }
    if (token == "end of input") {
        return "the end of the document";
    }
    return token;
}

std::string sentence(const ParserMessage& parts) {
    constexpr std::string_view kUnexpected = "unexpected ";
    std::string text = "not valid JSON: ";
    if (parts.token_is_valid) {
        text += base::cat(kUnexpected, plain_word(parts.problem.substr(kUnexpected.size())));
    } else {
        text += parts.problem;
    }
    if (!parts.expected.empty()) {
        text += base::cat(", expected ", plain_word(parts.expected));
    }
    return text;
}

/// The mistakes that writers of JSON by hand make.
std::string advice(std::string_view before, std::string_view from, const ParserMessage& parts) {
    before = base::trimmed(before);
    const char last = before.empty() ? '\0' : before.back();
    const char first = from.empty() ? '\0' : from.front();
    if (last == ',' && (first == '}' || first == ']')) {
        return "JSON allows no comma behind the last member: remove it";
    }
    if (first == '/' || first == '#') {
        return "JSON has no comments";
    }
    if (first == '\'') {
        return "strings stand in double quotes";
    }
    const bool comma_fits = parts.expected == "'}'" || parts.expected == "']'";
    if (comma_fits && (first == '"' || first == '{' || first == '[')) {
        return "a comma is missing before it";
    }
    if (from.empty() && !before.empty()) {
        return "the document is cut off, or a bracket is not closed";
    }
    for (const std::string_view word : {"True", "False", "None", "NULL", "TRUE", "FALSE"}) {
        if (from.starts_with(word)) {
            return "JSON writes true, false and null in small letters";
        }
    }
    return {};
}

} // namespace

Finding syntax_finding(std::string_view bytes, std::size_t read, std::string_view token,
                       std::string_view message) {
    if (base::trimmed(bytes).empty()) {
        return {.message = "the document is empty", .position = Position{}};
    }
    const ParserMessage parts = taken_apart(message);
    // The parser has read the token (and counts the end of the text as one byte more).
    const std::size_t token_end = std::min(read, bytes.size());
    std::size_t at =
        read > bytes.size() ? bytes.size() : token_end - std::min<std::size_t>(token_end, 1);
    if (parts.token_is_valid && read <= bytes.size()) {
        at = token_end - std::min(token_end, token.size());
    } else if (read <= bytes.size() && token.size() <= token_end &&
               bytes.substr(token_end - token.size(), token.size()) == token) {
        // An invalid word is pointed at by its beginning, a broken string by the byte that breaks
        // it.
        at = token.starts_with('"') ? at : token_end - token.size();
    }
    return {.message = sentence(parts),
            .hint = advice(bytes.substr(0, at), bytes.substr(at), parts),
            .position = position_of(bytes, at)};
}

} // namespace spec
