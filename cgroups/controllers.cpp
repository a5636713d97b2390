#include "cgroups/controllers.hpp"

#include "cgroups/kernel_file.hpp"
#include "cgroups/processes.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>

namespace cgroups {

namespace {

constexpr base::ZView kSubtree = "cgroup.subtree_control";

bool contains(const std::vector<std::string_view>& all, std::string_view one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

/// Why the kernel did not hand a controller down.
std::string reason_of(int code, base::FdRef group, std::string_view path) {
    if (code == EBUSY) {
        const base::Result<std::vector<pid_t>> pids = pids_in(group);
        return base::cat("processes sit in ", path, " itself (", pids ? names_of(*pids) : "unknown",
                         "), and cgroup v2 lets only a group without them hand controllers down: "
                         "move them into a group of their own");
    }
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
        return base::cat(path, " is not delegated to this user");
    }
    return "";
}

} // namespace

base::Result<> enable_controllers(base::FdRef group, std::string_view path,
                                  const std::vector<std::string>& needed) {
    TRY_ASSIGN(const std::string available, read_text(group, "cgroup.controllers"));
    TRY_ASSIGN(const std::string enabled, read_text(group, kSubtree));
    const std::vector<std::string_view> there = base::words(available);
    for (const std::string& name : needed) {
        if (!contains(there, name)) {
            return base::Error(base::cat("the cgroup ", base::quoted(path),
                                         " does not have the controller ", name))
                .hint("the group above it does not hand it down in cgroup.subtree_control");
        }
    }
    std::vector<std::string> missing;
    for (const std::string_view name : there) {
        if (!contains(base::words(enabled), name)) {
            missing.push_back(base::cat('+', name));
        }
    }
    if (missing.empty() || base::write_kernel_file(group, kSubtree, base::join(missing, " "))) {
        return base::done();
    }
    // One bad controller spoils the whole line; alone, each shows what it is.
    for (const std::string& one : missing) {
        base::Result<> written = base::write_kernel_file(group, kSubtree, one);
        if (!written && std::find(needed.begin(), needed.end(), one.substr(1)) != needed.end()) {
            const std::string reason = reason_of(written.code(), group, path);
            return std::move(written)
                .in(base::cat("enable the controller ", one.substr(1), " below ",
                              base::quoted(path)))
                .hint(reason);
        }
    }
    return base::done();
}

} // namespace cgroups
