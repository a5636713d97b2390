// Which cgroup hierarchies there are, and where they are mounted. Pure: read_layout.hpp brings the
// texts of /proc/self/mountinfo and /proc/self/cgroup (proc(5), cgroups(7)).
//
// A host has any number of v1 hierarchies and at most one of v2, side by side. Nothing here knows
// of "legacy", "hybrid" or "unified" machines: a controller is used where it lives.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cgroups {

enum class Version : std::uint8_t { v1, v2 };

/// One hierarchy as this process sees it.
struct HierarchyInfo {
    Version version = Version::v2;
    /// v1: all that are mounted together, a named hierarchy as "name=systemd".
    /// v2: those that the cgroup at the mount point has.
    std::vector<std::string> controllers;
    std::string mount_point;
    std::string
        mount_root; ///< the cgroup seen at the mount point: "/", or deeper in a nested container
    std::string own_path; ///< this process's cgroup, below the root of its cgroup namespace
};

struct Layout {
    std::vector<HierarchyInfo> hierarchies; ///< in the order of their mounts, v2 last
    std::vector<std::string> unmounted;     ///< v1 controllers whose hierarchy is mounted nowhere
};

/// Reads a file by its path: how layout_of() asks for the cgroup.controllers of a v2 mount.
using ReadFile = std::function<base::Result<std::string>(const std::string& path)>;

/// The layout out of the two texts. A hierarchy that is mounted more than once is taken once, below
/// /sys/fs/cgroup if it is there; mounts that others cover are not seen. An empty layout is no
/// error.
base::Result<Layout> layout_of(std::string_view mountinfo, std::string_view own_cgroups,
                               const ReadFile& read_file);

/// A group as it is seen below the mount point of its hierarchy: "" for the one that is mounted.
std::string below_mount(const HierarchyInfo& info, std::string_view group);
/// The directory of a group.
std::string seen_at(const HierarchyInfo& info, std::string_view group);

/// The hierarchy in which `controller` lives; nullptr if there is none.
const HierarchyInfo* hierarchy_of(const Layout& layout, std::string_view controller);
/// The v2 hierarchy, with or without controllers; nullptr if there is none.
const HierarchyInfo* unified_of(const Layout& layout);

/// One line of /proc/PID/cgroup.
struct Membership {
    std::vector<std::string> controllers; ///< empty: the v2 hierarchy
    std::string path;
};
std::vector<Membership> memberships_of(std::string_view proc_cgroup);

} // namespace cgroups
