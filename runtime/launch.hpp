// What `create` and `exec` share: from a plan to a child that talks.
#pragma once

#include "namespaces/spawn_plan.hpp"
#include "oci-spec/state.hpp"
#include "runtime/base/child.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "runtime/channel.hpp"
#include "runtime/init_plan.hpp"

#include <cstdint>
#include <string>

namespace runtime {

/// How long a turn of the child may take. Everything that may rightly take longer (hooks) has its
/// own bound or none.
constexpr int kConversationBoundMs = 120'000;

struct LaunchRequest {
    base::FdRef channel{-1}; ///< the child's end
    const namespaces::SpawnPlan& spawn;
    base::FdRef cgroup{-1};          ///< cgroup2 directory to be born in, or invalid
    std::uint32_t preserved_fds = 0; ///< 3 … 2 + preserved_fds, which the caller gave us
};

/// Seals ourselves and starts stage 2, in its new namespaces or, for a relay, in ours.
base::Result<base::Child> launch(const LaunchRequest& request);

/// The plan in memory that nobody can change any more.
base::Result<base::Fd> sealed_plan(const InitPlan& plan);

/// Waits for the relay's `sibling`, at most `bound_ms` (-1: without bound), and for the relay's
/// end. The sibling is our child, too.
base::Result<base::Child> take_sibling(Channel& channel, base::Child& relay,
                                       int bound_ms = kConversationBoundMs);

/// Takes the listener of a filter that notifies from the child and sends it, with the container
/// process state, to the profile's listenerPath (config-linux.md, "The Container Process State").
base::Result<> hand_over_listener(Channel& channel, const base::Child& child,
                                  const spec::Seccomp& profile, const spec::State& state);

/// Writes the pid as the engines read it: digits, no line end; replaced atomically. `path` is
/// relative to the working directory.
base::Result<> write_pid_file(const std::string& path, pid_t pid);

/// Takes a user or mount namespace out of the list if its path names our own: joining one's own
/// user namespace is EINVAL, and in our own mount namespace nothing may be mounted. Inheriting it
/// is the same.
base::Result<> inherit_own_namespaces(spec::Linux& linux);

} // namespace runtime
