#include "cgroups/make.hpp"

#include "cgroups/controllers.hpp"
#include "cgroups/freezer.hpp"
#include "cgroups/kernel_file.hpp"
#include "cgroups/processes.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>
#include <array>

#include <fcntl.h>
#include <linux/magic.h>
#include <unistd.h>

namespace cgroups {

namespace {

constexpr int kOpenGroup = O_PATH | O_DIRECTORY | O_NOFOLLOW;
constexpr mode_t kGroupMode = 0755;
constexpr int kMostAttempts = 256; // while somebody removes the parents

bool is_gone(int code) {
    return code == ENOENT || code == ENODEV;
}

bool contains(const std::vector<std::string>& all, std::string_view one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

/// Empty if there is no such group, which is the usual case and makes no error's text.
base::Result<base::Fd> open_if_there(base::FdRef parent, const std::string& name) {
    base::Fd group(base::uninterrupted(
        [&] { return ::openat(parent.number(), name.c_str(), kOpenGroup | O_CLOEXEC); }));
    if (!group && errno != ENOENT) {
        return base::call_failed("openat", parent, name, base::Word{"O_PATH"});
    }
    return group;
}

/// The way from a mount point down to a container's group.
class Way {
  public:
    /// `unit`: of the plan, if systemd makes groups.
    Way(const PlannedHierarchy& planned, std::string_view path, const UnitPlan* unit)
        : planned_(planned), unit_(unit) {
        for (const std::string_view name : base::split(path.substr(1), '/')) {
            names_.emplace_back(name);
        }
    }

    /// Opens what is there; refuses what is there and unfit.
    base::Result<> examine();
    /// Makes the rest. ENOENT or ENODEV: a parent was removed, examine() again.
    base::Result<> build();
    void undo();
    /// As a record; `made` is what is made, or, before build(), what would be.
    [[nodiscard]] Hierarchy record() const;
    base::Result<Hierarchy> finish();
    /// The place in config.json of what needs the group; "" if nothing does.
    [[nodiscard]] const std::string& origin() const { return planned_.origin; }

  private:
    [[nodiscard]] bool is_v1() const { return planned_.info.version == Version::v1; }
    [[nodiscard]] std::string path_to(std::size_t levels) const {
        std::string path = planned_.info.mount_point;
        for (std::size_t i = 0; i < levels; ++i) {
            path += base::cat('/', names_[i]);
        }
        return path;
    }
    base::Result<> require_thawed() const;
    base::Result<> require_empty() const;
    base::Result<> require_domain() const;
    base::Result<> fill_cpuset(std::size_t level, bool is_new) const;

    base::Result<> require_systemds() const;
    base::Result<> hand_down(std::size_t level) const;
    /// Whether systemd keeps its units there.
    [[nodiscard]] bool is_systemds() const {
        return unit_ != nullptr &&
               (!is_v1() || contains(planned_.info.controllers, "name=systemd"));
    }

    const PlannedHierarchy& planned_;
    const UnitPlan* unit_;
    std::vector<std::string> names_;
    std::vector<base::Fd> levels_;  ///< the directories that are open; the mount point first
    std::vector<std::size_t> made_; ///< of names_, by index
    bool built_ = false;
};

base::Result<> Way::examine() {
    levels_.clear();
    built_ = false;
    const HierarchyInfo& info = planned_.info;
    TRY_ASSIGN(base::Fd root, base::sys::open(base::FdRef::cwd(), info.mount_point,
                                              O_PATH | O_DIRECTORY | O_NOFOLLOW));
    TRY_ASSIGN(const struct statfs fs, base::sys::fstatfs(root));
    if (fs.f_type != (is_v1() ? CGROUP_SUPER_MAGIC : CGROUP2_SUPER_MAGIC)) {
        return base::Error(base::cat("not a cgroup file system any more: ", info.mount_point));
    }
    levels_.push_back(std::move(root));
    for (const std::string& name : names_) {
        base::Result<base::Fd> next = open_if_there(levels_.back(), name);
        if (next && !*next) {
            break;
        }
        if (!next) {
            const bool is_file = next.code() == ENOTDIR;
            return std::move(next)
                .error()
                .in(base::cat("open cgroup ", base::quoted(path_to(levels_.size()))))
                .hint(is_file ? "this name belongs to a file of the kernel" : "");
        }
        levels_.push_back(*std::move(next));
    }
    TRY(require_thawed());
    if (is_systemds()) {
        return require_systemds();
    }
    // The process that a unit was made of may be in it already.
    const bool may_be_full = unit_ != nullptr || levels_.size() <= names_.size();
    return may_be_full ? base::done() : require_empty();
}

base::Result<> Way::require_systemds() const {
    return levels_.size() > names_.size()
               ? base::done()
               : base::Error(base::cat("systemd has not made the cgroup ",
                                       base::quoted(path_to(names_.size()))));
}

/// A process that enters a frozen group never runs, so its creator would wait for ever.
base::Result<> Way::require_thawed() const {
    const bool can_freeze = !is_v1() || contains(planned_.info.controllers, "freezer");
    const std::size_t existing = levels_.size() - 1;
    if (!can_freeze || existing == 0) {
        return base::done();
    }
    const base::Result<FreezerState> state = state_of_group(levels_.back(), planned_.info.version);
    if (!state || *state == FreezerState::thawed) {
        return base::done(); // a kernel without cgroup.freeze cannot have frozen it
    }
    std::size_t culprit = existing;
    while (culprit > 1) {
        const base::Result<FreezerState> above =
            state_of_group(levels_[culprit - 1], planned_.info.version);
        if (!above || *above == FreezerState::thawed) {
            break;
        }
        --culprit;
    }
    return base::Error(base::cat("the cgroup ", base::quoted(path_to(culprit)), " is frozen"))
        .hint("a container in it would never run; thaw it, or use another cgroupsPath");
}

base::Result<> Way::require_empty() const {
    TRY_ASSIGN(const std::vector<pid_t> pids, pids_in(levels_.back()));
    if (pids.empty()) {
        return base::done();
    }
    return base::Error(base::cat("the cgroup ", base::quoted(path_to(names_.size())),
                                 " is not empty: ", names_of(pids)))
        .hint("another container may have the same cgroupsPath");
}

base::Result<> Way::require_domain() const {
    const base::Result<std::string> type = read_text(levels_.back(), "cgroup.type");
    if (!type || !(*type == "domain invalid" || *type == "threaded")) {
        return base::done();
    }
    return base::Error(base::cat("the cgroup ", base::quoted(path_to(names_.size())), " is \"",
                                 *type, "\" and takes no processes"))
        .hint("a cgroup above it is in threaded mode; use a cgroupsPath outside of it");
}

/// A cpuset without CPUs or memory nodes takes no process.
base::Result<> Way::fill_cpuset(std::size_t level, bool is_new) const {
    for (const base::ZView file : {"cpuset.cpus", "cpuset.mems"}) {
        std::string own;
        if (!is_new) {
            TRY_ASSIGN(own, read_text(levels_[level], file));
        }
        if (own.empty()) {
            TRY_ASSIGN(const std::string parents, read_text(levels_[level - 1], file));
            TRY(base::write_kernel_file(levels_[level], file, parents));
        }
    }
    return base::done();
}

base::Error not_made(base::Error error, const std::string& path) {
    const int code = error.code();
    return std::move(error)
        .in(base::cat("make cgroup ", base::quoted(path)))
        .hint(code == EACCES || code == EPERM ? not_delegated(path.substr(0, path.rfind('/')))
              : code == EROFS                 ? "the cgroup file system is mounted read-only"
                                              : "");
}

/// The groups above a unit are systemd's: nothing is changed in them that can be left.
base::Result<> Way::hand_down(std::size_t level) const {
    if (unit_ == nullptr) {
        return enable_controllers(levels_[level], path_to(level), planned_.needed);
    }
    TRY_ASSIGN(const std::string names, read_text(levels_.back(), "cgroup.controllers"));
    const std::vector<std::string_view> there = base::words(names);
    const bool lacking = std::any_of(
        planned_.needed.begin(), planned_.needed.end(), [&there](const std::string& needed) {
            return std::find(there.begin(), there.end(), needed) == there.end();
        });
    return lacking
               ? enable_controllers(levels_[level], path_to(level), planned_.needed, Enable::needed)
               : base::done();
}

base::Result<> Way::build() {
    built_ = true;
    const bool is_cpuset = is_v1() && contains(planned_.info.controllers, "cpuset");
    for (std::size_t level = 1; level <= names_.size(); ++level) {
        const std::string& name = names_[level - 1];
        if (!is_v1()) {
            TRY(hand_down(level - 1));
        }
        if (level == levels_.size()) {
            base::Result<> made = base::sys::mkdir(levels_.back(), name, kGroupMode);
            if (!made && made.code() != EEXIST) {
                return not_made(std::move(made).error(), path_to(level));
            }
            if (made) {
                made_.push_back(level - 1);
            }
            TRY_ASSIGN(base::Fd next, base::sys::open(levels_.back(), name, kOpenGroup));
            levels_.push_back(std::move(next));
            if (!made && level == names_.size() && unit_ == nullptr) {
                TRY(require_empty()); // somebody else was faster
            }
        }
        if (is_cpuset) {
            TRY(fill_cpuset(level, !made_.empty() && made_.back() == level - 1));
        }
    }
    return is_v1() ? base::done() : require_domain();
}

void Way::undo() {
    while (!made_.empty()) {
        const std::size_t level = made_.back();
        made_.pop_back();
        // Somebody else may have moved in meanwhile: then it stays.
        static_cast<void>(base::sys::unlink(base::FdRef::cwd(), path_to(level + 1), AT_REMOVEDIR));
    }
}

Hierarchy Way::record() const {
    Hierarchy group{.version = planned_.info.version,
                    .controllers = planned_.info.controllers,
                    .path = path_to(names_.size())};
    if (built_) {
        for (const std::size_t level : made_) {
            group.made.push_back(path_to(level + 1));
        }
        return group;
    }
    for (std::size_t level = levels_.size(); level <= names_.size(); ++level) {
        group.made.push_back(path_to(level));
    }
    return group;
}

base::Result<Hierarchy> Way::finish() {
    Hierarchy group = record();
    TRY_ASSIGN(const struct stat status, base::sys::fstat(levels_.back()));
    group.inode = status.st_ino;
    if (!is_v1()) {
        TRY_ASSIGN(const std::string names, read_text(levels_.back(), "cgroup.controllers"));
        group.controllers.clear();
        for (const std::string_view name : base::words(names)) {
            group.controllers.emplace_back(name);
        }
    }
    group.directory = std::move(levels_.back());
    levels_.pop_back();
    return group;
}

base::Result<> announce(const std::vector<Way>& ways, const Recorder& recorder) {
    if (!recorder.before) {
        return base::done();
    }
    Placement placement;
    for (const Way& way : ways) {
        placement.push_back(way.record());
    }
    return recorder.before(placement);
}

/// Makes them all; a parent that others use too may vanish under our feet at any time.
base::Result<> build_all(std::vector<Way>& ways, const Recorder& recorder) {
    for (Way& way : ways) {
        TRY(way.examine());
    }
    TRY(announce(ways, recorder));
    for (Way& way : ways) {
        base::Result<> built = way.build();
        for (int attempt = 1; !built && is_gone(built.code()) && attempt < kMostAttempts;
             ++attempt) {
            way.undo();
            TRY(way.examine());
            TRY(announce(ways, recorder));
            built = way.build();
        }
        TRY(std::move(built).at(way.origin()));
    }
    return base::done();
}

base::Result<Placement> finish_all(std::vector<Way>& ways, const Recorder& recorder) {
    Placement placement;
    for (Way& way : ways) {
        TRY_ASSIGN(Hierarchy group, way.finish());
        placement.push_back(std::move(group));
    }
    if (recorder.after) {
        TRY(recorder.after(placement));
    }
    return placement;
}

bool is_writable(const std::string& path) {
    return ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0;
}

} // namespace

bool may_make(const std::string& directory) {
    std::string above = directory;
    do {
        above.resize(above.rfind('/'));
    } while (!above.empty() && ::access(above.c_str(), F_OK) != 0);
    return is_writable(above) && is_writable(above + "/cgroup.procs");
}

base::Result<Placement> make(const Plan& plan, const Recorder& recorder) {
    std::vector<Way> ways;
    ways.reserve(plan.hierarchies.size());
    for (const PlannedHierarchy& planned : plan.hierarchies) {
        ways.emplace_back(planned, plan.path, plan.unit ? &*plan.unit : nullptr);
    }
    base::Result<> built = build_all(ways, recorder);
    base::Result<Placement> placement =
        built ? finish_all(ways, recorder) : base::Result<Placement>(std::move(built).error());
    if (!placement) {
        std::for_each(ways.begin(), ways.end(), [](Way& way) { way.undo(); });
    }
    return placement;
}

} // namespace cgroups
