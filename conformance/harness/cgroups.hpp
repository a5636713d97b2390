// The cgroup hierarchies of this host, v1, v2 or mixed, as mountinfo tells them.
#pragma once

#include "conformance/harness/posix.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace conformance {

struct Hierarchy {
    bool v2 = false;
    fs::path mount;                       ///< where it is mounted
    std::string root;                     ///< which of its directories is the root of that mount
    std::vector<std::string> controllers; ///< "memory"; "name=systemd"; of v2 those it offers
};

class Cgroups {
  public:
    /// Reads /proc/self/mountinfo.
    static Cgroups read();

    [[nodiscard]] const std::vector<Hierarchy>& all() const { return hierarchies_; }
    /// The hierarchy that has this controller; nullptr if none.
    [[nodiscard]] const Hierarchy* of(std::string_view controller) const;
    [[nodiscard]] const Hierarchy* v2() const;
    /// The path of a process in a hierarchy, as /proc/PID/cgroup says it.
    [[nodiscard]] std::string path_of(pid_t pid, const Hierarchy& hierarchy) const;
    /// The directory of a process in a hierarchy.
    [[nodiscard]] fs::path directory_of(pid_t pid, const Hierarchy& hierarchy) const;
    /// All directories, in all hierarchies, whose path has `tag` in it; outer ones first.
    [[nodiscard]] std::vector<fs::path> tagged(const std::string& tag) const;
    /// Makes `path` in each hierarchy; an empty cpuset gets its parent's processors.
    void make(const std::string& path) const;
    /// Thaws, kills and removes all groups with `tag` in their path. Never throws.
    void remove(const std::string& tag) const;

  private:
    std::vector<Hierarchy> hierarchies_;
};

} // namespace conformance
