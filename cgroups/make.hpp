// Making a container's groups.
#pragma once

#include "cgroups/cgroup_plan.hpp"
#include "cgroups/placement.hpp"
#include "cgroups/systemd/unit.hpp"
#include "runtime/base/result.hpp"

#include <functional>

namespace cgroups {

/// A unit as a journal remembers it.
struct OwnUnit {
    systemd::Unit unit;
    /// systemd has said that it made it. Else it may be another container's, and is left alone:
    /// one that was made unseen has lost its process with us, and goes by itself.
    bool started = false;
};

/// Who keeps a journal, so that any later process can undo an interrupted create. Each is called
/// once, except that `before` comes again if somebody removes a shared parent meanwhile.
struct Recorder {
    /// Nothing is made yet. `made` of each entry is what will be made; no inodes.
    std::function<base::Result<>(const Placement&)> before;
    /// All is made, and nobody is in it. `made` is what was really made, the inodes are known.
    std::function<base::Result<>(const Placement&)> after;
    /// A unit is about to be made, and was made.
    std::function<base::Result<>(const OwnUnit&)> unit;
};

/// Makes the group of `plan` in every hierarchy, with its parents where they are missing. v1: empty
/// cpuset.cpus and cpuset.mems are copied down from the parent, without which no process can enter.
/// v2: every controller that the parents have is enabled for the group; one that the plan needs and
/// that cannot be enabled is an error.
///
/// Of a plan with a unit, systemd has made the groups where it keeps its units, and perhaps others;
/// the container's process is in them, and no controller but those that the plan needs is enabled
/// in the groups above, which are systemd's.
///
/// Refuses a group that is frozen, has processes, or cannot have them ("domain invalid"), and says
/// which. On failure nothing is left of what it made. Needs write access to the parents.
base::Result<Placement> make(const Plan& plan, const Recorder& recorder);

/// Whether this process may make a group there, and have its children enter it: by what the nearest
/// group above that exists allows it. (MayMake)
bool may_make(const std::string& directory);

} // namespace cgroups
