// Device nodes and links of the container's /dev (config-linux.md, "Devices", "Default Devices").
#pragma once

#include "namespaces/mount_plan.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/root_dir.hpp"

namespace namespaces {

/// Makes the nodes, or binds `prepared` (detached mounts of them, in their order) where this is not
/// empty. A node that is there already and is the same device stays; anything else there is EEXIST
/// (a MUST). Needs CAP_MKNOD in the first user namespace unless they are prepared.
base::Result<> make_nodes(const base::RootDir& root, const std::vector<Node>& nodes,
                          std::vector<base::Fd> prepared);

/// /dev/ptmx, and /dev/fd, stdin, stdout, stderr where /proc/self/fd exists
/// (runtime-linux.md, "Dev symbolic links").
base::Result<> make_device_links(const base::RootDir& root);

/// Binds the terminal `slave` on /dev/console. The file is made by us and the mount goes onto its
/// descriptor, so that no link planted there is followed (CVE-2025-52565).
base::Result<> bind_console(const base::RootDir& root, base::FdRef slave);

} // namespace namespaces
