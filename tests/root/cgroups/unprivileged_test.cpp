// Ordinary users: with a delegated v2 group, and without any.
#include "cgroups/delegate.hpp"
#include "cgroups/manager.hpp"
#include "tests/root/cgroups/container_groups.hpp"

#include <fcntl.h>
#include <sys/wait.h>

using namespace cgroups_test;

namespace {

constexpr uid_t kUser = 12345;

/// Runs `body` as an ordinary user in a process of its own, in a v2 group if one is given; what it
/// returns, "" if all was well.
std::string as_user(const std::function<std::string()>& body,
                    const cgroups::Hierarchy* group = nullptr) {
    const base::sys::Pipe answer = value(base::sys::pipe());
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        const bool dropped =
            (group == nullptr || base::write_kernel_file(group->directory, "cgroup.procs", "0")) &&
            ::setresgid(kUser, kUser, kUser) == 0 && ::setresuid(kUser, kUser, kUser) == 0;
        static_cast<void>(
            base::sys::write(answer.write_end, dropped ? body() : "cannot become a user"));
        ::_exit(0);
    }
    base::Child child(pid, value(base::sys::pidfd_open(pid)));
    static_cast<void>(value(child.wait()));
    std::string text(4096, '\0');
    REQUIRE(::fcntl(answer.read_end.number(), F_SETFL, O_NONBLOCK) == 0);
    const base::Result<std::size_t> size = base::sys::read(answer.read_end, text);
    text.resize(size ? *size : 0);
    return text;
}

/// The layout of a host that has nothing but its v2 hierarchy.
cgroups::Layout only_v2(const cgroups::Layout& layout) {
    cgroups::Layout reduced;
    if (const cgroups::HierarchyInfo* const unified = cgroups::unified_of(layout)) {
        reduced.hierarchies.push_back(*unified);
    }
    return reduced;
}

std::string text_of(const base::Error& error) {
    return base::cat(error.text(), " hint: ", error.failure().hint);
}

} // namespace

TEST_CASE("a user without a group of its own runs without, if nothing was asked for",
          "[cgroups][root]") {
    const cgroups::Layout layout = host_layout();
    const auto create = [&](const spec::Linux& config) {
        return as_user([&]() -> std::string {
            base::Result<cgroups::Plan> plan = cgroups::plan_of(
                config, layout,
                {.id = "test", .unprivileged = true, .may_make = cgroups::may_make});
            if (!plan) {
                return text_of(plan.error());
            }
            const base::Result<cgroups::Manager::Created> created =
                cgroups::manager_of(cgroups::ManagerKind::cgroupfs)->create(*plan, {});
            return created ? base::cat("groups: ", created->placement.size())
                           : text_of(created.error());
        });
    };
    CHECK(create({}) == "groups: 0");
    spec::Linux asked;
    asked.cgroups_path = "/" + fresh_name();
    const std::string refused = create(asked);
    CHECK(refused.find("make cgroup \"/sys/fs/cgroup/") != std::string::npos);
    CHECK(refused.find("Permission denied (EACCES)") != std::string::npos);
    CHECK(refused.find("is not delegated to this user") != std::string::npos);
}

TEST_CASE("a user makes, fills, enters and removes groups below a delegated one",
          "[cgroups][root]") {
    const cgroups::Layout layout = only_v2(host_layout());
    if (layout.hierarchies.empty()) {
        return not_here("this host has no cgroup v2");
    }
    Groups delegated;
    Groups home({}, delegated.plan().path + "/home");
    ok(cgroups::delegate_to(delegated.placement(), kUser));
    ok(cgroups::delegate_to(home.placement(), kUser));
    // To enter a group, it and all between it and one's own have to be the user's.
    const cgroups::Hierarchy* const here = cgroups::unified_group(home.placement());
    spec::Linux config;
    config.cgroups_path = delegated.plan().path + "/user/box";
    if (cgroups::hierarchy_of(layout, "pids") != nullptr) {
        config.resources = spec::Resources{.pids = spec::PidsResources{.limit = 5}};
    }
    config.resources = config.resources ? config.resources : spec::Resources{};
    config.resources->devices = {{.allow = false, .access = "rwm"}};

    const std::string said = as_user(
        [&]() -> std::string {
            base::Result<cgroups::Plan> plan = cgroups::plan_of(
                config, layout,
                {.id = "test", .unprivileged = true, .may_make = cgroups::may_make});
            if (!plan) {
                return text_of(plan.error());
            }
            const auto manager = cgroups::manager_of(cgroups::ManagerKind::cgroupfs);
            base::Result<cgroups::Manager::Created> created = manager->create(*plan, {});
            if (!created) {
                return text_of(created.error());
            }
            if (created->warnings.size() != 1) {
                return base::cat(created->warnings.size(), " warnings"); // of the device rules
            }
            const base::Result<std::vector<cgroups::Warning>> after =
                cgroups::apply(created->placement, plan->after);
            if (!after) {
                return text_of(after.error());
            }
            {
                const base::Child child = spawn_into(created->placement);
                const base::Result<std::vector<pid_t>> pids = cgroups::pids(created->placement);
                if (!pids || *pids != std::vector<pid_t>{child.pid()}) {
                    return "the process did not get in";
                }
            }
            const base::Result<> removed = manager->destroy(created->placement, 1s);
            return removed ? "" : text_of(removed.error());
        },
        here);
    CHECK(said.empty());
    CHECK_FALSE(exists(here->path + "/../user"));
}
