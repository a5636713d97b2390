// What a mount of type "cgroup" becomes on this host.
#pragma once

#include "namespaces/mount_plan.hpp"

#include <vector>

namespace namespaces {

/// Pure. With one hierarchy of version 2 the mount itself; else a tmpfs with one directory per
/// hierarchy and a link per controller, as hosts of version 1 have it. Of each
/// the container's group is bound, so that no other is seen; in a cgroup namespace version 2 is
/// mounted anew, whose mount options are the superblock's.
base::Result<std::vector<MountStep>> cgroup_steps(const MountStep& mount, const MountFacts& facts);

} // namespace namespaces
