// Every field of linux.resources as writes, for both versions of cgroups.
#include "cgroups/translate.hpp"
#include "runtime/base/text.hpp"
#include "tests/catch.hpp"

#include <functional>

namespace {

using cgroups::Occasion;
using Lines = std::vector<std::string>;

const std::vector<std::string> kV1 = {"memory",  "cpu",     "cpuset",   "pids", "blkio",
                                      "hugetlb", "net_cls", "net_prio", "rdma"};
const std::vector<std::string> kV2 = {"memory", "cpu", "cpuset", "pids", "io", "hugetlb", "rdma"};

void add_findings(const base::Error& error, Lines& lines) {
    lines.push_back(base::cat("error ", error.failure().pointer, ": ",
                              base::join(error.failure().facts, ": ")));
    for (const base::Error& other : error.others()) {
        add_findings(other, lines);
    }
}

/// "FILE = VALUE" for each write, with what is special; "warning ..." and "error ..." lines.
Lines lines_of(base::Result<cgroups::Translation> translation) {
    Lines lines;
    if (!translation) {
        add_findings(translation.error(), lines);
        return lines;
    }
    for (const cgroups::Write& write : translation->writes) {
        std::string line = base::cat(write.file, " = ", write.value);
        line += write.other_file.empty()
                    ? ""
                    : base::cat(" else ", write.other_file, " = ", write.other_value);
        line += write.need == cgroups::Need::if_present ? " if present" : "";
        line += write.need == cgroups::Need::advisory ? " advisory" : "";
        line += write.not_below.empty() ? "" : base::cat(" not below ", write.not_below);
        lines.push_back(std::move(line));
    }
    for (const cgroups::Warning& warning : translation->warnings) {
        lines.push_back(base::cat("warning ", warning.origin));
    }
    return lines;
}

Lines v1(const spec::Resources& resources, cgroups::TranslationContext context = {}) {
    return lines_of(cgroups::translate_v1(resources, kV1, context));
}
Lines v2(const spec::Resources& resources, cgroups::TranslationContext context = {}) {
    return lines_of(cgroups::translate_v2(resources, kV2, context));
}

spec::Resources memory(const spec::MemoryResources& value) {
    return {.memory = value};
}
spec::Resources cpu(const spec::CpuResources& value) {
    return {.cpu = value};
}
spec::Resources block_io(const spec::BlockIoResources& value) {
    return {.block_io = value};
}

struct Case {
    std::string what;
    spec::Resources resources;
    Lines v1;
    Lines v2;
};

} // namespace

TEST_CASE("each field becomes its file and value", "[cgroups][translate]") {
    const std::vector<Case> cases = {
        {"nothing", {}, {}, {}},
        {"memory limit",
         memory({.limit = 4194304}),
         {"memory.limit_in_bytes = 4194304"},
         {"memory.max = 4194304"}},
        {"unlimited memory is unlimited with swap too",
         memory({.limit = -1}),
         {"memory.limit_in_bytes = -1", "memory.memsw.limit_in_bytes = -1 if present"},
         {"memory.max = max", "memory.swap.max = max if present"}},
        {"swap counts memory in v1, and does not in v2",
         memory({.limit = 1000, .swap = 1500}),
         {"memory.limit_in_bytes = 1000", "memory.memsw.limit_in_bytes = 1500"},
         {"memory.max = 1000", "memory.swap.max = 500"}},
        {"no swap at all",
         memory({.limit = 1000, .swap = 1000}),
         {"memory.limit_in_bytes = 1000", "memory.memsw.limit_in_bytes = 1000"},
         {"memory.max = 1000", "memory.swap.max = 0 advisory"}},
        {"unlimited swap",
         memory({.limit = 1000, .swap = -1}),
         {"memory.limit_in_bytes = 1000", "memory.memsw.limit_in_bytes = -1 if present"},
         {"memory.max = 1000", "memory.swap.max = max if present"}},
        {"reservation",
         memory({.reservation = 5000}),
         {"memory.soft_limit_in_bytes = 5000"},
         {"memory.low = 5000"}},
        {"kernel memory is advice",
         memory({.kernel = 7, .kernel_tcp = 8}),
         {"memory.kmem.limit_in_bytes = 7 advisory", "memory.kmem.tcp.limit_in_bytes = 8 advisory"},
         {"warning /linux/resources/memory/kernel", "warning /linux/resources/memory/kernelTCP"}},
        {"swappiness",
         memory({.swappiness = 0}),
         {"memory.swappiness = 0"},
         {"error /linux/resources/memory/swappiness: cgroup v2 has no swappiness of a group"}},
        {"the OOM killer off",
         memory({.disable_oom_killer = true}),
         {"memory.oom_control = 1"},
         {"error /linux/resources/memory/disableOOMKiller: cgroup v2 cannot turn the OOM killer "
          "off"}},
        {"the OOM killer on is how a group begins", memory({.disable_oom_killer = false}), {}, {}},
        {"hierarchical counting",
         memory({.use_hierarchy = true}),
         {"memory.use_hierarchy = 1 if present"},
         {}},
        {"counting that is not hierarchical",
         memory({.use_hierarchy = false}),
         {"memory.use_hierarchy = 0"},
         {"error /linux/resources/memory/useHierarchy: cgroup v2 always counts hierarchically"}},
        {"the check before an update is the kernel's own in v1",
         memory({.limit = 9, .check_before_update = true}),
         {"memory.limit_in_bytes = 9"},
         {"memory.max = 9 not below memory.current"}},
        {"shares", cpu({.shares = 1024}), {"cpu.shares = 1024"}, {"cpu.weight = 100"}},
        {"the fewest shares", cpu({.shares = 2}), {"cpu.shares = 2"}, {"cpu.weight = 1"}},
        {"the most shares",
         cpu({.shares = 262144}),
         {"cpu.shares = 262144"},
         {"cpu.weight = 10000"}},
        {"quota and period",
         cpu({.quota = 50000, .period = 200000}),
         {"cpu.cfs_period_us = 200000", "cpu.cfs_quota_us = 50000"},
         {"cpu.max = 50000 200000"}},
        {"a quota alone", cpu({.quota = 50000}), {"cpu.cfs_quota_us = 50000"}, {"cpu.max = 50000"}},
        {"no quota", cpu({.quota = -1}), {"cpu.cfs_quota_us = -1"}, {"cpu.max = max"}},
        {"a period alone",
         cpu({.period = 20000}),
         {"cpu.cfs_period_us = 20000"},
         {"cpu.max = max 20000"}},
        {"burst",
         cpu({.quota = 5000, .burst = 2000}),
         {"cpu.cfs_quota_us = 5000", "cpu.cfs_burst_us = 2000"},
         {"cpu.max = 5000", "cpu.max.burst = 2000"}},
        {"no burst is a value", cpu({.burst = 0}), {"cpu.cfs_burst_us = 0"}, {"cpu.max.burst = 0"}},
        {"idle, which leaves no shares",
         cpu({.shares = 512, .idle = 1}),
         {"cpu.idle = 1"},
         {"cpu.idle = 1"}},
        {"not idle",
         cpu({.shares = 1024, .idle = 0}),
         {"cpu.shares = 1024", "cpu.idle = 0"},
         {"cpu.weight = 100", "cpu.idle = 0"}},
        {"realtime",
         cpu({.realtime_runtime = 950000, .realtime_period = 1000000}),
         {"cpu.rt_period_us = 1000000", "cpu.rt_runtime_us = 950000"},
         {"error /linux/resources/cpu/realtimeRuntime: cgroup v2 has no equivalent",
          "error /linux/resources/cpu/realtimePeriod: cgroup v2 has no equivalent"}},
        {"cpuset",
         cpu({.cpus = "0-1", .mems = "0"}),
         {"cpuset.cpus = 0-1", "cpuset.mems = 0"},
         {"cpuset.cpus = 0-1", "cpuset.mems = 0"}},
        {"pids", {.pids = spec::PidsResources{.limit = 32}}, {"pids.max = 32"}, {"pids.max = 32"}},
        {"0 pids is a limit",
         {.pids = spec::PidsResources{.limit = 0}},
         {"pids.max = 0"},
         {"pids.max = 0"}},
        {"-1 pids is none",
         {.pids = spec::PidsResources{.limit = -1}},
         {"pids.max = max"},
         {"pids.max = max"}},
        {"io weight",
         block_io({.weight = 500}),
         {"blkio.weight = 500 else blkio.bfq.weight = 500"},
         {"io.bfq.weight = 500 else io.weight = 4950"}},
        {"the ends of the io weight's scale",
         block_io({.weight = 10, .weight_device = {{.major = 8, .minor = 16, .weight = 1000}}}),
         {"blkio.weight = 10 else blkio.bfq.weight = 10",
          "blkio.weight_device = 8:16 1000 else blkio.bfq.weight_device = 8:16 1000"},
         {"io.bfq.weight = 10 else io.weight = 1",
          "io.bfq.weight = 8:16 1000 else io.weight = 8:16 10000"}},
        {"leaf weights",
         block_io(
             {.leaf_weight = 20, .weight_device = {{.major = 8, .minor = 0, .leaf_weight = 30}}}),
         {"blkio.leaf_weight = 20", "blkio.leaf_weight_device = 8:0 30"},
         {"error /linux/resources/blockIO/leafWeight: cgroup v2 has no leaf weights",
          "error /linux/resources/blockIO/weightDevice/0/leafWeight: cgroup v2 has no leaf "
          "weights"}},
        {"throttling",
         block_io({.throttle_read_bps_device = {{8, 0, 600}},
                   .throttle_write_bps_device = {{8, 0, 700}},
                   .throttle_read_iops_device = {{8, 16, 300}},
                   .throttle_write_iops_device = {{8, 16, 0}}}),
         {"blkio.throttle.read_bps_device = 8:0 600", "blkio.throttle.write_bps_device = 8:0 700",
          "blkio.throttle.read_iops_device = 8:16 300",
          "blkio.throttle.write_iops_device = 8:16 0"},
         {"io.max = 8:0 rbps=600", "io.max = 8:0 wbps=700", "io.max = 8:16 riops=300",
          "io.max = 8:16 wiops=max"}},
        {"huge pages: reservations where they are counted, and faults",
         {.hugepage_limits = {{"2MB", 209715200}}},
         {"hugetlb.2MB.rsvd.limit_in_bytes = 209715200 if present",
          "hugetlb.2MB.limit_in_bytes = 209715200"},
         {"hugetlb.2MB.rsvd.max = 209715200 if present", "hugetlb.2MB.max = 209715200"}},
        {"network, which v2 has no controller for",
         {.network = spec::NetworkResources{.class_id = 1048577, .priorities = {{"eth0", 5}}}},
         {"net_cls.classid = 1048577", "net_prio.ifpriomap = eth0 5"},
         {}},
        {"rdma",
         {.rdma = {{"mlx5_1", {.hca_handles = 3, .hca_objects = 10000}},
                   {"rxe3", {.hca_objects = 1}}}},
         {"rdma.max = mlx5_1 hca_handle=3 hca_object=10000", "rdma.max = rxe3 hca_object=1"},
         {"rdma.max = mlx5_1 hca_handle=3 hca_object=10000", "rdma.max = rxe3 hca_object=1"}},
        {"unified: verbatim, line by line",
         {.unified = {{"io.max", "259:0 rbps=2097152\n253:0 wiops=120"}, {"foo.bar", "x"}}},
         {},
         {"foo.bar = x", "io.max = 259:0 rbps=2097152", "io.max = 253:0 wiops=120"}},
        {"0 where it means not set",
         {.memory = spec::MemoryResources{.limit = 0, .reservation = 0, .swap = 0, .kernel = 0},
          .cpu = spec::CpuResources{.shares = 0, .quota = 0, .period = 0, .realtime_period = 0},
          .block_io = spec::BlockIoResources{.weight = 0}},
         {},
         {}},
    };
    for (const Case& one : cases) {
        INFO(one.what);
        CHECK(v1(one.resources) == one.v1);
        CHECK(v2(one.resources) == one.v2);
    }
}

TEST_CASE("an update says what create may leave to the kernel's default", "[cgroups][translate]") {
    const cgroups::TranslationContext update{.occasion = Occasion::update};
    CHECK(v1(memory({.disable_oom_killer = false}), update) == Lines{"memory.oom_control = 0"});
}

TEST_CASE("an update of v2 combines what is asked with what is there", "[cgroups][translate]") {
    const cgroups::TranslationContext update{
        .occasion = Occasion::update,
        .pointer = "",
        .current = {.memory_limit = 1000, .cpu_quota = "50000"},
    };
    CHECK(v2(memory({.swap = 1500}), update) == Lines{"memory.swap.max = 500"});
    CHECK(
        v2(memory({.swap = 900}), update) ==
        Lines{"error /memory/swap: memory and swap together (900 bytes) cannot be less than memory "
              "alone (1000 now)"});
    CHECK(v2(cpu({.period = 20000}), update) == Lines{"cpu.max = 50000 20000"});

    const cgroups::TranslationContext unlimited{.occasion = Occasion::update,
                                                .current = {.memory_limit = -1}};
    CHECK(
        v2(memory({.swap = 1500}), unlimited) ==
        Lines{"error /linux/resources/memory/swap: it limits memory and swap together, so it needs "
              "a limit of memory"});
}

TEST_CASE("values that limit each other may be written in any order", "[cgroups][translate]") {
    const auto any_order = [](base::Result<cgroups::Translation> translation) {
        REQUIRE(translation);
        Lines files;
        for (const cgroups::Write& write : translation->writes) {
            if (write.any_order) {
                files.push_back(write.file);
            }
        }
        return files;
    };
    const spec::Resources resources = {
        .memory = spec::MemoryResources{.limit = 1, .reservation = 1, .swap = 2},
        .cpu = spec::CpuResources{.quota = 5000, .burst = 1, .period = 10000},
    };
    CHECK(any_order(cgroups::translate_v1(resources, kV1, {})) ==
          Lines{"memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "cpu.cfs_period_us",
                "cpu.cfs_quota_us", "cpu.cfs_burst_us"});
    CHECK(any_order(cgroups::translate_v2(resources, kV2, {})) ==
          Lines{"cpu.max", "cpu.max.burst"});
}

TEST_CASE("every write knows where it comes from", "[cgroups][translate]") {
    const base::Result<cgroups::Translation> translation = cgroups::translate_v1(
        {.block_io = spec::BlockIoResources{.throttle_read_bps_device = {{8, 0, 1}, {8, 16, 2}}},
         .hugepage_limits = {{"1GB", 0}}},
        kV1, {.pointer = ""});
    REQUIRE(translation);
    REQUIRE(translation->writes.size() == 4);
    CHECK(translation->writes[1].origin == "/blockIO/throttleReadBpsDevice/1");
    CHECK(translation->writes[3].origin == "/hugepageLimits/0/limit");
}

TEST_CASE("controllers that live elsewhere are left alone", "[cgroups][translate]") {
    const std::vector<std::string> only_cpu = {"cpu"};
    const spec::Resources resources = {.memory = spec::MemoryResources{.limit = 1},
                                       .cpu = spec::CpuResources{.shares = 512, .cpus = "0"}};
    CHECK(lines_of(cgroups::translate_v1(resources, only_cpu, {})) == Lines{"cpu.shares = 512"});
    CHECK(lines_of(cgroups::translate_v2(resources, only_cpu, {})) == Lines{"cpu.weight = 59"});
}

namespace {

Lines check(const spec::Resources& resources, Occasion occasion = Occasion::create) {
    const cgroups::TranslationContext context{.occasion = occasion, .pointer = ""};
    base::Result<std::vector<cgroups::Warning>> checked = cgroups::check(resources, context);
    Lines lines;
    if (!checked) {
        add_findings(checked.error(), lines);
        for (std::string& line : lines) {
            line = line.substr(0, line.find(": ")); // the place; the wording is free
        }
        return lines;
    }
    for (const cgroups::Warning& warning : *checked) {
        lines.push_back(base::cat("warning ", warning.origin));
    }
    return lines;
}

} // namespace

TEST_CASE("contradictions and values out of range are found, all at once", "[cgroups][translate]") {
    CHECK(check({}).empty());
    CHECK(check(memory({.limit = -2, .kernel = -7})) ==
          Lines{"error /memory/limit", "error /memory/kernel"});
    CHECK(check(memory({.limit = 2000, .swap = 1000})) == Lines{"error /memory/swap"});
    CHECK(check(memory({.swap = 1000})) == Lines{"error /memory/swap"});
    CHECK(check(memory({.limit = -1, .swap = 1000})) == Lines{"error /memory/swap"});
    CHECK(check(memory({.swap = 1000}), Occasion::update).empty());
    CHECK(check(memory({.swap = -1})).empty());
    CHECK(check(memory({.swappiness = 101})) == Lines{"error /memory/swappiness"});
    CHECK(check(cpu({.shares = 1})) == Lines{"error /cpu/shares"});
    CHECK(check(cpu({.shares = 262145})) == Lines{"error /cpu/shares"});
    CHECK(check(cpu({.quota = -2})) == Lines{"error /cpu/quota"});
    CHECK(check(cpu({.quota = 1000, .burst = 1001})) == Lines{"error /cpu/burst"});
    CHECK(check(cpu({.quota = -1, .burst = 1001})).empty());
    CHECK(check(cpu({.idle = 2})) == Lines{"error /cpu/idle"});
    CHECK(check(cpu({.cpus = "0\n1"})) == Lines{"error /cpu/cpus"});
    CHECK(check({.pids = spec::PidsResources{.limit = -2}}) == Lines{"error /pids/limit"});
    CHECK(check(block_io({.weight = 9})) == Lines{"error /blockIO/weight"});
    CHECK(check(block_io({.weight_device = {{.major = 8, .minor = -1}}})) ==
          Lines{"error /blockIO/weightDevice/0", "error /blockIO/weightDevice/0"});
    CHECK(check(block_io({.throttle_write_iops_device = {{8, 0, 1}, {-8, 0, 1}}})) ==
          Lines{"error /blockIO/throttleWriteIOPSDevice/1"});
    for (const std::string size : {"2", "MB", "2mb", "2MB/../x", "2 MB", ""}) {
        CHECK(check({.hugepage_limits = {{size, 1}}}) == Lines{"error /hugepageLimits/0/pageSize"});
    }
    CHECK(check({.network = spec::NetworkResources{.priorities = {{"eth 0", 1}}}}) ==
          Lines{"error /network/priorities/0/name"});
    CHECK(check({.rdma = {{"m/x", {}}}}) == Lines{"error /rdma/m~1x", "error /rdma/m~1x"});
}

TEST_CASE("names of unified files lead nowhere else", "[cgroups][translate]") {
    for (const std::string file : {"../memory.max", "a/b.c", "memory", ".max", "", "memory.max\n",
                                   "cgroup.procs", "cgroup.kill", "cgroup.freeze"}) {
        INFO(file);
        CHECK(check({.unified = {{file, "1"}}}).size() == 1);
    }
    CHECK(check({.unified = {{"memory.high", "1"}, {"cgroup.max.depth", "3"}}}).empty());
}

TEST_CASE("a zero that means not set is warned of at create, not at update",
          "[cgroups][translate]") {
    CHECK(check(memory({.limit = 0})) == Lines{"warning /memory/limit"});
    CHECK(check(memory({.limit = 0}), Occasion::update).empty());
    CHECK(check(cpu({.shares = 0, .burst = 0, .idle = 0})) == Lines{"warning /cpu/shares"});
    CHECK(check({.pids = spec::PidsResources{.limit = 0}}).empty());
}
