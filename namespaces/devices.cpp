#include "namespaces/devices.hpp"

#include "runtime/base/log.hpp"
#include "runtime/base/sys.hpp"

#include <array>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

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

/// Places of new entries. Most are in /dev, which is found once.
class Places {
  public:
    explicit Places(const RootDir& root) : root_(root) {}

    Result<const RootDir::Place*> of(const std::string& path) {
        const std::size_t slash = path.rfind('/');
        const std::string parent = path.substr(0, slash + 1);
        const std::string name = path.substr(slash + 1);
        if (last_ && parent == parent_ && !name.empty() && name != "." && name != "..") {
            last_->name = name;
        } else {
            TRY_ASSIGN(last_, root_.place_of(path));
            parent_ = parent;
        }
        return &*last_;
    }

  private:
    const RootDir& root_;
    std::string parent_;
    std::optional<RootDir::Place> last_;
};

enum class Found { the_device, an_empty_file };

/// What is at the node's place. An empty file is what a bind mount of a device is put on.
Result<Found> look(const RootDir::Place& place, const Node& node) {
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

Result<> bind_node(const RootDir::Place& place, const Node& node, FdRef prepared) {
    const base::Expecting expecting(EEXIST);
    const Result<Fd> made =
        base::sys::open(place.directory, place.name, O_CREAT | O_EXCL | O_NOFOLLOW, 0);
    if (!made) {
        TRY(look(place, node));
    }
    TRY_ASSIGN(const Fd target, base::sys::open(place.directory, place.name, O_PATH | O_NOFOLLOW));
    return attach(prepared, target);
}

Result<> make(const RootDir::Place& place, const Node& node) {
    const base::Expecting expecting(EEXIST);
    Result<> made = base::sys::mknod(place.directory, place.name, node.mode, node.device);
    if (made.code() == EPERM) {
        TRY_ASSIGN(const Fd hosts, copy_of_hosts(node));
        return bind_node(place, node, hosts);
    }
    if (made.code() == EEXIST) {
        TRY_ASSIGN(const Found found, look(place, node));
        return found == Found::the_device
                   ? done()
                   : Error::system(EEXIST, "a regular file is already there");
    }
    TRY(std::move(made));
    TRY(base::sys::chown(place.directory, place.name, node.uid, node.gid));
    // mknod(2) takes the umask off the mode.
    return base::sys::chmod(place.directory, place.name, node.mode & 07777U);
}

/// Where the host may have the node, most likely first.
std::array<std::string, 2> hosts_paths(const Node& node) {
    return {node.path, cat(S_ISBLK(node.mode) ? "/dev/block/" : "/dev/char/", major(node.device),
                           ":", minor(node.device))};
}

/// A link in /dev, unless something is there already.
Result<> make_link(const RootDir::Place& place, const char* target) {
    const base::Expecting expecting(EEXIST);
    Result<> made = base::sys::symlink(target, place.directory, place.name);
    if (made.code() == EEXIST) {
        return done();
    }
    return made;
}

} // namespace

Result<Fd> copy_of_hosts(const Node& node) {
    for (const std::string& path : hosts_paths(node)) {
        const Result<Fd> found = base::sys::open(FdRef::cwd(), path, O_PATH);
        const Result<struct stat> status =
            found ? base::sys::fstat(*found) : Result<struct stat>(Error(""));
        if (!status || !same_device(*status, node)) {
            continue;
        }
        if (!node.origin.empty() && (status->st_mode & 07777U) != (node.mode & 07777U)) {
            base::log::warning(cat("the device ", base::quoted(node.path), " has the host's mode ",
                                   base::octal(status->st_mode & 07777U), " and owner (",
                                   node.origin, "): a user namespace cannot make nodes"));
        }
        return clone_tree(*found, "", Depth::one);
    }
    return Error::system(ENODEV, "the host has no node of this device")
        .hint("a user namespace cannot make nodes: those of the host are bound, found at the same "
              "path or in /dev/char and /dev/block");
}

Result<> make_nodes(const RootDir& root, const std::vector<Node>& nodes, std::vector<Fd> prepared) {
    Places places(root);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const Node& node = nodes[i];
        const auto fact = [&] { return cat("make the device ", base::quoted(node.path)); };
        TRY_ASSIGN(const RootDir::Place* place, places.of(node.path).at(node.origin).in(fact));
        Result<> made =
            prepared.empty() ? make(*place, node) : bind_node(*place, node, prepared[i]);
        TRY(std::move(made).at(node.origin).in(fact));
    }
    return done();
}

Result<> make_device_links(const RootDir& root) {
    // An image may bring a ptmx node of its own, which would be the host's terminals: ours
    // replaces it. No other file is replaced.
    Places places(root);
    TRY_ASSIGN(const RootDir::Place* ptmx, places.of("/dev/ptmx"));
    {
        const base::Expecting expecting(ENOENT);
        Result<> gone = base::sys::unlink(ptmx->directory, ptmx->name);
        if (!gone && gone.code() != ENOENT) {
            return std::move(gone).in("replace /dev/ptmx");
        }
    }
    TRY(base::sys::symlink("pts/ptmx", ptmx->directory, ptmx->name).in("link /dev/ptmx"));

    if (!root.resolve("/proc/self/fd")) {
        return done();
    }
    struct Link {
        const char* path;
        const char* target;
    };
    constexpr std::array<Link, 4> kLinks = {{
        {"/dev/fd", "/proc/self/fd"},
        {"/dev/stdin", "/proc/self/fd/0"},
        {"/dev/stdout", "/proc/self/fd/1"},
        {"/dev/stderr", "/proc/self/fd/2"},
    }};
    for (const Link& link : kLinks) {
        TRY_ASSIGN(const RootDir::Place* place, places.of(link.path));
        TRY(make_link(*place, link.target).in([&] { return cat("link ", link.path); }));
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
