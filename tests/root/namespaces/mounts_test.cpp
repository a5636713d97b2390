// Mounts beneath a root that tries to lead them out: everything lands inside, or nowhere.
#include "namespaces/cover.hpp"
#include "namespaces/mounts.hpp"
#include "runtime/base/child.hpp"
#include "runtime/base/sys.hpp"
#include "seccomp/compile.hpp"
#include "seccomp/load.hpp"
#include "tests/temp_dir.hpp"
#include "tests/unit/seccomp/profiles.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

using base::cat;
using base::Fd;
using base::FdRef;
using namespaces::MountStep;
using tests::ok;
using tests::value;

namespace {

bool is_tmpfs(const std::string& path) {
    struct statfs status {};
    return ::statfs(path.c_str(), &status) == 0 && status.f_type == TMPFS_MAGIC;
}

/// A root with links that point out of it, beside a place that must stay as it is. Both are on a
/// ramfs, so that a tmpfs is a mount that was made.
struct Hostile {
    explicit Hostile(const tests::TempDir& folder) : place(folder) {
        if (::mount("ramfs", place.path().c_str(), "ramfs", 0, nullptr) != 0) {
            return;
        }
        place.make_dir("root/dir");
        place.make_dir("outside");
        std::filesystem::create_symlink(place.at("outside"), place.at("root/absolute"));
        std::filesystem::create_symlink("../outside", place.at("root/up"));
        std::filesystem::create_symlink("../../../../../../..", place.at("root/top"));
        std::filesystem::create_symlink("up", place.at("root/chain"));
        std::filesystem::create_symlink("loop", place.at("root/loop"));
        std::filesystem::create_symlink("/proc/self/root", place.at("root/magic"));
        std::filesystem::create_symlink("dir", place.at("root/plain"));
    }
    [[nodiscard]] base::RootDir root(base::RootDir::Resolver resolver) const {
        return base::RootDir(
            value(base::sys::open(FdRef::cwd(), place.at("root"), O_PATH | O_DIRECTORY)), resolver);
    }
    const tests::TempDir& place; ///< of the test itself: here it is covered and cannot be removed
};

/// Runs `body` in a mount namespace of its own, from which nothing comes back.
int in_own_mounts(const std::function<int()>& body) {
    base::Child child = value(base::fork_to([&] {
        if (::unshare(CLONE_NEWNS) != 0 ||
            ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
            return 90;
        }
        return body();
    }));
    return value(child.wait()).code;
}

MountStep tmpfs_on(const std::string& target) {
    MountStep step;
    step.origin = "/mounts/0";
    step.target = target;
    step.filesystem.type = "tmpfs";
    step.filesystem.source = "tmpfs";
    return step;
}

} // namespace

TEST_CASE("a link in the root leads a mount nowhere but inside", "[mounts]") {
    struct Row {
        std::string target;
        std::string inside; ///< below the root, where the mount is then; empty: it is refused
    };
    const Row row = GENERATE(values<Row>({{"/dir", "dir"},
                                          {"/plain", "dir"},
                                          {"/up", "outside"},
                                          {"/chain/deep", "outside/deep"},
                                          {"/top/dir", "dir"},
                                          {"/../../dir", "dir"},
                                          {"/magic/new", "proc/self/root/new"},
                                          {"/loop", ""},
                                          {"/loop/deep", ""}}));
    const auto resolver = GENERATE(base::RootDir::Resolver::openat2, base::RootDir::Resolver::walk);
    INFO(row.target << (resolver == base::RootDir::Resolver::walk ? " by walk" : " by openat2"));
    const tests::TempDir place;
    CHECK(in_own_mounts([&] {
              const Hostile tree(place);
              const auto done = apply(tree.root(resolver), tmpfs_on(row.target), Fd());
              if (is_tmpfs(tree.place.at("outside")) || is_tmpfs(tree.place.path())) {
                  return 1;
              }
              if (row.inside.empty()) {
                  return done.code() == ELOOP ? 0 : 2;
              }
              return done && is_tmpfs(tree.place.at("root/" + row.inside)) ? 0 : 3;
          }) == 0);
}

TEST_CASE("an absolute link means the container's root", "[mounts]") {
    const tests::TempDir place;
    CHECK(in_own_mounts([&] {
              const Hostile tree(place);
              const auto done =
                  apply(tree.root(base::RootDir::Resolver::automatic), tmpfs_on("/absolute"), Fd());
              const std::string inside = cat("root", tree.place.at("outside"));
              return done && is_tmpfs(tree.place.at(inside)) && !is_tmpfs(tree.place.at("outside"))
                         ? 0
                         : 1;
          }) == 0);
}

TEST_CASE("what wants a real directory refuses every link", "[mounts]") {
    const auto target = GENERATE(as<std::string>{}, "/plain", "/up", "/absolute", "/loop");
    INFO(target);
    const tests::TempDir place;
    CHECK(in_own_mounts([&] {
              const Hostile tree(place);
              MountStep step = tmpfs_on(target);
              step.real_directory = true;
              const auto done = apply(tree.root(base::RootDir::Resolver::automatic), step, Fd());
              return done.code() == ELOOP && !is_tmpfs(tree.place.at("root/dir")) ? 0 : 1;
          }) == 0);
}

namespace {

/// From now on this process has the calls of Linux 5.11.
bool without_mount_setattr() {
    const auto filter =
        seccomp::compile(profiles::permitting({profiles::errno_entry({"mount_setattr"}, ENOSYS)}));
    return filter && seccomp::load(filter->filter, filter->flags);
}

unsigned long flags_at(const std::string& path) {
    struct statvfs status {};
    return ::statvfs(path.c_str(), &status) == 0 ? status.f_flag : 0;
}

} // namespace

TEST_CASE("before Linux 5.12 a bind mount gets its attributes when it is attached", "[mounts]") {
    struct Row {
        namespaces::Attributes attributes;
        unsigned long flag;
    };
    const Row row = GENERATE(values<Row>({
        {{.set = MOUNT_ATTR_RDONLY}, ST_RDONLY},
        {{.set = MOUNT_ATTR_NOEXEC}, ST_NOEXEC},
        {{.set = MOUNT_ATTR_NOATIME, .clear = MOUNT_ATTR__ATIME}, ST_NOATIME},
    }));
    const tests::TempDir place;
    CHECK(in_own_mounts([&] {
              const Hostile tree(place);
              MountStep step = tmpfs_on("/dir");
              step.how = MountStep::How::bind;
              step.source = tree.place.at("outside");
              step.attributes = row.attributes;
              const base::RootDir root = tree.root(base::RootDir::Resolver::automatic);
              if (!without_mount_setattr() || !apply(root, step, Fd())) {
                  return 1;
              }
              const bool only_there = (flags_at(tree.place.at("outside")) & row.flag) == 0;
              return only_there && (flags_at(tree.place.at("root/dir")) & row.flag) != 0 ? 0 : 2;
          }) == 0);
}

namespace {

/// A recursive bind of a tree to "/dir", with two mounts in it one below the other.
MountStep tree_on_dir(const Hostile& tree) {
    for (const std::string path : {"outside/a b", "outside/a b/c"}) {
        tree.place.make_dir(path);
        ::mount("tmpfs", tree.place.at(path).c_str(), "tmpfs", 0, nullptr);
    }
    MountStep step = tmpfs_on("/dir");
    step.how = MountStep::How::bind;
    step.depth = namespaces::Depth::recursive;
    step.source = tree.place.at("outside");
    step.recursive_attributes.set = MOUNT_ATTR_RDONLY;
    return step;
}

} // namespace

TEST_CASE("before Linux 5.12 recursive attributes are those of each mount of a tree", "[mounts]") {
    const tests::TempDir place;
    CHECK(in_own_mounts([&] {
              const Hostile tree(place);
              const MountStep step = tree_on_dir(tree);
              const base::RootDir root = tree.root(base::RootDir::Resolver::automatic);
              if (!without_mount_setattr() || !apply(root, step, Fd())) {
                  return 1;
              }
              for (const std::string path : {"", "/a b", "/a b/c"}) {
                  if ((flags_at(tree.place.at("root/dir" + path)) & ST_RDONLY) == 0 ||
                      (flags_at(tree.place.at("outside" + path)) & ST_RDONLY) != 0) {
                      return 2;
                  }
              }
              return 0;
          }) == 0);
}

TEST_CASE("before Linux 5.12 a tree whose mounts cannot be reached is taken away", "[mounts]") {
    const tests::TempDir place;
    CHECK(in_own_mounts([&] {
              const Hostile tree(place);
              const MountStep step = tree_on_dir(tree);
              ::mount("tmpfs", tree.place.at("outside/a b").c_str(), "tmpfs", 0, nullptr);
              const base::RootDir root = tree.root(base::RootDir::Resolver::automatic);
              const auto done = without_mount_setattr() ? apply(root, step, Fd()) : Fd();
              return done.code() == ENOSYS && !is_tmpfs(tree.place.at("root/dir/a b")) ? 0 : 1;
          }) == 0);
}

TEST_CASE("before Linux 5.12 paths are made read-only, too", "[mounts]") {
    const tests::TempDir place;
    CHECK(in_own_mounts([&] {
              const Hostile tree(place);
              const base::RootDir root = tree.root(base::RootDir::Resolver::automatic);
              if (!without_mount_setattr() || !namespaces::make_readonly(root, {{"", "/dir"}})) {
                  return 1;
              }
              return (flags_at(tree.place.at("root/dir")) & ST_RDONLY) != 0 ? 0 : 2;
          }) == 0);
}

TEST_CASE("before Linux 5.12 a /proc of the container's own leads no change elsewhere",
          "[mounts]") {
    const tests::TempDir place;
    CHECK(in_own_mounts([&] {
              const Hostile tree(place);
              const base::RootDir root = tree.root(base::RootDir::Resolver::automatic);
              place.make_dir("elsewhere");
              if (!without_mount_setattr() || !apply(root, tmpfs_on("/elsewhere"), Fd())) {
                  return 1;
              }
              // Whatever number the mount gets.
              place.make_dir("proc/self/fd");
              for (int number = 0; number < 64; ++number) {
                  std::filesystem::create_symlink(place.at("root/elsewhere"),
                                                  place.at(cat("proc/self/fd/", number)));
              }
              const std::string proc = place.at("proc");
              if (::mount(proc.c_str(), "/proc", nullptr, MS_BIND, nullptr) != 0) {
                  return 2;
              }
              const auto done = namespaces::make_readonly(root, {{"/here", "/dir"}});
              return !done && done.error().failure().pointer == "/here" ? 0 : 3;
          }) == 0);
}

TEST_CASE("an error of a mount has its place and the kernel's words", "[mounts]") {
    const tests::TempDir place;
    CHECK(in_own_mounts([&] {
              const Hostile tree(place);
              MountStep step = tmpfs_on("/dir");
              step.filesystem.type = "nonsensefs";
              const auto done = apply(tree.root(base::RootDir::Resolver::automatic), step, Fd());
              return done.code() == ENODEV && done.error().failure().pointer == "/mounts/0" ? 0 : 1;
          }) == 0);
}
