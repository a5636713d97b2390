// Filling the container's tree: one mount step after the other, by descriptors.
#pragma once

#include "namespaces/mount_plan.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/root_dir.hpp"

namespace namespaces {

/// Does one step beneath `root`. `source` is the bind source as a detached mount where the plan
/// gets it from the host (MountPlan::sources_from_host), else empty. The error has the step's
/// place and what it was to do.
base::Result<> apply(const base::RootDir& root, const MountStep& step, base::Fd source);

/// Copies what is in the directory `from` into `to`: regular files, directories, links and nodes,
/// with owner, mode and times (tmpcopyup).
base::Result<> copy_tree(base::FdRef from, base::FdRef to);

} // namespace namespaces
