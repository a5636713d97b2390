// Handing controllers of v2 down to the groups below (cgroup-v2.rst, "Enabling and Disabling").
#pragma once

#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cgroups {

enum class Enable : std::uint8_t { all, needed };

/// Enables all controllers that `group` has, or those that are needed, for the groups below it. One
/// that is in `needed` and cannot be enabled is an error, which says why; the others are left as
/// they are.
base::Result<> enable_controllers(base::FdRef group, std::string_view path,
                                  const std::vector<std::string>& needed,
                                  Enable which = Enable::all);

/// What to do where the group at `path` cannot be changed for lack of rights.
std::string not_delegated(std::string_view path);

} // namespace cgroups
