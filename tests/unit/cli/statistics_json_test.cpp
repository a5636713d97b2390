// The lines of `events`.
#include "runtime/cli/statistics_json.hpp"
#include "tests/catch.hpp"

namespace {

constexpr std::uint64_t kNone = ~std::uint64_t{0};

cgroups::Statistics some() {
    cgroups::Statistics all;
    all.cpu = cgroups::CpuStatistics{.total = 30, .user = 20, .kernel = 10, .periods = 4};
    all.cpu->per_cpu = {10, 20};
    all.cpu->throttled_periods = 3;
    all.cpu->throttled_time = 5;
    all.memory =
        cgroups::MemoryStatistics{.memory = {.usage = 1, .most = 2, .limit = 3, .failures = 4},
                                  .cache = 9,
                                  .raw = {{"a", 1}}};
    all.pids = cgroups::PidsStatistics{.current = 2, .limit = 17};
    all.io = {{.major = 8, .minor = 1, .operation = "Read", .bytes = 4096, .operations = 1}};
    all.hugetlb = {{"2MB", {.usage = 5, .most = 6, .failures = 7}}};
    return all;
}

} // namespace

TEST_CASE("statistics have the names that runc gave them", "[cli][events]") {
    CHECK(cli::statistics_event("web", some()) ==
          R"({"type":"stats","id":"web","data":{)"
          R"("cpu":{"usage":{"total":30,"percpu":[10,20],"kernel":10,"user":20},)"
          R"("throttling":{"periods":4,"throttledPeriods":3,"throttledTime":5}},)"
          R"("memory":{"cache":9,"usage":{"limit":3,"usage":1,"max":2,"failcnt":4},"raw":{"a":1}},)"
          R"("pids":{"current":2,"limit":17},)"
          R"("blkio":{"ioServiceBytesRecursive":[{"major":8,"minor":1,"op":"Read","value":4096}],)"
          R"("ioServicedRecursive":[{"major":8,"minor":1,"op":"Read","value":1}]},)"
          R"("hugetlb":{"2MB":{"usage":5,"max":6,"failcnt":7}}}})"
          "\n");
}

TEST_CASE("what a version of cgroups adds stands in its place", "[cli][events]") {
    cgroups::Statistics all = some();
    all.cpu->pressure = cgroups::Pressure{.some = {.average10 = 1205, .total = 9}, .full = {}};
    all.cpuset = cgroups::CpusetStatistics{
        .cpus = {0, 1}, .mems = {0}, .settings = {{"sched_relax_domain_level", -1}}};
    all.memory->kernel_tcp = cgroups::MemoryUsage{.usage = 1};
    const std::string text = cli::statistics_event("web", all);
    INFO(text);
    const auto has = [&text](std::string_view part) { return text.find(part) != text.npos; };
    CHECK(has(R"("psi":{"some":{"avg10":12.05,"avg60":0.00,"avg300":0.00,"total":9},"full":{)"));
    CHECK(has(R"("cpuset":{"cpus":[0,1],"mems":[0],"sched_relax_domain_level":-1})"));
    CHECK(has(R"("kernelTCP":{"limit":0,"usage":1,"max":0,"failcnt":0})"));
}

TEST_CASE("a number of processes without a limit has none", "[cli][events]") {
    cgroups::Statistics all;
    all.pids = cgroups::PidsStatistics{.current = 2, .limit = kNone};
    CHECK(cli::statistics_event("web", all) ==
          R"({"type":"stats","id":"web","data":{"pids":{"current":2},)"
          R"("blkio":{"ioServiceBytesRecursive":[],"ioServicedRecursive":[]},"hugetlb":{}}})"
          "\n");
}

TEST_CASE("a threshold that was crossed is a line with both numbers", "[cli][events]") {
    CHECK(
        cli::threshold_event("web", 10, 11) ==
        "{\"type\":\"memoryThreshold\",\"id\":\"web\",\"data\":{\"threshold\":10,\"usage\":11}}\n");
}

TEST_CASE("a lack of memory is one line", "[cli][events]") {
    CHECK(cli::oom_event("web") == "{\"type\":\"oom\",\"id\":\"web\"}\n");
}
