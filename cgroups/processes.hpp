// The processes of a container by its groups: listing, signalling, waiting for their end.
#pragma once

#include "cgroups/placement.hpp"
#include "runtime/base/result.hpp"

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

namespace cgroups {

/// All processes in the group and the groups below it, each once; a process of a pid namespace that
/// we do not see is a 0. Empty if the group is gone.
base::Result<std::vector<pid_t>> pids_in(base::FdRef group);
/// The same for a container: by the first of its groups that is still there.
base::Result<std::vector<pid_t>> pids(const Placement& placement);

/// Sends a signal to every process of the container, each once, until no new one appears (for a
/// bounded number of rounds). Groups that are not proven ours (inode 0) are not touched. Needs
/// kill(2)'s privileges. A frozen v1 group takes the signal when it is thawed.
base::Result<> signal_all(const Placement& placement, int signal);

/// Ends every process of the container and waits for it: by cgroup.kill where the kernel has it
/// (5.14, v2, also on a mixed host), else by signals; a frozen group is thawed. Where there is a
/// pids controller and no cgroup.kill, pids.max becomes 0, so that forking cannot win. Groups that
/// are not proven ours (inode 0) are not touched. An error names who is left after `patience`.
base::Result<> kill_all(const Placement& placement, std::chrono::milliseconds patience);

/// Waits until `pids` (some of them, if they are many) have ended, at most as long as `most`.
/// False if there was nothing to wait for: they have ended, or are not in our pid namespace.
bool wait_for_end(std::span<const pid_t> pids, std::chrono::milliseconds most);

/// For messages: `12 "sleep", 13 "sh" and 4 more`.
std::string names_of(std::span<const pid_t> pids);

} // namespace cgroups
