// Stopping and going on, without the processes noticing (cgroup-v1/freezer-subsystem.rst,
// cgroup-v2.rst "cgroup.freeze").
#pragma once

#include "cgroups/placement.hpp"
#include "runtime/base/result.hpp"

#include <chrono>
#include <cstdint>

namespace cgroups {

enum class FreezerState : std::uint8_t { thawed, freezing, frozen };

/// Of the container: by the v1 freezer where there is one, else by v2. A container in a frozen
/// parent is frozen. thawed if its group is gone; an error if no hierarchy can freeze.
base::Result<FreezerState> freezer_state(const Placement& placement);

/// Freezes all processes and waits until they stand; if they do not within `patience`, they are
/// thawed again and the error names them.
base::Result<> freeze(const Placement& placement, std::chrono::milliseconds patience);
base::Result<> thaw(const Placement& placement);
/// For processes that are to take a signal: thaws a v1 group. (v2 lets frozen ones be killed.)
base::Result<> thaw_if_frozen(const Placement& placement);

/// The state of one group: of a v1 freezer hierarchy, or of v2.
base::Result<FreezerState> state_of_group(base::FdRef group, Version version);

} // namespace cgroups
