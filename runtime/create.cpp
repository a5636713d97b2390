#include "runtime/create.hpp"

#include "cgroups/delegate.hpp"
#include "cgroups/processes.hpp"
#include "cgroups/remove.hpp"
#include "cgroups/statistics.hpp"
#include "namespaces/kinds.hpp"
#include "namespaces/refusals.hpp"
#include "oci-spec/sysctl.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/clock.hpp"
#include "runtime/creation.hpp"
#include "runtime/filter_check.hpp"
#include "runtime/filter_store.hpp"
#include "runtime/hooks.hpp"
#include "runtime/keyring.hpp"
#include "runtime/launch.hpp"
#include "runtime/notify_socket.hpp"
#include "runtime/own_ids.hpp"
#include "runtime/streams.hpp"

#include <csignal>
#include <ctime>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace runtime {

using base::cat;
using base::Child;
using base::done;
using base::Error;
using base::Exit;
using base::Fd;
using base::FdRef;
using base::Result;
using spec::NamespaceType;

namespace {

constexpr std::chrono::milliseconds kPatience{10'000}; // for processes and cgroups to go away

std::string now() {
    timespec time{};
    ::clock_gettime(CLOCK_REALTIME, &time);
    return base::rfc3339(time.tv_sec, static_cast<std::uint32_t>(time.tv_nsec));
}

Result<std::string> absolute(const std::string& path) {
    if (path.starts_with('/')) {
        return path;
    }
    TRY_ASSIGN(const std::string here, base::sys::readlink(FdRef::cwd(), "/proc/self/cwd"));
    return cat(here, "/", path);
}

/// What a container sets in a namespace, with its place.
struct Setting {
    std::string what;
    std::string origin;
};

std::vector<Setting> settings_of(const InitPlan& plan, NamespaceType type) {
    std::vector<Setting> settings;
    if (type == NamespaceType::uts && !plan.hostname.empty()) {
        settings.push_back({"\"hostname\"", "/hostname"});
    }
    if (type == NamespaceType::uts && !plan.domainname.empty()) {
        settings.push_back({"\"domainname\"", "/domainname"});
    }
    for (const Sysctl& sysctl : plan.sysctls) {
        if (spec::sysctl_namespace(sysctl.path) == type) {
            settings.push_back(
                {cat("the kernel parameter ", base::quoted(sysctl.path)), sysctl.origin});
        }
    }
    return settings;
}

/// Validation refuses a setting of a namespace that the container does not name; that the one it
/// names is our own shows only now. Docker names it so for --network host.
Result<> spare_own_settings(const namespaces::Join& join, FdRef opened, const InitPlan& plan) {
    const std::vector<Setting> settings = settings_of(plan, join.type);
    if (settings.empty()) {
        return done();
    }
    TRY_ASSIGN(const bool own, namespaces::is_own(opened, join.type));
    if (own) {
        return Error(cat(settings.front().what, " would change the host: ", base::quoted(join.path),
                         " is its ", namespaces::kind_of(join.type).oci_name, " namespace"))
            .at(settings.front().origin);
    }
    return done();
}

} // namespace

constexpr std::array<Creation::Step, 11> Creation::kSteps = {{
    {"load the bundle", &Creation::load},
    {"plan", &Creation::plan},
    {"reserve the id", &Creation::reserve},
    {"make cgroups", &Creation::make_cgroups},
    {"make the class of service", &Creation::make_rdt},
    {"make the gate", &Creation::make_gate},
    {"open namespaces", &Creation::open_namespaces},
    {"spawn", &Creation::spawn},
    {"make the unit", &Creation::make_unit},
    {"converse", &Creation::converse},
    {"release the gate's ends", &Creation::release_gate_ends},
}};

Result<Created> Creation::run() {
    const std::span<const Step> steps =
        restore_ == nullptr ? std::span<const Step>(kSteps) : std::span<const Step>(kRestoreSteps);
    for (const Step& step : steps) {
        base::log::debug(step.name);
        if (Result<> result = (this->*step.run)(); !result) {
            return undone(explained(std::move(result).error()));
        }
    }
    return Created{.directory = *std::move(directory_),
                   .record = std::move(record_),
                   .bundle = std::move(bundle_),
                   .init = std::move(child_),
                   .terminal = std::move(terminal_)};
}

Result<> Creation::load() {
    TRY(check_id(request_.options.id));
    TRY_ASSIGN(bundle_, load_bundle(request_.bundle));
    TRY_ASSIGN(facts_, read_host_facts());
    TRY(inherit_own_namespaces(bundle_.config.linux));
    if (restore_ != nullptr) {
        facts_.activated_sockets = 0; // the image has those that the container was created with
    }
    return map_own_ids(bundle_.config, facts_);
}

Result<> Creation::plan() {
    const std::optional<spec::Process>& process = bundle_.config.process;
    const bool terminal = process && process->terminal;
    if (terminal && !request_.stays && request_.console_socket.empty()) {
        return Error("a container with a terminal needs a socket to send it to")
            .at("/process/terminal")
            .hint("name one by --console-socket");
    }
    if (!terminal && !request_.console_socket.empty()) {
        return Error("there is no terminal to send to the console socket")
            .at("/process/terminal")
            .hint("set process.terminal to true, or leave --console-socket away");
    }
    // An image holds its filter.
    if (bundle_.config.linux.seccomp && restore_ == nullptr) {
        TRY_ASSIGN(filter_, compile_stored(*bundle_.config.linux.seccomp, store_));
        TRY(check_filter(*filter_));
    }
    const std::string notify = notify_address();
    if (!notify.empty()) {
        TRY_ASSIGN(const std::string root, absolute(store_.root()));
        offer_notify_socket(bundle_.config, cat(root, "/", request_.options.id));
    }
    CreateOptions options = request_.options;
    options.bundle = bundle_.path;
    if (!request_.no_new_keyring) {
        TRY_ASSIGN(options.keyring, new_keyring_name(options.id));
    }
    TRY_ASSIGN(plan_, plan_of(bundle_.config, facts_, options, filter_));
    for (const std::string& warning : plan_.warnings) {
        base::log::warning(warning);
    }
    return done();
}

Result<> Creation::reserve() {
    TRY_ASSIGN(directory_, store_.reserve(request_.options.id));
    record_.id = request_.options.id;
    record_.bundle = bundle_.path;
    record_.rootfs = plan_.init.mounts.root.path;
    record_.created = now();
    record_.owner = ::getuid();
    record_.annotations = bundle_.config.annotations;
    record_.streams = names_of_streams();
    record_.keyring = plan_.init.process ? plan_.init.process->session_keyring : "";
    record_.own_pid_namespace = plan_.init.spawn.makes(NamespaceType::pid);
    record_.has_start_container_hooks = !bundle_.config.hooks.start_container.empty();
    record_.has_poststart_hooks = !bundle_.config.hooks.poststart.empty();
    record_.has_poststop_hooks = !bundle_.config.hooks.poststop.empty();
    TRY_ASSIGN(record_.creator, identity_of(::getpid()));
    TRY(save_config(directory_->fd, bundle_.bytes));
    if (!notify_address().empty()) {
        TRY(make_notify_directory(directory_->fd));
    }
    return remember();
}

Result<> Creation::make_cgroups() {
    manager_ = cgroups::manager_of(plan_.cgroups.manager);
    TRY_ASSIGN(cgroups::Manager::Created created, manager_->create(plan_.cgroups, recorder()));
    return take_groups(std::move(created));
}

/// systemd makes a unit of a process: the child, which waits for its first message.
Result<> Creation::make_unit() {
    if (!plan_.cgroups.unit) {
        return done();
    }
    TRY_ASSIGN(cgroups::Manager::Created created,
               manager_->adopt(plan_.cgroups, child_.pid(), recorder()));
    return take_groups(std::move(created));
}

cgroups::Recorder Creation::recorder() {
    const auto note = [this](const cgroups::Placement& placement) {
        record_.cgroups = cgroups::saved(placement);
        return remember();
    };
    const auto note_unit = [this](const cgroups::OwnUnit& unit) {
        record_.unit = unit;
        return remember();
    };
    return {.before = note, .after = note, .unit = note_unit};
}

Result<> Creation::take_groups(cgroups::Manager::Created created) {
    for (const cgroups::Warning& warning : created.warnings) {
        base::log::warning(cat(warning.text, " (", bundle_.place_of(warning.origin), ")"));
    }
    placement_ = std::move(created.placement);
    if (plan_.cgroup_owner) {
        TRY(cgroups::delegate_to(placement_, *plan_.cgroup_owner).in("delegate the cgroup"));
    }
    TRY_ASSIGN(entrance_, cgroups::entrance_of(placement_));
    return done();
}

Result<> Creation::make_rdt() {
    if (!plan_.rdt) {
        return done();
    }
    TRY_ASSIGN(const base::Procfs proc, base::Procfs::of_host());
    TRY_ASSIGN(const std::string resctrl, find_resctrl(proc));
    TRY_ASSIGN(rdt_claim_,
               runtime::make_rdt(resctrl, *plan_.rdt, [this](const RdtDirectories& directories) {
                   record_.rdt = directories;
                   return remember();
               }));
    return done();
}

Result<> Creation::make_gate() {
    TRY_ASSIGN(gate_, runtime::make_gate(directory_->fd).in("make the gate"));
    return done();
}

Result<> Creation::open_namespaces() {
    for (const namespaces::Join& join : plan_.init.spawn.joins) {
        TRY_ASSIGN(Fd fd, namespaces::open_namespace(join.type, join.path).at(join.origin));
        TRY(spare_own_settings(join, fd, plan_.init));
        joins_.push_back(std::move(fd));
    }
    return done();
}

Result<> Creation::spawn() {
    TRY_ASSIGN(base::sys::SocketPair pair, base::sys::socketpair(SOCK_SEQPACKET));
    const std::uint32_t preserved = plan_.init.process ? plan_.init.process->preserved_fds : 0;
    Result<Child> launched = launch({.channel = pair.theirs,
                                     .spawn = plan_.init.spawn,
                                     .cgroup = entrance_.clone_into.value_or(FdRef(-1)),
                                     .preserved_fds = preserved});
    if (!launched) {
        return clone_explained(std::move(launched).error());
    }
    child_ = *std::move(launched);
    channel_.emplace(std::move(pair.ours), Side::parent, plan_.init.script);
    TRY_ASSIGN(record_.init, identity_of(child_.pid()));
    return remember();
}

/// The flags of clone3(2) do not say which of them was refused.
Error Creation::clone_explained(Error error) const {
    const bool enters = entrance_.clone_into.has_value();
    std::string advice;
    if (plan_.init.spawn.makes(NamespaceType::user)) {
        advice = namespaces::advice_on_clone(error.code(), namespaces::user_namespace_settings());
    }
    if (error.code() == EACCES && enters) {
        advice = cat("processes cannot be moved from the runtime's cgroup to the container's: the "
                     "cgroup.procs of the group above both has to be this user's, so start the "
                     "runtime in the delegated part (systemd-run --user --scope -p Delegate=yes)");
    }
    return std::move(error).in("start the container's process").hint(std::move(advice));
}

/// Our own copies of the container's ends, which would make the gate look occupied for ever.
Result<> Creation::release_gate_ends() {
    gate_ = {};
    return done();
}

spec::State Creation::hook_state(spec::Status status) const {
    return {.id = record_.id,
            .status = status,
            .pid = child_ ? child_.pid() : 0,
            .bundle = record_.bundle,
            .annotations = record_.annotations};
}

std::string Creation::state_text(spec::Status status) const {
    return spec::to_json(hook_state(status), spec::JsonWriter::Form::compact);
}

/// The death of the child is only a symptom: the cause is in its exit and in its cgroup.
Error Creation::explained(Error error) {
    if (error.code() != EPIPE || !child_ || !channel_) {
        return facts_.rights == Rights::user
                   ? std::move(error).hint(namespaces::advice_on_rights(
                         error.code(), namespaces::user_namespace_settings()))
                   : std::move(error);
    }
    const std::string turn(name_of(channel_->next().value_or(Message::release)));
    const Result<Exit> exit = child_.wait();
    const std::string end = exit ? exit->text() : std::string("ended");
    const Result<cgroups::MemoryEvents> memory = cgroups::memory_events(placement_);
    Error cause(cat("the container's process ", end, " before it was \"", turn, "\""));
    if (memory && memory->oom_kills > 0) {
        return std::move(Error(cat("the container's process ran out of memory before it was \"",
                                   turn, "\"")))
            .at("/linux/resources/memory/limit")
            .hint("the limit is too small for a container to start");
    }
    if (exit && exit->signal == SIGSYS && filter_) {
        return std::move(cause)
            .at("/linux/seccomp")
            .hint(
                cat("the filter kills what a container needs to start: ", killing_calls(*filter_)));
    }
    return cause;
}

/// Back to nothing. What cannot be undone is a note beside the cause, never instead of it.
Error Creation::undone(Error error) {
    criu_.reset(); // it has ended, or has not begun
    bool clean = true;
    const auto note = [&clean](std::string_view what, const Result<>& result) {
        if (!result) {
            clean = false;
            base::log::warning(cat("while undoing: ", what, ": ", result.error().text()));
        }
    };
    child_.kill_and_reap();
    if (manager_ && !record_.cgroups.empty()) {
        if (placement_.empty()) {
            Result<cgroups::Placement> reopened = cgroups::reopen(record_.cgroups);
            if (reopened) {
                placement_ = *std::move(reopened);
            } else {
                note("open the cgroups", std::move(reopened).error());
            }
        }
        note("end the container's processes", cgroups::kill_all(placement_, kPatience));
        note("remove the cgroups", manager_->destroy(placement_, kPatience));
    }
    if (manager_) {
        note("remove the unit", manager_->forget());
    }
    rdt_claim_ = Fd();
    note("clear up resctrl", remove_rdt(record_.rdt, RdtRemoval::undo));
    if (error.failure().pointer.starts_with("/hooks/")) {
        run_all_hooks({"poststop", bundle_.config.hooks.poststop},
                      state_text(spec::Status::stopped), bundle_.path);
    }
    // What is left over can only be found by its record: `delete --force` tries again.
    if (directory_ && clean) {
        note("remove the state", store_.remove(*directory_));
    }
    return placed(std::move(error), bundle_);
}

Result<Created> create(const StateStore& store, const CreateRequest& request) {
    return Creation(store, request).run();
}

} // namespace runtime
