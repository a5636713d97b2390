// What the runtime sets on the container's process from outside, with its own rights, while the
// process waits for its release: these would break stage 2 if they came earlier, and the container
// may not have the right to set them itself (kernel rule 11).
#pragma once

#include "oci-spec/spec.hpp"
#include "runtime/base/result.hpp"

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace runtime {

struct LimitsPlan {
    std::string origin; ///< "/process", or "" for a process file of exec
    std::vector<spec::Rlimit> rlimits;
    std::optional<std::int32_t> oom_score_adj;
    std::optional<spec::Scheduler> scheduler;
    std::optional<spec::IoPriority> io_priority;
    std::string cpus; ///< execCPUAffinity.final; empty: as the kernel has it
};

/// Runs `pid` (0: the caller) on these CPUs only (sched_setaffinity(2)).
base::Result<> set_cpus(pid_t pid, const std::string& cpus);

LimitsPlan limits_of(const spec::Process& process, std::string origin);

/// Sets all of it on `pid`, which must not have been reaped. EPERM where a hard limit would rise,
/// or a score fall, without CAP_SYS_RESOURCE.
base::Result<> apply_limits(pid_t pid, const LimitsPlan& plan);

} // namespace runtime
