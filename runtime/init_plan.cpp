#include "runtime/init_plan.hpp"

#include "runtime/base/wire.hpp"

// The members of each structure, named once for both directions (wire.hpp).

namespace spec {

template <class Wire>
void wire(Wire& w, ConsoleSize& size) {
    w(size.height, size.width);
}
template <class Wire>
void wire(Wire& w, IdMapping& mapping) {
    w(mapping.container_id, mapping.host_id, mapping.size);
}
template <class Wire>
void wire(Wire& w, Hook& hook) {
    w(hook.path, hook.args, hook.env, hook.timeout);
}
template <class Wire>
void wire(Wire& w, MemoryPolicy& policy) {
    w(policy.mode, policy.nodes, policy.flags);
}

} // namespace spec

namespace namespaces {

template <class Wire>
void wire(Wire& w, Join& join) {
    w(join.type, join.path, join.origin);
}
template <class Wire>
void wire(Wire& w, ClockOffset& offset) {
    w(offset.clock, offset.secs, offset.nanosecs, offset.origin);
}
template <class Wire>
void wire(Wire& w, SpawnPlan& plan) {
    w(plan.shape, plan.new_types, plan.unshare_late, plan.new_time, plan.joins, plan.uid_mappings,
      plan.gid_mappings, plan.clock_offsets);
}
template <class Wire>
void wire(Wire& w, Attributes& attributes) {
    w(attributes.set, attributes.clear);
}
template <class Wire>
void wire(Wire& w, PropagationChange& change) {
    w(change.type, change.depth);
}
template <class Wire>
void wire(Wire& w, Filesystem& filesystem) {
    w(filesystem.type, filesystem.source, filesystem.options, filesystem.super_flags,
      filesystem.attributes);
}
template <class Wire>
void wire(Wire& w, MountStep& step) {
    w(step.how, step.origin, step.target, step.source, step.depth, step.from_host,
      step.shared_with_host, step.leaves_host, step.id_map, step.uid_mappings, step.gid_mappings,
      step.filesystem, step.clear_super_flags, step.reconfigures, step.attributes,
      step.recursive_attributes, step.propagation, step.label, step.source_nofollow,
      step.target_nofollow, step.copy_link, step.copy_up, step.real_directory, step.instead,
      step.instead_attributes);
}
template <class Wire>
void wire(Wire& w, RootPlan& root) {
    w(root.entry, root.path, root.readonly, root.propagation);
}
template <class Wire>
void wire(Wire& w, Node& node) {
    w(node.origin, node.path, node.mode, node.device, node.uid, node.gid, node.host_uid,
      node.host_gid);
}
template <class Wire>
void wire(Wire& w, Covered& covered) {
    w(covered.origin, covered.path);
}
template <class Wire>
void wire(Wire& w, MountPlan& plan) {
    w(plan.root, plan.steps, plan.root_from_host, plan.nodes, plan.device_links, plan.console,
      plan.masked, plan.mask_label, plan.readonly);
}

} // namespace namespaces

// The kernel's structure lives in the global namespace.
template <class Wire>
void wire(Wire& w, sock_filter& instruction) {
    w(instruction.code, instruction.jt, instruction.jf, instruction.k);
}

namespace runtime {

template <class Wire>
void wire(Wire& w, CapabilitySets& sets) {
    w(sets.bounding, sets.effective, sets.inheritable, sets.permitted, sets.ambient);
}
template <class Wire>
void wire(Wire& w, ProcessPlan& process) {
    w(process.origin, process.args, process.env, process.cwd, process.uid, process.gid,
      process.groups, process.set_groups, process.umask, process.capabilities,
      process.no_new_privileges, process.terminal, process.console_size, process.preserved_fds,
      process.socket_activation, process.session_keyring, process.apparmor_profile,
      process.selinux_label, process.personality, process.memory_policy, process.filter,
      process.filter_flags);
}
template <class Wire>
void wire(Wire& w, Sysctl& sysctl) {
    w(sysctl.origin, sysctl.path, sysctl.value);
}
template <class Wire>
void wire(Wire& w, InitPlan& plan) {
    w(plan.role, plan.debug, plan.script, plan.spawn, plan.cgroup_fds, plan.detach_cgroups,
      plan.brings_root, plan.id, plan.bundle, plan.annotations, plan.mounts,
      plan.create_container_hooks, plan.start_container_hooks, plan.hostname, plan.domainname,
      plan.bring_up_loopback, plan.sysctls, plan.process);
}

std::string encode(const InitPlan& plan) {
    base::WireWriter writer;
    writer(plan);
    return writer.bytes();
}

base::Result<InitPlan> decode_init_plan(std::string_view bytes) {
    InitPlan plan;
    base::WireReader reader(bytes);
    reader(plan);
    if (!reader.complete()) {
        return base::Error::system(EBADMSG, "the plan is damaged");
    }
    return plan;
}

} // namespace runtime
