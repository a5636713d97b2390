// The layout of this host, read once per verb.
#pragma once

#include "cgroups/layout.hpp"
#include "runtime/base/procfs.hpp"

namespace cgroups {

/// Reads /proc/self/mountinfo, /proc/self/cgroup and the cgroup.controllers of the v2 mount.
/// Needs no privilege.
base::Result<Layout> read_layout(const base::Procfs& procfs);

} // namespace cgroups
