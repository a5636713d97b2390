// Where a container is: one group in each hierarchy of the host. v1 is n entries, v2 is one, a
// mixed host is n + 1, and nothing that works on a Placement has to tell them apart.
#pragma once

#include "cgroups/layout.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cgroups {

/// One group in one hierarchy. All but the descriptor is what a journal and a saved state keep.
struct Hierarchy {
    Version version = Version::v2;
    std::vector<std::string> controllers; ///< v2: those that the group has
    std::string path;                     ///< of its directory, absolute
    std::uint64_t inode = 0;              ///< of its directory; 0: not known, so not proven ours
    std::vector<std::string> made; ///< directories that were not there before us, parents first
    base::Fd directory;            ///< O_PATH; empty: not opened, or the group is gone
};

using Placement = std::vector<Hierarchy>;

/// The group of the hierarchy that has `controller`; nullptr if there is none, or it is gone.
const Hierarchy* group_with(const Placement& placement, std::string_view controller);
/// The group of the v2 hierarchy; nullptr if there is none, or it is gone.
const Hierarchy* unified_group(const Placement& placement);

/// A placement as it is remembered: nothing of it is open, so that nobody takes what was not opened
/// yet for what is gone.
struct SavedPlacement {
    Placement groups; ///< without descriptors

    [[nodiscard]] bool empty() const { return groups.empty(); }
};
SavedPlacement saved(const Placement& placement);
/// Whether one of the groups is in that hierarchy.
bool has_group_in(const SavedPlacement& saved, const HierarchyInfo& info);

/// Opens the groups of a saved placement. One that is gone, or whose path now names another group
/// (another inode), is left unopened: that is no error.
base::Result<Placement> reopen(const SavedPlacement& saved);
/// The same for the group by which the container is frozen alone; all others are left unopened.
base::Result<Placement> reopen_freezer(const SavedPlacement& saved);

/// The groups in which a process is, out of its /proc/PID/cgroup: where `exec` has to go, since a
/// container's init may have moved below the container's group. Nothing in it counts as made.
base::Result<Placement> placement_of_process(const Layout& layout, std::string_view proc_cgroup);

/// Opens the directory `path` as a group of a hierarchy and notes its inode; for v2 its controllers
/// are those that it has.
base::Result<Hierarchy> open_group(Version version, std::vector<std::string> controllers,
                                   std::string path);

} // namespace cgroups
