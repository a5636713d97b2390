// One value to be written into one file of a cgroup: what translators make and apply.hpp carries
// out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cgroups {

/// What it means if the kernel does not have the file.
enum class Need : std::uint8_t {
    required,   ///< an error
    if_present, ///< nothing: it only adds to another write
    advisory    ///< a warning, also if the kernel has the file and supports it no more (EOPNOTSUPP)
};

struct Write {
    std::string controller; ///< "memory"; "cgroup" for the files of the core of v2
    std::string file;       ///< "memory.max"
    std::string value;
    std::string origin; ///< where it was asked for: a JSON pointer
    Need need = Need::required;
    /// Neighbours with this mark limit each other (a quota and its period). Which order the kernel
    /// accepts depends on the values that are there: one refused with EINVAL gets another turn.
    bool any_order = false;
    /// Where `file` is missing, this one is written.
    std::string other_file = {};
    std::string other_value = {};
    /// A file with a number; a value below it is refused (memory.checkBeforeUpdate).
    std::string not_below = {};
};

/// Something asked for that is not done, though it is no error.
struct Warning {
    std::string text;
    std::string origin;
};

} // namespace cgroups
