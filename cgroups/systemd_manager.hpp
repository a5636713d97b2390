// systemd as the one who makes a container's groups: a scope with the limits as properties, and in
// its groups by files what has no property (systemd.scope(5); systemd.io, "Control Group APIs and
// Delegation").
#pragma once

#include "cgroups/manager.hpp"
#include "cgroups/systemd/units.hpp"

namespace cgroups {

class SystemdManager final : public Manager {
  public:
    SystemdManager() = default;
    explicit SystemdManager(OwnUnit unit) : own_(std::move(unit)) {}

    /// Only connects: where systemd cannot be reached, no process has to be made first.
    base::Result<Created> create(const Plan& plan, const Recorder& recorder) override;
    base::Result<Created> adopt(const Plan& plan, pid_t pid, const Recorder& recorder) override;
    base::Result<std::vector<Warning>> apply(const Placement& placement,
                                             const Change& change) override;
    base::Result<> destroy(const Placement& placement, std::chrono::milliseconds patience) override;
    base::Result<> forget() override;

  private:
    base::Result<> start(const Plan& plan, pid_t pid, const Recorder& recorder);

    OwnUnit own_;
    std::optional<systemd::UnitManager> systemd_;
};

} // namespace cgroups
