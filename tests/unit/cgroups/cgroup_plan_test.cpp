// Plans: the whole of it as text, and what a plan refuses.
#include "cgroups/cgroup_plan.hpp"
#include "runtime/base/text.hpp"
#include "tests/catch.hpp"

#include <algorithm>

namespace {

using cgroups::Version;
using Lines = std::vector<std::string>;

cgroups::HierarchyInfo hierarchy(Version version, const std::vector<std::string>& controllers,
                                 const std::string& mount_point) {
    return {.version = version,
            .controllers = controllers,
            .mount_point = mount_point,
            .mount_root = "/",
            .own_path = "/"};
}

const cgroups::Layout kMixed = {
    .hierarchies = {hierarchy(Version::v1, {"cpu", "cpuacct"}, "/sys/fs/cgroup/cpu,cpuacct"),
                    hierarchy(Version::v1, {"memory"}, "/sys/fs/cgroup/memory"),
                    hierarchy(Version::v1, {"devices"}, "/sys/fs/cgroup/devices"),
                    hierarchy(Version::v1, {"pids"}, "/sys/fs/cgroup/pids"),
                    hierarchy(Version::v1, {"name=systemd"}, "/sys/fs/cgroup/systemd"),
                    hierarchy(Version::v2, {"hugetlb"}, "/sys/fs/cgroup/unified")},
    .unmounted = {},
};
const cgroups::Layout kPure = {
    .hierarchies = {hierarchy(Version::v2,
                              {"cpuset", "cpu", "io", "memory", "hugetlb", "pids", "rdma"},
                              "/sys/fs/cgroup")},
    .unmounted = {},
};
const cgroups::Layout kNothing = {};

spec::Linux config(spec::Resources resources, std::string cgroups_path = "") {
    spec::Linux linux_part;
    linux_part.resources = std::move(resources);
    linux_part.cgroups_path = std::move(cgroups_path);
    return linux_part;
}

spec::Resources some_limits() {
    return {.devices = {{.allow = false, .access = "rwm"},
                        {.allow = true,
                         .type = spec::DeviceRuleType::character,
                         .major = 10,
                         .minor = 229,
                         .access = "rw"}},
            .memory = spec::MemoryResources{.limit = 4194304, .swap = 4194304},
            .cpu = spec::CpuResources{.shares = 512, .quota = 50000, .period = 100000},
            .pids = spec::PidsResources{.limit = 0},
            .hugepage_limits = {{"2MB", 4194304}}};
}

void add_findings(const base::Error& error, Lines& lines) {
    lines.push_back(
        base::cat(error.failure().pointer, ": ", base::join(error.failure().facts, ": ")));
    for (const base::Error& other : error.others()) {
        add_findings(other, lines);
    }
}

Lines plan(const spec::Linux& linux_part, const cgroups::Layout& layout,
           cgroups::PlanContext context = {.id = "web1"}) {
    const base::Result<cgroups::Plan> planned = cgroups::plan_of(linux_part, layout, context);
    Lines lines;
    if (!planned) {
        add_findings(planned.error(), lines);
        return lines;
    }
    return cgroups::describe(*planned);
}

/// Without the lines about devices, which are the same each time.
Lines without_devices(Lines lines) {
    lines.erase(std::remove_if(lines.begin(), lines.end(),
                               [](const std::string& line) { return line.starts_with("device"); }),
                lines.end());
    return lines;
}

} // namespace

TEST_CASE("the plan for a mixed host", "[cgroups][plan]") {
    CHECK(plan(config(some_limits()), kMixed) ==
          Lines{
              "cgroup /oci-rt-web1",
              "make v1 /sys/fs/cgroup/cpu,cpuacct/oci-rt-web1 of cpu,cpuacct",
              "make v1 /sys/fs/cgroup/memory/oci-rt-web1 of memory",
              "make v1 /sys/fs/cgroup/devices/oci-rt-web1 of devices",
              "make v1 /sys/fs/cgroup/pids/oci-rt-web1 of pids",
              "make v1 /sys/fs/cgroup/systemd/oci-rt-web1 of name=systemd",
              "make v2 /sys/fs/cgroup/unified/oci-rt-web1 with hugetlb needing hugetlb",
              "before memory: memory.limit_in_bytes = \"4194304\", any order "
              "(/linux/resources/memory/limit)",
              "before memory: memory.memsw.limit_in_bytes = \"4194304\", any order "
              "(/linux/resources/memory/swap)",
              "before cpu: cpu.shares = \"512\", any order (/linux/resources/cpu/shares)",
              "before cpu: cpu.cfs_period_us = \"100000\", any order (/linux/resources/cpu/period)",
              "before cpu: cpu.cfs_quota_us = \"50000\", any order (/linux/resources/cpu/quota)",
              "before hugetlb: hugetlb.2MB.rsvd.max = \"4194304\", if present "
              "(/linux/resources/hugepageLimits/0/limit)",
              "before hugetlb: hugetlb.2MB.max = \"4194304\" "
              "(/linux/resources/hugepageLimits/0/limit)",
              "devices.deny a",
              "devices.allow c *:* m",
              "devices.allow b *:* m",
              "devices.allow c 136:* rwm",
              "devices.allow c 10:229 rwm (/linux/resources/devices/1)",
              "devices.allow c 1:3 rwm",
              "devices.allow c 1:5 rwm",
              "devices.allow c 1:7 rwm",
              "devices.allow c 1:8 rwm",
              "devices.allow c 1:9 rwm",
              "devices.allow c 5:0 rwm",
              "devices.allow c 5:1 rwm",
              "devices.allow c 5:2 rwm",
              "after pids: pids.max = \"0\" (/linux/resources/pids/limit)",
          });
}

TEST_CASE("the plan for pure v2", "[cgroups][plan]") {
    CHECK(plan(config(some_limits(), "/engine/web1"), kPure) ==
          Lines{
              "cgroup /engine/web1",
              "make v2 /sys/fs/cgroup/engine/web1 with cpuset,cpu,io,memory,hugetlb,pids,rdma "
              "needing memory,cpu,pids,hugetlb",
              "before memory: memory.max = \"4194304\" (/linux/resources/memory/limit)",
              "before memory: memory.swap.max = \"0\", advisory (/linux/resources/memory/swap)",
              "before cpu: cpu.weight = \"59\", any order (/linux/resources/cpu/shares)",
              "before cpu: cpu.max = \"50000 100000\", any order (/linux/resources/cpu/quota)",
              "before hugetlb: hugetlb.2MB.rsvd.max = \"4194304\", if present "
              "(/linux/resources/hugepageLimits/0/limit)",
              "before hugetlb: hugetlb.2MB.max = \"4194304\" "
              "(/linux/resources/hugepageLimits/0/limit)",
              "device program of 87 instructions",
              "device c 10:229 rwm (/linux/resources/devices/1)",
              "device c 1:3 rwm",
              "device c 1:5 rwm",
              "device c 1:7 rwm",
              "device c 1:8 rwm",
              "device c 1:9 rwm",
              "device c 5:0 rwm",
              "device c 5:1 rwm",
              "device c 5:2 rwm",
              "device c 136:* rwm",
              "device c *:* m",
              "device b *:* m",
              "after pids: pids.max = \"0\" (/linux/resources/pids/limit)",
          });
}

TEST_CASE("cgroupsPath", "[cgroups][plan]") {
    const auto path = [](std::string_view cgroups_path) {
        const base::Result<std::string> found = cgroups::path_of(cgroups_path, "web1");
        return found ? *found : "refused at " + found.error().failure().pointer;
    };
    CHECK(path("") == "/oci-rt-web1");
    CHECK(path("/a/b") == "/a/b");
    CHECK(path("a/b") == "/a/b");
    CHECK(path("/a..b/.c") == "/a..b/.c");
    CHECK(path("slice:prefix:name") == "/slice:prefix:name");
    using namespace std::string_view_literals;
    for (const std::string_view bad :
         {"/"sv, ".."sv, "/.."sv, "/a/../b"sv, "a/."sv, "//a"sv, "/a//b"sv, "/a/"sv, "/a\nb"sv,
          "/a\x7f"sv, "/a\0b"sv, "."sv}) {
        INFO(bad);
        CHECK(path(bad) == "refused at /linux/cgroupsPath");
    }
}

TEST_CASE("systemd's form of a path is taken literally, with a warning", "[cgroups][plan]") {
    const Lines lines = plan(config({}, "system.slice:oci-rt:web1"), kPure);
    CHECK(std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
              return line.starts_with("warning: this looks like systemd's");
          }) == 1);
}

TEST_CASE("a limit whose controller this host has not is an error that names it",
          "[cgroups][plan]") {
    const spec::Resources resources = {.block_io = spec::BlockIoResources{.weight = 500},
                                       .rdma = {{"mlx", {.hca_handles = 1}}}};
    CHECK(plan(config(resources), kMixed) ==
          Lines{"/linux/resources/blockIO: this host has no cgroup controller blkio",
                "/linux/resources/rdma: this host has no cgroup controller rdma"});
    CHECK(plan(config({.memory = spec::MemoryResources{.limit = 1}}), kNothing) ==
          Lines{"/linux/resources/memory: this host has no cgroup controller memory"});
}

TEST_CASE("a v1 setting without an equivalent is an error on v2", "[cgroups][plan]") {
    const spec::Resources resources = {.memory = spec::MemoryResources{.swappiness = 5},
                                       .network = spec::NetworkResources{.class_id = 1}};
    CHECK(plan(config(resources), kPure) ==
          Lines{"/linux/resources/network/classID: cgroup v2 has no equivalent of net_cls",
                "/linux/resources/memory/swappiness: cgroup v2 has no swappiness of a group"});
}

TEST_CASE("unified is for controllers of v2", "[cgroups][plan]") {
    const auto unified = [](const std::string& file, const cgroups::Layout& layout) {
        return without_devices(plan(config({.unified = {{file, "1"}}}), layout));
    };
    const std::string at = "/linux/resources/unified/";
    CHECK(unified("memory.high", kMixed) ==
          Lines{at + "memory.high: the controller memory is in a hierarchy of cgroup v1 on this "
                     "host"});
    CHECK(unified("misc.max", kPure) ==
          Lines{at + "misc.max: this host has no cgroup v2 controller \"misc\""});
    cgroups::Layout only_v1 = kMixed;
    only_v1.hierarchies.pop_back();
    CHECK(unified("hugetlb.2MB.max", only_v1) ==
          Lines{at + "hugetlb.2MB.max: this host has no cgroup v2 hierarchy"});
    CHECK(unified("hugetlb.2MB.max", kMixed).back() ==
          "before hugetlb: hugetlb.2MB.max = \"1\" (" + at + "hugetlb.2MB.max)");
    CHECK(unified("cgroup.max.depth", kPure).back() ==
          "before cgroup: cgroup.max.depth = \"1\" (" + at + "cgroup.max.depth)");
    CHECK(unified("pids.max", kPure).back() == "after pids: pids.max = \"1\" (" + at + "pids.max)");
}

TEST_CASE("all findings come at once", "[cgroups][plan]") {
    const spec::Resources resources = {
        .devices = {{.allow = true, .access = "x"}},
        .memory = spec::MemoryResources{.limit = -5, .swappiness = 200},
    };
    const Lines lines = plan(config(resources, "/a/../b"), kPure);
    REQUIRE(lines.size() == 4);
    CHECK(lines[0].starts_with("/linux/cgroupsPath:"));
    CHECK(lines[1].starts_with("/linux/resources/memory/limit:"));
    CHECK(lines[2].starts_with("/linux/resources/memory/swappiness:"));
    CHECK(lines[3].starts_with("/linux/resources/devices/0/access:"));
}

TEST_CASE("disabled cgroups: every limit is warned of, nothing is made", "[cgroups][plan]") {
    CHECK(plan(config(some_limits()), kPure,
               {.id = "web1", .manager = cgroups::ManagerKind::disabled}) ==
          Lines{"cgroups disabled",
                "warning: not applied: cgroups are disabled (/linux/resources/memory)",
                "warning: not applied: cgroups are disabled (/linux/resources/cpu)",
                "warning: not applied: cgroups are disabled (/linux/resources/pids/limit)",
                "warning: not applied: cgroups are disabled (/linux/resources/hugepageLimits)"});
}

namespace {

/// A user's host: in version 2 its manager's groups are delegated to it, in version 1 none.
cgroups::Layout users_host(const std::string& own, Version with) {
    cgroups::Layout layout;
    if (with == Version::v1) {
        layout.hierarchies = {hierarchy(Version::v1, {"memory"}, "/sys/fs/cgroup/memory"),
                              hierarchy(Version::v1, {"devices"}, "/sys/fs/cgroup/devices")};
    }
    layout.hierarchies.push_back(hierarchy(Version::v2, {"pids"}, "/sys/fs/cgroup/unified"));
    layout.hierarchies.back().own_path = own;
    return layout;
}

bool is_users(const std::string& group) {
    return group.starts_with("/sys/fs/cgroup/unified/user/");
}

std::string first_line(const spec::Linux& wanted, const cgroups::Layout& layout) {
    return plan(wanted, layout, {.id = "web1", .unprivileged = true, .may_make = is_users}).front();
}

} // namespace

TEST_CASE("a user's containers are beside its own group, else below it", "[cgroups][plan]") {
    constexpr auto kV2 = Version::v2;
    CHECK(first_line(config({}), users_host("/user/app/run-1", kV2)) ==
          "cgroup /user/app/oci-rt-web1");
    CHECK(first_line(config({}), users_host("/user", kV2)) == "cgroup /user/oci-rt-web1");
    CHECK(first_line(config({}, "web"), users_host("/user/app/run-1", kV2)) ==
          "cgroup /user/app/web");
    CHECK(first_line(config({}, "/web"), users_host("/user/app/run-1", kV2)) == "cgroup /web");
    CHECK(first_line(config({}), users_host("/", kV2)) == "cgroup /oci-rt-web1");
}

TEST_CASE("what is not delegated to a user is left out unless it was asked for",
          "[cgroups][plan]") {
    const cgroups::PlanContext user{.id = "web1", .unprivileged = true, .may_make = is_users};
    const auto v1 = Version::v1;
    const std::string own = "/user/app/run-1";
    const Lines mine = {"cgroup /user/app/oci-rt-web1",
                        "make v2 /sys/fs/cgroup/unified/user/app/oci-rt-web1 with pids"};
    CHECK(plan(config({}), users_host(own, v1), user) == mine);
    // Nothing is delegated: the container stays where its caller is.
    CHECK(plan(config({}), users_host("/session", v1), user).size() == 1);

    const Lines asked =
        plan(config({.memory = spec::MemoryResources{.limit = 4096}}), users_host(own, v1), user);
    CHECK(
        std::ranges::find(asked, "make v1 /sys/fs/cgroup/memory/user/app/oci-rt-web1 of memory") !=
        asked.end());
    // A path that was asked for and cannot be made is an error in the end, not a silent loss.
    CHECK(plan(config({}, "/web"), users_host(own, v1), user).size() > 3);
    // Rules for devices need rights of the host.
    CHECK(plan(config({.devices = {{.allow = false, .access = "rwm"}}}), users_host(own, v1), user)
              .back()
              .starts_with("warning: the device rules are not applied"));
}

TEST_CASE("device rules on a host that can carry none", "[cgroups][plan]") {
    CHECK(plan(config({.devices = {{.allow = false, .access = "rwm"}}}), kNothing) ==
          Lines{"/linux/resources/devices: this host has no cgroup controller devices"});
    CHECK(plan(config({.devices = {{.allow = true, .access = "rwm"}}}), kNothing) ==
          Lines{"cgroup /oci-rt-web1"});
    CHECK(plan(config({}), kNothing) == Lines{"cgroup /oci-rt-web1"});
}

TEST_CASE("a change knows the hierarchies of the container, not of the host", "[cgroups][plan]") {
    const std::vector<cgroups::Reach> reach = {
        {.version = Version::v1, .controllers = {"memory"}},
        {.version = Version::v2, .controllers = {"cpu"}},
    };
    const cgroups::TranslationContext context{.occasion = cgroups::Occasion::update, .pointer = ""};
    const base::Result<cgroups::Change> change = cgroups::change_of(
        {.memory = spec::MemoryResources{.limit = 7}, .cpu = spec::CpuResources{.shares = 1024}},
        reach, context);
    REQUIRE(change);
    REQUIRE(change->writes.size() == 2);
    CHECK(change->writes[0].file == "memory.limit_in_bytes");
    CHECK(change->writes[1].file == "cpu.weight");
    CHECK(change->writes[1].origin == "/cpu/shares");
    CHECK_FALSE(change->devices);

    const base::Result<cgroups::Change> refused =
        cgroups::change_of({.pids = spec::PidsResources{.limit = 7}}, reach, context);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().failure().pointer == "/pids/limit");
}

TEST_CASE("a change with device rules carries the whole new set", "[cgroups][plan]") {
    const std::vector<cgroups::Reach> reach = {{.version = Version::v2, .controllers = {}}};
    const base::Result<cgroups::Change> change =
        cgroups::change_of({.devices = {{.allow = true, .access = "rwm"}}}, reach,
                           {.occasion = cgroups::Occasion::update});
    REQUIRE(change);
    REQUIRE(change->devices);
    CHECK(change->devices->version == Version::v2);
    CHECK(change->devices->program.empty());
}
