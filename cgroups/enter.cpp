#include "cgroups/enter.hpp"

#include "cgroups/explain.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/text.hpp"

#include <fcntl.h>

namespace cgroups {

base::Result<Entrance> entrance_of(const Placement& placement) {
    Entrance entrance;
    for (const Hierarchy& group : placement) {
        if (!group.directory) {
            return base::Error(base::cat("the cgroup ", base::quoted(group.path), " is gone"));
        }
        if (group.version == Version::v2) {
            entrance.clone_into = group.directory.ref();
            continue;
        }
        base::Result<base::Fd> tasks =
            base::sys::open(group.directory, "tasks", O_WRONLY | O_NOFOLLOW);
        if (!tasks) {
            return entry_explained(std::move(tasks).error(), group);
        }
        entrance.tasks.push_back(*std::move(tasks));
    }
    return entrance;
}

base::Result<> enter(std::span<const base::FdRef> tasks) {
    for (const base::FdRef file : tasks) {
        TRY(base::sys::write_once(file, "0").in("enter the cgroup"));
    }
    return base::done();
}

base::Result<> attach(const Placement& placement, pid_t pid, Attach which) {
    for (const Hierarchy& group : placement) {
        const bool is_meant =
            which == Attach::all || (which == Attach::only_v1) == (group.version == Version::v1);
        if (!is_meant) {
            continue;
        }
        if (!group.directory) {
            return base::Error(base::cat("the cgroup ", base::quoted(group.path), " is gone"));
        }
        base::Result<> written =
            base::write_kernel_file(group.directory, "cgroup.procs", base::cat(pid));
        if (!written) {
            return entry_explained(std::move(written).error(), group);
        }
    }
    return base::done();
}

} // namespace cgroups
