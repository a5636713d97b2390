// A container's unit, as data: its name, its place, and what systemd is told about it. Pure.
// (systemd.scope(5), systemd.resource-control(5))
#pragma once

#include "cgroups/systemd/unit.hpp"
#include "cgroups/systemd/value.hpp"
#include "runtime/base/result.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cgroups {

/// The annotations that are properties of the unit begin so; the rest is the property's name.
constexpr std::string_view kPropertyAnnotation = "org.systemd.property.";

struct UnitPlan {
    systemd::Unit unit;
    std::string slice;     ///< where it is: "system.slice"
    std::string group;     ///< its group below each mount point: "/system.slice/oci-rt-web1.scope"
    bool is_slice = false; ///< a slice has no processes to begin with: they are moved into it
    std::vector<systemd::Property> properties; ///< all but the process
};

/// Who makes the unit, and where its groups begin.
struct ServiceManager {
    systemd::Owner owner = systemd::Owner::system;
    std::string group; ///< its own: "" of the system's, ".../user@1000.service" of a user's
};

/// Of a cgroupsPath "SLICE:PREFIX:NAME": the unit PREFIX-NAME.scope, or the slice NAME if that ends
/// in ".slice". No SLICE is system.slice, for a user's manager user.slice; no PREFIX is no prefix;
/// no cgroupsPath is ":oci-rt:ID". With the properties that every container's unit has. All errors
/// are at cgroupsPath.
base::Result<UnitPlan> unit_plan_of(std::string_view cgroups_path, std::string_view id,
                                    const ServiceManager& manager);

/// The properties that the annotations ask for. An error for one that is not on the list of those
/// that can do no harm outside of the unit, and for a value of another type.
base::Result<std::vector<systemd::Property>>
annotated_properties(const std::map<std::string, std::string>& annotations);

/// Puts properties behind those of the plan, each in the place of one with the same name.
void add_properties(UnitPlan& plan, std::vector<systemd::Property> properties);

/// For people and golden tests.
std::vector<std::string> describe(const UnitPlan& plan);

} // namespace cgroups
