// Where a runtime without the rights of the host's root makes groups: only where somebody has given
// it a part of the tree (cgroups(7), "Cgroups delegation"). Pure.
#pragma once

#include "cgroups/cgroup_plan.hpp"
#include "cgroups/layout.hpp"

#include <string>

namespace cgroups {

/// The group below which a user's containers are, as it is seen below the mount point of v2: the
/// one above the caller's if it may make groups there, since no group that has processes can hand
/// controllers down; else the caller's own. "" where neither can be, as without v2.
std::string place_of_user(const Layout& layout, const MayMake& may_make);

/// Leaves out the hierarchies in which the container's group cannot be made and nothing was asked
/// for; device rules, too, which need rights of the host (a warning, if they were asked for). What
/// was asked for stays in the plan, and will be an error.
void leave_out_what_is_not_delegated(Plan& plan, const MayMake& may_make);

} // namespace cgroups
