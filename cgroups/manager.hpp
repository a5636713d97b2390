// Who makes a container's groups: ourselves in the cgroup file systems, or nobody. (systemd, which
// makes a scope out of a process that exists already, has its place in the same four steps.)
//
//     create   before there is a process: groups, and the values that have to be there first
//     enter    once there is one: it is moved where it did not get by itself
//     apply    values from then on: those of Plan::after, and updates
//     destroy  the container is gone
#pragma once

#include "cgroups/apply.hpp"
#include "cgroups/enter.hpp"
#include "cgroups/make.hpp"

#include <chrono>
#include <memory>

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
    /// empty: cgroups are off, or this host gives us none and none was asked for.
    virtual base::Result<Created> create(const Plan& plan, const Recorder& recorder) = 0;
    /// For a process that entered by entrance_of() there is nothing to do; else it is attached.
    virtual base::Result<> enter(const Placement& placement, pid_t pid) = 0;
    virtual base::Result<std::vector<Warning>> apply(const Placement& placement,
                                                     const Change& change) = 0;
    /// All processes have ended, or do so within `patience`.
    virtual base::Result<> destroy(const Placement& placement,
                                   std::chrono::milliseconds patience) = 0;
};

std::unique_ptr<Manager> manager_of(ManagerKind kind);

} // namespace cgroups
