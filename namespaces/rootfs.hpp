// The container's root: taken out of the host's tree, entered, and finished.
//
// Called by stage 2 in the container's mount namespace, in the order of this file.
#pragma once

#include "namespaces/mount_plan.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

namespace namespaces {

/// Makes every mount of this namespace a slave, so that nothing made here reaches the host
/// (kernel rule 6). Does nothing in a mount namespace that is not the container's own.
base::Result<> isolate_tree(const RootPlan& root);

/// Mounts the root directory over itself and returns a descriptor of it, beneath which all
/// container paths are resolved from now on. A detached root is attached nowhere: its tree can be
/// changed as long as this descriptor is open, and lasts as long as it is somebody's "/".
base::Result<base::Fd> install_root(const RootPlan& root);

/// Makes `root` the "/" of this process, as the plan says, and leaves the host's tree.
base::Result<> enter_root(const RootPlan& plan, base::FdRef root);

/// The last changes to "/": its propagation, and read-only.
base::Result<> finish_root(const RootPlan& plan);

} // namespace namespaces
