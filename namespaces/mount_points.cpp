#include "namespaces/mount_points.hpp"

#include "namespaces/devices.hpp"
#include "namespaces/mounts.hpp"
#include "namespaces/rootfs.hpp"
#include "runtime/base/root_dir.hpp"

namespace namespaces {

using base::done;
using base::Fd;
using base::Result;
using base::RootDir;
using How = MountStep::How;

namespace {

/// The step as far as what lies below it can tell: any empty file system does for one that the
/// container has of its own.
MountStep stand_in(const MountStep& step) {
    MountStep plain;
    plain.how = step.how;
    plain.origin = step.origin;
    plain.target = step.target;
    plain.source = step.source;
    plain.depth = step.depth;
    plain.filesystem.type = "tmpfs";
    plain.source_nofollow = step.source_nofollow;
    plain.target_nofollow = step.target_nofollow;
    plain.copy_link = step.copy_link;
    plain.real_directory = step.real_directory;
    return plain;
}

Result<> make_node_points(const RootDir& root, const MountPlan& plan) {
    if (!plan.root_from_host) {
        return make_nodes(root, plan.nodes, {});
    }
    for (const Node& node : plan.nodes) {
        TRY(root.make_file(node.path).at(node.origin));
    }
    return done();
}

Result<> make_beneath(const RootDir& root, const MountPlan& plan) {
    for (const MountStep& step : plan.steps) {
        if (step.how == How::bind || step.how == How::filesystem) {
            TRY(apply(root, stand_in(step), Fd()));
        }
    }
    TRY(make_node_points(root, plan));
    if (plan.console) {
        TRY(root.make_file("/dev/console"));
    }
    return plan.device_links ? make_device_links(root) : done();
}

} // namespace

Result<> make_mount_points(const MountPlan& plan) {
    TRY_ASSIGN(Fd mount, install_root(plan.root).at("/root/path").in("mount the root"));
    const RootDir root(std::move(mount));
    TRY(make_beneath(root, plan));
    return detach(root.root()).in("take the stand-ins away");
}

} // namespace namespaces
