#include "cgroups/manager.hpp"

#include "cgroups/remove.hpp"
#include "cgroups/systemd_manager.hpp"

namespace cgroups {

namespace {

class CgroupfsManager final : public Manager {
  public:
    base::Result<Created> create(const Plan& plan, const Recorder& recorder) override;
    base::Result<Created> adopt(const Plan&, pid_t, const Recorder&) override { return Created{}; }
    base::Result<std::vector<Warning>> apply(const Placement& placement,
                                             const Change& change) override {
        return update(placement, change);
    }
    base::Result<> destroy(const Placement& placement,
                           std::chrono::milliseconds patience) override {
        return remove(placement, patience);
    }
    base::Result<> forget() override { return base::done(); }
};

base::Result<Manager::Created> CgroupfsManager::create(const Plan& plan, const Recorder& recorder) {
    constexpr std::chrono::milliseconds kNobodyIsInIt{0};
    TRY_ASSIGN(Placement made, make(plan, recorder));
    base::Result<std::vector<Warning>> filled = fill(made, plan);
    if (!filled) {
        // Best effort: the cause is what counts, and the journal knows the rest.
        static_cast<void>(remove(made, kNobodyIsInIt));
        return std::move(filled).error();
    }
    return Created{.placement = std::move(made), .warnings = *std::move(filled)};
}

class DisabledManager final : public Manager {
  public:
    base::Result<Created> create(const Plan&, const Recorder&) override { return Created{}; }
    base::Result<Created> adopt(const Plan&, pid_t, const Recorder&) override { return Created{}; }
    base::Result<std::vector<Warning>> apply(const Placement&, const Change&) override {
        return base::Error(
            "this container was created without cgroups (--cgroup-manager=disabled)");
    }
    base::Result<> destroy(const Placement&, std::chrono::milliseconds) override {
        return base::done();
    }
    base::Result<> forget() override { return base::done(); }
};

} // namespace

std::unique_ptr<Manager> manager_of(ManagerKind kind) {
    switch (kind) {
    case ManagerKind::cgroupfs:
        return std::make_unique<CgroupfsManager>();
    case ManagerKind::systemd:
        return std::make_unique<SystemdManager>();
    case ManagerKind::disabled:
        break;
    }
    return std::make_unique<DisabledManager>();
}

std::unique_ptr<Manager> manager_of(const std::optional<OwnUnit>& unit) {
    if (unit) {
        return std::make_unique<SystemdManager>(*unit);
    }
    return std::make_unique<CgroupfsManager>();
}

} // namespace cgroups
