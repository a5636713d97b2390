// Enumerations and their words in JSON: one table each, used to read, to print and to list.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace spec {

template <class Value>
struct Word {
    std::string_view word;
    Value value;
};

/// The table of an enumeration, specialised beside it.
template <class Enum>
std::span<const Word<Enum>> words();

/// The first word of a value; "" if the table lacks it.
template <class Enum>
std::string_view word_of(Enum value) {
    for (const Word<Enum>& entry : words<Enum>()) {
        if (entry.value == value) {
            return entry.word;
        }
    }
    return {};
}

/// The value that a word stands for, spelled exactly so.
template <class Enum>
std::optional<Enum> value_of(std::string_view word) {
    for (const Word<Enum>& entry : words<Enum>()) {
        if (entry.word == word) {
            return entry.value;
        }
    }
    return std::nullopt;
}

} // namespace spec
