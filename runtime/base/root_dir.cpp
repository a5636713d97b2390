#include "runtime/base/root_dir.hpp"

#include "runtime/base/sys.hpp"

#include <algorithm>

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>

namespace base {

namespace {

constexpr int kMostLinks = 40;     // as the kernel (MAXSYMLINKS)
constexpr int kMostAttempts = 128; // EAGAIN of openat2 while somebody renames
constexpr mode_t kDirectoryMode = 0755;
constexpr mode_t kFileMode = 0644;

/// The components of a path still to be walked, next one last. A slash at the end asks for a
/// directory, as "." does.
class Components {
  public:
    explicit Components(std::string_view path) { push(path); }
    [[nodiscard]] bool empty() const { return names_.empty(); }
    void push(std::string_view path) {
        const std::vector<std::string_view> names = split(path, '/');
        for (auto name = names.rbegin(); name != names.rend(); ++name) {
            if (!name->empty() || name == names.rbegin()) {
                names_.emplace_back(name->empty() ? "." : *name);
            }
        }
    }
    std::string pop() {
        std::string name = std::move(names_.back());
        names_.pop_back();
        return name;
    }

  private:
    std::vector<std::string> names_;
};

struct Last {
    std::string_view parent; ///< "/" or what stands before the last name
    std::string_view name;   ///< empty for the root itself
};

Last last_of(std::string_view path) {
    while (path.ends_with('/')) {
        path.remove_suffix(1);
    }
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) {
        return {"/", path};
    }
    return {path.substr(0, slash + 1), path.substr(slash + 1)};
}

Error walk_failed(int code, std::string_view path, std::string_view at) {
    return Error::system(code, cat("walk(", quoted(path), ") at ", quoted(at)));
}

/// A procfs answers ENOENT when something is to be made in it, which engines read as: there is no
/// such program.
Error not_made(Error error, FdRef directory, std::string_view name) {
    const Result<struct statfs> fs = sys::fstatfs(directory);
    if (error.code() != ENOENT || !fs || fs->f_type != PROC_SUPER_MAGIC) {
        return error;
    }
    return Error(cat("procfs has no ", quoted(name), " and nothing can be made in it"));
}

} // namespace

bool RootDir::has_openat2() const {
    if (resolver_ != Resolver::automatic) {
        return resolver_ == Resolver::openat2;
    }
    // EPERM may come from an outer filter as well as from the file: a harmless form tells.
    static const bool has = [this] {
        return sys::open2(root_, ".", O_PATH, RESOLVE_IN_ROOT).code() == 0;
    }();
    return has;
}

Result<Fd> RootDir::by_openat2(ZView path, int flags, std::uint64_t extra) const {
    for (int attempt = 0;; ++attempt) {
        Result<Fd> fd =
            sys::open2(root_, path, flags, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | extra);
        if (fd || fd.code() != EAGAIN || attempt == kMostAttempts) {
            return fd;
        }
    }
}

Result<Fd> RootDir::walk(std::string_view path, Missing missing, Links links) const {
    if (path.empty()) {
        return walk_failed(ENOENT, path, path);
    }
    // The directories passed, so that ".." goes back to one that we hold, never up by name.
    std::vector<Fd> passed;
    Components todo(path);
    int followed = 0;
    const auto here = [&] { return passed.empty() ? root_.ref() : passed.back().ref(); };

    while (!todo.empty()) {
        const std::string name = todo.pop();
        if (name == ".") {
            continue; // only directories are passed
        }
        if (name == "..") {
            if (!passed.empty()) {
                passed.pop_back();
            }
            continue;
        }
        Result<Fd> entry = sys::open(here(), name, O_PATH | O_NOFOLLOW);
        if (!entry && entry.code() == ENOENT && missing != Missing::fail) {
            if (missing == Missing::make_last_a_file && todo.empty()) {
                // O_EXCL: a link that appears now is not followed.
                if (Result<Fd> made =
                        sys::open(here(), name, O_CREAT | O_EXCL | O_NOFOLLOW, kFileMode);
                    !made && made.code() != EEXIST) {
                    return not_made(std::move(made).error(), here(), name);
                }
            } else if (Result<> made = sys::mkdir(here(), name, kDirectoryMode);
                       !made && made.code() != EEXIST) {
                return not_made(std::move(made).error(), here(), name);
            }
            entry = sys::open(here(), name, O_PATH | O_NOFOLLOW);
        }
        if (!entry) {
            return std::move(entry).in(cat("in ", quoted(path)));
        }
        TRY_ASSIGN(const struct stat status, sys::fstat(*entry));
        if (S_ISLNK(status.st_mode)) {
            if (links == Links::keep_last && todo.empty()) {
                return entry;
            }
            if (links == Links::refuse || ++followed > kMostLinks) {
                return walk_failed(ELOOP, path, name);
            }
            TRY_ASSIGN(const std::string target, sys::readlink(*entry, ""));
            if (target.starts_with('/')) {
                passed.clear();
            }
            todo.push(target);
        } else if (S_ISDIR(status.st_mode)) {
            passed.push_back(*std::move(entry));
        } else if (todo.empty()) {
            return entry;
        } else {
            return walk_failed(ENOTDIR, path, name);
        }
    }
    return sys::duplicate(here());
}

Result<Fd> RootDir::resolve(ZView path) const {
    return has_openat2() ? by_openat2(path, O_PATH, 0) : walk(path.view(), Missing::fail);
}

Result<Fd> RootDir::resolve_without_links(ZView path) const {
    if (has_openat2()) {
        return by_openat2(path, O_PATH, RESOLVE_NO_SYMLINKS);
    }
    return walk(path.view(), Missing::fail, Links::refuse);
}

Result<Fd> RootDir::resolve_entry(ZView path) const {
    if (has_openat2()) {
        return by_openat2(path, O_PATH | O_NOFOLLOW, 0);
    }
    return walk(path.view(), Missing::fail, Links::keep_last);
}

Result<Fd> RootDir::open(ZView path, int flags) const {
    if (has_openat2()) {
        return by_openat2(path, flags | O_NONBLOCK | O_NOCTTY, 0);
    }
    TRY_ASSIGN(const Fd entry, walk(path.view(), Missing::fail));
    // What the walk found is held; the way to it through our own /proc/self/fd cannot be replaced.
    return sys::open(FdRef::cwd(), cat("/proc/self/fd/", entry.number()),
                     flags | O_NONBLOCK | O_NOCTTY);
}

Result<Fd> RootDir::look_for(ZView path) const {
    const Expecting expecting(ENOENT);
    return resolve(path);
}

Result<Fd> RootDir::make_directories(ZView path) const {
    if (Result<Fd> found = look_for(path); found) {
        TRY_ASSIGN(const struct stat status, sys::fstat(*found));
        if (!S_ISDIR(status.st_mode)) {
            return walk_failed(ENOTDIR, path.view(), path.view());
        }
        return found;
    }
    if (Result<Fd> made = make_last(path, S_IFDIR)) {
        return made;
    }
    TRY_ASSIGN(Fd made, walk(path.view(), Missing::make_directories));
    TRY_ASSIGN(const struct stat status, sys::fstat(made));
    if (!S_ISDIR(status.st_mode)) {
        return walk_failed(ENOTDIR, path.view(), path.view());
    }
    return made;
}

Result<Fd> RootDir::make_last(ZView path, mode_t type) const {
    const auto [parent, name] = last_of(path.view());
    if (name.empty() || name == "." || name == "..") {
        return walk_failed(EINVAL, path.view(), name);
    }
    TRY_ASSIGN(const Fd directory, resolve(std::string(parent)));
    const std::string entry(name);
    if (type == S_IFDIR) {
        TRY(sys::mkdir(directory, entry, kDirectoryMode));
    } else {
        TRY(sys::open(directory, entry, O_CREAT | O_EXCL | O_NOFOLLOW, kFileMode));
    }
    return sys::open(directory, entry, O_PATH | O_NOFOLLOW);
}

Result<Fd> RootDir::make_file(ZView path) const {
    std::string name(path.view());
    while (name.size() > 1 && name.ends_with('/')) {
        name.pop_back();
    }
    Result<Fd> found = look_for(name);
    if (!found) {
        found = make_last(name, S_IFREG);
    }
    if (!found) {
        found = walk(name, Missing::make_last_a_file);
    }
    if (found) {
        TRY_ASSIGN(const struct stat status, sys::fstat(*found));
        if (S_ISDIR(status.st_mode)) {
            return walk_failed(EISDIR, name, name);
        }
    }
    return found;
}

Result<RootDir::Place> RootDir::place_of(ZView path) const {
    const auto [parent, name] = last_of(path.view());
    if (name.empty() || name == "." || name == "..") {
        return walk_failed(EINVAL, path.view(), name);
    }
    TRY_ASSIGN(Fd directory, make_directories(std::string(parent)));
    return Place{std::move(directory), std::string(name)};
}

} // namespace base
