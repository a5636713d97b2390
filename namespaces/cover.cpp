#include "namespaces/cover.hpp"

#include "runtime/base/sys.hpp"

#include <optional>

#include <sys/mount.h>
#include <sys/sysmacros.h>

namespace namespaces {

using base::cat;
using base::done;
using base::Error;
using base::Fd;
using base::Result;
using base::RootDir;

namespace {

/// nullopt if there is no such path, which is no error: profiles list paths of all kernels.
Result<std::optional<Fd>> find(const RootDir& root, const std::string& path) {
    const base::Expecting expecting(ENOENT);
    Result<Fd> found = root.resolve(path);
    if (!found && (found.code() == ENOENT || found.code() == ENOTDIR)) {
        return std::optional<Fd>();
    }
    TRY_ASSIGN(Fd fd, std::move(found));
    return std::optional(std::move(fd));
}

/// What covers: made when it is first needed, and shared from then on.
class Masks {
  public:
    Masks(const RootDir& root, const std::string& label) : root_(root) {
        if (!label.empty()) {
            directory_.options.push_back(cat("context=", label));
        }
    }

    Result<> cover(const Fd& target) {
        TRY_ASSIGN(const struct stat status, base::sys::fstat(target));
        return S_ISDIR(status.st_mode) ? cover_directory(target) : cover_file(target);
    }

  private:
    Result<> cover_directory(const Fd& target) {
        if (empty_) {
            TRY_ASSIGN(const Fd copy, clone_tree(*empty_, "", Depth::one));
            return attach(copy, target);
        }
        TRY_ASSIGN(empty_, make_filesystem(directory_));
        return attach(*empty_, target);
    }

    Result<> cover_file(const Fd& target) {
        if (!null_) {
            TRY_ASSIGN(Fd device, root_.resolve("/dev/null"));
            TRY_ASSIGN(const struct stat status, base::sys::fstat(device));
            if (!S_ISCHR(status.st_mode) || status.st_rdev != makedev(1, 3)) {
                return Error(cat("the container's /dev/null is not the null device"));
            }
            null_ = std::move(device);
        }
        TRY_ASSIGN(const Fd copy, clone_tree(*null_, "", Depth::one));
        return attach(copy, target);
    }

    static constexpr std::uint64_t kNothing =
        MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

    const RootDir& root_;
    Filesystem directory_{
        .type = "tmpfs", .options = {"nr_inodes=1", "size=0", "mode=555"}, .attributes = kNothing};
    std::optional<Fd> empty_;
    std::optional<Fd> null_;
};

Result<> make_one_readonly(const Fd& target) {
    TRY_ASSIGN(const Fd copy, clone_tree(target, "", Depth::recursive));
    if (can_change_detached()) {
        TRY(set_attributes(copy, {.set = MOUNT_ATTR_RDONLY}, Depth::recursive));
        return attach(copy, target);
    }
    TRY(attach(copy, target));
    return set_attributes(copy, {.set = MOUNT_ATTR_RDONLY}, Depth::one);
}

} // namespace

Result<> mask(const RootDir& root, const std::vector<Covered>& paths, const std::string& label) {
    Masks masks(root, label);
    for (const Covered& covered : paths) {
        const auto fact = [&] { return cat("mask ", base::quoted(covered.path)); };
        TRY_ASSIGN(const std::optional<Fd> target,
                   find(root, covered.path).at(covered.origin).in(fact));
        if (target) {
            TRY(masks.cover(*target).at(covered.origin).in(fact));
        }
    }
    return done();
}

Result<> make_readonly(const RootDir& root, const std::vector<Covered>& paths) {
    for (const Covered& covered : paths) {
        const auto fact = [&] { return cat("make ", base::quoted(covered.path), " read-only"); };
        TRY_ASSIGN(const std::optional<Fd> target,
                   find(root, covered.path).at(covered.origin).in(fact));
        if (target) {
            TRY(make_one_readonly(*target).at(covered.origin).in(fact));
        }
    }
    return done();
}

} // namespace namespaces
