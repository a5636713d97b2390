// What this host offers, found by trying; rows skip with a reason where it offers less.
#pragma once

#include "conformance/harness/cgroups.hpp"

#include <set>
#include <string>
#include <vector>

namespace conformance {

/// "CAP_CHOWN" for 0; "CAP_99" for one that has no name.
std::string capability_name(int number);
/// All names that this suite knows, by their number.
const std::vector<std::string>& capability_names();

/// An SELinux context like the given one, with two categories instead of its range, as engines
/// label their containers: another label that the policy of any host knows.
std::string with_own_categories(const std::string& context);

class Host {
  public:
    static Host look();

    /// Whether this process, and so the runtime, holds a capability.
    [[nodiscard]] bool has_capability(const std::string& name) const;
    /// mount_setattr(2) exists (Linux 5.12).
    [[nodiscard]] bool has_mount_setattr() const { return mount_setattr_; }
    [[nodiscard]] bool has_namespace(const std::string& type) const;
    [[nodiscard]] bool has_apparmor() const { return apparmor_; }
    [[nodiscard]] bool has_selinux() const { return selinux_; }
    [[nodiscard]] bool has_resctrl() const { return resctrl_; }
    [[nodiscard]] int processors() const { return processors_; }
    [[nodiscard]] const Cgroups& cgroups() const { return cgroups_; }
    /// One line for the head of a report: kernel, cgroup layout, what is missing.
    [[nodiscard]] std::string summary() const;

  private:
    std::set<std::string> capabilities_;
    bool mount_setattr_ = false;
    bool apparmor_ = false;
    bool selinux_ = false;
    bool resctrl_ = false;
    int processors_ = 1;
    Cgroups cgroups_;
};

} // namespace conformance
