// The events of cgroup v1: eventfds that are registered in cgroup.event_control
// (cgroup-v1/memory.rst, "Memory thresholds", "OOM Control"; cgroups.rst, "Usage Examples").
#pragma once

#include "cgroups/placement.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/text.hpp"

#include <string_view>

namespace cgroups {

/// An eventfd, which does not block, for what happens to `file` ("memory.oom_control"); `argument`
/// is what this file wants to know besides, "" for nothing. It also becomes readable when the group
/// is removed. Needs write access to cgroup.event_control.
base::Result<base::Fd> eventfd_of(base::FdRef group, base::ZView file, std::string_view argument);

/// Empties a descriptor that does not block; true if there was anything.
bool drain(base::FdRef descriptor);

} // namespace cgroups
