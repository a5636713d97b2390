// Freezing, killing, counting what runs in groups.
#include "cgroups/apply.hpp"
#include "cgroups/bpf.hpp"
#include "cgroups/delegate.hpp"
#include "cgroups/freezer.hpp"
#include "cgroups/oom_watch.hpp"
#include "cgroups/statistics.hpp"
#include "cgroups/sub_groups.hpp"
#include "tests/root/cgroups/container_groups.hpp"

#include <algorithm>
#include <atomic>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

using namespace cgroups_test;

namespace {

/// A counter that a child counts up and its parent watches.
class Counter {
  public:
    Counter()
        : shared_(::mmap(nullptr, sizeof(std::atomic<std::uint64_t>), PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
        REQUIRE(shared_ != MAP_FAILED);
    }
    Counter(const Counter&) = delete;
    Counter& operator=(const Counter&) = delete;
    ~Counter() { ::munmap(shared_, sizeof(std::atomic<std::uint64_t>)); }
    std::atomic<std::uint64_t>& operator*() const {
        return *static_cast<std::atomic<std::uint64_t>*>(shared_);
    }

  private:
    void* shared_;
};

/// Touches so many bytes of memory.
void use_memory(std::size_t bytes) {
    void* const memory =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (std::size_t i = 0; memory != MAP_FAILED && i < bytes; i += 4096) {
        static_cast<volatile char*>(memory)[i] = 1;
    }
}

/// Thaws at the end: a frozen process of v1 cannot even be killed. Behind the children, so that it
/// goes before them.
struct Thaw {
    cgroups::Placement& placement;
    ~Thaw() { static_cast<void>(cgroups::thaw(placement)); }
};

/// Processes that fork for as long as they can.
[[noreturn]] void fork_bomb() {
    while (true) {
        if (::fork() < 0) {
            ::usleep(100);
        }
    }
}

} // namespace

TEST_CASE("frozen processes stand still, thawed ones go on", "[cgroups][root]") {
    Groups groups;
    const Counter counter;
    const base::Child child = spawn_into(groups.placement(), [&] {
        while (true) {
            ++*counter;
        }
    });
    const Thaw thaw{groups.placement()};
    CHECK(value(cgroups::freezer_state(groups.placement())) == cgroups::FreezerState::thawed);
    ok(cgroups::freeze(groups.placement(), 5s));
    CHECK(value(cgroups::freezer_state(groups.placement())) == cgroups::FreezerState::frozen);
    const std::uint64_t stopped_at = *counter;
    ::usleep(50'000);
    CHECK(*counter == stopped_at);
    ok(cgroups::freeze(groups.placement(), 5s)); // twice is once
    ok(cgroups::thaw(groups.placement()));
    CHECK(value(cgroups::freezer_state(groups.placement())) == cgroups::FreezerState::thawed);
    CHECK(soon([&] { return *counter > stopped_at; }));
}

TEST_CASE("many processes freeze together", "[cgroups][root]") {
    Groups groups;
    std::vector<base::Child> children;
    children.reserve(30);
    for (int i = 0; i < 30; ++i) {
        children.push_back(spawn_into(groups.placement()));
    }
    const Thaw thaw{groups.placement()};
    ok(cgroups::freeze(groups.placement(), 5s));
    CHECK(value(cgroups::freezer_state(groups.placement())) == cgroups::FreezerState::frozen);
}

TEST_CASE("a group that is gone is not frozen", "[cgroups][root]") {
    Groups groups;
    ok(cgroups::remove(groups.placement(), 1s));
    CHECK(value(cgroups::freezer_state(groups.placement())) == cgroups::FreezerState::thawed);
    CHECK(value(cgroups::pids(groups.placement())).empty());
    CHECK_FALSE(cgroups::freeze(groups.placement(), 1s));
}

TEST_CASE("everything in a container is killed, in groups below and frozen too",
          "[cgroups][root]") {
    Groups groups;
    for (const cgroups::Hierarchy& group : groups.placement()) {
        ok(base::sys::mkdir(group.directory, "inner", 0755));
    }
    if (groups.is_v1("cpuset")) {
        const cgroups::Hierarchy* const cpuset = cgroups::group_with(groups.placement(), "cpuset");
        for (const std::string file : {"cpuset.cpus", "cpuset.mems"}) {
            ok(base::write_kernel_file(cpuset->directory, "inner/" + file,
                                       groups.read("cpuset", file)));
        }
    }
    const cgroups::Placement inner = value(
        cgroups::below(groups.placement(), std::vector<cgroups::SubGroup>{{.path = "/inner"}}));
    std::vector<base::Child> children;
    children.reserve(5);
    for (int i = 0; i < 5; ++i) {
        children.push_back(spawn_into(groups.placement()));
        children.push_back(spawn_into(inner));
    }
    const Thaw thaw{groups.placement()};
    SECTION("running") {}
    SECTION("frozen") {
        ok(cgroups::freeze(groups.placement(), 5s));
    }
    CHECK(value(cgroups::pids(groups.placement())).size() == 10);
    ok(cgroups::kill_all(groups.placement(), 10s));
    for (base::Child& child : children) {
        const base::Exit exit = value(child.wait());
        CHECK(exit.signal == SIGKILL);
    }
    CHECK(value(cgroups::pids(groups.placement())).empty());
    ok(cgroups::kill_all(groups.placement(), 1s)); // nobody is no error
}

TEST_CASE("a fork bomb is killed", "[cgroups][root]") {
    Groups groups({.pids = spec::PidsResources{.limit = 100}});
    static_cast<void>(value(cgroups::apply(groups.placement(), groups.plan().after)));
    const base::Child child = spawn_into(groups.placement(), fork_bomb);
    REQUIRE(soon([&] { return value(cgroups::pids(groups.placement())).size() > 50; }));
    ok(cgroups::kill_all(groups.placement(), 20s));
    CHECK(value(cgroups::pids(groups.placement())).empty());
}

TEST_CASE("a group that is not proven ours is not killed", "[cgroups][root]") {
    Groups groups;
    base::Child child = spawn_into(groups.placement());
    cgroups::SavedPlacement saved = cgroups::saved(groups.placement());
    for (cgroups::Hierarchy& group : saved.groups) {
        group.inode = 0;
    }
    const cgroups::Placement unproven = value(cgroups::reopen(saved));
    REQUIRE(unproven.front().directory);
    ok(cgroups::kill_all(unproven, 1s));
    ok(cgroups::signal_all(unproven, SIGKILL));
    ::usleep(20'000);
    CHECK_FALSE(value(child.poll()));
}

TEST_CASE("a signal reaches every process once", "[cgroups][root]") {
    Groups groups;
    std::vector<base::Child> children;
    for (int i = 0; i < 5; ++i) {
        children.push_back(spawn_into(groups.placement()));
    }
    ok(cgroups::signal_all(groups.placement(), SIGTERM));
    for (base::Child& child : children) {
        CHECK(value(child.wait()).signal == SIGTERM);
    }
}

TEST_CASE("the OOM kills of a container are counted", "[cgroups][root]") {
    Groups groups({.memory = spec::MemoryResources{.limit = 8 << 20, .swap = 8 << 20}});
    static_cast<void>(value(cgroups::apply(groups.placement(), groups.plan().before)));
    CHECK(value(cgroups::memory_events(groups.placement())).oom_kills == 0);
    base::Child child = spawn_into(groups.placement(), [] { use_memory(64U << 20U); });
    CHECK(value(child.wait()).signal == SIGKILL);
    CHECK(value(cgroups::memory_events(groups.placement())).oom_kills == 1);
}

TEST_CASE("a lack of memory is heard of, once, and also at the end", "[cgroups][root]") {
    Groups groups({.memory = spec::MemoryResources{.limit = 8 << 20, .swap = 8 << 20}});
    static_cast<void>(value(cgroups::apply(groups.placement(), groups.plan().before)));
    cgroups::OomWatch watch = value(cgroups::OomWatch::of(groups.placement()));
    CHECK_FALSE(value(watch.happened()));
    const auto hears = [&watch] {
        pollfd news{.fd = watch.descriptor().number(), .events = POLLIN, .revents = 0};
        return value(base::sys::poll({&news, 1}, 10'000)) == 1;
    };
    for (int i = 0; i < 2; ++i) {
        base::Child child = spawn_into(groups.placement(), [] { use_memory(64U << 20U); });
        CHECK(value(child.wait()).signal == SIGKILL);
        CHECK(hears());
        CHECK(soon([&watch] { return value(watch.happened()); }));
        CHECK_FALSE(value(watch.happened()));
    }
    ok(cgroups::remove(groups.placement(), 10s));
    CHECK_FALSE(value(watch.happened()));
}

TEST_CASE("without a memory controller no lack of memory is heard of", "[cgroups][root]") {
    cgroups::OomWatch watch = value(cgroups::OomWatch::of({}));
    CHECK(watch.descriptor().number() < 0);
    CHECK_FALSE(value(watch.happened()));
}

TEST_CASE("statistics say what a container uses", "[cgroups][root]") {
    Groups groups({.memory = spec::MemoryResources{.limit = 64 << 20},
                   .pids = spec::PidsResources{.limit = 17}});
    static_cast<void>(value(cgroups::apply(groups.placement(), groups.plan().before)));
    static_cast<void>(value(cgroups::apply(groups.placement(), groups.plan().after)));
    const Counter counter;
    const base::Child child = spawn_into(groups.placement(), [&] {
        use_memory(4U << 20U);
        while (true) {
            ++*counter;
        }
    });
    REQUIRE(soon([&] {
        const cgroups::Statistics now = value(cgroups::statistics(groups.placement()));
        return now.cpu && now.cpu->total > 20'000'000 && now.cpu->user > 0 && now.memory &&
               now.memory->memory.usage >= 4U << 20U;
    }));
    const cgroups::Statistics statistics = value(cgroups::statistics(groups.placement()));
    REQUIRE(statistics.memory);
    CHECK(statistics.memory->memory.limit == 64U << 20U);
    CHECK_FALSE(statistics.memory->raw.empty());
    REQUIRE(statistics.pids);
    CHECK(statistics.pids->current == 1);
    CHECK(statistics.pids->limit == 17);
}

TEST_CASE("a delegated v2 group belongs to the user, and no more of it than is safe",
          "[cgroups][root]") {
    constexpr uid_t kUser = 12345;
    Groups groups;
    const cgroups::Hierarchy* const group = cgroups::unified_group(groups.placement());
    if (group == nullptr) {
        return not_here("this host has no cgroup v2");
    }
    ok(cgroups::delegate_to(groups.placement(), kUser));
    const auto owner = [](const std::string& path) {
        struct stat status {};
        REQUIRE(::stat(path.c_str(), &status) == 0);
        return status.st_uid;
    };
    CHECK(owner(group->path) == kUser);
    CHECK(owner(group->path + "/cgroup.procs") == kUser);
    CHECK(owner(group->path + "/cgroup.subtree_control") == kUser);
    CHECK(owner(group->path + "/cgroup.events") == 0);
    for (const cgroups::Hierarchy& other : groups.placement()) {
        if (other.version == cgroups::Version::v1) {
            CHECK(owner(other.path) == 0);
            CHECK(owner(other.path + "/cgroup.procs") == 0);
        }
    }
}
