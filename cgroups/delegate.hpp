// Giving a container's v2 group to the user of its process (config-linux.md, "Cgroup ownership").
#pragma once

#include "cgroups/placement.hpp"
#include "runtime/base/result.hpp"

#include <sys/types.h>

namespace cgroups {

/// Makes `uid` (of the host) the owner of the directory and of the files that
/// /sys/kernel/cgroup/delegate lists, as far as they exist; of no others, and of nothing in v1,
/// where delegation is not safe. Whether it should happen (a new cgroup namespace, a writable
/// cgroup mount) is the caller's question.
base::Result<> delegate_to(const Placement& placement, uid_t uid);

} // namespace cgroups
