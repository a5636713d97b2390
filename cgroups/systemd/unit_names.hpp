// Names of units and slices (systemd.unit(5), systemd.slice(5)). Pure.
#pragma once

#include "runtime/base/result.hpp"

#include <string>
#include <string_view>

namespace systemd {

/// Refuses what systemd takes for no name of a unit: other characters than letters, digits and
/// ":-_.\@", more than 255 of them.
base::Result<> check_unit_name(std::string_view name);

/// The group of a slice below its manager's: "/a.slice/a-b.slice" of "a-b.slice", "" of "-.slice".
/// An error for what is no slice: another ending, a "/", an empty part between dashes.
base::Result<std::string> slice_group(std::string_view slice);

} // namespace systemd
