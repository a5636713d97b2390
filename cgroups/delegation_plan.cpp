#include "cgroups/delegation_plan.hpp"

#include "runtime/base/text.hpp"

#include <algorithm>

namespace cgroups {

namespace {

constexpr std::string_view kAnyGroup = "/oci-rt"; // stands for one that is to be made

bool may(const MayMake& may_make, const std::string& group) {
    return !may_make || may_make(group);
}

bool is_asked_for(const Plan& plan, const HierarchyInfo& info) {
    const auto is_for = [&info](const Write& write) {
        return std::ranges::find(info.controllers, write.controller) != info.controllers.end() ||
               (info.version == Version::v2 && write.controller == "cgroup");
    };
    return std::ranges::any_of(plan.before, is_for) || std::ranges::any_of(plan.after, is_for);
}

/// Whether the hierarchy that the device rules were translated for is among those of the plan.
bool carries_devices(const Plan& plan) {
    return std::ranges::any_of(plan.hierarchies, [&plan](const PlannedHierarchy& planned) {
        const std::vector<std::string>& names = planned.info.controllers;
        return planned.info.version == plan.devices->version &&
               (planned.info.version == Version::v2 ||
                std::ranges::find(names, "devices") != names.end());
    });
}

} // namespace

std::string place_of_user(const Layout& layout, const MayMake& may_make) {
    const HierarchyInfo* const unified = unified_of(layout);
    if (unified == nullptr) {
        return "";
    }
    const std::string own = below_mount(*unified, unified->own_path);
    const std::string above =
        own.substr(0, own.rfind('/') == std::string::npos ? 0 : own.rfind('/'));
    for (const std::string& place : {above, own}) {
        if (may(may_make, base::cat(unified->mount_point, place, kAnyGroup))) {
            return place;
        }
    }
    return own;
}

void leave_out_what_is_not_delegated(Plan& plan, const MayMake& may_make) {
    const auto is_closed = [&](const PlannedHierarchy& planned) {
        return !may(may_make, base::cat(planned.info.mount_point, plan.path));
    };
    const bool all_closed = std::ranges::all_of(plan.hierarchies, is_closed);
    std::erase_if(plan.hierarchies, [&](const PlannedHierarchy& planned) {
        return is_closed(planned) && !is_asked_for(plan, planned.info) &&
               !(plan.path_is_asked_for && all_closed);
    });
    if (plan.devices && !carries_devices(plan)) {
        if (plan.devices->asked) {
            plan.warnings.push_back(
                {.text = std::string(kDeviceRulesNotApplied), .origin = plan.devices->origin});
        }
        plan.devices.reset();
    }
}

} // namespace cgroups
