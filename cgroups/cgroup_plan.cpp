#include "cgroups/cgroup_plan.hpp"

#include "cgroups/delegation_plan.hpp"
#include "cgroups/translate_shared.hpp"
#include "cgroups/unit_properties.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>

namespace cgroups {

namespace {

constexpr std::string_view kPathPointer = "/linux/cgroupsPath";
constexpr std::string_view kPrefixOfOurs = "/oci-rt-";

bool contains(const std::vector<std::string>& all, std::string_view one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

/// The version of the hierarchy in which a controller lives; nullopt if it is nowhere.
std::optional<Version> version_of(std::span<const Reach> reach, std::string_view v1_name,
                                  std::string_view v2_name) {
    for (const Reach& hierarchy : reach) {
        const bool is_v1 = hierarchy.version == Version::v1;
        const std::string_view name = is_v1 ? v1_name : v2_name;
        if (!name.empty() && contains(hierarchy.controllers, name)) {
            return hierarchy.version;
        }
    }
    return std::nullopt;
}

bool has_version(std::span<const Reach> reach, Version version) {
    return std::any_of(reach.begin(), reach.end(),
                       [version](const Reach& hierarchy) { return hierarchy.version == version; });
}

std::vector<std::string> controllers_of(std::span<const Reach> reach, Version version) {
    std::vector<std::string> all;
    for (const Reach& hierarchy : reach) {
        if (hierarchy.version == version) {
            all.insert(all.end(), hierarchy.controllers.begin(), hierarchy.controllers.end());
        }
    }
    return all;
}

/// Refuses what needs a controller that none of the hierarchies has.
void check_demands(Collector& out, const spec::Resources& resources, std::span<const Reach> reach) {
    for (const Demand& demand : demands_of(resources, out.context())) {
        if (version_of(reach, demand.controller, demand.unified)) {
            continue;
        }
        const std::string_view member =
            std::string_view(demand.origin).substr(out.context().pointer.size());
        const std::string_view name =
            has_version(reach, Version::v1) ? demand.controller : demand.unified;
        if (demand.unified.empty() && has_version(reach, Version::v2)) {
            out.refuse(member, base::cat("cgroup v2 has no equivalent of ", demand.controller),
                       base::cat("it needs the controller ", demand.controller,
                                 " in a hierarchy of cgroup v1"));
        } else if (out.context().occasion == Occasion::update) {
            out.refuse(member,
                       base::cat("the container is in no cgroup with the controller ", name));
        } else {
            out.refuse(member, base::cat("this host has no cgroup controller ", name),
                       "see /proc/cgroups and the cgroup.controllers of the parent groups");
        }
    }
    for (const auto& [file, value] : resources.unified) {
        const std::string controller = file.substr(0, file.find('.'));
        const std::string member = base::cat("/unified/", pointer_part(file));
        if (!has_version(reach, Version::v2)) {
            out.refuse(member, "this host has no cgroup v2 hierarchy");
        } else if (controller == "cgroup" ||
                   contains(controllers_of(reach, Version::v2), controller)) {
            continue;
        } else if (contains(controllers_of(reach, Version::v1), controller)) {
            out.refuse(member, base::cat("the controller ", controller,
                                         " is in a hierarchy of cgroup v1 on this host"));
        } else {
            out.refuse(member, base::cat("this host has no cgroup v2 controller ",
                                         base::quoted(controller)));
        }
    }
}

/// The failures of several results as one; nullopt if there is none.
template <class... Results>
std::optional<base::Error> all_failures(Results&... results) {
    std::optional<base::Error> all;
    const auto add = [&all](auto& result) {
        if (!result) {
            add_finding(all, std::move(result.error()));
        }
    };
    (add(results), ...);
    return all;
}

/// Writes for all hierarchies; on a mixed host each value goes to the one that has its controller.
base::Result<Translation> translate(const spec::Resources& resources, std::span<const Reach> reach,
                                    const TranslationContext& context) {
    TRY_ASSIGN(std::vector<Warning> warnings, check(resources, context));
    Collector demands(context);
    check_demands(demands, resources, reach);
    base::Result<Translation> missing = std::move(demands).result();
    base::Result<Translation> v1 =
        translate_v1(resources, controllers_of(reach, Version::v1), context);
    base::Result<Translation> v2 =
        translate_v2(resources, controllers_of(reach, Version::v2), context);
    if (std::optional<base::Error> failure = all_failures(missing, v1, v2)) {
        return *std::move(failure);
    }
    Translation all{.writes = {}, .warnings = std::move(warnings)};
    for (base::Result<Translation>* part : {&v1, &v2}) {
        std::move((*part)->writes.begin(), (*part)->writes.end(), std::back_inserter(all.writes));
        std::move((*part)->warnings.begin(), (*part)->warnings.end(),
                  std::back_inserter(all.warnings));
    }
    return all;
}

/// The rules for the hierarchy that can carry them: v1 where there is the controller, else v2,
/// whose every group can. nullopt: neither, and only implicit rules.
base::Result<std::optional<DevicePlan>> devices_of(const std::vector<spec::DeviceRule>& rules,
                                                   const std::vector<spec::Device>& devices,
                                                   std::span<const Reach> reach,
                                                   const std::string& pointer) {
    DevicePlan plan{.origin = pointer + "/devices", .asked = !rules.empty()};
    TRY_ASSIGN(plan.set, device_set_of(rules, devices, pointer));
    if (version_of(reach, "devices", "")) {
        plan.version = Version::v1;
        TRY_ASSIGN(plan.lines, v1_lines_of(plan.set).at(plan.origin));
    } else if (has_version(reach, Version::v2)) {
        plan.version = Version::v2;
        if (!allows_everything(plan.set)) {
            plan.program = device_program_of(plan.set);
        }
    } else if (plan.asked && !allows_everything(plan.set)) {
        return base::Error("this host has no cgroup controller devices").at(plan.origin);
    } else {
        return std::optional<DevicePlan>();
    }
    return std::optional(std::move(plan));
}

bool looks_like_systemds(std::string_view cgroups_path) {
    return cgroups_path.find('/') == std::string_view::npos &&
           std::count(cgroups_path.begin(), cgroups_path.end(), ':') == 2;
}

bool is_for_after(const Write& write) {
    return write.file == "pids.max";
}

/// Says which of the limits are not applied where cgroups are turned off.
Plan disabled_plan(const spec::Linux& config, const TranslationContext& context) {
    Plan plan{.manager = ManagerKind::disabled};
    if (!config.resources) {
        return plan;
    }
    for (const Demand& demand : demands_of(*config.resources, context)) {
        plan.warnings.push_back(
            {.text = "not applied: cgroups are disabled", .origin = demand.origin});
    }
    for (const auto& [file, value] : config.resources->unified) {
        plan.warnings.push_back(
            {.text = "not applied: cgroups are disabled",
             .origin = base::cat(context.pointer, "/unified/", pointer_part(file))});
    }
    return plan;
}

/// The unit, if systemd makes the group; nullopt else.
base::Result<std::optional<UnitPlan>> unit_of(std::string_view cgroups_path,
                                              const PlanContext& context) {
    if (context.manager != ManagerKind::systemd) {
        return std::optional<UnitPlan>();
    }
    base::Result<UnitPlan> unit = unit_plan_of(cgroups_path, context.id, context.service_manager);
    base::Result<std::vector<systemd::Property>> annotated =
        annotated_properties(context.annotations);
    if (std::optional<base::Error> failure = all_failures(unit, annotated)) {
        return *std::move(failure);
    }
    add_properties(*unit, *std::move(annotated));
    return std::optional(*std::move(unit));
}

/// What the unit is told of the limits. Who cannot use device nodes or bpf(2) says nothing of them.
void tell_unit(UnitPlan& unit, std::span<const Write> writes, const Plan& plan) {
    add_properties(unit, properties_of(writes, {}).properties);
    if (plan.devices && !plan.devices->refusable) {
        add_properties(unit, properties_of(*plan.devices));
    }
}

/// systemd sets the limit of processes when there is one; we need more until the container stands.
void lift_until_after(Plan& plan) {
    for (Write write : plan.after) {
        write.value = "max";
        plan.before.push_back(std::move(write));
    }
}

std::vector<PlannedHierarchy> hierarchies_of(const Layout& layout, std::span<const Write> writes) {
    std::vector<PlannedHierarchy> planned;
    for (const HierarchyInfo& info : layout.hierarchies) {
        PlannedHierarchy& hierarchy = planned.emplace_back(PlannedHierarchy{.info = info});
        for (const Write& write : writes) {
            if (!contains(info.controllers, write.controller)) {
                continue;
            }
            hierarchy.origin = hierarchy.origin.empty() ? write.origin : hierarchy.origin;
            if (info.version == Version::v2 && !contains(hierarchy.needed, write.controller)) {
                hierarchy.needed.push_back(write.controller);
            }
        }
    }
    return planned;
}

std::string described(const Write& write) {
    return base::cat(
        write.controller, ": ", write.file, " = ", base::quoted(write.value),
        write.other_file.empty()
            ? ""
            : base::cat(" or ", write.other_file, " = ", base::quoted(write.other_value)),
        write.need == Need::if_present ? ", if present" : "",
        write.need == Need::advisory ? ", advisory" : "", write.any_order ? ", any order" : "",
        write.not_below.empty() ? "" : base::cat(", not below ", write.not_below), " (",
        write.origin, ")");
}

void describe_devices(const DevicePlan& plan, std::vector<std::string>& lines) {
    const auto place = [](const std::string& origin) {
        return origin.empty() ? "" : base::cat(" (", origin, ")");
    };
    if (plan.version == Version::v1) {
        for (const DeviceLine& line : plan.lines) {
            lines.push_back(base::cat("devices.", line.allow ? "allow " : "deny ", line.text,
                                      place(line.origin)));
        }
        return;
    }
    lines.push_back(plan.program.empty()
                        ? "devices: everything is allowed"
                        : base::cat("device program of ", plan.program.size(), " instructions"));
    for (const DeviceGrant& grant : plan.set) {
        lines.push_back(base::cat("device ", text_of(grant), place(grant.origin)));
    }
}

} // namespace

base::Result<> check_path(std::string_view path) {
    if (!path.starts_with('/') || path == "/") {
        return base::Error(base::cat(base::quoted(path), " is not a group below the root"));
    }
    for (const std::string_view name : base::split(path.substr(1), '/')) {
        if (name.empty() || name == "." || name == "..") {
            return base::Error(
                       base::cat(base::quoted(path), " has the component ", base::quoted(name)))
                .hint("cgroup paths are taken literally: no empty, \".\" or \"..\" components");
        }
        if (std::any_of(name.begin(), name.end(),
                        [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; })) {
            return base::Error(base::cat(base::quoted(path), " has a control character"));
        }
    }
    return base::done();
}

base::Result<std::string> path_of(std::string_view cgroups_path, std::string_view id,
                                  std::string_view place) {
    std::string path = cgroups_path.empty()            ? base::cat(place, kPrefixOfOurs, id)
                       : cgroups_path.starts_with('/') ? std::string(cgroups_path)
                                                       : base::cat(place, '/', cgroups_path);
    TRY(check_path(path).at(kPathPointer));
    return path;
}

base::Result<Plan> plan_of(const spec::Linux& config, const Layout& layout,
                           const PlanContext& context) {
    const TranslationContext translation{};
    if (context.manager == ManagerKind::disabled) {
        return disabled_plan(config, translation);
    }
    std::vector<Reach> reach;
    for (const HierarchyInfo& info : layout.hierarchies) {
        reach.push_back({.version = info.version, .controllers = info.controllers});
    }
    const spec::Resources none;
    const spec::Resources& resources = config.resources ? *config.resources : none;
    const std::string place =
        context.unprivileged ? place_of_user(layout, context.may_make) : std::string();
    base::Result<std::optional<UnitPlan>> unit = unit_of(config.cgroups_path, context);
    base::Result<std::string> path = !unit   ? base::Result<std::string>(std::string())
                                     : *unit ? base::Result<std::string>((*unit)->group)
                                             : path_of(config.cgroups_path, context.id, place);
    base::Result<Translation> translated = translate(resources, reach, translation);
    base::Result<std::optional<DevicePlan>> devices =
        devices_of(resources.devices, config.devices, reach, translation.pointer);
    if (std::optional<base::Error> failure = all_failures(unit, path, translated, devices)) {
        return *std::move(failure);
    }
    Plan plan{.manager = context.manager,
              .path = *std::move(path),
              .unit = *std::move(unit),
              .hierarchies = hierarchies_of(layout, translated->writes),
              .devices = *std::move(devices),
              .warnings = std::move(translated->warnings)};
    if (plan.devices) {
        plan.devices->refusable = context.unprivileged;
    }
    if (plan.unit) {
        tell_unit(*plan.unit, translated->writes, plan);
    }
    for (Write& write : translated->writes) {
        (is_for_after(write) ? plan.after : plan.before).push_back(std::move(write));
    }
    if (plan.unit) {
        lift_until_after(plan);
    }
    plan.path_is_asked_for = !config.cgroups_path.empty();
    if (context.unprivileged && !plan.unit) {
        leave_out_what_is_not_delegated(plan, context.may_make);
    }
    if (!plan.unit && looks_like_systemds(config.cgroups_path)) {
        plan.warnings.push_back({.text =
                                     "this looks like systemd's SLICE:PREFIX:NAME, and is taken "
                                     "as a path",
                                 .origin = std::string(kPathPointer)});
    }
    return plan;
}

base::Result<Change> change_of(const spec::Resources& resources, std::span<const Reach> reach,
                               const TranslationContext& context) {
    TRY_ASSIGN(Translation translated, translate(resources, reach, context));
    Change change{.writes = std::move(translated.writes),
                  .devices = {},
                  .warnings = std::move(translated.warnings)};
    if (!resources.devices.empty()) {
        TRY_ASSIGN(change.devices, devices_of(resources.devices, {}, reach, context.pointer));
    }
    return change;
}

std::vector<std::string> describe(const Plan& plan) {
    std::vector<std::string> lines;
    lines.push_back(plan.manager == ManagerKind::disabled ? "cgroups disabled"
                                                          : base::cat("cgroup ", plan.path));
    if (plan.unit) {
        std::ranges::move(describe(*plan.unit), std::back_inserter(lines));
    }
    for (const PlannedHierarchy& hierarchy : plan.hierarchies) {
        const bool is_v1 = hierarchy.info.version == Version::v1;
        lines.push_back(base::cat(
            "make ", is_v1 ? "v1 " : "v2 ", hierarchy.info.mount_point, plan.path,
            is_v1 ? " of " : " with ", base::join(hierarchy.info.controllers, ","),
            hierarchy.needed.empty() ? "" : " needing ", base::join(hierarchy.needed, ",")));
    }
    for (const Write& write : plan.before) {
        lines.push_back(base::cat("before ", described(write)));
    }
    if (plan.devices) {
        describe_devices(*plan.devices, lines);
    }
    for (const Write& write : plan.after) {
        lines.push_back(base::cat("after ", described(write)));
    }
    for (const Warning& warning : plan.warnings) {
        lines.push_back(base::cat("warning: ", warning.text, " (", warning.origin, ")"));
    }
    return lines;
}

} // namespace cgroups
