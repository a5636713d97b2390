// Masked and read-only paths (config-linux.md, "Masked Paths", "Readonly Paths").
#pragma once

#include "namespaces/mount_plan.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/root_dir.hpp"

#include <vector>

namespace namespaces {

/// Covers each path that exists: a directory by one empty read-only tmpfs that all of them share
/// and whose files have the SELinux label `label` unless that is empty, anything else by the
/// container's /dev/null, which is checked by descriptor to be that device (CVE-2025-31133).
base::Result<> mask(const base::RootDir& root, const std::vector<Covered>& paths,
                    const std::string& label);

/// Binds each path that exists, with what is mounted below it, read-only over itself. Before Linux
/// 5.12 what is mounted below it stays as it is.
base::Result<> make_readonly(const base::RootDir& root, const std::vector<Covered>& paths);

} // namespace namespaces
