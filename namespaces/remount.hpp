// What stands in for mount_setattr(2) before Linux 5.12: an attached mount is remounted through its
// descriptor, and a tree mount by mount.
#pragma once

#include "namespaces/mount_api.hpp"

namespace namespaces {

/// Changes attributes of an attached mount, through /proc/self/fd, which must be a procfs of this
/// process. Recursive also those of all mounts below it, which are looked up in
/// /proc/self/mountinfo and reached by their paths: ENOSYS if one of them cannot be reached,
/// because it is covered or outside the caller's root. A failure may leave some of them changed.
base::Result<> remount(base::FdRef mount, Attributes attributes, Depth depth);

} // namespace namespaces
