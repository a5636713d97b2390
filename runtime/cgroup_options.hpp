// The options of the host's cgroup2 (cgroups(7), nsdelegate). There is one superblock of it, and
// who mounts it anew in the first cgroup namespace sets them for all: CRIU does so, and names none.
#pragma once

#include "runtime/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace runtime {

struct CgroupOptions {
    std::string mount_point; ///< "" where cgroup2 is not mounted
    std::vector<std::string> options;
    bool operator==(const CgroupOptions&) const = default;
};

/// Out of /proc/self/mountinfo (proc(5)). Pure.
CgroupOptions cgroup_options_of(std::string_view mountinfo);

/// As they are now.
base::Result<CgroupOptions> cgroup_options();

/// Gives cgroup2 these again if it has others now. Needs CAP_SYS_ADMIN in the first user namespace.
base::Result<> give_back(const CgroupOptions& before);

} // namespace runtime
