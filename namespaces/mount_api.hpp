// Mounting by descriptors: open_tree(2), fsopen(2), mount_setattr(2), move_mount(2) and what stands
// in where a kernel lacks one of them. No path that an image controls reaches a call here.
//
// Everything needs CAP_SYS_ADMIN in the user namespace that owns the mount namespace.
#pragma once

#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/text.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace namespaces {

/// MOUNT_ATTR_* to set and to clear (mount_setattr(2)).
struct Attributes {
    std::uint64_t set = 0;
    std::uint64_t clear = 0;
    [[nodiscard]] bool any() const { return (set | clear) != 0; }
};

enum class Depth : std::uint8_t { one, recursive };

/// Whether a link in the last place of a path is followed, or is itself what is meant.
enum class LastLink : std::uint8_t { follow, keep };

/// A detached copy of the mount at `path` ("" for `directory` itself); it is unmounted when the
/// descriptor is closed without having been attached. EINVAL for a mount that is unbindable, of
/// another mount namespace, or in a user namespace for a tree whose submounts would be uncovered.
base::Result<base::Fd> clone_tree(base::FdRef directory, base::ZView path, Depth depth,
                                  LastLink last = LastLink::follow);

/// Attaches a detached mount on `target`, an O_PATH descriptor in the caller's mount namespace.
base::Result<> attach(base::FdRef mount, base::FdRef target);

/// Takes an attached mount away with all that is mounted below it (umount2(2), MNT_DETACH), through
/// /proc/self/fd, which must be a procfs of this process.
base::Result<> detach(base::FdRef mount);

/// Whether a mount can be changed before it is attached (mount_setattr(2), Linux 5.12).
bool can_change_detached();

/// Changes attributes of a mount (or of its whole tree). Before Linux 5.12 only of one that is
/// attached (remount.hpp).
base::Result<> set_attributes(base::FdRef mount, Attributes attributes, Depth depth);

/// Sets MS_SHARED, MS_SLAVE, MS_PRIVATE or MS_UNBINDABLE.
base::Result<> set_propagation(base::FdRef mount, std::uint64_t propagation, Depth depth);

/// Maps the owners of a detached mount by a user namespace (MOUNT_ATTR_IDMAP, Linux 5.12). EINVAL
/// for a file system that cannot be idmapped. Needs CAP_SYS_ADMIN over the file system's owner.
base::Result<> set_id_map(base::FdRef mount, base::FdRef user_namespace, Depth depth);

/// Gives the root of a mount an SELinux label (xattr(7)), through /proc/self/fd, which must be a
/// procfs of this process. ENOTSUP if the file system keeps none.
base::Result<> set_label(base::FdRef mount, const std::string& label);

/// A new file system instance.
struct Filesystem {
    std::string type;
    std::string source;
    std::vector<std::string> options; ///< "key" or "key=value", for this type
    unsigned long super_flags = 0;    ///< MS_RDONLY, MS_SYNCHRONOUS… of the superblock
    std::uint64_t attributes = 0;     ///< MOUNT_ATTR_* of the mount
};

/// Makes it and returns it as a detached mount. The kernel's own words on a bad option are in the
/// error. E2BIG for what only mount_on() can do: an option of 256 bytes or more, or MS_I_VERSION.
base::Result<base::Fd> make_filesystem(const Filesystem& filesystem);

/// The same by mount(2), at once on `target` through /proc/self/fd, which must be a procfs of this
/// process: for options of up to 4 KiB (overlay's lowerdir). Attributes are not applied.
base::Result<> mount_on(base::FdRef target, const Filesystem& filesystem);

/// Gives the superblock under `mount` new options and flags (fspick(2); mount(8)'s remount).
base::Result<> reconfigure(base::FdRef mount, const std::vector<std::string>& options,
                           unsigned long set_flags, unsigned long clear_flags);

} // namespace namespaces
