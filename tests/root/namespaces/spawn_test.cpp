// Each kind of namespace on the kernel of this machine: made, joined, mapped.
#include "namespaces/id_maps.hpp"
#include "namespaces/kinds.hpp"
#include "namespaces/spawn.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"
#include "tests/results.hpp"

#include <array>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

using base::cat;
using base::Child;
using base::Fd;
using base::FdRef;
using namespaces::Kind;
using spec::NamespaceType;
using tests::error_text;
using tests::ok;
using tests::value;

namespace {

constexpr int kPatienceMs = 20'000;

/// "net:[4026531840]" of a process ("self" or a pid).
std::string identity(const std::string& process, const Kind& kind) {
    return value(base::sys::readlink(FdRef::cwd(), cat("/proc/", process, "/ns/", kind.proc_name)));
}

/// A process of spawn() that executes `sleep`; killed at the end.
struct Sleeper {
    explicit Sleeper(std::uint32_t new_types) : pair(value(base::sys::socketpair(SOCK_SEQPACKET))) {
        const Fd program = value(base::sys::open(FdRef::cwd(), "/bin/sleep", O_PATH));
        process = value(namespaces::spawn({.program = program,
                                           .argv = {"sleep", "1000", nullptr, nullptr},
                                           .channel = pair.theirs,
                                           .new_types = new_types}));
        pair.theirs.close();
    }
    [[nodiscard]] std::string pid() const { return cat(process.pid()); }

    base::sys::SocketPair pair;
    Child process;
};

/// What `body` returns in a process of its own, since it changes that process's namespaces.
int apart(const std::function<int()>& body) {
    Child child = value(base::fork_to(body));
    std::array<pollfd, 1> ended = {{{child.pidfd().number(), POLLIN, 0}}};
    REQUIRE(value(base::sys::poll(ended, kPatienceMs)) == 1);
    return value(child.wait()).code;
}

} // namespace

TEST_CASE("a new namespace is new, and the others are the runtime's", "[spawn]") {
    for (const Kind& wanted : namespaces::kKinds) {
        if (wanted.type == NamespaceType::user || wanted.type == NamespaceType::time) {
            continue; // below: they need more than a flag
        }
        const Sleeper sleeper(static_cast<std::uint32_t>(wanted.flag));
        for (const Kind& kind : namespaces::kKinds) {
            INFO(wanted.oci_name << " is new, " << kind.oci_name << " is looked at");
            const bool differs = identity(sleeper.pid(), kind) != identity("self", kind);
            CHECK(differs == (kind.type == wanted.type));
        }
    }
}

TEST_CASE("in a new user namespace the child takes root when its ids are mapped", "[spawn]") {
    const Sleeper sleeper(CLONE_NEWUSER);
    ok(namespaces::write_id_maps(sleeper.process.pid(), {{0, 100000, 10}, {10, 200000, 5}},
                                 {{0, 300000, 10}}));
    ok(base::sys::send(sleeper.pair.ours, "mapped", {}));
    // The exec of its program closes nothing that tells of it, so its name is looked at.
    const std::string name = cat("/proc/", sleeper.pid(), "/comm");
    for (int i = 0; i < 1000 && value(base::read_file(FdRef::cwd(), name)) != "sleep\n"; ++i) {
        ::usleep(10'000);
    }
    CHECK(value(base::read_file(FdRef::cwd(), name)) == "sleep\n");
    const std::string status =
        value(base::read_file(FdRef::cwd(), cat("/proc/", sleeper.pid(), "/status")));
    CHECK(status.find("Uid:\t100000\t100000\t100000\t100000") != std::string::npos);
    CHECK(status.find("Gid:\t300000\t300000\t300000\t300000") != std::string::npos);
}

TEST_CASE("maps that the kernel does not take are told with their text", "[spawn]") {
    const Sleeper sleeper(CLONE_NEWUSER);
    const auto overlapping = namespaces::write_id_maps(
        sleeper.process.pid(), {{0, 100000, 10}, {5, 200000, 10}}, {{0, 100000, 10}});
    CHECK(overlapping.code() == EINVAL);
    CHECK(error_text(overlapping).starts_with("map user ids: write("));
    ok(namespaces::write_id_maps(sleeper.process.pid(), {{0, 100000, 10}}, {{0, 100000, 10}}));
    const auto again =
        namespaces::write_id_maps(sleeper.process.pid(), {{0, 1, 1}}, {{0, 100000, 10}});
    CHECK(again.code() == EPERM); // once and for all
}

TEST_CASE("each kind of namespace is joined by its path", "[spawn]") {
    for (const Kind& wanted : namespaces::kKinds) {
        if (wanted.type == NamespaceType::time) {
            continue;
        }
        INFO(wanted.oci_name);
        const Sleeper sleeper(static_cast<std::uint32_t>(wanted.flag));
        const std::string path = cat("/proc/", sleeper.pid(), "/ns/", wanted.proc_name);
        namespaces::SpawnPlan plan;
        plan.joins = {{wanted.type, path, "/linux/namespaces/0"}};
        std::vector<Fd> opened;
        opened.push_back(value(namespaces::open_namespace(wanted.type, path)));
        const std::string expected = identity(sleeper.pid(), wanted);
        // A pid namespace is that of the next child only.
        const std::string own = cat("/proc/thread-self/ns/", wanted.proc_name,
                                    wanted.type == NamespaceType::pid ? "_for_children" : "");
        CHECK(apart([&] {
                  // Opened before, because the mount namespace goes too.
                  const Fd proc = value(base::sys::open(FdRef::cwd(), "/", O_PATH));
                  if (!join_all(plan, opened)) {
                      return 1;
                  }
                  const auto now = base::sys::readlink(proc, own.substr(1));
                  return now && *now == expected ? 0 : 2;
              }) == 0);
    }
}

TEST_CASE("a namespace that cannot be joined is told with its place", "[spawn]") {
    const Sleeper sleeper(CLONE_NEWNET);
    namespaces::SpawnPlan plan;
    const std::string path = cat("/proc/", sleeper.pid(), "/ns/net");
    plan.joins = {{NamespaceType::network, path, "/linux/namespaces/7"}};
    std::vector<Fd> opened;
    opened.push_back(value(namespaces::open_namespace(NamespaceType::network, path)));
    CHECK(apart([&] {
              if (::setresuid(12345, 12345, 12345) != 0) {
                  return 1;
              }
              const auto joined = join_all(plan, opened);
              const bool told = error_text(joined).starts_with(
                  "join the network namespace (/linux/namespaces/7): setns(");
              return joined.code() == EPERM && told ? 0 : 2;
          }) == 0);
}

TEST_CASE("the clocks of a new time namespace are those of its children", "[spawn]") {
    namespaces::SpawnPlan plan;
    plan.new_time = true;
    plan.clock_offsets = {{"monotonic", 1'000'000, 0, "/linux/timeOffsets/monotonic"},
                          {"boottime", 2'000'000, 5, "/linux/timeOffsets/boottime"}};
    const auto seconds = [](clockid_t clock) {
        timespec now{};
        ::clock_gettime(clock, &now);
        return now.tv_sec;
    };
    const time_t monotonic = seconds(CLOCK_MONOTONIC);
    const time_t boottime = seconds(CLOCK_BOOTTIME);
    CHECK(apart([&] {
              if (!make_time_namespace(plan)) {
                  return 1;
              }
              return apart([&] {
                  const bool moved = seconds(CLOCK_MONOTONIC) >= monotonic + 1'000'000 &&
                                     seconds(CLOCK_BOOTTIME) >= boottime + 2'000'000;
                  return moved ? 0 : 2;
              });
          }) == 0);
}

TEST_CASE("a relay's sibling is the runtime's own child", "[spawn]") {
    const base::sys::Pipe told = value(base::sys::pipe());
    const int relayed = apart([&] {
        const auto sibling = namespaces::clone_sibling(CLONE_NEWUTS);
        if (sibling && sibling->pid == 0) {
            const std::array<pid_t, 2> said = {::getpid(), ::getppid()};
            static_cast<void>(base::sys::write(
                told.write_end, {reinterpret_cast<const char*>(said.data()), sizeof said}));
            ::_exit(7);
        }
        return sibling ? 0 : 1;
    });
    CHECK(relayed == 0);
    std::array<pid_t, 2> said{};
    value(base::sys::read(told.read_end, {reinterpret_cast<char*>(said.data()), sizeof said}));
    CHECK(said[1] == ::getpid());
    Child sibling(said[0], value(base::sys::pidfd_open(said[0])));
    CHECK(value(sibling.wait()).code == 7);
}
