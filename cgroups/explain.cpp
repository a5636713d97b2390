#include "cgroups/explain.hpp"

#include "cgroups/freezer.hpp"
#include "cgroups/kernel_file.hpp"
#include "runtime/base/text.hpp"

#include <array>
#include <cerrno>

namespace cgroups {

namespace {

std::string content(const Hierarchy& group, const std::string& file) {
    const base::Result<std::string> text = read_text(group.directory, file);
    return text ? *text : "unknown";
}

/// A file of the group above. The way up is by the descriptor, so that it is the real parent.
std::string parents(const Hierarchy& group, std::string_view file) {
    return content(group, base::cat("../", file));
}

std::string usage(const Hierarchy& group) {
    return base::cat(
        "in use now: ",
        content(group, group.version == Version::v1 ? "memory.usage_in_bytes" : "memory.current"),
        " bytes");
}

std::string cpuset_list(const Hierarchy& group, const Write& write) {
    return base::cat("the group above has ", base::quoted(parents(group, write.file)),
                     "; the list must be a part of it");
}

std::string cfs_bounds(const Hierarchy& group, const Write&) {
    const std::string above = group.version == Version::v1
                                  ? base::cat(parents(group, "cpu.cfs_quota_us"), " in ",
                                              parents(group, "cpu.cfs_period_us"))
                                  : parents(group, "cpu.max");
    return base::cat(
        "a period is 1000 to 1000000 us, a quota at least 1000 us, a burst at most the "
        "quota, and all within what the group above has (",
        above, ")");
}

std::string rt_bounds(const Hierarchy& group, const Write&) {
    return base::cat("the group above has a runtime of ", parents(group, "cpu.rt_runtime_us"),
                     " us for all groups below it together");
}

std::string no_file_of_kernel(const Hierarchy&, const Write& write) {
    struct Feature {
        std::string_view file;
        std::string_view text;
    };
    constexpr std::array<Feature, 9> kFeatures = {{
        {"memory.memsw.", "this kernel does not count swap: boot with swapaccount=1"},
        {"memory.swap.", "this kernel does not count swap: boot with swapaccount=1"},
        {"cpu.rt_", "this kernel has no realtime groups (CONFIG_RT_GROUP_SCHED)"},
        {"cpu.cfs_burst", "this kernel has no bursts (Linux 5.14)"},
        {"cpu.max.burst", "this kernel has no bursts (Linux 5.14)"},
        {"cpu.idle", "this kernel has no idle groups (Linux 5.15)"},
        {"hugetlb.", "this host has no huge pages of this size, see /sys/kernel/mm/hugepages"},
        {"blkio.leaf_weight", "leaf weights were a part of CFQ, which Linux 5.0 removed"},
        {"cpu.", "this kernel has no CPU bandwidth control"},
    }};
    for (const Feature& feature : kFeatures) {
        if (write.file.starts_with(feature.file)) {
            return std::string(feature.text);
        }
    }
    return write.other_file.empty()
               ? base::cat("this kernel does not have the file, or the controller ",
                           write.controller, " is not enabled for this group")
               : "no scheduler of this kernel has weights: load bfq, or use io.cost";
}

std::string no_permission(const Hierarchy& group, const Write&) {
    return base::cat("this user may not change ", group.path, ": it is not delegated to it");
}

/// Which hint fits: the first line whose file and errno do.
struct Case {
    int code;
    std::string_view file; ///< how its name begins
    std::string (*hint)(const Hierarchy&, const Write&);
};

template <const char* kText>
std::string text(const Hierarchy&, const Write&) {
    return kText;
}

constexpr char kSwapBelow[] =
    "memory and swap together are limited to less: set memory.swap too, or "
    "first";
constexpr char kMemoryAbove[] = "memory alone may have more than that: lower memory.limit too";
constexpr char kNoBlockDevice[] = "there is no block device with this number, see /proc/partitions";
constexpr char kNoScheduler[] = "this device has no scheduler that knows weights, or the number is "
                                "that of a partition";
constexpr char kIdle[] = "a group with idle 1 has no weight of its own";
constexpr char kReadOnly[] = "the cgroup file system is mounted read-only";
constexpr char kHierarchical[] = "this kernel only counts hierarchically";
constexpr char kNoInterface[] = "there is no network interface with this name";
constexpr char kNoRdma[] = "there is no RDMA device with this name";
constexpr char kEmptyCpuset[] = "a group with processes needs at least one CPU and one memory node";
constexpr char kLimitOrder[] = "the value is out of its range, or does not fit to its neighbours";

std::string busy_memory(const Hierarchy& group, const Write&) {
    return base::cat(usage(group), ", and the kernel could not free enough of it");
}

constexpr std::array<Case, 25> kCases = {{
    {EBUSY, "memory.", busy_memory},
    {EINVAL, "memory.limit_in_bytes", text<kSwapBelow>},
    {EINVAL, "memory.memsw.", text<kMemoryAbove>},
    {EINVAL, "memory.use_hierarchy", text<kHierarchical>},
    {EACCES, "cpuset.", cpuset_list},
    {EINVAL, "cpuset.", cpuset_list},
    {ERANGE, "cpuset.", cpuset_list},
    {ENOSPC, "cpuset.", text<kEmptyCpuset>},
    {EINVAL, "cpu.cfs_", cfs_bounds},
    {EINVAL, "cpu.max", cfs_bounds},
    {EINVAL, "cpu.rt_", rt_bounds},
    {EINVAL, "cpu.shares", text<kIdle>},
    {EINVAL, "cpu.weight", text<kIdle>},
    {EOPNOTSUPP, "io.", text<kNoScheduler>},
    {EOPNOTSUPP, "blkio.", text<kNoScheduler>},
    {ENODEV, "io.", text<kNoBlockDevice>},
    {ENODEV, "blkio.", text<kNoBlockDevice>},
    {EINVAL, "net_prio.", text<kNoInterface>},
    {ENODEV, "net_prio.", text<kNoInterface>},
    {ENODEV, "rdma.", text<kNoRdma>},
    {EINVAL, "", text<kLimitOrder>},
    {ENOENT, "", no_file_of_kernel},
    {EACCES, "", no_permission},
    {EPERM, "", no_permission},
    {EROFS, "", text<kReadOnly>},
}};

} // namespace

base::Error explained(base::Error error, const Write& write, const Hierarchy& group) {
    for (const Case& one : kCases) {
        if (error.code() == one.code && write.file.starts_with(one.file)) {
            error = std::move(error).hint(one.hint(group, write));
            break;
        }
    }
    return std::move(error)
        .in(base::cat("set ", write.file, " to ", base::quoted(write.value)))
        .at(write.origin);
}

base::Error device_explained(base::Error error, std::string_view origin, const Hierarchy& group) {
    if (error.code() == EPERM) {
        error = std::move(error).hint(
            group.version == Version::v1
                ? "the group above does not allow this device, or this user may not change rules"
                : "device rules of cgroup v2 need bpf(2), which this user may not use");
    } else if (error.code() == EINVAL && group.version == Version::v1) {
        error = std::move(error).hint("the rules of a group that has groups below it can only be "
                                      "changed line by line, not as a whole");
    }
    return std::move(error).in("apply the device rules").at(origin);
}

base::Error entry_explained(base::Error error, const Hierarchy& group) {
    const int code = error.code();
    std::string hint;
    if (code == ENOSPC) {
        hint = "its cpuset has no CPUs or no memory nodes";
    } else if (code == EBUSY) {
        hint = "it hands controllers down to groups below it, so processes can only be in those";
    } else if (code == EINVAL && group.version == Version::v1) {
        hint = "a process with a realtime policy needs cpu.realtimeRuntime in its group";
    } else if (code == EOPNOTSUPP) {
        hint = base::cat("it is \"", content(group, "cgroup.type"), "\" and takes no processes");
    } else if (code == EACCES || code == EPERM) {
        hint = "this user may not move the process: both groups and the ones between them have to "
               "be its own";
    }
    return std::move(error).in(base::cat("enter the cgroup ", base::quoted(group.path))).hint(hint);
}

} // namespace cgroups
