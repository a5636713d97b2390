#include "namespaces/rootfs.hpp"

#include "runtime/base/sys.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace namespaces {

using base::call_failed;
using base::done;
using base::Fd;
using base::FdRef;
using base::Result;
using base::Word;

namespace {

Result<Fd> open_path(const std::string& path) {
    return base::sys::open(FdRef::cwd(), path, O_PATH | O_DIRECTORY);
}

Result<> chroot_here() {
    if (::chroot(".") < 0) {
        return call_failed("chroot", ".");
    }
    return done();
}

} // namespace

Result<> isolate_tree(const RootPlan& root) {
    if (root.entry != RootPlan::Entry::pivot && root.entry != RootPlan::Entry::move) {
        return done();
    }
    TRY_ASSIGN(const Fd top, open_path("/"));
    return set_propagation(top, MS_SLAVE, Depth::recursive)
        .in("separate the mounts from the host's");
}

Result<Fd> install_root(const RootPlan& root) {
    if (root.entry == RootPlan::Entry::bare) {
        return open_path(root.path);
    }
    TRY_ASSIGN(Fd mount, clone_tree(FdRef::cwd(), root.path, Depth::recursive));
    // A shared root cannot be pivoted to; finish_root() makes it shared.
    const bool shared = root.propagation.type == MS_SHARED;
    TRY(set_propagation(mount, shared ? std::uint64_t{MS_PRIVATE} : root.propagation.type,
                        Depth::recursive));
    if (root.entry == RootPlan::Entry::detached) {
        return mount;
    }
    TRY_ASSIGN(const Fd place, open_path(root.path));
    TRY(attach(mount, place));
    return mount;
}

Result<> enter_root(const RootPlan& plan, FdRef root) {
    switch (plan.entry) {
    case RootPlan::Entry::pivot:
        TRY(base::sys::chdir(root));
        // The old root is stacked on the new one and taken away from there: no directory of the
        // image is needed for it (pivot_root(2), NOTES).
        if (::syscall(SYS_pivot_root, ".", ".") < 0) {
            return std::move(call_failed("pivot_root", root, Word{"."}))
                .hint("a root on an initramfs cannot be pivoted from: --no-pivot, or boot from "
                      "another file system");
        }
        if (::umount2(".", MNT_DETACH) < 0) {
            return call_failed("umount2", Word{"the host's root"}, Word{"MNT_DETACH"});
        }
        break;
    case RootPlan::Entry::move: {
        TRY_ASSIGN(const Fd top, open_path("/"));
        TRY(attach(root, top));
        TRY(base::sys::chdir(root));
        TRY(chroot_here());
        break;
    }
    case RootPlan::Entry::joined:
    case RootPlan::Entry::bare:
    case RootPlan::Entry::detached:
        TRY(base::sys::chdir(root));
        TRY(chroot_here());
        break;
    }
    if (::chdir("/") < 0) {
        return call_failed("chdir", "/");
    }
    return done();
}

Result<> finish_root(const RootPlan& plan) {
    if (plan.entry == RootPlan::Entry::bare) {
        return done();
    }
    TRY_ASSIGN(const Fd top, open_path("/"));
    if (plan.propagation.type != MS_PRIVATE) {
        TRY(set_propagation(top, plan.propagation.type, Depth::one).at("/linux/rootfsPropagation"));
    }
    if (plan.readonly) {
        TRY(set_attributes(top, {.set = MOUNT_ATTR_RDONLY}, Depth::one).at("/root/readonly"));
    }
    return done();
}

} // namespace namespaces
