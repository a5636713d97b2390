// The plan in words: what golden files hold, and what a user is shown.

#include "namespaces/kinds.hpp"
#include "oci-spec/tables.hpp"
#include "runtime/plan.hpp"

#include <array>

#include <linux/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace runtime {

using base::cat;
using base::octal;

namespace {

using Lines = std::vector<std::string>;
using namespaces::Attributes;
using namespaces::Depth;
using namespaces::MountStep;

std::string at(std::string_view origin) {
    return origin.empty() ? "" : cat(" (", origin, ")");
}

template <class List>
std::string list(const List& values) {
    std::string text;
    for (const auto& value : values) {
        text += cat(text.empty() ? "" : " ", value);
    }
    return text;
}

std::string quoted_list(const std::vector<std::string>& values) {
    std::string text;
    for (const std::string& value : values) {
        text += cat(text.empty() ? "" : " ", base::quoted(value));
    }
    return text;
}

template <std::size_t N>
std::string bits(std::uint64_t value,
                 const std::array<std::pair<std::uint64_t, std::string_view>, N>& names) {
    std::string text;
    for (const auto& [bit, name] : names) {
        if ((value & bit) == bit) {
            text += cat(text.empty() ? "" : ",", name);
            value &= ~bit;
        }
    }
    return value == 0 ? text : cat(text, text.empty() ? "" : ",", base::hex(value));
}

std::string attributes(std::uint64_t value) {
    constexpr std::array<std::pair<std::uint64_t, std::string_view>, 9> kNames = {
        {{MOUNT_ATTR__ATIME, "atime field"},
         {MOUNT_ATTR_RDONLY, "ro"},
         {MOUNT_ATTR_NOSUID, "nosuid"},
         {MOUNT_ATTR_NODEV, "nodev"},
         {MOUNT_ATTR_NOEXEC, "noexec"},
         {MOUNT_ATTR_NOATIME, "noatime"},
         {MOUNT_ATTR_STRICTATIME, "strictatime"},
         {MOUNT_ATTR_NODIRATIME, "nodiratime"},
         {MOUNT_ATTR_NOSYMFOLLOW, "nosymfollow"}}};
    return bits(value, kNames);
}

std::string super_flags(std::uint64_t value) {
    constexpr std::array<std::pair<std::uint64_t, std::string_view>, 7> kNames = {
        {{MS_RDONLY, "ro"},
         {MS_SYNCHRONOUS, "sync"},
         {MS_DIRSYNC, "dirsync"},
         {MS_LAZYTIME, "lazytime"},
         {MS_MANDLOCK, "mand"},
         {MS_SILENT, "silent"},
         {MS_I_VERSION, "iversion"}}};
    return bits(value, kNames);
}

std::string change(std::string_view name, const Attributes& what) {
    std::string text;
    if (what.set != 0) {
        text += cat(" ", name, "+", attributes(what.set));
    }
    if (what.clear != 0) {
        text += cat(" ", name, "-", attributes(what.clear));
    }
    return text;
}

std::string propagation(const namespaces::PropagationChange& what) {
    constexpr std::array<std::pair<std::uint64_t, std::string_view>, 4> kNames = {
        {{MS_SHARED, "shared"},
         {MS_SLAVE, "slave"},
         {MS_PRIVATE, "private"},
         {MS_UNBINDABLE, "unbindable"}}};
    return cat(what.depth == Depth::recursive ? "r" : "", bits(what.type, kNames));
}

std::string purpose(const MountStep& step) {
    switch (step.how) {
    case MountStep::How::filesystem:
        return cat("mount ", step.filesystem.type, " ", base::quoted(step.filesystem.source));
    case MountStep::How::bind:
        return cat(step.depth == Depth::recursive ? "rbind " : "bind ", base::quoted(step.source));
    case MountStep::How::remount:
        return step.reconfigures ? "remount the file system" : "remount";
    case MountStep::How::link:
        return cat("link to ", base::quoted(step.source));
    }
    return "";
}

std::string line_of(const MountStep& step) {
    std::string line = cat(purpose(step), " on ", base::quoted(step.target));
    if (step.filesystem.super_flags != 0) {
        line += cat(" super+", super_flags(step.filesystem.super_flags));
    }
    if (step.clear_super_flags != 0) {
        line += cat(" super-", super_flags(step.clear_super_flags));
    }
    if (!step.filesystem.options.empty()) {
        line += cat(" data ", list(step.filesystem.options));
    }
    if (step.how == MountStep::How::filesystem && step.filesystem.attributes != 0) {
        line += cat(" +", attributes(step.filesystem.attributes));
    } else if (step.how != MountStep::How::filesystem) {
        line += change("", step.attributes);
    }
    line += change("recursive ", step.recursive_attributes);
    for (const auto& what : step.propagation) {
        line += cat(" ", propagation(what));
    }
    if (step.id_map != MountStep::IdMap::no) {
        line += step.id_map == MountStep::IdMap::recursive ? " ridmap" : " idmap";
        line += step.uid_mappings.empty() ? " of the container" : " of its own";
    }
    line += step.label.empty() ? "" : cat(" label ", base::quoted(step.label));
    line += step.shared_with_host ? " with the host" : "";
    line += step.copy_link ? " copy a link" : step.source_nofollow ? " of a link" : "";
    line += step.target_nofollow ? " over a link" : "";
    line += step.copy_up ? " copy up" : "";
    line += step.real_directory ? " no links" : "";
    line += step.instead.empty() ? "" : cat(" or else bind ", base::quoted(step.instead));
    return line + at(step.origin);
}

std::string line_of(const namespaces::Node& node) {
    const std::string_view type = S_ISBLK(node.mode) ? "b" : S_ISFIFO(node.mode) ? "p" : "c";
    std::string line = cat("device ", type, " ", major(node.device), ":", minor(node.device),
                           " on ", base::quoted(node.path), " mode ", octal(node.mode & 07777U),
                           " owner ", node.uid, ":", node.gid);
    if (node.host_uid != node.uid || node.host_gid != node.gid) {
        line += cat(" on the host ", node.host_uid, ":", node.host_gid);
    }
    return line + at(node.origin);
}

void add_namespaces(Lines& lines, const InitPlan& init) {
    const namespaces::SpawnPlan& spawn = init.spawn;
    std::string made;
    for (const namespaces::Kind& kind : namespaces::kKinds) {
        made += spawn.makes(kind.type) ? cat(" ", kind.oci_name) : "";
    }
    lines.push_back(cat("spawn ", spawn.shape == namespaces::Shape::direct ? "direct" : "relay",
                        ", new:", made));
    for (const namespaces::Join& join : spawn.joins) {
        lines.push_back(cat("join ", namespaces::kind_of(join.type).oci_name, " ",
                            base::quoted(join.path), at(join.origin)));
    }
    for (const auto& mapping : spawn.uid_mappings) {
        lines.push_back(cat("map uid ", mapping.container_id, " to ", mapping.host_id, " size ",
                            mapping.size, " (/linux/uidMappings)"));
    }
    for (const auto& mapping : spawn.gid_mappings) {
        lines.push_back(cat("map gid ", mapping.container_id, " to ", mapping.host_id, " size ",
                            mapping.size, " (/linux/gidMappings)"));
    }
    for (const auto& offset : spawn.clock_offsets) {
        lines.push_back(cat("clock ", offset.clock, " ", offset.secs, " s ", offset.nanosecs, " ns",
                            at(offset.origin)));
    }
    if (init.detach_cgroups) {
        lines.push_back("unshare the cgroup namespace when the cgroups are entered");
    }
    if (init.bring_up_loopback) {
        lines.push_back("bring up lo");
    }
}

void add_tree(Lines& lines, const namespaces::MountPlan& mounts) {
    using Entry = namespaces::RootPlan::Entry;
    constexpr std::array<std::pair<Entry, std::string_view>, 5> kEntries = {
        {{Entry::pivot, "pivot_root"},
         {Entry::move, "move and chroot"},
         {Entry::joined, "chroot in the joined mount namespace"},
         {Entry::bare, "chroot, no mounts"},
         {Entry::detached, "chroot, mounts in no namespace"}}};
    for (const auto& [entry, name] : kEntries) {
        if (entry == mounts.root.entry) {
            lines.push_back(cat("root ", base::quoted(mounts.root.path), " by ", name, ", ",
                                propagation(mounts.root.propagation),
                                mounts.root.readonly ? ", read-only" : "", " (/root/path)"));
        }
    }
    for (const MountStep& step : mounts.steps) {
        lines.push_back(line_of(step));
    }
    for (const namespaces::Node& node : mounts.nodes) {
        lines.push_back(line_of(node));
    }
    if (mounts.device_links) {
        lines.push_back("link /dev/ptmx, /dev/fd, /dev/stdin, /dev/stdout, /dev/stderr");
    }
    for (const namespaces::Covered& path : mounts.readonly) {
        lines.push_back(cat("read-only ", base::quoted(path.path), at(path.origin)));
    }
    for (const namespaces::Covered& path : mounts.masked) {
        lines.push_back(
            cat("mask ", base::quoted(path.path),
                mounts.mask_label.empty() ? "" : cat(" label ", base::quoted(mounts.mask_label)),
                at(path.origin)));
    }
}

void add_hooks(Lines& lines, std::string_view name, const std::vector<spec::Hook>& hooks) {
    for (std::size_t i = 0; i < hooks.size(); ++i) {
        lines.push_back(
            cat(name, " hook ", base::quoted(hooks[i].path), at(cat("/hooks/", name, "/", i))));
    }
}

std::string capability_list(CapabilityMask mask) {
    std::string text;
    const std::span<const std::string_view> names = spec::capability_names();
    for (std::size_t i = 0; i < names.size(); ++i) {
        if ((mask >> i & 1U) != 0) {
            text += cat(" ", names[i]);
        }
    }
    return text.empty() ? " none" : text;
}

void add_process(Lines& lines, const ProcessPlan& process) {
    const std::string& o = process.origin;
    lines.push_back(cat("process ", quoted_list(process.args), at(o + "/args")));
    lines.push_back(cat("env ", quoted_list(process.env), at(o + "/env")));
    lines.push_back(cat("cwd ", base::quoted(process.cwd), at(o + "/cwd")));
    lines.push_back(cat("user ", process.uid, ":", process.gid, " groups ", list(process.groups),
                        process.umask ? cat(" umask ", octal(*process.umask)) : "",
                        at(o + "/user")));
    const CapabilitySets& sets = process.capabilities;
    const std::array<std::pair<std::string_view, CapabilityMask>, 5> masks = {
        {{"bounding", sets.bounding},
         {"effective", sets.effective},
         {"permitted", sets.permitted},
         {"inheritable", sets.inheritable},
         {"ambient", sets.ambient}}};
    for (const auto& [name, mask] : masks) {
        lines.push_back(cat(name, capability_list(mask), at(cat(o, "/capabilities/", name))));
    }
    if (process.no_new_privileges) {
        lines.push_back(cat("no new privileges", at(o + "/noNewPrivileges")));
    }
    if (process.terminal) {
        lines.push_back(cat("a terminal", at(o + "/terminal")));
    }
    if (process.console_size) {
        lines.push_back(cat("console ", process.console_size->height, " lines of ",
                            process.console_size->width, at(o + "/consoleSize")));
    }
    if (process.personality) {
        lines.push_back(
            cat("personality ", base::hex(*process.personality), " (/linux/personality)"));
    }
    if (process.memory_policy) {
        lines.push_back(cat("memory policy ", spec::word_of(process.memory_policy->mode),
                            " of nodes ", base::quoted(process.memory_policy->nodes),
                            " (/linux/memoryPolicy)"));
    }
    if (!process.session_keyring.empty()) {
        lines.push_back(cat("session keyring ", base::quoted(process.session_keyring)));
    }
    if (!process.apparmor_profile.empty()) {
        lines.push_back(cat("AppArmor profile ", base::quoted(process.apparmor_profile),
                            at(o + "/apparmorProfile")));
    }
    if (!process.selinux_label.empty()) {
        lines.push_back(
            cat("SELinux label ", base::quoted(process.selinux_label), at(o + "/selinuxLabel")));
    }
    if (!process.set_groups) {
        lines.push_back("keep the caller's groups");
    }
    if (!process.filter.empty()) {
        lines.push_back(cat("filter of ", process.filter.size(), " instructions (/linux/seccomp)"));
    }
    if (process.preserved_fds > 0) {
        lines.push_back(cat("keep ", process.preserved_fds, " descriptors from 3 on"));
    }
}

void add_rdt(Lines& lines, const RdtPlan& rdt) {
    lines.push_back(cat(rdt.named ? "class " : "own class ",
                        base::quoted(rdt.group.empty() ? "/" : rdt.group), " of resctrl",
                        rdt.monitor.empty() ? "" : ", monitored", " (/linux/intelRdt)"));
    for (const RdtLine& line : rdt.lines) {
        lines.push_back(cat("schema ", line.text, at(line.origin)));
    }
}

void add_limits(Lines& lines, const LimitsPlan& limits) {
    for (std::size_t i = 0; i < limits.rlimits.size(); ++i) {
        const spec::Rlimit& limit = limits.rlimits[i];
        lines.push_back(cat("limit ", limit.type, " ", limit.soft, " ", limit.hard,
                            at(cat(limits.origin, "/rlimits/", i))));
    }
    if (limits.oom_score_adj) {
        lines.push_back(
            cat("oom_score_adj ", *limits.oom_score_adj, at(limits.origin + "/oomScoreAdj")));
    }
    if (limits.scheduler) {
        lines.push_back(cat("scheduler ", spec::word_of(limits.scheduler->policy), " nice ",
                            limits.scheduler->nice, at(limits.origin + "/scheduler")));
    }
    if (limits.io_priority) {
        lines.push_back(cat("I/O priority ", spec::word_of(limits.io_priority->io_class), " ",
                            limits.io_priority->priority, at(limits.origin + "/ioPriority")));
    }
}

} // namespace

Lines describe(const Plan& plan) {
    Lines lines = cgroups::describe(plan.cgroups);
    if (plan.cgroup_owner) {
        lines.push_back(cat("delegate the v2 cgroup to the host's user ", *plan.cgroup_owner));
    }
    if (plan.rdt) {
        add_rdt(lines, *plan.rdt);
    }
    add_namespaces(lines, plan.init);
    add_tree(lines, plan.init.mounts);
    if (!plan.init.hostname.empty()) {
        lines.push_back(cat("hostname ", base::quoted(plan.init.hostname), " (/hostname)"));
    }
    if (!plan.init.domainname.empty()) {
        lines.push_back(cat("domainname ", base::quoted(plan.init.domainname), " (/domainname)"));
    }
    for (const Sysctl& sysctl : plan.init.sysctls) {
        lines.push_back(
            cat("sysctl ", sysctl.path, " = ", base::quoted(sysctl.value), at(sysctl.origin)));
    }
    add_hooks(lines, "createContainer", plan.init.create_container_hooks);
    add_hooks(lines, "startContainer", plan.init.start_container_hooks);
    if (plan.init.process) {
        add_process(lines, *plan.init.process);
    }
    add_limits(lines, plan.limits);
    for (const namespaces::NetDeviceMove& move : plan.net_devices) {
        lines.push_back(cat("move ", base::quoted(move.host_name), " inside as ",
                            base::quoted(move.inside), at(move.origin)));
    }
    std::string turns;
    for (const Message message : plan.init.script) {
        turns += cat(" ", name_of(message));
    }
    lines.push_back(cat("conversation:", turns));
    for (const std::string& warning : plan.warnings) {
        lines.push_back(cat("warning: ", warning));
    }
    return lines;
}

} // namespace runtime
