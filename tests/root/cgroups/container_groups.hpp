// Groups and processes for the tests of cgroups. They need root and change the cgroup hierarchies
// of the host, in groups of their own: oci-rt-test-PID-N, which go with the fixture, also on a
// failure.
#pragma once

#include "cgroups/cgroup_plan.hpp"
#include "cgroups/enter.hpp"
#include "cgroups/make.hpp"
#include "cgroups/processes.hpp"
#include "cgroups/read_layout.hpp"
#include "cgroups/remove.hpp"
#include "runtime/base/child.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/procfs.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/text.hpp"
#include "tests/catch.hpp"

#include <chrono>
#include <csignal>
#include <functional>
#include <string>

#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace cgroups_test {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

/// The value of a result, which has to be one.
template <class T>
T value(base::Result<T> result) {
    if (!result) {
        FAIL(result.error().text() << " hint: " << result.error().failure().hint);
    }
    return *std::move(result);
}
inline void ok(base::Result<> result) {
    static_cast<void>(value(std::move(result)));
}

inline cgroups::Layout host_layout() {
    return value(cgroups::read_layout(value(base::Procfs::of_host())));
}

/// A name that nobody else has.
inline std::string fresh_name() {
    static int count = 0;
    return base::cat("oci-rt-test-", ::getpid(), '-', ++count);
}

/// A process that enters a placement as a container's does, runs `body`, and is killed at the end.
inline base::Child spawn_into(
    const cgroups::Placement& placement, const std::function<void()>& body = [] { ::pause(); }) {
    const cgroups::Entrance entrance = value(cgroups::entrance_of(placement));
    std::vector<base::FdRef> tasks(entrance.tasks.begin(), entrance.tasks.end());
    const base::sys::Pipe entered = value(base::sys::pipe());
    int pidfd = -1;
    clone_args args{};
    args.flags = CLONE_PIDFD | (entrance.clone_into ? CLONE_INTO_CGROUP : 0);
    args.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
    args.exit_signal = SIGCHLD;
    args.cgroup = entrance.clone_into ? static_cast<unsigned>(entrance.clone_into->number()) : 0U;
    const long pid = ::syscall(SYS_clone3, &args, sizeof args);
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL); // whatever becomes of the test
        for (const int signal : {SIGTERM, SIGINT, SIGSEGV, SIGABRT}) {
            std::signal(signal, SIG_DFL); // the test framework's handlers are for our parent
        }
        const base::Result<> in = cgroups::enter(tasks);
        static_cast<void>(base::sys::write(entered.write_end, in ? "+" : "-"));
        if (in) {
            body();
        }
        ::_exit(in ? 0 : 99);
    }
    if (pid < 0) {
        FAIL("clone3: errno " << errno);
    }
    char answer = 0;
    const std::size_t size = value(base::sys::read(entered.read_end, {&answer, 1}));
    REQUIRE(size == 1);
    REQUIRE(answer == '+');
    return base::Child(static_cast<pid_t>(pid), base::Fd(pidfd));
}

/// A container's groups on this host; all that is in them ends with the fixture.
class Groups {
  public:
    explicit Groups(const spec::Resources& resources = {}, std::string path = "/" + fresh_name(),
                    const cgroups::Recorder& recorder = {})
        : plan_(plan(resources, std::move(path))),
          placement_(value(cgroups::make(plan_, recorder))) {}
    Groups(const Groups&) = delete;
    Groups& operator=(const Groups&) = delete;
    ~Groups() {
        static_cast<void>(cgroups::kill_all(placement_, 10s));
        static_cast<void>(cgroups::remove(placement_, 10s));
    }

    static cgroups::Plan plan(const spec::Resources& resources, std::string path) {
        spec::Linux config;
        config.resources = resources;
        config.cgroups_path = std::move(path);
        return value(cgroups::plan_of(config, host_layout(), {.id = "test"}));
    }

    [[nodiscard]] const cgroups::Plan& plan() const { return plan_; }
    [[nodiscard]] cgroups::Placement& placement() { return placement_; }
    /// A file of the group that has the controller.
    [[nodiscard]] std::string read(std::string_view controller, const std::string& file) const {
        const cgroups::Hierarchy* const group = cgroups::group_with(placement_, controller);
        REQUIRE(group != nullptr);
        const std::string content = value(base::read_file(group->directory, file));
        return std::string(base::trimmed(content));
    }
    [[nodiscard]] bool is_v1(std::string_view controller) const {
        const cgroups::Hierarchy* const group = cgroups::group_with(placement_, controller);
        REQUIRE(group != nullptr);
        return group->version == cgroups::Version::v1;
    }

  private:
    cgroups::Plan plan_;
    cgroups::Placement placement_;
};

/// Does the directory exist?
inline bool exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

/// Waits for a condition that has to come true soon.
inline bool soon(const std::function<bool()>& condition, milliseconds patience = 10s) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        ::usleep(1000);
    }
    return true;
}

/// Says why a test does not apply to this host; it counts as none.
inline void not_here(std::string_view reason) {
    WARN("skipped: " << reason);
}

} // namespace cgroups_test
