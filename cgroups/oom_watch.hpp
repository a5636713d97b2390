// Being told that a container ran out of memory, without asking again and again.
//
// v1: an eventfd at memory.oom_control (event_control.hpp). v2: inotify(7) on memory.events
// (cgroup-v2.rst).
#pragma once

#include "cgroups/placement.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>

namespace cgroups {

class OomWatch {
  public:
    /// Begins to watch the container's group and the groups below it. Without a memory controller
    /// there is nothing to hear, and no error. `placement` is borrowed. Needs write access to
    /// cgroup.event_control on v1.
    static base::Result<OomWatch> of(const Placement& placement);

    /// Readable (POLLIN) when there may be news; no descriptor where there is nothing to hear.
    [[nodiscard]] base::FdRef descriptor() const { return descriptor_; }
    /// Whether the container ran out of memory since the last call; false if its group is gone.
    /// v2, and v1 with its OOM killer: a process was killed. v1 without it: they stand still.
    base::Result<bool> happened();

  private:
    OomWatch(const Hierarchy* group, base::Fd descriptor, std::uint64_t kills)
        : group_(group), descriptor_(std::move(descriptor)), kills_(kills) {}

    const Hierarchy* group_;
    base::Fd descriptor_;
    std::uint64_t kills_; ///< v2: how many there had been
};

} // namespace cgroups
