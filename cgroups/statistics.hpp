// What a container uses: the numbers of `events --stats` and of "why did it die".
#pragma once

#include "cgroups/placement.hpp"
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
    std::vector<std::uint64_t> per_cpu; ///< v1 only
    std::uint64_t periods = 0;
    std::uint64_t throttled_periods = 0;
    std::uint64_t throttled_time = 0;
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
    std::uint64_t cache = 0;                  ///< bytes of the page cache
    std::map<std::string, std::uint64_t> raw; ///< memory.stat
};

struct PidsStatistics {
    std::uint64_t current = 0;
    std::uint64_t limit = 0;
};

struct IoStatistic {
    std::uint64_t major = 0;
    std::uint64_t minor = 0;
    std::string operation; ///< "Read", "Write", "Discard"
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
    std::optional<MemoryStatistics> memory;
    std::optional<PidsStatistics> pids;
    std::vector<IoStatistic> io;
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
