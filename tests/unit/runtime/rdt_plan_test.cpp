// Intel RDT as data: the class, its lines, and what a class that exists says.
#include "runtime/rdt_plan.hpp"
#include "tests/catch.hpp"

using runtime::missing_in;
using runtime::rdt_plan_of;
using runtime::RdtPlan;

namespace {

using Names = std::vector<std::string>;

Names texts(const RdtPlan& plan) {
    Names texts;
    for (const runtime::RdtLine& line : plan.lines) {
        texts.push_back(line.text);
    }
    return texts;
}

} // namespace

TEST_CASE("the class is the container's own unless closID names one", "[rdt]") {
    const RdtPlan own = rdt_plan_of({}, "web1");
    CHECK(own.group == "web1");
    CHECK_FALSE(own.named);
    CHECK(own.monitor.empty());
    const RdtPlan named = rdt_plan_of({.clos_id = "guaranteed", .enable_monitoring = true}, "web1");
    CHECK(named.group == "guaranteed");
    CHECK(named.named);
    CHECK(named.monitor == "web1");
    const RdtPlan root = rdt_plan_of({.clos_id = "/"}, "web1");
    CHECK(root.group.empty());
    CHECK(root.named);
}

TEST_CASE("the L3 schema is written first, the bandwidth next, schemata last", "[rdt]") {
    const RdtPlan plan = rdt_plan_of({.schemata = {"L2:0=f", "MB:0=50"},
                                      .l3_cache_schema = "L3:0=7f0\nL3:1=1f\n",
                                      .mem_bw_schema = "MB:0=20"},
                                     "x");
    CHECK(texts(plan) == Names{"L3:0=7f0", "L3:1=1f", "MB:0=20", "L2:0=f", "MB:0=50"});
    CHECK(plan.lines[1].origin == "/linux/intelRdt/l3CacheSchema");
    CHECK(plan.lines[2].origin == "/linux/intelRdt/memBwSchema");
    CHECK(plan.lines[4].origin == "/linux/intelRdt/schemata/1");
}

TEST_CASE("a class says a schema whatever way it writes its numbers", "[rdt]") {
    constexpr std::string_view kThere = "    MB:0=100;1= 70\n    L3:0=07f0;1=001f\nL2:0=f\n";
    for (const std::string_view line :
         {"L3:0=7f0;1=1f", "L3:1=1F", "MB:1=70", "L2:0=f", "MB: 0=100", "L3:0=7f0;"}) {
        CAPTURE(line);
        CHECK(missing_in(kThere, line) == std::nullopt);
    }
    CHECK(missing_in(kThere, "L3:0=7f0;1=3f") == "L3:1=3f");
    CHECK(missing_in(kThere, "L3:2=1f") == "L3:2=1f");
    CHECK(missing_in(kThere, "MB:0=64") == "MB:0=64"); // 0x64 is 100, but MB is decimal
    CHECK(missing_in(kThere, "L3CODE:0=7f0") == "L3CODE:0=7f0");
    CHECK(missing_in(kThere, "L4:") == "L4:");
    CHECK(missing_in("", "L3:0=1") == "L3:0=1");
}

TEST_CASE("resctrl is found where it is mounted as a whole", "[rdt]") {
    CHECK(runtime::resctrl_in("").empty());
    CHECK(runtime::resctrl_in("22 1 0:20 / /sys rw shared:2 - sysfs sysfs rw\n").empty());
    CHECK(runtime::resctrl_in(
              "22 1 0:20 / /sys rw shared:2 - sysfs sysfs rw\n"
              "40 22 0:33 / /sys/fs/resctrl rw,nosuid shared:9 - resctrl resctrl rw\n") ==
          "/sys/fs/resctrl");
    CHECK(runtime::resctrl_in("40 22 0:33 / /mnt/a\\040b rw - resctrl resctrl rw\n") == "/mnt/a b");
    CHECK(runtime::resctrl_in("40 22 0:33 /group /mnt rw - resctrl resctrl rw\n").empty());
    CHECK(runtime::resctrl_in("40 22 0:33 / /resctrl rw - tmpfs resctrl rw\n").empty());
}
