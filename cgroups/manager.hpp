// Who makes a container's groups: ourselves in the cgroup file systems, systemd, or nobody.
//
//     create   before there is a process: groups, and the values that have to be there first
//     adopt    once there is one, which waits: systemd makes a unit of a process that exists
//     apply    values from then on: updates
//     destroy  the container is gone
//     forget   what others than the kernel still know of it
#pragma once

#include "cgroups/apply.hpp"
#include "cgroups/enter.hpp"
#include "cgroups/make.hpp"

#include <chrono>
#include <memory>
#include <optional>

namespace cgroups {

class Manager {
  public:
    Manager() = default;
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;
    virtual ~Manager() = default;

    struct Created {
        Placement placement;
        std::vector<Warning> warnings;
    };
    /// Groups, Plan::before and the device rules. On failure nothing is left. The placement may be
    /// empty: adopt() makes it, cgroups are off, or this host gives us none and none was asked for.
    virtual base::Result<Created> create(const Plan& plan, const Recorder& recorder) = 0;
    /// For a plan with a unit: makes it with the process `pid` in it, then what systemd did not
    /// make, and writes what create() of others does. On failure destroy() and forget() clear up.
    virtual base::Result<Created> adopt(const Plan& plan, pid_t pid, const Recorder& recorder) = 0;
    virtual base::Result<std::vector<Warning>> apply(const Placement& placement,
                                                     const Change& change) = 0;
    /// All processes have ended, or do so within `patience`.
    virtual base::Result<> destroy(const Placement& placement,
                                   std::chrono::milliseconds patience) = 0;
    /// Behind destroy(). Without it systemd finds the unit empty, somewhat later.
    virtual base::Result<> forget() = 0;
};

/// For a new container.
std::unique_ptr<Manager> manager_of(ManagerKind kind);
/// For one that is there, with the unit that it has or none.
std::unique_ptr<Manager> manager_of(const std::optional<OwnUnit>& unit);

} // namespace cgroups
