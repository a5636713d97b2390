// A device set in the language of v1: lines for devices.allow and devices.deny. Pure.
// (Documentation/admin-guide/cgroup-v1/devices.rst of the kernel)
#pragma once

#include "cgroups/device_rules.hpp"
#include "runtime/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cgroups {

/// One line for devices.allow or devices.deny of v1.
struct DeviceLine {
    bool allow = false;
    std::string text;
    std::string origin; ///< as in DeviceGrant
};

/// The set as lines for a v1 group, in order; the first one clears what was there. v1 knows
/// "nothing but" and "everything but": a set that is neither (everything of one kind but one
/// device) is an error.
base::Result<std::vector<DeviceLine>> v1_lines_of(const DeviceSet& set);

/// The lines that lead from devices.list, as read from a v1 group, to `set`. A group that is used
/// never loses, not even for a moment, what it has before and after, unless it goes from
/// "everything but" to "nothing but".
base::Result<std::vector<DeviceLine>> v1_change_of(std::string_view devices_list,
                                                   const DeviceSet& set);

} // namespace cgroups
