#include "runtime/init.hpp"

#include "namespaces/cover.hpp"
#include "namespaces/devices.hpp"
#include "namespaces/from_host.hpp"
#include "namespaces/mounts.hpp"
#include "namespaces/net_devices.hpp"
#include "namespaces/rootfs.hpp"
#include "namespaces/spawn.hpp"
#include "oci-spec/state.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/procfs.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/channel.hpp"
#include "runtime/console.hpp"
#include "runtime/gate.hpp"
#include "runtime/hooks.hpp"
#include "runtime/init_plan.hpp"
#include "runtime/process.hpp"
#include "seccomp/load.hpp"

#include <algorithm>
#include <array>
#include <csignal>

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runtime {

namespace {

using base::call_failed;
using base::cat;
using base::done;
using base::Error;
using base::Fd;
using base::FdRef;
using base::quoted;
using base::Result;
using base::RootDir;
using base::Word;

constexpr mode_t kTreeUmask = 022; // directories and files that we make on the way

/// Everything that the steps share. Filled as they go on.
struct Stage2 {
    Channel channel;
    InitPlan plan;
    Fd gate;
    Fd verdict;
    std::vector<Fd> joins;
    std::vector<Fd> cgroups;
    std::vector<Fd> nodes;         ///< prepared by the host's credentials, else empty
    std::vector<Fd> binds;         ///< likewise
    std::vector<Fd> shared_binds;  ///< copied before the tree was separated from the host's
    std::optional<RootDir> root{}; ///< the container's tree; from enter_root on it is "/"
    std::optional<base::Procfs> proc{};
    Fd terminal{};
    mode_t inherited_umask = 0;
    bool filtered = false; ///< the seccomp filter is in force
    std::string program{};
    std::vector<std::string> environment{};
};

// --- into cgroups and namespaces ----------------------------------------------------------------

/// "0" is this process; `tasks` of v1 takes a single-threaded one without the wait for an RCU
/// grace period that cgroup.procs costs (docs/performance.md).
Result<> enter_cgroups(Stage2& stage) {
    for (const Fd& tasks : stage.cgroups) {
        TRY(base::sys::write_once(tasks, "0").in("enter the cgroup"));
    }
    stage.cgroups.clear();
    return done();
}

/// The ids of the host mean nothing in a user namespace, and its root is who may set up the rest.
Result<> take_root() {
    if (::setresgid(0, 0, 0) < 0 || ::setresuid(0, 0, 0) < 0) {
        return std::move(call_failed("setresuid", 0)).at("/linux/uidMappings");
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    return done();
}

/// The relay's work: joins, and leaves the rest to a sibling. Returns in the sibling only.
Result<> relay(Stage2& stage) {
    const namespaces::SpawnPlan& spawn = stage.plan.spawn;
    TRY(namespaces::make_time_namespace(spawn));
    TRY(namespaces::join_all(spawn, stage.joins));
    stage.joins.clear();
    TRY_ASSIGN(base::sys::Pipe named, base::sys::pipe());
    TRY_ASSIGN(const namespaces::Sibling sibling, namespaces::clone_sibling(spawn.new_types));
    if (sibling.pid > 0) {
        const FdRef sent[] = {sibling.pidfd};
        const auto* pid = reinterpret_cast<const char*>(&sibling.pid);
        TRY(stage.channel.send(Message::sibling, {pid, sizeof sibling.pid}, sent));
        ::_exit(0);
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    // Both speak on the same socket: not before the relay's last word, which its end shows.
    named.write_end = Fd();
    std::array<char, 1> nothing{};
    TRY(base::sys::read(named.read_end, nothing));
    stage.channel.skip(Message::sibling);
    if (spawn.makes(spec::NamespaceType::user)) {
        TRY(stage.channel.expect(Message::mapped));
    }
    return spawn.has(spec::NamespaceType::user) ? take_root() : done();
}

Result<> enter_namespaces(Stage2& stage) {
    if (stage.plan.spawn.shape == namespaces::Shape::relay) {
        return relay(stage);
    }
    TRY(namespaces::join_all(stage.plan.spawn, stage.joins));
    stage.joins.clear();
    return done();
}

/// Behind the last attach and before any cgroup mount (kernel rule 4).
Result<> detach_cgroups(Stage2& stage) {
    if (!stage.plan.detach_cgroups) {
        return done();
    }
    return base::sys::unshare(CLONE_NEWCGROUP).in("make a cgroup namespace");
}

Result<> lead_session(Stage2& /*stage*/) {
    if (::setsid() < 0) {
        return call_failed("setsid");
    }
    return done();
}

// --- the tree
// -------------------------------------------------------------------------------------

/// Before pivot_root(2), behind which a user namespace gets no new procfs (kernel rule 13).
Result<> hold_procfs(Stage2& stage) {
    if (stage.plan.sysctls.empty()) {
        return done();
    }
    Result<base::Procfs> proc = base::Procfs::fresh();
    if (!proc && proc.code() == EPERM) {
        // A user namespace below a partly covered /proc gets no new one. The visible one is checked,
        // and nobody but us is in this mount namespace yet.
        proc = base::Procfs::of_host();
    }
    TRY_ASSIGN(stage.proc, std::move(proc).in("mount a private /proc"));
    return done();
}

Result<> copy_shared_sources(Stage2& stage) {
    TRY_ASSIGN(stage.shared_binds, namespaces::copy_shared_sources(stage.plan.mounts));
    return done();
}

Result<> isolate_mounts(Stage2& stage) {
    stage.inherited_umask = ::umask(kTreeUmask);
    return namespaces::isolate_tree(stage.plan.mounts.root);
}

Result<> receive_sources(Stage2& stage) {
    std::vector<Fd> all;
    while (stage.channel.next() == Message::sources) {
        TRY_ASSIGN(Received received, stage.channel.expect(Message::sources));
        std::ranges::move(received.fds, std::back_inserter(all));
    }
    TRY_ASSIGN(namespaces::HostSources sources,
               namespaces::apart(std::move(all), stage.plan.mounts));
    if (sources.root) {
        stage.root.emplace(*std::move(sources.root));
    }
    stage.binds = std::move(sources.binds);
    stage.nodes = std::move(sources.nodes);
    return done();
}

Result<> install_root(Stage2& stage) {
    if (stage.root) {
        return done(); // came with the sources
    }
    TRY_ASSIGN(Fd root, namespaces::install_root(stage.plan.mounts.root)
                            .at("/root/path")
                            .in(cat("mount the root ", quoted(stage.plan.mounts.root.path))));
    stage.root.emplace(std::move(root));
    return done();
}

Result<> mount_all(Stage2& stage) {
    auto bind = stage.binds.begin();
    auto shared_bind = stage.shared_binds.begin();
    for (const namespaces::MountStep& step : stage.plan.mounts.steps) {
        Fd source;
        if (step.from_host) {
            source = std::move(*bind++);
        } else if (step.shared_with_host) {
            source = std::move(*shared_bind++);
        }
        TRY(namespaces::apply(*stage.root, step, std::move(source)));
    }
    stage.binds.clear();
    stage.shared_binds.clear();
    return done();
}

Result<> make_devices(Stage2& stage) {
    const namespaces::MountPlan& mounts = stage.plan.mounts;
    for (std::size_t i = 0; i < mounts.nodes.size(); ++i) {
        Fd prepared = stage.nodes.empty() ? Fd() : std::move(stage.nodes[i]);
        TRY(namespaces::make_node(*stage.root, mounts.nodes[i], std::move(prepared)));
    }
    return mounts.device_links ? namespaces::make_device_links(*stage.root) : done();
}

bool has_turn(const Stage2& stage, Message message) {
    return std::ranges::find(stage.plan.script, message) != stage.plan.script.end();
}

Result<> let_runtime_hooks_run(Stage2& stage) {
    if (!has_turn(stage, Message::mounted)) {
        return done();
    }
    TRY(stage.channel.send(Message::mounted));
    TRY(stage.channel.expect(Message::hooked));
    return done();
}

/// Hooks in the container, with our pid as this namespace knows it (runtime.md, "State").
Result<> run_hooks_inside(const Stage2& stage, const HookList& list, spec::Status status,
                          const std::string& directory) {
    if (list.hooks.empty()) {
        return done();
    }
    const spec::State state{.id = stage.plan.id,
                            .status = status,
                            .pid = ::getpid(),
                            .bundle = stage.plan.bundle,
                            .annotations = stage.plan.annotations};
    return run_hooks(list, spec::to_json(state, spec::JsonWriter::Form::compact), directory);
}

Result<> run_create_container_hooks(Stage2& stage) {
    return run_hooks_inside(stage, {"createContainer", stage.plan.create_container_hooks},
                            spec::Status::creating, stage.plan.bundle);
}

Result<> enter_root(Stage2& stage) {
    TRY(namespaces::enter_root(stage.plan.mounts.root, stage.root->root())
            .at("/root/path")
            .in("enter the root"));
    TRY_ASSIGN(Fd top, base::sys::open(FdRef::cwd(), "/", O_PATH | O_DIRECTORY));
    stage.root.emplace(std::move(top));
    return done();
}

Result<> open_terminal(Stage2& stage) {
    const std::optional<ProcessPlan>& process = stage.plan.process;
    if (!process || !process->terminal) {
        return done();
    }
    TRY_ASSIGN(Pty pty, open_pty(*stage.root, process->uid, process->console_size)
                            .at(cat(process->origin, "/terminal"))
                            .in("open a terminal"));
    if (stage.plan.mounts.console) {
        TRY(namespaces::bind_console(*stage.root, pty.slave).at(cat(process->origin, "/terminal")));
    }
    const FdRef sent[] = {pty.master};
    TRY(stage.channel.send(Message::console, {}, sent));
    TRY(use_terminal(pty.slave).at(cat(process->origin, "/terminal")));
    return done();
}

Result<> finish_tree(Stage2& stage) {
    TRY(namespaces::finish_root(stage.plan.mounts.root));
    TRY(namespaces::make_readonly(*stage.root, stage.plan.mounts.readonly));
    return namespaces::mask(*stage.root, stage.plan.mounts.masked);
}

// --- what belongs to the other namespaces --------------------------------------------------------

Result<> bring_up_loopback(Stage2& stage) {
    return stage.plan.bring_up_loopback
               ? namespaces::bring_up_loopback().in("bring up the loopback device")
               : done();
}

Result<> set_names(Stage2& stage) {
    const std::string& host = stage.plan.hostname;
    if (!host.empty() && ::sethostname(host.data(), host.size()) < 0) {
        return std::move(call_failed("sethostname", host)).at("/hostname");
    }
    const std::string& domain = stage.plan.domainname;
    if (!domain.empty() && ::setdomainname(domain.data(), domain.size()) < 0) {
        return std::move(call_failed("setdomainname", domain)).at("/domainname");
    }
    return done();
}

Result<> set_sysctls(Stage2& stage) {
    for (const Sysctl& sysctl : stage.plan.sysctls) {
        Result<> set = stage.proc->write(cat("sys/", sysctl.path), sysctl.value);
        if (set.code() == ENOENT) {
            // Engines read "No such file or directory" as: there is no such program.
            return Error(cat("there is no sysctl ", sysctl.path))
                .at(sysctl.origin)
                .hint("it may belong to a kernel module, or not to this namespace");
        }
        TRY(std::move(set)
                .at(sysctl.origin)
                .in(cat("set the sysctl ", sysctl.path, " to ", quoted(sysctl.value))));
    }
    stage.proc.reset();
    return done();
}

// --- the process
// ------------------------------------------------------------------------------------

/// Behind a filter that notifies, sending might wait for an agent that has no listener yet: so the
/// runtime is told its number before, and fetches it (kernel rule 17).
Result<> announce_listener(Stage2& stage) {
    if (!has_turn(stage, Message::listener)) {
        return done();
    }
    TRY_ASSIGN(const int number, seccomp::next_descriptor());
    return stage.channel.send(Message::listener, cat(number));
}

Result<> load_filter(Stage2& stage) {
    const ProcessPlan& process = *stage.plan.process;
    if (process.filter.empty()) {
        return done();
    }
    TRY(announce_listener(stage));
    TRY_ASSIGN(Fd listener, seccomp::load(process.filter, process.filter_flags)
                                .at("/linux/seccomp")
                                .in("load the seccomp filter"));
    static_cast<void>(listener.release()); // the runtime takes it from here; the exec closes it
    stage.filtered = true;
    return done();
}

/// What a filter may forbid is done before it is loaded. Without no_new_privs loading it needs
/// CAP_SYS_ADMIN, so it comes before the capabilities are given up; with it, after (kernel rule
/// 17).
Result<> become_process(Stage2& stage) {
    const RootDir& root = *stage.root;
    ::umask(stage.inherited_umask);
    if (!stage.plan.process) {
        ::prctl(PR_SET_PDEATHSIG, 0);
        return done();
    }
    const ProcessPlan& process = *stage.plan.process;
    TRY(set_inherited_attributes(process, stage.plan.id));
    TRY(hand_over_streams(process));
    if (stage.plan.role == Role::container) {
        make_working_directory(root, process);
    }
    TRY(enter_directory(process, Attempt::as_root));
    stage.environment = environment_of(process, root);
    TRY(keep_only_preserved(process));
    if (process.no_new_privileges && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
        return std::move(call_failed("prctl", Word{"PR_SET_NO_NEW_PRIVS"}))
            .at(cat(process.origin, "/noNewPrivileges"));
    }
    // From here on EOF on the channel alone says that the runtime died: it will be gone as soon as
    // it has said `release`, and must not take us with it.
    ::prctl(PR_SET_PDEATHSIG, 0);
    if (!process.no_new_privileges) {
        TRY(load_filter(stage));
    }
    TRY(become_user(process));
    TRY(enter_directory(process, Attempt::as_user));
    TRY(check_directory(process));
    TRY_ASSIGN(stage.program, find_program(process));
    if (process.no_new_privileges) {
        TRY(load_filter(stage));
    }
    return done();
}

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
    Step{"enter cgroups", enter_cgroups},
    Step{"enter namespaces", enter_namespaces},
    Step{"detach cgroups", detach_cgroups},
    Step{"lead a session", lead_session},
    Step{"bring up loopback", bring_up_loopback},
    Step{"hold a procfs", hold_procfs},
    Step{"copy shared sources", copy_shared_sources},
    Step{"isolate mounts", isolate_mounts},
    Step{"receive sources", receive_sources},
    Step{"install the root", install_root},
    Step{"mount", mount_all},
    Step{"make devices", make_devices},
    Step{"let runtime hooks run", let_runtime_hooks_run},
    Step{"run createContainer hooks", run_create_container_hooks},
    Step{"enter the root", enter_root},
    Step{"open the terminal", open_terminal},
    Step{"finish the tree", finish_tree},
    Step{"set names", set_names},
    Step{"set sysctls", set_sysctls},
    Step{"become the process", become_process},
    Step{"be released", be_released},
};

Result<> open_container_root(Stage2& stage) {
    stage.inherited_umask = ::umask(kTreeUmask);
    TRY_ASSIGN(Fd top, base::sys::open(FdRef::cwd(), "/", O_PATH | O_DIRECTORY));
    stage.root.emplace(std::move(top));
    return done();
}

/// The way of a further process, which finds the tree as it is.
constexpr std::array kExecSteps = {
    Step{"enter cgroups", enter_cgroups},
    Step{"enter namespaces", enter_namespaces},
    Step{"lead a session", lead_session},
    Step{"open the container's root", open_container_root},
    Step{"open the terminal", open_terminal},
    Step{"become the process", become_process},
    Step{"be released", be_released},
};

Result<> walk(std::span<const Step> steps, Stage2& stage) {
    for (const Step& step : steps) {
        base::log::debug(step.name);
        TRY(step.run(stage));
    }
    return done();
}

// --- beginning and end
// --------------------------------------------------------------------------------

/// `begin` brings the plan and, behind it, the gate's two ends (for a container), the namespaces to
/// join and the `tasks` files.
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
    const std::size_t joins = stage.plan.spawn.joins.size();
    if (begin.fds.size() != 1 + gates + joins + stage.plan.cgroup_fds) {
        return Error::system(EPROTO, "\"begin\" came with the wrong descriptors");
    }
    auto next = begin.fds.begin() + 1;
    if (gates != 0) {
        stage.gate = std::move(*next++);
        stage.verdict = std::move(*next++);
    }
    const auto first_cgroup = next + static_cast<std::ptrdiff_t>(joins);
    stage.joins.assign(std::make_move_iterator(next), std::make_move_iterator(first_cgroup));
    stage.cgroups.assign(std::make_move_iterator(first_cgroup),
                         std::make_move_iterator(begin.fds.end()));
    return done();
}

/// A filter that is loaded without no_new_privs covers the change of user, too.
Error explained(const Stage2& stage, Error error) {
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
    if (::fcntl(channel, F_SETFD, FD_CLOEXEC) < 0) {
        return 1;
    }
    Stage2 stage{.channel = Channel(Fd(channel), Side::child, {Message::begin})};
    base::log::redirect([&stage](base::log::Level level, std::string_view line) {
        stage.channel.log(level, line);
    });

    Result<> result = take_begin(stage);
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
