#include "namespaces/mounts.hpp"

#include "runtime/base/sys.hpp"

#include <algorithm>

#include <fcntl.h>
#include <sys/mount.h>

namespace namespaces {

using base::cat;
using base::done;
using base::Fd;
using base::FdRef;
using base::Result;
using base::RootDir;

namespace {

/// The directory to mount on, made where missing.
Result<Fd> directory_for(const RootDir& root, const MountStep& step) {
    if (!step.real_directory) {
        return root.make_directories(step.target);
    }
    // An image that makes /proc a link would get its writes to /proc led elsewhere, and ours
    // (CVE-2019-16884, CVE-2019-19921, CVE-2023-27561).
    Result<Fd> target = root.resolve_without_links(step.target);
    if (!target && target.code() == ENOENT) {
        TRY(root.make_directories(step.target));
        target = root.resolve_without_links(step.target);
    }
    return std::move(target).hint(
        cat(step.filesystem.type, " is mounted on a real directory only, never through a link"));
}

/// A tmpfs over an existing directory keeps its mode unless the options name one.
Result<> keep_mode(const RootDir& root, const MountStep& step, Filesystem& filesystem) {
    const auto names_mode = [](const std::string& option) { return option.starts_with("mode="); };
    if (filesystem.type != "tmpfs" || std::ranges::any_of(filesystem.options, names_mode)) {
        return done();
    }
    const Result<Fd> existing = root.resolve(step.target);
    if (!existing) {
        return done();
    }
    TRY_ASSIGN(const struct stat status, base::sys::fstat(*existing));
    filesystem.options.push_back(cat("mode=", base::octal(status.st_mode & 07777U)));
    return done();
}

Result<> copy_up(FdRef target, FdRef mount) {
    TRY_ASSIGN(const Fd from, base::sys::open(target, ".", O_RDONLY | O_DIRECTORY));
    TRY_ASSIGN(const Fd to, base::sys::open(mount, ".", O_RDONLY | O_DIRECTORY));
    return copy_tree(from, to).in("copy up what the tmpfs covers");
}

Result<> finish(FdRef mount, const MountStep& step) {
    for (const PropagationChange& change : step.propagation) {
        TRY(set_propagation(mount, change.type, change.depth));
    }
    return done();
}

Result<> change_attributes(FdRef mount, const MountStep& step) {
    TRY(set_attributes(mount, step.attributes, Depth::one));
    return set_attributes(mount, step.recursive_attributes, Depth::recursive);
}

/// By mount(2): for options too long for fsconfig(2), and for flags that it does not have.
Result<> mount_by_path(const RootDir& root, const MountStep& step, const Filesystem& filesystem,
                       FdRef target) {
    TRY(mount_on(target, filesystem));
    TRY_ASSIGN(const Fd mount, root.resolve(step.target));
    TRY(set_attributes(mount, {.set = filesystem.attributes}, Depth::one));
    TRY(set_attributes(mount, step.recursive_attributes, Depth::recursive));
    return finish(mount, step);
}

Result<> mount_filesystem(const RootDir& root, const MountStep& step) {
    Filesystem filesystem = step.filesystem;
    TRY(keep_mode(root, step, filesystem));
    TRY_ASSIGN(const Fd target, directory_for(root, step));
    // Copying up needs to write first.
    const std::uint64_t attributes = filesystem.attributes;
    if (step.copy_up) {
        filesystem.attributes &= ~std::uint64_t{MOUNT_ATTR_RDONLY};
    }
    Result<Fd> mount = make_filesystem(filesystem);
    if (!mount && mount.code() == E2BIG) {
        return mount_by_path(root, step, filesystem, target);
    }
    if (!mount && mount.code() == EPERM && !step.instead.empty()) {
        mount = clone_tree(FdRef::cwd(), step.instead, Depth::recursive);
        if (mount) {
            TRY(set_attributes(*mount, {.set = attributes}, Depth::one));
            TRY(set_attributes(*mount, step.instead_attributes, Depth::recursive));
        }
    }
    if (!mount && mount.code() == EPERM && filesystem.type == "proc") {
        return std::move(mount).error().hint(
            "the visible /proc is partly covered; a user namespace may not mount a freer one");
    }
    if (!mount) {
        return std::move(mount).error();
    }
    if (step.copy_up) {
        TRY(copy_up(target, *mount));
        TRY(set_attributes(*mount, {.set = attributes & MOUNT_ATTR_RDONLY}, Depth::one));
    }
    if (!step.label.empty()) {
        TRY(set_label(*mount, step.label));
    }
    TRY(set_attributes(*mount, step.recursive_attributes, Depth::recursive));
    TRY(attach(*mount, target));
    return finish(*mount, step);
}

Result<> mount_bind(const RootDir& root, const MountStep& step, Fd source) {
    if (!source) {
        TRY_ASSIGN(source, clone_tree(FdRef::cwd(), step.source, step.depth));
    }
    TRY_ASSIGN(const struct stat status, base::sys::fstat(source));
    // While it is detached nobody can use it with more rights than it will have.
    TRY(change_attributes(source, step));
    TRY_ASSIGN(const Fd target, S_ISDIR(status.st_mode) ? root.make_directories(step.target)
                                                        : root.make_file(step.target));
    TRY(attach(source, target));
    return finish(source, step);
}

Result<> remount(const RootDir& root, const MountStep& step) {
    TRY_ASSIGN(const Fd mount, root.resolve(step.target));
    if (step.reconfigures) {
        TRY(reconfigure(mount, step.filesystem.options, step.filesystem.super_flags,
                        step.clear_super_flags));
    }
    TRY(change_attributes(mount, step));
    return finish(mount, step);
}

Result<> make_link(const RootDir& root, const MountStep& step) {
    TRY_ASSIGN(const RootDir::Place place, root.place_of(step.target));
    return base::sys::symlink(step.source, place.directory, place.name);
}

std::string purpose(const MountStep& step) {
    switch (step.how) {
    case MountStep::How::filesystem:
        return cat("mount ", step.filesystem.type, " on ", base::quoted(step.target));
    case MountStep::How::bind:
        return cat("bind ", base::quoted(step.source), " on ", base::quoted(step.target));
    case MountStep::How::remount:
        return cat("remount ", base::quoted(step.target));
    case MountStep::How::link:
        return cat("link ", base::quoted(step.target), " to ", base::quoted(step.source));
    }
    return "mount";
}

Result<> apply_how(const RootDir& root, const MountStep& step, Fd source) {
    switch (step.how) {
    case MountStep::How::filesystem:
        return mount_filesystem(root, step);
    case MountStep::How::bind:
        return mount_bind(root, step, std::move(source));
    case MountStep::How::remount:
        return remount(root, step);
    case MountStep::How::link:
        return make_link(root, step);
    }
    return done();
}

} // namespace

Result<std::vector<Fd>> copy_shared_sources(const MountPlan& plan) {
    std::vector<Fd> copies;
    for (const MountStep& step : plan.steps) {
        if (step.shared_with_host) {
            TRY_ASSIGN(Fd copy,
                       clone_tree(FdRef::cwd(), step.source, step.depth).at(step.origin).in([&] {
                           return purpose(step);
                       }));
            copies.push_back(std::move(copy));
        }
    }
    return copies;
}

Result<> apply(const RootDir& root, const MountStep& step, Fd source) {
    return apply_how(root, step, std::move(source)).at(step.origin).in([&] {
        return purpose(step);
    });
}

} // namespace namespaces
