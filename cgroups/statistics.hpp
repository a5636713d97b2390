// What a container uses: the numbers of `events --stats` and of "why did it die".
#pragma once

#include "cgroups/placement.hpp"
#include "cgroups/pressure.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cgroups {

struct CpuStatistics {
    std::uint64_t total = 0; ///< nanoseconds, as all times here
    std::uint64_t user = 0;
    std::uint64_t kernel = 0;
    std::vector<std::uint64_t> per_cpu; ///< v1 only, as the next two
    std::vector<std::uint64_t> per_cpu_user;
    std::vector<std::uint64_t> per_cpu_kernel;
    std::uint64_t periods = 0;
    std::uint64_t throttled_periods = 0;
    std::uint64_t throttled_time = 0;
    std::optional<Pressure> pressure; ///< v2 only, as all pressures
};

struct CpusetStatistics {
    std::vector<std::uint32_t> cpus; ///< those that can be used now
    std::vector<std::uint32_t> mems;
    std::map<std::string, std::int64_t> settings; ///< v1: "cpu_exclusive", "memory_migrate", …
};

/// Bytes; a limit that is not set is the largest number.
struct MemoryUsage {
    std::uint64_t usage = 0;
    std::uint64_t most = 0; ///< the peak; 0 where the kernel does not keep it
    std::uint64_t limit = 0;
    std::uint64_t failures = 0; ///< how often the limit was hit
};

struct MemoryStatistics {
    MemoryUsage memory;
    std::optional<MemoryUsage> with_swap;     ///< memory and swap together
    std::optional<MemoryUsage> kernel;        ///< v1, where the kernel counts it apart
    std::optional<MemoryUsage> kernel_tcp;    ///< the same
    std::uint64_t cache = 0;                  ///< bytes of the page cache
    std::map<std::string, std::uint64_t> raw; ///< memory.stat
    std::optional<Pressure> pressure;
};

struct PidsStatistics {
    std::uint64_t current = 0;
    std::uint64_t limit = 0; ///< the largest number: none
};

struct IoStatistic {
    std::uint64_t major = 0;
    std::uint64_t minor = 0;
    std::string operation; ///< "Read", "Write", "Discard"; v1 also "Sync", "Async", "Total"
    std::uint64_t bytes = 0;
    std::uint64_t operations = 0;
};

struct HugetlbStatistics {
    std::uint64_t usage = 0; ///< bytes
    std::uint64_t most = 0;  ///< v1 only
    std::uint64_t failures = 0;
};

/// What no hierarchy of the container knows is absent.
struct Statistics {
    std::optional<CpuStatistics> cpu;
    std::optional<CpusetStatistics> cpuset;
    std::optional<MemoryStatistics> memory;
    std::optional<PidsStatistics> pids;
    std::vector<IoStatistic> io;
    std::optional<Pressure> io_pressure;
    std::map<std::string, HugetlbStatistics> hugetlb; ///< by page size: "2MB"
};

/// Reads them all. A number that this kernel does not have, or whose group is gone, is 0; ENODEV if
/// the container has no groups (any more).
base::Result<Statistics> statistics(const Placement& placement);

struct MemoryEvents {
    std::uint64_t oom_kills = 0; ///< processes killed since the group was made
    bool under_oom = false;      ///< v1 with the OOM killer off: it stands still for lack of memory
};

/// Zeros where the container has no memory controller, or its group is gone.
base::Result<MemoryEvents> memory_events(const Placement& placement);

} // namespace cgroups
