// Making, entering and removing groups on the hierarchies of this host.
#include "cgroups/freezer.hpp"
#include "cgroups/manager.hpp"
#include "cgroups/sub_groups.hpp"
#include "tests/root/cgroups/container_groups.hpp"

#include <algorithm>

#include <sys/stat.h>

using namespace cgroups_test;

namespace {

/// The path of a group of `placement`, as /proc/PID/cgroup has it, for each hierarchy.
std::vector<std::string> places_of(pid_t pid) {
    const std::string content =
        value(base::read_file(base::FdRef::cwd(), base::cat("/proc/", pid, "/cgroup")));
    std::vector<std::string> places;
    for (const cgroups::Membership& one : cgroups::memberships_of(content)) {
        places.push_back(base::cat(base::join(one.controllers, ","), ":", one.path));
    }
    return places;
}

void make_by_hand(const std::string& path) {
    REQUIRE(::mkdir(path.c_str(), 0755) == 0);
}

std::string failure_of(const std::string& path) {
    const base::Result<cgroups::Placement> made =
        cgroups::make(Groups::plan({}, path), cgroups::Recorder{});
    REQUIRE_FALSE(made);
    return made.error().text();
}

} // namespace

TEST_CASE("a group is made in every hierarchy, and removing leaves nothing", "[cgroups][root]") {
    std::vector<std::string> paths;
    {
        Groups groups;
        REQUIRE(groups.placement().size() == host_layout().hierarchies.size());
        for (const cgroups::Hierarchy& group : groups.placement()) {
            INFO(group.path);
            CHECK(exists(group.path));
            CHECK(group.inode != 0);
            CHECK(group.made == std::vector<std::string>{group.path});
            paths.push_back(group.path);
        }
        ok(cgroups::remove(groups.placement(), 1s));
        ok(cgroups::remove(groups.placement(), 1s)); // gone is no error
    }
    for (const std::string& path : paths) {
        CHECK_FALSE(exists(path));
    }
}

TEST_CASE("the journal hears of each directory before it is made, and of its inode after",
          "[cgroups][root]") {
    const std::string path = "/" + fresh_name() + "/a/b";
    std::vector<std::string> announced;
    int calls = 0;
    const auto note = [&](const cgroups::Placement& placement) {
        ++calls;
        for (const cgroups::Hierarchy& group : placement) {
            CHECK(group.made.size() == 3);
            CHECK(group.inode == 0);
            CHECK_FALSE(exists(group.made.front()));
            announced.insert(announced.end(), group.made.begin(), group.made.end());
        }
        return base::done();
    };
    std::vector<std::string> made;
    const auto confirm = [&](const cgroups::Placement& placement) {
        for (const cgroups::Hierarchy& group : placement) {
            struct stat status {};
            REQUIRE(::stat(group.path.c_str(), &status) == 0);
            CHECK(group.inode == status.st_ino);
            made.insert(made.end(), group.made.begin(), group.made.end());
        }
        return base::done();
    };
    Groups groups({}, path, {.before = note, .after = confirm});
    CHECK(calls == 1);
    CHECK(made == announced);
    ok(cgroups::remove(groups.placement(), 1s));
    for (const std::string& one : made) {
        CHECK_FALSE(exists(one));
    }
}

TEST_CASE("a journal that cannot be written leaves no group", "[cgroups][root]") {
    const std::string path = "/" + fresh_name() + "/a";
    const cgroups::Plan plan = Groups::plan({}, path);
    const auto refuse = [](const cgroups::Placement&) -> base::Result<> {
        return base::Error("no space for the journal");
    };
    for (const cgroups::Recorder& recorder : {cgroups::Recorder{.before = refuse, .after = {}},
                                              cgroups::Recorder{.before = {}, .after = refuse}}) {
        const base::Result<cgroups::Placement> made = cgroups::make(plan, recorder);
        REQUIRE_FALSE(made);
        CHECK(made.error().text() == "no space for the journal");
        for (const cgroups::PlannedHierarchy& planned : plan.hierarchies) {
            CHECK_FALSE(exists(planned.info.mount_point + path));
            CHECK_FALSE(exists(planned.info.mount_point + path.substr(0, path.rfind('/'))));
        }
    }
}

TEST_CASE("what the journal heard before is enough to undo a create that died", "[cgroups][root]") {
    const cgroups::Plan plan = Groups::plan({}, "/" + fresh_name() + "/a");
    cgroups::SavedPlacement saved;
    const auto keep = [&saved](const cgroups::Placement& placement) {
        saved = cgroups::saved(placement);
        return base::Result<>(base::Error("only the record is wanted"));
    };
    REQUIRE_FALSE(cgroups::make(plan, {.before = keep, .after = {}}));
    const pid_t pid = ::fork();
    if (pid == 0) {
        static_cast<void>(cgroups::make(
            plan, {.before = {}, .after = [](const cgroups::Placement&) -> base::Result<> {
                       ::_exit(0); // killed before it could say more
                   }}));
        ::_exit(1);
    }
    base::Child child(pid, value(base::sys::pidfd_open(pid)));
    CHECK(value(child.wait()).code == 0);
    REQUIRE(exists(saved.groups.front().path));
    const cgroups::Placement record = value(cgroups::reopen(saved));

    SECTION("nobody came after it") {
        ok(cgroups::remove(record, 1s));
        for (const cgroups::Hierarchy& group : record) {
            CHECK_FALSE(exists(group.made.front()));
        }
    }
    SECTION("another container took the group: it is left alone") {
        Groups other({}, plan.path);
        make_by_hand(other.placement().front().path + "/empty");
        base::Child stranger = spawn_into(other.placement());
        const cgroups::Placement found = value(cgroups::reopen(saved));
        ok(cgroups::kill_all(found, 1s));
        const base::Result<> removed = cgroups::remove(found, 0ms);
        CHECK(removed.code() == EBUSY);
        CHECK_FALSE(value(stranger.poll()));
        CHECK(exists(other.placement().front().path + "/empty"));
        stranger.kill_and_reap();
        REQUIRE(::rmdir((other.placement().front().path + "/empty").c_str()) == 0);
        ok(cgroups::remove(record, 5s));
    }
}

TEST_CASE("a parent that another container uses stays", "[cgroups][root]") {
    const std::string parent = "/" + fresh_name();
    Groups first({}, parent + "/first");
    Groups second({}, parent + "/second");
    ok(cgroups::remove(first.placement(), 1s));
    for (const cgroups::Hierarchy& group : second.placement()) {
        CHECK(exists(group.path));
        CHECK(group.made.size() == 1);
    }
    ok(cgroups::remove(second.placement(), 1s));
    for (const cgroups::Hierarchy& group : first.placement()) {
        // Who made the parent was gone before it was empty: nobody else removes it.
        CHECK(::rmdir(group.made.front().c_str()) == 0);
    }
}

TEST_CASE("a group that was there before is used if it is empty, and stays", "[cgroups][root]") {
    const std::string path = "/" + fresh_name();
    const cgroups::Layout layout = host_layout();
    for (const cgroups::HierarchyInfo& info : layout.hierarchies) {
        make_by_hand(info.mount_point + path);
    }
    {
        Groups groups({}, path);
        for (const cgroups::Hierarchy& group : groups.placement()) {
            CHECK(group.made.empty());
        }
    }
    for (const cgroups::HierarchyInfo& info : layout.hierarchies) {
        CHECK(::rmdir((info.mount_point + path).c_str()) == 0);
    }
}

TEST_CASE("a new process is in all groups from its first breath", "[cgroups][root]") {
    Groups groups;
    base::Child child = spawn_into(groups.placement());
    for (const cgroups::PlannedHierarchy& planned : groups.plan().hierarchies) {
        const std::vector<std::string> places = places_of(child.pid());
        const std::string wanted = base::cat(planned.info.version == cgroups::Version::v1
                                                 ? base::join(planned.info.controllers, ",")
                                                 : "",
                                             ":", groups.plan().path);
        INFO(wanted);
        CHECK(std::find(places.begin(), places.end(), wanted) != places.end());
    }
    CHECK(value(cgroups::pids(groups.placement())) == std::vector<pid_t>{child.pid()});
}

TEST_CASE("a process can also be moved by its pid", "[cgroups][root]") {
    Groups from;
    Groups to;
    base::Child child = spawn_into(from.placement());
    ok(cgroups::attach(to.placement(), child.pid()));
    CHECK(value(cgroups::pids(from.placement())).empty());
    for (const cgroups::Hierarchy& group : to.placement()) {
        CHECK(value(cgroups::pids_in(group.directory)) == std::vector<pid_t>{child.pid()});
    }
}

TEST_CASE("the groups of a process are found again, also below a container's", "[cgroups][root]") {
    Groups groups;
    Groups inner({}, groups.plan().path + "/inner");
    base::Child child = spawn_into(inner.placement());
    const std::string content =
        value(base::read_file(base::FdRef::cwd(), base::cat("/proc/", child.pid(), "/cgroup")));
    const cgroups::Placement found = value(cgroups::placement_of_process(host_layout(), content));
    REQUIRE(found.size() == inner.placement().size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        CHECK(found[i].path == inner.placement()[i].path);
        CHECK(found[i].inode == inner.placement()[i].inode);
        CHECK(found[i].made.empty());
    }
}

TEST_CASE("groups below a container's are found by hierarchy or in all of them",
          "[cgroups][root]") {
    Groups groups;
    Groups inner({}, groups.plan().path + "/inner");
    const auto below = [&groups](std::vector<cgroups::SubGroup> sub_groups) {
        return cgroups::below(groups.placement(), sub_groups);
    };
    const cgroups::Placement all = value(below({{.path = "/inner"}}));
    REQUIRE(all.size() == inner.placement().size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        CHECK(all[i].inode == inner.placement()[i].inode);
    }
    const std::string controller = groups.placement().front().controllers.empty()
                                       ? ""
                                       : groups.placement().front().controllers.front();
    const cgroups::Placement one = value(below({{.controllers = {controller}, .path = "/inner"}}));
    CHECK(one.front().inode == inner.placement().front().inode);
    for (std::size_t i = 1; i < one.size(); ++i) {
        CHECK(one[i].inode == groups.placement()[i].inode);
    }
    const base::Result<cgroups::Placement> missing = below({{.path = "/nowhere"}});
    CHECK(missing.code() == ENOENT);
    CHECK(below({{.controllers = {"nothing"}, .path = "/inner"}}).error().text() ==
          "the container is in no cgroup with the controller nothing");
    CHECK_FALSE(below(
        {{.controllers = {controller}, .path = "/inner"},
         {.controllers = {groups.placement().front().controllers.back()}, .path = "/other"}}));
}

TEST_CASE("a group with processes is refused, and they are named", "[cgroups][root]") {
    Groups groups;
    base::Child child = spawn_into(groups.placement());
    const std::string failure = failure_of(groups.plan().path);
    CHECK(failure.find(groups.plan().path) != std::string::npos);
    CHECK(failure.find(base::cat("is not empty: ", child.pid(), " \"")) != std::string::npos);
}

TEST_CASE("processes in a group below count too", "[cgroups][root]") {
    Groups groups;
    Groups inner({}, groups.plan().path + "/inner");
    base::Child child = spawn_into(inner.placement());
    CHECK(failure_of(groups.plan().path).find("is not empty") != std::string::npos);
}

TEST_CASE("a frozen group is refused, and so is one below a frozen one", "[cgroups][root]") {
    Groups groups;
    ok(cgroups::freeze(groups.placement(), 5s));
    const std::string wanted = base::cat(groups.plan().path, "\" is frozen");
    CHECK(failure_of(groups.plan().path).find(wanted) != std::string::npos);
    CHECK(failure_of(groups.plan().path + "/a/b").find(wanted) != std::string::npos);
    for (const cgroups::Hierarchy& group : groups.placement()) {
        CHECK_FALSE(exists(group.path + "/a"));
    }
    ok(cgroups::thaw(groups.placement()));
    Groups again({}, groups.plan().path + "/a/b");
}

TEST_CASE("a path through a file of the kernel is refused", "[cgroups][root]") {
    CHECK(failure_of("/cgroup.procs/x").find("Not a directory (ENOTDIR)") != std::string::npos);
}

TEST_CASE("a shared parent that others remove all the time is no obstacle", "[cgroups][root]") {
    const std::string parent = "/" + fresh_name();
    const cgroups::Layout layout = host_layout();
    const pid_t remover = ::fork();
    if (remover == 0) {
        while (true) {
            for (const cgroups::HierarchyInfo& info : layout.hierarchies) {
                ::rmdir((info.mount_point + parent).c_str());
            }
            ::usleep(100); // without a pause nobody would ever get from one mkdir(2) to the next
        }
    }
    const base::Child child(remover, value(base::sys::pidfd_open(remover)));
    for (int i = 0; i < 50; ++i) {
        Groups groups({}, parent + "/x");
        for (const cgroups::Hierarchy& group : groups.placement()) {
            CHECK(exists(group.path));
        }
    }
}

TEST_CASE("removing waits for a process that is about to end", "[cgroups][root]") {
    Groups groups;
    base::Child child = spawn_into(groups.placement(), [] { ::usleep(300'000); });
    ok(cgroups::remove(groups.placement(), 10s));
    CHECK_FALSE(exists(groups.placement().front().path));
}

TEST_CASE("removing names who is left, and ends nobody", "[cgroups][root]") {
    Groups groups;
    base::Child child = spawn_into(groups.placement());
    const base::Result<> removed = cgroups::remove(groups.placement(), 200ms);
    REQUIRE_FALSE(removed);
    CHECK(removed.code() == EBUSY);
    CHECK(removed.error().text().find(base::cat("still in it: ", child.pid(), " \"")) !=
          std::string::npos);
    CHECK(removed.error().others().size() == groups.placement().size() - 1);
    CHECK_FALSE(value(child.poll()));
}

TEST_CASE("groups that a container made below its own go with it", "[cgroups][root]") {
    Groups groups;
    for (const cgroups::Hierarchy& group : groups.placement()) {
        make_by_hand(group.path + "/sub");
        make_by_hand(group.path + "/sub/deeper");
    }
    ok(cgroups::remove(groups.placement(), 1s));
    CHECK_FALSE(exists(groups.placement().front().path));
}

TEST_CASE("a saved placement is opened again, unless it is gone or another's", "[cgroups][root]") {
    Groups groups;
    cgroups::SavedPlacement saved = cgroups::saved(groups.placement());
    saved.groups.front().inode += 1;
    saved.groups.push_back({.path = groups.placement().front().path + "-gone"});
    const cgroups::Placement found = value(cgroups::reopen(saved));
    CHECK_FALSE(found.front().directory);
    CHECK_FALSE(found.back().directory);
    for (std::size_t i = 1; i + 1 < found.size(); ++i) {
        CHECK(found[i].directory);
    }
    // What is not ours is not removed either.
    ok(cgroups::remove(saved.groups, 1s));
    CHECK(exists(found.front().path));
    saved.groups.front().inode -= 1;
    ok(cgroups::remove(saved.groups, 1s));
    CHECK_FALSE(exists(found.front().path));
}

TEST_CASE("the manager makes, fills and destroys; a value that fails leaves no group",
          "[cgroups][root]") {
    const std::unique_ptr<cgroups::Manager> manager =
        cgroups::manager_of(cgroups::ManagerKind::cgroupfs);
    const std::string path = "/" + fresh_name();
    const cgroups::Plan plan = Groups::plan({.cpu = spec::CpuResources{.shares = 512}}, path);
    const cgroups::Manager::Created created = value(manager->create(plan, {}));
    REQUIRE(created.placement.size() == plan.hierarchies.size());
    ok(manager->destroy(created.placement, 1s));
    CHECK_FALSE(exists(created.placement.front().path));

    const cgroups::Plan bad = Groups::plan({.cpu = spec::CpuResources{.cpus = "4000"}}, path);
    const base::Result<cgroups::Manager::Created> failed = manager->create(bad, {});
    REQUIRE_FALSE(failed);
    CHECK(failed.error().failure().pointer == "/linux/resources/cpu/cpus");
    for (const cgroups::PlannedHierarchy& planned : bad.hierarchies) {
        CHECK_FALSE(exists(planned.info.mount_point + path));
    }
}
