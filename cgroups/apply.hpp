// Carrying out what a plan or a change says about values.
#pragma once

#include "cgroups/cgroup_plan.hpp"
#include "cgroups/placement.hpp"
#include "runtime/base/result.hpp"

#include <functional>
#include <span>
#include <vector>

namespace cgroups {

/// Writes in order; stops at the first failure, which has the place in the configuration, the file,
/// the value, and a hint where the kernel's errno misleads. The warnings are those of advisory
/// writes.
base::Result<std::vector<Warning>> apply(const Placement& placement, std::span<const Write> writes);

/// The device rules of a new container. Needs CAP_SYS_ADMIN over the host (v1: over the devices
/// hierarchy; v2: bpf(2)).
base::Result<std::vector<Warning>> apply_devices(const Placement& placement,
                                                 const DevicePlan& plan);

/// Plan::before and the device rules of a new container.
base::Result<std::vector<Warning>> fill(const Placement& placement, const Plan& plan);

/// An update of a container that runs: all of it or, on failure, none: what was written is written
/// back in reverse. Device rules change without a moment in which the container loses a device that
/// it has before and after; where the kernel cannot do it so (v1_change_of()) the container is
/// frozen meanwhile. `then` comes when all is written, and belongs to it: if it fails, values are
/// written back, too.
base::Result<std::vector<Warning>> update(const Placement& placement, const Change& change,
                                          const std::function<base::Result<>()>& then = base::done);

/// What change_of() has to know of the values in force.
base::Result<Current> read_current(const Placement& placement);
/// The hierarchies of a container as change_of() takes them.
std::vector<Reach> reach_of(const Placement& placement);

} // namespace cgroups
