#include "cgroups/read_layout.hpp"

#include "runtime/base/file.hpp"

namespace cgroups {

base::Result<Layout> read_layout(const base::Procfs& procfs) {
    TRY_ASSIGN(const std::string mountinfo_path, procfs.self("mountinfo"));
    TRY_ASSIGN(const std::string cgroup_path, procfs.self("cgroup"));
    TRY_ASSIGN(const std::string mountinfo, procfs.read(mountinfo_path));
    TRY_ASSIGN(const std::string own_cgroups, procfs.read(cgroup_path));
    return layout_of(mountinfo, own_cgroups, [](const std::string& path) {
        return base::read_file(base::FdRef::cwd(), path);
    });
}

} // namespace cgroups
