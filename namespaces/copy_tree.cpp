// Copying a directory into another, by descriptors: for tmpcopyup.

#include "namespaces/mounts.hpp"
#include "runtime/base/sys.hpp"

#include <array>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/sendfile.h>

namespace namespaces {

using base::call_failed;
using base::done;
using base::Fd;
using base::FdRef;
using base::Result;

namespace {

constexpr int kMostDepth = 256;

Result<> copy_content(FdRef from, FdRef to) {
    constexpr std::size_t kChunk = std::size_t{1} << 24U;
    while (true) {
        const ssize_t size = base::uninterrupted(
            [&] { return ::sendfile(to.number(), from.number(), nullptr, kChunk); });
        if (size < 0) {
            return call_failed("sendfile", to, from);
        }
        if (size == 0) {
            return done();
        }
    }
}

Result<> copy_owner_and_times(FdRef to, const std::string& name, const struct stat& status) {
    TRY(base::sys::chown(to, name, status.st_uid, status.st_gid));
    if (!S_ISLNK(status.st_mode)) {
        // After chown(2), which clears set-id bits.
        TRY(base::sys::chmod(to, name, status.st_mode & 07777U));
    }
    const std::array<timespec, 2> times{status.st_atim, status.st_mtim};
    if (::utimensat(to.number(), name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) < 0) {
        return call_failed("utimensat", to, name);
    }
    return done();
}

Result<> copy_directory(FdRef from, FdRef to, int depth);

Result<> copy_entry(FdRef from, FdRef to, const std::string& name, int depth) {
    TRY_ASSIGN(const struct stat status, base::sys::fstatat(from, name, AT_SYMLINK_NOFOLLOW));
    if (S_ISDIR(status.st_mode)) {
        TRY(base::sys::mkdir(to, name, 0700));
        TRY_ASSIGN(const Fd inner_from,
                   base::sys::open(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
        TRY_ASSIGN(const Fd inner_to,
                   base::sys::open(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
        TRY(copy_directory(inner_from, inner_to, depth + 1));
    } else if (S_ISLNK(status.st_mode)) {
        TRY_ASSIGN(const std::string target, base::sys::readlink(from, name));
        TRY(base::sys::symlink(target, to, name));
    } else if (S_ISREG(status.st_mode)) {
        TRY_ASSIGN(const Fd source, base::sys::open(from, name, O_RDONLY | O_NOFOLLOW));
        TRY_ASSIGN(const Fd copy,
                   base::sys::open(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
        TRY(copy_content(source, copy));
    } else {
        TRY(base::sys::mknod(to, name, status.st_mode, status.st_rdev));
    }
    return copy_owner_and_times(to, name, status);
}

Result<> copy_directory(FdRef from, FdRef to, int depth) {
    if (depth > kMostDepth) {
        errno = ELOOP;
        return call_failed("copy", from);
    }
    TRY_ASSIGN(Fd listed, base::sys::open(from, ".", O_RDONLY | O_DIRECTORY));
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(listed.number()), ::closedir);
    if (!listing) {
        return call_failed("fdopendir", from);
    }
    static_cast<void>(listed.release()); // closed with the listing
    while (true) {
        errno = 0;
        const dirent* entry = ::readdir(listing.get());
        if (entry == nullptr) {
            break;
        }
        const std::string name = static_cast<const char*>(entry->d_name);
        if (name != "." && name != "..") {
            TRY(copy_entry(from, to, name, depth));
        }
    }
    if (errno != 0) {
        return call_failed("readdir", from);
    }
    return done();
}

} // namespace

Result<> copy_tree(FdRef from, FdRef to) {
    return copy_directory(from, to, 0);
}

} // namespace namespaces
