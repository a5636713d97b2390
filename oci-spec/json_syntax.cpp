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

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_of_number(char c) {
    return (c >= '0' && c <= '9') || std::string_view("+-.eE").find(c) != kNowhere;
}

/// Where the run of such characters before `end` begins.
template <class Predicate>
std::size_t run_before(std::string_view bytes, std::size_t end, Predicate belongs) {
    while (end > 0 && belongs(bytes[end - 1])) {
        --end;
    }
    return end;
}

/// The parser has read up to the end of the token that it does not want, or to the byte that
/// makes a token invalid: a word or number is shown by its beginning, a string that is broken by
/// the byte that breaks it. (The parser's token holds all since the last string or number.)
std::size_t offending_offset(std::string_view bytes, std::size_t read, std::string_view token,
                             std::string_view problem) {
    if (read == 0 || read > bytes.size()) { // the end of the text counts as one more byte
        return bytes.size();
    }
    const std::size_t last = read - 1;
    if (problem == "unexpected string literal") {
        return read - std::min(read, token.size());
    }
    if (problem.find("number") != kNowhere) {
        return run_before(bytes, last, is_of_number);
    }
    if (problem.find("literal") == kNowhere) {
        return last;
    }
    const std::size_t begin = run_before(bytes, last, is_letter);
    const std::string_view word = bytes.substr(begin, last - begin);
    const bool is_whole = word == "true" || word == "false" || word == "null";
    return is_whole ? last : begin;
}

} // namespace

Finding syntax_finding(std::string_view bytes, std::size_t read, std::string_view token,
                       std::string_view message) {
    if (base::trimmed(bytes).empty()) {
        return {.message = "the document is empty", .position = Position{}};
    }
    const ParserMessage parts = taken_apart(message);
    const std::size_t at = offending_offset(bytes, read, token, parts.problem);
    return {.message = sentence(parts),
            .hint = advice(bytes.substr(0, at), bytes.substr(at), parts),
            .position = position_of(bytes, at)};
}

} // namespace spec
