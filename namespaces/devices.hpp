// Device nodes and links of the container's /dev (config-linux.md, "Devices", "Default Devices").
#pragma once

#include "namespaces/mount_plan.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/root_dir.hpp"

namespace namespaces {

/// Makes the nodes, or binds `prepared` (detached mounts of them, in their order) where this is not
/// empty. Without CAP_MKNOD in the first user namespace the host's nodes are bound instead. A node
/// that is there already and is the same device stays; anything else there is EEXIST (a MUST).
base::Result<> make_nodes(const base::RootDir& root, const std::vector<Node>& nodes,
                          std::vector<base::Fd> prepared);

/// A detached copy of the host's node of that device, found at the same path or by its number in
/// /dev/char and /dev/block, and checked by descriptor. Owner and mode are the host's, which is
/// warned of where the configuration has others. ENODEV if the host has none.
base::Result<base::Fd> copy_of_hosts(const Node& node);

/// /dev/ptmx, and /dev/fd, stdin, stdout, stderr where /proc/self/fd exists
/// (runtime-linux.md, "Dev symbolic links").
base::Result<> make_device_links(const base::RootDir& root);

/// Binds the terminal `slave` on /dev/console. The file is made by us and the mount goes onto its
/// descriptor, so that no link planted there is followed (CVE-2025-52565).
base::Result<> bind_console(const base::RootDir& root, base::FdRef slave);

} // namespace namespaces
