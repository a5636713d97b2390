#include "runtime/lifecycle.hpp"

#include "cgroups/freezer.hpp"
#include "cgroups/manager.hpp"
#include "cgroups/processes.hpp"
#include "oci-spec/state.hpp"
#include "runtime/base/child.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/clock.hpp"
#include "runtime/gate.hpp"
#include "runtime/hooks.hpp"
#include "runtime/launch.hpp"
#include "runtime/process_identity.hpp"

#include <array>
#include <csignal>
#include <cstring>

namespace runtime {

using base::cat;
using base::done;
using base::Error;
using base::Fd;
using base::Result;
using spec::Status;

namespace {

constexpr std::chrono::milliseconds kPatience{10'000};
constexpr std::chrono::milliseconds kMoment{200};

std::string hook_state(const Container& container, Status status) {
    return spec::to_json(spec::State{.id = container.record.id,
                                     .status = status,
                                     .pid = container.init && status != Status::stopped
                                                ? container.record.init.pid
                                                : 0,
                                     .bundle = container.record.bundle,
                                     .annotations = container.record.annotations},
                         spec::JsonWriter::Form::compact);
}

/// Waits for the end of a process that is nobody's child of ours.
Result<> wait_for_end(const Fd& pidfd, std::chrono::milliseconds patience) {
    std::array<pollfd, 1> watched = {{{pidfd.number(), POLLIN, 0}}};
    TRY_ASSIGN(const int ready, base::sys::poll(watched, static_cast<int>(patience.count())));
    if (ready == 0) {
        return Error::system(ETIMEDOUT, cat("the process did not end within ",
                                            patience.count() / 1000, " s of SIGKILL"));
    }
    return done();
}

/// Whoever was killed just now needs a moment to end, or more on a busy machine: after `kill ID
/// KILL` a `delete ID` is expected to work.
void await_end_of_killed(Container& container) {
    if (container.status != Status::running) {
        return;
    }
    if (wait_for_end(container.init, kMoment) ||
        (is_ending(container.record.init.pid) && wait_for_end(container.init, kPatience))) {
        container.status = Status::stopped;
    }
}

/// What is frozen does not end.
Result<> thaw(const Container& container) {
    TRY_ASSIGN(const cgroups::Placement groups, cgroups::reopen_freezer(container.record.cgroups));
    return cgroups::thaw_if_frozen(groups);
}

Result<> end_init(const Container& container) {
    if (!container.init) {
        return done();
    }
    if (Result<> sent = base::sys::send_signal(container.init, SIGKILL);
        !sent && sent.code() != ESRCH) {
        return sent;
    }
    TRY(thaw(container));
    return wait_for_end(container.init, kPatience);
}

/// A failure here is a warning and the rest goes on (config.md, "Poststop").
void run_poststop_hooks(const Container& container) {
    if (!container.record.has_poststop_hooks) {
        return;
    }
    Result<Bundle> bundle = load_saved_config(container.directory.fd, container.record.bundle);
    if (!bundle) {
        base::log::warning(cat("poststop hooks: ", bundle.error().text()));
        return;
    }
    run_all_hooks({"poststop", bundle->config.hooks.poststop},
                  hook_state(container, Status::stopped), bundle->path);
}

/// A place in config.json for an error that came through the gate.
Error with_place(const Container& container, Error error) {
    Result<Bundle> bundle = load_saved_config(container.directory.fd, container.record.bundle);
    return bundle ? placed(std::move(error), *bundle) : std::move(error);
}

} // namespace

Result<> run_poststart_hooks(const Container& container) {
    if (!container.record.has_poststart_hooks) {
        return done();
    }
    TRY_ASSIGN(Bundle bundle, load_saved_config(container.directory.fd, container.record.bundle));
    Result<> ran = run_hooks({"poststart", bundle.config.hooks.poststart},
                             hook_state(container, Status::running), bundle.path);
    if (ran) {
        return ran;
    }
    if (const Result<> ended = end_init(container); !ended) {
        base::log::warning(cat("while stopping the container: ", ended.error().text()));
    }
    return placed(std::move(ran).error(), bundle);
}

Result<> start(const Container& container) {
    TRY(require_status(container, "start", {Status::created}));
    // Hooks take the time that they take.
    const int bound = container.record.has_start_container_hooks ? -1 : kConversationBoundMs;
    if (Result<> opened = open_gate(container.directory.fd, container.init, bound); !opened) {
        // What could not be started will not live on as something created.
        static_cast<void>(end_init(container));
        return with_place(container, std::move(opened).error());
    }
    TRY(remove_gate(container.directory.fd));
    return run_poststart_hooks(container);
}

Result<> start(const StateStore& store, const std::string& id) {
    TRY_ASSIGN(Container container, open_container(store, id, Access::change));
    TRY_ASSIGN(std::optional<NotifyRelay> relay,
               NotifyRelay::listen(container.directory.fd, notify_address()));
    TRY(start(container));
    if (relay) {
        // While the container gets ready others may change it: the lock is theirs.
        container.directory.fd = Fd();
        await_ready(*relay, container.init, container.record.init.pid);
    }
    return done();
}

void await_ready(NotifyRelay& relay, base::FdRef init, pid_t pid) {
    if (const Result<> told = relay.wait_until_ready(init, pid); !told) {
        base::log::warning(cat("the service manager was not told that the container is ready: ",
                               told.error().text()));
    }
}

Result<int> signal_number(const std::string& text) {
    if (const auto number = base::parse_number<int>(text)) {
        if (*number >= 0 && *number <= SIGRTMAX) {
            return *number;
        }
        return Error(cat("unknown signal ", base::quoted(text)));
    }
    const std::string name = text.starts_with("SIG") ? text : cat("SIG", text);
    for (int signal = 1; signal <= SIGRTMAX; ++signal) {
        if (base::signal_name(signal) == name) {
            return signal;
        }
    }
    if (name == "SIGRTMAX" || name.starts_with("SIGRTMAX-")) {
        const auto below =
            name == "SIGRTMAX" ? 0 : base::parse_number<int>(name.substr(9)).value_or(-1);
        if (below >= 0 && below < SIGRTMAX - SIGRTMIN) {
            return SIGRTMAX - below;
        }
    }
    return Error(cat("unknown signal ", base::quoted(text)));
}

Result<> kill(const StateStore& store, const std::string& id, int signal, Target target) {
    TRY_ASSIGN(const Container container, open_container(store, id, Access::look));
    // Without a pid namespace of its own, the container's other processes survive its first one.
    const bool by_group = target == Target::all_processes ||
                          (!container.record.own_pid_namespace && signal == SIGKILL);
    if (by_group && !container.record.cgroups.empty()) {
        TRY_ASSIGN(const cgroups::Placement groups, cgroups::reopen(container.record.cgroups));
        TRY_ASSIGN(const std::vector<pid_t> pids, cgroups::pids(groups));
        if (pids.empty() && !container.init) {
            return Error("container not running");
        }
        TRY(cgroups::signal_all(groups, signal));
    } else {
        Result<> sent = container.init ? base::sys::send_signal(container.init, signal)
                                       : Error::system(ESRCH, "");
        if (!sent) {
            return sent.code() == ESRCH ? Error("container not running") : std::move(sent).error();
        }
    }
    return signal == SIGKILL ? thaw(container) : done();
}

namespace {

Result<> remove_groups(cgroups::Manager& manager, const cgroups::SavedPlacement& saved) {
    // Most are empty by now, and the kernel removes no other.
    if (saved.empty() || manager.destroy(saved.groups, std::chrono::milliseconds(0))) {
        return done();
    }
    TRY_ASSIGN(const cgroups::Placement groups, cgroups::reopen(saved));
    TRY(cgroups::kill_all(groups, kPatience).in("end the container's processes"));
    return manager.destroy(groups, kPatience).in("remove the container's cgroups");
}

Result<> remove_cgroups(const ContainerRecord& record) {
    const auto manager = cgroups::manager_of(record.unit);
    TRY(remove_groups(*manager, record.cgroups));
    if (const Result<> forgotten = manager->forget(); !forgotten) {
        // Nothing is in it, so it goes by itself.
        base::log::warning(cat("the unit ", record.unit->unit.name,
                               " is left to systemd: ", forgotten.error().text()));
    }
    return done();
}

} // namespace

Result<> remove(const StateStore& store, Container& container) {
    TRY(end_init(container).in("end the container's process"));
    container.init = Fd();
    TRY(remove_cgroups(container.record));
    const bool unfinished = container.record.phase == ContainerRecord::Phase::creating;
    TRY(remove_rdt(container.record.rdt, unfinished ? RdtRemoval::undo : RdtRemoval::at_delete));
    run_poststop_hooks(container);
    return store.remove(container.directory);
}

namespace {

/// What such a container had made nobody knows any more.
Result<> remove_unreadable(const StateStore& store, const std::string& id, const Error& why) {
    base::log::warning(cat(why.text(), "; cgroups and processes of it may be left"));
    TRY_ASSIGN(const ContainerDirectory directory, store.open_locked(id, kLockPatienceS));
    return store.remove(directory);
}

} // namespace

Result<> remove(const StateStore& store, const std::string& id, Force force) {
    Result<Container> opened = open_container(store, id, Access::change);
    if (!opened && force == Force::yes && opened.code() == ENOENT) {
        return done();
    }
    if (!opened && force == Force::yes && opened.code() == EBADMSG) {
        return remove_unreadable(store, id, opened.error());
    }
    TRY_ASSIGN(Container container, std::move(opened));
    if (force == Force::no) {
        await_end_of_killed(container);
        TRY(require_status(container, "delete", {Status::stopped, Status::created}));
    }
    return remove(store, container);
}

Result<> pause(const StateStore& store, const std::string& id) {
    TRY_ASSIGN(const Container container, open_container(store, id, Access::change));
    TRY(require_status(container, "pause", {Status::running, Status::created}));
    TRY_ASSIGN(const cgroups::Placement groups, cgroups::reopen(container.record.cgroups));
    return cgroups::freeze(groups, kPatience);
}

Result<> resume(const StateStore& store, const std::string& id) {
    TRY_ASSIGN(const Container container, open_container(store, id, Access::change));
    TRY(require_status(container, "resume", {Status::paused}));
    TRY_ASSIGN(const cgroups::Placement groups, cgroups::reopen(container.record.cgroups));
    return cgroups::thaw(groups);
}

} // namespace runtime
