#include "oci-spec/tables.hpp"

#include <algorithm>
#include <iterator>

#include <asm/resource.h>

namespace spec {

namespace {

// Words are sorted as the specification sorts them.

constexpr Word<NamespaceType> kNamespaces[] = {
    {"pid", NamespaceType::pid},       {"network", NamespaceType::network},
    {"mount", NamespaceType::mount},   {"ipc", NamespaceType::ipc},
    {"uts", NamespaceType::uts},       {"user", NamespaceType::user},
    {"cgroup", NamespaceType::cgroup}, {"time", NamespaceType::time},
};

// The specification has the first four for rootfsPropagation and all eight as mount options;
// configurations in the field use all eight for both.
constexpr Word<Propagation> kPropagations[] = {
    {"shared", Propagation::shared},     {"slave", Propagation::slave},
    {"private", Propagation::private_},  {"unbindable", Propagation::unbindable},
    {"rshared", Propagation::rshared},   {"rslave", Propagation::rslave},
    {"rprivate", Propagation::rprivate}, {"runbindable", Propagation::runbindable},
};

constexpr Word<SchedulerPolicy> kSchedulerPolicies[] = {
    {"SCHED_OTHER", SchedulerPolicy::other},
    {"SCHED_FIFO", SchedulerPolicy::fifo},
    {"SCHED_RR", SchedulerPolicy::rr},
    {"SCHED_BATCH", SchedulerPolicy::batch},
    {"SCHED_ISO", SchedulerPolicy::iso},
    {"SCHED_IDLE", SchedulerPolicy::idle},
    {"SCHED_DEADLINE", SchedulerPolicy::deadline},
};

constexpr Word<SchedulerFlag> kSchedulerFlags[] = {
    {"SCHED_FLAG_RESET_ON_FORK", SchedulerFlag::reset_on_fork},
    {"SCHED_FLAG_RECLAIM", SchedulerFlag::reclaim},
    {"SCHED_FLAG_DL_OVERRUN", SchedulerFlag::dl_overrun},
    {"SCHED_FLAG_KEEP_POLICY", SchedulerFlag::keep_policy},
    {"SCHED_FLAG_KEEP_PARAMS", SchedulerFlag::keep_params},
    {"SCHED_FLAG_UTIL_CLAMP_MIN", SchedulerFlag::util_clamp_min},
    {"SCHED_FLAG_UTIL_CLAMP_MAX", SchedulerFlag::util_clamp_max},
};

constexpr Word<IoPriorityClass> kIoPriorityClasses[] = {
    {"IOPRIO_CLASS_RT", IoPriorityClass::realtime},
    {"IOPRIO_CLASS_BE", IoPriorityClass::best_effort},
    {"IOPRIO_CLASS_IDLE", IoPriorityClass::idle},
};

constexpr Word<DeviceType> kDeviceTypes[] = {
    {"c", DeviceType::character},
    {"b", DeviceType::block},
    {"u", DeviceType::unbuffered},
    {"p", DeviceType::fifo},
};

constexpr Word<DeviceRuleType> kDeviceRuleTypes[] = {
    {"a", DeviceRuleType::all},
    {"c", DeviceRuleType::character},
    {"b", DeviceRuleType::block},
};

constexpr Word<SeccompAction> kSeccompActions[] = {
    {"SCMP_ACT_KILL", SeccompAction::kill},
    {"SCMP_ACT_KILL_PROCESS", SeccompAction::kill_process},
    {"SCMP_ACT_KILL_THREAD", SeccompAction::kill_thread},
    {"SCMP_ACT_TRAP", SeccompAction::trap},
    {"SCMP_ACT_ERRNO", SeccompAction::errno_return},
    {"SCMP_ACT_TRACE", SeccompAction::trace},
    {"SCMP_ACT_ALLOW", SeccompAction::allow},
    {"SCMP_ACT_LOG", SeccompAction::log},
    {"SCMP_ACT_NOTIFY", SeccompAction::notify},
};

constexpr Word<SeccompOperator> kSeccompOperators[] = {
    {"SCMP_CMP_NE", SeccompOperator::ne},
    {"SCMP_CMP_LT", SeccompOperator::lt},
    {"SCMP_CMP_LE", SeccompOperator::le},
    {"SCMP_CMP_EQ", SeccompOperator::eq},
    {"SCMP_CMP_GE", SeccompOperator::ge},
    {"SCMP_CMP_GT", SeccompOperator::gt},
    {"SCMP_CMP_MASKED_EQ", SeccompOperator::masked_eq},
};

constexpr Word<SeccompFlag> kSeccompFlags[] = {
    {"SECCOMP_FILTER_FLAG_TSYNC", SeccompFlag::tsync},
    {"SECCOMP_FILTER_FLAG_LOG", SeccompFlag::log},
    {"SECCOMP_FILTER_FLAG_SPEC_ALLOW", SeccompFlag::spec_allow},
    {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SeccompFlag::wait_killable_recv},
};

constexpr Word<PersonalityDomain> kPersonalityDomains[] = {
    {"LINUX", PersonalityDomain::linux64},
    {"LINUX32", PersonalityDomain::linux32},
};

constexpr Word<MemoryPolicyMode> kMemoryPolicyModes[] = {
    {"MPOL_DEFAULT", MemoryPolicyMode::default_},
    {"MPOL_BIND", MemoryPolicyMode::bind},
    {"MPOL_INTERLEAVE", MemoryPolicyMode::interleave},
    {"MPOL_WEIGHTED_INTERLEAVE", MemoryPolicyMode::weighted_interleave},
    {"MPOL_PREFERRED", MemoryPolicyMode::preferred},
    {"MPOL_PREFERRED_MANY", MemoryPolicyMode::preferred_many},
    {"MPOL_LOCAL", MemoryPolicyMode::local},
};

constexpr Word<MemoryPolicyFlag> kMemoryPolicyFlags[] = {
    {"MPOL_F_NUMA_BALANCING", MemoryPolicyFlag::numa_balancing},
    {"MPOL_F_RELATIVE_NODES", MemoryPolicyFlag::relative_nodes},
    {"MPOL_F_STATIC_NODES", MemoryPolicyFlag::static_nodes},
};

constexpr std::string_view kSeccompArchitectures[] = {
    "SCMP_ARCH_X86",     "SCMP_ARCH_X86_64",   "SCMP_ARCH_X32",         "SCMP_ARCH_ARM",
    "SCMP_ARCH_AARCH64", "SCMP_ARCH_MIPS",     "SCMP_ARCH_MIPS64",      "SCMP_ARCH_MIPS64N32",
    "SCMP_ARCH_MIPSEL",  "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PPC",
    "SCMP_ARCH_PPC64",   "SCMP_ARCH_PPC64LE",  "SCMP_ARCH_S390",        "SCMP_ARCH_S390X",
    "SCMP_ARCH_PARISC",  "SCMP_ARCH_PARISC64", "SCMP_ARCH_RISCV64",     "SCMP_ARCH_LOONGARCH64",
    "SCMP_ARCH_M68K",    "SCMP_ARCH_SH",       "SCMP_ARCH_SHEB",
};

constexpr std::string_view kCapabilities[] = {
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
};
static_assert(std::size(kCapabilities) == 41);

constexpr Word<int> kRlimits[] = {
    {"RLIMIT_AS", RLIMIT_AS},
    {"RLIMIT_CORE", RLIMIT_CORE},
    {"RLIMIT_CPU", RLIMIT_CPU},
    {"RLIMIT_DATA", RLIMIT_DATA},
    {"RLIMIT_FSIZE", RLIMIT_FSIZE},
    {"RLIMIT_LOCKS", RLIMIT_LOCKS},
    {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK},
    {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE},
    {"RLIMIT_NICE", RLIMIT_NICE},
    {"RLIMIT_NOFILE", RLIMIT_NOFILE},
    {"RLIMIT_NPROC", RLIMIT_NPROC},
    {"RLIMIT_RSS", RLIMIT_RSS},
    {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},
    {"RLIMIT_RTTIME", RLIMIT_RTTIME},
    {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
    {"RLIMIT_STACK", RLIMIT_STACK},
};

// The kernel's numbers; libc's <time.h> has them beside functions that are not pure.
constexpr Word<int> kClocks[] = {{"monotonic", 1}, {"boottime", 7}};

constexpr Word<HookList> kHooks[] = {
    {"prestart", &Hooks::prestart},
    {"createRuntime", &Hooks::create_runtime},
    {"createContainer", &Hooks::create_container},
    {"startContainer", &Hooks::start_container},
    {"poststart", &Hooks::poststart},
    {"poststop", &Hooks::poststop},
};

} // namespace

template <>
std::span<const Word<NamespaceType>> words<NamespaceType>() {
    return kNamespaces;
}
template <>
std::span<const Word<Propagation>> words<Propagation>() {
    return kPropagations;
}
template <>
std::span<const Word<SchedulerPolicy>> words<SchedulerPolicy>() {
    return kSchedulerPolicies;
}
template <>
std::span<const Word<SchedulerFlag>> words<SchedulerFlag>() {
    return kSchedulerFlags;
}
template <>
std::span<const Word<IoPriorityClass>> words<IoPriorityClass>() {
    return kIoPriorityClasses;
}
template <>
std::span<const Word<DeviceType>> words<DeviceType>() {
    return kDeviceTypes;
}
template <>
std::span<const Word<DeviceRuleType>> words<DeviceRuleType>() {
    return kDeviceRuleTypes;
}
template <>
std::span<const Word<SeccompAction>> words<SeccompAction>() {
    return kSeccompActions;
}
template <>
std::span<const Word<SeccompOperator>> words<SeccompOperator>() {
    return kSeccompOperators;
}
template <>
std::span<const Word<SeccompFlag>> words<SeccompFlag>() {
    return kSeccompFlags;
}
template <>
std::span<const Word<PersonalityDomain>> words<PersonalityDomain>() {
    return kPersonalityDomains;
}
template <>
std::span<const Word<MemoryPolicyMode>> words<MemoryPolicyMode>() {
    return kMemoryPolicyModes;
}
template <>
std::span<const Word<MemoryPolicyFlag>> words<MemoryPolicyFlag>() {
    return kMemoryPolicyFlags;
}

std::span<const std::string_view> seccomp_architectures() {
    return kSeccompArchitectures;
}

std::span<const std::string_view> capability_names() {
    return kCapabilities;
}

std::optional<int> capability_number(std::string_view name) {
    const auto found = std::ranges::find(kCapabilities, name);
    return found == std::end(kCapabilities)
               ? std::nullopt
               : std::optional(static_cast<int>(found - std::begin(kCapabilities)));
}

std::span<const Word<int>> rlimits() {
    return kRlimits;
}

std::optional<int> rlimit_number(std::string_view name) {
    const auto found = std::ranges::find(kRlimits, name, &Word<int>::word);
    return found == std::end(kRlimits) ? std::nullopt : std::optional(found->value);
}

std::span<const Word<int>> clocks() {
    return kClocks;
}

std::span<const Word<HookList>> hook_kinds() {
    return kHooks;
}

} // namespace spec
