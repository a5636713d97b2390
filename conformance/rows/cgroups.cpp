// G. cgroupsPath, ownership, and groups that are not fit.
#include "conformance/harness/namespaces.hpp"
#include "conformance/rows/limits.hpp"
#include "conformance/rows/rows.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kPath = "config-linux.md#cgroups-path";
constexpr auto kGroups = "config-linux.md#control-groups";
constexpr auto kOwner = "config-linux.md#cgroup-ownership";
constexpr auto kUnified = "config-linux.md#unified";

/// Where a process is, in each hierarchy in which that is not the place of the suite.
std::vector<std::string> paths_of(Case& c, pid_t pid) {
    std::vector<std::string> paths;
    const Cgroups& groups = c.host().cgroups();
    for (const Hierarchy& hierarchy : groups.all()) {
        const std::string path = groups.path_of(pid, hierarchy);
        if (path != groups.path_of(::getpid(), hierarchy)) {
            paths.push_back(path);
        }
    }
    return paths;
}

void expect_at(Case& c, const std::string& wanted) {
    Container& container = c.created();
    const std::vector<std::string> paths = paths_of(c, container.pid());
    c.expect(!paths.empty(), "the container has no group of its own");
    for (const std::string& path : paths) {
        c.expect(path == wanted || path.starts_with(wanted + "/"), "the container is in " + path);
    }
}

void absolute(Case& c) {
    need_cgroupfs(c);
    const std::string path = "/" + c.tag() + "-abs";
    c.linux_part()["cgroupsPath"] = path;
    expect_at(c, path);
}

void nested(Case& c) {
    need_cgroupfs(c);
    const std::string path = "/" + c.tag() + "-outer/middle/inner";
    c.linux_part()["cgroupsPath"] = path;
    expect_at(c, path);
}

void existing(Case& c) {
    need_cgroupfs(c);
    const std::string path = "/" + c.tag() + "-there";
    c.host().cgroups().make(path);
    c.linux_part()["cgroupsPath"] = path;
    expect_at(c, path);
}

void consistent(Case& c) {
    need_cgroupfs(c);
    c.linux_part()["cgroupsPath"] = c.tag() + "-relative";
    std::vector<std::vector<std::string>> seen;
    for (int round = 0; round < 2; ++round) {
        Container& container = c.created();
        seen.push_back(paths_of(c, container.pid()));
        container.kill("KILL");
        container.wait_for_end();
        c.expect(container.remove().ok(), "delete failed");
    }
    c.expect(!seen[0].empty(), "the container has no group of its own");
    c.same(seen[0], seen[1], "the place of the second container");
}

void own_group(Case& c) {
    need_cgroupfs(c);
    Container& container = c.created();
    c.expect(!paths_of(c, container.pid()).empty(),
             "the container is in the runtime's own group everywhere");
}

void dot_dot(Case& c) {
    need_cgroupfs(c);
    const std::string name = c.tag() + "-escape";
    c.linux_part()["cgroupsPath"] = "/../../../" + name;
    c.observe();
    for (const char* directory : {"/sys/fs/", "/sys/", "/"}) {
        c.expect(!fs::exists(directory + name), "a group was made outside of the hierarchies");
        ::rmdir((directory + name).c_str());
    }
}

/// The container in a group that the suite has made and changed by `prepare`.
void observe_in(Case& c, const std::string& path) {
    c.linux_part()["cgroupsPath"] = path;
    c.script("exit 0");
    c.observe();
}

void frozen(Case& c) {
    need_cgroupfs(c);
    const std::string path = "/" + c.tag() + "-frozen";
    c.host().cgroups().make(path);
    int done = 0;
    for (const fs::path& group : c.host().cgroups().tagged(c.tag())) {
        done += write_kernel_file(group / "freezer.state", "FROZEN") == 0 ? 1 : 0;
        done += write_kernel_file(group / "cgroup.freeze", "1") == 0 ? 1 : 0;
    }
    c.needs(done > 0, "this host has no freezer");
    observe_in(c, path);
}

void occupied(Case& c) {
    need_cgroupfs(c);
    const std::string path = "/" + c.tag() + "-occupied";
    c.host().cgroups().make(path);
    const NamespaceHolder tenant(namespace_type("uts"));
    for (const fs::path& group : c.host().cgroups().tagged(c.tag())) {
        write_kernel_file(group / "cgroup.procs", std::to_string(tenant.pid()));
    }
    observe_in(c, path);
    c.expect(open_pidfd(tenant.pid()).number() >= 0 &&
                 try_read("/proc/" + std::to_string(tenant.pid()) + "/status")
                         .value_or("")
                         .find("State:\tZ") == std::string::npos,
             "a process that was in the group before has been killed");
}

/// Owners of the container's group directories that are not root.
void no_chown_v1(Case& c) {
    need_cgroupfs(c);
    c.use_user_namespace();
    c.use_namespace("cgroup");
    c.script("wait");
    Container& container = c.created();
    const Cgroups& groups = c.host().cgroups();
    int looked_at = 0;
    for (const Hierarchy& hierarchy : groups.all()) {
        const fs::path directory = groups.directory_of(container.pid(), hierarchy);
        struct stat found {};
        if (!hierarchy.v2 && ::stat(directory.c_str(), &found) == 0) {
            c.same(found.st_uid, 0, "the owner of " + directory.string());
            ++looked_at;
        }
    }
    c.needs(looked_at > 0, "there is no cgroup v1 here");
}

void chown_v2(Case& c) {
    need_cgroupfs(c);
    const Hierarchy* v2 = c.host().cgroups().v2();
    c.needs(v2 != nullptr && c.host().cgroups().all().size() == 1,
            "this is no pure cgroup v2 host");
    c.use_user_namespace();
    c.use_namespace("cgroup");
    c.mount({{"destination", "/sys/fs/cgroup"},
             {"type", "cgroup"},
             {"source", "cgroup"},
             {"options", {"rw", "nosuid", "noexec", "nodev"}}});
    Container& container = c.created();
    const fs::path directory = c.host().cgroups().directory_of(container.pid(), *v2);
    for (const char* name : {"", "cgroup.procs", "cgroup.subtree_control", "cgroup.threads"}) {
        struct stat found {};
        ::stat((directory / name).c_str(), &found);
        c.same(found.st_uid, 100000, "the owner of " + (directory / name).string());
    }
    struct stat foreign {};
    if (::stat((directory / "memory.max").c_str(), &foreign) == 0) {
        c.same(foreign.st_uid, 0, "the owner of memory.max");
    }
}

// --- unified -------------------------------------------------------------------------------------

void need_v2(Case& c) {
    need_cgroupfs(c);
    const Hierarchy* v2 = c.host().cgroups().v2();
    c.needs(v2 != nullptr && c.host().cgroups().all().size() == 1,
            "this is no pure cgroup v2 host");
}

void unified(Case& c) {
    need_v2(c);
    c.linux_part()["resources"]["unified"] = {{"memory.high", "104857600"}, {"pids.max", "77"}};
    Container& container = c.created();
    c.same(limit_of(c, container, {"memory", nullptr, "memory.high"}), "104857600", "memory.high");
    c.same(limit_of(c, container, {"pids", nullptr, "pids.max"}), "77", "pids.max");
}

void unified_any_file(Case& c) {
    need_v2(c);
    c.linux_part()["resources"]["unified"] = {{"cpu.weight.nice", "5"},
                                              {"cgroup.max.descendants", "9"}};
    Container& container = c.created();
    c.same(limit_of(c, container, {"cpu", nullptr, "cpu.weight.nice"}), "5", "cpu.weight.nice");
}

void unified_absent_controller(Case& c) {
    need_cgroupfs(c);
    c.linux_part()["resources"]["unified"] = {{"nosuchcontroller.max", "1"}};
    c.refused();
}

void unified_elsewhere(Case& c) {
    need_cgroupfs(c);
    const Hierarchy* pids = c.host().cgroups().of("pids");
    c.needs(pids != nullptr && !pids->v2, "the pids controller is in v2 here");
    c.linux_part()["resources"]["unified"] = {{"pids.max", "5"}};
    // Not present in v2: an error, unless the runtime finds the value its place in v1.
    Container& container = c.container();
    const Snapshot before = c.snapshot();
    if (const Said said = container.create(); !said.ok()) {
        c.note(said.text());
        c.expect_unchanged(before);
        return;
    }
    c.same(limit_of(c, container, {"pids", "pids.max", nullptr}), "5", "pids.max in v1");
}

void unified_slash(Case& c) {
    need_cgroupfs(c);
    c.linux_part()["resources"]["unified"] = {{"../memory.high", "1000000000"}};
    c.refused();
}

} // namespace

Rows cgroup_rows() {
    return {
        {"C1.own", Level::should, "1.0", kPath, "the container gets a group of its own",
         &own_group},
        {"C1.absolute", kMust, "1.0", kPath, "an absolute cgroupsPath is one of the mount point",
         &absolute},
        {"C1.nested", kMust, "1.0", kPath, "groups that do not exist are made", &nested},
        {"C1.existing", kMust, "1.0", kPath, "a group that exists is used", &existing},
        {"C1.consistent", kMust, "1.0", kPath, "the same relative path is the same place",
         &consistent},
        {"C1.dots", Level::may, "1.0", kPath, "a cgroupsPath with ..", &dot_dot},
        {"C2.frozen", Level::may, "1.1", kGroups, "a group that is frozen", &frozen},
        {"C2.occupied", Level::may, "1.1", kGroups, "a group with a process in it", &occupied},
        {"C3.v1", Level::should, "1.1", kOwner, "the owner of v1 groups is not changed",
         &no_chown_v1},
        {"C3.v2", Level::should, "1.1", kOwner,
         "a v2 group that is mounted read-write belongs to the container's root", &chown_v2},
        {"C12.unified", kMust, "1.1", kUnified, "values of unified are written", &unified},
        {"C12.any-file", kMust, "1.1", kUnified, "files that the runtime does not know are written",
         &unified_any_file},
        {"C12.absent", kMust, "1.1", kUnified, "a controller that does not exist is an error",
         &unified_absent_controller},
        {"C12.not-in-v2", kMust, "1.1", kUnified,
         "a controller that v2 does not have is an error, or is converted", &unified_elsewhere},
        {"C12.slash", Level::should, "1.1", kUnified, "a file outside of the group is an error",
         &unified_slash},
    };
}

} // namespace conformance
