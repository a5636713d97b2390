// The container's tree as a plan, read as the lines that people get: options, cgroup views,
// devices, the root.
#include "namespaces/mount_plan.hpp"
#include "namespaces/spawn_plan.hpp"
#include "runtime/plan.hpp"
#include "tests/results.hpp"

#include <algorithm>

#include <linux/mount.h>

using namespaces::MountFacts;
using namespaces::MountPlan;
using tests::error_text;
using tests::value;

namespace {

using Lines = std::vector<std::string>;

const MountFacts kPlain{.bundle = "/bundle", .new_mount_namespace = true};

spec::Spec with_mounts(std::vector<spec::Mount> mounts) {
    spec::Spec config;
    config.root = spec::Root{.path = "rootfs"};
    config.mounts = std::move(mounts);
    return config;
}

/// A mount out of its words: "tmpfs tmpfs /tmp nosuid,mode=755".
spec::Mount mount(std::string_view text) {
    const std::vector<std::string_view> words = base::words(text);
    REQUIRE(words.size() >= 3);
    spec::Mount parsed{.destination = std::string(words[2]),
                       .type = std::string(words[0]),
                       .source = std::string(words[1])};
    if (words.size() > 3) {
        for (const std::string_view option : base::split(words[3], ',')) {
            parsed.options.emplace_back(option);
        }
    }
    return parsed;
}

Lines described(const MountPlan& mounts) {
    runtime::Plan plan;
    plan.init.mounts = mounts;
    return describe(plan);
}

/// The lines about mounts only, without their places.
Lines steps(const spec::Spec& config, const MountFacts& facts = kPlain) {
    Lines lines;
    MountPlan plan = value(mount_plan_of(config, facts));
    plan.nodes.clear();
    plan.device_links = false;
    for (const std::string& line : described(plan)) {
        const std::size_t place = line.rfind(" (/mounts/");
        if (place != std::string::npos) {
            lines.push_back(line.substr(0, place));
        }
    }
    return lines;
}

Lines lines_with(const Lines& lines, std::string_view part) {
    Lines found;
    std::ranges::copy_if(lines, std::back_inserter(found), [part](const std::string& line) {
        return line.find(part) != std::string::npos;
    });
    return found;
}

} // namespace

TEST_CASE("options become one step each, in the terms of the kernel", "[mount_plan]") {
    struct Row {
        std::string mount;
        std::string step;
    };
    const Row row = GENERATE(values<Row>({
        {"proc proc /proc", R"(mount proc "proc" on "/proc" no links)"},
        {"proc proc proc ro", R"(mount proc "proc" on "/proc" +ro no links)"},
        {"sysfs sysfs /sys nosuid,noexec,nodev,ro",
         R"(mount sysfs "sysfs" on "/sys" +ro,nosuid,nodev,noexec no links)"},
        {"tmpfs tmpfs /tmp nosuid,strictatime,mode=755,size=65536k",
         R"(mount tmpfs "tmpfs" on "/tmp" data mode=755 size=65536k +nosuid,strictatime)"},
        {"tmpfs tmpfs /tmp ro", R"(mount tmpfs "tmpfs" on "/tmp" +ro)"},
        {"tmpfs tmpfs /tmp ro,rw", R"(mount tmpfs "tmpfs" on "/tmp")"},
        {"tmpfs tmpfs /tmp sync,lazytime,noatime",
         R"(mount tmpfs "tmpfs" on "/tmp" super+sync,lazytime +noatime)"},
        {"tmpfs tmpfs /run tmpcopyup,nodev", R"(mount tmpfs "tmpfs" on "/run" +nodev copy up)"},
        {"overlay overlay /o lowerdir=/a:/b,upperdir=/u,workdir=/w,ro",
         R"(mount overlay "overlay" on "/o" super+ro data lowerdir=/a:/b upperdir=/u workdir=/w +ro)"},
        {"ext4 /dev/sda1 /data ro,dirsync",
         R"(mount ext4 "/dev/sda1" on "/data" super+ro,dirsync +ro)"},
        {"none /host /data bind", R"(bind "/host" on "/data")"},
        {"none /host /data rbind,ro", R"(rbind "/host" on "/data" +ro)"},
        {"none rel/ative /data rbind", R"(rbind "/bundle/rel/ative" on "/data")"},
        {"bind /host /data bind,rw,suid,dev,exec",
         R"(bind "/host" on "/data" -ro,nosuid,nodev,noexec)"},
        {"none /host /data rbind,rro,rnosuid", R"(rbind "/host" on "/data" recursive +ro,nosuid)"},
        {"none /host /data rbind,rrw", R"(rbind "/host" on "/data" recursive -ro)"},
        {"none /host /data bind,relatime", R"(bind "/host" on "/data" -atime field)"},
        {"none /host /data bind,noatime", R"(bind "/host" on "/data" +noatime -atime field)"},
        {"none /host /data bind,rslave,nosymfollow",
         R"(bind "/host" on "/data" +nosymfollow rslave)"},
        {"none /host /data rbind,shared,rprivate", R"(rbind "/host" on "/data" shared rprivate)"},
        {"none /host /data bind,unbindable", R"(bind "/host" on "/data" unbindable)"},
        {"none /host /data bind,idmap", R"(bind "/host" on "/data" idmap of the container)"},
        {"none /host /data rbind,ridmap", R"(rbind "/host" on "/data" ridmap of the container)"},
        {"none /host /data bind,src-nofollow", R"(bind "/host" on "/data" of a link)"},
        {"none /host /data bind,src-nofollow,dest-nofollow",
         R"(bind "/host" on "/data" of a link over a link)"},
        {"none /host /data bind,copy-symlink", R"(bind "/host" on "/data" copy a link)"},
        {"none /host /data bind,idmap=uids=0-9-1;gids=0-9-1",
         R"(bind "/host" on "/data" idmap of its own)"},
        {"mqueue mqueue /dev/mqueue nosuid,noexec,nodev",
         R"(mount mqueue "mqueue" on "/dev/mqueue" +nosuid,nodev,noexec)"},
        {"none none /data remount,ro", R"(remount on "/data" +ro)"},
        {"none /host /data bind,x-gvfs-hide,nofail,_netdev", R"(bind "/host" on "/data")"},
    }));
    INFO(row.mount);
    CHECK(steps(with_mounts({mount(row.mount)})) == Lines{row.step});
}

TEST_CASE("a mount of its own mappings says so", "[mount_plan]") {
    spec::Mount bind = mount("none /host /data bind,idmap");
    bind.uid_mappings = {{0, 1000, 10}};
    bind.gid_mappings = {{0, 1000, 10}};
    CHECK(steps(with_mounts({bind})) == Lines{R"(bind "/host" on "/data" idmap of its own)"});
    bind.options = {"bind"}; // mappings alone ask for it, too
    CHECK(steps(with_mounts({bind})) == Lines{R"(bind "/host" on "/data" idmap of its own)"});
}

TEST_CASE("ranges in an option are mappings, relative ones by those of the container",
          "[mount_plan]") {
    spec::Spec config = with_mounts({mount("none /host /data bind,idmap=uids=@0-5-10;gids=1-2-3")});
    config.linux.uid_mappings = {{0, 100, 10}, {10, 500, 10}};
    const MountPlan plan = value(mount_plan_of(config, kPlain));
    const namespaces::MountStep& step = plan.steps.at(0);
    REQUIRE(step.uid_mappings.size() == 2);
    CHECK(namespaces::id_map_text(step.uid_mappings) == "0 105 5\n5 500 5\n");
    CHECK(namespaces::id_map_text(step.gid_mappings) == "1 2 3\n");
    CHECK(step.from_host);
}

TEST_CASE("what a running container gets is planned as at create, with a place of its own",
          "[mount_plan]") {
    const spec::Linux linux;
    const auto step_of = [&](std::string_view text) {
        return value(namespaces::live_step_of(mount(text), "/3", linux, kPlain));
    };
    CHECK(step_of("none rel /data rbind,ro").source == "/bundle/rel");
    CHECK(step_of("none /host /data bind").from_host);
    CHECK(step_of("sysfs sysfs /sys ro").instead.empty());
    CHECK(step_of("tmpfs tmpfs /t size=1m").origin == "/3");
    spec::Linux labelled;
    labelled.mount_label = "a:b:c:s0";
    CHECK(value(namespaces::live_step_of(mount("tmpfs tmpfs /t"), "/3", labelled, kPlain))
              .filesystem.options == std::vector<std::string>{"context=a:b:c:s0"});
    const auto text = GENERATE(as<std::string>{}, "tmpfs tmpfs /t remount", "proc proc /proc",
                               "cgroup cgroup /c", "cgroup2 cgroup /c", "overlay overlay /o");
    INFO(text);
    const auto refused = namespaces::live_step_of(mount(text), "/3", linux, kPlain);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().failure().pointer.starts_with("/3/"));
}

TEST_CASE("an entry without type and source changes the propagation of what is there",
          "[mount_plan]") {
    spec::Spec config = with_mounts({mount("tmpfs tmpfs /t"), {.destination = "/t"}});
    config.mounts[1].options = {"rshared"};
    CHECK(steps(config).back() == R"(remount on "/t" rshared)");
}

TEST_CASE("a remount changes only file systems that this configuration made", "[mount_plan]") {
    struct Row {
        std::vector<std::string> mounts;
        std::string last;
    };
    const Row row = GENERATE(values<Row>({
        {{"tmpfs tmpfs /t", "none none /t remount,ro,size=1m"},
         R"(remount the file system on "/t" data size=1m +ro)"},
        {{"tmpfs tmpfs /t/", "none none //t/. remount,size=1m"},
         R"(remount the file system on "//t/." data size=1m)"},
        {{"ext4 /dev/sda1 /t", "none none /t remount,ro,sync"},
         R"(remount the file system on "/t" super+ro,sync +ro)"},
        {{"ext4 /dev/sda1 /t ro", "none none /t remount,rw"},
         R"(remount the file system on "/t" super-ro -ro)"},
        {{"none /host /t bind", "none none /t remount,ro,sync"}, R"(remount on "/t" +ro)"},
        {{"tmpfs tmpfs /t", "none none /t remount,bind,ro"}, R"(remount on "/t" +ro)"},
        {{"tmpfs tmpfs /t", "none /host /t bind", "none none /t remount,sync"},
         R"(remount on "/t")"},
        {{"tmpfs tmpfs /other", "none none /t remount,sync"}, R"(remount on "/t")"},
    }));
    spec::Spec config = with_mounts({});
    for (const std::string& text : row.mounts) {
        config.mounts.push_back(mount(text));
    }
    INFO(row.mounts.back());
    CHECK(steps(config).back() == row.last);
}

TEST_CASE("an ordinary user's sources and root are taken by the container itself", "[mount_plan]") {
    MountFacts facts = kPlain;
    facts.user_namespace = true;
    spec::Spec config = with_mounts({mount("none /host /data bind"), mount("sysfs sysfs /sys")});
    const MountPlan plan = value(mount_plan_of(config, facts));
    CHECK_FALSE(plan.root_from_host);
    CHECK_FALSE(plan.steps[0].from_host);
    CHECK(namespaces::count_host_sources(plan) == 0);
    CHECK(steps(config, facts)[1] ==
          R"(mount sysfs "sysfs" on "/sys" no links or else bind "/sys")");

    config.mounts[0].uid_mappings = config.mounts[0].gid_mappings = {{0, 1000, 1}};
    CHECK(error_text(mount_plan_of(config, facts)) ==
          "an ordinary user cannot map the owners of a mount (/mounts/0)");
}

TEST_CASE("in a user namespace sources and the root come from the host", "[mount_plan]") {
    MountFacts facts = kPlain;
    facts.user_namespace = true;
    facts.sources_from_host = true;
    const spec::Spec config = with_mounts(
        {mount("none /host /data bind"), mount("tmpfs tmpfs /t"), mount("sysfs sysfs /sys")});
    const MountPlan plan = value(mount_plan_of(config, facts));
    CHECK(plan.root_from_host);
    CHECK(plan.steps[0].from_host);
    CHECK_FALSE(plan.steps[1].from_host);
    CHECK(steps(config, facts)[2] ==
          R"(mount sysfs "sysfs" on "/sys" no links or else bind "/sys")");
    CHECK(plan.steps[2].instead_attributes.set == MOUNT_ATTR_RDONLY);
    CHECK(count_host_sources(plan) == 1 + 1 + plan.nodes.size());

    const MountPlan own = value(mount_plan_of(config, kPlain));
    CHECK_FALSE(own.root_from_host);
    CHECK(count_host_sources(own) == 0);
    spec::Spec mapped = with_mounts({mount("none /host /data bind,idmap")});
    CHECK(count_host_sources(value(mount_plan_of(mapped, kPlain))) == 1);
}

namespace {

const std::vector<namespaces::CgroupView> kV1 = {{.version = 1,
                                                  .controllers = {"cpu", "cpuacct"},
                                                  .host_path = "/cg/cpu,cpuacct/c",
                                                  .mount_root = "/cg/cpu,cpuacct"},
                                                 {.version = 1,
                                                  .controllers = {"memory"},
                                                  .host_path = "/cg/memory/c",
                                                  .mount_root = "/cg/memory"},
                                                 {.version = 1,
                                                  .controllers = {"name=systemd"},
                                                  .host_path = "/cg/systemd/c",
                                                  .mount_root = "/cg/systemd"}};
const namespaces::CgroupView kV2{.version = 2,
                                 .controllers = {"hugetlb"},
                                 .host_path = "/cg/unified/c",
                                 .mount_root = "/cg/unified"};

MountFacts with_views(std::vector<namespaces::CgroupView> views, bool own_namespace) {
    MountFacts facts = kPlain;
    facts.cgroups = std::move(views);
    facts.cgroup_namespace = own_namespace;
    return facts;
}

std::vector<namespaces::CgroupView> mixed_views() {
    std::vector<namespaces::CgroupView> views = kV1;
    views.push_back(kV2);
    return views;
}

} // namespace

TEST_CASE("the view of cgroups is that of the host's versions", "[mount_plan]") {
    const auto config = with_mounts({mount("cgroup cgroup /sys/fs/cgroup nosuid,ro")});

    SECTION("version 2 alone is mounted as it is, and the namespace decides what it shows") {
        const bool own_namespace = GENERATE(true, false);
        CHECK(steps(config, with_views({kV2}, own_namespace)) ==
              Lines{R"(mount cgroup2 "cgroup" on "/sys/fs/cgroup" +ro,nosuid)"
                    R"( or else bind "/cg/unified/c")"});
    }
    SECTION("version 1: the container's own groups are bound, with a link for each controller") {
        const bool own_namespace = GENERATE(true, false);
        CHECK(steps(config, with_views(kV1, own_namespace)) ==
              Lines{R"(mount tmpfs "cgroup" on "/sys/fs/cgroup" data mode=755 +nosuid)",
                    R"(bind "/cg/cpu,cpuacct/c" on "/sys/fs/cgroup/cpu,cpuacct" +ro,nosuid)",
                    R"(link to "cpu,cpuacct" on "/sys/fs/cgroup/cpu")",
                    R"(link to "cpu,cpuacct" on "/sys/fs/cgroup/cpuacct")",
                    R"(bind "/cg/memory/c" on "/sys/fs/cgroup/memory" +ro,nosuid)",
                    R"(bind "/cg/systemd/c" on "/sys/fs/cgroup/systemd" +ro,nosuid)",
                    R"(remount on "/sys/fs/cgroup" +ro)"});
    }
    SECTION("a mixed host shows both, version 2 as unified") {
        const Lines lines = steps(config, with_views(mixed_views(), true));
        REQUIRE(lines.size() == 8);
        CHECK(lines[6] == R"(mount cgroup2 "cgroup" on "/sys/fs/cgroup/unified" +ro,nosuid)"
                          R"( or else bind "/cg/unified/c")");
        CHECK(steps(config, with_views(mixed_views(), false))[6] ==
              R"(bind "/cg/unified/c" on "/sys/fs/cgroup/unified" +ro,nosuid)");
    }
    SECTION("no hierarchy is an error with its place") {
        CHECK(error_text(mount_plan_of(config, with_views({}, true))) ==
              "the host has no cgroup hierarchy to show there (/mounts/0)");
    }
}

TEST_CASE("cgroup2 is asked for by its name", "[mount_plan]") {
    const auto config = with_mounts({mount("cgroup2 cgroup2 /cg nosuid")});
    CHECK(steps(config, with_views(mixed_views(), true)) ==
          Lines{R"(mount cgroup2 "cgroup2" on "/cg" +nosuid or else bind "/cg/unified/c")"});
    CHECK(error_text(mount_plan_of(config, with_views(kV1, true))) ==
          "the host has no cgroup hierarchy to show there (/mounts/0)");
}

TEST_CASE("a cgroup view that may be written stays writable", "[mount_plan]") {
    const auto config = with_mounts({mount("cgroup cgroup /sys/fs/cgroup nosuid")});
    const Lines lines = steps(config, with_views(kV1, true));
    CHECK(lines_with(lines, "+ro").empty());
    CHECK(lines_with(lines, "remount").empty());
}

TEST_CASE("the devices of every container, and those that are listed", "[mount_plan]") {
    spec::Spec config = with_mounts({});
    const Lines plain = described(value(mount_plan_of(config, kPlain)));
    const Lines devices = lines_with(plain, "device c");
    CHECK(devices == Lines{R"(device c 1:3 on "/dev/null" mode 0666 owner 0:0)",
                           R"(device c 1:5 on "/dev/zero" mode 0666 owner 0:0)",
                           R"(device c 1:7 on "/dev/full" mode 0666 owner 0:0)",
                           R"(device c 1:8 on "/dev/random" mode 0666 owner 0:0)",
                           R"(device c 1:9 on "/dev/urandom" mode 0666 owner 0:0)",
                           R"(device c 5:0 on "/dev/tty" mode 0666 owner 0:0)"});
    CHECK(lines_with(plain, "link /dev/ptmx").size() == 1);

    config.linux.devices = {
        {.type = spec::DeviceType::character,
         .path = "/dev//null",
         .major = 1,
         .minor = 3,
         .file_mode = 0600},
        {.type = spec::DeviceType::block,
         .path = "/dev/sda",
         .major = 8,
         .minor = 0,
         .uid = 5,
         .gid = 6},
        {.type = spec::DeviceType::fifo, .path = "/dev/pipe", .file_mode = 0100644},
        {.type = spec::DeviceType::unbuffered, .path = "/x/y", .major = 10, .minor = 229},
        {.type = spec::DeviceType::character, .path = "/dev/ptmx", .major = 5, .minor = 2}};
    const Lines listed = lines_with(described(value(mount_plan_of(config, kPlain))), "device ");
    CHECK(listed.size() == 5 + 4);
    CHECK(lines_with(listed, "1:3") ==
          Lines{R"(device c 1:3 on "/dev//null" mode 0600 owner 0:0 (/linux/devices/0))"});
    CHECK(lines_with(listed, "sda") ==
          Lines{R"(device b 8:0 on "/dev/sda" mode 0666 owner 5:6 (/linux/devices/1))"});
    CHECK(lines_with(listed, "pipe") ==
          Lines{R"(device p 0:0 on "/dev/pipe" mode 0644 owner 0:0 (/linux/devices/2))"});
    CHECK(lines_with(listed, "/x/y") ==
          Lines{R"(device c 10:229 on "/x/y" mode 0666 owner 0:0 (/linux/devices/3))"});
    CHECK(lines_with(listed, "ptmx").empty());
}

TEST_CASE("owners of devices are told as container and host know them", "[mount_plan]") {
    spec::Spec config = with_mounts({});
    config.linux.uid_mappings = {{0, 1000, 1}, {1, 100000, 10}};
    config.linux.gid_mappings = {{0, 2000, 1}};
    config.linux.devices = {{.type = spec::DeviceType::character,
                             .path = "/dev/fuse",
                             .major = 10,
                             .minor = 229,
                             .uid = 3,
                             .gid = 0}};
    const Lines lines = described(value(mount_plan_of(config, kPlain)));
    CHECK(lines_with(lines, "fuse") ==
          Lines{R"(device c 10:229 on "/dev/fuse" mode 0666 owner 3:0 on the host 100002:2000)"
                " (/linux/devices/0)"});
}

TEST_CASE("where the host's /dev is bound, nothing is made in it", "[mount_plan]") {
    const auto source = GENERATE(as<std::string>{}, "none /dev /dev rbind", "none /dev dev/ bind",
                                 "none /dev //dev/. rbind,rslave");
    spec::Spec config = with_mounts({mount(source)});
    config.linux.devices = {{.path = "/dev/fuse", .major = 10, .minor = 229},
                            {.path = "/devices/x", .major = 10, .minor = 229}};
    const MountPlan plan = value(mount_plan_of(config, kPlain));
    REQUIRE(plan.nodes.size() == 1);
    CHECK(plan.nodes.front().path == "/devices/x");
    CHECK_FALSE(plan.device_links);
    CHECK_FALSE(plan.console);
}

TEST_CASE("the root is entered by the mount namespace that there is", "[mount_plan]") {
    using Entry = namespaces::RootPlan::Entry;
    struct Row {
        bool new_namespace;
        bool joined;
        bool no_pivot;
        Entry entry;
    };
    const Row row = GENERATE(values<Row>({{true, false, false, Entry::pivot},
                                          {true, false, true, Entry::move},
                                          {false, true, false, Entry::joined},
                                          {false, true, true, Entry::joined},
                                          {false, false, false, Entry::bare}}));
    const MountFacts facts{.bundle = "/b",
                           .user_namespace = true,
                           .sources_from_host = true,
                           .new_mount_namespace = row.new_namespace,
                           .joined_mount_namespace = row.joined,
                           .no_pivot = row.no_pivot};
    const MountPlan plan = value(mount_plan_of(with_mounts({}), facts));
    CHECK(plan.root.entry == row.entry);
    CHECK(plan.root.path == "/b/rootfs");
    CHECK(plan.console == (row.entry != Entry::bare));
    CHECK(plan.root_from_host == (row.entry != Entry::bare));
}

TEST_CASE("the root's path, propagation and rights are those of the configuration",
          "[mount_plan]") {
    spec::Spec config = with_mounts({});
    config.root = spec::Root{.path = "/var/tree", .readonly = true};
    config.linux.rootfs_propagation = spec::Propagation::rslave;
    CHECK(lines_with(described(value(mount_plan_of(config, kPlain))), "root ") ==
          Lines{R"(root "/var/tree" by pivot_root, rslave, read-only (/root/path))"});
    config.linux.rootfs_propagation.reset();
    CHECK(lines_with(described(value(mount_plan_of(config, kPlain))), "root ") ==
          Lines{R"(root "/var/tree" by pivot_root, rprivate, read-only (/root/path))"});
}

TEST_CASE("without a mount namespace what is mounted is not the host's", "[mount_plan]") {
    const auto entry_of = [](const spec::Spec& config) {
        return value(mount_plan_of(config, MountFacts{.bundle = "/b"})).root.entry;
    };
    const auto pointer_of = [](const spec::Spec& config) {
        const auto plan = mount_plan_of(config, MountFacts{.bundle = "/b", .user_namespace = true});
        return plan ? "none" : plan.error().failure().pointer;
    };
    using Entry = namespaces::RootPlan::Entry;
    CHECK(entry_of(with_mounts({})) == Entry::bare);
    CHECK(pointer_of(with_mounts({})) == "none");
    std::array<std::pair<spec::Spec, std::string>, 4> rows = {{
        {with_mounts({mount("proc proc /proc")}), "/mounts"},
        {with_mounts({}), "/linux/maskedPaths"},
        {with_mounts({}), "/linux/readonlyPaths"},
        {with_mounts({}), "/root/readonly"},
    }};
    rows[1].first.linux.masked_paths = {"/proc/kcore"};
    rows[2].first.linux.readonly_paths = {"/proc/sys"};
    rows[3].first.root->readonly = true;
    for (const auto& [config, pointer] : rows) {
        INFO(pointer);
        CHECK(entry_of(config) == Entry::detached);
        CHECK(pointer_of(config) == pointer);
    }
}

TEST_CASE("without a mount namespace a bind leaves the host's propagation", "[mount_plan]") {
    const auto plan_of = [](std::string_view text) {
        return mount_plan_of(with_mounts({mount("tmpfs tmpfs /t"), mount(text)}),
                             MountFacts{.bundle = "/b"});
    };
    const namespaces::MountStep step = value(plan_of("none /host /data rbind,rprivate")).steps[1];
    CHECK(step.leaves_host);
    CHECK(step.propagation.empty());
    CHECK_FALSE(value(plan_of("none /host /data bind")).steps[0].leaves_host);
    for (const std::string_view text :
         {"none /host /data bind,rshared", "none /host /data bind,slave",
          "tmpfs tmpfs /data unbindable", "none none /t remount,ro"}) {
        INFO(text);
        const auto plan = plan_of(text);
        CHECK((!plan && plan.error().failure().pointer == "/mounts/1/options"));
    }
}

TEST_CASE("covered paths keep their places", "[mount_plan]") {
    spec::Spec config = with_mounts({});
    config.linux.masked_paths = {"/proc/kcore", "/sys/firmware"};
    config.linux.readonly_paths = {"/proc/sys"};
    const Lines lines = described(value(mount_plan_of(config, kPlain)));
    CHECK(lines_with(lines, "mask ") == Lines{R"(mask "/proc/kcore" (/linux/maskedPaths/0))",
                                              R"(mask "/sys/firmware" (/linux/maskedPaths/1))"});
    CHECK(lines_with(lines, "read-only ") ==
          Lines{R"(read-only "/proc/sys" (/linux/readonlyPaths/0))"});
}

TEST_CASE("a mount label is for what is mounted anew and takes one", "[mount_plan]") {
    spec::Spec config = with_mounts(
        {mount("proc proc /proc"), mount("sysfs sysfs /sys"), mount("tmpfs tmpfs /tmp"),
         mount("devpts devpts /dev/pts newinstance"), mount("mqueue mqueue /dev/mqueue"),
         mount("none /data /data bind"), mount("tmpfs tmpfs /own context=\"a:b:c:s0\"")});
    config.linux.mount_label = "u:r:t:s0:c1,c2";
    const Lines labelled = lines_with(steps(config), "mount ");
    const auto label_of = [&](std::string_view target) {
        const auto line = std::ranges::find_if(labelled, [&](const std::string& text) {
            return text.find(base::cat(" on ", base::quoted(target))) != std::string::npos;
        });
        return line == labelled.end()                       ? std::string("no such mount")
               : line->find(" label ") != std::string::npos ? std::string("its root")
               : line->find(" context=u:r:t:s0:c1,c2") != std::string::npos ? std::string("all")
                                                                            : std::string("none");
    };
    CHECK(label_of("/tmp") == "all");
    CHECK(label_of("/dev/pts") == "all");
    CHECK(label_of("/dev/mqueue") == "its root");
    CHECK(label_of("/proc") == "none");
    CHECK(label_of("/sys") == "none");
    CHECK(label_of("/own") == "none");
    CHECK(lines_with(steps(config), "bind ")[0].find("u:r:t") == std::string::npos);
    config.linux.masked_paths = {"/proc/acpi"};
    CHECK(lines_with(described(value(mount_plan_of(config, kPlain))), "mask ") ==
          Lines{R"(mask "/proc/acpi" label "u:r:t:s0:c1,c2" (/linux/maskedPaths/0))"});
}
