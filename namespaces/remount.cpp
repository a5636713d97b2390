#include "namespaces/remount.hpp"

#include "runtime/base/mountinfo.hpp"
#include "runtime/base/procfs.hpp"
#include "runtime/base/sys.hpp"

#include <array>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mount.h>

namespace namespaces {

using base::call_failed;
using base::cat;
using base::done;
using base::Fd;
using base::FdRef;
using base::Hex;
using base::Result;
using base::Word;

namespace {

// MS_NOSYMFOLLOW and ST_NOSYMFOLLOW, which older headers lack.
constexpr unsigned long kNoSymfollow = 256;
constexpr unsigned long kIsNoSymfollow = 0x2000;

/// MS_* and MOUNT_ATTR_* agree in the low flags only.
Result<> remount_one(FdRef mount, Attributes attributes) {
    constexpr std::array<std::pair<std::uint64_t, unsigned long>, 6> kSame = {{
        {MOUNT_ATTR_RDONLY, MS_RDONLY},
        {MOUNT_ATTR_NOSUID, MS_NOSUID},
        {MOUNT_ATTR_NODEV, MS_NODEV},
        {MOUNT_ATTR_NOEXEC, MS_NOEXEC},
        {MOUNT_ATTR_NOATIME, MS_NOATIME},
        {MOUNT_ATTR_NODIRATIME, MS_NODIRATIME},
    }};
    TRY_ASSIGN(const struct statfs now, base::sys::fstatfs(mount));
    unsigned long flags = MS_REMOUNT | MS_BIND;
    for (const auto& [attribute, flag] : kSame) {
        // ST_* of statfs(2) have the values of MS_* for these six.
        const bool has = (static_cast<unsigned long>(now.f_flags) & flag) != 0;
        if ((attributes.set & attribute) != 0 || (has && (attributes.clear & attribute) == 0)) {
            flags |= flag;
        }
    }
    // Where a remount says nothing of access times they stay as they are.
    if ((attributes.set & MOUNT_ATTR_STRICTATIME) != 0) {
        flags |= MS_STRICTATIME;
    } else if ((attributes.clear & MOUNT_ATTR__ATIME) != 0 && (flags & MS_NOATIME) == 0) {
        flags |= MS_RELATIME;
    }
    const bool follows_none = (static_cast<unsigned long>(now.f_flags) & kIsNoSymfollow) != 0 &&
                              (attributes.clear & MOUNT_ATTR_NOSYMFOLLOW) == 0;
    if (follows_none || (attributes.set & MOUNT_ATTR_NOSYMFOLLOW) != 0) {
        flags |= kNoSymfollow;
    }
    const std::string path = cat("/proc/self/fd/", mount.number());
    if (::mount(nullptr, path.c_str(), nullptr, flags, nullptr) < 0) {
        return call_failed("mount", mount, Word{"MS_REMOUNT|MS_BIND"}, Hex{flags});
    }
    // Behind pivot_root(2) that /proc is the container's, which may lead elsewhere.
    TRY_ASSIGN(const struct statfs then, base::sys::fstatfs(mount));
    for (const auto& [attribute, flag] : kSame) {
        if ((flags & flag & ~static_cast<unsigned long>(then.f_flags)) != 0) {
            return base::Error(
                cat("/proc/self/fd/", mount.number(), " is not the mount that was meant"));
        }
    }
    return done();
}

/// A line of mountinfo (proc(5)).
struct Listed {
    std::uint64_t id = 0;
    std::uint64_t parent = 0;
    std::string point;
};

std::optional<Listed> listed(std::string_view line) {
    const std::vector<std::string_view> words = base::split(line, ' ');
    if (words.size() < 5) {
        return std::nullopt;
    }
    const auto id = base::parse_number<std::uint64_t>(words[0]);
    const auto parent = base::parse_number<std::uint64_t>(words[1]);
    if (!id || !parent) {
        return std::nullopt;
    }
    return Listed{.id = *id, .parent = *parent, .point = base::unescaped(words[4])};
}

/// What is mounted below the mount of that id, parents before their children; nothing if the mount
/// itself is not to be seen.
std::optional<std::vector<Listed>> below(std::uint64_t top, std::string_view mountinfo) {
    std::vector<Listed> others;
    std::vector<Listed> tree;
    for (const std::string_view line : base::split(mountinfo, '\n')) {
        if (std::optional<Listed> mount = listed(line)) {
            (mount->id == top ? tree : others).push_back(*std::move(mount));
        }
    }
    if (tree.empty()) {
        return std::nullopt;
    }
    for (std::size_t at = 0; at < tree.size(); ++at) {
        for (const Listed& mount : others) {
            if (mount.parent == tree[at].id) {
                tree.push_back(mount);
            }
        }
    }
    tree.erase(tree.begin());
    return tree;
}

Result<std::uint64_t> id_of(FdRef mount) {
    struct statx facts {};
    if (::statx(mount.number(), "", AT_EMPTY_PATH, STATX_MNT_ID, &facts) < 0) {
        return call_failed("statx", mount, Word{"STATX_MNT_ID"});
    }
    return facts.stx_mnt_id;
}

base::Error cannot_reach(FdRef mount) {
    errno = ENOSYS;
    return std::move(call_failed("mount_setattr", mount, Word{"AT_RECURSIVE"}))
        .hint("recursive mount attributes need Linux 5.12");
}

} // namespace

Result<> remount(FdRef mount, Attributes attributes, Depth depth) {
    if (depth == Depth::one) {
        return remount_one(mount, attributes);
    }
    TRY_ASSIGN(const std::uint64_t top, id_of(mount));
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    TRY_ASSIGN(const std::string path, proc.self("mountinfo"));
    TRY_ASSIGN(const std::string mountinfo, proc.read(path));
    const std::optional<std::vector<Listed>> tree = below(top, mountinfo);
    if (!tree) {
        return cannot_reach(mount);
    }
    TRY(remount_one(mount, attributes));
    for (const Listed& one : *tree) {
        // A path of mountinfo has no links in it; if it has by now somebody has changed the tree.
        TRY_ASSIGN(const Fd fd,
                   base::sys::open2(FdRef::cwd(), one.point, O_PATH, RESOLVE_NO_SYMLINKS));
        TRY_ASSIGN(const std::uint64_t id, id_of(fd));
        if (id != one.id) {
            return cannot_reach(fd);
        }
        TRY(remount_one(fd, attributes));
    }
    return done();
}

} // namespace namespaces
