// Writing JSON texts in a fixed order: the state, the features, the store of the runtime.
//
//     JsonWriter json(JsonWriter::Form::indented);
//     json.begin_object().member("id", id).key("pids").value(pids).end_object();
//     std::string text = std::move(json).take();
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>

namespace spec {

/// The caller opens and closes in pairs, and puts a key before each member of an object.
class JsonWriter {
  public:
    enum class Form : std::uint8_t { compact, indented };

    explicit JsonWriter(Form form = Form::compact, std::string_view indent = "    ")
        : form_(form), indent_(indent) {}

    JsonWriter& begin_object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& begin_array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }
    JsonWriter& key(std::string_view name);

    /// In quotes, escaped where JSON demands it. Bytes that are not UTF-8 become U+FFFD, which
    /// no JSON text can do without.
    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view(text)); }
    JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
    JsonWriter& value(std::same_as<bool> auto truth) { return word(truth ? "true" : "false"); }
    JsonWriter& value(std::integral auto number) requires(!std::same_as<decltype(number), bool>) {
        if constexpr (std::is_signed_v<decltype(number)>) {
            return signed_number(number);
        } else {
            return unsigned_number(number);
        }
    }
    JsonWriter& null() { return word("null"); }
    /// A number with two places behind the point: 1234 is 12.34.
    JsonWriter& hundredths(std::uint64_t number);

    template <class Value>
    JsonWriter& value(const std::map<std::string, Value>& members) {
        begin_object();
        for (const auto& [name, member_value] : members) {
            member(name, member_value);
        }
        return end_object();
    }
    /// Any list of values becomes an array.
    template <std::ranges::range List>
    requires(!std::convertible_to<const List&, std::string_view>)
        JsonWriter& value(const List& list) {
        begin_array();
        for (const auto& element : list) {
            value(element);
        }
        return end_array();
    }

    template <class Value>
    JsonWriter& member(std::string_view name, const Value& member_value) {
        return key(name).value(member_value);
    }
    /// Nothing at all where there is no value.
    template <class Value>
    JsonWriter& member(std::string_view name, const std::optional<Value>& member_value) {
        return member_value ? key(name).value(*member_value) : *this;
    }

    /// The text, without a line end behind it.
    [[nodiscard]] std::string take() && { return std::move(text_); }

  private:
    JsonWriter& open(char bracket);
    JsonWriter& close(char bracket);
    JsonWriter& word(std::string_view word);
    JsonWriter& signed_number(std::int64_t number);
    JsonWriter& unsigned_number(std::uint64_t number);
    void append_quoted(std::string_view text);
    /// The comma and the new line before the next value or key.
    void separate();
    void new_line();

    Form form_;
    std::string indent_;
    std::string text_;
    std::size_t depth_ = 0;
    bool is_first_ = true;   ///< of its container
    bool after_key_ = false; ///< a value follows its key on the same line
};

} // namespace spec
