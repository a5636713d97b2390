// The unit of a container: its name and place, and its limits as properties.
#include "cgroups/cgroup_plan.hpp"
#include "cgroups/unit_plan.hpp"
#include "cgroups/unit_properties.hpp"
#include "runtime/base/text.hpp"
#include "tests/results.hpp"

#include <algorithm>

using cgroups::Write;
using systemd::Property;
using tests::value;

namespace {

using Lines = std::vector<std::string>;

const cgroups::ServiceManager kUsers = {.owner = systemd::Owner::user,
                                        .group = "/user.slice/user-1000.slice/user@1000.service"};

Write write(std::string file, std::string text) {
    return {.controller = file.substr(0, file.find('.')),
            .file = file,
            .value = std::move(text),
            .origin = "/" + file};
}

Lines lines_of(const std::vector<Property>& properties) {
    Lines lines;
    for (const Property& property : properties) {
        lines.push_back(base::cat(property.name, " ", systemd::signature_of(property.value), " ",
                                  systemd::text_of(property.value)));
    }
    return lines;
}

Lines properties_for(const std::vector<Write>& writes, const cgroups::Current& current = {}) {
    return lines_of(cgroups::properties_of(writes, current).properties);
}

bool is_exact(const std::vector<Write>& writes, const cgroups::Current& current = {}) {
    return cgroups::properties_of(writes, current).inexact.empty();
}

} // namespace

TEST_CASE("a cgroupsPath of three parts is a unit in its slice", "[cgroups][unit]") {
    struct Row {
        std::string path;
        std::string unit;
        std::string group;
    };
    for (const Row& row :
         {Row{"", "oci-rt-web1.scope", "/system.slice/oci-rt-web1.scope"},
          Row{"machine.slice:libpod:1f", "libpod-1f.scope", "/machine.slice/libpod-1f.scope"},
          Row{":docker:1f", "docker-1f.scope", "/system.slice/docker-1f.scope"},
          Row{"a-b.slice::1f", "1f.scope", "/a.slice/a-b.slice/1f.scope"},
          Row{"-.slice:x:1f", "x-1f.scope", "/x-1f.scope"},
          Row{"a.slice:x:a-b.slice", "a-b.slice", "/a.slice/a-b.slice"},
          Row{"::b.slice", "b.slice", "/b.slice"}}) {
        INFO(row.path);
        const cgroups::UnitPlan plan = value(cgroups::unit_plan_of(row.path, "web1", {}));
        CHECK(plan.unit.name == row.unit);
        CHECK(plan.group == row.group);
    }
}

TEST_CASE("a user's manager has its units below its own group", "[cgroups][unit]") {
    const cgroups::UnitPlan plan = value(cgroups::unit_plan_of("", "web1", kUsers));
    CHECK(plan.slice == "user.slice");
    CHECK(plan.group == kUsers.group + "/user.slice/oci-rt-web1.scope");
}

TEST_CASE("what names no unit is refused at cgroupsPath", "[cgroups][unit]") {
    for (const char* path : {"/a/b", "a", "a:b", "a.slice:b:c:d", "a.slice:b:", "a:b:c",
                             "a.scope:b:c", "a/b.slice:b:c", "a.slice:b:c+d", "a.slice:b:c/d",
                             "b.slice:x:a-b.slice", "a.slice:x:-.slice"}) {
        INFO(path);
        const base::Result<cgroups::UnitPlan> plan = cgroups::unit_plan_of(path, "web1", {});
        REQUIRE_FALSE(plan);
        CHECK(plan.error().failure().pointer == "/linux/cgroupsPath");
    }
}

TEST_CASE("a unit has no limit of tasks unless it was asked for, and is delegated",
          "[cgroups][unit]") {
    const Lines lines = lines_of(value(cgroups::unit_plan_of("", "web1", {})).properties);
    CHECK(lines == Lines{"Slice s \"system.slice\"", "Delegate b true",
                         "Description s \"oci-rt container web1\"", "DefaultDependencies b false",
                         "TasksMax t infinity"});
}

TEST_CASE("annotations set properties that harm nobody else", "[cgroups][unit]") {
    const auto properties = value(
        cgroups::annotated_properties({{"org.systemd.property.TimeoutStopUSec", "uint64 90"},
                                       {"org.systemd.property.RuntimeMaxSec", "uint64 2"},
                                       {"org.systemd.property.CollectMode", "'inactive-or-failed'"},
                                       {"org.systemd.property.After", "['crio.service']"},
                                       {"org.example", "'x'"}}));
    CHECK(lines_of(properties) == Lines{"After as [\"crio.service\"]",
                                        "CollectMode s \"inactive-or-failed\"",
                                        "RuntimeMaxUSec t 2000000", "TimeoutStopUSec t 90"});
}

TEST_CASE("every annotation that may not be is found, with its place", "[cgroups][unit]") {
    const auto refused =
        cgroups::annotated_properties({{"org.systemd.property.Conflicts", "['sshd.service']"},
                                       {"org.systemd.property.OnFailure", "['x.service']"},
                                       {"org.systemd.property.MemoryMax", "uint64 1"},
                                       {"org.systemd.property.Slice", "'-.slice'"},
                                       {"org.systemd.property.Delegate", "false"},
                                       {"org.systemd.property.KillSignal", "'TERM'"}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().others().size() == 5);
    CHECK(refused.error().failure().pointer == "/annotations/org.systemd.property.Conflicts");
}

TEST_CASE("each file that systemd writes has its property", "[cgroups][unit]") {
    CHECK(properties_for(
              {write("memory.max", "4096"), write("memory.low", "max"), write("memory.high", "1G"),
               write("memory.min", "0"), write("memory.swap.max", "0"), write("cpu.weight", "100"),
               write("pids.max", "7"), write("cpuset.cpus", "0-2,9"), write("cpuset.mems", "0"),
               write("hugetlb.2MB.max", "1"), write("io.max", "8:0 rbps=1")}) ==
          Lines{"MemoryMax t 4096", "MemoryLow t infinity", "MemoryHigh t 1073741824",
                "MemoryMin t 0", "MemorySwapMax t 0", "CPUWeight t 100", "TasksMax t 7",
                "AllowedCPUs ay 0702", "AllowedMemoryNodes ay 01"});
    CHECK(properties_for({write("memory.limit_in_bytes", "-1"), write("cpu.shares", "512"),
                          write("blkio.weight", "500"), write("blkio.weight_device", "8:0 300"),
                          write("pids.max", "max")}) ==
          Lines{"MemoryLimit t infinity", "CPUShares t 512", "BlockIOWeight t 500",
                "BlockIODeviceWeight a(st) [\"/dev/block/8:0 300\"]", "TasksMax t infinity"});
}

TEST_CASE("weights for BFQ are told in the measure of io.weight", "[cgroups][unit]") {
    Write weight = write("io.bfq.weight", "500");
    weight.other_file = "io.weight";
    weight.other_value = "4950";
    Write device = weight;
    device.other_value = "8:0 1000";
    CHECK(properties_for({weight, device, write("io.weight", "8:16 5")}) ==
          Lines{"IOWeight t 4950",
                "IODeviceWeight a(st) [\"/dev/block/8:0 1000\", \"/dev/block/8:16 5\"]"});
}

TEST_CASE("the last write into a file is the property", "[cgroups][unit]") {
    CHECK(properties_for({write("memory.max", "1"), write("memory.max", "2")}) ==
          Lines{"MemoryMax t 2"});
}

TEST_CASE("no process at all is a limit that systemd does not know: one is the same",
          "[cgroups][unit]") {
    CHECK(properties_for({write("pids.max", "0")}) == Lines{"TasksMax t 1"});
}

TEST_CASE("what no property can say is for the file alone", "[cgroups][unit]") {
    CHECK(properties_for({write("memory.max", "many"), write("memory.max", ""),
                          write("memory.max", "99999999999999999999"),
                          write("memory.max", "18446744073709551615K"),
                          write("cpuset.cpus", "0-3:1/2"), write("cpuset.cpus", "9-99999999"),
                          write("io.weight", "")})
              .empty());
}

TEST_CASE("idle is a weight of its own, and its end is the default weight or the one beside it",
          "[cgroups][unit]") {
    CHECK(properties_for({write("cpu.idle", "1")}) == Lines{"CPUWeight t 0"});
    CHECK(properties_for({write("cpu.idle", "0")}) == Lines{"CPUWeight t infinity"});
    CHECK(properties_for({write("cpu.weight", "7"), write("cpu.idle", "0")}) ==
          Lines{"CPUWeight t 7"});
}

TEST_CASE("a quota is told per second, as a whole percentage and never less", "[cgroups][unit]") {
    CHECK(properties_for({write("cpu.max", "50000 100000")}) ==
          Lines{"CPUQuotaPeriodUSec t 100000", "CPUQuotaPerSecUSec t 500000"});
    CHECK(properties_for({write("cpu.max", "max")}) == Lines{"CPUQuotaPerSecUSec t infinity"});
    CHECK(
        properties_for({write("cpu.cfs_quota_us", "20000"), write("cpu.cfs_period_us", "40000")}) ==
        Lines{"CPUQuotaPeriodUSec t 40000", "CPUQuotaPerSecUSec t 500000"});
    CHECK(properties_for({write("cpu.cfs_quota_us", "-1")}) ==
          Lines{"CPUQuotaPerSecUSec t infinity"});
    CHECK(properties_for({write("cpu.max", "12345 100000")}) ==
          Lines{"CPUQuotaPeriodUSec t 100000", "CPUQuotaPerSecUSec t 130000"});
    CHECK(properties_for({write("cpu.max", "1000 1000000")}) ==
          Lines{"CPUQuotaPeriodUSec t 1000000", "CPUQuotaPerSecUSec t 10000"});
    CHECK(is_exact({write("cpu.max", "50000 100000")}));
    CHECK_FALSE(is_exact({write("cpu.max", "12345 100000")}));
    CHECK_FALSE(is_exact({write("cpu.max", "1000 1000000")}));
}

TEST_CASE("a quota without its period is of the one in force, and the other way round",
          "[cgroups][unit]") {
    const cgroups::Current current = {.cpu_quota = "20000", .cpu_period = 50000};
    CHECK(properties_for({write("cpu.max", "10000")}, current) ==
          Lines{"CPUQuotaPerSecUSec t 200000"});
    CHECK(properties_for({write("cpu.cfs_period_us", "40000")}, current) ==
          Lines{"CPUQuotaPeriodUSec t 40000", "CPUQuotaPerSecUSec t 500000"});
    CHECK(properties_for({write("cpu.cfs_period_us", "40000")}) ==
          Lines{"CPUQuotaPeriodUSec t 40000"});
    CHECK(properties_for({write("cpu.cfs_quota_us", "10000")}) ==
          Lines{"CPUQuotaPerSecUSec t 100000"});
}

TEST_CASE("device rules are told by number, and never narrower than they are", "[cgroups][unit]") {
    using cgroups::DeviceKind;
    cgroups::DevicePlan plan;
    plan.set = {{DeviceKind::character, 1, 3, cgroups::kRead | cgroups::kWrite},
                {DeviceKind::character, 1, 5, 0},
                {DeviceKind::character, 136, std::nullopt, cgroups::kAllAccess},
                {DeviceKind::block, std::nullopt, 7, cgroups::kRead},
                {DeviceKind::block, std::nullopt, std::nullopt, cgroups::kMknod}};
    CHECK(lines_of(cgroups::properties_of(plan)) ==
          Lines{"DevicePolicy s \"strict\"",
                "DeviceAllow a(ss) [\"/dev/char/1:3 rw\", \"char-136 rwm\", \"block-* r\", "
                "\"block-* m\"]"});
    plan.set = {{DeviceKind::character, std::nullopt, std::nullopt, cgroups::kAllAccess},
                {DeviceKind::block, std::nullopt, std::nullopt, cgroups::kAllAccess}};
    CHECK(lines_of(cgroups::properties_of(plan)) ==
          Lines{"DevicePolicy s \"auto\"", "DeviceAllow a(ss) []"});
}
