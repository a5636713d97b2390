// The labels that security modules put on a process at its exec: AppArmor's profile and SELinux's
// context. They are written by a procfs that is known to be one, since a container that leads the
// write astray would run without (CVE-2019-16884).
#pragma once

#include "runtime/base/procfs.hpp"
#include "runtime/base/result.hpp"
#include "runtime/init_plan.hpp"

#include <utility>

namespace runtime {

/// Whether a procfs is needed for this process.
bool has_labels(const ProcessPlan& process);

/// Says what the next exec of the caller is labelled with; a fork inherits that, so hooks behind it
/// run under the labels, too. The container has no say in it: `proc` may not be what it mounted.
/// Errors: a profile that is not loaded, a context that the policy does not have.
base::Result<> set_exec_labels(const base::Procfs& proc, const ProcessPlan& process);

/// Labels the keys that the caller makes while it lives (SELinux alone); nothing without a context.
class KeyLabel {
  public:
    static base::Result<KeyLabel> set(const base::Procfs* proc, const ProcessPlan& process);
    KeyLabel(KeyLabel&& other) noexcept : proc_(std::exchange(other.proc_, nullptr)) {}
    KeyLabel(const KeyLabel&) = delete;
    KeyLabel& operator=(const KeyLabel&) = delete;
    KeyLabel& operator=(KeyLabel&&) = delete;
    ~KeyLabel();

  private:
    explicit KeyLabel(const base::Procfs* proc) : proc_(proc) {}
    const base::Procfs* proc_;
};

} // namespace runtime
