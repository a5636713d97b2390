#include "cgroups/layout.hpp"

#include "runtime/base/mountinfo.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>
#include <optional>

namespace cgroups {

namespace {

constexpr std::string_view kUsualPlace = "/sys/fs/cgroup";

/// What is used of a line of mountinfo; all of it borrowed, the paths still escaped.
struct Mount {
    std::string_view id;
    std::string_view parent;
    std::string_view root;
    std::string_view point;
    std::string_view type;
    std::string_view options; ///< of the superblock
};

std::string_view next_word(std::string_view& text) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
}

std::optional<Mount> mount_of(std::string_view line) {
    Mount mount;
    mount.id = next_word(line);
    mount.parent = next_word(line);
    next_word(line); // the device
    mount.root = next_word(line);
    mount.point = next_word(line);
    // The optional fields between the options and the dash are of any number.
    const std::size_t dash = line.find(" - ");
    if (dash == std::string_view::npos) {
        return std::nullopt;
    }
    line.remove_prefix(dash + 3);
    mount.type = next_word(line);
    next_word(line); // the source
    mount.options = line;
    return mount;
}

bool is_below(std::string_view path, std::string_view parent) {
    return parent == "/" || path == parent ||
           (path.starts_with(parent) && path[parent.size()] == '/');
}

bool contains(const std::vector<std::string>& all, std::string_view one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

class Mounts {
  public:
    explicit Mounts(std::string_view mountinfo) {
        for (const std::string_view line : base::split(mountinfo, '\n')) {
            if (std::optional<Mount> mount = mount_of(line)) {
                (mount->type == "cgroup" || mount->type == "cgroup2" ? cgroups_ : others_)
                    .push_back(*mount);
            }
        }
    }

    /// All cgroup mounts that a path can reach, in their order.
    [[nodiscard]] std::vector<Mount> reachable() const {
        std::vector<Mount> found;
        std::copy_if(cgroups_.begin(), cgroups_.end(), std::back_inserter(found),
                     [this](const Mount& mount) { return !is_covered(mount); });
        return found;
    }

  private:
    /// Covered: another mount lies on the way from the root of the tree to this one.
    [[nodiscard]] bool is_covered(const Mount& mount) const {
        std::vector<const Mount*> on_the_way;
        for (const std::vector<Mount>* list : {&others_, &cgroups_}) {
            for (const Mount& other : *list) {
                if (is_below(mount.point, other.point)) {
                    on_the_way.push_back(&other);
                }
            }
        }
        std::vector<std::string_view> ancestors = {mount.id};
        for (const Mount* at = &mount; at != nullptr;) {
            const auto parent =
                std::find_if(on_the_way.begin(), on_the_way.end(),
                             [at](const Mount* other) { return other->id == at->parent; });
            at = parent == on_the_way.end() || *parent == at ? nullptr : *parent;
            if (at != nullptr) {
                ancestors.push_back(at->id);
            }
        }
        const auto is_ancestor = [&ancestors](std::string_view id) {
            return std::find(ancestors.begin(), ancestors.end(), id) != ancestors.end();
        };
        return std::any_of(on_the_way.begin(), on_the_way.end(), [&](const Mount* other) {
            return !is_ancestor(other->id) && is_ancestor(other->parent);
        });
    }

    std::vector<Mount> cgroups_;
    std::vector<Mount> others_;
};

/// Is this a mount of the v1 hierarchy with these controllers?
bool is_mount_of(const Mount& mount, const std::vector<std::string>& controllers) {
    if (controllers.empty()) {
        return mount.type == "cgroup2";
    }
    const std::vector<std::string_view> options = base::split(mount.options, ',');
    return mount.type == "cgroup" &&
           std::all_of(controllers.begin(), controllers.end(), [&](const std::string& name) {
               return std::find(options.begin(), options.end(), name) != options.end();
           });
}

/// How well a mount serves: the one in the usual place, then one in which our own cgroup is seen.
int rank(const Mount& mount, std::string_view own_path) {
    return (is_below(mount.point, kUsualPlace) ? 2 : 0) + (is_below(own_path, mount.root) ? 1 : 0);
}

} // namespace

std::vector<Membership> memberships_of(std::string_view proc_cgroup) {
    std::vector<Membership> found;
    for (const std::string_view line : base::split(proc_cgroup, '\n')) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (first == std::string_view::npos || second == std::string_view::npos) {
            continue;
        }
        Membership& membership = found.emplace_back();
        const std::string_view names = line.substr(first + 1, second - first - 1);
        if (!names.empty()) {
            for (const std::string_view name : base::split(names, ',')) {
                membership.controllers.emplace_back(name);
            }
        }
        membership.path = line.substr(second + 1);
    }
    return found;
}

base::Result<Layout> layout_of(std::string_view mountinfo, std::string_view own_cgroups,
                               const ReadFile& read_file) {
    const std::vector<Mount> mounts = Mounts(mountinfo).reachable();
    std::vector<std::pair<const Mount*, HierarchyInfo>> found;
    Layout layout;
    for (const Membership& membership : memberships_of(own_cgroups)) {
        const Mount* best = nullptr;
        for (const Mount& mount : mounts) {
            if (is_mount_of(mount, membership.controllers) &&
                (best == nullptr || rank(mount, membership.path) > rank(*best, membership.path))) {
                best = &mount;
            }
        }
        if (best == nullptr) {
            layout.unmounted.insert(layout.unmounted.end(), membership.controllers.begin(),
                                    membership.controllers.end());
            continue;
        }
        found.emplace_back(
            best, HierarchyInfo{
                      .version = membership.controllers.empty() ? Version::v2 : Version::v1,
                      .controllers = membership.controllers,
                      .mount_point = base::unescaped(best->point),
                      .mount_root = base::unescaped(best->root),
                      .own_path = membership.path,
                  });
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return std::pair(a.second.version, a.first) < std::pair(b.second.version, b.first);
    });
    for (auto& [mount, info] : found) {
        if (info.version == Version::v2) {
            TRY_ASSIGN(const std::string names,
                       read_file(base::cat(info.mount_point, "/cgroup.controllers")));
            for (const std::string_view name : base::words(base::trimmed(names))) {
                info.controllers.emplace_back(name);
            }
        }
        layout.hierarchies.push_back(std::move(info));
    }
    return layout;
}

std::string below_mount(const HierarchyInfo& info, std::string_view group) {
    if (info.mount_root != "/" && group.starts_with(info.mount_root)) {
        group.remove_prefix(info.mount_root.size());
    }
    return group == "/" ? "" : std::string(group);
}

std::string seen_at(const HierarchyInfo& info, std::string_view group) {
    return base::cat(info.mount_point, below_mount(info, group));
}

const HierarchyInfo* hierarchy_of(const Layout& layout, std::string_view controller) {
    const auto found = std::find_if(
        layout.hierarchies.begin(), layout.hierarchies.end(),
        [controller](const HierarchyInfo& info) { return contains(info.controllers, controller); });
    return found == layout.hierarchies.end() ? nullptr : &*found;
}

const HierarchyInfo* unified_of(const Layout& layout) {
    const auto found =
        std::find_if(layout.hierarchies.begin(), layout.hierarchies.end(),
                     [](const HierarchyInfo& info) { return info.version == Version::v2; });
    return found == layout.hierarchies.end() ? nullptr : &*found;
}

} // namespace cgroups
