// Making processes in namespaces: the clone that the runtime makes, and the second one of the
// relay.
#pragma once

#include "namespaces/spawn_plan.hpp"
#include "runtime/base/child.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace namespaces {

/// What the child executes and keeps. Everything is prepared, because between clone3 and execveat
/// there is no allocation, no Result and no log.
struct Launch {
    base::FdRef program;             ///< the sealed runtime
    std::array<const char*, 4> argv; ///< ends in nullptr
    base::FdRef channel;             ///< stays open; a failure before execveat is sent on it
    std::vector<int> kept;           ///< further descriptors that stay open, under their numbers
    std::uint32_t new_types = 0;     ///< CLONE_NEW*
    base::FdRef cgroup{-1};          ///< a cgroup2 directory to be born in, or invalid
};

/// Clones and executes. With CLONE_NEWUSER the child waits for one packet on its channel before
/// it takes uid and gid 0 and executes: an exec while uid 0 is unmapped loses all capabilities
/// (kernel rule 3). The caller writes the maps meanwhile. Needs CAP_SYS_ADMIN or CLONE_NEWUSER.
base::Result<base::Child> spawn(const Launch& launch);

/// What a child that could not execute sends on its channel, as plain bytes of this structure.
struct LaunchFailure {
    static constexpr std::uint32_t kMagic = 0x4c41464cU;
    std::uint32_t magic = kMagic;
    std::int32_t code = 0;  ///< errno
    std::uint32_t step = 0; ///< index into kLaunchSteps
};
extern const std::array<std::string_view, 4> kLaunchSteps;

/// In the relay: joins `fds[i]` for `plan.joins[i]`, in the order of kernel rule 4. What fails
/// with EPERM before the user namespace is joined is tried again after it.
base::Result<> join_all(const SpawnPlan& plan, std::span<const base::Fd> fds);

/// In the relay: makes the time namespace for its children and sets its clocks.
base::Result<> make_time_namespace(const SpawnPlan& plan);

/// In the relay: clones the container's process as a sibling, so that the runtime is its parent.
/// Returns twice, as fork(2): in the child the result is empty.
struct Sibling {
    pid_t pid = 0;
    base::Fd pidfd;
};
base::Result<Sibling> clone_sibling(std::uint32_t new_types);

} // namespace namespaces
