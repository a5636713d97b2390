// G. Limits by device or name, the rarer values of memory, settings that one version of cgroups
// lacks; and the threads of the program.
#include "conformance/rows/limits.hpp"
#include "conformance/rows/rows.hpp"

#include <algorithm>
#include <sstream>

#include <unistd.h>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kMemory = "config-linux.md#memory";
constexpr auto kBlock = "config-linux.md#block-io";
constexpr auto kNetwork = "config-linux.md#network";
constexpr auto kGroups = "config-linux.md#control-groups";
constexpr auto kUnified = "config-linux.md#unified";

// --- values by device or name --------------------------------------------------------------------

Json numbers_of(const std::string& device) {
    const std::size_t colon = device.find(':');
    return {{"major", std::stoi(device.substr(0, colon))},
            {"minor", std::stoi(device.substr(colon + 1))}};
}

void weight_of_device(Case& c) {
    const std::string device = block_device();
    c.needs(!device.empty(), "there is no block device here");
    const bool v2 = c.host().cgroups().of("io") != nullptr;
    const LimitFile file{v2 ? "io" : "blkio", "blkio.bfq.weight_device", "io.bfq.weight"};
    need_limit(c, file);
    Json entry = numbers_of(device);
    entry["weight"] = 234;
    c.linux_part()["resources"]["blockIO"]["weightDevice"] = {entry};
    Container& container = c.container();
    if (const Said said = container.create(); !said.ok()) {
        // The kernel takes weights only for a disk that BFQ schedules.
        c.needs(said.text().find("EOPNOTSUPP") == std::string::npos &&
                    said.text().find("not supported") == std::string::npos,
                "no disk here has the scheduler bfq");
        throw Failed(said.text());
    }
    const std::string seen = limit_of(c, container, file);
    c.expect(seen.find(device + " 234") != std::string::npos,
             device + " 234 is missing: " + Json(seen).dump());
}

void priorities(Case& c) {
    const LimitFile file{"net_prio", "net_prio.ifpriomap", nullptr};
    need_limit(c, file);
    c.linux_part()["resources"]["network"] = {{"priorities", {{{"name", "lo"}, {"priority", 7}}}}};
    const std::string map = limit_of(c, c.created(), file);
    c.expect(map.find("lo 7") != std::string::npos, "net_prio.ifpriomap is " + Json(map).dump());
}

void tcp_memory(Case& c) {
    const LimitFile file{"memory", "memory.kmem.tcp.limit_in_bytes", nullptr};
    need_limit(c, file);
    c.linux_part()["resources"]["memory"] = {{"kernelTCP", 33554432}};
    c.same(limit_of(c, c.created(), file), "33554432", file.v1);
}

void hierarchical_memory(Case& c) {
    const LimitFile file{"memory", "memory.use_hierarchy", nullptr};
    need_limit(c, file);
    c.linux_part()["resources"]["memory"] = {{"useHierarchy", true}};
    c.same(limit_of(c, c.created(), file), "1", file.v1);
}

void checked_memory(Case& c) {
    const LimitFile file{"memory", "memory.limit_in_bytes", "memory.max"};
    c.linux_part()["resources"]["memory"] = {{"limit", 104857600}, {"checkBeforeUpdate", true}};
    c.same(limit_of(c, created_with_limit(c, file), file), "104857600", "the limit");
}

// --- threads -------------------------------------------------------------------------------------

std::vector<std::string> lines_of(const fs::path& file) {
    std::istringstream text(try_read(file).value_or(""));
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) {
        lines.push_back(line);
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

void threads(Case& c) {
    need_cgroupfs(c);
    c.script("threads 5 , wait");
    Container& container = c.started();
    container.wait_for_step("waiting");
    const std::string pid = std::to_string(container.pid());
    std::vector<std::string> all;
    for (const fs::directory_entry& task : fs::directory_iterator("/proc/" + pid + "/task")) {
        all.push_back(task.path().filename());
    }
    std::sort(all.begin(), all.end());
    c.same(all.size(), 6, "the number of threads");
    const Cgroups& groups = c.host().cgroups();
    for (const Hierarchy& hierarchy : groups.all()) {
        const fs::path group = groups.directory_of(container.pid(), hierarchy);
        if (group == groups.directory_of(::getpid(), hierarchy)) {
            continue; // which controllers a runtime uses is C1.members' question
        }
        c.same(lines_of(group / (hierarchy.v2 ? "cgroup.threads" : "tasks")), all,
               "the threads in " + group.string());
        c.same(lines_of(group / "cgroup.procs"), std::vector<std::string>{pid},
               "the processes in " + group.string());
    }
}

// --- what v2 has no equivalent of ----------------------------------------------------------------

struct Foreign {
    const char* id;
    const char* sentence;
    const char* resources;
};

constexpr Foreign kForeign[] = {
    {"C13.swappiness", "memory.swappiness in v2 is an error", R"({"memory": {"swappiness": 60}})"},
    {"C13.oom-killer", "memory.disableOOMKiller in v2 is an error",
     R"({"memory": {"disableOOMKiller": true}})"},
    {"C13.hierarchy", "memory.useHierarchy false in v2 is an error",
     R"({"memory": {"useHierarchy": false}})"},
    {"C13.realtime", "cpu.realtimeRuntime in v2 is an error",
     R"({"cpu": {"realtimeRuntime": 10000, "realtimePeriod": 900000}})"},
    {"C13.leaf-weight", "blockIO.leafWeight in v2 is an error",
     R"({"blockIO": {"leafWeight": 234}})"},
    {"C13.class", "network.classID in v2 is an error", R"({"network": {"classID": 1048577}})"},
    {"C13.priorities", "network.priorities in v2 is an error",
     R"({"network": {"priorities": [{"name": "lo", "priority": 7}]}})"},
};

Rows foreign_rows() {
    Rows rows;
    for (const Foreign& one : kForeign) {
        rows.push_back({one.id, kMust, "1.1", kUnified, one.sentence, [&one](Case& c) {
                            need_cgroupfs(c);
                            const Hierarchy* v2 = c.host().cgroups().v2();
                            c.needs(v2 != nullptr && c.host().cgroups().all().size() == 1,
                                    "this is no pure cgroup v2 host");
                            c.linux_part()["resources"] = Json::parse(one.resources);
                            c.refused();
                        }});
    }
    return rows;
}

constexpr Refusal kRefusals[] = {
    {"C7.no-disk", kMust, "1.0", kBlock, "a throttled device that does not exist is an error",
     R"({"linux": {"resources": {"blockIO": {"throttleReadBpsDevice":
         [{"major": 4000, "minor": 77, "rate": 1}]}}}})"},
    {"C9.no-device", kMust, "1.0", kNetwork,
     "a priority for a device that does not exist is an error",
     R"({"linux": {"resources": {"network": {"priorities": [{"name": "nobodys0", "priority": 7}]}}}})"},
};

} // namespace

Rows resource_list_rows() {
    return Rows{{"C5.kernel-tcp", kMust, "1.0", kMemory, "memory.kernelTCP", &tcp_memory},
                {"C5.use-hierarchy", kMust, "1.0", kMemory, "memory.useHierarchy",
                 &hierarchical_memory},
                {"C5.check-before-update", kMust, "1.1", kMemory, "memory.checkBeforeUpdate",
                 &checked_memory},
                {"C7.weight-device", kMust, "1.0", kBlock, "blockIO.weightDevice",
                 &weight_of_device},
                {"C9.priorities", kMust, "1.0", kNetwork, "network.priorities", &priorities},
                {"C1.threads", Level::should, "1.0", kGroups,
                 "all threads of the program are in its groups", &threads}} +
           foreign_rows() + refusal_rows(kRefusals);
}

} // namespace conformance
