// What a mount of type "cgroup" becomes on this host.
#pragma once

#include "namespaces/mount_plan.hpp"

#include <vector>

namespace namespaces {

/// Pure. With one hierarchy of version 2 the mount itself; else a tmpfs with one directory per
/// hierarchy and a link per controller, as hosts of version 1 have it. In a cgroup namespace every
/// hierarchy is mounted anew and shows the container's group as its root; without one the
/// container's group is bound, so that no other is seen.
base::Result<std::vector<MountStep>> cgroup_steps(const MountStep& mount, const MountFacts& facts);

} // namespace namespaces
