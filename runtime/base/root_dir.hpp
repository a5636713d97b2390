// Paths inside a container's root: the only code that walks a path which an image controls.
// Symbolic links are followed as the container would see them, and nothing leads out of the root
// (CVE-2019-18837, CVE-2021-30465, CVE-2024-45310). What is handed on is a descriptor.
#pragma once

#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/text.hpp"

#include <string>

#include <sys/types.h>

namespace base {

class RootDir {
  public:
    /// How paths are resolved: by openat2(2), or by our own walk where the kernel has no openat2
    /// or an outer filter forbids it. automatic tries.
    enum class Resolver { automatic, openat2, walk };

    /// `root` is an O_PATH descriptor of a directory.
    explicit RootDir(Fd root, Resolver resolver = Resolver::automatic)
        : root_(std::move(root)), resolver_(resolver) {}

    /// An O_PATH descriptor of what `path` names; links are followed inside the root.
    [[nodiscard]] Result<Fd> resolve(ZView path) const;
    /// As resolve(), but ELOOP if any part of `path` is a link.
    [[nodiscard]] Result<Fd> resolve_without_links(ZView path) const;
    /// As resolve(), but a link in the last place is not followed: the descriptor is the link's.
    [[nodiscard]] Result<Fd> resolve_entry(ZView path) const;
    /// Opens a file for reading or writing (never blocks on a fifo).
    [[nodiscard]] Result<Fd> open(ZView path, int flags) const;
    /// The directory `path`, made with its parents where missing (mode 0755 less umask). What
    /// cannot be made because it would be in a procfs is an error without an errno.
    [[nodiscard]] Result<Fd> make_directories(ZView path) const;
    /// The file `path` of any type but directory; an empty one is made where nothing is. Slashes
    /// behind it do not matter.
    [[nodiscard]] Result<Fd> make_file(ZView path) const;

    /// A place for a new entry: its directory (made where missing) and its last name.
    struct Place {
        Fd directory;
        std::string name;
    };
    /// EINVAL if `path` ends in "..", "." or is the root itself.
    [[nodiscard]] Result<Place> place_of(ZView path) const;

    [[nodiscard]] FdRef root() const { return root_; }

  private:
    enum class Missing { fail, make_directories, make_last_a_file };
    /// As resolve(), where ENOENT is no surprise.
    [[nodiscard]] Result<Fd> look_for(ZView path) const;
    /// The common case, where only the last name is missing: without a walk. EEXIST for a dangling
    /// link, which the walk follows.
    [[nodiscard]] Result<Fd> make_last(ZView path, mode_t type) const;
    enum class Links { follow, keep_last, refuse };
    [[nodiscard]] Result<Fd> walk(std::string_view path, Missing missing,
                                  Links links = Links::follow) const;
    [[nodiscard]] Result<Fd> by_openat2(ZView path, int flags, std::uint64_t extra) const;
    [[nodiscard]] bool has_openat2() const;

    Fd root_;
    Resolver resolver_;
};

} // namespace base
