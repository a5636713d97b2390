// The layouts of real hosts, out of their own texts.
#include "cgroups/layout.hpp"
#include "runtime/base/text.hpp"
#include "tests/catch.hpp"

#include <map>

namespace {

using Lines = std::vector<std::string>;

/// One line per hierarchy: version, controllers, mount point, mount root, own path.
Lines summary(const cgroups::Layout& layout) {
    Lines lines;
    for (const cgroups::HierarchyInfo& info : layout.hierarchies) {
        lines.push_back(base::cat(info.version == cgroups::Version::v1 ? "v1 " : "v2 ",
                                  base::join(info.controllers, ","), " at ", info.mount_point,
                                  " root ", info.mount_root, " own ", info.own_path));
    }
    if (!layout.unmounted.empty()) {
        lines.push_back(base::cat("unmounted ", base::join(layout.unmounted, ",")));
    }
    return lines;
}

Lines layout(std::string_view mountinfo, std::string_view own_cgroups,
             const std::map<std::string, std::string>& files = {}) {
    const base::Result<cgroups::Layout> found = cgroups::layout_of(
        mountinfo, own_cgroups, [&files](const std::string& path) -> base::Result<std::string> {
            const auto file = files.find(path);
            if (file == files.end()) {
                return base::Error::system(ENOENT, "open " + path);
            }
            return file->second;
        });
    return found ? summary(*found) : Lines{found.error().text()};
}

} // namespace

TEST_CASE("a mixed host: each v1 controller by itself, and hugetlb in v2", "[cgroups][layout]") {
    CHECK(layout("31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
                 "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"
                 "33 31 0:30 / /sys/fs/cgroup/cpuacct rw,relatime - cgroup cgroup rw,cpuacct\n"
                 "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
                 "40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd\n"
                 "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n",
                 "9:name=systemd:/\n4:memory:/jobs/7\n2:cpuacct:/\n1:cpu:/\n0::/\n",
                 {{"/sys/fs/cgroup/unified/cgroup.controllers", "hugetlb\n"}}) ==
          Lines{"v1 cpu at /sys/fs/cgroup/cpu root / own /",
                "v1 cpuacct at /sys/fs/cgroup/cpuacct root / own /",
                "v1 memory at /sys/fs/cgroup/memory root / own /jobs/7",
                "v1 name=systemd at /sys/fs/cgroup/systemd root / own /",
                "v2 hugetlb at /sys/fs/cgroup/unified root / own /"});
}

TEST_CASE("CentOS 7: co-mounted controllers, no v2", "[cgroups][layout]") {
    CHECK(layout("24 17 0:21 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:8 - tmpfs tmpfs "
                 "ro,mode=755\n"
                 "25 24 0:22 / /sys/fs/cgroup/systemd rw,nosuid shared:9 - cgroup cgroup "
                 "rw,xattr,release_agent=/usr/lib/systemd/systemd-cgroups-agent,name=systemd\n"
                 "28 24 0:25 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:10 - cgroup cgroup "
                 "rw,cpuacct,cpu\n"
                 "31 24 0:28 / /sys/fs/cgroup/net_cls,net_prio rw,nosuid shared:13 - cgroup cgroup "
                 "rw,net_prio,net_cls\n",
                 "11:net_prio,net_cls:/\n3:cpuacct,cpu:/user.slice\n"
                 "1:name=systemd:/user.slice/user-0.slice/session-1.scope\n") ==
          Lines{"v1 name=systemd at /sys/fs/cgroup/systemd root / own "
                "/user.slice/user-0.slice/session-1.scope",
                "v1 cpuacct,cpu at /sys/fs/cgroup/cpu,cpuacct root / own /user.slice",
                "v1 net_prio,net_cls at /sys/fs/cgroup/net_cls,net_prio root / own /"});
}

TEST_CASE("pure v2", "[cgroups][layout]") {
    CHECK(layout("29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 "
                 "rw,nsdelegate,memory_recursiveprot\n",
                 "0::/user.slice/user-0.slice/session-1.scope\n",
                 {{"/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n"}}) ==
          Lines{"v2 cpuset,cpu,io,memory,pids at /sys/fs/cgroup root / own "
                "/user.slice/user-0.slice/session-1.scope"});
}

TEST_CASE("systemd's hybrid host: v1 controllers, and a v2 without any", "[cgroups][layout]") {
    CHECK(
        layout("31 24 0:28 / /sys/fs/cgroup ro shared:9 - tmpfs tmpfs ro\n"
               "32 31 0:29 / /sys/fs/cgroup/unified rw shared:10 - cgroup2 cgroup2 rw,nsdelegate\n"
               "33 31 0:30 / /sys/fs/cgroup/systemd rw shared:11 - cgroup cgroup "
               "rw,xattr,name=systemd\n"
               "36 31 0:33 / /sys/fs/cgroup/pids rw shared:15 - cgroup cgroup rw,pids\n",
               "3:pids:/user.slice\n1:name=systemd:/user.slice\n0::/user.slice\n",
               {{"/sys/fs/cgroup/unified/cgroup.controllers", "\n"}}) ==
        Lines{"v1 name=systemd at /sys/fs/cgroup/systemd root / own /user.slice",
              "v1 pids at /sys/fs/cgroup/pids root / own /user.slice",
              "v2  at /sys/fs/cgroup/unified root / own /user.slice"});
}

TEST_CASE("inside a container of another engine a deeper group is at the mount point",
          "[cgroups][layout]") {
    CHECK(layout("640 639 0:60 / /sys/fs/cgroup rw,nosuid - tmpfs tmpfs rw,mode=755\n"
                 "641 640 0:35 /docker/8f3c /sys/fs/cgroup/memory ro,nosuid master:19 - cgroup "
                 "cgroup rw,memory\n",
                 "4:memory:/docker/8f3c\n") ==
          Lines{"v1 memory at /sys/fs/cgroup/memory root /docker/8f3c own /docker/8f3c"});
}

TEST_CASE("rootless: the mount of the host, and a group far below", "[cgroups][layout]") {
    CHECK(layout("512 400 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n",
                 "0::/user.slice/user-1000.slice/user@1000.service/app.slice/run-1.scope\n",
                 {{"/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids"}}) ==
          Lines{"v2 cpuset,cpu,io,memory,pids at /sys/fs/cgroup root / own "
                "/user.slice/user-1000.slice/user@1000.service/app.slice/run-1.scope"});
}

TEST_CASE("a hierarchy that is mounted twice is taken once, from the usual place",
          "[cgroups][layout]") {
    const std::string_view own = "4:memory:/\n0::/\n";
    const std::map<std::string, std::string> files = {
        {"/sys/fs/cgroup/unified/cgroup.controllers", ""}};
    CHECK(layout(
              "32 1 0:29 / /mnt/old/memory rw - cgroup cgroup rw,memory\n"
              "33 1 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
              "34 1 0:29 /x /var/lib/ctr/rootfs/sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
              "35 1 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
              "36 1 0:30 / /run/unified rw - cgroup2 cgroup2 rw\n",
              own, files) == Lines{"v1 memory at /sys/fs/cgroup/memory root / own /",
                                   "v2  at /sys/fs/cgroup/unified root / own /"});
}

TEST_CASE("a mount in which our own group is seen is better than one in which it is not",
          "[cgroups][layout]") {
    CHECK(layout("32 1 0:29 /other /mnt/a rw - cgroup cgroup rw,memory\n"
                 "33 1 0:29 / /mnt/b rw - cgroup cgroup rw,memory\n",
                 "4:memory:/jobs\n") == Lines{"v1 memory at /mnt/b root / own /jobs"});
}

TEST_CASE("mounts that others cover are not seen", "[cgroups][layout]") {
    const std::string_view own = "4:memory:/\n";
    SECTION("by a mount over their parent") {
        CHECK(layout("31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
                     "32 31 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                     "50 31 0:40 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n",
                     own) == Lines{"unmounted memory"});
    }
    SECTION("by a mount upon them") {
        CHECK(layout("32 31 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                     "50 32 0:40 / /sys/fs/cgroup/memory rw - tmpfs tmpfs rw\n"
                     "51 31 0:29 / /mnt/memory rw - cgroup cgroup rw,memory\n",
                     own) == Lines{"v1 memory at /mnt/memory root / own /"});
    }
    SECTION("a sibling with a longer name covers nothing") {
        CHECK(layout("32 31 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                     "50 31 0:40 / /sys/fs/cgroup/mem rw - tmpfs tmpfs rw\n",
                     own) == Lines{"v1 memory at /sys/fs/cgroup/memory root / own /"});
    }
}

TEST_CASE("octal escapes in paths are read", "[cgroups][layout]") {
    CHECK(layout(R"(32 1 0:29 /a\134b /mnt/my\040cgroups rw - cgroup cgroup rw,memory)"
                 "\n",
                 "4:memory:/a\\b\n") == Lines{"v1 memory at /mnt/my cgroups root /a\\b own /a\\b"});
}

TEST_CASE("a controller is found where it lives", "[cgroups][layout]") {
    const base::Result<cgroups::Layout> found = cgroups::layout_of(
        "32 1 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
        "35 1 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
        "2:cpu,cpuacct:/\n0::/\n",
        [](const std::string&) -> base::Result<std::string> { return std::string("memory io\n"); });
    REQUIRE(found);
    REQUIRE(cgroups::hierarchy_of(*found, "cpuacct") != nullptr);
    CHECK(cgroups::hierarchy_of(*found, "cpuacct")->mount_point == "/sys/fs/cgroup/cpu");
    REQUIRE(cgroups::hierarchy_of(*found, "io") != nullptr);
    CHECK(cgroups::hierarchy_of(*found, "io") == cgroups::unified_of(*found));
    CHECK(cgroups::hierarchy_of(*found, "pids") == nullptr);
}

TEST_CASE("garbage gives no hierarchies, and does not hang", "[cgroups][layout]") {
    CHECK(layout("", "") == Lines{});
    CHECK(layout("x\n32 32 0:29 / / rw - cgroup\n - - -\n", ":::\n4:memory\n::\n") == Lines{});
}
