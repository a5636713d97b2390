#include "namespaces/spawn_plan.hpp"

#include "namespaces/kinds.hpp"
#include "oci-spec/pointer.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>

namespace namespaces {

using spec::NamespaceType;

bool SpawnPlan::makes(NamespaceType type) const {
    const auto flag = static_cast<std::uint32_t>(kind_of(type).flag);
    return ((new_types | unshare_late) & flag) != 0 || (type == NamespaceType::time && new_time);
}

bool SpawnPlan::joins_type(NamespaceType type) const {
    return std::ranges::find(joins, type, &Join::type) != joins.end();
}

bool SpawnPlan::has(NamespaceType type) const {
    return makes(type) || joins_type(type);
}

namespace {

/// A child that is still in our user namespace can join these by itself, without a second fork.
bool joined_directly(NamespaceType type) {
    return type == NamespaceType::network || type == NamespaceType::ipc ||
           type == NamespaceType::uts || type == NamespaceType::cgroup;
}

Shape shape_of(const SpawnPlan& plan) {
    const bool own_user_namespace = !plan.has(NamespaceType::user);
    const bool all_direct = std::ranges::all_of(
        plan.joins, [](const Join& join) { return joined_directly(join.type); });
    const bool direct =
        plan.joins.empty() ? !plan.new_time : own_user_namespace && all_direct && !plan.new_time;
    return direct ? Shape::direct : Shape::relay;
}

} // namespace

SpawnPlan spawn_plan_of(const spec::Linux& linux, CgroupEntry entry) {
    SpawnPlan plan;
    for (std::size_t i = 0; i < linux.namespaces.size(); ++i) {
        const spec::Namespace& wanted = linux.namespaces[i];
        const auto flag = static_cast<std::uint32_t>(kind_of(wanted.type).flag);
        if (!wanted.path.empty()) {
            plan.joins.push_back({wanted.type, wanted.path, base::cat("/linux/namespaces/", i)});
        } else if (wanted.type == NamespaceType::time) {
            plan.new_time = true; // kernel rule 5: clone3 would freeze the offsets
        } else if (wanted.type == NamespaceType::cgroup && entry == CgroupEntry::after_birth) {
            plan.unshare_late |= flag; // kernel rule 2
        } else {
            plan.new_types |= flag;
        }
    }
    // In the order of kKinds, which is the order of joining.
    std::ranges::stable_sort(plan.joins, {}, [](const Join& join) {
        return std::ranges::find(kKinds, join.type, &Kind::type) - kKinds.begin();
    });
    if (plan.makes(NamespaceType::user)) {
        plan.uid_mappings = linux.uid_mappings;
        plan.gid_mappings = linux.gid_mappings;
    }
    for (const auto& [clock, offset] : linux.time_offsets) {
        plan.clock_offsets.push_back(
            {clock, offset.secs, offset.nanosecs, spec::below("/linux/timeOffsets", clock)});
    }
    plan.shape = shape_of(plan);
    return plan;
}

std::optional<std::uint32_t> host_id(const std::vector<spec::IdMapping>& mappings,
                                     std::uint32_t container_id) {
    for (const spec::IdMapping& mapping : mappings) {
        if (container_id >= mapping.container_id &&
            container_id - mapping.container_id < mapping.size) {
            return mapping.host_id + (container_id - mapping.container_id);
        }
    }
    return std::nullopt;
}

std::string id_map_text(const std::vector<spec::IdMapping>& mappings) {
    std::string text;
    for (const spec::IdMapping& mapping : mappings) {
        text += base::cat(mapping.container_id, " ", mapping.host_id, " ", mapping.size, "\n");
    }
    return text;
}

} // namespace namespaces
