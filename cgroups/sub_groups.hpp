// Groups below a container's own, as the caller of `exec --cgroup` names them.
#pragma once

#include "cgroups/placement.hpp"
#include "runtime/base/result.hpp"

#include <span>
#include <string>
#include <vector>

namespace cgroups {

struct SubGroup {
    std::vector<std::string> controllers; ///< whose hierarchy it is for; none: for all of them
    std::string path;                     ///< "/sub"; "" for the container's group itself
};

/// One "PATH", or any number of "CONTROLLER[,CONTROLLER…]:PATH", as runc takes them. A "/" in front
/// of the path makes no difference. Errors: a path without controllers beside another one, a
/// controller that is named twice, a path with "..".
base::Result<std::vector<SubGroup>> sub_groups_of(std::span<const std::string> given);

/// Those groups, which exist, in the hierarchies of `placement`; where none is named it is the
/// group of `placement`. Errors: a controller that none of the hierarchies has; two groups in one
/// hierarchy.
base::Result<Placement> below(const Placement& placement, std::span<const SubGroup> sub_groups);

} // namespace cgroups
