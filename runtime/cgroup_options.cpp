#include "runtime/cgroup_options.hpp"

#include "namespaces/mount_api.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"

#include <fcntl.h>

namespace runtime {

using base::done;
using base::Fd;
using base::FdRef;
using base::Result;

CgroupOptions cgroup_options_of(std::string_view mountinfo) {
    constexpr std::string_view kType = " - cgroup2 ";
    constexpr std::size_t kMountPoint = 4; // fields of the first half
    for (const std::string_view line : base::split(mountinfo, '\n')) {
        const std::size_t middle = line.find(kType);
        if (middle == std::string_view::npos) {
            continue;
        }
        const std::vector<std::string_view> first = base::split(line.substr(0, middle), ' ');
        const std::vector<std::string_view> last =
            base::split(line.substr(middle + kType.size()), ' ');
        if (first.size() <= kMountPoint || last.size() < 2) {
            continue;
        }
        CgroupOptions found{.mount_point = std::string(first[kMountPoint]), .options = {}};
        for (const std::string_view option : base::split(last[1], ',')) {
            if (option != "rw" && option != "ro") {
                found.options.emplace_back(option);
            }
        }
        return found;
    }
    return {};
}

Result<CgroupOptions> cgroup_options() {
    TRY_ASSIGN(const std::string mountinfo, base::read_file(FdRef::cwd(), "/proc/self/mountinfo"));
    return cgroup_options_of(mountinfo);
}

Result<> give_back(const CgroupOptions& before) {
    TRY_ASSIGN(const CgroupOptions now, cgroup_options());
    if (before.mount_point.empty() || now.options == before.options) {
        return done();
    }
    TRY_ASSIGN(const Fd mount,
               base::sys::open(FdRef::cwd(), before.mount_point, O_PATH | O_DIRECTORY));
    return namespaces::reconfigure(mount, before.options, 0, 0);
}

} // namespace runtime
