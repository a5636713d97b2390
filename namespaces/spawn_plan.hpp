// How the container's first process comes into its namespaces, as data.
#pragma once

#include "oci-spec/spec.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace namespaces {

/// The two ways into a set of namespaces (docs/architecture.md, "Two shapes").
/// direct: one clone3(2) makes all new ones; the child joins net, ipc, uts or cgroup by itself.
/// relay:  a first child, still in the host's namespaces, joins and then clones the container's
///         process as its sibling. Needed to join a user, pid or mount namespace, for clock
///         offsets, and for a new user namespace beside joined ones.
enum class Shape : std::uint8_t { direct, relay };

struct Join {
    spec::NamespaceType type = spec::NamespaceType::network;
    std::string path;   ///< in the runtime's mount namespace
    std::string origin; ///< "/linux/namespaces/2"
};

struct ClockOffset {
    std::string clock; ///< "monotonic" or "boottime"
    std::int64_t secs = 0;
    std::uint32_t nanosecs = 0;
    std::string origin;
};

struct SpawnPlan {
    Shape shape = Shape::direct;
    std::uint32_t new_types = 0;    ///< CLONE_NEW* that clone3 makes
    std::uint32_t unshare_late = 0; ///< CLONE_NEWCGROUP, where cgroups are entered after clone3
    bool new_time = false;          ///< made by the relay with unshare(2), before the clone
    std::vector<Join> joins;
    std::vector<spec::IdMapping> uid_mappings; ///< for a new user namespace
    std::vector<spec::IdMapping> gid_mappings;
    std::vector<ClockOffset> clock_offsets;

    [[nodiscard]] bool makes(spec::NamespaceType type) const;
    [[nodiscard]] bool joins_type(spec::NamespaceType type) const;
    /// New or joined: not the runtime's own.
    [[nodiscard]] bool has(spec::NamespaceType type) const;
};

/// Whether the child can be born in all of its cgroups (CLONE_INTO_CGROUP). If not, a cgroup
/// namespace made by clone3 would be rooted in the wrong cgroup.
enum class CgroupEntry : std::uint8_t { at_birth, after_birth };

/// Pure. `linux` has been validated.
SpawnPlan spawn_plan_of(const spec::Linux& linux, CgroupEntry entry);

/// The host id that `container_id` stands for; nullopt if no mapping holds it.
std::optional<std::uint32_t> host_id(const std::vector<spec::IdMapping>& mappings,
                                     std::uint32_t container_id);

/// The text for /proc/PID/uid_map (user_namespaces(7)).
std::string id_map_text(const std::vector<spec::IdMapping>& mappings);

} // namespace namespaces
