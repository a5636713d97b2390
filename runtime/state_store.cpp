#include "runtime/state_store.hpp"

#include "runtime/base/sys.hpp"
#include "runtime/host_facts.hpp"
#include "runtime/lock.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace runtime {

using base::call_failed;
using base::cat;
using base::done;
using base::Error;
using base::Fd;
using base::FdRef;
using base::Result;

namespace {

constexpr std::size_t kLongestId = 255;
constexpr mode_t kDirectoryMode = 0711; // as runc: a rootless engine below it may pass through
constexpr mode_t kContainerMode = 0700;
constexpr unsigned kReservePatienceS = 10; // nobody works long on an empty directory
constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

bool allowed(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '+' || c == '-' || c == '.';
}

Result<std::vector<std::string>> entries_of(FdRef directory) {
    TRY_ASSIGN(Fd listed, base::sys::open(directory, ".", kFlags));
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(listed.number()), ::closedir);
    if (!listing) {
        return call_failed("fdopendir", directory);
    }
    static_cast<void>(listed.release()); // closed with the listing
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(listing.get())) {
        const std::string name = static_cast<const char*>(entry->d_name);
        if (name != "." && name != "..") {
            names.push_back(name);
        }
    }
    return names;
}

/// A folder that holds files alone.
Result<> remove_folder(FdRef directory, const std::string& name) {
    TRY_ASSIGN(const Fd folder, base::sys::open(directory, name, kFlags));
    TRY_ASSIGN(const std::vector<std::string> files, entries_of(folder));
    for (const std::string& file : files) {
        TRY(base::sys::unlink(folder, file));
    }
    return base::sys::unlink(directory, name, AT_REMOVEDIR);
}

Result<> lock_container(FdRef directory, unsigned patience_s) {
    return lock_within(directory, patience_s).hint("another oci-rt is working on this container");
}

/// What somebody else has put there, or may change, must not be believed: it names processes to be
/// killed and groups to be removed. Root's own is as good as ours.
Result<> require_own(FdRef directory, std::string_view path) {
    TRY_ASSIGN(const struct stat status, base::sys::fstat(directory));
    if (status.st_uid != ::geteuid() && status.st_uid != 0) {
        return Error(cat("the state directory ", base::quoted(path), " belongs to uid ",
                         status.st_uid))
            .hint("each user has a state directory of its own: see --root and XDG_RUNTIME_DIR");
    }
    const bool protects_names = (status.st_mode & S_ISVTX) != 0;
    if ((status.st_mode & S_IWOTH) != 0 && !protects_names) {
        return Error(cat("everybody can write to the state directory ", base::quoted(path)))
            .hint(cat("its mode is ", base::octal(status.st_mode & 07777U), ", and should be ",
                      base::octal(kDirectoryMode)));
    }
    return done();
}

Result<bool> is_gone(FdRef directory) {
    TRY_ASSIGN(const struct stat status, base::sys::fstat(directory));
    return status.st_nlink == 0;
}

} // namespace

Result<> check_id(const std::string& id) {
    if (id.empty()) {
        return Error("the id of a container must not be empty");
    }
    if (id.size() > kLongestId || id == "." || id == ".." || !std::ranges::all_of(id, allowed)) {
        return Error(cat("invalid id ", base::quoted(id.substr(0, kLongestId))))
            .hint("letters, digits, \"_\", \"+\", \"-\" and \".\", at most 255 of them");
    }
    return done();
}

Result<std::string> default_state_root() {
    const char* runtime_dir = ::getenv("XDG_RUNTIME_DIR");
    const bool names_one = runtime_dir != nullptr && runtime_dir[0] == '/';
    // Root of a user namespace is an ordinary user under another name, as with rootless podman,
    // or it is alone in there, as in a container.
    if (::geteuid() == 0 && (in_first_user_namespace() || !names_one)) {
        return std::string("/run/oci-rt");
    }
    if (!names_one) {
        return Error("an ordinary user needs XDG_RUNTIME_DIR for the state of containers")
            .hint("or name a directory by --root");
    }
    return cat(runtime_dir, "/oci-rt");
}

Result<Fd> StateStore::open_root() const {
    TRY_ASSIGN(Fd root, base::sys::open(FdRef::cwd(), root_, O_RDONLY | O_DIRECTORY)
                            .in("open the state directory"));
    TRY(require_own(root, root_));
    return root;
}

Result<Fd> StateStore::make_root() const {
    Result<Fd> root = open_root();
    if (root || root.code() != ENOENT) {
        return root;
    }
    for (std::size_t slash = root_.find('/', 1); slash != std::string::npos;
         slash = root_.find('/', slash + 1)) {
        static_cast<void>(base::sys::mkdir(FdRef::cwd(), root_.substr(0, slash), kDirectoryMode));
    }
    if (Result<> made = base::sys::mkdir(FdRef::cwd(), root_, kDirectoryMode);
        !made && made.code() != EEXIST) {
        return std::move(made).error().in("make the state directory");
    }
    return open_root();
}

Result<ContainerDirectory> StateStore::reserve(const std::string& id) const {
    TRY(check_id(id));
    TRY_ASSIGN(const Fd root, make_root());
    while (true) {
        if (Result<> made = base::sys::mkdir(root, id, kContainerMode); !made) {
            if (made.code() == EEXIST) {
                return Error(cat("container with id ", base::quoted(id), " already exists"));
            }
            return std::move(made).error();
        }
        TRY_ASSIGN(Fd directory, base::sys::open(root, id, kFlags));
        TRY(lock_container(directory, kReservePatienceS));
        // A `delete --force` may have taken the empty directory before it was locked.
        TRY_ASSIGN(const bool gone, is_gone(directory));
        if (!gone) {
            return ContainerDirectory{id, std::move(directory)};
        }
    }
}

Result<ContainerDirectory> StateStore::open(const std::string& id) const {
    TRY(check_id(id));
    Result<Fd> root = open_root();
    Result<Fd> directory =
        root ? base::sys::open(*root, id, kFlags) : Result<Fd>(std::move(root).error());
    if (!directory && directory.code() == ENOENT) {
        return Error::system(ENOENT, "").in(cat("container ", base::quoted(id), " does not exist"));
    }
    TRY_ASSIGN(Fd fd, std::move(directory));
    TRY(require_own(fd, cat(root_, "/", id)));
    return ContainerDirectory{id, std::move(fd)};
}

Result<ContainerDirectory> StateStore::open_locked(const std::string& id,
                                                   unsigned patience_s) const {
    while (true) {
        TRY_ASSIGN(ContainerDirectory directory, open(id));
        TRY(lock_container(directory.fd, patience_s));
        // Deleted, and perhaps made again, while we waited: the name tells what it is now.
        TRY_ASSIGN(const bool gone, is_gone(directory.fd));
        if (!gone) {
            return directory;
        }
    }
}

bool StateStore::is_locked(const ContainerDirectory& directory) {
    // A second open file description, because a lock does not conflict with itself.
    const Result<Fd> again = base::sys::open(directory.fd, ".", kFlags);
    return again && base::sys::lock(*again, LOCK_NB).code() == EWOULDBLOCK;
}

Result<> StateStore::remove(const ContainerDirectory& directory) const {
    TRY_ASSIGN(const std::vector<std::string> names, entries_of(directory.fd));
    for (const std::string& name : names) {
        Result<> gone = base::sys::unlink(directory.fd, name);
        if (gone.code() == EISDIR) {
            gone = remove_folder(directory.fd, name);
        }
        if (!gone && gone.code() != ENOENT) {
            return std::move(gone).in("remove the container's state");
        }
    }
    TRY_ASSIGN(const Fd root, open_root());
    return base::sys::unlink(root, directory.id, AT_REMOVEDIR).in("remove the container's state");
}

Result<std::vector<std::string>> StateStore::ids() const {
    const Result<Fd> root = base::sys::open(FdRef::cwd(), root_, O_RDONLY | O_DIRECTORY);
    if (!root && root.code() == ENOENT) {
        return std::vector<std::string>();
    }
    TRY_ASSIGN(const Fd opened, open_root());
    TRY_ASSIGN(std::vector<std::string> names, entries_of(opened));
    std::erase_if(names, [](const std::string& name) { return !check_id(name); });
    std::ranges::sort(names);
    return names;
}

} // namespace runtime
