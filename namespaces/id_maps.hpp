// The id maps of a new user namespace, written by whoever may (user_namespaces(7)).
#pragma once

#include "namespaces/id_maps_plan.hpp"
#include "oci-spec/spec.hpp"
#include "runtime/base/result.hpp"

#include <vector>

#include <sys/types.h>

namespace namespaces {

/// Writes the map of user ids of a process in a new user namespace. The kernel takes it from us
/// with CAP_SETUID over the ids, and from everybody for the own id alone; anything else is left to
/// newuidmap(1), whose refusal is explained by what /etc/subuid lacks. An ordinary user can do this
/// only to a process that is dumpable.
base::Result<> write_uid_map(pid_t pid, const std::vector<spec::IdMapping>& mappings);
/// The same for groups, by newgidmap(1) and /etc/subgid.
base::Result<> write_gid_map(pid_t pid, const std::vector<spec::IdMapping>& mappings);
/// Both.
base::Result<> write_id_maps(pid_t pid, const std::vector<spec::IdMapping>& uid_mappings,
                             const std::vector<spec::IdMapping>& gid_mappings);

/// What the caller may map without being told by a configuration: itself and its subordinate ids.
struct OwnMappings {
    std::vector<spec::IdMapping> uids;
    std::vector<spec::IdMapping> gids;
};
OwnMappings own_mappings();

/// The advice to give the caller a usual range in `file`: add "user:100000:65536" to /etc/subuid.
std::string line_for(std::string_view file);

} // namespace namespaces
