// Where something stands in a JSON text. The parser keeps no positions; they are found again from
// the JSON pointer, which costs only when a finding is printed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace spec {

/// Both count from 1. A column is a character (code point), not a byte.
struct Position {
    std::uint32_t line = 1;
    std::uint32_t column = 1;

    bool operator==(const Position&) const = default;
};

/// What of a member is meant.
enum class Part : std::uint8_t {
    value,
    key,
    missing,  ///< a member that should be there: if it is not, the nearest place around it
    duplicate ///< a later key of the same name
};

/// The line and column of a byte of `bytes`; the end if the offset lies behind it.
Position position_of(std::string_view bytes, std::size_t offset);

/// Where the value at `pointer` (or its key) begins. For Part::duplicate, `occurrence` says which:
/// 0 is the first key of that name, 1 the second. nullopt if there is no such place; a broken
/// text is searched as far as it can be read.
std::optional<Position> locate(std::string_view bytes, std::string_view pointer,
                               Part part = Part::value, std::uint32_t occurrence = 0);

} // namespace spec
