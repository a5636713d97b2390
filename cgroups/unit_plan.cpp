#include "cgroups/unit_plan.hpp"

#include "cgroups/systemd/unit_names.hpp"
#include "cgroups/systemd/value_text.hpp"
#include "cgroups/translate_shared.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>
#include <array>

namespace cgroups {

using base::cat;
using base::Error;
using base::Result;
using systemd::Property;
using systemd::Value;

namespace {

constexpr std::string_view kPathPointer = "/linux/cgroupsPath";
constexpr std::string_view kOwnPrefix = "oci-rt";
constexpr std::uint64_t kSecondUs = 1'000'000;

/// A property that annotations may set: it concerns the unit alone, or the order in which units
/// come and go. None starts, stops or changes another unit, a limit, or the unit's place.
struct Allowed {
    std::string_view name;
    Value like; ///< of its type
};

std::span<const Allowed> allowed_properties() {
    static const std::array<Allowed, 17> allowed = {{
        {"After", std::vector<std::string>{}},
        {"Before", std::vector<std::string>{}},
        {"CollectMode", std::string()},
        {"DefaultDependencies", false},
        {"Description", std::string()},
        {"Documentation", std::vector<std::string>{}},
        {"KillMode", std::string()},
        {"KillSignal", std::int32_t{0}},
        {"ManagedOOMMemoryPressure", std::string()},
        {"ManagedOOMMemoryPressureLimit", std::uint32_t{0}},
        {"ManagedOOMPreference", std::string()},
        {"ManagedOOMSwap", std::string()},
        {"OOMPolicy", std::string()},
        {"RuntimeMaxUSec", std::uint64_t{0}},
        {"SendSIGHUP", false},
        {"SendSIGKILL", false},
        {"TimeoutStopUSec", std::uint64_t{0}},
    }};
    return allowed;
}

std::string names_of_allowed() {
    std::vector<std::string> names;
    for (const Allowed& one : allowed_properties()) {
        names.emplace_back(one.name);
    }
    return base::join(names, ", ");
}

const Allowed* find_allowed(std::string_view name) {
    const std::span<const Allowed> all = allowed_properties();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [name](const Allowed& one) { return one.name == name; });
    return found == all.end() ? nullptr : &*found;
}

/// "TimeoutStopSec", as unit files write it, is the property TimeoutStopUSec in seconds.
Result<Property> annotated(std::string name, std::string_view text, const std::string& origin) {
    constexpr std::string_view kSeconds = "Sec";
    const bool in_seconds = name.ends_with(kSeconds) && !name.ends_with("USec");
    if (in_seconds) {
        name.replace(name.size() - kSeconds.size(), kSeconds.size(), "USec");
    }
    const Allowed* allowed = find_allowed(name);
    if (allowed == nullptr) {
        return std::move(Error(cat("an annotation cannot set systemd's property ", name)))
            .at(origin)
            .hint(cat("it can set ", names_of_allowed()));
    }
    TRY_ASSIGN(Value value, systemd::value_of(text, allowed->like).at(origin));
    if (auto* time = std::get_if<std::uint64_t>(&value); time != nullptr && in_seconds) {
        *time = *time > systemd::kInfinity / kSecondUs ? systemd::kInfinity : *time * kSecondUs;
    }
    return Property{.name = std::move(name), .value = std::move(value), .origin = origin};
}

Error not_three_parts(std::string_view cgroups_path) {
    return std::move(Error(cat(base::quoted(cgroups_path), " is not SLICE:PREFIX:NAME")))
        .at(kPathPointer)
        .hint("systemd makes the group: name a slice, a prefix and a name for a unit, like "
              "\"system.slice:oci-rt:web1\"");
}

/// A slice stands where its own name says.
Result<> name_slice(UnitPlan& plan, std::string_view given, std::string_view name,
                    const std::string& above) {
    TRY_ASSIGN(const std::string group, systemd::slice_group(name).at(kPathPointer));
    if (group.empty()) {
        return std::move(Error("the root slice cannot be a container's")).at(kPathPointer);
    }
    const std::string parent = group.substr(0, group.rfind('/'));
    TRY_ASSIGN(const std::string named,
               systemd::slice_group(given.empty() ? "-.slice" : given).at(kPathPointer));
    if (!given.empty() && named != parent) {
        return std::move(
                   Error(cat("the slice ", base::quoted(name), " is not in ", base::quoted(given))))
            .at(kPathPointer)
            .hint("by its name, a-b.slice is in a.slice");
    }
    plan.slice = parent.empty() ? "-.slice" : parent.substr(parent.rfind('/') + 1);
    plan.unit.name = name;
    plan.group = above + group;
    plan.is_slice = true;
    return base::done();
}

} // namespace

Result<UnitPlan> unit_plan_of(std::string_view cgroups_path, std::string_view id,
                              const ServiceManager& manager) {
    const std::string own_path = cat(":", kOwnPrefix, ":", id);
    const std::vector<std::string_view> parts =
        base::split(cgroups_path.empty() ? own_path : cgroups_path, ':');
    if (parts.size() != 3 || parts[2].empty()) {
        return not_three_parts(cgroups_path);
    }
    UnitPlan plan{.unit = {.owner = manager.owner, .name = {}}};
    if (parts[2].ends_with(".slice")) {
        TRY(name_slice(plan, parts[0], parts[2], manager.group));
        add_properties(plan, {{"Wants", std::vector<std::string>{plan.slice}, ""}});
    } else {
        const bool is_system = manager.owner == systemd::Owner::system;
        plan.slice = !parts[0].empty() ? parts[0] : is_system ? "system.slice" : "user.slice";
        TRY_ASSIGN(const std::string above, systemd::slice_group(plan.slice).at(kPathPointer));
        plan.unit.name = cat(parts[1], parts[1].empty() ? "" : "-", parts[2], ".scope");
        plan.group = cat(manager.group, above, '/', plan.unit.name);
        // Delegated, the group below is ours: systemd makes none of its own in it.
        add_properties(plan,
                       {{"Slice", plan.slice, std::string(kPathPointer)}, {"Delegate", true, ""}});
    }
    TRY(systemd::check_unit_name(plan.unit.name).at(kPathPointer));
    // Engines stop their containers themselves, at shutdown too; and a limit of tasks that nobody
    // asked for (DefaultTasksMax) is none.
    add_properties(plan, {{"Description", cat("oci-rt container ", id), ""},
                          {"DefaultDependencies", false, ""},
                          {"TasksMax", systemd::kInfinity, ""}});
    return plan;
}

Result<std::vector<Property>>
annotated_properties(const std::map<std::string, std::string>& annotations) {
    std::vector<Property> properties;
    std::optional<Error> failure;
    for (const auto& [key, text] : annotations) {
        if (!key.starts_with(kPropertyAnnotation)) {
            continue;
        }
        Result<Property> property = annotated(key.substr(kPropertyAnnotation.size()), text,
                                              cat("/annotations/", pointer_part(key)));
        if (property) {
            properties.push_back(*std::move(property));
        } else {
            add_finding(failure, std::move(property).error());
        }
    }
    if (failure) {
        return *std::move(failure);
    }
    return properties;
}

void add_properties(UnitPlan& plan, std::vector<Property> properties) {
    for (Property& property : properties) {
        std::erase_if(plan.properties,
                      [&property](const Property& one) { return one.name == property.name; });
        plan.properties.push_back(std::move(property));
    }
}

std::vector<std::string> describe(const UnitPlan& plan) {
    const bool is_users = plan.unit.owner == systemd::Owner::user;
    std::vector<std::string> lines = {cat("unit ", plan.unit.name, " in ", plan.slice,
                                          is_users ? " of the user's systemd" : " of systemd")};
    for (const Property& property : plan.properties) {
        lines.push_back(cat("property ", property.name, " = ", systemd::text_of(property.value),
                            property.origin.empty() ? "" : cat(" (", property.origin, ")")));
    }
    return lines;
}

} // namespace cgroups
