#include "runtime/exec.hpp"

#include "cgroups/enter.hpp"
#include "cgroups/read_layout.hpp"
#include "namespaces/kinds.hpp"
#include "runtime/base/procfs.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/bundle.hpp"
#include "runtime/channel.hpp"
#include "runtime/console.hpp"
#include "runtime/container.hpp"
#include "runtime/filter_check.hpp"
#include "runtime/filter_store.hpp"
#include "runtime/launch.hpp"
#include "runtime/plan.hpp"

#include <algorithm>

#include <fcntl.h>
#include <sys/socket.h>

namespace runtime {

namespace {

using base::cat;
using base::Child;
using base::done;
using base::Error;
using base::Fd;
using base::FdRef;
using base::Result;
using spec::Status;

void add_all(std::vector<std::string>& list, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        if (std::ranges::find(list, name) == list.end()) {
            list.push_back(name);
        }
    }
}

Result<> change_user(spec::User& user, const std::string& text) {
    const std::size_t colon = text.find(':');
    const auto uid = base::parse_number<std::uint32_t>(text.substr(0, colon));
    const auto gid = colon == std::string::npos
                         ? std::optional<std::uint32_t>(0)
                         : base::parse_number<std::uint32_t>(text.substr(colon + 1));
    if (!uid || !gid) {
        return Error(cat("invalid user ", base::quoted(text)))
            .hint("write UID or UID:GID; names are for the engines to look up");
    }
    user.uid = *uid;
    user.gid = *gid;
    user.additional_gids.clear();
    return done();
}

/// The container's process with what the caller changes. Capabilities that are added do not become
/// inheritable (CVE-2022-29162).
Result<spec::Process> changed_process(const spec::Spec& config, const ExecOverrides& changes) {
    spec::Process process = config.process.value_or(spec::Process{});
    process.args = changes.args;
    process.terminal = changes.terminal;
    process.console_size.reset();
    process.env.insert(process.env.end(), changes.env.begin(), changes.env.end());
    if (!changes.cwd.empty()) {
        process.cwd = changes.cwd;
    }
    if (process.cwd.empty()) {
        process.cwd = "/";
    }
    if (changes.user) {
        TRY(change_user(process.user, *changes.user));
    }
    for (const std::uint32_t gid : changes.additional_gids) {
        process.user.additional_gids.push_back(gid);
    }
    process.no_new_privileges = process.no_new_privileges || changes.no_new_privileges;
    if (!changes.capabilities.empty()) {
        if (!process.capabilities) {
            process.capabilities.emplace();
        }
        add_all(process.capabilities->bounding, changes.capabilities);
        add_all(process.capabilities->effective, changes.capabilities);
        add_all(process.capabilities->permitted, changes.capabilities);
    }
    return process;
}

/// What a process is confined by if nothing else is said: a document of --process without a label
/// must not be a way around the container's.
void take_labels(spec::Process& process, const spec::Spec& config, const ExecOverrides& changes) {
    const auto first_given = [](std::initializer_list<std::string_view> labels) {
        const auto* given =
            std::ranges::find_if(labels, [](std::string_view label) { return !label.empty(); });
        return std::string(given == labels.end() ? "" : *given);
    };
    const spec::Process container = config.process.value_or(spec::Process{});
    process.apparmor_profile = first_given(
        {changes.apparmor_profile, process.apparmor_profile, container.apparmor_profile});
    process.selinux_label =
        first_given({changes.selinux_label, process.selinux_label, container.selinux_label});
}

/// One exec, from its request to a process that runs.
class Execution {
  public:
    Execution(const StateStore& store, const ExecRequest& request)
        : store_(store), request_(request) {}

    Result<Executed> run() {
        Result<> result = prepare();
        if (result) {
            result = converse();
        }
        if (!result) {
            Error error = explained(std::move(result).error());
            child_.kill_and_reap();
            return at_its_place(std::move(error));
        }
        return Executed{std::move(child_), std::move(terminal_)};
    }

  private:
    Result<> prepare();
    Result<> make_plan();
    Result<> find_namespaces();
    Result<> find_root();
    Result<> find_cgroups();
    Result<> spawn();
    Result<> converse();
    Result<> take_turn(Message message);
    Result<> take_console();
    Result<> wait_for_program();
    Error explained(Error error);
    Error at_its_place(Error error) const;

    const StateStore& store_;
    const ExecRequest& request_;
    Container container_;
    Bundle bundle_;
    InitPlan plan_;
    LimitsPlan limits_;
    bool plan_notifies_ = false;
    std::string initial_cpus_; ///< execCPUAffinity.initial
    int bound_ms_ = kConversationBoundMs;
    std::vector<Fd> joins_;
    Fd root_; ///< of the container, where its mount namespace does not lead to it
    cgroups::Placement groups_;
    cgroups::Entrance entrance_;
    Child child_;
    std::optional<Channel> channel_;
    Fd terminal_;
};

Result<> Execution::prepare() {
    TRY_ASSIGN(container_, open_container(store_, request_.id, Access::look));
    if (container_.status == Status::paused && request_.ignore_paused) {
        container_.status = Status::running;
        bound_ms_ = -1; // it goes on when the container does
    }
    if (container_.status == Status::stopped) {
        return Error("cannot exec in a stopped container");
    }
    TRY(require_status(container_, "exec in", {Status::created, Status::running}));
    TRY_ASSIGN(bundle_, load_saved_config(container_.directory.fd, container_.record.bundle));
    TRY(find_namespaces());
    TRY(find_root());
    TRY(make_plan());
    TRY(find_cgroups());
    return spawn();
}

/// The namespaces of the container's process that are not ours.
Result<> Execution::find_namespaces() {
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    plan_.role = Role::exec;
    plan_.spawn.shape = namespaces::Shape::relay; // kernel rule 4
    for (const namespaces::Kind& kind : namespaces::kKinds) {
        const std::string path = cat(container_.record.init.pid, "/ns/", kind.proc_name);
        Result<Fd> theirs = base::sys::open(proc.root(), path, O_RDONLY);
        if (!theirs && theirs.code() == ENOENT) {
            continue; // this kernel has no such kind
        }
        TRY_ASSIGN(Fd fd, std::move(theirs).in("find the container's namespaces"));
        TRY_ASSIGN(const struct stat their_id, base::sys::fstat(fd));
        TRY_ASSIGN(const struct stat our_id,
                   base::sys::fstatat(proc.root(), cat("self/ns/", kind.proc_name), 0));
        if (their_id.st_ino != our_id.st_ino) {
            plan_.spawn.joins.push_back({kind.type, path, ""});
            joins_.push_back(std::move(fd));
        }
    }
    return done();
}

/// A mount namespace that was not made for the container has another root than the container.
Result<> Execution::find_root() {
    const std::vector<spec::Namespace>& list = bundle_.config.linux.namespaces;
    const bool own = std::ranges::any_of(list, [](const spec::Namespace& made) {
        return made.type == spec::NamespaceType::mount && made.path.empty();
    });
    if (own) {
        return done();
    }
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    TRY_ASSIGN(root_, base::sys::open(proc.root(), cat(container_.record.init.pid, "/root"),
                                      O_PATH | O_DIRECTORY)
                          .in("find the container's root"));
    plan_.brings_root = true;
    // Behind it: as the process is still there, the pid was its own.
    return base::sys::send_signal(container_.init, 0).in("find the container's root");
}

Result<> Execution::make_plan() {
    spec::Process process;
    std::string origin;
    if (request_.process) {
        process = *request_.process;
    } else {
        TRY_ASSIGN(process, changed_process(bundle_.config, request_.overrides));
        origin = "/process";
    }
    take_labels(process, bundle_.config, request_.overrides);
    if (process.terminal && !request_.stays && request_.console_socket.empty()) {
        return Error("a detached process with a terminal needs a socket to send it to")
            .hint("name one by --console-socket");
    }
    TRY_ASSIGN(const HostFacts facts, read_host_facts());
    std::optional<seccomp::Program> filter;
    if (bundle_.config.linux.seccomp) {
        TRY_ASSIGN(filter, compile_stored(*bundle_.config.linux.seccomp, store_));
        TRY(check_filter(*filter));
    }
    const bool user = plan_.spawn.joins_type(spec::NamespaceType::user);
    TRY_ASSIGN(const bool keep_groups, keeps_groups(bundle_.config.annotations));
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    TRY_ASSIGN(const bool set_groups, may_set_groups(proc, container_.record.init.pid));
    TRY_ASSIGN(PlannedProcess planned, process_plan_of(process, facts,
                                                       {.origin = origin,
                                                        .user_namespace = user,
                                                        .keyring = container_.record.keyring,
                                                        .keep_groups = keep_groups,
                                                        .may_set_groups = set_groups,
                                                        .preserve_fds = request_.preserve_fds,
                                                        .inherited_fds = request_.inherited_fds},
                                                       filter));
    for (const std::string& warning : planned.warnings) {
        base::log::warning(warning);
    }
    plan_.id = container_.record.id;
    plan_.process = std::move(planned.plan);
    add_container_attributes(bundle_.config.linux, *plan_.process);
    plan_.debug = base::log::enabled(base::log::Level::debug);
    plan_notifies_ = filter && filter->notifies();
    plan_.script =
        script_of({.relay = true, .terminal = process.terminal, .notifies = plan_notifies_});
    limits_ = limits_of(process, origin);
    if (process.exec_cpu_affinity) {
        initial_cpus_ = process.exec_cpu_affinity->initial;
        limits_.cpus = process.exec_cpu_affinity->final;
    }
    return done();
}

/// Where the container's process is now: it may have moved below the container's group.
Result<> Execution::find_cgroups() {
    if (container_.record.cgroups.empty()) {
        return request_.sub_groups.empty()
                   ? done()
                   : Error("the container has no cgroup for --cgroup to be below");
    }
    if (!request_.sub_groups.empty()) {
        TRY_ASSIGN(groups_, cgroups::below(container_.record.cgroups.groups, request_.sub_groups));
        TRY_ASSIGN(entrance_, cgroups::entrance_of(groups_));
        return done();
    }
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    TRY_ASSIGN(cgroups::Layout layout, cgroups::read_layout(proc));
    // Elsewhere it has stayed where its creator was, and so do we.
    std::erase_if(layout.hierarchies, [this](const cgroups::HierarchyInfo& info) {
        return !cgroups::has_group_in(container_.record.cgroups, info);
    });
    TRY_ASSIGN(const std::string text, proc.read(cat(container_.record.init.pid, "/cgroup")));
    TRY_ASSIGN(groups_, cgroups::placement_of_process(layout, text));
    TRY_ASSIGN(entrance_, cgroups::entrance_of(groups_));
    return done();
}

Result<> Execution::spawn() {
    TRY_ASSIGN(base::sys::SocketPair pair, base::sys::socketpair(SOCK_SEQPACKET));
    if (!initial_cpus_.empty()) {
        // Inherited by the child; for us it does not matter, we only wait from now on.
        TRY(set_cpus(0, initial_cpus_).at("/process/execCPUAffinity/initial"));
    }
    TRY_ASSIGN(child_, launch({.channel = pair.theirs,
                               .spawn = plan_.spawn,
                               .cgroup = entrance_.clone_into.value_or(FdRef(-1)),
                               .preserved_fds = plan_.process->preserved_fds})
                           .in("start the process"));
    channel_.emplace(std::move(pair.ours), Side::parent, plan_.script);
    return done();
}

Result<> Execution::converse() {
    while (const std::optional<Message> message = channel_->next()) {
        TRY(take_turn(*message));
    }
    return wait_for_program();
}

Result<> Execution::take_turn(Message message) {
    if (message == Message::begin) {
        plan_.cgroup_fds = static_cast<std::uint32_t>(entrance_.tasks.size());
        TRY_ASSIGN(const Fd plan, sealed_plan(plan_));
        std::vector<FdRef> fds = {plan};
        if (root_) {
            fds.emplace_back(root_);
        }
        fds.insert(fds.end(), joins_.begin(), joins_.end());
        fds.insert(fds.end(), entrance_.tasks.begin(), entrance_.tasks.end());
        return channel_->send(message, {}, fds);
    }
    if (message == Message::sibling) {
        TRY_ASSIGN(Child sibling, take_sibling(*channel_, child_, bound_ms_));
        child_ = std::move(sibling);
        return done();
    }
    if (message == Message::console) {
        return take_console();
    }
    if (message == Message::listener) {
        return hand_over_listener(*channel_, child_, bundle_.config.linux.seccomp.value(),
                                  container_.state());
    }
    if (message == Message::ready) {
        TRY(channel_->expect(message, bound_ms_, child_.pidfd()));
        TRY(enter_rdt(container_.record.rdt, child_.pid()));
        TRY(apply_limits(child_.pid(), limits_));
        if (!request_.pidfd_socket.empty()) {
            TRY(send_to_socket(child_.pidfd(), request_.pidfd_socket, "pidfd")
                    .in("send the pidfd to its socket"));
        }
        return request_.pid_file.empty() ? done() : write_pid_file(request_.pid_file, child_.pid());
    }
    if (message == Message::release) {
        return channel_->send(message);
    }
    return Error(cat("no turn of exec: ", name_of(message)));
}

Result<> Execution::take_console() {
    TRY_ASSIGN(Received received, channel_->expect(Message::console, bound_ms_, child_.pidfd()));
    if (received.fds.size() != 1) {
        return Error::system(EPROTO, "\"console\" came without its descriptor");
    }
    if (request_.console_socket.empty()) {
        terminal_ = std::move(received.fds.front());
        return adapt_to_foreground(terminal_);
    }
    return send_to_socket(received.fds.front(), request_.console_socket, kConsoleName)
        .in("send the terminal to the console socket");
}

/// The exec of the program closes the child's end of the conversation; a failure is told on it.
Result<> Execution::wait_for_program() {
    // A seccomp agent may take its time over the exec.
    return channel_->wait_for_close(plan_notifies_ ? -1 : bound_ms_, child_.pidfd());
}

Error Execution::explained(Error error) {
    if (error.code() != EPIPE || !child_) {
        return error;
    }
    const Result<base::Exit> exit = child_.wait();
    return Error(cat("the process ", exit ? exit->text() : std::string("ended"),
                     " before its program was executed"));
}

/// What is wrong with the process is in the document of --process, if there was one.
Error Execution::at_its_place(Error error) const {
    const std::string& pointer = error.failure().pointer;
    const ExecOverrides& changes = request_.overrides;
    if (!changes.apparmor_profile.empty() && pointer.ends_with("/apparmorProfile")) {
        return std::move(error).placed("--apparmor");
    }
    if (!changes.selinux_label.empty() && pointer.ends_with("/selinuxLabel")) {
        return std::move(error).placed("--process-label");
    }
    if (request_.process && !pointer.empty() && !pointer.starts_with("/linux/")) {
        std::string place = cat("--process ", pointer);
        return std::move(error).placed(std::move(place));
    }
    return placed(std::move(error), bundle_);
}

} // namespace

Result<Executed> exec(const StateStore& store, const ExecRequest& request) {
    return Execution(store, request).run();
}

} // namespace runtime
