#include "namespaces/cgroup_mounts_plan.hpp"

#include <algorithm>

#include <linux/mount.h>

namespace namespaces {

using base::cat;
using base::Error;
using base::Result;

namespace {

using How = MountStep::How;

constexpr std::string_view kNamed = "name=";

std::string short_name(const std::string& controller) {
    return controller.starts_with(kNamed) ? controller.substr(kNamed.size()) : controller;
}

/// The directory of a hierarchy below the tmpfs: "cpu,cpuacct", "systemd", "unified".
std::string directory_of(const CgroupView& view) {
    if (view.version == 2) {
        return "unified";
    }
    std::string name;
    for (const std::string& controller : view.controllers) {
        name += cat(name.empty() ? "" : ",", short_name(controller));
    }
    return name;
}

MountStep unified(const MountStep& mount, const CgroupView& view) {
    MountStep step = mount;
    step.filesystem.type = "cgroup2";
    step.instead = view.host_path;
    return step;
}

MountStep bound(const MountStep& mount, const CgroupView& view, const MountFacts& facts) {
    MountStep step = mount;
    step.from_host = facts.sources_from_host;
    step.how = How::bind;
    step.source = view.host_path;
    step.attributes = {.set = mount.filesystem.attributes};
    return step;
}

MountStep hierarchy(const MountStep& mount, const CgroupView& view, const MountFacts& facts) {
    MountStep step = mount;
    step.target = cat(mount.target, "/", directory_of(view));
    step.propagation.clear();
    // A new mount of a version 1 hierarchy would be a new superblock for each container, and show
    // the same: the paths in a bind's mountinfo are those of the reader's cgroup namespace, too.
    return facts.cgroup_namespace && view.version == 2 ? unified(step, view)
                                                       : bound(step, view, facts);
}

} // namespace

Result<std::vector<MountStep>> cgroup_steps(const MountStep& mount, const MountFacts& facts) {
    const auto is_v2 = [](const CgroupView& view) { return view.version == 2; };
    const auto v2 = std::ranges::find_if(facts.cgroups, is_v2);
    const bool only_v2 = facts.cgroups.size() == 1 && v2 != facts.cgroups.end();
    if (only_v2 || (mount.filesystem.type == "cgroup2" && v2 != facts.cgroups.end())) {
        return std::vector{unified(mount, *v2)};
    }
    if (mount.filesystem.type == "cgroup2" || facts.cgroups.empty()) {
        return Error("the host has no cgroup hierarchy to show there").at(mount.origin);
    }

    MountStep top = mount;
    top.filesystem = {.type = "tmpfs", .source = "cgroup", .options = {"mode=755"}};
    top.filesystem.attributes = mount.filesystem.attributes & ~std::uint64_t{MOUNT_ATTR_RDONLY};
    std::vector<MountStep> steps = {top};
    for (const CgroupView& view : facts.cgroups) {
        steps.push_back(hierarchy(mount, view, facts));
        if (view.controllers.size() < 2 || view.version == 2) {
            continue;
        }
        for (const std::string& controller : view.controllers) {
            steps.push_back({.how = How::link,
                             .origin = mount.origin,
                             .target = cat(mount.target, "/", short_name(controller)),
                             .source = directory_of(view)});
        }
    }
    if ((mount.filesystem.attributes & MOUNT_ATTR_RDONLY) != 0) {
        steps.push_back({.how = How::remount,
                         .origin = mount.origin,
                         .target = mount.target,
                         .attributes = {.set = MOUNT_ATTR_RDONLY}});
    }
    return steps;
}

} // namespace namespaces
