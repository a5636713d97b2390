// What plans have to know of the host. Read once per verb.
#pragma once

#include "cgroups/layout.hpp"
#include "cgroups/unit_plan.hpp"
#include "runtime/base/result.hpp"
#include "runtime/capabilities.hpp"

#include <string>
#include <vector>

namespace runtime {

struct HostFacts {
    cgroups::Layout cgroups;
    GrantableCapabilities own; ///< what the runtime could hand on
    CapabilityMask kernel_capabilities = 0;
    bool unprivileged = false;               ///< not root of the host
    cgroups::ServiceManager service_manager; ///< who would make a unit for us
    bool apparmor = false;                   ///< the kernel enforces its profiles
    bool selinux = false;                    ///< the kernel knows its labels
    std::uint32_t activated_sockets = 0;     ///< LISTEN_FDS (sd_listen_fds(3))
    std::string activated_names;             ///< LISTEN_FDNAMES
};

/// Needs no privilege.
base::Result<HostFacts> read_host_facts();

} // namespace runtime
