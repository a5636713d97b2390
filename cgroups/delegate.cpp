#include "cgroups/delegate.hpp"

#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/text.hpp"

namespace cgroups {

namespace {

/// The list of the specification for kernels that have none (before 4.15).
constexpr std::string_view kOldKernels = "cgroup.procs\ncgroup.subtree_control\ncgroup.threads\n";

} // namespace

base::Result<> delegate_to(const Placement& placement, uid_t uid) {
    constexpr auto kSameGroup = static_cast<gid_t>(-1);
    const Hierarchy* const group = unified_group(placement);
    if (group == nullptr) {
        return base::done();
    }
    const base::Result<std::string> listed =
        base::read_file(base::FdRef::cwd(), "/sys/kernel/cgroup/delegate");
    TRY(base::sys::chown(group->directory, "", uid, kSameGroup));
    for (const std::string_view name :
         base::split(listed ? std::string_view(*listed) : kOldKernels, '\n')) {
        if (name.empty() || name.find('/') != std::string_view::npos) {
            continue;
        }
        base::Result<> changed =
            base::sys::chown(group->directory, std::string(name), uid, kSameGroup);
        if (!changed && changed.code() != ENOENT) {
            return changed;
        }
    }
    return base::done();
}

} // namespace cgroups
