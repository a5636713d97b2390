// What to write into a cgroup file to undo a write. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cgroups {

/// The writes that bring back `old`, the content of `file` before `value` was written into it. A
/// file with a line per device or interface is written line by line, and only the one that `value`
/// changed comes back.
std::vector<std::string> writes_back(std::string_view file, std::string_view value,
                                     std::string_view old);

} // namespace cgroups
