#include "oci-spec/cursor.hpp"

#include "oci-spec/pointer.hpp"
#include "oci-spec/utf8.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>
#include <cassert>

namespace spec {

namespace {

/// The value as it stands in the document, where that is short.
std::string written(const JsonNode& node) {
    switch (node.kind) {
    case JsonKind::null:
        return "null";
    case JsonKind::boolean:
        return node.boolean ? "true" : "false";
    case JsonKind::negative:
        return base::cat(node.negative);
    case JsonKind::whole:
        return base::cat(node.whole);
    case JsonKind::fractional:
        return std::string(node.text);
    case JsonKind::text:
        return excerpt(node.text);
    case JsonKind::array:
    case JsonKind::object:
        break;
    }
    return {};
}

/// "512M" is how people write sizes, and how nothing in the specification does.
std::optional<std::uint64_t> bytes_of(std::string_view size) {
    constexpr std::string_view kUnits = "kmgt";
    if (size.size() < 2) {
        return std::nullopt;
    }
    const char last = size.back() >= 'A' && size.back() <= 'Z'
                          ? static_cast<char>(size.back() - 'A' + 'a')
                          : size.back();
    const std::size_t unit = kUnits.find(last);
    const auto number = base::parse_number<std::uint32_t>(size.substr(0, size.size() - 1));
    if (unit == std::string_view::npos || !number) {
        return std::nullopt;
    }
    return std::uint64_t{*number} << (10 * (unit + 1));
}

std::string hint_for(const JsonNode& node, std::string_view wanted) {
    if (node.kind == JsonKind::text && wanted == name_of(JsonKind::whole)) {
        if (base::parse_number<std::int64_t>(node.text)) {
            return base::cat("write it without quotes: ", node.text);
        }
        if (const auto bytes = bytes_of(node.text)) {
            return base::cat("write it in bytes: ", *bytes);
        }
    }
    if (node.kind == JsonKind::text && wanted == name_of(JsonKind::boolean) &&
        (node.text == "true" || node.text == "false")) {
        return base::cat("write it without quotes: ", node.text);
    }
    if (wanted == name_of(JsonKind::array) && node.kind != JsonKind::object) {
        return base::cat("write [", written(node), "]");
    }
    return {};
}

bool is_whole(JsonKind kind) {
    return kind == JsonKind::negative || kind == JsonKind::whole;
}

/// Anything but a whole number of at most 64 bits.
void wrong_number(const Cursor& at) {
    const JsonNode& node = at.node();
    if (node.kind != JsonKind::fractional) {
        at.wrong_kind(name_of(JsonKind::whole));
    } else if (node.text.find_first_of(".eE") == std::string_view::npos) {
        at.error(base::cat(at.name(), " is out of range: ", node.text));
    } else {
        at.error(base::cat(at.name(), " must be a whole number, not ", node.text),
                 "write it without fraction and exponent");
    }
}

} // namespace

std::string Cursor::pointer() const {
    if (parent_ == nullptr) {
        return {};
    }
    return parent_->kind() == JsonKind::object ? below(parent_->pointer(), node_->key)
                                               : below(parent_->pointer(), index_);
}

std::string Cursor::name() const {
    if (parent_ == nullptr) {
        return "the document";
    }
    return parent_->kind() == JsonKind::object ? excerpt(node_->key)
                                               : base::cat(parent_->name(), '[', index_, ']');
}

void Cursor::error(std::string message, std::string hint) const {
    findings_->error(pointer(), std::move(message), std::move(hint));
}

void Cursor::wrong_kind(std::string_view wanted) const {
    const std::string value = written(*node_);
    std::string message = base::cat(name(), " must be ", wanted, ", not ", name_of(kind()));
    if (!value.empty() && kind() != JsonKind::null) {
        message += base::cat(" (", value, ")");
    }
    error(std::move(message), hint_for(*node_, wanted));
}

void load(const Cursor& at, bool& target) {
    if (at.kind() == JsonKind::boolean) {
        target = at.node().boolean;
    } else {
        at.wrong_kind(name_of(JsonKind::boolean));
    }
}

void load(const Cursor& at, std::string& target) {
    if (at.kind() != JsonKind::text) {
        at.wrong_kind(name_of(JsonKind::text));
    } else if (at.node().text.find('\0') != std::string_view::npos) {
        at.error(base::cat(at.name(), " must not hold a NUL character"));
    } else {
        target = at.node().text;
    }
}

bool load_word(const Cursor& at, std::span<const std::string_view> words, std::string& target) {
    if (at.kind() == JsonKind::text) {
        for (const std::string_view word : words) {
            if (word == at.node().text) {
                target = word;
                return true;
            }
        }
    }
    detail::unknown_word(at, words);
    return false;
}

namespace detail {

std::optional<std::int64_t> signed_number(const Cursor& at, std::int64_t least, std::int64_t most) {
    const JsonNode& node = at.node();
    if (!is_whole(node.kind)) {
        wrong_number(at);
        return std::nullopt;
    }
    if (node.kind == JsonKind::negative) {
        if (node.negative >= least) {
            return node.negative;
        }
        at.error(base::cat(at.name(), " is ", node.negative, ", the least is ", least));
        return std::nullopt;
    }
    if (node.whole <= static_cast<std::uint64_t>(most)) {
        return static_cast<std::int64_t>(node.whole);
    }
    at.error(base::cat(at.name(), " is ", node.whole, ", the most is ", most));
    return std::nullopt;
}

std::optional<std::uint64_t> unsigned_number(const Cursor& at, std::uint64_t most) {
    const JsonNode& node = at.node();
    if (!is_whole(node.kind)) {
        wrong_number(at);
        return std::nullopt;
    }
    if (node.kind == JsonKind::negative) {
        at.error(base::cat(at.name(), " must not be negative, but is ", node.negative));
        return std::nullopt;
    }
    if (node.whole > most) {
        at.error(base::cat(at.name(), " is ", node.whole, ", the most is ", most));
        return std::nullopt;
    }
    return node.whole;
}

void unknown_word(const Cursor& at, std::span<const std::string_view> words) {
    if (at.kind() != JsonKind::text) {
        at.wrong_kind(name_of(JsonKind::text));
        return;
    }
    std::string hint;
    const auto near = suggestion(at.node().text, words);
    if (near && near->size() > 2) { // of single letters each is near
        hint = base::cat("did you mean ", base::quoted(*near), "?");
    } else {
        hint = "it is one of ";
        for (const std::string_view word : words) {
            hint += base::cat(word == words.front() ? "" : ", ", word);
        }
    }
    at.error(base::cat(at.name(), " cannot be ", written(at.node())), std::move(hint));
}

const JsonNode* container(const Cursor& at, JsonKind kind) {
    if (at.kind() == kind) {
        return &at.node();
    }
    at.wrong_kind(name_of(kind));
    return nullptr;
}

void repeated_key(const Cursor& object, const JsonNode& member) {
    object.findings().add({.pointer = below(object.pointer(), member.key),
                           .message = base::cat(excerpt(member.key), " stands here twice"),
                           .part = Part::duplicate,
                           .occurrence = member.repeat});
}

bool is_usable_key(const Cursor& object, const JsonNode& member) {
    if (member.repeat > 0) {
        repeated_key(object, member);
        return false;
    }
    if (member.key.find('\0') != std::string_view::npos) {
        object.findings().add({.pointer = below(object.pointer(), member.key),
                               .message = "a key must not hold a NUL character",
                               .part = Part::key});
        return false;
    }
    return true;
}

} // namespace detail

ObjectReader::ObjectReader(const Cursor& at)
    : at_(at), object_(detail::container(at, JsonKind::object)) {}

ObjectReader::~ObjectReader() {
    if (object_ == nullptr || found_ == object_->count) {
        return;
    }
    for (const JsonNode& member : children(*object_)) {
        if (at_.findings().is_full(Severity::warning) && at_.findings().is_full(Severity::error)) {
            return;
        }
        const bool is_known = std::ranges::find(known(), member.key) != known().end();
        if (is_known && member.repeat > 0) {
            detail::repeated_key(at_, member);
        } else if (!is_known && member.repeat == 0 && !at_.findings().is_full(Severity::warning)) {
            const auto near = suggestion(member.key, known());
            at_.findings().add(
                {.severity = Severity::warning,
                 .pointer = below(at_.pointer(), member.key),
                 .message = base::cat("unknown key ", excerpt(member.key), ", ignored"),
                 .hint = near ? base::cat("did you mean ", base::quoted(*near), "?") : "",
                 .part = Part::key});
        }
    }
}

const JsonNode* ObjectReader::find(std::string_view key) {
    if (object_ == nullptr) {
        return nullptr;
    }
    assert(asked_ < known_.size());
    known_[asked_++] = key;
    for (const JsonNode& member : children(*object_)) {
        if (member.key == key) {
            ++found_;
            return &member;
        }
    }
    return nullptr;
}

const JsonNode* ObjectReader::find_optional(std::string_view key) {
    const JsonNode* member = find(key);
    return member != nullptr && member->kind != JsonKind::null ? member : nullptr;
}

const JsonNode* ObjectReader::find_required(std::string_view key) {
    const JsonNode* member = find(key);
    if (object_ != nullptr && member == nullptr) {
        at_.findings().add({.pointer = below(at_.pointer(), key),
                            .message = base::cat(base::quoted(key), " is missing"),
                            .part = Part::missing});
    } else if (member != nullptr && member->kind == JsonKind::null) {
        Cursor(at_, *member).error(base::cat(base::quoted(key), " is required, but null"));
        return nullptr;
    }
    return member;
}

void ObjectReader::ignored(std::string_view key, std::string_view why) {
    const JsonNode* member = find_optional(key);
    if (member != nullptr && !is_empty_text(*member)) {
        at_.findings().add({.severity = Severity::warning,
                            .pointer = below(at_.pointer(), key),
                            .message = base::cat(base::quoted(key), " is ignored: ", why),
                            .part = Part::key});
    }
}

} // namespace spec
