#include "cgroups/sub_groups.hpp"

#include "cgroups/cgroup_plan.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <set>

namespace cgroups {

namespace {

bool contains(const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

base::Result<SubGroup> sub_group_of(const std::string& text) {
    SubGroup group;
    std::string_view path = text;
    if (const std::size_t colon = text.find(':'); colon != std::string::npos) {
        for (const std::string_view name : base::split(path.substr(0, colon), ',')) {
            if (name.empty()) {
                return base::Error(
                    base::cat("a controller without a name in ", base::quoted(text)));
            }
            group.controllers.emplace_back(name);
        }
        path.remove_prefix(colon + 1);
    }
    if (!path.empty() && path != "/") {
        group.path = path.starts_with('/') ? std::string(path) : base::cat('/', path);
        TRY(check_path(group.path));
    }
    return group;
}

/// The sub-group that is meant for a hierarchy; nullptr if none is.
base::Result<const SubGroup*> meant_for(const Hierarchy& hierarchy,
                                        std::span<const SubGroup> sub_groups) {
    const SubGroup* meant = nullptr;
    for (const SubGroup& one : sub_groups) {
        const bool fits =
            one.controllers.empty() || std::any_of(one.controllers.begin(), one.controllers.end(),
                                                   [&](const std::string& name) {
                                                       return contains(hierarchy.controllers, name);
                                                   });
        if (fits && meant != nullptr && meant->path != one.path) {
            return base::Error(base::cat("two groups for one process in the hierarchy of ",
                                         base::join(hierarchy.controllers, ","), ": ",
                                         base::quoted(meant->path), " and ",
                                         base::quoted(one.path)));
        }
        meant = fits ? &one : meant;
    }
    return meant;
}

} // namespace

base::Result<std::vector<SubGroup>> sub_groups_of(std::span<const std::string> given) {
    std::vector<SubGroup> groups;
    std::set<std::string> named;
    for (const std::string& text : given) {
        TRY_ASSIGN(SubGroup group, sub_group_of(text));
        if (group.controllers.empty() && given.size() > 1) {
            return base::Error(base::cat(base::quoted(text), " names no controllers"))
                .hint("one path for all hierarchies, or CONTROLLERS:PATH for each of them");
        }
        for (const std::string& name : group.controllers) {
            if (!named.insert(name).second) {
                return base::Error(base::cat("the controller ", name, " is named twice"));
            }
        }
        groups.push_back(std::move(group));
    }
    return groups;
}

base::Result<Placement> below(const Placement& placement, std::span<const SubGroup> sub_groups) {
    for (const SubGroup& one : sub_groups) {
        for (const std::string& name : one.controllers) {
            if (std::none_of(placement.begin(), placement.end(), [&](const Hierarchy& hierarchy) {
                    return contains(hierarchy.controllers, name);
                })) {
                return base::Error(
                    base::cat("the container is in no cgroup with the controller ", name));
            }
        }
    }
    Placement lower;
    for (const Hierarchy& hierarchy : placement) {
        TRY_ASSIGN(const SubGroup* const meant, meant_for(hierarchy, sub_groups));
        const std::string path =
            base::cat(hierarchy.path, meant == nullptr ? std::string() : meant->path);
        base::Result<Hierarchy> opened = open_group(hierarchy.version, hierarchy.controllers, path);
        const bool is_missing = opened.code() == ENOENT;
        TRY_ASSIGN(Hierarchy group,
                   std::move(opened)
                       .in("open the group")
                       .hint(is_missing
                                 ? "a group below the container's is not made, it has to exist"
                                 : ""));
        lower.push_back(std::move(group));
    }
    return lower;
}

} // namespace cgroups
