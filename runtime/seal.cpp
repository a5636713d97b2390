#include "runtime/seal.hpp"

#include "namespaces/mount_api.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/sys.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <unistd.h>

namespace runtime {

using base::call_failed;
using base::cat;
using base::Error;
using base::Fd;
using base::FdRef;
using base::Result;

namespace {

constexpr const char* kSelf = "/proc/self/exe";

#ifndef MFD_EXEC
constexpr unsigned MFD_EXEC = 0x0010U; // Linux 6.3; without it vm.memfd_noexec may forbid the exec
#endif

/// True where the file system permissions protect the binary from us, and so from a container
/// that has no more rights than we.
bool cannot_write_binary() {
    return ::geteuid() != 0 && ::faccessat(AT_FDCWD, kSelf, W_OK, AT_EACCESS) < 0 &&
           (errno == EACCES || errno == EROFS);
}

} // namespace

Result<Fd> seal_by_mount() {
    TRY_ASSIGN(Fd tree, namespaces::clone_tree(FdRef::cwd(), kSelf, namespaces::Depth::one));
    TRY(namespaces::set_attributes(
        tree, {.set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV},
        namespaces::Depth::one));
    // While the tree's own descriptor is open, the mount could be unwrapped again. Re-opened as
    // O_PATH, with the tree closed, it is in no namespace and nobody can change it.
    return base::sys::open(FdRef::cwd(), cat("/proc/self/fd/", tree.number()), O_PATH);
}

Result<Fd> seal_by_copy() {
    TRY_ASSIGN(const Fd original, base::sys::open(FdRef::cwd(), kSelf, O_RDONLY));
    TRY_ASSIGN(const struct stat status, base::sys::fstat(original));
    Result<Fd> copy = base::sys::memfd("oci-rt", MFD_ALLOW_SEALING | MFD_EXEC);
    if (!copy && copy.code() == EINVAL) {
        copy = base::sys::memfd("oci-rt", MFD_ALLOW_SEALING); // before Linux 6.3
    }
    if (!copy) {
        return copy;
    }
    off_t left = status.st_size;
    while (left > 0) {
        const ssize_t size =
            ::sendfile(copy->number(), original.number(), nullptr, static_cast<std::size_t>(left));
        if (size <= 0) {
            return call_failed("sendfile", *copy, original);
        }
        left -= size;
    }
    TRY(base::sys::seal(*copy));
    return copy;
}

Result<Fd> seal_self() {
    Result<Fd> sealed = seal_by_mount();
    if (sealed) {
        return sealed;
    }
    base::log::debug(cat("the runtime is not sealed by a mount: ", sealed.error().text()));
    if (cannot_write_binary()) {
        return base::sys::open(FdRef::cwd(), kSelf, O_PATH);
    }
    return seal_by_copy().in("protect the runtime's binary from the container");
}

} // namespace runtime
