// The `options` of a mount, taken apart: what goes to mount_setattr(2), to the superblock, to the
// filesystem, and what the runtime does itself (config.md, "Linux mount options"; mount(8)).
#pragma once

#include "oci-spec/spec.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spec {

/// Bits to set and to clear; no bit is in both. What is in neither stays as it is (a bind mount
/// keeps it from its source).
struct FlagChange {
    std::uint64_t set = 0;
    std::uint64_t clear = 0;

    bool operator==(const FlagChange&) const = default;
    [[nodiscard]] bool empty() const { return set == 0 && clear == 0; }
};

struct MountOptions {
    enum class Bind : std::uint8_t { no, plain, recursive };
    enum class IdMap : std::uint8_t { no, plain, recursive };

    /// Of this mount: MOUNT_ATTR_* of <linux/mount.h>. The three access time modes are one field:
    /// where one is chosen, `clear` holds the rest of MOUNT_ATTR__ATIME, also for relatime, which
    /// is 0; mount_setattr(2) wants the whole field in attr_clr then (whole_access_time()).
    FlagChange attributes;
    /// Of this mount and all below it (AT_RECURSIVE).
    FlagChange recursive_attributes;
    /// Of the superblock: MS_RDONLY, MS_SYNCHRONOUS, MS_DIRSYNC, MS_LAZYTIME, MS_MANDLOCK,
    /// MS_SILENT, MS_I_VERSION. "ro" and "rw" are here and in `attributes`: a mount of a new
    /// filesystem may want either, a bind mount only the attribute.
    FlagChange super;
    std::vector<Propagation> propagation; ///< to be applied in this order
    Bind bind = Bind::no;
    IdMap id_map = IdMap::no;
    std::string id_map_ranges; ///< what stands behind "idmap=" (id_map_option.hpp)
    bool remount = false;
    bool tmpcopyup = false;
    bool copy_symlink = false;     ///< a source that is a link is made again at the destination
    bool src_nofollow = false;     ///< a source that is a link is bound itself
    bool dest_nofollow = false;    ///< a destination that is a link is mounted on itself
    std::vector<std::string> data; ///< for the filesystem, in order: "mode=755"
};

/// Later words override earlier ones. Words for other programs (x-*, X-*, comment=, nofail, auto,
/// noauto, _netdev) are dropped as mount(8) does; everything unknown is data.
MountOptions mount_options(std::span<const std::string> words);

/// attr_clr for mount_setattr(2): `clear`, with all of MOUNT_ATTR__ATIME if any of it changes.
std::uint64_t whole_access_time(const FlagChange& change);

/// Whether the word means the same for every filesystem; an option with a value never does.
bool is_mount_option(std::string_view word);
/// All of those, sorted.
std::vector<std::string_view> mount_option_words();

/// Whether an option of a file system is one of SELinux's (mount(8)): "context=LABEL", with the
/// label in quotes or not.
bool is_label_option(std::string_view option);

} // namespace spec
