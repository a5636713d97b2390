// Removing a container's groups, with patience.
#pragma once

#include "cgroups/placement.hpp"
#include "runtime/base/result.hpp"

#include <chrono>

namespace cgroups {

/// Removes what the record says was made (Hierarchy::made): a container's group with all that is
/// below it, then its parents as far as nobody else uses them. A group that was there before stays.
/// Waits for processes that are about to end, but ends none; after `patience` the error names who
/// is left. What is gone already, or is another group by now (another inode), is no error. A group
/// whose inode is not known (the journal ends before it was made) is only removed if nothing is in
/// it or below it.
base::Result<> remove(const Placement& placement, std::chrono::milliseconds patience);

} // namespace cgroups
