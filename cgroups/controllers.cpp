#include "cgroups/controllers.hpp"

#include "cgroups/kernel_file.hpp"
#include "cgroups/processes.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <span>

#include <fcntl.h>
#include <unistd.h>

namespace cgroups {

namespace {

constexpr base::ZView kSubtree = "cgroup.subtree_control";

bool contains(const std::vector<std::string_view>& all, std::string_view one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

/// Whether this process may change what the group hands down.
bool may_enable(base::FdRef group) {
    return ::faccessat(group.number(), kSubtree.c_str(), W_OK, AT_EACCESS) == 0;
}

/// The processes that keep a group from handing controllers down: those in it, unless it is the
/// root.
std::vector<pid_t> obstacles(base::FdRef group) {
    const bool is_root = read_text(group, "cgroup.type").code() == ENOENT;
    std::vector<pid_t> pids;
    const base::Result<std::string> list = read_text(group, "cgroup.procs");
    if (!list || is_root) {
        return pids;
    }
    for (const std::string_view line : base::split(*list, '\n')) {
        if (const auto pid = base::parse_number<pid_t>(line)) {
            pids.push_back(*pid);
        }
    }
    return pids;
}

/// What to do where the user that we are may not enable a controller.
std::string handed_down_by_root(std::string_view path, std::string_view controller) {
    return base::cat("root has to hand it down: echo +", controller, " >", path, "/",
                     kSubtree.c_str(), "; under systemd by \"Delegate=", controller,
                     "\" in the unit, which for users is user@.service (a file in "
                     "/etc/systemd/system/user@.service.d)");
}

base::Error occupied(std::string_view path, std::string_view controller,
                     std::span<const pid_t> pids) {
    return base::Error::system(EBUSY, "")
        .in(base::cat("enable the controller ", controller, " below ", base::quoted(path)))
        .hint(
            base::cat("processes sit in ", path, " itself (", names_of(pids),
                      "), and only a group without them can hand controllers down: move them into "
                      "a group of their own"));
}

/// Why the kernel did not hand a controller down.
std::string reason_of(int code, base::FdRef group, std::string_view path,
                      std::string_view controller) {
    if (code == EOPNOTSUPP || code == EINVAL) {
        const base::Result<std::string> type = read_text(group, "cgroup.type");
        if (type && *type != "domain") {
            return base::cat(path, " is \"", *type,
                             "\": in threaded mode only threaded controllers can be enabled");
        }
        return "a process with a realtime policy outside of the root group keeps cpu from being "
               "enabled";
    }
    if (code == EACCES || code == EPERM || code == EROFS) {
        return handed_down_by_root(path, controller);
    }
    return "";
}

/// One bad controller spoils the whole line; alone, each shows what it is.
base::Result<> enable_one_by_one(base::FdRef group, std::string_view path,
                                 const std::vector<std::string>& missing,
                                 const std::vector<std::string>& needed) {
    for (const std::string& one : missing) {
        base::Result<> written = base::write_kernel_file(group, kSubtree, one);
        if (!written && std::find(needed.begin(), needed.end(), one.substr(1)) != needed.end()) {
            const std::string reason = reason_of(written.code(), group, path, one.substr(1));
            return std::move(written)
                .in(base::cat("enable the controller ", one.substr(1), " below ",
                              base::quoted(path)))
                .hint(reason);
        }
    }
    return base::done();
}

} // namespace

std::string not_delegated(std::string_view path) {
    return base::cat(
        path.empty() ? "/" : path,
        " is not delegated to this user: under systemd run it in a unit with \"Delegate=yes\" "
        "(systemd-run --user --scope -p Delegate=yes ...); else let root give the folder, its "
        "cgroup.procs and its cgroup.subtree_control to the user; --cgroup-manager disabled does "
        "without cgroups and limits");
}

base::Result<> enable_controllers(base::FdRef group, std::string_view path,
                                  const std::vector<std::string>& needed, Enable which) {
    TRY_ASSIGN(const std::string available, read_text(group, "cgroup.controllers"));
    TRY_ASSIGN(const std::string enabled, read_text(group, kSubtree));
    const std::vector<std::string_view> there = base::words(available);
    for (const std::string& name : needed) {
        if (!contains(there, name)) {
            return base::Error(base::cat("the cgroup ", base::quoted(path),
                                         " does not have the controller ", name))
                .hint(handed_down_by_root(path.substr(0, path.rfind('/')), name));
        }
    }
    std::vector<std::string> missing;
    for (const std::string_view name : there) {
        const bool wanted =
            which == Enable::all || std::find(needed.begin(), needed.end(), name) != needed.end();
        if (wanted && !contains(base::words(enabled), name)) {
            missing.push_back(base::cat('+', name));
        }
    }
    if (missing.empty()) {
        return base::done();
    }
    const auto lacking = std::find_if(needed.begin(), needed.end(), [&](const auto& name) {
        return !contains(base::words(enabled), name);
    });
    if (lacking != needed.end() && !may_enable(group)) {
        errno = EACCES;
        return base::call_failed("openat", group, kSubtree.c_str(), base::Word{"O_WRONLY"})
            .in(base::cat("enable the controller ", *lacking, " below ", base::quoted(path)))
            .hint(handed_down_by_root(path, *lacking));
    }
    // The kernel would take some controllers from a group with processes, at the price that it
    // becomes "domain threaded" and no group below it can have processes of its own.
    if (const std::vector<pid_t> pids = obstacles(group); !pids.empty()) {
        return lacking == needed.end() ? base::done() : occupied(path, *lacking, pids);
    }
    if (base::write_kernel_file(group, kSubtree, base::join(missing, " "))) {
        return base::done();
    }
    return enable_one_by_one(group, path, missing, needed);
}

} // namespace cgroups
