#include "cgroups/systemd/units.hpp"

#include "cgroups/systemd/wire.hpp"
#include "runtime/base/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include <unistd.h>

namespace systemd {

using base::cat;
using base::Deadline;
using base::done;
using base::Error;
using base::Result;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kPatience{5'000};        // for a bus that comes back
constexpr milliseconds kAnswerPatience{30'000}; // for an answer, or a job's end

constexpr const char* kService = "org.freedesktop.systemd1";
constexpr const char* kObject = "/org/freedesktop/systemd1";
constexpr const char* kInterface = "org.freedesktop.systemd1.Manager";

constexpr std::string_view kUnitExists = "org.freedesktop.systemd1.UnitExists";
constexpr std::string_view kNoSuchUnit = "org.freedesktop.systemd1.NoSuchUnit";
constexpr std::string_view kUnknownProperty = "org.freedesktop.DBus.Error.PropertyReadOnly";

std::string variable(const char* name) {
    const char* value = ::getenv(name);
    return value == nullptr ? "" : value;
}

Result<std::vector<Address>> sockets_of(Owner owner) {
    const bool is_system = owner == Owner::system;
    const std::string named =
        variable(is_system ? "DBUS_SYSTEM_BUS_ADDRESS" : "DBUS_SESSION_BUS_ADDRESS");
    if (!named.empty()) {
        return addresses_of(named);
    }
    if (is_system) {
        return std::vector<Address>{{.path = "/run/dbus/system_bus_socket"},
                                    {.path = "/run/systemd/private", .is_a_bus = false}};
    }
    const std::string directory = variable("XDG_RUNTIME_DIR");
    if (directory.empty()) {
        return std::move(Error("the user's service manager cannot be found: neither "
                               "DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR is set"))
            .hint("a login sets them, su and sudo do not; `loginctl enable-linger` keeps the "
                  "manager running");
    }
    return std::vector<Address>{{.path = directory + "/bus"},
                                {.path = directory + "/systemd/private", .is_a_bus = false}};
}

/// As sd_booted(3) has it; for a user the directory that its manager makes.
bool is_run_by_systemd(Owner owner) {
    const std::string directory =
        owner == Owner::system ? "/run/systemd/system" : variable("XDG_RUNTIME_DIR") + "/systemd";
    return ::access(directory.c_str(), F_OK) == 0;
}

Error unreachable(Owner owner, Error error) {
    const bool is_system = owner == Owner::system;
    return std::move(error)
        .in(is_system ? "reach systemd by D-Bus" : "reach the user's systemd by D-Bus")
        .hint(!is_run_by_systemd(owner)
                  ? "is this host run by systemd? Without it, use --cgroup-manager=cgroupfs"
              : is_system ? "`systemctl status dbus` says how the bus is"
                          : "`systemctl --user status dbus` says how the bus is");
}

/// The first address that answers. The error is that of the first one.
Result<Bus> connect_once(std::span<const Address> addresses) {
    std::optional<Error> first;
    for (const Address& address : addresses) {
        Result<Bus> bus = Bus::connect(address);
        if (bus) {
            return bus;
        }
        if (!first) {
            first = std::move(bus).error();
        }
    }
    return *std::move(first);
}

Result<Bus> connect_within(Owner owner, const Deadline& deadline) {
    TRY_ASSIGN(const std::vector<Address> addresses, sockets_of(owner));
    base::BackOff back_off;
    while (true) {
        Result<Bus> bus = connect_once(addresses);
        const int code = bus.code();
        // A socket that is missing comes back, if ever, where systemd runs the host.
        const bool may_come = code == EAGAIN || code == ECONNREFUSED || code == ENOENT;
        if (bus) {
            return bus;
        }
        if (!may_come || deadline.passed() || (code != EAGAIN && !is_run_by_systemd(owner))) {
            return unreachable(owner, std::move(bus).error());
        }
        back_off.sleep();
    }
}

/// Errors of a bus that is overloaded, or on which systemd is not at the moment.
bool is_passing(std::string_view error) {
    constexpr std::array<std::string_view, 6> kPassing = {
        "org.freedesktop.DBus.Error.LimitsExceeded", "org.freedesktop.DBus.Error.NoReply",
        "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
        "org.freedesktop.DBus.Error.Disconnected",   "org.freedesktop.DBus.Error.Timeout"};
    return std::find(kPassing.begin(), kPassing.end(), error) != kPassing.end() ||
           error.starts_with("org.freedesktop.DBus.Error.Spawn.");
}

/// The property that an error speaks of; of CPUQuotaPerSecUSec and CPUQuota the longer one.
const Property* named_in(std::string_view text, std::span<const Property> properties) {
    const Property* found = nullptr;
    for (const Property& property : properties) {
        if (text.find(property.name) != std::string_view::npos &&
            (found == nullptr || property.name.size() > found->name.size())) {
            found = &property;
        }
    }
    return found;
}

} // namespace

Result<UnitManager> UnitManager::connect(Unit unit) {
    const Deadline deadline(kPatience);
    TRY_ASSIGN(Bus bus, connect_within(unit.owner, deadline));
    UnitManager manager(std::move(unit), std::move(bus));
    manager.watch_jobs();
    static_cast<void>(manager.bus_.flush(deadline)); // what is lost is sent again
    return manager;
}

/// Systemd itself tells all its peers without being asked.
void UnitManager::watch_jobs() {
    if (!bus_.is_a_bus()) {
        return;
    }
    WireWriter rule;
    rule.string(cat("type='signal',sender='", kService, "',path='", kObject, "',interface='",
                    kInterface, "',member='JobRemoved',arg2='", unit_.name, "'"));
    bus_.queue({.destination = "org.freedesktop.DBus",
                .path = "/org/freedesktop/DBus",
                .interface = "org.freedesktop.DBus",
                .member = "AddMatch",
                .signature = "s",
                .body = std::move(rule).take()});
    queue_call("Subscribe", "", "");
}

Result<> UnitManager::reconnect(const Deadline& deadline) {
    TRY_ASSIGN(bus_, connect_within(unit_.owner, deadline));
    watch_jobs();
    return done();
}

/// Again, as long as it is the bus's fault.
Result<UnitManager::Answer> UnitManager::persistently(const Deed& deed) {
    const Deadline deadline(kPatience);
    base::BackOff back_off;
    while (true) {
        Result<Answer> answer = deed(Deadline(kAnswerPatience));
        const int code = answer.code();
        const bool may_pass = answer ? is_passing(answer->error) : code == ECONNRESET;
        if (may_pass && !deadline.passed()) {
            back_off.sleep();
            TRY(reconnect(deadline));
            continue;
        }
        if (answer && may_pass) {
            return unreachable(unit_.owner, Error(cat(answer->text, " (", answer->error, ")")));
        }
        if (code == ECONNRESET || code == EACCES || code == EBADMSG) {
            return unreachable(unit_.owner, std::move(answer).error());
        }
        return answer;
    }
}

std::uint32_t UnitManager::queue_call(std::string member, std::string signature, std::string body) {
    return bus_.queue({.destination = kService,
                       .path = kObject,
                       .interface = kInterface,
                       .member = std::move(member),
                       .signature = std::move(signature),
                       .body = std::move(body)});
}

void UnitManager::take_signal(const Message& message) {
    if (message.type != MessageType::signal || message.interface != kInterface ||
        message.member != "JobRemoved" || message.signature != "uoss") {
        return;
    }
    WireReader in(message.body);
    static_cast<void>(in.u32());
    const Result<std::string_view> job = in.string();
    static_cast<void>(in.string());
    const Result<std::string_view> result = in.string();
    if (job && result) {
        ended_jobs_.emplace(*job, *result);
    }
}

Result<UnitManager::Answer> UnitManager::answer_to(std::uint32_t serial, const Deadline& deadline) {
    while (true) {
        TRY_ASSIGN(const Message message, bus_.receive(deadline));
        take_signal(message);
        if (message.reply_serial != serial) {
            continue; // an answer to the greeting
        }
        if (message.type == MessageType::error) {
            return Answer{.error = message.error_name, .text = first_text(message)};
        }
        Answer answer;
        if (message.signature == "o") {
            TRY_ASSIGN(const std::string_view job, WireReader(message.body).string());
            answer.text = job;
        }
        return answer;
    }
}

Result<std::string> UnitManager::end_of_job(const std::string& job, const Deadline& deadline) {
    while (true) {
        if (const auto found = ended_jobs_.find(job); found != ended_jobs_.end()) {
            return found->second;
        }
        Result<Message> message = bus_.receive(deadline);
        if (message.code() == ETIMEDOUT) {
            return std::move(message)
                .error()
                .in(cat("wait for systemd's job of ", unit_.name))
                .hint("`systemctl list-jobs` shows what it works on");
        }
        TRY_ASSIGN(const Message received, std::move(message));
        take_signal(received);
    }
}

Error UnitManager::refused(std::string_view deed, const Answer& answer,
                           std::span<const Property> properties) const {
    const std::string said = cat(answer.text, " (", answer.error, ")");
    if (answer.error == kUnitExists) {
        return Error::system(EEXIST, "")
            .in(cat("systemd has a unit ", unit_.name, " already"))
            .hint(cat("another container may have the same cgroupsPath; `systemctl status ",
                      unit_.name, "` shows it"));
    }
    if (const Property* property = named_in(answer.text, properties)) {
        return std::move(Error(cat("systemd refuses ", property->name, " = ",
                                   text_of(property->value), ": ", said)))
            .at(property->origin);
    }
    Error error(cat("systemd does not ", deed, " ", unit_.name, ": ", said));
    if (answer.error.ends_with("AccessDenied") || answer.error.ends_with("AuthorizationRequired")) {
        return std::move(error).hint("this user may not manage units of the system");
    }
    return error;
}

Result<UnitManager::Answer> UnitManager::try_to_start(std::span<const Property> properties,
                                                      const Deadline& deadline) {
    WireWriter body;
    body.string(unit_.name);
    body.string("fail");
    body.properties(properties);
    body.end_array(body.begin_array(8)); // units beside it: none
    const std::uint32_t serial =
        queue_call("StartTransientUnit", "ssa(sv)a(sa(sv))", std::move(body).take());
    TRY_ASSIGN(Answer answer, answer_to(serial, deadline));
    if (!answer.error.empty()) {
        return answer;
    }
    TRY_ASSIGN(const std::string end, end_of_job(answer.text, deadline));
    if (end != "done") {
        queue_reset(); // nobody wants to see that it failed but who asked for it
        static_cast<void>(bus_.flush(deadline));
        return Error(cat("systemd could not start ", unit_.name, ": its job is \"", end, "\""))
            .hint(cat("`journalctl -u ", unit_.name, "` says why"));
    }
    return answer;
}

/// Leaves out the property that an answer refuses, if it may be.
bool UnitManager::spare(const Answer& answer, std::vector<Property>& properties) {
    const Property* property = named_in(answer.text, properties);
    if (property == nullptr || property->need == Need::required ||
        (property->need == Need::if_known && answer.error != kUnknownProperty)) {
        return false;
    }
    std::erase_if(properties,
                  [name = property->name](const Property& one) { return one.name == name; });
    return true;
}

Result<> UnitManager::start(std::vector<Property> properties) {
    bool is_cleared = false;
    while (true) {
        TRY_ASSIGN(const Answer answer, persistently([&](const Deadline& deadline) {
                       return try_to_start(properties, deadline);
                   }));
        if (answer.error.empty()) {
            return done();
        }
        if (answer.error == kUnitExists && !is_cleared) {
            queue_reset(); // one that has failed makes room
            is_cleared = true;
            continue;
        }
        if (!spare(answer, properties)) {
            return refused("start", answer, properties);
        }
    }
}

std::uint32_t UnitManager::queue_reset() {
    WireWriter body;
    body.string(unit_.name);
    return queue_call("ResetFailedUnit", "s", std::move(body).take());
}

Result<> UnitManager::set(std::vector<Property> properties) {
    while (!properties.empty()) {
        TRY_ASSIGN(const Answer answer, persistently([&](const Deadline& deadline) {
                       return try_to_set(properties, deadline);
                   }));
        if (answer.error.empty()) {
            return done();
        }
        if (!spare(answer, properties)) {
            return refused("change", answer, properties);
        }
    }
    return done();
}

/// systemd answers before it writes. It works off what it has to write between two messages, so the
/// answer to a second one says that it has.
Result<UnitManager::Answer> UnitManager::try_to_set(std::span<const Property> properties,
                                                    const Deadline& deadline) {
    WireWriter body;
    body.string(unit_.name);
    body.u32(1); // until the next boot
    body.properties(properties);
    const std::uint32_t serial = queue_call("SetUnitProperties", "sba(sv)", std::move(body).take());
    const std::uint32_t second = bus_.queue({.destination = kService,
                                             .path = kObject,
                                             .interface = "org.freedesktop.DBus.Peer",
                                             .member = "Ping"});
    TRY_ASSIGN(Answer answer, answer_to(serial, deadline));
    TRY(answer_to(second, deadline));
    return answer;
}

Result<> UnitManager::stop() {
    TRY_ASSIGN(const Answer answer,
               persistently([&](const Deadline& deadline) { return try_to_stop(deadline); }));
    return answer.error.empty() || answer.error == kNoSuchUnit ? done()
                                                               : refused("stop", answer, {});
}

Result<UnitManager::Answer> UnitManager::try_to_stop(const Deadline& deadline) {
    WireWriter body;
    body.string(unit_.name);
    body.string("fail");
    const std::uint32_t serial = queue_call("StopUnit", "ss", std::move(body).take());
    const std::uint32_t reset = queue_reset();
    TRY_ASSIGN(Answer answer, answer_to(serial, deadline));
    TRY(answer_to(reset, deadline));
    if (answer.error.empty()) {
        TRY_ASSIGN(const std::string end, end_of_job(answer.text, deadline));
        if (end != "done") {
            TRY(answer_to(queue_reset(), deadline)); // it failed while it stopped
        }
    }
    return answer;
}

} // namespace systemd
