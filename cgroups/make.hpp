// Making a container's groups.
#pragma once

#include "cgroups/cgroup_plan.hpp"
#include "cgroups/placement.hpp"
#include "runtime/base/result.hpp"

#include <functional>

namespace cgroups {

/// Who keeps a journal, so that any later process can undo an interrupted create. Each is called
/// once, except that `before` comes again if somebody removes a shared parent meanwhile.
struct Recorder {
    /// Nothing is made yet. `made` of each entry is what will be made; no inodes.
    std::function<base::Result<>(const Placement&)> before;
    /// All is made, and nobody is in it. `made` is what was really made, the inodes are known.
    std::function<base::Result<>(const Placement&)> after;
};

/// Makes the group of `plan` in every hierarchy, with its parents where they are missing. v1: empty
/// cpuset.cpus and cpuset.mems are copied down from the parent, without which no process can enter.
/// v2: every controller that the parents have is enabled for the group; one that the plan needs and
/// that cannot be enabled is an error.
///
/// Refuses a group that is frozen, has processes, or cannot have them ("domain invalid"), and says
/// which. On failure nothing is left of what it made. Needs write access to the parents.
base::Result<Placement> make(const Plan& plan, const Recorder& recorder);

} // namespace cgroups
