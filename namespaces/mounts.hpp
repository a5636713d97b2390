// Filling the container's tree: one mount step after the other, by descriptors.
#pragma once

#include "namespaces/mount_plan.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/root_dir.hpp"

namespace namespaces {

/// Copies of the sources that stay shared with the host, one for each such step: made before
/// isolate_tree(), behind which a copy only receives.
base::Result<std::vector<base::Fd>> copy_shared_sources(const MountPlan& plan);

/// The source of a bind step as a detached mount, copied in the mount namespace of the caller.
base::Result<base::Fd> copy_of_source(const MountStep& step);

/// Does one step beneath `root`. `source` is the bind source as a detached mount where that was
/// made before (MountStep::from_host, shared_with_host), else empty. The error has the step's
/// place and what it was to do. Returns the mount; an empty descriptor for a link.
base::Result<base::Fd> apply(const base::RootDir& root, const MountStep& step, base::Fd source);

/// Copies what is in the directory `from` into `to`: regular files, directories, links and nodes,
/// with owner, mode and times (tmpcopyup). `to` itself stays as it is.
base::Result<> copy_tree(base::FdRef from, base::FdRef to);

} // namespace namespaces
