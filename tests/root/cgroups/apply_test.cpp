// Values and device rules on the kernel of this host.
#include "cgroups/apply.hpp"
#include "cgroups/bpf.hpp"
#include "cgroups/freezer.hpp"
#include "tests/root/cgroups/container_groups.hpp"

#include <algorithm>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

using namespace cgroups_test;
using cgroups::Occasion;

namespace {

using Type = spec::DeviceRuleType;

bool host_has(std::string_view v1, std::string_view v2) {
    const cgroups::Layout layout = host_layout();
    return cgroups::hierarchy_of(layout, v1) != nullptr ||
           cgroups::hierarchy_of(layout, v2) != nullptr;
}

bool has_file(Groups& groups, std::string_view controller, const std::string& file) {
    const cgroups::Hierarchy* const group = cgroups::group_with(groups.placement(), controller);
    return group != nullptr && exists(group->path + "/" + file);
}

std::vector<cgroups::Warning> fill(Groups& groups) {
    std::vector<cgroups::Warning> warnings =
        value(cgroups::apply(groups.placement(), groups.plan().before));
    static_cast<void>(value(cgroups::apply(groups.placement(), groups.plan().after)));
    return warnings;
}

base::Result<std::vector<cgroups::Warning>> change(Groups& groups,
                                                   const spec::Resources& resources) {
    const std::vector<cgroups::Reach> reach = cgroups::reach_of(groups.placement());
    const cgroups::TranslationContext context{.occasion = Occasion::update,
                                              .pointer = "",
                                              .current =
                                                  value(cgroups::read_current(groups.placement()))};
    return cgroups::update(groups.placement(),
                           value(cgroups::change_of(resources, reach, context)));
}

base::Failure failure_of(const spec::Resources& resources) {
    Groups groups(resources);
    const base::Result<std::vector<cgroups::Warning>> applied =
        cgroups::apply(groups.placement(), groups.plan().before);
    REQUIRE_FALSE(applied);
    return applied.error().failure();
}

/// Whether a process in the container can open a device node for reading and writing; its errno.
int open_inside(Groups& groups, const char* node) {
    base::Child child = spawn_into(groups.placement(), [node] {
        ::_exit(::open(node, O_RDWR | O_NONBLOCK | O_NOCTTY) < 0 ? errno : 0);
    });
    return value(child.wait()).code;
}

/// A device node that is not one of the implicit ones. In /dev, as that is sure not to be nodev.
class Node {
  public:
    Node(mode_t type, unsigned major, unsigned minor) : path_(base::cat("/dev/", fresh_name())) {
        REQUIRE(::mknod(path_.c_str(), type | 0600, makedev(major, minor)) == 0);
    }
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    ~Node() { ::unlink(path_.c_str()); }
    [[nodiscard]] const char* path() const { return path_.c_str(); }

  private:
    std::string path_;
};

const spec::DeviceRule kDenyAll{.allow = false, .access = "rwm"};
const spec::DeviceRule kKmsg{
    .allow = true, .type = Type::character, .major = 1, .minor = 11, .access = "rw"};

} // namespace

TEST_CASE("limits of memory, cpu, cpuset and pids arrive in the kernel", "[cgroups][root]") {
    Groups groups(
        {.memory =
             spec::MemoryResources{.limit = 16 << 20, .reservation = 8 << 20, .swap = 24 << 20},
         .cpu =
             spec::CpuResources{
                 .shares = 512, .quota = 50000, .period = 200000, .cpus = "0", .mems = "0"},
         .pids = spec::PidsResources{.limit = 33}});
    CHECK(fill(groups).empty());
    if (groups.is_v1("memory")) {
        CHECK(groups.read("memory", "memory.limit_in_bytes") == "16777216");
        CHECK(groups.read("memory", "memory.memsw.limit_in_bytes") == "25165824");
        CHECK(groups.read("memory", "memory.soft_limit_in_bytes") == "8388608");
    } else {
        CHECK(groups.read("memory", "memory.max") == "16777216");
        CHECK(groups.read("memory", "memory.swap.max") == "8388608");
        CHECK(groups.read("memory", "memory.low") == "8388608");
    }
    if (groups.is_v1("cpu")) {
        CHECK(groups.read("cpu", "cpu.shares") == "512");
        CHECK(groups.read("cpu", "cpu.cfs_quota_us") == "50000");
        CHECK(groups.read("cpu", "cpu.cfs_period_us") == "200000");
    } else {
        CHECK(groups.read("cpu", "cpu.weight") == "59");
        CHECK(groups.read("cpu", "cpu.max") == "50000 200000");
    }
    CHECK(groups.read("cpuset", "cpuset.cpus") == "0");
    CHECK(groups.read("cpuset", "cpuset.mems") == "0");
    CHECK(groups.read("pids", "pids.max") == "33");
    // And a process is at home there.
    const base::Child child = spawn_into(groups.placement());
    CHECK(value(cgroups::pids(groups.placement())) == std::vector<pid_t>{child.pid()});
}

TEST_CASE("pids.limit 0 is a limit: it is set behind the processes, and no other comes",
          "[cgroups][root]") {
    Groups groups({.pids = spec::PidsResources{.limit = 0}});
    static_cast<void>(value(cgroups::apply(groups.placement(), groups.plan().before)));
    const base::sys::Pipe go = value(base::sys::pipe());
    base::Child child = spawn_into(groups.placement(), [&] {
        char byte = 0;
        static_cast<void>(base::sys::read(go.read_end, {&byte, 1}));
        const pid_t pid = ::fork();
        ::_exit(pid < 0 ? errno : 0);
    });
    static_cast<void>(value(cgroups::apply(groups.placement(), groups.plan().after)));
    CHECK(groups.read("pids", "pids.max") == "0");
    ok(base::sys::write(go.write_end, "x"));
    CHECK(value(child.wait()).code == EAGAIN);
}

TEST_CASE("io limits of a real disk arrive in the kernel", "[cgroups][root]") {
    struct stat disk {};
    const std::string path = exists("/dev/vda") ? "/dev/vda" : "/dev/loop0";
    if (!host_has("blkio", "io") || ::stat(path.c_str(), &disk) < 0) {
        return not_here("no disk, or no io controller");
    }
    const auto throttle = [&](std::uint64_t rate) {
        return std::vector<spec::ThrottleDevice>{{major(disk.st_rdev), minor(disk.st_rdev), rate}};
    };
    Groups groups({.block_io = spec::BlockIoResources{.throttle_read_bps_device = throttle(2097152),
                                                      .throttle_write_iops_device = throttle(50)}});
    fill(groups);
    const std::string number = base::cat(major(disk.st_rdev), ":", minor(disk.st_rdev), " ");
    const bool is_v1 = cgroups::group_with(groups.placement(), "blkio") != nullptr;
    const auto limits = [&] {
        const auto v1 = [&](const std::string& what) {
            return groups.read("blkio", base::cat("blkio.throttle.", what, "_device"));
        };
        return is_v1 ? base::cat(v1("read_bps"), ", ", v1("write_bps"), ", ", v1("write_iops"))
                     : groups.read("io", "io.max");
    };
    const std::string before = limits();
    CHECK(before == (is_v1 ? base::cat(number, "2097152, , ", number, "50")
                           : number + "rbps=2097152 wbps=max riops=max wiops=50"));

    // An update that fails at its end takes back what was there, and what was not.
    const base::Result<std::vector<cgroups::Warning>> updated = change(
        groups, {.block_io = spec::BlockIoResources{.throttle_read_bps_device = throttle(4194304),
                                                    .throttle_write_bps_device = throttle(1048576),
                                                    .throttle_write_iops_device = {{4000, 0, 1}}}});
    REQUIRE_FALSE(updated);
    CHECK(updated.error().failure().pointer == "/blockIO/throttleWriteIOPSDevice/0");
    CHECK(updated.error().failure().hint.find("no disk with this number") != std::string::npos);
    CHECK(limits() == before);
}

TEST_CASE("huge pages: reservations and faults", "[cgroups][root]") {
    if (!host_has("hugetlb", "hugetlb") || !exists("/sys/kernel/mm/hugepages/hugepages-2048kB")) {
        return not_here("no hugetlb controller, or no pages of 2 MB");
    }
    Groups groups({.hugepage_limits = {{"2MB", 8 << 20}}});
    fill(groups);
    const std::string suffix = groups.is_v1("hugetlb") ? "limit_in_bytes" : "max";
    CHECK(groups.read("hugetlb", "hugetlb.2MB." + suffix) == "8388608");
    CHECK(groups.read("hugetlb", "hugetlb.2MB.rsvd." + suffix) == "8388608");
}

TEST_CASE("realtime bandwidth arrives in the kernel", "[cgroups][root]") {
    Groups groups;
    if (!groups.is_v1("cpu") || !has_file(groups, "cpu", "cpu.rt_runtime_us")) {
        return not_here("no realtime groups: that takes cgroup v1 and CONFIG_RT_GROUP_SCHED");
    }
    static_cast<void>(value(change(
        groups, {.cpu = spec::CpuResources{.realtime_runtime = 5000, .realtime_period = 500000}})));
    CHECK(groups.read("cpu", "cpu.rt_runtime_us") == "5000");
    CHECK(groups.read("cpu", "cpu.rt_period_us") == "500000");
    const base::Failure failure =
        failure_of({.cpu = spec::CpuResources{.realtime_runtime = 999999}});
    CHECK(failure.hint.find("the group above has a runtime of") != std::string::npos);
}

TEST_CASE("network class and priorities arrive in the kernel", "[cgroups][root]") {
    if (!host_has("net_cls", "") || !host_has("net_prio", "")) {
        return not_here("net_cls or net_prio is not mounted");
    }
    Groups groups(
        {.network = spec::NetworkResources{.class_id = 1048577, .priorities = {{"lo", 5}}}});
    fill(groups);
    CHECK(groups.read("net_cls", "net_cls.classid") == "1048577");
    CHECK(groups.read("net_prio", "net_prio.ifpriomap").find("lo 5") != std::string::npos);
    const base::Failure failure =
        failure_of({.network = spec::NetworkResources{.priorities = {{"nosuch0", 5}}}});
    CHECK(failure.hint == "there is no network interface with this name");
}

TEST_CASE("unified values are written as they stand", "[cgroups][root]") {
    const cgroups::Layout layout = host_layout();
    if (cgroups::unified_of(layout) == nullptr) {
        return not_here("this host has no cgroup v2");
    }
    Groups groups({.unified = {{"cgroup.max.depth", "7"}}});
    fill(groups);
    const cgroups::Hierarchy* const group = cgroups::unified_group(groups.placement());
    CHECK(value(base::read_file(group->directory, "cgroup.max.depth")) == "7\n");
}

TEST_CASE("memory and swap go up and down together, whichever has to be first", "[cgroups][root]") {
    Groups groups({.memory = spec::MemoryResources{.limit = 16 << 20, .swap = 16 << 20}});
    fill(groups);
    for (const std::int64_t mebibytes : {64, 8, 128, 4, 32}) {
        INFO(mebibytes << " MiB");
        const std::int64_t bytes = mebibytes << 20;
        static_cast<void>(value(
            change(groups, {.memory = spec::MemoryResources{.limit = bytes, .swap = bytes}})));
        if (groups.is_v1("memory")) {
            CHECK(groups.read("memory", "memory.limit_in_bytes") == base::cat(bytes));
            CHECK(groups.read("memory", "memory.memsw.limit_in_bytes") == base::cat(bytes));
        } else {
            CHECK(groups.read("memory", "memory.max") == base::cat(bytes));
            CHECK(groups.read("memory", "memory.swap.max") == "0");
        }
    }
    static_cast<void>(value(change(groups, {.memory = spec::MemoryResources{.limit = -1}})));
    CHECK(value(cgroups::read_current(groups.placement())).memory_limit == -1);
}

TEST_CASE("quota, period and burst change together, whichever has to be first", "[cgroups][root]") {
    Groups groups({.cpu = spec::CpuResources{.quota = 50000, .period = 100000}});
    fill(groups);
    if (!has_file(groups, "cpu", groups.is_v1("cpu") ? "cpu.cfs_burst_us" : "cpu.max.burst")) {
        return not_here("this kernel has no bursts");
    }
    const auto set = [&](std::int64_t quota, std::uint64_t period, std::uint64_t burst) {
        static_cast<void>(value(
            change(groups,
                   {.cpu = spec::CpuResources{.quota = quota, .burst = burst, .period = period}})));
        if (groups.is_v1("cpu")) {
            CHECK(groups.read("cpu", "cpu.cfs_quota_us") == base::cat(quota));
            CHECK(groups.read("cpu", "cpu.cfs_period_us") == base::cat(period));
            CHECK(groups.read("cpu", "cpu.cfs_burst_us") == base::cat(burst));
        } else {
            CHECK(groups.read("cpu", "cpu.max") == base::cat(quota, ' ', period));
            CHECK(groups.read("cpu", "cpu.max.burst") == base::cat(burst));
        }
    };
    set(200000, 400000, 200000);
    set(5000, 10000, 5000);
    set(100000, 1000000, 100000);
}

TEST_CASE("a group becomes idle and gets its shares back", "[cgroups][root]") {
    Groups groups({.cpu = spec::CpuResources{.idle = 1}});
    if (!has_file(groups, "cpu", "cpu.idle")) {
        return not_here("this kernel has no idle groups");
    }
    fill(groups);
    CHECK(groups.read("cpu", "cpu.idle") == "1");
    static_cast<void>(value(change(groups, {.cpu = spec::CpuResources{.shares = 512, .idle = 0}})));
    CHECK(groups.read("cpu", "cpu.idle") == "0");
    CHECK(groups.read("cpu", groups.is_v1("cpu") ? "cpu.shares" : "cpu.weight") ==
          (groups.is_v1("cpu") ? "512" : "20"));
}

TEST_CASE("an update is all or nothing", "[cgroups][root]") {
    Groups groups({.memory = spec::MemoryResources{.limit = 32 << 20},
                   .cpu = spec::CpuResources{.shares = 256, .cpus = "0"},
                   .pids = spec::PidsResources{.limit = 10}});
    fill(groups);
    const auto state = [&] {
        return std::vector<std::string>{
            base::cat(value(cgroups::read_current(groups.placement())).memory_limit.value_or(0)),
            groups.read("cpu", groups.is_v1("cpu") ? "cpu.shares" : "cpu.weight"),
            groups.read("cpuset", "cpuset.cpus"), groups.read("pids", "pids.max")};
    };
    const std::vector<std::string> before = state();
    const base::Result<std::vector<cgroups::Warning>> updated =
        change(groups, {.memory = spec::MemoryResources{.limit = 64 << 20},
                        .cpu = spec::CpuResources{.shares = 1024, .cpus = "4000"},
                        .pids = spec::PidsResources{.limit = 20}});
    REQUIRE_FALSE(updated);
    CHECK(updated.error().failure().pointer == "/cpu/cpus");
    CHECK(state() == before);
}

TEST_CASE("a limit below what is in use is refused, with the use", "[cgroups][root]") {
    Groups groups({.memory = spec::MemoryResources{.limit = 64 << 20, .swap = 64 << 20}});
    fill(groups);
    const base::sys::Pipe full = value(base::sys::pipe());
    base::Child child = spawn_into(groups.placement(), [&] {
        constexpr std::size_t kSize = 16U << 20U;
        void* const memory = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        static_cast<void>(base::sys::write(full.write_end, memory == MAP_FAILED ? "-" : "+"));
        ::pause();
    });
    char answer = 0;
    static_cast<void>(value(base::sys::read(full.read_end, {&answer, 1})));
    REQUIRE(answer == '+');
    const base::Result<std::vector<cgroups::Warning>> updated =
        change(groups, {.memory = spec::MemoryResources{
                            .limit = 4 << 20, .swap = 4 << 20, .check_before_update = true}});
    REQUIRE_FALSE(updated);
    CHECK(updated.error().failure().pointer == "/memory/limit");
    const std::string text = updated.error().text() + " " + updated.error().failure().hint;
    CHECK(text.find("in use") != std::string::npos);
    CHECK_FALSE(value(child.poll()));
    CHECK(value(cgroups::read_current(groups.placement())).memory_limit == 64 << 20);
}

TEST_CASE("the kernel's misleading errnos come with what they mean", "[cgroups][root]") {
    const base::Failure cpus = failure_of({.cpu = spec::CpuResources{.cpus = "0-4000"}});
    CHECK(cpus.pointer == "/linux/resources/cpu/cpus");
    CHECK(cpus.facts == std::vector<std::string>{"set cpuset.cpus to \"0-4000\""});
    CHECK(cpus.hint.find("must be a part of it") != std::string::npos);

    const base::Failure quota = failure_of({.cpu = spec::CpuResources{.quota = 5}});
    CHECK(quota.code == EINVAL);
    CHECK(quota.hint.find("a quota at least 1000 us") != std::string::npos);

    if (host_has("hugetlb", "hugetlb")) {
        const base::Failure page = failure_of({.hugepage_limits = {{"3MB", 1}}});
        CHECK(page.code == ENOENT);
        CHECK(page.hint.find("no huge pages of this size") != std::string::npos);
    }
}

TEST_CASE("kernel memory is advice: where the kernel counts it no more, a warning",
          "[cgroups][root]") {
    if (!host_has("memory", "memory")) {
        return not_here("no memory controller");
    }
    Groups groups({.memory = spec::MemoryResources{.kernel = 64 << 20}});
    const std::vector<cgroups::Warning> warnings = fill(groups);
    if (!groups.is_v1("memory")) {
        CHECK(groups.plan().warnings.size() == 1);
    } else if (warnings.empty()) {
        CHECK(groups.read("memory", "memory.kmem.limit_in_bytes") == base::cat(64 << 20));
    } else {
        CHECK(warnings.front().origin == "/linux/resources/memory/kernel");
    }
}

TEST_CASE("device rules hold inside, and the usual devices are there", "[cgroups][root]") {
    const Node kmsg(S_IFCHR, 1, 11);
    SECTION("nothing listed") {
        Groups groups;
        REQUIRE(groups.plan().devices);
        CHECK(value(cgroups::apply_devices(groups.placement(), *groups.plan().devices)).empty());
        CHECK(open_inside(groups, "/dev/null") == 0);
        CHECK(open_inside(groups, "/dev/urandom") == 0);
        CHECK(open_inside(groups, kmsg.path()) == EPERM);
    }
    SECTION("one listed") {
        Groups groups({.devices = {kDenyAll, kKmsg}});
        CHECK(value(cgroups::apply_devices(groups.placement(), *groups.plan().devices)).empty());
        CHECK(open_inside(groups, "/dev/null") == 0);
        CHECK(open_inside(groups, kmsg.path()) == 0);
    }
    SECTION("everything") {
        Groups groups({.devices = {{.allow = true, .access = "rwm"}}});
        CHECK(value(cgroups::apply_devices(groups.placement(), *groups.plan().devices)).empty());
        CHECK(open_inside(groups, kmsg.path()) == 0);
    }
}

TEST_CASE("device rules change under a running container that loses nothing on the way",
          "[cgroups][root]") {
    const Node kmsg(S_IFCHR, 1, 11);
    Groups groups({.devices = {kDenyAll, kKmsg}});
    static_cast<void>(value(cgroups::apply_devices(groups.placement(), *groups.plan().devices)));
    base::Child reader = spawn_into(groups.placement(), [] {
        while (true) {
            const int fd = ::open("/dev/null", O_RDWR);
            if (fd < 0) {
                ::_exit(errno);
            }
            ::close(fd);
        }
    });
    for (int i = 0; i < 100; ++i) {
        static_cast<void>(value(change(groups, {.devices = {kDenyAll}})));
        static_cast<void>(value(change(groups, {.devices = {kDenyAll, kKmsg}})));
    }
    for (int i = 0; i < 20; ++i) {
        static_cast<void>(value(change(groups, {.devices = {{.allow = true, .access = "rwm"}}})));
        static_cast<void>(value(change(groups, {.devices = {kDenyAll, kKmsg}})));
    }
    CHECK(value(cgroups::freezer_state(groups.placement())) == cgroups::FreezerState::thawed);
    CHECK_FALSE(value(reader.poll()));
    CHECK(open_inside(groups, kmsg.path()) == 0);
    static_cast<void>(value(change(groups, {.devices = {kDenyAll}})));
    CHECK(open_inside(groups, kmsg.path()) == EPERM);
    static_cast<void>(value(change(groups, {.devices = {{.allow = true, .access = "rwm"}}})));
    CHECK(open_inside(groups, kmsg.path()) == 0);
}

TEST_CASE("device programs of v2: one at most is left, and it holds", "[cgroups][root]") {
    Groups groups;
    const cgroups::Hierarchy* const group = cgroups::unified_group(groups.placement());
    if (group == nullptr) {
        return not_here("this host has no cgroup v2");
    }
    const Node kmsg(S_IFCHR, 1, 11);
    const auto program = [](const std::vector<spec::DeviceRule>& rules) {
        return cgroups::device_program_of(value(cgroups::device_set_of(rules, {}, "")));
    };
    const auto attached = [&] { return value(cgroups::count_device_programs(group->directory)); };
    base::Result<> first = cgroups::replace_device_program(group->directory, program({kDenyAll}));
    if (first.code() == EINVAL || first.code() == ENOSYS) {
        return not_here("this kernel has no device programs");
    }
    ok(std::move(first));
    CHECK(attached() == 1);
    CHECK(open_inside(groups, "/dev/null") == 0);
    CHECK(open_inside(groups, kmsg.path()) == EPERM);
    ok(cgroups::replace_device_program(group->directory, program({kDenyAll, kKmsg})));
    CHECK(attached() == 1);
    CHECK(open_inside(groups, kmsg.path()) == 0);
    ok(cgroups::replace_device_program(group->directory, {}));
    CHECK(attached() == 0);
}
