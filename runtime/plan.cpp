#include "runtime/plan.hpp"

#include "namespaces/id_maps_plan.hpp"
#include "oci-spec/pointer.hpp"

#include <algorithm>

#include <sys/personality.h>

namespace runtime {

using base::cat;
using base::Error;
using base::Result;
using spec::NamespaceType;

namespace {

/// A label that nothing on this host enforces: without it the container would be freer than its
/// configuration says.
Error unlabelled(std::string_view module, std::string_view label, std::string_view pointer) {
    return std::move(Error(cat(module, " is not in force on this host, which cannot give ",
                               base::quoted(label))))
        .at(pointer)
        .hint("leave it away, or boot a kernel with the module");
}

Result<> plan_labels(const spec::Process& process, const HostFacts& facts, ProcessPlan& plan) {
    // What everything is where there is no AppArmor.
    const bool unconfined = process.apparmor_profile == "unconfined" && !facts.apparmor;
    if (!process.apparmor_profile.empty() && !unconfined) {
        if (!facts.apparmor) {
            return unlabelled("AppArmor", process.apparmor_profile,
                              plan.origin + "/apparmorProfile");
        }
        plan.apparmor_profile = process.apparmor_profile;
    }
    if (!process.selinux_label.empty() && !facts.selinux) {
        return unlabelled("SELinux", process.selinux_label, plan.origin + "/selinuxLabel");
    }
    plan.selinux_label = process.selinux_label;
    return base::done();
}

/// Everything that a container needs is root's, be it of a user namespace.
Result<> require_user_namespace(const spec::Spec& config, const HostFacts& facts) {
    if (facts.rights != Rights::user) {
        return base::done();
    }
    const auto& list = config.linux.namespaces;
    for (std::size_t i = 0; i < list.size(); ++i) {
        // Its clocks are set before there is the user namespace (kernel rule 5).
        if (list[i].type == NamespaceType::time && list[i].path.empty()) {
            return Error("an ordinary user cannot make a time namespace")
                .at(cat("/linux/namespaces/", i))
                .hint("leave it away with timeOffsets, or let root run the container");
        }
    }
    if (std::ranges::find(list, NamespaceType::user, &spec::Namespace::type) != list.end()) {
        return base::done();
    }
    return Error("an ordinary user cannot make a container without a user namespace")
        .at("/linux/namespaces")
        .hint(cat(R"(add {"type": "user"} there, and to linux )"
                  R"("uidMappings": [{"containerID": 0, "hostID": )",
                  facts.uid, R"(, "size": 1}], "gidMappings": [{"containerID": 0, "hostID": )",
                  facts.gid,
                  R"(, "size": 1}]; `oci-rt spec --rootless` writes such a config.json)"));
}

/// Whether the container's processes can change their further groups.
bool may_set_groups(const InitPlan& init, const HostFacts& facts) {
    return facts.may_set_groups &&
           !(init.spawn.makes(NamespaceType::user) &&
             namespaces::costs_setgroups(init.spawn.gid_mappings, facts.uid, facts.gid));
}

/// Where setgroups(2) is denied, the further groups are those of the caller for good.
Result<> plan_groups(const spec::Process& process, bool may_set, ProcessPlan& plan) {
    plan.groups = process.user.additional_gids;
    plan.set_groups = may_set;
    if (may_set || plan.groups.empty()) {
        return base::done();
    }
    return Error("the groups cannot be set: setgroups(2) is denied in this user namespace")
        .at(plan.origin + "/user/additionalGids")
        .hint(
            cat("it is the kernel's price for mapping the own group alone; map a range of "
                "/etc/subgid in linux.gidMappings, or keep the caller's groups by the annotation ",
                kKeepGroups));
}

/// The user who gets the container's v2 cgroup (config-linux.md, "Cgroup ownership"): only where
/// the container sees nothing but its own and may write to it. A v1 group stays the host's.
std::optional<uid_t> cgroup_owner_of(const spec::Spec& config, const InitPlan& init,
                                     const cgroups::Plan& groups) {
    const bool unified = std::ranges::any_of(groups.hierarchies, [](const auto& hierarchy) {
        return hierarchy.info.version == cgroups::Version::v2;
    });
    const bool writable = std::ranges::any_of(config.mounts, [](const spec::Mount& mount) {
        return mount.source == "cgroup" && mount.destination == "/sys/fs/cgroup" &&
               std::ranges::find(mount.options, "ro") == mount.options.end();
    });
    if (!unified || !writable || !config.process || !init.spawn.makes(NamespaceType::cgroup)) {
        return std::nullopt;
    }
    const std::uint32_t uid = config.process->user.uid;
    return init.spawn.makes(NamespaceType::user) ? namespaces::host_id(init.spawn.uid_mappings, uid)
                                                 : uid;
}

/// Only root can give files away.
void keep_own_cgroup(const HostFacts& facts, Plan& plan) {
    if (facts.rights == Rights::user && plan.cgroup_owner && *plan.cgroup_owner != facts.uid) {
        plan.warnings.push_back(cat("the container's user cannot write to its cgroup, which an "
                                    "ordinary user cannot hand over to uid ",
                                    *plan.cgroup_owner));
        plan.cgroup_owner.reset();
    }
}

/// The child can be born in its cgroups only if there is no version 1 hierarchy to enter, and
/// systemd does not make them of the child.
namespaces::CgroupEntry entry_of(const cgroups::Plan& plan) {
    const bool only_v2 = std::ranges::all_of(plan.hierarchies, [](const auto& hierarchy) {
        return hierarchy.info.version == cgroups::Version::v2;
    });
    return only_v2 && !plan.unit ? namespaces::CgroupEntry::at_birth
                                 : namespaces::CgroupEntry::after_birth;
}

/// Where it gets no group of its own the container stays in that of its caller, and sees it.
std::vector<namespaces::CgroupView> views_of(const cgroups::Plan& plan,
                                             const cgroups::Layout& host) {
    std::vector<namespaces::CgroupView> views;
    for (const cgroups::HierarchyInfo& info : host.hierarchies) {
        const bool planned = std::ranges::any_of(plan.hierarchies, [&info](const auto& hierarchy) {
            return hierarchy.info.mount_point == info.mount_point;
        });
        views.push_back({.version = info.version == cgroups::Version::v2 ? 2 : 1,
                         .controllers = info.controllers,
                         .host_path = planned ? cat(info.mount_point, plan.path)
                                              : cgroups::seen_at(info, info.own_path),
                         .mount_root = info.mount_point});
    }
    return views;
}

namespaces::MountFacts mount_facts_of(const InitPlan& init, const HostFacts& facts,
                                      std::vector<namespaces::CgroupView> cgroups,
                                      const CreateOptions& options) {
    const namespaces::SpawnPlan& spawn = init.spawn;
    const bool other_user_namespace = spawn.has(NamespaceType::user);
    return {.bundle = options.bundle,
            .user_namespace = other_user_namespace || facts.rights != Rights::host,
            .sources_from_host = other_user_namespace && facts.rights != Rights::user,
            .cgroup_namespace = spawn.has(NamespaceType::cgroup),
            .new_mount_namespace = spawn.makes(NamespaceType::mount),
            .joined_mount_namespace = spawn.joins_type(NamespaceType::mount),
            .no_pivot = options.no_pivot,
            .cgroups = std::move(cgroups)};
}

std::vector<Sysctl> sysctls_of(const spec::Linux& linux) {
    std::vector<Sysctl> sysctls;
    for (const auto& [name, value] : linux.sysctl) {
        sysctls.push_back({spec::below("/linux/sysctl", name), sysctl_path(name), value});
    }
    return sysctls;
}

Script script_for(const spec::Spec& config, const InitPlan& init, bool notifies) {
    const std::size_t sources = namespaces::count_host_sources(init.mounts);
    return script_of({.relay = init.spawn.shape == namespaces::Shape::relay,
                      .new_user_namespace = init.spawn.makes(NamespaceType::user),
                      .source_packets = static_cast<std::uint32_t>(
                          (sources + kMostFdsPerPacket - 1) / kMostFdsPerPacket),
                      .hooks_before_pivot =
                          !config.hooks.prestart.empty() || !config.hooks.create_runtime.empty(),
                      .terminal = init.process && init.process->terminal,
                      .notifies = notifies});
}

} // namespace

std::string sysctl_path(std::string_view name) {
    std::string path(name);
    const std::size_t first = path.find_first_of("./");
    if (first == std::string::npos || path[first] == '/') {
        return path;
    }
    for (char& c : path) {
        c = c == '.' ? '/' : c == '/' ? '.' : c;
    }
    return path;
}

Result<bool> keeps_groups(const std::map<std::string, std::string>& annotations) {
    const auto found = annotations.find(std::string(kKeepGroups));
    if (found == annotations.end() || found->second == "0" || found->second == "false") {
        return false;
    }
    if (found->second == "1" || found->second == "true") {
        return true;
    }
    return Error(cat(kKeepGroups, " cannot be ", base::quoted(found->second)))
        .at(spec::below("/annotations", kKeepGroups))
        .hint("1 keeps the groups of the runtime's caller, 0 does not");
}

void add_container_attributes(const spec::Linux& linux, ProcessPlan& plan) {
    plan.memory_policy = linux.memory_policy;
    if (linux.personality) {
        plan.personality =
            linux.personality->domain == spec::PersonalityDomain::linux32 ? PER_LINUX32 : PER_LINUX;
    }
}

Result<PlannedProcess> process_plan_of(const spec::Process& process, const HostFacts& facts,
                                       const ProcessContext& context,
                                       const std::optional<seccomp::Program>& filter) {
    // What is not the caller's is ours, and must never get into a container.
    if (context.preserve_fds + facts.activated_sockets > context.inherited_fds) {
        return Error(cat("--preserve-fds and LISTEN_FDS ask for ",
                         context.preserve_fds + facts.activated_sockets,
                         " descriptors from 3 on, but only ", context.inherited_fds, " are open"));
    }
    PlannedProcess planned;
    ProcessPlan& plan = planned.plan;
    plan.origin = context.origin;
    plan.args = process.args;
    plan.env = process.env;
    plan.cwd = process.cwd;
    plan.uid = process.user.uid;
    plan.gid = process.user.gid;
    plan.umask = process.user.umask;
    plan.no_new_privileges = process.no_new_privileges;
    plan.terminal = process.terminal;
    plan.console_size = process.console_size;
    plan.session_keyring = context.keyring;
    TRY(plan_labels(process, facts, plan));
    if (!context.keep_groups) {
        TRY(plan_groups(process, context.may_set_groups, plan));
    } else {
        plan.set_groups = false;
        if (!process.user.additional_gids.empty()) {
            planned.warnings.push_back(cat("additionalGids are not set: ", kKeepGroups,
                                           " keeps the groups of the runtime's caller"));
        }
    }
    plan.preserved_fds = context.preserve_fds + facts.activated_sockets;
    if (facts.activated_sockets > 0) {
        plan.socket_activation = true;
        plan.env.push_back(cat("LISTEN_FDS=", facts.activated_sockets));
        if (!facts.activated_names.empty()) {
            plan.env.push_back(cat("LISTEN_FDNAMES=", facts.activated_names));
        }
    }
    const GrantableCapabilities grantable =
        context.user_namespace
            ? GrantableCapabilities{facts.kernel_capabilities, facts.kernel_capabilities}
            : facts.own;
    ResolvedCapabilities capabilities =
        resolve(process.capabilities.value_or(spec::Capabilities{}), grantable);
    plan.capabilities = capabilities.sets;
    std::ranges::move(capabilities.warnings, std::back_inserter(planned.warnings));
    if (filter) {
        plan.filter = filter->filter;
        plan.filter_flags = filter->flags;
    }
    return planned;
}

Result<Plan> plan_of(const spec::Spec& config, const HostFacts& facts, const CreateOptions& options,
                     const std::optional<seccomp::Program>& filter) {
    Plan plan;
    InitPlan& init = plan.init;
    const spec::Linux& linux = config.linux;
    TRY(require_user_namespace(config, facts));
    if (!linux.mount_label.empty() && !facts.selinux) {
        return unlabelled("SELinux", linux.mount_label, "/linux/mountLabel");
    }
    TRY_ASSIGN(plan.cgroups, cgroups::plan_of(linux, facts.cgroups,
                                              {.id = options.id,
                                               .manager = options.cgroup_manager,
                                               .unprivileged = facts.rights != Rights::host,
                                               .may_make = facts.may_make_cgroup,
                                               .service_manager = facts.service_manager,
                                               .annotations = config.annotations}));
    for (const cgroups::Warning& warning : plan.cgroups.warnings) {
        plan.warnings.push_back(cat(warning.text, " (", warning.origin, ")"));
    }

    init.id = options.id;
    init.bundle = options.bundle;
    init.debug = options.debug;
    init.annotations = config.annotations;
    init.spawn = namespaces::spawn_plan_of(linux, entry_of(plan.cgroups));
    if (options.no_pivot) {
        plan.warnings.emplace_back(
            "--no-pivot: the host's tree stays below the container's root, and "
            "a process with CAP_SYS_CHROOT can get out");
    }
    plan.cgroup_owner = cgroup_owner_of(config, init, plan.cgroups);
    keep_own_cgroup(facts, plan);
    init.detach_cgroups = init.spawn.unshare_late != 0;
    TRY_ASSIGN(
        init.mounts,
        namespaces::mount_plan_of(
            config, mount_facts_of(init, facts, views_of(plan.cgroups, facts.cgroups), options)));
    init.create_container_hooks = config.hooks.create_container;
    init.start_container_hooks = config.hooks.start_container;
    init.hostname = config.hostname;
    init.domainname = config.domainname;
    init.bring_up_loopback = init.spawn.makes(NamespaceType::network);
    init.sysctls = sysctls_of(linux);

    if (config.process) {
        TRY_ASSIGN(const bool keep_groups, keeps_groups(config.annotations));
        TRY_ASSIGN(PlannedProcess process,
                   process_plan_of(*config.process, facts,
                                   {.user_namespace = init.spawn.has(NamespaceType::user),
                                    .keyring = options.keyring,
                                    .keep_groups = keep_groups,
                                    .may_set_groups = may_set_groups(init, facts),
                                    .preserve_fds = options.preserve_fds,
                                    .inherited_fds = options.inherited_fds},
                                   filter));
        std::ranges::move(process.warnings, std::back_inserter(plan.warnings));
        init.process = std::move(process.plan);
        add_container_attributes(linux, *init.process);
        plan.limits = limits_of(*config.process, "/process");
    }
    if (linux.intel_rdt) {
        plan.rdt = rdt_plan_of(*linux.intel_rdt, options.id);
    }
    TRY_ASSIGN(plan.net_devices, namespaces::net_device_moves(linux));
    init.script = script_for(config, init, filter && filter->notifies());
    return plan;
}

} // namespace runtime
