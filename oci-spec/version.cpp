#include "oci-spec/version.hpp"

#include "runtime/base/text.hpp"

#include <algorithm>

namespace spec {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_identifier_character(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

bool has_leading_zero(std::string_view number) {
    return number.size() > 1 && number[0] == '0';
}

enum class Zeros : std::uint8_t { allowed, forbidden };

/// Dot-separated identifiers; numeric ones have no leading zero in a pre-release.
bool are_identifiers(std::string_view text, Zeros leading) {
    return std::ranges::all_of(base::split(text, '.'), [leading](std::string_view identifier) {
        const bool numeric = std::ranges::all_of(identifier, is_digit);
        return !identifier.empty() && std::ranges::all_of(identifier, is_identifier_character) &&
               !(leading == Zeros::forbidden && numeric && has_leading_zero(identifier));
    });
}

} // namespace

std::optional<Version> parse_version(std::string_view text) {
    if (const std::size_t plus = text.find('+'); plus != std::string_view::npos) {
        if (!are_identifiers(text.substr(plus + 1), Zeros::allowed)) {
            return std::nullopt;
        }
        text = text.substr(0, plus);
    }
    if (const std::size_t dash = text.find('-'); dash != std::string_view::npos) {
        if (!are_identifiers(text.substr(dash + 1), Zeros::forbidden)) {
            return std::nullopt;
        }
        text = text.substr(0, dash);
    }
    const std::vector<std::string_view> numbers = base::split(text, '.');
    if (numbers.size() != 3) {
        return std::nullopt;
    }
    Version version;
    std::uint64_t* const parts[] = {&version.major, &version.minor, &version.patch};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto number = base::parse_number<std::uint64_t>(numbers[i]);
        if (!number || has_leading_zero(numbers[i])) {
            return std::nullopt;
        }
        *parts[i] = *number;
    }
    return version;
}

} // namespace spec
