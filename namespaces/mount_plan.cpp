#include "namespaces/mount_plan.hpp"

#include "namespaces/cgroup_mounts_plan.hpp"
#include "namespaces/spawn_plan.hpp"
#include "oci-spec/id_map_option.hpp"
#include "oci-spec/mount_options.hpp"

#include <algorithm>
#include <array>

#include <linux/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace namespaces {

using base::cat;
using base::Error;
using base::Result;

namespace {

using How = MountStep::How;

constexpr unsigned long kSuperFlags =
    MS_RDONLY | MS_SYNCHRONOUS | MS_DIRSYNC | MS_LAZYTIME | MS_MANDLOCK | MS_SILENT | MS_I_VERSION;

/// File systems of the kernel whose superblock other mounts share: read-only is for the mount
/// alone (kernel rule 9).
bool shares_superblock(std::string_view type) {
    constexpr std::array<std::string_view, 7> kTypes = {"proc",    "sysfs",  "mqueue", "cgroup",
                                                        "cgroup2", "devpts", "tmpfs"};
    return std::ranges::find(kTypes, type) != kTypes.end();
}

std::string absolute(std::string_view path) {
    return path.starts_with('/') ? std::string(path) : cat("/", path);
}

/// Without double and trailing slashes and "." components: to compare, never to open.
std::string cleaned(std::string_view path) {
    std::string clean;
    for (const std::string_view part : base::split(path, '/')) {
        if (!part.empty() && part != ".") {
            clean += cat("/", part);
        }
    }
    return clean.empty() ? "/" : clean;
}

PropagationChange change_of(spec::Propagation propagation) {
    switch (propagation) {
    case spec::Propagation::shared:
        return {MS_SHARED, Depth::one};
    case spec::Propagation::slave:
        return {MS_SLAVE, Depth::one};
    case spec::Propagation::private_:
        return {MS_PRIVATE, Depth::one};
    case spec::Propagation::unbindable:
        return {MS_UNBINDABLE, Depth::one};
    case spec::Propagation::rshared:
        return {MS_SHARED, Depth::recursive};
    case spec::Propagation::rslave:
        return {MS_SLAVE, Depth::recursive};
    case spec::Propagation::rprivate:
        return {MS_PRIVATE, Depth::recursive};
    case spec::Propagation::runbindable:
        return {MS_UNBINDABLE, Depth::recursive};
    }
    return {MS_PRIVATE, Depth::one};
}

Attributes attributes_of(const spec::FlagChange& change) {
    return {.set = change.set, .clear = spec::whole_access_time(change)};
}

bool is_bind(const spec::MountOptions& options) {
    return options.bind != spec::MountOptions::Bind::no;
}

/// What all kinds of steps take from the options.
MountStep common_step(const spec::Mount& mount, const spec::MountOptions& options,
                      std::string origin) {
    MountStep step;
    step.origin = std::move(origin);
    step.target = absolute(mount.destination);
    step.attributes = attributes_of(options.attributes);
    step.recursive_attributes = attributes_of(options.recursive_attributes);
    for (const spec::Propagation propagation : options.propagation) {
        step.propagation.push_back(change_of(propagation));
    }
    return step;
}

/// The mappings that stand in the option itself, with host ids.
Result<> take_ranges(const std::string& ranges, const spec::Linux& linux, MountStep& step) {
    TRY_ASSIGN(const spec::IdMapOption option, spec::id_map_option(ranges));
    TRY_ASSIGN(step.uid_mappings, spec::absolute(option.uids, linux.uid_mappings));
    TRY_ASSIGN(step.gid_mappings, spec::absolute(option.gids, linux.gid_mappings));
    return base::done();
}

Result<MountStep> bind_step(const spec::Mount& mount, const spec::MountOptions& options,
                            MountStep step, const spec::Linux& linux, const MountFacts& facts) {
    step.how = How::bind;
    step.source =
        mount.source.starts_with('/') ? mount.source : cat(facts.bundle, "/", mount.source);
    step.depth =
        options.bind == spec::MountOptions::Bind::recursive ? Depth::recursive : Depth::one;
    if (options.id_map != spec::MountOptions::IdMap::no || !mount.uid_mappings.empty()) {
        step.id_map = options.id_map == spec::MountOptions::IdMap::recursive
                          ? MountStep::IdMap::recursive
                          : MountStep::IdMap::plain;
        step.uid_mappings = mount.uid_mappings;
        step.gid_mappings = mount.gid_mappings;
    }
    if (!options.id_map_ranges.empty()) {
        TRY(take_ranges(options.id_map_ranges, linux, step).at(cat(step.origin, "/options")));
    }
    step.copy_link = options.copy_symlink;
    step.source_nofollow = options.src_nofollow || options.copy_symlink;
    step.target_nofollow = options.dest_nofollow;
    if (step.id_map != MountStep::IdMap::no && facts.user_namespace && !facts.sources_from_host) {
        return Error("an ordinary user cannot map the owners of a mount")
            .at(step.origin)
            .hint(
                "it needs rights over the whole file system: let root run the container, or leave "
                "the mappings away");
    }
    step.from_host = facts.sources_from_host || step.id_map != MountStep::IdMap::no;
    return step;
}

MountStep filesystem_step(const spec::Mount& mount, const spec::MountOptions& options,
                          MountStep step, const MountFacts& facts) {
    step.how = How::filesystem;
    step.filesystem = {.type = mount.type,
                       .source = mount.source,
                       .options = options.data,
                       .super_flags = options.super.set & kSuperFlags,
                       .attributes = options.attributes.set};
    if (shares_superblock(mount.type)) {
        step.filesystem.super_flags &= ~static_cast<unsigned long>(MS_RDONLY);
    }
    step.copy_up = options.tmpcopyup;
    step.real_directory = mount.type == "proc" || mount.type == "sysfs";
    if (mount.type == "sysfs" && facts.user_namespace) {
        // sysfs shows the network namespace; where that is the host's, a user namespace may not
        // have a new instance (kernel rule 8).
        step.instead = "/sys";
        step.instead_attributes = {.set = MOUNT_ATTR_RDONLY};
    }
    return step;
}

/// With neither a type nor a source to bind, an entry changes what is mounted there, as "remount"
/// does: mount(8)'s --make-shared and the like.
bool changes_only(const spec::Mount& mount, const spec::MountOptions& options) {
    return options.remount || (mount.type.empty() && !is_bind(options));
}

/// The superblock is changed only if this configuration made it: what was bound is the host's.
MountStep remount_step(const spec::MountOptions& options, MountStep step,
                       const std::vector<MountStep>& before) {
    step.how = How::remount;
    const std::string target = cleaned(step.target);
    const auto made =
        std::ranges::find_if(before.rbegin(), before.rend(), [&](const auto& earlier) {
            return cleaned(earlier.target) == target && earlier.how != How::link;
        });
    step.reconfigures = options.remount && !is_bind(options) && made != before.rend() &&
                        made->how == How::filesystem;
    if (step.reconfigures) {
        step.filesystem.options = options.data;
        step.filesystem.super_flags = options.super.set & kSuperFlags;
        step.clear_super_flags = options.super.clear & kSuperFlags;
        if (shares_superblock(made->filesystem.type)) {
            step.filesystem.super_flags &= ~static_cast<unsigned long>(MS_RDONLY);
        }
    }
    return step;
}

Result<> require_addable(const spec::Mount& mount, const spec::MountOptions& options,
                         std::string_view origin) {
    if (changes_only(mount, options)) {
        return Error("what a running container has mounted cannot be remounted")
            .at(cat(origin, "/options"));
    }
    if (!is_bind(options) && mount.type == "overlay") {
        return Error("layers of the host cannot become an overlay in a running container")
            .at(cat(origin, "/type"))
            .hint("mount it on the host, and bind it from there");
    }
    if (!is_bind(options) &&
        (mount.type == "proc" || mount.type == "cgroup" || mount.type == "cgroup2")) {
        return Error(cat("a running container can get no further ", base::quoted(mount.type)))
            .at(cat(origin, "/type"));
    }
    return base::done();
}

Result<std::vector<MountStep>> steps_of(const spec::Spec& config, const MountFacts& facts) {
    std::vector<MountStep> steps;
    for (std::size_t i = 0; i < config.mounts.size(); ++i) {
        const spec::Mount& mount = config.mounts[i];
        const spec::MountOptions options = spec::mount_options(mount.options);
        MountStep step = common_step(mount, options, cat("/mounts/", i));
        if (changes_only(mount, options)) {
            steps.push_back(remount_step(options, std::move(step), steps));
        } else if (is_bind(options)) {
            TRY_ASSIGN(step, bind_step(mount, options, std::move(step), config.linux, facts));
            steps.push_back(std::move(step));
        } else if (mount.type == "cgroup" || mount.type == "cgroup2") {
            step = filesystem_step(mount, options, std::move(step), facts);
            TRY_ASSIGN(std::vector<MountStep> view, cgroup_steps(step, facts));
            std::ranges::move(view, std::back_inserter(steps));
        } else {
            steps.push_back(filesystem_step(mount, options, std::move(step), facts));
        }
    }
    return steps;
}

/// linux.mountLabel is for all files of what is mounted, unless the options say otherwise. The
/// kernel's own file systems have their labels from the policy; mqueue takes one for its root only.
void label(MountStep& step, const std::string& mount_label) {
    constexpr std::array<std::string_view, 4> kFromPolicy = {"proc", "sysfs", "cgroup", "cgroup2"};
    std::vector<std::string>& options = step.filesystem.options;
    const bool has_label = std::ranges::any_of(
        options, [](const std::string& option) { return spec::is_label_option(option); });
    if (mount_label.empty() || step.how != How::filesystem || has_label ||
        std::ranges::find(kFromPolicy, step.filesystem.type) != kFromPolicy.end()) {
        return;
    }
    if (step.filesystem.type == "mqueue") {
        step.label = mount_label;
    } else {
        options.push_back(cat("context=", mount_label));
    }
}

/// No shared tree enters a user namespace (kernel rule 6), which gets its sources from the host.
bool is_shared_with_host(const MountStep& step, const RootPlan& root, const MountFacts& facts) {
    const bool own_tree =
        root.entry == RootPlan::Entry::pivot || root.entry == RootPlan::Entry::move;
    return own_tree && root.propagation.type == MS_SHARED && step.how == How::bind &&
           !facts.user_namespace && !step.from_host && !step.propagation.empty() &&
           step.propagation.back().type == MS_SHARED;
}

// --- devices ------------------------------------------------------------------------------------

constexpr mode_t kDeviceMode = 0666;

std::uint32_t on_host(const std::vector<spec::IdMapping>& mappings, std::uint32_t id) {
    return mappings.empty() ? id : host_id(mappings, id).value_or(id);
}

Node node_of(const spec::Device& device, const spec::Linux& linux, std::string origin) {
    mode_t type = S_IFCHR;
    switch (device.type) {
    case spec::DeviceType::character:
    case spec::DeviceType::unbuffered:
        break;
    case spec::DeviceType::block:
        type = S_IFBLK;
        break;
    case spec::DeviceType::fifo:
        type = S_IFIFO;
        break;
    }
    Node node{.origin = std::move(origin),
              .path = device.path,
              .mode = type | (device.file_mode.value_or(kDeviceMode) & 07777U),
              .device = makedev(static_cast<unsigned>(device.major.value_or(0)),
                                static_cast<unsigned>(device.minor.value_or(0))),
              .uid = device.uid.value_or(0),
              .gid = device.gid.value_or(0)};
    node.host_uid = on_host(linux.uid_mappings, node.uid);
    node.host_gid = on_host(linux.gid_mappings, node.gid);
    return node;
}

/// A configuration that binds the host's /dev has all devices, and nothing may be made there.
bool binds_dev(const std::vector<MountStep>& steps) {
    return std::ranges::any_of(steps, [](const MountStep& step) {
        return step.how == How::bind && cleaned(step.target) == "/dev";
    });
}

std::vector<Node> nodes_of(const spec::Linux& linux, bool dev_is_bound) {
    struct Default {
        const char* path;
        unsigned major;
        unsigned minor;
    };
    constexpr std::array<Default, 6> kDefaults = {{{"/dev/null", 1, 3},
                                                   {"/dev/zero", 1, 5},
                                                   {"/dev/full", 1, 7},
                                                   {"/dev/random", 1, 8},
                                                   {"/dev/urandom", 1, 9},
                                                   {"/dev/tty", 5, 0}}};
    std::vector<Node> nodes;
    const auto listed = [&linux](std::string_view path) {
        return std::ranges::any_of(linux.devices, [&](const spec::Device& device) {
            return cleaned(device.path) == path;
        });
    };
    for (const auto& [path, major, minor] : kDefaults) {
        if (!dev_is_bound && !listed(path)) {
            nodes.push_back(node_of(
                {.type = spec::DeviceType::character, .path = path, .major = major, .minor = minor},
                linux, ""));
        }
    }
    for (std::size_t i = 0; i < linux.devices.size(); ++i) {
        const std::string path = cleaned(linux.devices[i].path);
        // /dev/ptmx is the link to the container's own devpts, whatever engines list.
        if (path != "/dev/ptmx" && !(dev_is_bound && path.starts_with("/dev/"))) {
            nodes.push_back(node_of(linux.devices[i], linux, cat("/linux/devices/", i)));
        }
    }
    return nodes;
}

// --- root ---------------------------------------------------------------------------------------

RootPlan root_of(const spec::Spec& config, const MountFacts& facts) {
    RootPlan root;
    const std::string& path = config.root->path;
    root.path = path.starts_with('/') ? path : cat(facts.bundle, "/", path);
    root.readonly = config.root->readonly;
    root.propagation =
        change_of(config.linux.rootfs_propagation.value_or(spec::Propagation::rprivate));
    if (facts.new_mount_namespace) {
        root.entry = facts.no_pivot ? RootPlan::Entry::move : RootPlan::Entry::pivot;
    } else {
        root.entry = facts.joined_mount_namespace ? RootPlan::Entry::joined : RootPlan::Entry::bare;
    }
    return root;
}

std::vector<Covered> covered(const std::vector<std::string>& paths, std::string_view origin) {
    std::vector<Covered> list;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        list.push_back({cat(origin, "/", i), paths[i]});
    }
    return list;
}

/// Where the first thing is asked for that takes a mount, "" if nothing is.
std::string first_mount(const MountPlan& plan) {
    return !plan.steps.empty()      ? "/mounts"
           : !plan.masked.empty()   ? "/linux/maskedPaths"
           : !plan.readonly.empty() ? "/linux/readonlyPaths"
           : plan.root.readonly     ? "/root/readonly"
                                    : "";
}

/// What cannot be told to a mount that is in no mount namespace. That it is private is true anyway.
Result<> leave_host(MountStep& step) {
    std::erase_if(step.propagation,
                  [](const PropagationChange& change) { return change.type == MS_PRIVATE; });
    if (step.how == How::remount || !step.propagation.empty()) {
        return Error("this needs a mount namespace")
            .at(cat(step.origin, "/options"))
            .hint("add {\"type\": \"mount\"} to linux.namespaces");
    }
    step.leaves_host = step.how == How::bind;
    return base::done();
}

/// A container with the host's mount namespace gets its mounts without the host's getting them.
Result<> keep_from_host(MountPlan& plan, const MountFacts& facts) {
    const std::string pointer = first_mount(plan);
    if (plan.root.entry != RootPlan::Entry::bare || pointer.empty()) {
        return base::done();
    }
    if (facts.user_namespace) {
        return Error("a user namespace may not mount in the host's mount namespace")
            .at(pointer)
            .hint("add {\"type\": \"mount\"} to linux.namespaces");
    }
    plan.root.entry = RootPlan::Entry::detached;
    for (MountStep& step : plan.steps) {
        TRY(leave_host(step));
    }
    return base::done();
}

} // namespace

std::size_t count_host_sources(const MountPlan& plan) {
    const auto binds = std::ranges::count(plan.steps, true, &MountStep::from_host);
    return static_cast<std::size_t>(binds) + (plan.root_from_host ? 1 + plan.nodes.size() : 0);
}

Result<MountStep> live_step_of(const spec::Mount& mount, std::string origin,
                               const spec::Linux& linux, const MountFacts& facts) {
    const spec::MountOptions options = spec::mount_options(mount.options);
    TRY(require_addable(mount, options, origin));
    MountStep step = common_step(mount, options, std::move(origin));
    if (is_bind(options)) {
        TRY_ASSIGN(step, bind_step(mount, options, std::move(step), linux, facts));
        step.from_host = true; // the host's tree is nowhere in the container's
        return step;
    }
    step = filesystem_step(mount, options, std::move(step), facts);
    label(step, linux.mount_label);
    step.instead.clear();
    return step;
}

Result<MountPlan> mount_plan_of(const spec::Spec& config, const MountFacts& facts) {
    MountPlan plan;
    plan.root = root_of(config, facts);
    TRY_ASSIGN(plan.steps, steps_of(config, facts));
    for (MountStep& step : plan.steps) {
        step.shared_with_host = is_shared_with_host(step, plan.root, facts);
        label(step, config.linux.mount_label);
    }
    const bool dev_is_bound = binds_dev(plan.steps);
    plan.nodes = nodes_of(config.linux, dev_is_bound);
    plan.device_links = !dev_is_bound;
    plan.masked = covered(config.linux.masked_paths, "/linux/maskedPaths");
    plan.mask_label = config.linux.mount_label;
    plan.readonly = covered(config.linux.readonly_paths, "/linux/readonlyPaths");
    TRY(keep_from_host(plan, facts));
    const bool mounts = plan.root.entry != RootPlan::Entry::bare;
    plan.root_from_host = facts.sources_from_host && mounts;
    plan.console = !dev_is_bound && mounts;
    return plan;
}

} // namespace namespaces
