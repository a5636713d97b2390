// A JSON document with some of its places replaced, and where everything then stands: counted
// while printing, not with the code under test.
#pragma once

#include "oci-spec/json_tree.hpp"
#include "oci-spec/pointer.hpp"
#include "runtime/base/text.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A pointer and the JSON text to stand there; "" removes the member.
using Edits = std::vector<std::pair<std::string, std::string>>;

struct Edited {
    std::string text;
    std::map<std::string, spec::Position> values; ///< by pointer
    std::map<std::string, spec::Position> keys;
};

class EditPrinter {
  public:
    explicit EditPrinter(Edits edits) : edits_(std::move(edits)) {}

    Edited print(const spec::JsonNode& root) {
        value(root, "");
        return std::move(edited_);
    }

  private:
    const std::string* edit_of(const std::string& pointer) const {
        for (const auto& [edited, text] : edits_) {
            if (edited == pointer) {
                return &text;
            }
        }
        return nullptr;
    }

    void put(std::string_view text) {
        edited_.text += text;
        for (const char c : text) {
            here_.line += c == '\n' ? 1U : 0U;
            here_.column = c == '\n' ? 1U : here_.column + 1;
        }
    }

    void container(const spec::JsonNode& node, const std::string& pointer) {
        const bool is_object = node.kind == spec::JsonKind::object;
        put(is_object ? "{" : "[");
        std::size_t index = 0;
        bool is_first = true;
        for (const spec::JsonNode& child : children(node)) {
            const std::string place =
                is_object ? spec::below(pointer, child.key) : spec::below(pointer, index);
            ++index;
            const std::string* edit = edit_of(place);
            if (edit != nullptr && edit->empty()) {
                continue;
            }
            put(is_first ? "\n" : ",\n");
            is_first = false;
            put("  ");
            if (is_object) {
                edited_.keys[place] = here_;
                put(base::quoted(child.key) + ": ");
            }
            value(child, place);
        }
        put(is_object ? "}" : "]");
    }

    void value(const spec::JsonNode& node, const std::string& pointer) {
        edited_.values[pointer] = here_;
        if (const std::string* edit = edit_of(pointer)) {
            put(*edit);
            return;
        }
        switch (node.kind) {
        case spec::JsonKind::null:
            put("null");
            break;
        case spec::JsonKind::boolean:
            put(node.boolean ? "true" : "false");
            break;
        case spec::JsonKind::negative:
            put(base::cat(node.negative));
            break;
        case spec::JsonKind::whole:
            put(base::cat(node.whole));
            break;
        case spec::JsonKind::fractional:
            put(node.text);
            break;
        case spec::JsonKind::text:
            put(base::quoted(node.text));
            break;
        case spec::JsonKind::array:
        case spec::JsonKind::object:
            container(node, pointer);
            break;
        }
    }

    Edits edits_;
    Edited edited_;
    spec::Position here_;
};

inline Edited edited(std::string_view json, Edits edits) {
    const spec::Loaded<spec::JsonTree> tree = spec::parse_json(json);
    return EditPrinter(std::move(edits)).print(tree.value.root());
}

/// All places of a document, outermost first.
struct PlacedNode {
    std::string pointer;
    const spec::JsonNode* node;
    const spec::JsonNode* parent; ///< nullptr for the document
};

inline void add_places(const spec::JsonNode& node, const std::string& pointer,
                       const spec::JsonNode* parent, std::vector<PlacedNode>& places) {
    places.push_back({pointer, &node, parent});
    if (node.kind != spec::JsonKind::array && node.kind != spec::JsonKind::object) {
        return;
    }
    std::size_t index = 0;
    for (const spec::JsonNode& child : children(node)) {
        const std::string place = node.kind == spec::JsonKind::object
                                      ? spec::below(pointer, child.key)
                                      : spec::below(pointer, index);
        add_places(child, place, &node, places);
        ++index;
    }
}

inline std::vector<PlacedNode> places_of(const spec::JsonTree& tree) {
    std::vector<PlacedNode> places;
    add_places(tree.root(), "", nullptr, places);
    return places;
}
