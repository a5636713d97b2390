// Resources for the hierarchy of v2 (Documentation/admin-guide/cgroup-v2.rst of the kernel). The
// specification speaks in terms of v1; what has no equivalent here is refused, never dropped.
#include "cgroups/translate_shared.hpp"

#include <algorithm>
#include <cmath>

namespace cgroups {

namespace {

std::string limit_text(std::int64_t value) {
    return value == kUnlimited ? "max" : base::cat(value);
}

/// The specification's swap is memory and swap together; memory.swap.max is swap alone.
void swap(Collector& out, const spec::MemoryResources& memory) {
    constexpr std::string_view kMember = "/memory/swap";
    const auto write = [&out](std::string_view member, std::string value, Need need) {
        out.write({.controller = "memory",
                   .file = "memory.swap.max",
                   .value = std::move(value),
                   .origin = out.origin(member),
                   .need = need});
    };
    if (!is_set(memory.swap)) {
        if (memory.limit == kUnlimited) {
            write("/memory/limit", "max", Need::if_present);
        }
        return;
    }
    if (*memory.swap == kUnlimited) {
        write(kMember, "max", Need::if_present);
        return;
    }
    const std::optional<std::int64_t> limit =
        is_set(memory.limit) ? memory.limit : out.context().current.memory_limit;
    if (!limit || *limit == kUnlimited) {
        out.refuse(kMember, "it limits memory and swap together, so it needs a limit of memory");
    } else if (*limit > *memory.swap) {
        out.refuse(kMember,
                   base::cat("memory and swap together (", *memory.swap,
                             " bytes) cannot be less than memory alone (", *limit, " now)"));
    } else {
        // No swap at all is what a kernel without the file may give anyway.
        const std::int64_t value = *memory.swap - *limit;
        write(kMember, base::cat(value), value == 0 ? Need::advisory : Need::required);
    }
}

void memory(Collector& out, const spec::MemoryResources& memory) {
    if (is_set(memory.limit)) {
        out.write({.controller = "memory",
                   .file = "memory.max",
                   .value = limit_text(*memory.limit),
                   .origin = out.origin("/memory/limit"),
                   .not_below = memory.check_before_update == true && *memory.limit != kUnlimited
                                    ? "memory.current"
                                    : ""});
    }
    swap(out, memory);
    if (is_set(memory.reservation)) {
        out.write({.controller = "memory",
                   .file = "memory.low",
                   .value = limit_text(*memory.reservation),
                   .origin = out.origin("/memory/reservation")});
    }
    constexpr std::string_view kCounted = "ignored: cgroup v2 counts the kernel's memory with the "
                                          "rest, memory.limit covers it";
    if (is_set(memory.kernel)) {
        out.warn("/memory/kernel", std::string(kCounted));
    }
    if (is_set(memory.kernel_tcp)) {
        out.warn("/memory/kernelTCP", std::string(kCounted));
    }
    if (memory.swappiness) {
        out.refuse("/memory/swappiness", "cgroup v2 has no swappiness of a group",
                   "leave it out, or limit the swap by memory.swap");
    }
    if (memory.disable_oom_killer == true) {
        out.refuse("/memory/disableOOMKiller", "cgroup v2 cannot turn the OOM killer off",
                   "leave it out; unified {\"memory.high\": ...} slows a group down instead");
    }
    if (memory.use_hierarchy == false) {
        out.refuse("/memory/useHierarchy", "cgroup v2 always counts hierarchically");
    }
}

/// cpu.max holds quota and period in one line; the one that is not given stays.
void cpu_max(Collector& out, const spec::CpuResources& cpu) {
    if (!is_set(cpu.quota) && !is_set(cpu.period)) {
        return;
    }
    std::string value;
    if (is_set(cpu.quota)) {
        value = limit_text(*cpu.quota);
    } else {
        const std::string& now = out.context().current.cpu_quota;
        value = now.empty() ? "max" : now;
    }
    if (is_set(cpu.period)) {
        value += base::cat(' ', *cpu.period);
    }
    out.write({.controller = "cpu",
               .file = "cpu.max",
               .value = std::move(value),
               .origin = out.origin(is_set(cpu.quota) ? "/cpu/quota" : "/cpu/period"),
               .any_order = true});
}

void cpu(Collector& out, const spec::CpuResources& cpu) {
    const auto write = [&out](std::string_view member, std::string_view file, std::string value) {
        out.write({.controller = "cpu",
                   .file = std::string(file),
                   .value = std::move(value),
                   .origin = out.origin(member),
                   .any_order = true});
    };
    // A weight is refused while the group is idle.
    if (is_set(cpu.shares) && cpu.idle != 1) {
        write("/cpu/shares", "cpu.weight", base::cat(cpu_weight_of(*cpu.shares)));
    }
    if (cpu.idle) {
        write("/cpu/idle", "cpu.idle", base::cat(*cpu.idle));
    }
    cpu_max(out, cpu);
    if (cpu.burst) {
        write("/cpu/burst", "cpu.max.burst", base::cat(*cpu.burst));
    }
    for (const auto& [member, asked] :
         {std::pair("/cpu/realtimeRuntime", is_set(cpu.realtime_runtime)),
          std::pair("/cpu/realtimePeriod", is_set(cpu.realtime_period))}) {
        if (asked) {
            out.refuse(member, "cgroup v2 has no equivalent",
                       "realtime bandwidth of a group needs the cpu controller of cgroup v1");
        }
    }
}

/// BFQ takes the weights as the specification has them; io.weight has a scale of its own.
void io_weight(Collector& out, std::string_view member, std::string_view device,
               std::uint16_t weight) {
    out.write({.controller = "io",
               .file = "io.bfq.weight",
               .value = base::cat(device, weight),
               .origin = out.origin(member),
               .other_file = "io.weight",
               .other_value = base::cat(device, io_weight_of(weight))});
}

void io(Collector& out, const spec::BlockIoResources& io) {
    constexpr std::string_view kNoLeaf = "cgroup v2 has no leaf weights";
    if (is_set(io.weight)) {
        io_weight(out, "/blockIO/weight", "", *io.weight);
    }
    if (is_set(io.leaf_weight)) {
        out.refuse("/blockIO/leafWeight", std::string(kNoLeaf));
    }
    for (std::size_t i = 0; i < io.weight_device.size(); ++i) {
        const spec::WeightDevice& device = io.weight_device[i];
        const std::string member = base::cat("/blockIO/weightDevice/", i);
        if (is_set(device.weight)) {
            io_weight(out, member + "/weight",
                      base::cat(device_number(device.major, device.minor), ' '), *device.weight);
        }
        if (is_set(device.leaf_weight)) {
            out.refuse(member + "/leafWeight", std::string(kNoLeaf));
        }
    }
    const auto throttle = [&out](std::string_view name, std::string_view key,
                                 const std::vector<spec::ThrottleDevice>& devices) {
        for (std::size_t i = 0; i < devices.size(); ++i) {
            const spec::ThrottleDevice& device = devices[i];
            // As in v1, a rate of 0 takes the limit away.
            out.write({.controller = "io",
                       .file = "io.max",
                       .value = base::cat(device_number(device.major, device.minor), ' ', key, '=',
                                          device.rate == 0 ? "max" : base::cat(device.rate)),
                       .origin = out.origin(base::cat("/blockIO/", name, '/', i))});
        }
    };
    throttle("throttleReadBpsDevice", "rbps", io.throttle_read_bps_device);
    throttle("throttleWriteBpsDevice", "wbps", io.throttle_write_bps_device);
    throttle("throttleReadIOPSDevice", "riops", io.throttle_read_iops_device);
    throttle("throttleWriteIOPSDevice", "wiops", io.throttle_write_iops_device);
}

void unified(Collector& out, const std::map<std::string, std::string>& settings) {
    for (const auto& [file, value] : settings) {
        // Keyed files (io.max, rdma.max) take one line in one write.
        for (const std::string_view line : base::split(base::trimmed(value), '\n')) {
            out.write({.controller = file.substr(0, file.find('.')),
                       .file = file,
                       .value = std::string(line),
                       .origin = out.origin(base::cat("/unified/", pointer_part(file)))});
        }
    }
}

} // namespace

std::uint64_t cpu_weight_of(std::uint64_t shares) {
    constexpr double kNoise =
        1e-9; // what is a whole number but for the last bits is not rounded up
    const double power = std::log2(static_cast<double>(shares));
    const double exponent = (power * power + 125 * power) / 612 - 7.0 / 34;
    return static_cast<std::uint64_t>(std::ceil(std::pow(10, exponent) - kNoise));
}

std::uint64_t io_weight_of(std::uint16_t weight) {
    return 1 + (static_cast<std::uint64_t>(weight) - 10) * 9999 / 990;
}

base::Result<Translation> translate_v2(const spec::Resources& resources,
                                       std::span<const std::string> controllers,
                                       const TranslationContext& context) {
    Collector out(context);
    const auto has = [controllers](std::string_view name) {
        return std::find(controllers.begin(), controllers.end(), name) != controllers.end();
    };
    if (resources.memory && has("memory")) {
        memory(out, *resources.memory);
    }
    if (resources.cpu && has("cpu")) {
        cpu(out, *resources.cpu);
    }
    if (resources.cpu && has("cpuset")) {
        translate_cpuset(out, *resources.cpu);
    }
    if (resources.pids && has("pids")) {
        translate_pids(out, *resources.pids);
    }
    if (resources.block_io && has("io")) {
        io(out, *resources.block_io);
    }
    if (has("hugetlb")) {
        translate_hugetlb(out, resources.hugepage_limits, "max");
    }
    if (has("rdma")) {
        translate_rdma(out, resources.rdma);
    }
    unified(out, resources.unified);
    return std::move(out).result();
}

} // namespace cgroups
