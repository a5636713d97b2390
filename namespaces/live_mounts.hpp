// Mounts in a container that runs already, made and taken away by processes of ours that join its
// namespaces. Nothing of the container's is executed, and its paths are walked by RootDir alone.
//
// Needs CAP_SYS_ADMIN and CAP_SYS_CHROOT over the container's namespaces.
#pragma once

#include "namespaces/mount_plan.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <string>
#include <vector>

#include <sys/types.h>

namespace namespaces {

/// A container by its first process, which has a mount namespace other than ours.
struct LiveContainer {
    pid_t pid = 0;
    base::FdRef pidfd{-1};
};

/// Mounts all of `steps` (live_step_of()), or none of them. Sources are the host's, and what is
/// mounted there later is seen, too; file systems belong to the container's user namespace. Mount
/// points that were made stay. ESRCH if the container has ended.
base::Result<> add_mounts(const LiveContainer& container, const std::vector<MountStep>& steps);

/// A mount to be taken away, with the place in a document that names it.
struct LiveTarget {
    std::string origin;
    std::string path; ///< in the container
};

/// Detaches the uppermost mount at each target with all that is mounted below it (MNT_DETACH: files
/// that are open stay usable). Nothing is detached unless something is mounted at each of them. The
/// container's root is refused.
base::Result<> remove_mounts(const LiveContainer& container,
                             const std::vector<LiveTarget>& targets);

} // namespace namespaces
