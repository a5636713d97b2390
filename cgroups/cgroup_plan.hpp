// What will be done to cgroups for a container, as data. Pure: the same configuration on the same
// layout gives the same plan, which can be printed and compared.
#pragma once

#include "cgroups/device_lines.hpp"
#include "cgroups/device_program.hpp"
#include "cgroups/device_rules.hpp"
#include "cgroups/layout.hpp"
#include "cgroups/translate.hpp"
#include "cgroups/unit_plan.hpp"
#include "cgroups/write.hpp"
#include "oci-spec/spec.hpp"
#include "runtime/base/result.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cgroups {

enum class ManagerKind : std::uint8_t { cgroupfs, systemd, disabled };

/// The device rules, in the language of the hierarchy that will carry them.
struct DevicePlan {
    Version version = Version::v2;
    DeviceSet set;
    std::vector<DeviceLine> lines; ///< v1
    /// v2; empty if everything is allowed: what is not filtered needs no program.
    std::vector<bpf_insn> program;
    std::string origin;
    bool asked = false; ///< false: there are only the implicit rules
    /// A refusal is no error: in a user namespace no device node can be made, and those that are
    /// there were handed in.
    bool refusable = false;
};

struct PlannedHierarchy {
    HierarchyInfo info;
    std::vector<std::string> needed; ///< v2: controllers without which a value cannot be written
    std::string origin;              ///< of the first value for it; "" if it has none
};

struct Plan {
    ManagerKind manager = ManagerKind::cgroupfs;
    std::string path; ///< of the container's group, below each mount point: "/oci-rt-web1"
    std::optional<UnitPlan> unit; ///< if systemd makes it
    std::vector<PlannedHierarchy> hierarchies;
    std::vector<Write> before; ///< written before the processes enter, and
    std::optional<DevicePlan> devices;
    /// written when they are all there: pids.max, as 0 is a limit that admits no process
    std::vector<Write> after;
    std::vector<Warning> warnings;
    bool path_is_asked_for = false; ///< by linux.cgroupsPath
};

/// Why no rights of a container are lost with them: see DevicePlan::refusable.
constexpr std::string_view kDeviceRulesNotApplied =
    "the device rules are not applied, which needs rights of the host's root; the container has "
    "the devices of its user";

/// Whether the caller may make the group with this directory: asked where its rights end.
using MayMake = std::function<bool(const std::string& directory)>;

struct PlanContext {
    std::string_view id; ///< of the container, valid
    ManagerKind manager = ManagerKind::cgroupfs;
    /// Without the rights of the host's root (an ordinary user, or root of a user namespace): what
    /// cannot be done then, but was not asked for, is left out.
    bool unprivileged = false;
    MayMake may_make{};                                  ///< empty: anything
    ServiceManager service_manager = {};                 ///< for ManagerKind::systemd
    std::map<std::string, std::string> annotations = {}; ///< the same
};

/// All findings as one error: a bad cgroupsPath, contradictory resources, a controller that this
/// host has not, a value without an equivalent.
base::Result<Plan> plan_of(const spec::Linux& config, const Layout& layout,
                           const PlanContext& context);

/// The path of the container's group, if systemd does not make it. An absolute cgroupsPath is below
/// the mount point of each hierarchy, a relative one below `place` ("" is the mount point, too);
/// without one it is "oci-rt-ID" there.
base::Result<std::string> path_of(std::string_view cgroups_path, std::string_view id,
                                  std::string_view place = "");
/// Refuses what must not be a path below a hierarchy: "..", ".", empty components, control
/// characters.
base::Result<> check_path(std::string_view path);

/// A hierarchy that a container is in, as far as an update has to know it.
struct Reach {
    Version version = Version::v2;
    std::vector<std::string> controllers;
};

/// An update of a container: all of it, or nothing.
struct Change {
    std::vector<Write> writes;
    std::optional<DevicePlan> devices; ///< if the Resources have rules
    std::vector<Warning> warnings;
};
/// `context.occasion` is update.
base::Result<Change> change_of(const spec::Resources& resources, std::span<const Reach> reach,
                               const TranslationContext& context);

/// For people and golden tests: one line per thing that will be done.
std::vector<std::string> describe(const Plan& plan);

} // namespace cgroups
