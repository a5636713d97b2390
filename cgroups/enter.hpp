// How a process gets into a container's groups.
//
// Writing a pid into cgroup.procs of v1 waits for an RCU grace period, some 10 ms on an idle host.
// So a new process is cloned into the v2 group (CLONE_INTO_CGROUP), and enters those of v1 by
// itself, which takes microseconds: a single thread writes "0" into `tasks`. The files are opened
// by the privileged parent, since in a new user namespace the child may not.
#pragma once

#include "cgroups/placement.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <optional>
#include <span>
#include <vector>

#include <sys/types.h>

namespace cgroups {

/// What a new process enters by; either or both may be empty.
struct Entrance {
    /// For clone3(CLONE_INTO_CGROUP); lent by the placement. clone3 fails with EBUSY where the
    /// group hands controllers down, EAGAIN at pids.max, EOPNOTSUPP in threaded mode.
    std::optional<base::FdRef> clone_into;
    std::vector<base::Fd> tasks; ///< for enter(), one for each v1 hierarchy
};

base::Result<Entrance> entrance_of(const Placement& placement);

/// The calling process, which has one thread, enters the v1 groups. `tasks` were opened by
/// entrance_of() in the parent.
base::Result<> enter(std::span<const base::FdRef> tasks);

/// Which hierarchies attach() is for.
enum class Attach : std::uint8_t { all, only_v1, only_v2 };

/// Moves a process, with all its threads, by its pid: for one that cannot enter by itself.
base::Result<> attach(const Placement& placement, pid_t pid, Attach which = Attach::all);

} // namespace cgroups
