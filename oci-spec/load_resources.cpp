// config-linux.md, "Control groups".
#include "oci-spec/loaders.hpp"

namespace spec {

void load(const Cursor& at, DeviceRule& rule) {
    ObjectReader object(at);
    object.required("allow", rule.allow);
    object.optional("type", rule.type);
    object.optional("major", rule.major);
    object.optional("minor", rule.minor);
    object.optional("access", rule.access);
    // Engines write -1 for "all", as the rules of runc's library have it.
    for (std::optional<std::int64_t>* number : {&rule.major, &rule.minor}) {
        if (*number == -1) {
            number->reset();
        }
    }
}

void load(const Cursor& at, MemoryResources& memory) {
    ObjectReader object(at);
    object.optional("limit", memory.limit);
    object.optional("reservation", memory.reservation);
    object.optional("swap", memory.swap);
    object.optional("kernel", memory.kernel);
    object.optional("kernelTCP", memory.kernel_tcp);
    object.optional("swappiness", memory.swappiness);
    object.optional("disableOOMKiller", memory.disable_oom_killer);
    object.optional("useHierarchy", memory.use_hierarchy);
    object.optional("checkBeforeUpdate", memory.check_before_update);
}

void load(const Cursor& at, CpuResources& cpu) {
    ObjectReader object(at);
    object.optional("shares", cpu.shares);
    object.optional("quota", cpu.quota);
    object.optional("burst", cpu.burst);
    object.optional("period", cpu.period);
    object.optional("realtimeRuntime", cpu.realtime_runtime);
    object.optional("realtimePeriod", cpu.realtime_period);
    object.optional("cpus", cpu.cpus);
    object.optional("mems", cpu.mems);
    object.optional("idle", cpu.idle);
}

void load(const Cursor& at, PidsResources& pids) {
    ObjectReader object(at);
    object.optional("limit", pids.limit);
}

void load(const Cursor& at, WeightDevice& device) {
    ObjectReader object(at);
    object.required("major", device.major);
    object.required("minor", device.minor);
    object.optional("weight", device.weight);
    object.optional("leafWeight", device.leaf_weight);
}

void load(const Cursor& at, ThrottleDevice& device) {
    ObjectReader object(at);
    object.required("major", device.major);
    object.required("minor", device.minor);
    object.required("rate", device.rate);
}

void load(const Cursor& at, BlockIoResources& block_io) {
    ObjectReader object(at);
    object.optional("weight", block_io.weight);
    object.optional("leafWeight", block_io.leaf_weight);
    object.optional("weightDevice", block_io.weight_device);
    object.optional("throttleReadBpsDevice", block_io.throttle_read_bps_device);
    object.optional("throttleWriteBpsDevice", block_io.throttle_write_bps_device);
    object.optional("throttleReadIOPSDevice", block_io.throttle_read_iops_device);
    object.optional("throttleWriteIOPSDevice", block_io.throttle_write_iops_device);
}

void load(const Cursor& at, HugepageLimit& hugepage) {
    ObjectReader object(at);
    object.required("pageSize", hugepage.page_size);
    object.required("limit", hugepage.limit);
}

void load(const Cursor& at, InterfacePriority& priority) {
    ObjectReader object(at);
    object.required("name", priority.name);
    object.required("priority", priority.priority);
}

void load(const Cursor& at, NetworkResources& network) {
    ObjectReader object(at);
    object.optional("classID", network.class_id);
    object.optional("priorities", network.priorities);
}

void load(const Cursor& at, RdmaLimit& rdma) {
    ObjectReader object(at);
    object.optional("hcaHandles", rdma.hca_handles);
    object.optional("hcaObjects", rdma.hca_objects);
}

void load(const Cursor& at, Resources& resources) {
    ObjectReader object(at);
    object.optional("devices", resources.devices);
    object.optional("memory", resources.memory);
    object.optional("cpu", resources.cpu);
    object.optional("pids", resources.pids);
    object.optional("blockIO", resources.block_io);
    object.optional("hugepageLimits", resources.hugepage_limits);
    object.optional("network", resources.network);
    object.optional("rdma", resources.rdma);
    object.optional("unified", resources.unified);
}

} // namespace spec
