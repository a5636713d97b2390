// How a container's process comes into its namespaces: the shapes, the joins, the id maps.
#include "namespaces/kinds.hpp"
#include "namespaces/spawn_plan.hpp"
#include "runtime/base/text.hpp"
#include "tests/results.hpp"

#include <algorithm>

#include <sched.h>

using namespaces::CgroupEntry;
using namespaces::Shape;
using namespaces::SpawnPlan;
using spec::NamespaceType;
using tests::error_text;

namespace {

/// "pid network:/p time" as linux.namespaces; a path makes it a joined one.
spec::Linux with_namespaces(std::string_view text) {
    spec::Linux linux;
    for (const std::string_view word : base::words(text)) {
        const std::size_t colon = word.find(':');
        const auto kind = std::ranges::find(namespaces::kKinds, word.substr(0, colon),
                                            &namespaces::Kind::oci_name);
        REQUIRE(kind != namespaces::kKinds.end());
        linux.namespaces.push_back({kind->type, colon == std::string_view::npos
                                                    ? ""
                                                    : std::string(word.substr(colon + 1))});
    }
    return linux;
}

/// "direct new: pid mount join: network late: cgroup", and "time" among the new ones.
std::string summary(const SpawnPlan& plan) {
    std::string text = plan.shape == Shape::direct ? "direct" : "relay";
    std::uint32_t flags = plan.new_types;
    for (const namespaces::Kind& kind : namespaces::kKinds) {
        const auto flag = static_cast<std::uint32_t>(kind.flag);
        text += (plan.new_types & flag) != 0 ? base::cat(" ", kind.oci_name) : "";
        flags &= ~flag;
    }
    text += plan.new_time ? " time" : "";
    text += flags != 0 ? " and unknown flags" : "";
    for (const namespaces::Join& join : plan.joins) {
        text += base::cat(" +", namespaces::kind_of(join.type).oci_name);
    }
    text += plan.unshare_late == CLONE_NEWCGROUP ? " later cgroup" : "";
    return text;
}

} // namespace

TEST_CASE("one clone where that is enough, a relay where it is not", "[spawn]") {
    struct Row {
        std::string namespaces;
        CgroupEntry entry;
        std::string plan;
    };
    constexpr auto kBirth = CgroupEntry::at_birth;
    constexpr auto kAfter = CgroupEntry::after_birth;
    const Row row = GENERATE_COPY(values<Row>({
        {"", kBirth, "direct"},
        {"pid network mount ipc uts", kAfter, "direct ipc uts network pid mount"},
        {"cgroup pid", kBirth, "direct pid cgroup"},
        {"cgroup pid", kAfter, "direct pid later cgroup"},
        {"user pid mount", kAfter, "direct pid mount user"},
        {"user cgroup", kBirth, "direct cgroup user"},
        {"network:/n", kBirth, "direct +network"},
        {"uts:/u ipc:/i network:/n cgroup:/c", kBirth, "direct +ipc +uts +network +cgroup"},
        {"pid mount network:/n", kAfter, "direct pid mount +network"},
        {"network:/n cgroup", kAfter, "direct +network later cgroup"},
        {"pid:/p", kBirth, "relay +pid"},
        {"mount:/m", kBirth, "relay +mount"},
        {"user:/u", kBirth, "relay +user"},
        {"time:/t", kBirth, "relay +time"},
        {"time", kBirth, "relay time"},
        {"time pid user", kBirth, "relay pid user time"},
        {"user network:/n", kBirth, "relay user +network"},
        {"user ipc:/i pid", kAfter, "relay pid user +ipc"},
        {"user:/u network:/n pid mount", kBirth, "relay pid mount +network +user"},
        {"user:/u mount:/m pid:/p uts:/t ipc:/i network:/n time:/e cgroup:/c", kBirth,
         "relay +ipc +uts +network +pid +cgroup +time +mount +user"},
    }));
    INFO(row.namespaces);
    CHECK(summary(spawn_plan_of(with_namespaces(row.namespaces), row.entry)) == row.plan);
}

TEST_CASE("a joined namespace knows its path and its place", "[spawn]") {
    const SpawnPlan plan =
        spawn_plan_of(with_namespaces("user:/u pid network:/n"), CgroupEntry::at_birth);
    REQUIRE(plan.joins.size() == 2);
    CHECK(plan.joins[0].path == "/n");
    CHECK(plan.joins[0].origin == "/linux/namespaces/2");
    CHECK(plan.joins[1].path == "/u");
    CHECK(plan.joins[1].origin == "/linux/namespaces/0");
    CHECK(plan.makes(NamespaceType::pid));
    CHECK_FALSE(plan.makes(NamespaceType::user));
    CHECK(plan.joins_type(NamespaceType::user));
    CHECK(plan.has(NamespaceType::network));
    CHECK_FALSE(plan.has(NamespaceType::uts));
}

TEST_CASE("a cgroup namespace that is made later is made all the same", "[spawn]") {
    const SpawnPlan plan = spawn_plan_of(with_namespaces("cgroup time"), CgroupEntry::after_birth);
    CHECK(plan.makes(NamespaceType::cgroup));
    CHECK(plan.makes(NamespaceType::time));
}

TEST_CASE("id maps are for a new user namespace only", "[spawn]") {
    spec::Linux linux = with_namespaces("user");
    linux.uid_mappings = {{0, 1000, 1}, {1, 100000, 65536}};
    linux.gid_mappings = {{0, 1000, 1}};
    const SpawnPlan made = spawn_plan_of(linux, CgroupEntry::at_birth);
    CHECK(made.uid_mappings.size() == 2);
    CHECK(made.gid_mappings.size() == 1);
    linux.namespaces.front().path = "/u";
    const SpawnPlan joined = spawn_plan_of(linux, CgroupEntry::at_birth);
    CHECK(joined.uid_mappings.empty());
    CHECK(joined.gid_mappings.empty());
}

TEST_CASE("clock offsets keep their place, also one that needs escaping", "[spawn]") {
    spec::Linux linux = with_namespaces("time");
    linux.time_offsets = {{"monotonic", {-7, 5}}, {"a/b", {}}};
    const SpawnPlan plan = spawn_plan_of(linux, CgroupEntry::at_birth);
    REQUIRE(plan.clock_offsets.size() == 2);
    CHECK(plan.clock_offsets[0].origin == "/linux/timeOffsets/a~1b");
    CHECK(plan.clock_offsets[1].clock == "monotonic");
    CHECK(plan.clock_offsets[1].secs == -7);
    CHECK(plan.clock_offsets[1].nanosecs == 5);
}

TEST_CASE("an id of the container has one on the host, or none", "[spawn]") {
    const std::vector<spec::IdMapping> mappings = {
        {0, 1000, 1}, {1, 100000, 10}, {4294967294U, 7, 1}};
    CHECK(namespaces::host_id(mappings, 0) == 1000U);
    CHECK(namespaces::host_id(mappings, 1) == 100000U);
    CHECK(namespaces::host_id(mappings, 10) == 100009U);
    CHECK(namespaces::host_id(mappings, 11) == std::nullopt);
    CHECK(namespaces::host_id(mappings, 4294967294U) == 7U);
    CHECK(namespaces::host_id(mappings, 4294967295U) == std::nullopt);
    CHECK(namespaces::host_id({}, 0) == std::nullopt);
}

TEST_CASE("id maps are written as the kernel reads them, also many of them", "[spawn]") {
    CHECK(namespaces::id_map_text({{0, 1000, 1}, {1, 100000, 65536}}) ==
          "0 1000 1\n1 100000 65536\n");
    CHECK(namespaces::id_map_text({}).empty());
    const std::vector<spec::IdMapping> many(340, {1, 2, 3});
    CHECK(namespaces::id_map_text(many).size() == 340 * 6);
}

TEST_CASE("every kind of namespace is known by all its names, user last", "[kinds]") {
    CHECK(namespaces::kKinds.back().type == NamespaceType::user);
    for (const namespaces::Kind& kind : namespaces::kKinds) {
        CHECK(&namespaces::kind_of(kind.type) == &kind);
        INFO(kind.oci_name);
        CHECK(namespaces::open_namespace(kind.type, base::cat("/proc/self/ns/", kind.proc_name)));
    }
}

TEST_CASE("a path that is another namespace, or none, is told with both types", "[kinds]") {
    CHECK(error_text(namespaces::open_namespace(NamespaceType::network, "/proc/self/ns/uts")) ==
          "\"/proc/self/ns/uts\" is a uts namespace, not a network namespace");
    CHECK(error_text(namespaces::open_namespace(NamespaceType::pid, "/dev/null")) ==
          "\"/dev/null\" is no namespace, not a pid namespace");
    CHECK(error_text(namespaces::open_namespace(NamespaceType::mount, "/proc/self/ns")) ==
          "\"/proc/self/ns\" is no namespace, not a mount namespace");
    CHECK(namespaces::open_namespace(NamespaceType::user, "/nothing/there").code() == ENOENT);
}
