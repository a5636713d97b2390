#include "cgroups/remove.hpp"

#include "cgroups/kernel_file.hpp"
#include "cgroups/processes.hpp"
#include "runtime/base/deadline.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>

namespace cgroups {

namespace {

using std::chrono::milliseconds;

constexpr int kRoundMs = 100;

bool is_gone(int code) {
    return code == ENOENT || code == ENODEV;
}

/// Removes the groups below, the deepest first.
base::Result<> remove_below(base::FdRef group) {
    base::Result<std::vector<std::string>> names = subgroups(group);
    if (!names) {
        return is_gone(names.code()) ? base::done() : std::move(names).error();
    }
    for (const std::string& name : *names) {
        base::Result<base::Fd> directory =
            base::sys::open(group, name, O_PATH | O_DIRECTORY | O_NOFOLLOW);
        if (directory) {
            TRY(remove_below(*directory));
        }
        base::Result<> removed = base::sys::unlink(group, name, AT_REMOVEDIR);
        if (!removed && !is_gone(removed.code())) {
            return removed;
        }
    }
    return base::done();
}

/// Removes an empty group; EBUSY if it is not.
base::Result<> remove_empty(const Hierarchy& group) {
    return base::sys::unlink(base::FdRef::cwd(), group.path, AT_REMOVEDIR);
}

base::Result<> remove_group(const Hierarchy& group, const base::Deadline& deadline) {
    base::Result<> removed = remove_empty(group); // the usual case, at once
    base::BackOff back_off;
    while (removed.code() == EBUSY) {
        base::Result<base::Fd> directory =
            base::sys::open(base::FdRef::cwd(), group.path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
        if (!directory) {
            removed = std::move(directory).error();
            break;
        }
        // What is not proven ours may be another container's: only an empty group is removed.
        base::Result<> emptied = group.inode == 0 ? base::done() : remove_below(*directory);
        removed = emptied ? remove_empty(group) : std::move(emptied);
        if (removed.code() != EBUSY) {
            break;
        }
        TRY_ASSIGN(const std::vector<pid_t> left, pids_in(*directory));
        if (deadline.passed()) {
            const std::string who =
                left.empty() ? "" : base::cat(", still in it: ", names_of(left));
            return std::move(removed).in(
                base::cat("remove cgroup ", base::quoted(group.path), who));
        }
        if (!wait_for_end(left, milliseconds(deadline.milliseconds(kRoundMs)))) {
            back_off.sleep();
        }
    }
    if (removed || is_gone(removed.code())) {
        return base::done();
    }
    return std::move(removed).in(base::cat("remove cgroup ", base::quoted(group.path)));
}

/// Is the directory at the path of the record the one that was recorded?
bool is_ours(const Hierarchy& group) {
    if (group.inode == 0) {
        return true;
    }
    struct stat status {};
    return ::stat(group.path.c_str(), &status) == 0 && status.st_ino == group.inode;
}

} // namespace

base::Result<> remove(const Placement& placement, milliseconds patience) {
    const base::Deadline deadline(patience);
    base::Result<> result = base::done();
    for (const Hierarchy& group : placement) {
        if (group.made.empty() || group.made.back() != group.path) {
            continue;
        }
        base::Result<> removed = is_ours(group) ? remove_group(group, deadline) : base::done();
        if (!removed) {
            // The other hierarchies are tried all the same: what can go, goes.
            result = result ? std::move(removed)
                            : std::move(result).error().also(std::move(removed).error());
            continue;
        }
        for (auto parent = std::next(group.made.rbegin()); parent != group.made.rend(); ++parent) {
            if (!base::sys::unlink(base::FdRef::cwd(), *parent, AT_REMOVEDIR)) {
                break; // others use it, or it is gone
            }
        }
    }
    return result;
}

} // namespace cgroups
