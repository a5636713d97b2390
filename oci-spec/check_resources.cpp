// config-linux.md, "Control groups". A 0 where the kernel takes none is left to the translators:
// engines write it for "not set".
#include "oci-spec/checks.hpp"
#include "oci-spec/id_list.hpp"
#include "oci-spec/utf8.hpp"
#include "runtime/base/text.hpp"

#include <set>

namespace spec {

namespace {

using base::cat;

void check_range(const Report& report, std::string_view key, std::int64_t value, std::int64_t least,
                 std::int64_t most) {
    if (value < least || value > most) {
        report.error(report.at(key),
                     cat("\"", key, "\" is ", value, ", it goes from ", least, " to ", most));
    }
}

/// A limit or -1.
void check_limit(const Report& report, std::string_view key,
                 const std::optional<std::int64_t>& value) {
    if (value && *value < -1) {
        report.error(report.at(key), cat("\"", key, "\" is ", *value,
                                         ", the only negative value is -1 for unlimited"));
    }
}

void check_rule_number(const Report& report, std::string_view key,
                       const std::optional<std::int64_t>& number, std::int64_t most) {
    if (number && (*number < 0 || *number > most)) {
        report.error(report.at(key), cat("\"", key, "\" is ", *number, ", it goes from 0 to ", most,
                                         "; -1 or none means all"));
    }
}

void check_device_rules(const Resources& resources, const Report& report) {
    for (std::size_t i = 0; i < resources.devices.size(); ++i) {
        const DeviceRule& rule = resources.devices[i];
        const Report at = report.in("devices", i);
        check_rule_number(at, "major", rule.major, 4095);
        check_rule_number(at, "minor", rule.minor, 1048575);
        if (rule.access.find_first_not_of("rwm") != std::string::npos) {
            at.error(at.at("access"),
                     cat("\"access\" is made of r, w and m, not ", excerpt(rule.access)));
        }
    }
}

void check_memory(const Resources& resources, const Report& all) {
    if (!resources.memory) {
        return;
    }
    const MemoryResources& memory = *resources.memory;
    const Report report = all.in("memory");
    check_limit(report, "limit", memory.limit);
    check_limit(report, "reservation", memory.reservation);
    check_limit(report, "swap", memory.swap);
    check_limit(report, "kernel", memory.kernel);
    check_limit(report, "kernelTCP", memory.kernel_tcp);
    const std::int64_t limit = memory.limit.value_or(0);
    if (memory.swap && *memory.swap > 0 && *memory.swap < limit) {
        report.error(report.at("swap"),
                     cat("\"swap\" (", *memory.swap, ") is below \"limit\" (", limit, ")"),
                     "swap is the limit of memory and swap together");
    }
    if (memory.reservation && limit > 0 && *memory.reservation > limit) {
        report.warning(report.at("reservation"),
                       cat("\"reservation\" (", *memory.reservation, ") is above \"limit\" (",
                           limit, ") and has no effect"));
    }
    if (memory.swappiness && *memory.swappiness > 100) {
        report.error(report.at("swappiness"),
                     cat("\"swappiness\" is ", *memory.swappiness, ", it goes from 0 to 100"));
    }
}

void check_id_list(const Report& report, std::string_view key, std::string_view list) {
    const auto ranges = parse_id_list(list);
    if (!list.empty() && (!ranges || ranges->empty())) {
        report.error(report.at(key),
                     cat("\"", key, "\" must be a list like 0-3,7, not ", excerpt(list)));
    }
}

void check_cpu(const Resources& resources, const Report& all) {
    if (!resources.cpu) {
        return;
    }
    constexpr std::int64_t kLeastTime = 1000; // microseconds: min_cfs_quota_period
    constexpr std::int64_t kMostPeriod = 1'000'000;
    const CpuResources& cpu = *resources.cpu;
    const Report report = all.in("cpu");
    const std::int64_t quota = cpu.quota.value_or(-1);
    if (quota > 0 && quota < kLeastTime) {
        report.error(report.at("quota"),
                     cat("\"quota\" is ", quota, " microseconds, the least is ", kLeastTime));
    }
    if (cpu.period && *cpu.period != 0 &&
        (*cpu.period < std::uint64_t{kLeastTime} || *cpu.period > std::uint64_t{kMostPeriod})) {
        report.error(report.at("period"),
                     cat("\"period\" is ", *cpu.period, " microseconds, it goes from ", kLeastTime,
                         " to ", kMostPeriod));
    }
    if (cpu.burst && quota > 0 && *cpu.burst > static_cast<std::uint64_t>(quota)) {
        report.error(report.at("burst"),
                     cat("\"burst\" (", *cpu.burst, ") is above \"quota\" (", quota, ")"));
    }
    if (cpu.realtime_runtime && cpu.realtime_period && *cpu.realtime_period != 0 &&
        *cpu.realtime_runtime > 0 &&
        static_cast<std::uint64_t>(*cpu.realtime_runtime) > *cpu.realtime_period) {
        report.error(report.at("realtimeRuntime"),
                     cat("\"realtimeRuntime\" (", *cpu.realtime_runtime,
                         ") is above \"realtimePeriod\" (", *cpu.realtime_period, ")"));
    }
    check_range(report, "idle", cpu.idle.value_or(0), 0, 1);
    check_id_list(report, "cpus", cpu.cpus);
    check_id_list(report, "mems", cpu.mems);
}

void check_pids(const Resources& resources, const Report& report) {
    if (resources.pids) {
        check_limit(report.in("pids"), "limit", resources.pids->limit);
    }
}

void check_weight(const Report& report, std::string_view key,
                  const std::optional<std::uint16_t>& weight) {
    check_range(report, key, weight.value_or(0), 0, 1000);
}

/// Major and minor numbers of block devices.
template <class DeviceLimit>
void check_block_device(const DeviceLimit& device, const Report& report) {
    check_range(report, "major", device.major, 0, 4095);
    check_range(report, "minor", device.minor, 0, 1048575);
}

void check_block_io(const Resources& resources, const Report& all) {
    if (!resources.block_io) {
        return;
    }
    const BlockIoResources& block_io = *resources.block_io;
    const Report report = all.in("blockIO");
    check_weight(report, "weight", block_io.weight);
    check_weight(report, "leafWeight", block_io.leaf_weight);
    for (std::size_t i = 0; i < block_io.weight_device.size(); ++i) {
        const WeightDevice& device = block_io.weight_device[i];
        const Report at = report.in("weightDevice", i);
        check_block_device(device, at);
        check_weight(at, "weight", device.weight);
        check_weight(at, "leafWeight", device.leaf_weight);
        if (!device.weight && !device.leaf_weight) {
            at.missing(at.at("weight"), "a weight device needs \"weight\" or \"leafWeight\"");
        }
    }
    const std::pair<std::string_view, const std::vector<ThrottleDevice>*> throttles[] = {
        {"throttleReadBpsDevice", &block_io.throttle_read_bps_device},
        {"throttleWriteBpsDevice", &block_io.throttle_write_bps_device},
        {"throttleReadIOPSDevice", &block_io.throttle_read_iops_device},
        {"throttleWriteIOPSDevice", &block_io.throttle_write_iops_device},
    };
    for (const auto& [key, devices] : throttles) {
        for (std::size_t i = 0; i < devices->size(); ++i) {
            check_block_device((*devices)[i], report.in(key, i));
        }
    }
}

/// "64KB", "2MB", "1GB".
bool is_page_size(std::string_view text) {
    if (text.size() < 3 || !text.ends_with('B') || text.front() < '1' || text.front() > '9') {
        return false;
    }
    const char prefix = text[text.size() - 2];
    return (prefix == 'K' || prefix == 'M' || prefix == 'G') &&
           base::parse_number<std::uint64_t>(text.substr(0, text.size() - 2)).has_value();
}

void check_hugepages(const Resources& resources, const Report& report) {
    const std::vector<HugepageLimit>& limits = resources.hugepage_limits;
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < limits.size(); ++i) {
        const std::string place = report.at("hugepageLimits", i, "pageSize");
        const bool is_first = seen.insert(limits[i].page_size).second;
        if (!is_page_size(limits[i].page_size)) {
            report.error(place, cat("\"pageSize\" must be like 64KB, 2MB or 1GB, not ",
                                    excerpt(limits[i].page_size)));
        } else if (!is_first) {
            report.error(place, cat("the page size ", limits[i].page_size, " is limited twice"));
        }
    }
}

void check_network(const Resources& resources, const Report& report) {
    if (!resources.network) {
        return;
    }
    const std::vector<InterfacePriority>& priorities = resources.network->priorities;
    for (std::size_t i = 0; i < priorities.size(); ++i) {
        if (!is_interface_name(priorities[i].name)) {
            report.error(
                report.at("network", "priorities", i, "name"),
                cat(excerpt(priorities[i].name), " cannot be the name of a network device"));
        }
    }
}

bool is_one_word(std::string_view text) {
    return !text.empty() && text.find_first_of(" \t\n/") == std::string_view::npos;
}

void check_rdma(const Resources& resources, const Report& report) {
    for (const auto& [device, limit] : resources.rdma) {
        if (!is_one_word(device)) {
            report.wrong_key(report.at("rdma", device),
                             cat(excerpt(device), " cannot be the name of an RDMA device"));
        }
        if (!limit.hca_handles && !limit.hca_objects) {
            report.error(report.at("rdma", device),
                         "an RDMA limit needs \"hcaHandles\" or \"hcaObjects\"");
        }
    }
}

void check_unified(const Resources& resources, const Report& report) {
    for (const auto& [file, value] : resources.unified) {
        if (!is_one_word(file) || file == "." || file == "..") {
            report.wrong_key(report.at("unified", file),
                             cat(excerpt(file), " cannot be a file of a cgroup"),
                             "the keys are names like memory.high");
        }
    }
}

constexpr Check<Resources> kChecks[] = {
    check_device_rules, check_memory,  check_cpu,  check_pids,    check_block_io,
    check_hugepages,    check_network, check_rdma, check_unified,
};

// --- where no limit was set before
// ----------------------------------------------------------------

/// v1 refuses a swap limit below that of memory, which is unlimited; on v2 the swap alone cannot
/// be computed.
void check_swap_alone(const Resources& resources, const Report& report) {
    if (resources.memory && resources.memory->swap.value_or(0) > 0 &&
        resources.memory->limit.value_or(-1) <= 0 && report.in("memory", "limit").was_read()) {
        report.error(report.at("memory", "swap"), "\"swap\" needs a \"limit\" of memory",
                     "swap is the limit of memory and swap together");
    }
}

constexpr Check<Resources> kFirstChecks[] = {check_swap_alone};

} // namespace

std::span<const Check<Resources>> resources_checks() {
    return kChecks;
}
std::span<const Check<Resources>> first_resources_checks() {
    return kFirstChecks;
}

} // namespace spec
