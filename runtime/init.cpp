#include "runtime/init.hpp"

#include "runtime/base/file.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/procfs.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/gate.hpp"
#include "runtime/process.hpp"
#include "runtime/stage2.hpp"

#include <array>
#include <csignal>

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace runtime {

using base::done;
using base::Error;
using base::Fd;
using base::Result;

namespace {

Result<> be_released(Stage2& stage) {
    TRY(stage.channel.send(Message::ready));
    TRY(stage.channel.expect(Message::release));
    return done();
}

struct Step {
    std::string_view name;
    Result<> (*run)(Stage2&);
};

/// The way of a container's first process. The order is a contract: docs/architecture.md gives the
/// reason for each place.
constexpr std::array kContainerSteps = {
    Step{"enter cgroups", steps::enter_cgroups},
    Step{"enter namespaces", steps::enter_namespaces},
    Step{"detach cgroups", steps::detach_cgroups},
    Step{"lead a session", steps::lead_session},
    Step{"bring up loopback", steps::bring_up_loopback},
    Step{"hold a procfs", steps::hold_procfs},
    Step{"copy shared sources", steps::copy_shared_sources},
    Step{"isolate mounts", steps::isolate_mounts},
    Step{"receive sources", steps::receive_sources},
    Step{"install the root", steps::install_root},
    Step{"mount", steps::mount_all},
    Step{"make devices", steps::make_devices},
    Step{"let runtime hooks run", steps::let_runtime_hooks_run},
    Step{"run createContainer hooks", steps::run_create_container_hooks},
    Step{"enter the root", steps::enter_root},
    Step{"open the terminal", steps::open_terminal},
    Step{"finish the tree", steps::finish_tree},
    Step{"set names", steps::set_names},
    Step{"set sysctls", steps::set_sysctls},
    Step{"become the process", steps::become_process},
    Step{"be released", be_released},
};

/// The way of a further process, which finds the tree as it is.
constexpr std::array kExecSteps = {
    Step{"enter cgroups", steps::enter_cgroups},
    Step{"enter namespaces", steps::enter_namespaces},
    Step{"lead a session", steps::lead_session},
    Step{"hold a procfs", steps::hold_procfs},
    Step{"open the container's root", steps::open_container_root},
    Step{"open the terminal", steps::open_terminal},
    Step{"become the process", steps::become_process},
    Step{"be released", be_released},
};

Result<> walk(std::span<const Step> steps, Stage2& stage) {
    for (const Step& step : steps) {
        base::log::debug(step.name);
        TRY(step.run(stage));
    }
    return done();
}

/// `begin` brings the plan and, behind it, the gate's two ends (for a container), the container's
/// root (for an exec that does not find it otherwise), the namespaces to join and the `tasks`
/// files.
Result<> take_begin(Stage2& stage) {
    TRY_ASSIGN(Received begin, stage.channel.expect(Message::begin));
    if (begin.fds.empty()) {
        return Error::system(EPROTO, "\"begin\" came without a plan");
    }
    TRY_ASSIGN(const std::string bytes, base::read_all(begin.fds.front()));
    TRY_ASSIGN(stage.plan, decode_init_plan(bytes));
    stage.channel.continue_with(stage.plan.script);
    if (stage.plan.debug) {
        base::log::configure(Fd(), base::log::Format::text, base::log::Level::debug);
    }

    const std::size_t gates = stage.plan.role == Role::container ? 2 : 0;
    const std::size_t roots = stage.plan.brings_root ? 1 : 0;
    const std::size_t joins = stage.plan.spawn.joins.size();
    if (begin.fds.size() != 1 + gates + roots + joins + stage.plan.cgroup_fds) {
        return Error::system(EPROTO, "\"begin\" came with the wrong descriptors");
    }
    auto next = begin.fds.begin() + 1;
    if (gates != 0) {
        stage.gate = std::move(*next++);
        stage.verdict = std::move(*next++);
    }
    if (roots != 0) {
        stage.container_root = std::move(*next++);
    }
    const auto first_cgroup = next + static_cast<std::ptrdiff_t>(joins);
    stage.joins.assign(std::make_move_iterator(next), std::make_move_iterator(first_cgroup));
    stage.cgroups.assign(std::make_move_iterator(first_cgroup),
                         std::make_move_iterator(begin.fds.end()));
    return done();
}

/// A filter that is loaded without no_new_privs covers the change of user, too.
Error explained(const Stage2& stage, Error error) {
    const std::string_view call = error.failure().call;
    if (stage.plan.mounts.root.entry == namespaces::RootPlan::Entry::detached &&
        error.code() == EINVAL &&
        (call.starts_with("move_mount(") || call.starts_with("open_tree("))) {
        return std::move(error).hint("without a mount namespace of the container's own this needs "
                                     "Linux 6.15: add {\"type\": \"mount\"} to linux.namespaces");
    }
    // What filters answer with; of a program that is not there (ENOENT) they are innocent.
    if (stage.filtered && (error.code() == EPERM || error.code() == ENOSYS)) {
        return std::move(error).hint("the container's seccomp filter was in force already, and may "
                                     "have forbidden this call");
    }
    return error;
}

Error execute_process(Stage2& stage) {
    return execute(*stage.plan.process, stage.program, stage.environment);
}

/// Behind `release` the runtime is gone: `start` opens the gate and reads the verdict. Here a
/// filter is loaded: nothing but read(2), write(2) and execve(2) is called unless there are hooks.
int wait_and_start(Stage2& stage) {
    if (!wait_at_gate(stage.gate)) {
        return 1;
    }
    Result<> hooks = run_hooks_inside(stage, {"startContainer", stage.plan.start_container_hooks},
                                      spec::Status::created, "/");
    if (!hooks) {
        return give_verdict(stage.verdict, hooks.error());
    }
    if (!stage.plan.process) {
        return give_verdict(stage.verdict,
                            std::move(Error("config.json has no process to start")).at("/process"));
    }
    announce_program(stage.verdict);
    return give_verdict(stage.verdict, execute_process(stage));
}

} // namespace

int run_init(int channel) {
    // A process of the container that sees this one must not reach through its /proc/PID
    // (CVE-2016-9962); the exec of the user program sets it back.
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    ::prctl(PR_SET_NAME, "oci-rt:init", 0, 0, 0);
    // What the runtime did with signals for itself is not for the container.
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    Stage2 stage{.channel = Channel(Fd(channel), Side::child, {Message::begin})};
    base::log::redirect([&stage](base::log::Level level, std::string_view line) {
        stage.channel.log(level, line);
    });

    // The channel, and what is preserved for the program alone. Here /proc is still the host's.
    Result<> result = base::close_at_exec_from(3);
    if (result) {
        result = take_begin(stage);
    }
    if (result) {
        result = stage.plan.role == Role::container ? walk(kContainerSteps, stage)
                                                    : walk(kExecSteps, stage);
    }
    if (!result) {
        stage.channel.fail(explained(stage, std::move(result).error()));
        return 1;
    }
    if (stage.plan.role == Role::container) {
        return wait_and_start(stage);
    }
    stage.channel.fail(execute_process(stage));
    return 1;
}

} // namespace runtime
