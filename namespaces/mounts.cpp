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

/// Whether an option gives `key` a value.
bool names(const Filesystem& filesystem, std::string_view key) {
    return std::ranges::any_of(filesystem.options, [key](std::string_view option) {
        return option.starts_with(key) && option.substr(key.size()).starts_with('=');
    });
}

/// A tmpfs over an existing directory keeps its mode unless the options name one.
Result<> keep_mode(const RootDir& root, const MountStep& step, Filesystem& filesystem) {
    if (filesystem.type != "tmpfs" || names(filesystem, "mode")) {
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

/// The tmpfs has the owner of what it covers, too, unless the options name one.
Result<> copy_up(FdRef target, FdRef mount, const Filesystem& filesystem) {
    TRY_ASSIGN(const Fd from, base::sys::open(target, ".", O_RDONLY | O_DIRECTORY));
    TRY_ASSIGN(const Fd to, base::sys::open(mount, ".", O_RDONLY | O_DIRECTORY));
    TRY(copy_tree(from, to).in("copy up what the tmpfs covers"));
    TRY_ASSIGN(const struct stat covered, base::sys::fstat(from));
    constexpr auto kUnchanged = static_cast<uid_t>(-1);
    return base::sys::chown(to, "", names(filesystem, "uid") ? kUnchanged : covered.st_uid,
                            names(filesystem, "gid") ? kUnchanged : covered.st_gid);
}

Result<> finish(FdRef mount, const MountStep& step) {
    for (const PropagationChange& change : step.propagation) {
        TRY(set_propagation(mount, change.type, change.depth));
    }
    return done();
}

Result<> change_attributes(FdRef mount, Attributes attributes, const MountStep& step) {
    TRY(set_attributes(mount, attributes, Depth::one));
    return set_attributes(mount, step.recursive_attributes, Depth::recursive);
}

/// Gives a mount its attributes and attaches it. What fails behind that takes it away again: it may
/// have more rights than were asked for.
Result<Fd> attach_changed(Fd mount, FdRef target, Attributes attributes, const MountStep& step) {
    // While it is detached nobody can use it with more rights than it will have.
    if (can_change_detached()) {
        TRY(change_attributes(mount, attributes, step));
    }
    TRY(attach(mount, target));
    Result<> rest = can_change_detached() ? done() : change_attributes(mount, attributes, step);
    if (rest) {
        rest = finish(mount, step);
    }
    if (!rest) {
        static_cast<void>(detach(mount)); // the first failure is the one to be told
        return std::move(rest).error();
    }
    return mount;
}

/// By mount(2): for options too long for fsconfig(2), and for flags that it does not have.
Result<Fd> mount_by_path(const RootDir& root, const MountStep& step, const Filesystem& filesystem,
                         FdRef target) {
    TRY(mount_on(target, filesystem));
    TRY_ASSIGN(Fd mount, root.resolve(step.target));
    TRY(set_attributes(mount, {.set = filesystem.attributes}, Depth::one));
    TRY(set_attributes(mount, step.recursive_attributes, Depth::recursive));
    TRY(finish(mount, step));
    return mount;
}

Result<Fd> mount_filesystem(const RootDir& root, const MountStep& step) {
    Filesystem filesystem = step.filesystem;
    TRY(keep_mode(root, step, filesystem));
    TRY_ASSIGN(const Fd target, directory_for(root, step));
    Attributes late;
    if (!can_change_detached()) {
        // fsmount(2) learnt this one later than mount(2).
        late.set = filesystem.attributes & MOUNT_ATTR_NOSYMFOLLOW;
        filesystem.attributes &= ~std::uint64_t{MOUNT_ATTR_NOSYMFOLLOW};
    }
    if (step.copy_up) {
        // It needs to write first.
        late.set |= filesystem.attributes & MOUNT_ATTR_RDONLY;
        filesystem.attributes &= ~std::uint64_t{MOUNT_ATTR_RDONLY};
    }
    Result<Fd> mount = make_filesystem(filesystem);
    if (!mount && mount.code() == E2BIG) {
        return mount_by_path(root, step, filesystem, target);
    }
    if (!mount && mount.code() == EPERM && !step.instead.empty()) {
        mount = clone_tree(FdRef::cwd(), step.instead, Depth::recursive);
        late.set |= filesystem.attributes | step.instead_attributes.set;
        if (mount && can_change_detached()) {
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
        TRY(copy_up(target, *mount, filesystem));
    }
    if (!step.label.empty()) {
        TRY(set_label(*mount, step.label));
    }
    return attach_changed(*std::move(mount), target, late, step);
}

/// What a bind mount goes onto, made where missing.
Result<Fd> bind_target(const RootDir& root, const MountStep& step, bool directory) {
    if (step.target_nofollow) {
        const base::Expecting expecting(ENOENT);
        Result<Fd> found = root.resolve_entry(step.target);
        if (found || found.code() != ENOENT) {
            return found;
        }
    }
    return directory ? root.make_directories(step.target) : root.make_file(step.target);
}

/// Makes the link that `source` is again; one that says the same may be there already.
Result<> copy_link(const RootDir& root, const MountStep& step, FdRef source) {
    TRY_ASSIGN(const std::string text, base::sys::readlink(source, ""));
    TRY_ASSIGN(const RootDir::Place place, root.place_of(step.target));
    Result<> made = base::sys::symlink(text, place.directory, place.name);
    if (made.code() == EEXIST) {
        const Result<std::string> there = base::sys::readlink(place.directory, place.name);
        if (there && *there == text) {
            return done();
        }
        return std::move(made).hint(cat(
            "with \"copy-symlink\" the destination is missing, or a link to ", base::quoted(text)));
    }
    return made;
}

Result<Fd> mount_bind(const RootDir& root, const MountStep& step, Fd source) {
    if (!source) {
        TRY_ASSIGN(source, copy_of_source(step));
    }
    TRY_ASSIGN(const struct stat status, base::sys::fstat(source));
    if (step.copy_link && S_ISLNK(status.st_mode)) {
        TRY(copy_link(root, step, source));
        return Fd();
    }
    TRY_ASSIGN(const Fd target, bind_target(root, step, S_ISDIR(status.st_mode)));
    return attach_changed(std::move(source), target, step.attributes, step);
}

Result<Fd> remount(const RootDir& root, const MountStep& step) {
    TRY_ASSIGN(Fd mount, root.resolve(step.target));
    if (step.reconfigures) {
        TRY(reconfigure(mount, step.filesystem.options, step.filesystem.super_flags,
                        step.clear_super_flags));
    }
    TRY(change_attributes(mount, step.attributes, step));
    TRY(finish(mount, step));
    return mount;
}

Result<Fd> make_link(const RootDir& root, const MountStep& step) {
    TRY_ASSIGN(const RootDir::Place place, root.place_of(step.target));
    TRY(base::sys::symlink(step.source, place.directory, place.name));
    return Fd();
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

Result<Fd> apply_how(const RootDir& root, const MountStep& step, Fd source) {
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
    return Fd();
}

} // namespace

Result<Fd> copy_of_source(const MountStep& step) {
    TRY_ASSIGN(Fd copy, clone_tree(FdRef::cwd(), step.source, step.depth,
                                   step.source_nofollow ? LastLink::keep : LastLink::follow));
    if (step.leaves_host) {
        TRY(set_propagation(copy, MS_PRIVATE, Depth::recursive));
    }
    return copy;
}

Result<std::vector<Fd>> copy_shared_sources(const MountPlan& plan) {
    std::vector<Fd> copies;
    for (const MountStep& step : plan.steps) {
        if (step.shared_with_host) {
            TRY_ASSIGN(Fd copy,
                       copy_of_source(step).at(step.origin).in([&] { return purpose(step); }));
            copies.push_back(std::move(copy));
        }
    }
    return copies;
}

Result<Fd> apply(const RootDir& root, const MountStep& step, Fd source) {
    return apply_how(root, step, std::move(source)).at(step.origin).in([&] {
        return purpose(step);
    });
}

} // namespace namespaces
