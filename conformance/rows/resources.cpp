// G. Limits: memory, cpu, block I/O, huge pages, pids, as the container's group has them.
#include "conformance/rows/limits.hpp"
#include "conformance/rows/rows.hpp"

#include <charconv>

#include <unistd.h>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kShould = Level::should;
constexpr auto kMemory = "config-linux.md#memory";
constexpr auto kCpu = "config-linux.md#cpu";
constexpr auto kPids = "config-linux.md#pids";
constexpr auto kBlock = "config-linux.md#block-io";
constexpr auto kHuge = "config-linux.md#huge-page-limits";
constexpr auto kRdma = "config-linux.md#rdma";
constexpr auto kNetwork = "config-linux.md#network";

// --- values that stand in one file ---------------------------------------------------------------

struct Limit {
    const char* id;
    Level level;
    const char* since;
    const char* section;
    const char* sentence;
    const char* patch; ///< merged into linux.resources
    LimitFile file;
    const char* in_v1;
    const char* in_v2;
};

constexpr Limit kLimits[] = {
    {"C5.limit",
     kMust,
     "1.0",
     kMemory,
     "memory.limit",
     R"({"memory": {"limit": 104857600}})",
     {"memory", "memory.limit_in_bytes", "memory.max"},
     "104857600",
     "104857600"},
    {"C5.reservation",
     kMust,
     "1.0",
     kMemory,
     "memory.reservation",
     R"({"memory": {"limit": 104857600, "reservation": 52428800}})",
     {"memory", "memory.soft_limit_in_bytes", "memory.low"},
     "52428800",
     "52428800"},
    {"C5.swap",
     kMust,
     "1.0",
     kMemory,
     "memory.swap is memory and swap together",
     R"({"memory": {"limit": 104857600, "swap": 157286400}})",
     {"memory", "memory.memsw.limit_in_bytes", "memory.swap.max"},
     "157286400",
     "52428800"},
    {"C5.unlimited",
     kMust,
     "1.0",
     kMemory,
     "a memory.limit of -1 is none",
     R"({"memory": {"limit": -1}})",
     {"memory", "memory.limit_in_bytes", "memory.max"},
     "9223372036854771712",
     "max"},
    {"C5.swap-unlimited",
     kMust,
     "1.0",
     kMemory,
     "a memory.swap of -1 is none",
     R"({"memory": {"limit": 104857600, "swap": -1}})",
     {"memory", "memory.memsw.limit_in_bytes", "memory.swap.max"},
     "9223372036854771712",
     "max"},
    {"C5.swappiness",
     kMust,
     "1.0",
     kMemory,
     "memory.swappiness",
     R"({"memory": {"swappiness": 37}})",
     {"memory", "memory.swappiness", nullptr},
     "37",
     ""},
    {"C6.shares",
     kMust,
     "1.0",
     kCpu,
     "cpu.shares",
     R"({"cpu": {"shares": 512}})",
     {"cpu", "cpu.shares", nullptr},
     "512",
     ""},
    {"C6.quota",
     kMust,
     "1.0",
     kCpu,
     "cpu.quota",
     R"({"cpu": {"quota": 30000, "period": 60000}})",
     {"cpu", "cpu.cfs_quota_us", "cpu.max"},
     "30000",
     "30000 60000"},
    {"C6.period",
     kMust,
     "1.0",
     kCpu,
     "cpu.period",
     R"({"cpu": {"quota": 30000, "period": 60000}})",
     {"cpu", "cpu.cfs_period_us", "cpu.max"},
     "60000",
     "30000 60000"},
    {"C6.burst",
     kMust,
     "1.1",
     kCpu,
     "cpu.burst",
     R"({"cpu": {"quota": 30000, "period": 60000, "burst": 20000}})",
     {"cpu", "cpu.cfs_burst_us", "cpu.max.burst"},
     "20000",
     "20000"},
    {"C6.cpus",
     kMust,
     "1.0",
     kCpu,
     "cpu.cpus",
     R"({"cpu": {"cpus": "0"}})",
     {"cpuset", "cpuset.cpus", "cpuset.cpus"},
     "0",
     "0"},
    {"C6.mems",
     kMust,
     "1.0",
     kCpu,
     "cpu.mems",
     R"({"cpu": {"mems": "0"}})",
     {"cpuset", "cpuset.mems", "cpuset.mems"},
     "0",
     "0"},
    {"C6.idle",
     kMust,
     "1.1",
     kCpu,
     "cpu.idle",
     R"({"cpu": {"idle": 1}})",
     {"cpu", "cpu.idle", "cpu.idle"},
     "1",
     "1"},
    {"C6.realtime",
     kMust,
     "1.0",
     kCpu,
     "cpu.realtimeRuntime",
     R"({"cpu": {"realtimeRuntime": 10000, "realtimePeriod": 900000}})",
     {"cpu", "cpu.rt_runtime_us", nullptr},
     "10000",
     ""},
    {"C10.limit",
     kMust,
     "1.0",
     kPids,
     "pids.limit",
     R"({"pids": {"limit": 77}})",
     {"pids", "pids.max", "pids.max"},
     "77",
     "77"},
    {"C10.unlimited",
     kMust,
     "1.0",
     kPids,
     "a pids.limit of -1 is none",
     R"({"pids": {"limit": -1}})",
     {"pids", "pids.max", "pids.max"},
     "max",
     "max"},
    {"C10.zero",
     kShould,
     "1.3",
     kPids,
     "a pids.limit of 0 is a limit",
     R"({"pids": {"limit": 0}})",
     {"pids", "pids.max", "pids.max"},
     "0",
     "0"},
    {"C7.bfq-weight",
     kMust,
     "1.0",
     kBlock,
     "blockIO.weight",
     R"({"blockIO": {"weight": 234}})",
     {"blkio", "blkio.bfq.weight", nullptr},
     "234",
     ""},
    {"C7.weight",
     kMust,
     "1.0",
     kBlock,
     "blockIO.weight (CFQ)",
     R"({"blockIO": {"weight": 234}})",
     {"blkio", "blkio.weight", nullptr},
     "234",
     ""},
    {"C9.class",
     kMust,
     "1.0",
     kNetwork,
     "network.classID",
     R"({"network": {"classID": 1048577}})",
     {"net_cls", "net_cls.classid", nullptr},
     "1048577",
     ""},
};

void limit(Case& c, const Limit& one) {
    Json patch = {{"linux", {{"resources", Json::parse(one.patch)}}}};
    c.config().merge_patch(patch);
    Container& container = created_with_limit(c, one.file);
    const bool v2 = c.host().cgroups().of(one.file.controller)->v2;
    c.same(limit_of(c, container, one.file), v2 ? one.in_v2 : one.in_v1,
           v2 ? one.file.v2 : one.file.v1);
}

Rows limit_rows() {
    Rows rows;
    for (const Limit& one : kLimits) {
        rows.push_back({one.id, one.level, one.since, one.section, one.sentence,
                        [&one](Case& c) { limit(c, one); }});
    }
    return rows;
}

// --- values with a shape of their own ------------------------------------------------------------

void shares_in_v2(Case& c) {
    const Hierarchy* cpu = c.host().cgroups().of("cpu");
    c.needs(cpu != nullptr && cpu->v2, "the cpu controller is not in v2 here");
    c.linux_part()["resources"]["cpu"] = {{"shares", 512}};
    const std::string weight = limit_of(c, c.created(), {"cpu", nullptr, "cpu.weight"});
    c.note("cpu.weight is " + weight);
    c.expect(weight != "100", "shares are ignored: cpu.weight is the default");
}

void oom_killer(Case& c) {
    const LimitFile file{"memory", "memory.oom_control", nullptr};
    need_limit(c, file);
    c.linux_part()["resources"]["memory"] = {{"limit", 104857600}, {"disableOOMKiller", true}};
    const std::string control = limit_of(c, c.created(), file);
    c.expect(control.find("oom_kill_disable 1") != std::string::npos, "oom_control is " + control);
}

struct Throttle {
    const char* id;
    const char* member;
    const char* v1;
    const char* v2; ///< the word in io.max
};

constexpr Throttle kThrottles[] = {
    {"C7.read-bps", "throttleReadBpsDevice", "blkio.throttle.read_bps_device", "rbps"},
    {"C7.write-bps", "throttleWriteBpsDevice", "blkio.throttle.write_bps_device", "wbps"},
    {"C7.read-iops", "throttleReadIOPSDevice", "blkio.throttle.read_iops_device", "riops"},
    {"C7.write-iops", "throttleWriteIOPSDevice", "blkio.throttle.write_iops_device", "wiops"},
};

void throttle(Case& c, const Throttle& one) {
    const std::string device = block_device();
    c.needs(!device.empty(), "there is no block device here");
    const bool v2 = c.host().cgroups().of("io") != nullptr;
    const LimitFile file{v2 ? "io" : "blkio", one.v1, "io.max"};
    need_limit(c, file);
    const std::size_t colon = device.find(':');
    c.linux_part()["resources"]["blockIO"][one.member] = {
        {{"major", std::stoi(device.substr(0, colon))},
         {"minor", std::stoi(device.substr(colon + 1))},
         {"rate", 123456}}};
    const std::string seen = limit_of(c, c.created(), file);
    const std::string wanted = v2 ? std::string(one.v2) + "=123456" : device + " 123456";
    c.expect(seen.find(wanted) != std::string::npos, wanted + " is missing: " + Json(seen).dump());
}

Rows throttle_rows() {
    Rows rows;
    for (const Throttle& one : kThrottles) {
        rows.push_back({one.id, kMust, "1.0", kBlock, std::string("blockIO.") + one.member,
                        [&one](Case& c) { throttle(c, one); }});
    }
    return rows;
}

/// "2MB" for a directory "hugepages-2048kB"; "" if there is none.
std::string huge_page_size() {
    std::error_code failure;
    for (fs::directory_iterator entry("/sys/kernel/mm/hugepages", failure), end;
         !failure && entry != end; entry.increment(failure)) {
        const std::string name = entry->path().filename();
        long kilobytes = 0;
        std::from_chars(name.data() + name.find('-') + 1, name.data() + name.size(), kilobytes);
        if (kilobytes >= 1024 && kilobytes < 1048576) {
            return std::to_string(kilobytes / 1024) + "MB";
        }
    }
    return {};
}

void huge_pages(Case& c) {
    const std::string size = huge_page_size();
    c.needs(!size.empty(), "there are no huge pages here");
    const std::string v1 = "hugetlb." + size + ".limit_in_bytes";
    const std::string v2 = "hugetlb." + size + ".max";
    const LimitFile file{"hugetlb", v1.c_str(), v2.c_str()};
    need_limit(c, file);
    c.linux_part()["resources"]["hugepageLimits"] = {{{"pageSize", size}, {"limit", 8388608}}};
    Container& container = c.created();
    const std::string fault = limit_of(c, container, file);
    const std::string v1_reserved = "hugetlb." + size + ".rsvd.limit_in_bytes";
    const std::string v2_reserved = "hugetlb." + size + ".rsvd.max";
    const std::string reserved =
        limit_of(c, container, {"hugetlb", v1_reserved.c_str(), v2_reserved.c_str()});
    c.note("by fault " + fault + ", by reservation " + reserved);
    c.same(reserved, "8388608", "the limit by reservation");
}

void pids_in_effect(Case& c) {
    need_limit(c, {"pids", "pids.max", "pids.max"});
    c.linux_part()["resources"]["pids"] = {{"limit", 8}};
    c.script("fork 20");
    const Json step = c.run().step("fork");
    c.expect(step["made"] < 8, "there could be " + step["made"].dump() + " children");
    c.same(step["error"], "EAGAIN", "the error of the next fork");
}

void members(Case& c) {
    // Everything that the program starts has to be in the container's groups from its beginning.
    need_cgroupfs(c);
    c.script("see cgroup , wait");
    Container& container = c.started();
    container.wait_for_step("waiting");
    const Cgroups& groups = c.host().cgroups();
    for (const char* controller : {"memory", "pids", "cpu", "devices", "freezer"}) {
        if (const Hierarchy* hierarchy = groups.of(controller); hierarchy != nullptr) {
            c.expect(groups.path_of(container.pid(), *hierarchy) !=
                         groups.path_of(::getpid(), *hierarchy),
                     std::string("not in a group of its own: ") + controller);
        }
    }
}

void no_resources(Case& c) {
    c.linux_part().erase("resources");
    c.script("exit 0");
    c.same(c.run().exit.text(), "exit 0", "the end of the program");
}

constexpr Refusal kRefusals[] = {
    {"C5.swap-below-limit", kMust, "1.0", kMemory, "a swap below the memory limit is an error",
     R"({"linux": {"resources": {"memory": {"limit": 104857600, "swap": 52428800}}}})"},
    {"C5.bad-swappiness", kMust, "1.0", kMemory, "a swappiness above 100 is an error",
     R"({"linux": {"resources": {"memory": {"swappiness": 101}}}})"},
    {"C5.limit-is-fraction", kMust, "1.0", kMemory, "a limit that is no whole number is an error",
     R"({"linux": {"resources": {"memory": {"limit": 1.5}}}})"},
    {"C6.bad-cpus", kMust, "1.0", kCpu, "cpus that are no list are an error",
     R"({"linux": {"resources": {"cpu": {"cpus": "zero"}}}})"},
    {"C6.bad-mems", kMust, "1.0", kCpu, "mems that do not exist are an error",
     R"({"linux": {"resources": {"cpu": {"mems": "1000"}}}})"},
    {"C6.bad-quota", kMust, "1.0", kCpu, "a quota that the kernel refuses is an error",
     R"({"linux": {"resources": {"cpu": {"quota": 5}}}})"},
    {"C6.negative-shares", kMust, "1.0", kCpu, "negative shares are an error",
     R"({"linux": {"resources": {"cpu": {"shares": -1}}}})"},
    {"C7.missing-rate", kShould, "1.0", kBlock, "a throttled device without numbers is an error",
     R"({"linux": {"resources": {"blockIO": {"throttleReadBpsDevice": [{"rate": 1}]}}}})"},
    {"C8.bad-size", kMust, "1.0", kHuge, "a page size that this host does not have is an error",
     R"({"linux": {"resources": {"hugepageLimits": [{"pageSize": "3MB", "limit": 1}]}}})"},
    {"C11.empty", kMust, "1.0", kRdma, "an rdma device without a limit is an error",
     R"({"linux": {"resources": {"rdma": {"mlx5_1": {}}}}})"},
};

} // namespace

Rows resource_rows() {
    return limit_rows() + throttle_rows() +
           Rows{
               {"C5.oom-killer", kMust, "1.0", kMemory, "memory.disableOOMKiller", &oom_killer},
               {"C6.weight", kMust, "1.0", kCpu, "cpu.shares become a weight in v2", &shares_in_v2},
               {"C8.limit", kMust, "1.1", kHuge, "hugepageLimits limit reservations", &huge_pages},
               {"C10.effect", kMust, "1.0", kPids, "pids.limit stops fork", &pids_in_effect},
               {"C1.members", kShould, "1.0", "config-linux.md#control-groups",
                "the program is in a group of each controller", &members},
               {"C1.no-resources", kMust, "1.0", "config-linux.md#cgroups-path",
                "a container without resources", &no_resources},
           } +
           refusal_rows(kRefusals);
}

} // namespace conformance
