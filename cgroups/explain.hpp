// What the kernel meant: its errnos for cgroup files say little, and some of them mislead.
#pragma once

#include "cgroups/placement.hpp"
#include "cgroups/write.hpp"
#include "runtime/base/result.hpp"

#include <string_view>

namespace cgroups {

/// The failure of a write, with its place in the configuration, what was to be set, and a hint.
base::Error explained(base::Error error, const Write& write, const Hierarchy& group);

/// The failure of a device rule.
base::Error device_explained(base::Error error, std::string_view origin, const Hierarchy& group);

/// The failure of a process to enter a group.
base::Error entry_explained(base::Error error, const Hierarchy& group);

} // namespace cgroups
