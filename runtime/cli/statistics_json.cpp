#include "runtime/cli/statistics_json.hpp"

#include "oci-spec/json_writer.hpp"

#include <limits>

namespace cli {

namespace {

using spec::JsonWriter;

void write(JsonWriter& json, const cgroups::PressureShare& share) {
    json.begin_object();
    json.key("avg10").hundredths(share.average10);
    json.key("avg60").hundredths(share.average60);
    json.key("avg300").hundredths(share.average300);
    json.member("total", share.total);
    json.end_object();
}

void write_pressure(JsonWriter& json, const std::optional<cgroups::Pressure>& pressure) {
    if (!pressure) {
        return;
    }
    json.key("psi").begin_object();
    write(json.key("some"), pressure->some);
    write(json.key("full"), pressure->full);
    json.end_object();
}

void write_list(JsonWriter& json, std::string_view name, const std::vector<std::uint64_t>& list) {
    if (!list.empty()) {
        json.member(name, list);
    }
}

void write(JsonWriter& json, const cgroups::CpuStatistics& cpu) {
    json.key("cpu").begin_object();
    json.key("usage").begin_object();
    json.member("total", cpu.total);
    write_list(json, "percpu", cpu.per_cpu);
    write_list(json, "percpu_kernel", cpu.per_cpu_kernel);
    write_list(json, "percpu_user", cpu.per_cpu_user);
    json.member("kernel", cpu.kernel).member("user", cpu.user).end_object();
    json.key("throttling").begin_object();
    json.member("periods", cpu.periods);
    json.member("throttledPeriods", cpu.throttled_periods);
    json.member("throttledTime", cpu.throttled_time).end_object();
    write_pressure(json, cpu.pressure);
    json.end_object();
}

void write(JsonWriter& json, const cgroups::CpusetStatistics& cpuset) {
    json.key("cpuset").begin_object();
    json.member("cpus", cpuset.cpus).member("mems", cpuset.mems);
    for (const auto& [name, setting] : cpuset.settings) {
        json.member(name, setting);
    }
    json.end_object();
}

void write_usage(JsonWriter& json, std::string_view name,
                 const std::optional<cgroups::MemoryUsage>& usage) {
    if (!usage) {
        return;
    }
    json.key(name).begin_object();
    json.member("limit", usage->limit).member("usage", usage->usage);
    json.member("max", usage->most).member("failcnt", usage->failures).end_object();
}

void write(JsonWriter& json, const cgroups::MemoryStatistics& memory) {
    json.key("memory").begin_object();
    json.member("cache", memory.cache);
    write_usage(json, "usage", memory.memory);
    write_usage(json, "swap", memory.with_swap);
    write_usage(json, "kernel", memory.kernel);
    write_usage(json, "kernelTCP", memory.kernel_tcp);
    json.member("raw", memory.raw);
    write_pressure(json, memory.pressure);
    json.end_object();
}

/// Without "limit" there is none: as a number it would be read as 0, which is a limit.
void write(JsonWriter& json, const cgroups::PidsStatistics& pids) {
    json.key("pids").begin_object().member("current", pids.current);
    if (pids.limit != std::numeric_limits<std::uint64_t>::max()) {
        json.member("limit", pids.limit);
    }
    json.end_object();
}

void write_io(JsonWriter& json, std::string_view name,
              const std::vector<cgroups::IoStatistic>& entries,
              std::uint64_t cgroups::IoStatistic::*number) {
    json.key(name).begin_array();
    for (const cgroups::IoStatistic& entry : entries) {
        json.begin_object();
        json.member("major", entry.major).member("minor", entry.minor);
        json.member("op", entry.operation).member("value", entry.*number).end_object();
    }
    json.end_array();
}

void write_hugetlb(JsonWriter& json,
                   const std::map<std::string, cgroups::HugetlbStatistics>& hugetlb) {
    json.key("hugetlb").begin_object();
    for (const auto& [size, usage] : hugetlb) {
        json.key(size).begin_object();
        json.member("usage", usage.usage).member("max", usage.most);
        json.member("failcnt", usage.failures).end_object();
    }
    json.end_object();
}

} // namespace

std::string statistics_event(std::string_view id, const cgroups::Statistics& statistics) {
    JsonWriter json;
    json.begin_object().member("type", "stats").member("id", id).key("data").begin_object();
    if (statistics.cpu) {
        write(json, *statistics.cpu);
    }
    if (statistics.cpuset) {
        write(json, *statistics.cpuset);
    }
    if (statistics.memory) {
        write(json, *statistics.memory);
    }
    if (statistics.pids) {
        write(json, *statistics.pids);
    }
    json.key("blkio").begin_object();
    write_io(json, "ioServiceBytesRecursive", statistics.io, &cgroups::IoStatistic::bytes);
    write_io(json, "ioServicedRecursive", statistics.io, &cgroups::IoStatistic::operations);
    write_pressure(json, statistics.io_pressure);
    json.end_object();
    write_hugetlb(json, statistics.hugetlb);
    json.end_object().end_object();
    return std::move(json).take() + "\n";
}

std::string oom_event(std::string_view id) {
    JsonWriter json;
    json.begin_object().member("type", "oom").member("id", id).end_object();
    return std::move(json).take() + "\n";
}

std::string threshold_event(std::string_view id, std::uint64_t threshold, std::uint64_t usage) {
    JsonWriter json;
    json.begin_object().member("type", "memoryThreshold").member("id", id);
    json.key("data").begin_object();
    json.member("threshold", threshold).member("usage", usage);
    json.end_object().end_object();
    return std::move(json).take() + "\n";
}

} // namespace cli
