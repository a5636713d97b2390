// The environment before and after an operation: what a failed one may not leave behind.
#pragma once

#include "conformance/harness/cgroups.hpp"

#include <set>
#include <string>
#include <vector>

namespace conformance {

/// Each member holds one text per thing. Foreign activity does not show: cgroups and state are
/// looked at by the suite's tag, mounts and devices in the suite's own namespaces, and processes
/// below the suite.
struct Snapshot {
    std::set<std::string> cgroups;
    std::set<std::string> mounts;
    std::set<std::string> processes;
    std::set<std::string> network;
    std::set<std::string> state;
    std::string hostname;

    static Snapshot take(const Cgroups& groups, const std::string& tag, const fs::path& root);
    /// "cgroup left: /sys/fs/cgroup/pids/x", one text per kind of difference.
    [[nodiscard]] std::vector<std::string> changes_to(const Snapshot& later) const;
};

} // namespace conformance
