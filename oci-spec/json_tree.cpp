#include "oci-spec/json_tree.hpp"

#include "oci-spec/json_syntax.hpp"
#include "oci-spec/pointer.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include <nlohmann/json.hpp>

namespace spec {

/// Takes nlohmann's SAX events. A false return ends the reading.
// NOLINTBEGIN(readability-identifier-naming): the names are nlohmann's
class JsonTreeBuilder {
  public:
    using number_integer_t = nlohmann::json::number_integer_t;
    using number_unsigned_t = nlohmann::json::number_unsigned_t;
    using number_float_t = nlohmann::json::number_float_t;
    using string_t = nlohmann::json::string_t;
    using binary_t = nlohmann::json::binary_t;

    /// Decoded texts and raw numbers are never longer than the JSON they come from, so one
    /// block holds them all and never moves.
    explicit JsonTreeBuilder(std::string_view bytes) : bytes_(bytes) {
        tree_.nodes_.clear();
        tree_.nodes_.reserve(bytes.size() / 12 + 1);
        tree_.texts_ = std::make_unique_for_overwrite<char[]>(bytes.size());
        free_ = tree_.texts_.get();
    }

    bool null() { return add(JsonKind::null) != nullptr; }
    bool boolean(bool value) {
        JsonNode* node = add(JsonKind::boolean);
        return node != nullptr && (node->boolean = value, true);
    }
    bool number_integer(number_integer_t value) {
        if (value >= 0) { // "-0"
            return number_unsigned(static_cast<number_unsigned_t>(value));
        }
        JsonNode* node = add(JsonKind::negative);
        return node != nullptr && (node->negative = value, true);
    }
    bool number_unsigned(number_unsigned_t value) {
        JsonNode* node = add(JsonKind::whole);
        return node != nullptr && (node->whole = value, true);
    }
    bool number_float(number_float_t, const string_t& written) {
        JsonNode* node = add(JsonKind::fractional);
        return node != nullptr && (node->text = keep(written), true);
    }
    bool string(string_t& value) {
        JsonNode* node = add(JsonKind::text);
        return node != nullptr && (node->text = keep(value), true);
    }
    static bool binary(binary_t&) { return false; } // JSON has none
    bool start_object(std::size_t) { return open(JsonKind::object); }
    bool start_array(std::size_t) { return open(JsonKind::array); }
    bool key(string_t& name) {
        key_ = keep(name);
        return true;
    }
    bool end_object() {
        mark_duplicates(close());
        return true;
    }
    bool end_array() {
        close();
        return true;
    }
    bool parse_error(std::size_t read, const std::string& token,
                     const nlohmann::json::exception& failure) {
        failure_ = syntax_finding(bytes_, read, token, failure.what());
        return false;
    }

    void fail(Finding failure) { failure_ = std::move(failure); }

    Loaded<JsonTree> take(bool complete) {
        Loaded<JsonTree> loaded{.value = JsonTree(), .findings = {}};
        if (complete) {
            loaded.value = std::move(tree_);
        } else {
            loaded.findings.add(std::move(failure_));
        }
        return loaded;
    }

  private:
    std::string_view keep(std::string_view text) {
        char* begin = free_;
        std::memcpy(begin, text.data(), text.size());
        free_ += text.size();
        return {begin, text.size()};
    }

    JsonNode* add(JsonKind kind) {
        if (tree_.nodes_.size() == kMostJsonValues) {
            failure_ = {.message =
                            base::cat("the document has more than ", kMostJsonValues, " values"),
                        .position = Position{}};
            return nullptr;
        }
        JsonNode& node = tree_.nodes_.emplace_back();
        node.kind = kind;
        node.key = std::exchange(key_, {});
        if (!open_.empty()) {
            ++tree_.nodes_[open_.back()].count;
        }
        return &node;
    }

    bool open(JsonKind kind) {
        if (add(kind) == nullptr) {
            return false;
        }
        open_.push_back(tree_.nodes_.size() - 1);
        if (open_.size() > kMostJsonDepth) {
            failure_ = {.message = base::cat("arrays and objects are nested more than ",
                                             kMostJsonDepth, " deep"),
                        .position = locate(bytes_, pointer_to_last())};
            return false;
        }
        return true;
    }

    JsonNode& close() {
        JsonNode& node = tree_.nodes_[open_.back()];
        node.span = static_cast<std::uint32_t>(tree_.nodes_.size() - open_.back());
        open_.pop_back();
        return node;
    }

    [[nodiscard]] std::string pointer_to_last() const {
        std::string pointer;
        for (std::size_t depth = 1; depth < open_.size(); ++depth) {
            const JsonNode& parent = tree_.nodes_[open_[depth - 1]];
            pointer = parent.kind == JsonKind::object
                          ? below(pointer, tree_.nodes_[open_[depth]].key)
                          : below(pointer, parent.count - 1);
        }
        return pointer;
    }

    /// Compares each with each where that is fastest; an object made to be slow is sorted.
    static void mark_duplicates(JsonNode& object) {
        constexpr std::uint32_t kFew = 16;
        if (object.count > kFew) {
            mark_duplicates_by_sorting(object);
            return;
        }
        JsonNode* const begin = &object + 1;
        JsonNode* const end = &object + object.span;
        for (JsonNode* later = begin; later != end; later += later->span) {
            for (const JsonNode* earlier = begin; earlier != later; earlier += earlier->span) {
                later->repeat += earlier->key == later->key ? 1U : 0U;
            }
        }
    }

    static void mark_duplicates_by_sorting(JsonNode& object) {
        std::vector<JsonNode*> members;
        members.reserve(object.count);
        for (JsonNode* member = &object + 1; member != &object + object.span;
             member += member->span) {
            members.push_back(member);
        }
        std::ranges::stable_sort(members, {}, [](const JsonNode* member) { return member->key; });
        for (std::size_t i = 1; i < members.size(); ++i) {
            if (members[i]->key == members[i - 1]->key) {
                members[i]->repeat = members[i - 1]->repeat + 1;
            }
        }
    }

    std::string_view bytes_;
    JsonTree tree_;
    char* free_ = nullptr;
    std::vector<std::size_t> open_; ///< the containers around the next value, outermost first
    std::string_view key_;
    Finding failure_;
};
// NOLINTEND(readability-identifier-naming)

std::string_view name_of(JsonKind kind) {
    switch (kind) {
    case JsonKind::null:
        return "null";
    case JsonKind::boolean:
        return "a boolean";
    case JsonKind::negative:
    case JsonKind::whole:
        return "a whole number";
    case JsonKind::fractional:
        return "a number with a fraction";
    case JsonKind::text:
        return "a string";
    case JsonKind::array:
        return "an array";
    case JsonKind::object:
        return "an object";
    }
    return {};
}

Loaded<JsonTree> parse_json(std::string_view bytes) {
    const bool too_large = bytes.size() > kMostJsonBytes;
    JsonTreeBuilder builder(too_large ? std::string_view() : bytes);
    if (too_large) {
        builder.fail({.message = base::cat("the document has ", bytes.size(),
                                           " bytes, the most is ", kMostJsonBytes),
                      .position = Position{}});
        return builder.take(false);
    }
    try {
        return builder.take(nlohmann::json::sax_parse(bytes.begin(), bytes.end(), &builder));
    } catch (const nlohmann::json::exception& failure) {
        static_cast<void>(builder.parse_error(bytes.size(), {}, failure));
        return builder.take(false);
    }
}

} // namespace spec
