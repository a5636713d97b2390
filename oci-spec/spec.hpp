// config.json of the OCI runtime specification 1.3 for Linux, as plain data.
//
// Members carry the names of the specification in our spelling (maskedPaths -> masked_paths). An
// absent member of type std::optional is nullopt; an absent text, list or map is empty, which in
// the specification means the same. Nothing here is checked: load.hpp fills it strictly,
// validate.hpp says what contradicts the specification.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace spec {

// --- process (config.md, "Process") --------------------------------------------------------------

struct ConsoleSize {
    std::uint32_t height = 0; ///< characters
    std::uint32_t width = 0;
};

struct User {
    std::uint32_t uid = 0; ///< ids are those of the container's user namespace
    std::uint32_t gid = 0;
    std::optional<std::uint32_t> umask;
    std::vector<std::uint32_t> additional_gids;
};

struct Rlimit {
    std::string type; ///< "RLIMIT_NOFILE"
    std::uint64_t soft = 0;
    std::uint64_t hard = 0;
};

/// The names as written; unknown ones are warned of, not refused.
struct Capabilities {
    std::vector<std::string> bounding;
    std::vector<std::string> effective;
    std::vector<std::string> inheritable;
    std::vector<std::string> permitted;
    std::vector<std::string> ambient;
};

enum class SchedulerPolicy : std::uint8_t { other, fifo, rr, batch, iso, idle, deadline };
enum class SchedulerFlag : std::uint8_t {
    reset_on_fork,
    reclaim,
    dl_overrun,
    keep_policy,
    keep_params,
    util_clamp_min,
    util_clamp_max
};

struct Scheduler {
    SchedulerPolicy policy = SchedulerPolicy::other;
    std::int32_t nice = 0;
    std::int32_t priority = 0;
    std::vector<SchedulerFlag> flags;
    std::uint64_t runtime = 0; ///< nanoseconds, as deadline and period
    std::uint64_t deadline = 0;
    std::uint64_t period = 0;
};

enum class IoPriorityClass : std::uint8_t { realtime, best_effort, idle };

struct IoPriority {
    IoPriorityClass io_class = IoPriorityClass::best_effort;
    std::int32_t priority = 0;
};

struct ExecCpuAffinity {
    std::string initial; ///< a CPU list: "0-3,7"
    std::string final;
};

struct Process {
    bool terminal = false;
    std::optional<ConsoleSize> console_size; ///< only with a terminal
    User user;
    std::vector<std::string> args;
    std::vector<std::string> env;
    std::string cwd;
    std::optional<Capabilities> capabilities;
    std::vector<Rlimit> rlimits;
    bool no_new_privileges = false;
    std::string apparmor_profile;
    std::optional<std::int32_t> oom_score_adj;
    std::optional<Scheduler> scheduler;
    std::string selinux_label;
    std::optional<IoPriority> io_priority;
    std::optional<ExecCpuAffinity> exec_cpu_affinity;
};

// --- root and mounts (config.md, "Root", "Mounts") -----------------------------------------------

struct Root {
    std::string path;
    bool readonly = false;
};

struct IdMapping {
    std::uint32_t container_id = 0;
    std::uint32_t host_id = 0;
    std::uint32_t size = 0;
};

struct Mount {
    std::string destination;
    std::string type;
    std::string source;
    std::vector<std::string> options;
    std::vector<IdMapping> uid_mappings;
    std::vector<IdMapping> gid_mappings;
};

// --- hooks (config.md, "POSIX-platform Hooks") ---------------------------------------------------

struct Hook {
    std::string path;
    std::vector<std::string> args;
    std::vector<std::string> env;
    std::optional<std::int64_t> timeout; ///< seconds
};

struct Hooks {
    std::vector<Hook> prestart;
    std::vector<Hook> create_runtime;
    std::vector<Hook> create_container;
    std::vector<Hook> start_container;
    std::vector<Hook> poststart;
    std::vector<Hook> poststop;
};

// --- linux: namespaces and devices (config-linux.md) ---------------------------------------------

enum class NamespaceType : std::uint8_t { pid, network, mount, ipc, uts, user, cgroup, time };

struct Namespace {
    NamespaceType type = NamespaceType::pid;
    std::string path; ///< empty: a new one
};

struct TimeOffset {
    std::int64_t secs = 0;
    std::uint32_t nanosecs = 0;
};

enum class DeviceType : std::uint8_t { character, block, unbuffered, fifo };

struct Device {
    DeviceType type = DeviceType::character;
    std::string path;
    std::optional<std::int64_t> major;
    std::optional<std::int64_t> minor;
    std::optional<std::uint32_t> file_mode; ///< permissions
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;
};

struct NetDevice {
    std::string name; ///< inside the container; empty: as on the host
};

// --- linux.resources (config-linux.md, "Control groups") -----------------------------------------

enum class DeviceRuleType : std::uint8_t { all, character, block };

struct DeviceRule {
    bool allow = false;
    DeviceRuleType type = DeviceRuleType::all;
    std::optional<std::int64_t> major; ///< nullopt (in JSON also -1): all
    std::optional<std::int64_t> minor;
    std::string access; ///< of the letters r, w, m; empty: all of them
};

struct MemoryResources {
    std::optional<std::int64_t> limit; ///< bytes; -1: unlimited
    std::optional<std::int64_t> reservation;
    std::optional<std::int64_t> swap; ///< memory and swap together
    std::optional<std::int64_t> kernel;
    std::optional<std::int64_t> kernel_tcp;
    std::optional<std::uint64_t> swappiness;
    std::optional<bool> disable_oom_killer;
    std::optional<bool> use_hierarchy;
    std::optional<bool> check_before_update;
};

struct CpuResources {
    std::optional<std::uint64_t> shares;
    std::optional<std::int64_t> quota; ///< microseconds, as burst, period and the realtime ones
    std::optional<std::uint64_t> burst;
    std::optional<std::uint64_t> period;
    std::optional<std::int64_t> realtime_runtime;
    std::optional<std::uint64_t> realtime_period;
    std::string cpus;
    std::string mems;
    std::optional<std::int64_t> idle;
};

struct PidsResources {
    std::optional<std::int64_t> limit; ///< -1: unlimited; 0 is a limit
};

struct WeightDevice {
    std::int64_t major = 0;
    std::int64_t minor = 0;
    std::optional<std::uint16_t> weight;
    std::optional<std::uint16_t> leaf_weight;
};

struct ThrottleDevice {
    std::int64_t major = 0;
    std::int64_t minor = 0;
    std::uint64_t rate = 0;
};

struct BlockIoResources {
    std::optional<std::uint16_t> weight;
    std::optional<std::uint16_t> leaf_weight;
    std::vector<WeightDevice> weight_device;
    std::vector<ThrottleDevice> throttle_read_bps_device;
    std::vector<ThrottleDevice> throttle_write_bps_device;
    std::vector<ThrottleDevice> throttle_read_iops_device;
    std::vector<ThrottleDevice> throttle_write_iops_device;
};

struct HugepageLimit {
    std::string page_size; ///< "2MB"
    std::uint64_t limit = 0;
};

struct InterfacePriority {
    std::string name;
    std::uint32_t priority = 0;
};

struct NetworkResources {
    std::optional<std::uint32_t> class_id;
    std::vector<InterfacePriority> priorities;
};

struct RdmaLimit {
    std::optional<std::uint32_t> hca_handles;
    std::optional<std::uint32_t> hca_objects;
};

struct Resources {
    std::vector<DeviceRule> devices;
    std::optional<MemoryResources> memory;
    std::optional<CpuResources> cpu;
    std::optional<PidsResources> pids;
    std::optional<BlockIoResources> block_io;
    std::vector<HugepageLimit> hugepage_limits;
    std::optional<NetworkResources> network;
    std::map<std::string, RdmaLimit> rdma;
    std::map<std::string, std::string> unified;
};

// --- linux: seccomp (config-linux.md, "Seccomp") -------------------------------------------------

enum class SeccompAction : std::uint8_t {
    kill,
    kill_process,
    kill_thread,
    trap,
    errno_return,
    trace,
    allow,
    log,
    notify
};

enum class SeccompOperator : std::uint8_t { ne, lt, le, eq, ge, gt, masked_eq };

enum class SeccompFlag : std::uint8_t { tsync, log, spec_allow, wait_killable_recv };

struct SeccompArg {
    std::uint32_t index = 0;
    std::uint64_t value = 0;
    std::uint64_t value_two = 0;
    SeccompOperator op = SeccompOperator::eq;
};

struct SeccompSyscall {
    std::vector<std::string> names;
    SeccompAction action = SeccompAction::allow;
    std::optional<std::uint32_t> errno_ret;
    std::vector<SeccompArg> args;
};

struct Seccomp {
    SeccompAction default_action = SeccompAction::allow;
    std::optional<std::uint32_t> default_errno_ret;
    std::vector<std::string> architectures; ///< "SCMP_ARCH_X86_64"; the list is checked by load
    std::vector<SeccompFlag> flags;
    std::string listener_path;
    std::string listener_metadata;
    std::vector<SeccompSyscall> syscalls;
};

// --- linux: the rest -----------------------------------------------------------------------------

enum class Propagation : std::uint8_t {
    shared,
    slave,
    private_,
    unbindable,
    rshared,
    rslave,
    rprivate,
    runbindable
};

enum class PersonalityDomain : std::uint8_t { linux64, linux32 };

struct Personality {
    PersonalityDomain domain = PersonalityDomain::linux64;
};

enum class MemoryPolicyMode : std::uint8_t {
    default_,
    bind,
    interleave,
    weighted_interleave,
    preferred,
    preferred_many,
    local
};

enum class MemoryPolicyFlag : std::uint8_t { numa_balancing, relative_nodes, static_nodes };

struct MemoryPolicy {
    MemoryPolicyMode mode = MemoryPolicyMode::default_;
    std::string nodes;
    std::vector<MemoryPolicyFlag> flags;
};

struct IntelRdt {
    std::string clos_id;
    std::vector<std::string> schemata;
    std::string l3_cache_schema;
    std::string mem_bw_schema;
    bool enable_monitoring = false;
};

struct Linux {
    std::vector<IdMapping> uid_mappings;
    std::vector<IdMapping> gid_mappings;
    std::map<std::string, std::string> sysctl;
    std::optional<Resources> resources;
    std::string cgroups_path;
    std::vector<Namespace> namespaces;
    std::vector<Device> devices;
    std::map<std::string, NetDevice> net_devices;
    std::optional<Seccomp> seccomp;
    std::optional<Propagation> rootfs_propagation;
    std::vector<std::string> masked_paths;
    std::vector<std::string> readonly_paths;
    std::string mount_label;
    std::optional<IntelRdt> intel_rdt;
    std::optional<MemoryPolicy> memory_policy;
    std::optional<Personality> personality;
    std::map<std::string, TimeOffset> time_offsets; ///< by clock: "monotonic", "boottime"
};

/// The whole of config.json.
struct Spec {
    std::string oci_version;
    std::optional<Process> process;
    std::optional<Root> root;
    std::string hostname;
    std::string domainname;
    std::vector<Mount> mounts;
    Hooks hooks;
    std::map<std::string, std::string> annotations;
    Linux linux;
};

} // namespace spec
