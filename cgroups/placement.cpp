#include "cgroups/placement.hpp"

#include "cgroups/kernel_file.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>

#include <fcntl.h>

namespace cgroups {

namespace {

constexpr int kOpenGroup = O_PATH | O_DIRECTORY | O_NOFOLLOW;

/// Those of the groups that are `wanted`, each if it is still there and the same.
template <class Predicate>
base::Result<Placement> reopen_those(const SavedPlacement& saved_groups, Predicate wanted) {
    Placement placement = std::move(saved(saved_groups.groups).groups);
    for (Hierarchy& group : placement) {
        if (!wanted(group)) {
            continue;
        }
        base::Result<base::Fd> directory =
            base::sys::open(base::FdRef::cwd(), group.path, kOpenGroup);
        if (!directory && (directory.code() == ENOENT || directory.code() == ENODEV)) {
            continue;
        }
        if (!directory) {
            return std::move(directory).error();
        }
        TRY_ASSIGN(const struct stat status, base::sys::fstat(*directory));
        if (group.inode == 0 || group.inode == status.st_ino) {
            group.directory = *std::move(directory);
        }
    }
    return placement;
}

bool has_freezer(const Hierarchy& group) {
    return group.version == Version::v1 &&
           std::find(group.controllers.begin(), group.controllers.end(), "freezer") !=
               group.controllers.end();
}

} // namespace

base::Result<Hierarchy> open_group(Version version, std::vector<std::string> controllers,
                                   std::string path) {
    Hierarchy group{
        .version = version, .controllers = std::move(controllers), .path = std::move(path)};
    TRY_ASSIGN(group.directory, base::sys::open(base::FdRef::cwd(), group.path, kOpenGroup));
    TRY_ASSIGN(const struct stat status, base::sys::fstat(group.directory));
    group.inode = status.st_ino;
    if (version == Version::v2) {
        TRY_ASSIGN(const std::string names, read_text(group.directory, "cgroup.controllers"));
        group.controllers.clear();
        for (const std::string_view name : base::words(names)) {
            group.controllers.emplace_back(name);
        }
    }
    return group;
}

const Hierarchy* group_with(const Placement& placement, std::string_view controller) {
    const auto found =
        std::find_if(placement.begin(), placement.end(), [controller](const Hierarchy& group) {
            return group.directory && std::find(group.controllers.begin(), group.controllers.end(),
                                                controller) != group.controllers.end();
        });
    return found == placement.end() ? nullptr : &*found;
}

const Hierarchy* unified_group(const Placement& placement) {
    const auto found = std::find_if(placement.begin(), placement.end(), [](const Hierarchy& group) {
        return group.directory && group.version == Version::v2;
    });
    return found == placement.end() ? nullptr : &*found;
}

SavedPlacement saved(const Placement& placement) {
    SavedPlacement copy;
    for (const Hierarchy& group : placement) {
        copy.groups.push_back({.version = group.version,
                               .controllers = group.controllers,
                               .path = group.path,
                               .inode = group.inode,
                               .made = group.made});
    }
    return copy;
}

bool has_group_in(const SavedPlacement& saved, const HierarchyInfo& info) {
    const std::string below = base::cat(info.mount_point, '/');
    return std::any_of(saved.groups.begin(), saved.groups.end(), [&](const Hierarchy& group) {
        return group.version == info.version && group.path.starts_with(below);
    });
}

base::Result<Placement> reopen(const SavedPlacement& saved) {
    return reopen_those(saved, [](const Hierarchy&) { return true; });
}

base::Result<Placement> reopen_freezer(const SavedPlacement& saved) {
    const bool by_v1 = std::any_of(saved.groups.begin(), saved.groups.end(), has_freezer);
    return reopen_those(saved, [by_v1](const Hierarchy& group) {
        return by_v1 ? has_freezer(group) : group.version == Version::v2;
    });
}

base::Result<Placement> placement_of_process(const Layout& layout, std::string_view proc_cgroup) {
    Placement placement;
    const std::vector<Membership> memberships = memberships_of(proc_cgroup);
    for (const HierarchyInfo& info : layout.hierarchies) {
        const auto is_in = [&info](const Membership& membership) {
            return info.version == Version::v2 ? membership.controllers.empty()
                                               : membership.controllers == info.controllers;
        };
        const auto found = std::find_if(memberships.begin(), memberships.end(), is_in);
        if (found == memberships.end()) {
            continue;
        }
        std::string_view path = found->path;
        if (info.mount_root != "/") {
            // Only what lies below the group at the mount point can be reached.
            if (!path.starts_with(info.mount_root)) {
                return base::Error(base::cat("the process is in ", base::quoted(found->path),
                                             ", which is not seen below ",
                                             base::quoted(info.mount_point)));
            }
            path.remove_prefix(info.mount_root.size());
        }
        const std::string below_mount = path == "/" ? "" : std::string(path);
        TRY_ASSIGN(Hierarchy group, open_group(info.version, info.controllers,
                                               base::cat(info.mount_point, below_mount)));
        placement.push_back(std::move(group));
    }
    return placement;
}

} // namespace cgroups
