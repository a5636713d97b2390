#include "runtime/base/procfs.hpp"

#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"

#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <unistd.h>

namespace base {

namespace {

constexpr ino_t kProcRootInode = 1;

/// EXDEV if `fd` is not on a procfs.
Result<> require_procfs(FdRef fd) {
    TRY_ASSIGN(const struct statfs fs, sys::fstatfs(fd));
    if (fs.f_type != PROC_SUPER_MAGIC) {
        errno = EXDEV;
        return std::move(call_failed("fstatfs", fd))
            .hint("something else than procfs is mounted there");
    }
    return done();
}

} // namespace

Result<Procfs> Procfs::of_host() {
    TRY_ASSIGN(Fd root, sys::open(FdRef::cwd(), "/proc", O_PATH | O_DIRECTORY | O_NOFOLLOW));
    TRY(require_procfs(root));
    TRY_ASSIGN(const struct stat status, sys::fstat(root));
    if (status.st_ino != kProcRootInode) {
        errno = EXDEV;
        return std::move(call_failed("fstat", root)).hint("/proc is not the root of a procfs");
    }
    return Procfs(std::move(root));
}

Result<Procfs> Procfs::fresh() {
    const Fd context(::fsopen("proc", FSOPEN_CLOEXEC));
    if (!context) {
        return call_failed("fsopen", "proc");
    }
    if (::fsconfig(context.number(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) < 0) {
        return call_failed("fsconfig", Word{"proc"}, Word{"FSCONFIG_CMD_CREATE"});
    }
    Fd root(::fsmount(context.number(), FSMOUNT_CLOEXEC,
                      MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
    if (!root) {
        return call_failed("fsmount", Word{"proc"});
    }
    return Procfs(std::move(root));
}

Result<Fd> Procfs::open(ZView path, int flags) const {
    constexpr std::uint64_t kStay =
        RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    Result<Fd> file = sys::open2(root_, path, flags | O_NOFOLLOW, kStay);
    if (!file && (file.code() == ENOSYS || file.code() == EPERM)) {
        // No openat2 (an old kernel, or a filter of an outer container). A link inside procfs is
        // no attacker's; only a mount over it could lead away, and that is what is checked.
        TRY_ASSIGN(Fd plain, sys::open(root_, path, flags | O_NOFOLLOW));
        TRY(require_procfs(plain));
        return plain;
    }
    return file;
}

Result<std::string> Procfs::read(ZView path) const {
    TRY_ASSIGN(const Fd file, open(path, O_RDONLY));
    return read_all(file);
}

Result<> Procfs::write(ZView path, std::string_view value) const {
    TRY_ASSIGN(const Fd file, open(path, O_WRONLY));
    return sys::write_once(file, value);
}

Result<std::string> Procfs::self(std::string_view path) const {
    TRY_ASSIGN(const std::string pid, sys::readlink(root_, "self"));
    return cat(pid, "/", path);
}

Result<> close_at_exec_from(unsigned first) {
    if (::close_range(first, ~0U, CLOSE_RANGE_CLOEXEC) == 0) {
        return done();
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return call_failed("close_range", first, Word{"CLOSE_RANGE_CLOEXEC"});
    }
    TRY_ASSIGN(const Procfs proc, Procfs::of_host());
    TRY_ASSIGN(const std::string own, proc.self("fd"));
    TRY_ASSIGN(Fd directory, proc.open(own, O_RDONLY | O_DIRECTORY));
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(directory.number()), ::closedir);
    if (!listing) {
        return call_failed("fdopendir", directory);
    }
    static_cast<void>(directory.release()); // closed with the listing
    errno = 0;
    while (const dirent* entry = ::readdir(listing.get())) {
        const auto number = parse_number<unsigned>(static_cast<const char*>(entry->d_name));
        if (number && *number >= first &&
            ::fcntl(static_cast<int>(*number), F_SETFD, FD_CLOEXEC) < 0) {
            return call_failed("fcntl", *number, Word{"F_SETFD"});
        }
        errno = 0;
    }
    return errno == 0 ? done() : call_failed("readdir", Word{"/proc/self/fd"});
}

} // namespace base
