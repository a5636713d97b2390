// Reading a JSON tree strictly into typed values: a value with its place and a sink for findings.
//
//     void load(const Cursor& at, User& user) {
//         ObjectReader object(at);
//         object.required("uid", user.uid);
//         object.optional("umask", user.umask);
//     }
//
// Reading goes on after an error, so that all findings come at once. `null` for an optional member
// means absent, as Go programs write it; so does "" for an optional string or word. At the end of
// its life an ObjectReader warns of the keys that nobody asked for.
#pragma once

#include "oci-spec/finding.hpp"
#include "oci-spec/json_tree.hpp"
#include "oci-spec/words.hpp"

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spec {

/// A value of a tree with the way to it. Borrows the tree, the findings and the cursor of the
/// container around it.
class Cursor {
  public:
    Cursor(const JsonNode& root, Findings& findings) : node_(&root), findings_(&findings) {}
    /// An element, or a member (whose key the node holds).
    Cursor(const Cursor& parent, const JsonNode& node, std::size_t index = 0)
        : node_(&node), findings_(parent.findings_), parent_(&parent), index_(index) {}

    [[nodiscard]] const JsonNode& node() const { return *node_; }
    [[nodiscard]] JsonKind kind() const { return node_->kind; }
    [[nodiscard]] Findings& findings() const { return *findings_; }

    [[nodiscard]] std::string pointer() const;
    /// How messages call the value: `"options"[2]`.
    [[nodiscard]] std::string name() const;

    void error(std::string message, std::string hint = {}) const;
    /// `NAME must be WANTED, not a string ("5")`.
    void wrong_kind(std::string_view wanted) const;

  private:
    const JsonNode* node_;
    Findings* findings_;
    const Cursor* parent_ = nullptr;
    std::size_t index_ = 0;
};

void load(const Cursor& at, bool& target);
/// Without NUL characters, which no system call takes.
void load(const Cursor& at, std::string& target);

namespace detail {
/// nullopt after an error.
std::optional<std::int64_t> signed_number(const Cursor& at, std::int64_t least, std::int64_t most);
std::optional<std::uint64_t> unsigned_number(const Cursor& at, std::uint64_t most);
void unknown_word(const Cursor& at, std::span<const std::string_view> words);
/// nullptr after an error.
const JsonNode* container(const Cursor& at, JsonKind kind);
void repeated_key(const Cursor& object, const JsonNode& member);
/// Of a map: neither a duplicate nor with a NUL character in it; else an error.
bool is_usable_key(const Cursor& object, const JsonNode& member);
} // namespace detail

/// A string that is one of `words`.
bool load_word(const Cursor& at, std::span<const std::string_view> words, std::string& target);

template <std::integral Int>
requires(!std::same_as<Int, bool>) void load(const Cursor& at, Int& target) {
    using Limits = std::numeric_limits<Int>;
    if constexpr (std::is_signed_v<Int>) {
        target = static_cast<Int>(
            detail::signed_number(at, Limits::min(), Limits::max()).value_or(target));
    } else {
        target = static_cast<Int>(detail::unsigned_number(at, Limits::max()).value_or(target));
    }
}

template <class Enum>
requires std::is_enum_v<Enum>
void load(const Cursor& at, Enum& target) {
    if (at.kind() == JsonKind::text) {
        if (const std::optional<Enum> value = value_of<Enum>(at.node().text)) {
            target = *value;
            return;
        }
    }
    std::vector<std::string_view> known;
    for (const Word<Enum>& entry : words<Enum>()) {
        known.push_back(entry.word);
    }
    detail::unknown_word(at, known);
}

template <class Value>
void load(const Cursor& at, std::optional<Value>& target) {
    load(at, target.emplace());
}

/// A broken element stays in the list with its default, so that indices keep their meaning.
template <class Value>
void load(const Cursor& at, std::vector<Value>& target) {
    const JsonNode* array = detail::container(at, JsonKind::array);
    if (array == nullptr) {
        return;
    }
    target.clear();
    target.reserve(array->count);
    for (const JsonNode& element : children(*array)) {
        const Cursor cursor(at, element, target.size());
        load(cursor, target.emplace_back());
    }
}

template <class Value>
void load(const Cursor& at, std::map<std::string, Value>& target) {
    const JsonNode* object = detail::container(at, JsonKind::object);
    if (object == nullptr) {
        return;
    }
    target.clear();
    for (const JsonNode& member : children(*object)) {
        if (detail::is_usable_key(at, member)) {
            load(Cursor(at, member), target[std::string(member.key)]);
        }
    }
}

namespace detail {
template <class Value>
inline constexpr bool kReadsText = std::is_enum_v<Value> || std::same_as<Value, std::string>;
template <class Value>
inline constexpr bool kReadsText<std::optional<Value>> = kReadsText<Value>;
} // namespace detail

/// The members of one object, asked for by name.
class ObjectReader {
  public:
    /// Anything but an object is an error, and then no member is asked for.
    explicit ObjectReader(const Cursor& at);
    ObjectReader(const ObjectReader&) = delete;
    ObjectReader& operator=(const ObjectReader&) = delete;
    ~ObjectReader();

    template <class Value>
    void required(std::string_view key, Value& target) {
        if (const JsonNode* member = find_required(key)) {
            load(Cursor(at_, *member), target);
        }
    }

    template <class Value>
    void optional(std::string_view key, Value& target) {
        const JsonNode* member = find_optional(key);
        if (member == nullptr || (detail::kReadsText<Value> && is_empty_text(*member))) {
            return;
        }
        load(Cursor(at_, *member), target);
    }

    /// A member that is known and not used, with a warning that says why.
    void ignored(std::string_view key, std::string_view why);
    /// As ignored, without a warning.
    void skipped(std::string_view key) { static_cast<void>(find(key)); }

    /// The member, if it is there and not null; for what load() cannot do.
    const JsonNode* find_optional(std::string_view key);

  private:
    const JsonNode* find(std::string_view key);
    const JsonNode* find_required(std::string_view key);
    static bool is_empty_text(const JsonNode& node) {
        return node.kind == JsonKind::text && node.text.empty();
    }
    [[nodiscard]] std::span<const std::string_view> known() const {
        return {known_.data(), asked_};
    }

    const Cursor& at_;
    const JsonNode* object_;
    std::array<std::string_view, 32> known_; ///< keys asked for
    std::size_t asked_ = 0;
    std::size_t found_ = 0;
};

/// Reads a whole document with load(cursor, value).
template <class Value>
Loaded<Value> load_document(std::string_view bytes) {
    Loaded<JsonTree> tree = parse_json(bytes);
    Loaded<Value> loaded{.value = {}, .findings = std::move(tree.findings)};
    if (!loaded.findings.has_errors()) {
        load(Cursor(tree.value.root(), loaded.findings), loaded.value);
    }
    return loaded;
}

} // namespace spec
