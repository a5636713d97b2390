// Properties of a unit, as systemd's D-Bus interface takes them (org.freedesktop.systemd1(5)).
// Pure.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace systemd {

/// No limit, in every property that is a 't'.
constexpr std::uint64_t kInfinity = std::numeric_limits<std::uint64_t>::max();

/// Each alternative is one D-Bus type; signature_of() names it.
using Value =
    std::variant<bool, std::int32_t, std::uint32_t, std::uint64_t, std::string,
                 std::vector<std::string>, std::vector<std::uint8_t>, std::vector<std::uint32_t>,
                 std::vector<std::pair<std::string, std::string>>,
                 std::vector<std::pair<std::string, std::uint64_t>>>;

/// "b", "t", "a(ss)".
std::string signature_of(const Value& value);
/// For people: "536870912", "infinity", `["/dev/char/1:3 rwm"]`, bytes in hexadecimal.
std::string text_of(const Value& value);

/// What it means if systemd does not take a property.
enum class Need : std::uint8_t {
    required,   ///< an error
    if_known,   ///< nothing if this systemd is too old to know it
    if_accepted ///< nothing
};

struct Property {
    std::string name; ///< "MemoryMax"
    Value value;
    std::string origin; ///< who asked for it: a JSON pointer; "": we do
    Need need = Need::required;
};

} // namespace systemd
