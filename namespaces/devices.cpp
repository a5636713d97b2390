#include "namespaces/devices.hpp"

#include "runtime/base/sys.hpp"

#include <array>

#include <fcntl.h>
#include <sys/stat.h>

namespace namespaces {

using base::cat;
using base::done;
using base::Error;
using base::Fd;
using base::FdRef;
using base::Result;
using base::RootDir;

namespace {

bool same_device(const struct stat& status, const Node& node) {
    const bool same_type = (status.st_mode & S_IFMT) == (node.mode & S_IFMT);
    return same_type && (S_ISFIFO(node.mode) || status.st_rdev == node.device);
}

enum class Found { nothing, the_device, an_empty_file };

/// What is at the node's place. An empty file is what a bind mount of a device is put on.
Result<Found> look(const RootDir::Place& place, const Node& node) {
    const Result<struct stat> status =
        base::sys::fstatat(place.directory, place.name, AT_SYMLINK_NOFOLLOW);
    if (!status && status.code() == ENOENT) {
        return Found::nothing;
    }
    TRY_ASSIGN(const struct stat found,
               base::sys::fstatat(place.directory, place.name, AT_SYMLINK_NOFOLLOW));
    if (same_device(found, node)) {
        return Found::the_device;
    }
    if (S_ISREG(found.st_mode) && found.st_size == 0) {
        return Found::an_empty_file;
    }
    return Error::system(EEXIST, "something else than this device is already there");
}

Result<> bind_node(const RootDir::Place& place, Found found, FdRef prepared) {
    if (found == Found::nothing) {
        TRY(base::sys::open(place.directory, place.name, O_CREAT | O_EXCL | O_NOFOLLOW, 0));
    }
    TRY_ASSIGN(const Fd target, base::sys::open(place.directory, place.name, O_PATH | O_NOFOLLOW));
    return attach(prepared, target);
}

Result<> make(const RootDir& root, const Node& node, FdRef prepared) {
    TRY_ASSIGN(const RootDir::Place place, root.place_of(node.path));
    TRY_ASSIGN(const Found found, look(place, node));
    if (prepared.valid()) {
        return bind_node(place, found, prepared);
    }
    if (found == Found::the_device) {
        return done();
    }
    if (found == Found::an_empty_file) {
        return Error::system(EEXIST, "a regular file is already there");
    }
    TRY(base::sys::mknod(place.directory, place.name, node.mode, node.device));
    // mknod(2) takes the umask off the mode.
    TRY(base::sys::chmod(place.directory, place.name, node.mode & 07777U));
    return base::sys::chown(place.directory, place.name, node.uid, node.gid);
}

Result<> make_link(const RootDir& root, const std::string& path, const std::string& target) {
    TRY_ASSIGN(const RootDir::Place place, root.place_of(path));
    Result<> made = base::sys::symlink(target, place.directory, place.name);
    if (!made && made.code() == EEXIST) {
        return done();
    }
    return made;
}

} // namespace

Result<> make_node(const RootDir& root, const Node& node, Fd prepared) {
    return make(root, node, prepared).at(node.origin).in([&] {
        return cat("make the device ", base::quoted(node.path));
    });
}

Result<> make_device_links(const RootDir& root) {
    // An image may bring a ptmx node of its own, which would be the host's terminals: ours
    // replaces it. No other file is replaced.
    TRY_ASSIGN(const RootDir::Place dev, root.place_of("/dev/ptmx"));
    if (Result<> gone = base::sys::unlink(dev.directory, dev.name);
        !gone && gone.code() != ENOENT) {
        return std::move(gone).in("replace /dev/ptmx");
    }
    TRY(base::sys::symlink("pts/ptmx", dev.directory, dev.name).in("link /dev/ptmx"));

    if (!root.resolve("/proc/self/fd")) {
        return done();
    }
    constexpr std::array<std::pair<const char*, const char*>, 4> kLinks = {{
        {"/dev/fd", "/proc/self/fd"},
        {"/dev/stdin", "/proc/self/fd/0"},
        {"/dev/stdout", "/proc/self/fd/1"},
        {"/dev/stderr", "/proc/self/fd/2"},
    }};
    for (const auto& [path, target] : kLinks) {
        TRY(make_link(root, path, target).in(cat("link ", path)));
    }
    return done();
}

Result<> bind_console(const RootDir& root, FdRef slave) {
    TRY_ASSIGN(const Fd copy, clone_tree(slave, "", Depth::one));
    TRY_ASSIGN(const RootDir::Place place, root.place_of("/dev/console"));
    Result<Fd> made =
        base::sys::open(place.directory, place.name, O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (!made && made.code() != EEXIST) {
        return std::move(made).error();
    }
    TRY_ASSIGN(const Fd target, base::sys::open(place.directory, place.name, O_PATH | O_NOFOLLOW));
    return attach(copy, target).in("bind the terminal on /dev/console");
}

} // namespace namespaces
