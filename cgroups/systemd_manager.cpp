#include "cgroups/systemd_manager.hpp"

#include "cgroups/freezer.hpp"
#include "cgroups/processes.hpp"
#include "cgroups/remove.hpp"
#include "cgroups/unit_properties.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>
#include <cerrno>

namespace cgroups {

using base::cat;
using base::done;
using base::Error;
using base::Result;
using systemd::Property;
using systemd::UnitManager;

namespace {

/// Where systemd has put a process: the v2 group, or that of the v1 hierarchy in which systemd
/// keeps its units.
Result<std::string> group_of(pid_t pid) {
    TRY_ASSIGN(const std::string text,
               base::read_file(base::FdRef::cwd(), cat("/proc/", pid, "/cgroup")));
    std::string group;
    for (const Membership& membership : memberships_of(text)) {
        if (membership.controllers == std::vector<std::string>{"name=systemd"}) {
            return membership.path;
        }
        group = membership.controllers.empty() ? membership.path : group;
    }
    return group;
}

/// Device rules of v1 are written by systemd as "nothing" and then one by one; so the container
/// stands still until all of them, and ours, are there.
template <class Deed>
Result<> at_standstill(const Placement& placement, Deed deed) {
    constexpr std::chrono::milliseconds kPatience{10'000};
    TRY_ASSIGN(const FreezerState before, freezer_state(placement));
    if (before != FreezerState::frozen) {
        TRY(freeze(placement, kPatience).in("pause for the change of devices"));
    }
    Result<> result = deed();
    if (before == FreezerState::thawed) {
        TRY(thaw(placement).in("resume behind the change of devices"));
    }
    return result;
}

/// A list of devices adds to the one that is there, unless an empty one comes first.
std::vector<Property> changed_devices(const DevicePlan& devices) {
    std::vector<Property> properties = properties_of(devices);
    properties.insert(properties.begin(),
                      {.name = "DeviceAllow",
                       .value = std::vector<std::pair<std::string, std::string>>{},
                       .origin = devices.origin});
    return properties;
}

} // namespace

Result<Manager::Created> SystemdManager::create(const Plan& plan, const Recorder& /*recorder*/) {
    own_ = {.unit = plan.unit.value().unit};
    TRY_ASSIGN(systemd_, UnitManager::connect(own_.unit));
    return Created{};
}

Result<> SystemdManager::start(const Plan& plan, pid_t pid, const Recorder& recorder) {
    std::vector<Property> properties = plan.unit->properties;
    if (!plan.unit->is_slice) {
        properties.push_back({.name = "PIDs",
                              .value = std::vector<std::uint32_t>{static_cast<std::uint32_t>(pid)},
                              .origin = {}});
    }
    if (recorder.unit) {
        TRY(recorder.unit(own_));
    }
    Result<> started = systemd_->start(std::move(properties));
    // A bus that went away behind the call: the unit is ours if our process is in it.
    if (started.code() == EEXIST && group_of(pid) && *group_of(pid) == plan.path) {
        started = done();
    }
    TRY(std::move(started).at("/linux/cgroupsPath"));
    own_.started = true;
    return recorder.unit ? recorder.unit(own_) : done();
}

Result<Manager::Created> SystemdManager::adopt(const Plan& plan, pid_t pid,
                                               const Recorder& recorder) {
    TRY(start(plan, pid, recorder));
    if (!plan.unit->is_slice) {
        TRY_ASSIGN(const std::string group, group_of(pid));
        if (group != plan.path) {
            return Error(cat("systemd has put ", own_.unit.name, " into ", base::quoted(group),
                             ", not into ", base::quoted(plan.path)));
        }
    }
    TRY_ASSIGN(Placement placement, make(plan, recorder));
    if (plan.unit->is_slice) {
        TRY(attach(placement, pid));
    }
    TRY_ASSIGN(std::vector<Warning> warnings, fill(placement, plan));
    return Created{.placement = std::move(placement), .warnings = std::move(warnings)};
}

/// Files first, as the kernel refuses more than systemd does; then the unit. What a property cannot
/// say exactly is written again behind it.
Result<std::vector<Warning>> SystemdManager::apply(const Placement& placement,
                                                   const Change& change) {
    TRY_ASSIGN(const Current current, read_current(placement));
    UnitProperties told = properties_of(change.writes, current);
    const bool is_v1 = change.devices && change.devices->version == Version::v1;
    if (change.devices) {
        std::ranges::move(changed_devices(*change.devices), std::back_inserter(told.properties));
    }
    if (told.properties.empty()) {
        return update(placement, change);
    }
    TRY_ASSIGN(UnitManager systemd, UnitManager::connect(own_.unit));
    const auto tell = [&]() -> Result<> {
        TRY(systemd.set(told.properties));
        TRY(cgroups::apply(placement, told.inexact));
        if (is_v1) {
            TRY(apply_devices(placement, *change.devices));
        }
        return done();
    };
    return update(placement, change,
                  [&] { return is_v1 ? at_standstill(placement, tell) : tell(); });
}

/// The unit's own group is left to systemd, which takes one that vanishes for one that is used.
Result<> SystemdManager::destroy(const Placement& placement, std::chrono::milliseconds patience) {
    TRY_ASSIGN(const Placement groups, reopen(saved(placement)));
    TRY_ASSIGN(const std::vector<pid_t> left, pids(groups));
    if (!left.empty()) {
        return Error::system(EBUSY, "").in(
            cat("the unit ", own_.unit.name, " is not empty: ", names_of(left)));
    }
    return remove(placement, patience);
}

Result<> SystemdManager::forget() {
    if (!own_.started) {
        return done();
    }
    if (!systemd_) {
        TRY_ASSIGN(systemd_, UnitManager::connect(own_.unit));
    }
    return systemd_->stop();
}

} // namespace cgroups
