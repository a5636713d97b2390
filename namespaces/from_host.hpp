// Mount sources for a container in a user namespace, made with the host's credentials.
//
// A child in a user namespace may not copy what lies below a directory it cannot search, nor make
// device nodes; and a copy made by the runtime in its own mount namespace would stay in the host's
// propagation (kernel rule 6). An idmapped mount needs the host's credentials, too. So a forked
// process joins the child's mount namespace, in which every mount is a slave of the host's, and
// works there with the host's ids.
#pragma once

#include "namespaces/mount_plan.hpp"
#include "runtime/base/child.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <optional>
#include <vector>

namespace namespaces {

/// Makes them for `child`, which must be in its new mount namespace already; in this order: the
/// root, mounted at its place (if the plan says root_from_host), one detached mount per step with
/// from_host, one per node (if the root is from the host). A step's idmapping is applied.
/// Needs CAP_SYS_ADMIN and CAP_MKNOD in the runtime's user namespace.
base::Result<std::vector<base::Fd>> sources_from_host(const base::Child& child,
                                                      const MountPlan& plan);

/// The same list taken apart, in stage 2. EPROTO if it has another length.
struct HostSources {
    std::optional<base::Fd> root;
    std::vector<base::Fd> binds;
    std::vector<base::Fd> nodes;
};
base::Result<HostSources> apart(std::vector<base::Fd> sources, const MountPlan& plan);

} // namespace namespaces
