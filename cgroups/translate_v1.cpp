// Resources for the hierarchies of v1 (Documentation/admin-guide/cgroup-v1 of the kernel).
#include "cgroups/translate_shared.hpp"

#include <algorithm>

namespace cgroups {

namespace {

void write_memory(Collector& out, std::string_view member, std::string_view file, std::string value,
                  Need need = Need::required) {
    out.write({.controller = "memory",
               .file = std::string(file),
               .value = std::move(value),
               .origin = out.origin(member),
               .need = need});
}

/// memory.limit_in_bytes may never exceed memory.memsw.limit_in_bytes: raising both wants the
/// second first, lowering both the first.
void memory_and_swap(Collector& out, const spec::MemoryResources& memory) {
    const auto write = [&out](std::string_view member, std::string_view file, std::int64_t value,
                              Need need) {
        out.write({.controller = "memory",
                   .file = std::string(file),
                   .value = base::cat(value),
                   .origin = out.origin(member),
                   .need = need,
                   .any_order = true});
    };
    constexpr std::string_view kBoth = "memory.memsw.limit_in_bytes";
    if (is_set(memory.limit)) {
        write("/memory/limit", "memory.limit_in_bytes", *memory.limit, Need::required);
    }
    if (is_set(memory.swap)) {
        write("/memory/swap", kBoth, *memory.swap,
              *memory.swap == kUnlimited ? Need::if_present : Need::required);
    } else if (memory.limit == kUnlimited) {
        // Unlimited memory is possible with unlimited memory and swap only.
        write("/memory/limit", kBoth, kUnlimited, Need::if_present);
    }
}

void memory(Collector& out, const spec::MemoryResources& memory) {
    // The mode of accounting before the values that are accounted in it.
    if (memory.use_hierarchy) {
        write_memory(out, "/memory/useHierarchy", "memory.use_hierarchy",
                     *memory.use_hierarchy ? "1" : "0",
                     // A kernel without the file knows hierarchical accounting alone.
                     *memory.use_hierarchy ? Need::if_present : Need::required);
    }
    memory_and_swap(out, memory);
    if (is_set(memory.reservation)) {
        write_memory(out, "/memory/reservation", "memory.soft_limit_in_bytes",
                     base::cat(*memory.reservation));
    }
    if (is_set(memory.kernel)) {
        write_memory(out, "/memory/kernel", "memory.kmem.limit_in_bytes", base::cat(*memory.kernel),
                     Need::advisory);
    }
    if (is_set(memory.kernel_tcp)) {
        write_memory(out, "/memory/kernelTCP", "memory.kmem.tcp.limit_in_bytes",
                     base::cat(*memory.kernel_tcp), Need::advisory);
    }
    if (memory.swappiness) {
        write_memory(out, "/memory/swappiness", "memory.swappiness", base::cat(*memory.swappiness));
    }
    if (memory.disable_oom_killer &&
        (*memory.disable_oom_killer || out.context().occasion == Occasion::update)) {
        write_memory(out, "/memory/disableOOMKiller", "memory.oom_control",
                     *memory.disable_oom_killer ? "1" : "0");
    }
}

void cpu(Collector& out, const spec::CpuResources& cpu) {
    const auto write = [&out](std::string_view member, std::string_view file, std::string value) {
        out.write({.controller = "cpu",
                   .file = std::string(file),
                   .value = std::move(value),
                   .origin = out.origin(member),
                   .any_order = true});
    };
    // Shares are refused while the group is idle.
    if (is_set(cpu.shares) && cpu.idle != 1) {
        write("/cpu/shares", "cpu.shares", base::cat(*cpu.shares));
    }
    if (cpu.idle) {
        write("/cpu/idle", "cpu.idle", base::cat(*cpu.idle));
    }
    if (is_set(cpu.period)) {
        write("/cpu/period", "cpu.cfs_period_us", base::cat(*cpu.period));
    }
    if (is_set(cpu.quota)) {
        write("/cpu/quota", "cpu.cfs_quota_us", base::cat(*cpu.quota));
    }
    if (cpu.burst) {
        write("/cpu/burst", "cpu.cfs_burst_us", base::cat(*cpu.burst));
    }
    if (is_set(cpu.realtime_period)) {
        write("/cpu/realtimePeriod", "cpu.rt_period_us", base::cat(*cpu.realtime_period));
    }
    if (is_set(cpu.realtime_runtime)) {
        write("/cpu/realtimeRuntime", "cpu.rt_runtime_us", base::cat(*cpu.realtime_runtime));
    }
}

/// CFQ's files went with Linux 5.0; BFQ has its own for weights, none for leaf weights.
void write_weight(Collector& out, const std::string& member, std::string_view file,
                  std::string_view bfq_file, const std::string& value) {
    out.write({.controller = "blkio",
               .file = std::string(file),
               .value = value,
               .origin = out.origin(member),
               .other_file = std::string(bfq_file),
               .other_value = bfq_file.empty() ? "" : value});
}

void weights(Collector& out, const spec::BlockIoResources& io) {
    if (is_set(io.weight)) {
        write_weight(out, "/blockIO/weight", "blkio.weight", "blkio.bfq.weight",
                     base::cat(*io.weight));
    }
    if (is_set(io.leaf_weight)) {
        write_weight(out, "/blockIO/leafWeight", "blkio.leaf_weight", "",
                     base::cat(*io.leaf_weight));
    }
    for (std::size_t i = 0; i < io.weight_device.size(); ++i) {
        const spec::WeightDevice& device = io.weight_device[i];
        const std::string member = base::cat("/blockIO/weightDevice/", i);
        const std::string number = device_number(device.major, device.minor);
        if (is_set(device.weight)) {
            write_weight(out, member + "/weight", "blkio.weight_device", "blkio.bfq.weight_device",
                         base::cat(number, ' ', *device.weight));
        }
        if (is_set(device.leaf_weight)) {
            write_weight(out, member + "/leafWeight", "blkio.leaf_weight_device", "",
                         base::cat(number, ' ', *device.leaf_weight));
        }
    }
}

void throttles(Collector& out, const spec::BlockIoResources& io) {
    const auto throttle = [&out](std::string_view name, std::string_view file,
                                 const std::vector<spec::ThrottleDevice>& devices) {
        for (std::size_t i = 0; i < devices.size(); ++i) {
            out.write({.controller = "blkio",
                       .file = base::cat("blkio.throttle.", file),
                       .value = base::cat(device_number(devices[i].major, devices[i].minor), ' ',
                                          devices[i].rate),
                       .origin = out.origin(base::cat("/blockIO/", name, '/', i))});
        }
    };
    throttle("throttleReadBpsDevice", "read_bps_device", io.throttle_read_bps_device);
    throttle("throttleWriteBpsDevice", "write_bps_device", io.throttle_write_bps_device);
    throttle("throttleReadIOPSDevice", "read_iops_device", io.throttle_read_iops_device);
    throttle("throttleWriteIOPSDevice", "write_iops_device", io.throttle_write_iops_device);
}

void net_cls(Collector& out, const spec::NetworkResources& network) {
    if (network.class_id) {
        out.write({.controller = "net_cls",
                   .file = "net_cls.classid",
                   .value = base::cat(*network.class_id),
                   .origin = out.origin("/network/classID")});
    }
}

void net_prio(Collector& out, const spec::NetworkResources& network) {
    for (std::size_t i = 0; i < network.priorities.size(); ++i) {
        out.write(
            {.controller = "net_prio",
             .file = "net_prio.ifpriomap",
             .value = base::cat(network.priorities[i].name, ' ', network.priorities[i].priority),
             .origin = out.origin(base::cat("/network/priorities/", i))});
    }
}

} // namespace

base::Result<Translation> translate_v1(const spec::Resources& resources,
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
    if (resources.block_io && has("blkio")) {
        weights(out, *resources.block_io);
        throttles(out, *resources.block_io);
    }
    if (has("hugetlb")) {
        translate_hugetlb(out, resources.hugepage_limits, "limit_in_bytes");
    }
    if (resources.network && has("net_cls")) {
        net_cls(out, *resources.network);
    }
    if (resources.network && has("net_prio")) {
        net_prio(out, *resources.network);
    }
    if (has("rdma")) {
        translate_rdma(out, resources.rdma);
    }
    return std::move(out).result();
}

} // namespace cgroups
