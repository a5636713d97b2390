#include "cgroups/explain.hpp"

#include "cgroups/freezer.hpp"
#include "cgroups/kernel_file.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>
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

std::string usage(const Hierarchy& group, const Write&) {
    const bool is_v1 = group.version == Version::v1;
    return base::cat(content(group, is_v1 ? "memory.usage_in_bytes" : "memory.current"), " bytes");
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

std::string swap_now(const Hierarchy& group, const Write&) {
    return base::cat(" (", content(group, "memory.memsw.limit_in_bytes"), " bytes now)");
}

std::string memory_now(const Hierarchy& group, const Write&) {
    return base::cat(" (", content(group, "memory.limit_in_bytes"), " bytes now)");
}

/// A hint for the files whose name begins with `file`.
struct Case {
    int code;
    std::string_view file;
    std::string_view text;
    std::string (*more)(const Hierarchy&, const Write&) = nullptr; ///< what stands behind the text
};

/// The first that fits is taken, so what is special stands above what is general.
constexpr std::array<Case, 26> kCases = {{
    {EBUSY, "memory.", "the kernel could not free enough of what is in use: ", usage},
    {EINVAL, "memory.limit_in_bytes", "memory and swap together are limited to less: set both",
     swap_now},
    {EINVAL, "memory.memsw.", "memory alone may have more than that: set both", memory_now},
    {EINVAL, "memory.use_hierarchy", "this kernel counts hierarchically only"},
    {EACCES, "cpuset.", "", cpuset_list},
    {EINVAL, "cpuset.", "", cpuset_list},
    {ERANGE, "cpuset.", "", cpuset_list},
    {EBUSY, "cpuset.", "a group below it has more than that, or realtime deadlines need it"},
    {ENOSPC, "cpuset.", "a group with processes needs at least one CPU and one memory node"},
    {EINVAL, "cpu.cfs_", "", cfs_bounds},
    {EINVAL, "cpu.max", "", cfs_bounds},
    {EINVAL, "cpu.rt_", "", rt_bounds},
    {EINVAL, "cpu.shares", "a group with idle 1 has no shares of its own"},
    {EINVAL, "cpu.weight", "a group with idle 1 has no weight of its own"},
    {EOPNOTSUPP, "io.", "no scheduler of this device knows weights"},
    {EOPNOTSUPP, "blkio.", "no scheduler of this device knows weights"},
    {ENODEV, "io.", "there is no disk with this number (a partition has no limits of its own)"},
    {ENODEV, "blkio.", "there is no disk with this number (a partition has no limits of its own)"},
    {EINVAL, "net_prio.", "there is no network interface with this name"},
    {ENODEV, "net_prio.", "there is no network interface with this name"},
    {ENODEV, "rdma.", "there is no RDMA device with this name"},
    {EINVAL, "", "the kernel does not take this value for this file"},
    {ENOENT, "", "", no_file_of_kernel},
    {EACCES, "", "", no_permission},
    {EPERM, "", "", no_permission},
    {EROFS, "", "the cgroup file system is mounted read-only"},
}};

} // namespace

base::Error explained(base::Error error, const Write& write, const Hierarchy& group) {
    const auto fitting = std::find_if(kCases.begin(), kCases.end(), [&](const Case& one) {
        return error.code() == one.code && write.file.starts_with(one.file);
    });
    std::string hint;
    if (fitting != kCases.end()) {
        hint =
            base::cat(fitting->text, fitting->more == nullptr ? "" : fitting->more(group, write));
    }
    return std::move(error)
        .in(base::cat("set ", write.file, " to ", base::quoted(write.value)))
        .at(write.origin)
        .hint(std::move(hint));
}

base::Error device_explained(base::Error error, std::string_view origin, const Hierarchy& group) {
    const bool is_v1 = group.version == Version::v1;
    std::string hint;
    if (error.code() == EPERM && is_v1) {
        hint = "the group above does not allow this device, or this user may not change rules";
    } else if (error.code() == EPERM) {
        hint = "device rules of cgroup v2 need bpf(2), which this user may not use";
    } else if (error.code() == EINVAL && is_v1) {
        hint =
            "the rules of a group that has groups below it can only be changed line by line, not "
            "as a whole";
    }
    return std::move(error).in("apply the device rules").at(origin).hint(std::move(hint));
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
