// Everything that `create` will do, as data.
//
// plan_of() is pure: the same configuration on the same host gives the same plan, which can be
// printed, compared with a golden file and explained. Every part knows the place in config.json it
// came from.
#pragma once

#include "cgroups/cgroup_plan.hpp"
#include "namespaces/net_devices_plan.hpp"
#include "runtime/host_facts.hpp"
#include "runtime/init_plan.hpp"
#include "runtime/limits.hpp"
#include "runtime/rdt_plan.hpp"
#include "seccomp/program.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runtime {

/// What the caller's arguments add to the configuration.
struct CreateOptions {
    std::string id;
    std::string bundle; ///< absolute
    cgroups::ManagerKind cgroup_manager = cgroups::ManagerKind::cgroupfs;
    bool no_pivot = false;
    std::string keyring; ///< the name of its session keyring; "": the caller's is kept
    std::uint32_t preserve_fds = 0;
    std::uint32_t inherited_fds = 0; ///< how many the caller really has open, from 3 on
    bool debug = false;
};

struct Plan {
    cgroups::Plan cgroups;
    std::optional<uid_t> cgroup_owner; ///< on the host
    LimitsPlan limits;
    std::optional<RdtPlan> rdt;
    std::vector<namespaces::NetDeviceMove> net_devices;
    InitPlan init; ///< what stage 2 is told
    std::vector<std::string> warnings;
};

/// `config` has been validated; `filter` is its compiled seccomp profile. Errors are what only
/// shows against this host, each with its place.
base::Result<Plan> plan_of(const spec::Spec& config, const HostFacts& facts,
                           const CreateOptions& options,
                           const std::optional<seccomp::Program>& filter);

/// The plan of a process beside its container's: used by plan_of() and by `exec`. `origin` is where
/// the process stands in its document.
struct ProcessContext {
    std::string origin = "/process";
    bool user_namespace = false; ///< new or joined: all capabilities of the kernel can be granted
    std::string keyring;         ///< the session keyring to be in; "": the caller's is kept
    bool keep_groups = false;    ///< keeps_groups()
    bool may_set_groups = true;  ///< setgroups(2) is not denied to the process
    std::uint32_t preserve_fds = 0;
    std::uint32_t inherited_fds = 0;
};
struct PlannedProcess {
    ProcessPlan plan;
    std::vector<std::string> warnings;
};
/// Errors: more descriptors are to be preserved than the caller has open; a label that no security
/// module of this host enforces; groups where setgroups(2) is denied.
base::Result<PlannedProcess> process_plan_of(const spec::Process& process, const HostFacts& facts,
                                             const ProcessContext& context,
                                             const std::optional<seccomp::Program>& filter);

/// crun's annotation by which the container's processes keep the further groups of the runtime's
/// caller.
constexpr std::string_view kKeepGroups = "run.oci.keep_original_groups";

/// Whether it asks for that. An error for a value that is neither 1 nor 0.
base::Result<bool> keeps_groups(const std::map<std::string, std::string>& annotations);

/// What linux.* says of each process of the container: personality and memory policy.
void add_container_attributes(const spec::Linux& linux, ProcessPlan& plan);

/// The path below /proc/sys of a name in either form of sysctl(8): "net.ipv4.ip_forward", or
/// "net/ipv4/conf/eth0.1/forwarding".
std::string sysctl_path(std::string_view name);

/// For people and golden tests: one line per thing that will be done, with its place.
std::vector<std::string> describe(const Plan& plan);

} // namespace runtime
