// Mount sources for a container in a user namespace, made with the host's credentials.
//
// A child in a user namespace may not copy what lies below a directory it cannot search, nor make
// device nodes; and a copy made by the runtime in its own mount namespace would stay in the host's
// propagation (kernel rule 11). So a forked process joins the child's mount namespace, in which
// every mount is a slave of the host's, and works there with the host's ids.
#pragma once

#include "namespaces/mount_plan.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <vector>

namespace namespaces {

/// The descriptors that stage 2 needs, in this order: the root, one per MountStep::bind of the
/// plan, one per node.
struct HostSources {
    base::Fd root;               ///< mounted at its place in the child's mount namespace
    std::vector<base::Fd> binds; ///< detached
    std::vector<base::Fd> nodes; ///< detached
};

/// Makes them for the child behind `pidfd`, which must be in its new mount namespace already.
/// Needs CAP_SYS_ADMIN and CAP_MKNOD in the runtime's user namespace.
base::Result<HostSources> sources_from_host(base::FdRef pidfd, const MountPlan& plan);

} // namespace namespaces
