// A JSON text as a tree of our own. Unlike a map it keeps the order of members and duplicate keys,
// and it keeps numbers as they were written: nothing is narrowed before its type is known.
#pragma once

#include "oci-spec/finding.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace spec {

enum class JsonKind : std::uint8_t {
    null,
    boolean,
    negative,   ///< a whole number below 0
    whole,      ///< a whole number from 0 on
    fractional, ///< with a fraction or exponent, or whole and beyond 64 bits
    text,
    array,
    object
};

/// "a whole number", "an object".
std::string_view name_of(JsonKind kind);

/// One value. Its descendants stand directly behind it, so that a reference to it is enough to
/// walk them; what it refers to is owned by its JsonTree.
struct JsonNode {
    std::string_view key;  ///< of a member of an object
    std::string_view text; ///< of a text, decoded; of a fractional number, as written
    union {
        bool boolean;
        std::int64_t negative;
        std::uint64_t whole;
        std::uint32_t count; ///< of members or elements
    };
    std::uint32_t span = 1;   ///< this node and all its descendants
    std::uint32_t repeat = 0; ///< how many earlier members of its object have the same key
    JsonKind kind = JsonKind::null;

    JsonNode() : whole(0) {} // NOLINT(cppcoreguidelines-pro-type-member-init): one union
};

/// The members or elements of a node, in order: `for (const JsonNode& member : children(node))`.
class JsonChildren {
  public:
    class Iterator {
      public:
        explicit Iterator(const JsonNode* node) : node_(node) {}
        const JsonNode& operator*() const { return *node_; }
        Iterator& operator++() {
            node_ += node_->span;
            return *this;
        }
        bool operator==(const Iterator&) const = default;

      private:
        const JsonNode* node_;
    };

    explicit JsonChildren(const JsonNode& parent) : parent_(&parent) {}
    [[nodiscard]] Iterator begin() const { return Iterator(parent_ + 1); }
    [[nodiscard]] Iterator end() const { return Iterator(parent_ + parent_->span); }

  private:
    const JsonNode* parent_;
};

inline JsonChildren children(const JsonNode& parent) {
    return JsonChildren(parent);
}

/// Owns its nodes and their texts.
class JsonTree {
  public:
    /// The whole document; a null if it could not be read.
    [[nodiscard]] const JsonNode& root() const { return nodes_.front(); }

  private:
    friend class JsonTreeBuilder;
    JsonTree() : nodes_(1) {}

    std::vector<JsonNode> nodes_;
    std::unique_ptr<char[]> texts_;
};

/// Larger documents are refused before they are read.
constexpr std::size_t kMostJsonBytes = std::size_t{8} << 20;
constexpr std::size_t kMostJsonValues = std::size_t{1} << 20;
constexpr std::size_t kMostJsonDepth = 64;

/// Reads one JSON text (RFC 8259, UTF-8; no comments). What is not JSON, too large or too deep is
/// one error with its position. Duplicate keys are kept and not yet an error: whoever reads an
/// object knows whether the key matters.
Loaded<JsonTree> parse_json(std::string_view bytes);

} // namespace spec
