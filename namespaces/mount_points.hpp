// The places in a root file system that its mounts go onto, for who makes the mounts elsewhere.
#pragma once

#include "namespaces/mount_plan.hpp"
#include "runtime/base/result.hpp"

namespace namespaces {

/// Makes beneath the plan's root the directories, files and nodes that filling the tree would leave
/// behind, and no mount. What would lie in a file system of the container's own is not made. The
/// caller is in a mount namespace of its own, separated from the host's (rootfs.hpp).
base::Result<> make_mount_points(const MountPlan& plan);

} // namespace namespaces
