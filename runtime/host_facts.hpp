// What plans have to know of the host. Read once per verb.
#pragma once

#include "cgroups/cgroup_plan.hpp"
#include "cgroups/unit_plan.hpp"
#include "runtime/base/procfs.hpp"
#include "runtime/base/result.hpp"
#include "runtime/capabilities.hpp"

#include <string>
#include <vector>

#include <sys/types.h>

namespace runtime {

/// Whose rights the runtime has.
enum class Rights : std::uint8_t {
    host,           ///< root of the host
    user_namespace, ///< root of a user namespace that others made, as under rootless podman
    user,           ///< an ordinary user: root of nothing but what a new user namespace holds
};

struct HostFacts {
    Rights rights = Rights::host;
    std::uint32_t uid = 0; ///< the effective ids
    std::uint32_t gid = 0;
    bool may_set_groups = true; ///< setgroups(2) is not denied to our user namespace
    cgroups::Layout cgroups;
    cgroups::MayMake may_make_cgroup;
    GrantableCapabilities own; ///< what the runtime could hand on
    CapabilityMask kernel_capabilities = 0;
    cgroups::ServiceManager service_manager; ///< who would make a unit for us
    bool apparmor = false;                   ///< the kernel enforces its profiles
    bool selinux = false;                    ///< the kernel knows its labels
    std::uint32_t activated_sockets = 0;     ///< LISTEN_FDS (sd_listen_fds(3))
    std::string activated_names;             ///< LISTEN_FDNAMES
};

/// Whether this process is in the user namespace that the kernel started with.
bool in_first_user_namespace();

/// Whether the user namespace of a process lets it call setgroups(2) (user_namespaces(7)).
base::Result<bool> may_set_groups(const base::Procfs& proc, pid_t pid);

/// Needs no privilege.
base::Result<HostFacts> read_host_facts();

} // namespace runtime
