#include "namespaces/from_host.hpp"
#include "namespaces/id_maps.hpp"
#include "namespaces/net_devices.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/clock.hpp"
#include "runtime/console.hpp"
#include "runtime/creation.hpp"
#include "runtime/hooks.hpp"
#include "runtime/launch.hpp"

#include <fcntl.h>

namespace runtime {

using base::cat;
using base::Child;
using base::done;
using base::Error;
using base::Fd;
using base::FdRef;
using base::Result;

/// The child may run hooks of its own behind `hooked`, which take the time that they take.
int Creation::bound() const {
    return plan_.init.create_container_hooks.empty() ? kConversationBoundMs : -1;
}

Result<> Creation::converse() {
    while (const std::optional<Message> message = channel_->next()) {
        TRY(take_turn(*message));
    }
    return done();
}

Result<> Creation::take_turn(Message message) {
    switch (message) {
    case Message::mapped:
        TRY(namespaces::write_uid_map(child_.pid(), plan_.init.spawn.uid_mappings)
                .at("/linux/uidMappings"));
        TRY(namespaces::write_gid_map(child_.pid(), plan_.init.spawn.gid_mappings)
                .at("/linux/gidMappings"));
        return channel_->send(message);
    case Message::begin:
        return send_begin();
    case Message::sibling:
        return take_over_sibling();
    case Message::sources:
        return send_sources();
    case Message::mounted:
        TRY(channel_->expect(message, kConversationBoundMs, child_.pidfd()));
        return done();
    case Message::hooked:
        TRY(run_runtime_hooks());
        return channel_->send(message);
    case Message::console:
        return take_console();
    case Message::listener:
        return hand_over_listener(*channel_, child_, bundle_.config.linux.seccomp.value(),
                                  hook_state(spec::Status::creating));
    case Message::ready:
        TRY(channel_->expect(message, bound(), child_.pidfd()));
        return finish();
    case Message::release:
        return save_and_release();
    case Message::failed:
    case Message::log:
        break;
    }
    return Error(cat("no turn of a script: ", name_of(message)));
}

Result<> Creation::send_begin() {
    plan_.init.cgroup_fds = static_cast<std::uint32_t>(entrance_.tasks.size());
    TRY_ASSIGN(const Fd plan, sealed_plan(plan_.init));
    std::vector<FdRef> fds = {plan, gate_.gate, gate_.verdict};
    fds.insert(fds.end(), joins_.begin(), joins_.end());
    fds.insert(fds.end(), entrance_.tasks.begin(), entrance_.tasks.end());
    return channel_->send(Message::begin, {}, fds);
}

Result<> Creation::take_over_sibling() {
    TRY_ASSIGN(Child sibling, take_sibling(*channel_, child_));
    child_ = std::move(sibling);
    TRY_ASSIGN(record_.init, identity_of(child_.pid()));
    return remember();
}

Result<> Creation::send_sources() {
    if (!sources_) {
        TRY_ASSIGN(sources_, namespaces::sources_from_host(child_, plan_.init.mounts));
    }
    const std::size_t count = std::min(sources_->size() - sources_sent_, kMostFdsPerPacket);
    const auto first = sources_->begin() + static_cast<std::ptrdiff_t>(sources_sent_);
    const std::vector<FdRef> part(first, first + static_cast<std::ptrdiff_t>(count));
    sources_sent_ += count;
    return channel_->send(Message::sources, {}, part);
}

Result<> Creation::run_runtime_hooks() {
    const spec::Hooks& hooks = bundle_.config.hooks;
    const std::string state = state_text(spec::Status::creating);
    Result<> ran = run_hooks({"prestart", hooks.prestart}, state, bundle_.path);
    if (ran) {
        ran = run_hooks({"createRuntime", hooks.create_runtime}, state, bundle_.path);
    }
    return ran;
}

Result<> Creation::take_console() {
    TRY_ASSIGN(Received received, channel_->expect(Message::console, bound(), child_.pidfd()));
    if (received.fds.size() != 1) {
        return Error::system(EPROTO, "\"console\" came without its descriptor");
    }
    return hand_over_terminal(std::move(received.fds.front()));
}

Result<> Creation::hand_over_terminal(Fd master) {
    if (request_.stays && request_.console_socket.empty()) {
        terminal_ = std::move(master);
        return adapt_to_foreground(terminal_);
    }
    return send_to_socket(master, request_.console_socket, kConsoleName)
        .in("send the terminal to the console socket");
}

/// What is set from outside, while the child waits. Net devices come last: one that has moved would
/// be lost with the namespace (kernel rule 13).
Result<> Creation::finish() {
    TRY(apply_late_limits());
    TRY(enter_rdt(record_.rdt, child_.pid()));
    rdt_claim_ = Fd();
    TRY(apply_limits(child_.pid(), plan_.limits));
    TRY(tell_pid());
    return move_net_devices();
}

Result<> Creation::apply_late_limits() {
    TRY_ASSIGN(const std::vector<cgroups::Warning> warnings,
               cgroups::apply(placement_, plan_.cgroups.after));
    for (const cgroups::Warning& warning : warnings) {
        base::log::warning(cat(warning.text, " (", bundle_.place_of(warning.origin), ")"));
    }
    return done();
}

Result<> Creation::tell_pid() {
    if (!request_.pidfd_socket.empty()) {
        TRY(send_to_socket(child_.pidfd(), request_.pidfd_socket, "pidfd")
                .in("send the pidfd to its socket"));
    }
    if (!request_.pid_file.empty()) {
        TRY(write_pid_file(request_.pid_file, child_.pid()));
    }
    return done();
}

Result<> Creation::move_net_devices() {
    if (plan_.net_devices.empty()) {
        return done();
    }
    TRY_ASSIGN(const Fd network,
               base::sys::open(FdRef::cwd(), cat("/proc/", child_.pid(), "/ns/net"), O_RDONLY));
    TRY(namespaces::move_net_devices(plan_.net_devices, network));
    return done();
}

/// Saved first: a container that nobody knows must not live.
Result<> Creation::save_and_release() {
    record_.phase = ContainerRecord::Phase::created;
    TRY(remember());
    return channel_->send(Message::release);
}

} // namespace runtime
