// What only v2 has: controllers that are handed down level by level.
#include "cgroups/apply.hpp"
#include "tests/root/cgroups/container_groups.hpp"

#include <algorithm>
#include <optional>

#include <fcntl.h>

using namespace cgroups_test;

namespace {

/// A limit whose controller is in v2 on this host; nothing where there is none.
std::optional<spec::Resources> some_v2_limit() {
    const cgroups::Layout layout = host_layout();
    const cgroups::HierarchyInfo* const unified = cgroups::unified_of(layout);
    const auto has = [&](std::string_view controller) {
        return unified != nullptr && cgroups::hierarchy_of(layout, controller) == unified;
    };
    if (has("pids")) {
        return spec::Resources{.pids = spec::PidsResources{.limit = 5}};
    }
    if (has("hugetlb")) {
        return spec::Resources{.hugepage_limits = {{"2MB", 1 << 21}}};
    }
    return std::nullopt;
}

} // namespace

TEST_CASE("every level of a path hands down all controllers that it has", "[cgroups][root]") {
    const std::optional<spec::Resources> limit = some_v2_limit();
    if (!limit) {
        return not_here("no controller of this host is in cgroup v2");
    }
    Groups groups(*limit, "/" + fresh_name() + "/a/b");
    const cgroups::Hierarchy* const group = cgroups::unified_group(groups.placement());
    REQUIRE(group != nullptr);
    const cgroups::Layout layout = host_layout();
    CHECK(group->controllers == cgroups::unified_of(layout)->controllers);
    CHECK(group->controllers.size() >= 1);
    // The container's own group hands nothing down: it is to have processes.
    const std::string handed = value(base::read_file(group->directory, "cgroup.subtree_control"));
    CHECK(base::trimmed(handed).empty());
}

TEST_CASE("a parent with processes cannot hand controllers down, and is told who they are",
          "[cgroups][root]") {
    const std::optional<spec::Resources> limit = some_v2_limit();
    if (!limit) {
        return not_here("no controller of this host is in cgroup v2");
    }
    Groups parent;
    const base::Child child = spawn_into(parent.placement());
    const base::Result<cgroups::Placement> made =
        cgroups::make(Groups::plan(*limit, parent.plan().path + "/x"), cgroups::Recorder{});
    REQUIRE_FALSE(made);
    CHECK(made.code() == EBUSY);
    CHECK(made.error().failure().hint.find(base::cat(child.pid(), " \"")) != std::string::npos);
    CHECK_FALSE(exists(cgroups::unified_group(parent.placement())->path + "/x"));
}

TEST_CASE("without a limit a parent with processes is no obstacle", "[cgroups][root]") {
    Groups parent;
    const base::Child child = spawn_into(parent.placement());
    const Groups below({}, parent.plan().path + "/x");
}

TEST_CASE("a group in threaded mode is refused", "[cgroups][root]") {
    Groups parent;
    const cgroups::Hierarchy* const group = cgroups::unified_group(parent.placement());
    if (group == nullptr) {
        return not_here("this host has no cgroup v2");
    }
    const base::Fd root =
        value(base::sys::open(base::FdRef::cwd(), group->path, O_PATH | O_DIRECTORY));
    ok(base::sys::mkdir(root, "domain", 0755));
    ok(base::sys::mkdir(root, "thread", 0755));
    ok(base::write_kernel_file(root, "thread/cgroup.type", "threaded"));
    // Now the parent is "domain threaded", and what is made below it is "domain invalid".
    const base::Result<cgroups::Placement> made =
        cgroups::make(Groups::plan({}, parent.plan().path + "/fresh"), cgroups::Recorder{});
    REQUIRE_FALSE(made);
    CHECK(made.error().text().find("takes no processes") != std::string::npos);
    CHECK_FALSE(exists(group->path + "/fresh"));
}
