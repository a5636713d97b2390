// Durations as people write them on the command line.
#pragma once

#include "runtime/base/text.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cli {

/// Numbers with units behind them, as runc takes them: "5s", "1m30s", "1.5h", "200ms", "50us".
/// Less than a millisecond counts as one; nullopt if it is none, or not above 0, or a year and
/// more.
inline std::optional<std::chrono::milliseconds> duration_of(std::string_view text) {
    using std::chrono::nanoseconds;
    constexpr std::int64_t kSecond = 1'000'000'000;
    constexpr std::int64_t kMost = kSecond * 3600 * 24 * 365;
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 6> kUnits = {
        {{"ns", 1},
         {"us", 1'000},
         {"ms", 1'000'000},
         {"s", kSecond},
         {"m", 60 * kSecond},
         {"h", 3600 * kSecond}}};
    constexpr std::string_view kDigits = "0123456789";
    std::int64_t total = 0;
    while (!text.empty()) {
        const std::string_view number =
            text.substr(0, std::min(text.find_first_not_of("0123456789."), text.size()));
        text.remove_prefix(number.size());
        const std::string_view name =
            text.substr(0, std::min(text.find_first_of("0123456789."), text.size()));
        text.remove_prefix(name.size());
        const auto* const unit = std::find_if(
            kUnits.begin(), kUnits.end(), [name](const auto& one) { return one.first == name; });
        const std::size_t point = std::min(number.find('.'), number.size());
        const auto whole = base::parse_number<std::int64_t>(number.substr(0, point));
        if (unit == kUnits.end() || !whole || *whole > kMost / unit->second) {
            return std::nullopt;
        }
        total += *whole * unit->second;
        std::int64_t place = unit->second;
        for (const char digit : number.substr(std::min(point + 1, number.size()))) {
            if (kDigits.find(digit) == std::string_view::npos) {
                return std::nullopt; // a second point
            }
            place /= 10;
            total += (digit - '0') * place;
        }
        if (total > kMost) {
            return std::nullopt;
        }
    }
    return total > 0
               ? std::optional(std::chrono::ceil<std::chrono::milliseconds>(nanoseconds(total)))
               : std::nullopt;
}

} // namespace cli
