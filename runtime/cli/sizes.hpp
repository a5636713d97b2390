// Numbers as people write them on the command line.
#pragma once

#include "runtime/base/text.hpp"

#include <concepts>
#include <limits>
#include <optional>
#include <string_view>

namespace cli {

/// A whole number, with b, k, m, g or t behind it (in either case) for a size in bytes: "50M".
/// nullopt if it is none, or too large for Int; what has a unit is not negative.
template <std::integral Int>
std::optional<Int> size_of(std::string_view text) {
    constexpr std::string_view kUnits = "bkmgt";
    unsigned shift = 0;
    if (!text.empty()) {
        const char last = static_cast<char>(text.back() | 0x20);
        if (const std::size_t unit = kUnits.find(last); unit != std::string_view::npos) {
            shift = static_cast<unsigned>(10 * unit);
            text.remove_suffix(1);
        }
    }
    const std::optional<Int> number = base::parse_number<Int>(text);
    constexpr Int kMost = std::numeric_limits<Int>::max();
    const bool fits = shift == 0 || (shift < std::numeric_limits<Int>::digits && number >= Int{0} &&
                                     number <= static_cast<Int>(kMost >> shift));
    if (!number || !fits) {
        return std::nullopt;
    }
    return static_cast<Int>(*number << shift);
}

} // namespace cli
