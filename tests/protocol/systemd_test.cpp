// What we say to systemd by D-Bus, with a bus that refuses, lies, dies or is busy. Whatever it
// does, the caller gets its unit or an error that says why, in bounded time.
#include "cgroups/systemd/units.hpp"
#include "cgroups/systemd/wire.hpp"
#include "tests/protocol/peers.hpp"
#include "tests/temp_dir.hpp"

#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/un.h>

using base::cat;
using base::Fd;
using base::FdRef;
using systemd::Message;
using systemd::MessageType;
using systemd::Property;
using systemd::UnitManager;
using tests::error_text;
using tests::ok;
using tests::value;

namespace {

const systemd::Unit kUnit = {.name = "a.scope"};
constexpr const char* kUnitExists = "org.freedesktop.systemd1.UnitExists";
constexpr const char* kNoSuchUnit = "org.freedesktop.systemd1.NoSuchUnit";
constexpr const char* kUnknown = "org.freedesktop.DBus.Error.PropertyReadOnly";

/// The bus's end of a connection.
class Client {
  public:
    Client(Fd socket, const tests::TempDir& folder) : socket_(std::move(socket)), folder_(folder) {}

    void say(std::string_view bytes) const { static_cast<void>(base::sys::write(socket_, bytes)); }
    void greet() {
        take("BEGIN\r\n");
        say("DATA\r\nOK 0123456789abcdef0123456789abcdef\r\n");
    }
    /// The next call; its name goes into the file "calls".
    Message next() {
        while (!value(systemd::length_of(unread_)) ||
               unread_.size() < *value(systemd::length_of(unread_))) {
            read_more();
        }
        const std::size_t length = *value(systemd::length_of(unread_));
        Message message = value(systemd::decode(std::string_view(unread_).substr(0, length)));
        unread_.erase(0, length);
        const Fd calls =
            value(base::sys::open(folder_.fd(), "calls", O_WRONLY | O_CREAT | O_APPEND, 0600));
        ok(base::sys::write(calls, message.member + "\n"));
        return message;
    }
    /// Passes over calls until this one.
    Message next(std::string_view member) {
        while (true) {
            Message message = next();
            if (message.member == member) {
                return message;
            }
            if (message.destination == "org.freedesktop.DBus") {
                answer(message, "s", text_body(":1.2"));
            } else {
                answer(message, "", "");
            }
        }
    }
    void answer(const Message& call, std::string signature, std::string body) {
        say(systemd::encode({.type = MessageType::reply,
                             .serial = ++serial_,
                             .reply_serial = call.serial,
                             .signature = std::move(signature),
                             .body = std::move(body)}));
    }
    void refuse(const Message& call, std::string error, std::string_view text) {
        say(systemd::encode({.type = MessageType::error,
                             .serial = ++serial_,
                             .reply_serial = call.serial,
                             .error_name = std::move(error),
                             .signature = "s",
                             .body = text_body(text)}));
    }
    void begin_job(const Message& call) { answer(call, "o", text_body("/job/7")); }
    void end_job(std::string_view result) {
        systemd::WireWriter body;
        body.u32(7);
        body.string("/job/7");
        body.string("a.scope");
        body.string(result);
        say(systemd::encode({.type = MessageType::signal,
                             .serial = ++serial_,
                             .path = "/org/freedesktop/systemd1",
                             .interface = "org.freedesktop.systemd1.Manager",
                             .member = "JobRemoved",
                             .signature = "uoss",
                             .body = std::move(body).take()}));
    }
    /// A start that goes well.
    void start_it() {
        greet();
        begin_job(next("StartTransientUnit"));
        end_job("done");
    }
    /// Until the client goes away.
    void stay() {
        std::array<char, 4096> buffer{};
        while (::recv(socket_.number(), buffer.data(), buffer.size(), 0) > 0) {
        }
    }

  private:
    static std::string text_body(std::string_view text) {
        systemd::WireWriter body;
        body.string(text);
        return std::move(body).take();
    }
    void read_more() {
        std::array<char, 4096> buffer{};
        const ssize_t size = ::recv(socket_.number(), buffer.data(), buffer.size(), 0);
        if (size <= 0) {
            ::_exit(0);
        }
        unread_.append(buffer.data(), static_cast<std::size_t>(size));
    }
    void take(std::string_view end) {
        while (unread_.find(end) == std::string::npos) {
            read_more();
        }
        unread_.erase(0, unread_.find(end) + end.size());
    }

    Fd socket_;
    const tests::TempDir& folder_;
    std::string unread_;
    std::uint32_t serial_ = 0;
};

/// A bus of the test's own, in the place of the system's. Each deed is for one connection; when
/// they are done nobody is there any more.
class FakeBus {
  public:
    explicit FakeBus(const std::vector<std::function<void(Client&)>>& deeds) {
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        std::strncpy(name.sun_path, folder_.at("bus").c_str(), sizeof name.sun_path - 1);
        Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        REQUIRE(::bind(listener.number(), reinterpret_cast<const sockaddr*>(&name), sizeof name) ==
                0);
        REQUIRE(::listen(listener.number(), 4) == 0);
        ::setenv("DBUS_SYSTEM_BUS_ADDRESS", cat("unix:path=", folder_.at("bus")).c_str(), 1);
        process_ = value(base::fork_to([&] {
            for (const int signal : {SIGTERM, SIGINT, SIGSEGV, SIGABRT, SIGPIPE}) {
                ::signal(signal, SIG_DFL);
            }
            for (const auto& deed : deeds) {
                Client client(Fd(::accept(listener.number(), nullptr, nullptr)), folder_);
                deed(client);
            }
            return 0;
        }));
    }
    FakeBus(const FakeBus&) = delete;
    FakeBus& operator=(const FakeBus&) = delete;
    ~FakeBus() { ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS"); }

    [[nodiscard]] std::string calls() const { return folder_.read("calls"); }

  private:
    tests::TempDir folder_;
    base::Child process_;
};

base::Result<> start(std::vector<Property> properties = {}) {
    TRY_ASSIGN(UnitManager manager, UnitManager::connect(kUnit));
    return manager.start(std::move(properties));
}

base::Result<> stop() {
    TRY_ASSIGN(UnitManager manager, UnitManager::connect(kUnit));
    return manager.stop();
}

base::Result<> set(std::vector<Property> properties) {
    TRY_ASSIGN(UnitManager manager, UnitManager::connect(kUnit));
    return manager.set(std::move(properties));
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

} // namespace

TEST_CASE("a start is one call of systemd behind the greeting", "[systemd]") {
    const FakeBus bus({[](Client& client) { client.start_it(); }});
    ok(start({{"MemoryMax", std::uint64_t{1}, ""}}));
    CHECK(bus.calls() == "Hello\nAddMatch\nSubscribe\nStartTransientUnit\n");
}

TEST_CASE("an answer that comes byte by byte, or its signal first, is an answer", "[systemd]") {
    const FakeBus bus({[](Client& client) {
        client.greet();
        const Message call = client.next("StartTransientUnit");
        client.end_job("done");
        client.begin_job(call);
        client.stay();
    }});
    ok(start());
}

TEST_CASE("a unit that is there already, and has not failed, is an error", "[systemd]") {
    const FakeBus bus({[](Client& client) {
        client.greet();
        client.refuse(client.next("StartTransientUnit"), kUnitExists, "Unit a.scope exists.");
        client.refuse(client.next("StartTransientUnit"), kUnitExists, "Unit a.scope exists.");
        client.stay();
    }});
    const base::Result<> started = start();
    CHECK(started.code() == EEXIST);
    CHECK(contains(error_text(started), "systemd has a unit a.scope already"));
    CHECK(contains(bus.calls(), "StartTransientUnit\nResetFailedUnit\nStartTransientUnit\n"));
}

TEST_CASE("a unit that had failed makes room for a new one", "[systemd]") {
    const FakeBus bus({[](Client& client) {
        client.greet();
        client.refuse(client.next("StartTransientUnit"), kUnitExists, "Unit a.scope exists.");
        client.begin_job(client.next("StartTransientUnit"));
        client.end_job("done");
        client.stay();
    }});
    ok(start());
}

TEST_CASE("a property that an older systemd does not know is left to the file", "[systemd]") {
    const FakeBus bus({[](Client& client) {
        client.greet();
        const Message first = client.next("StartTransientUnit");
        client.refuse(first, kUnknown, "Cannot set property AllowedCPUs, or unknown property.");
        const Message second = client.next("StartTransientUnit");
        if (contains(second.body, "AllowedCPUs") || !contains(second.body, "MemoryMax")) {
            client.refuse(second, kUnitExists, "");
        }
        client.begin_job(second);
        client.end_job("done");
        client.stay();
    }});
    ok(start({{"AllowedCPUs", std::vector<std::uint8_t>{1}, "", systemd::Need::if_known},
              {"MemoryMax", std::uint64_t{1}, ""}}));
}

TEST_CASE("a property that is refused is named, with what asked for it", "[systemd]") {
    const FakeBus bus({[](Client& client) {
        client.greet();
        client.refuse(client.next("StartTransientUnit"), "org.freedesktop.DBus.Error.InvalidArgs",
                      "Value specified in MemoryMax is out of range");
        client.stay();
    }});
    const base::Result<> started =
        start({{"Memory", std::uint64_t{2}, "/short"},
               {"MemoryMax", std::uint64_t{1}, "/linux/resources/memory/limit",
                systemd::Need::if_known}});
    CHECK(contains(error_text(started), "systemd refuses MemoryMax = 1: Value specified in"));
    CHECK(started.error().failure().pointer == "/linux/resources/memory/limit");
}

TEST_CASE("a job that does not end well is an error that says how it ended", "[systemd]") {
    const FakeBus bus({[](Client& client) {
        client.greet();
        client.begin_job(client.next("StartTransientUnit"));
        client.end_job("failed");
        client.stay();
    }});
    CHECK(contains(error_text(start()), "could not start a.scope: its job is \"failed\""));
}

TEST_CASE("a bus that goes away is tried again, wherever it went", "[systemd]") {
    const FakeBus bus({[](Client& /*at once*/) {}, [](Client& client) { client.greet(); },
                       [](Client& client) {
                           client.greet();
                           client.next("StartTransientUnit");
                       },
                       [](Client& client) {
                           client.greet();
                           client.begin_job(client.next("StartTransientUnit"));
                       },
                       [](Client& client) {
                           client.start_it();
                           client.stay();
                       }});
    ok(start());
}

TEST_CASE("a bus that is overloaded, or has no systemd on it yet, is tried again", "[systemd]") {
    const auto refuses = [](const char* error) {
        return [error](Client& client) {
            client.greet();
            client.refuse(client.next("StartTransientUnit"), error, "not now");
            client.stay();
        };
    };
    const FakeBus bus({refuses("org.freedesktop.DBus.Error.LimitsExceeded"),
                       refuses("org.freedesktop.DBus.Error.NoReply"),
                       refuses("org.freedesktop.DBus.Error.ServiceUnknown"), [](Client& client) {
                           client.start_it();
                           client.stay();
                       }});
    ok(start());
}

TEST_CASE("a bus that does not let us in is told, and not tried again", "[systemd]") {
    const FakeBus bus({[](Client& client) {
        client.say("REJECTED EXTERNAL\r\n");
        client.stay();
    }});
    const base::Result<> started = start();
    CHECK(started.code() == EACCES);
    CHECK(contains(error_text(started), "reach systemd by D-Bus: it does not let this user in"));
}

TEST_CASE("what does not speak D-Bus is told, and not tried again", "[systemd]") {
    for (const std::string& bytes :
         {std::string("HTTP/1.1 400 Bad Request\r\n"), std::string(2000, 'x'),
          std::string("DATA\r\nOK 0\r\nB\1\0\1\0\0\0\0\1\0\0\0\0\0\0\0", 29),
          std::string("DATA\r\nDATA\r\n")}) {
        const FakeBus bus({[&bytes](Client& client) {
            client.say(bytes);
            client.stay();
        }});
        INFO(bytes);
        CHECK(start().code() == EBADMSG);
    }
}

TEST_CASE("no bus at all is told with the question that leads on", "[systemd]") {
    ::setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/no/such/bus", 1);
    const base::Result<> started = start();
    ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
    CHECK(started.code() == ENOENT);
    CHECK(contains(error_text(started), "reach systemd by D-Bus: connect(\"/no/such/bus\")"));
    CHECK_FALSE(started.error().failure().hint.empty());
}

TEST_CASE("a stop waits for its job, and a unit that is gone is stopped", "[systemd]") {
    const FakeBus bus({[](Client& client) {
                           client.greet();
                           client.begin_job(client.next("StopUnit"));
                           client.answer(client.next("ResetFailedUnit"), "", "");
                           client.end_job("done");
                           client.stay();
                       },
                       [](Client& client) {
                           client.greet();
                           client.refuse(client.next("StopUnit"), kNoSuchUnit, "not loaded");
                           client.refuse(client.next("ResetFailedUnit"), kNoSuchUnit, "not loaded");
                           client.stay();
                       },
                       [](Client& client) {
                           client.greet();
                           client.refuse(client.next("StopUnit"),
                                         "org.freedesktop.DBus.Error.AccessDenied", "no");
                           client.refuse(client.next("ResetFailedUnit"), kNoSuchUnit, "");
                           client.stay();
                       }});
    ok(stop());
    ok(stop());
    CHECK(contains(error_text(stop()), "systemd does not stop a.scope: no"));
}

TEST_CASE("a change is made when systemd has written it, or refused by name", "[systemd]") {
    const FakeBus bus({[](Client& client) {
                           client.greet();
                           client.answer(client.next("SetUnitProperties"), "", "");
                           client.answer(client.next("Ping"), "", "");
                           client.stay();
                       },
                       [](Client& client) {
                           client.greet();
                           client.refuse(client.next("SetUnitProperties"), kUnknown,
                                         "Cannot set property MemoryMax, or unknown property.");
                           client.answer(client.next("Ping"), "", "");
                           client.stay();
                       }});
    ok(set({{"MemoryMax", std::uint64_t{1}, "/memory/limit"}}));
    const base::Result<> refused = set({{"MemoryMax", std::uint64_t{1}, "/memory/limit"}});
    CHECK(refused.error().failure().pointer == "/memory/limit");
    ok(set({})); // nobody is asked
}
