#include "cgroups/manager.hpp"

#include "cgroups/remove.hpp"

#include <cerrno>

namespace cgroups {

namespace {

class CgroupfsManager final : public Manager {
  public:
    base::Result<Created> create(const Plan& plan, const Recorder& recorder) override;
    base::Result<> enter(const Placement& placement, pid_t pid) override {
        return attach(placement, pid);
    }
    base::Result<std::vector<Warning>> apply(const Placement& placement,
                                             const Change& change) override {
        return update(placement, change);
    }
    base::Result<> destroy(const Placement& placement,
                           std::chrono::milliseconds patience) override {
        return remove(placement, patience);
    }
};

base::Result<std::vector<Warning>> fill(const Placement& placement, const Plan& plan) {
    TRY_ASSIGN(std::vector<Warning> warnings, cgroups::apply(placement, plan.before));
    if (plan.devices) {
        TRY_ASSIGN(std::vector<Warning> of_devices, apply_devices(placement, *plan.devices));
        std::move(of_devices.begin(), of_devices.end(), std::back_inserter(warnings));
    }
    return warnings;
}

base::Result<Manager::Created> CgroupfsManager::create(const Plan& plan, const Recorder& recorder) {
    constexpr std::chrono::milliseconds kNobodyIsInIt{0};
    base::Result<Placement> made = make(plan, recorder);
    if (!made) {
        const int code = made.code();
        if (plan.may_be_without && (code == EACCES || code == EPERM || code == EROFS)) {
            return Created{};
        }
        return std::move(made).error();
    }
    base::Result<std::vector<Warning>> filled = fill(*made, plan);
    if (!filled) {
        // Best effort: the cause is what counts, and the journal knows the rest.
        static_cast<void>(remove(*made, kNobodyIsInIt));
        return std::move(filled).error();
    }
    return Created{.placement = *std::move(made), .warnings = *std::move(filled)};
}

class DisabledManager final : public Manager {
  public:
    base::Result<Created> create(const Plan&, const Recorder&) override { return Created{}; }
    base::Result<> enter(const Placement&, pid_t) override { return base::done(); }
    base::Result<std::vector<Warning>> apply(const Placement&, const Change&) override {
        return base::Error(
            "this container was created without cgroups (--cgroup-manager=disabled)");
    }
    base::Result<> destroy(const Placement&, std::chrono::milliseconds) override {
        return base::done();
    }
};

} // namespace

std::unique_ptr<Manager> manager_of(ManagerKind kind) {
    switch (kind) {
    case ManagerKind::cgroupfs:
        return std::make_unique<CgroupfsManager>();
    case ManagerKind::disabled:
        break;
    }
    return std::make_unique<DisabledManager>();
}

} // namespace cgroups
