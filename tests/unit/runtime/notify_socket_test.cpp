// What a container says to the service manager, between two sockets.
#include "runtime/base/child.hpp"
#include "runtime/notify_socket.hpp"
#include "tests/temp_dir.hpp"

#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using runtime::handed_on;
using runtime::NotifyRelay;
using tests::ok;
using tests::value;

namespace {

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(path.size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return address;
}

/// The service manager: a socket, and what came to it.
class Manager {
  public:
    explicit Manager(const std::string& path)
        : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        const sockaddr_un address = address_of(path);
        REQUIRE(::bind(socket_.number(), reinterpret_cast<const sockaddr*>(&address),
                       sizeof address) == 0);
    }
    [[nodiscard]] std::string next() const {
        std::array<pollfd, 1> watched = {{{socket_.number(), POLLIN, 0}}};
        REQUIRE(value(base::sys::poll(watched, 10'000)) == 1);
        return value(base::sys::receive(socket_, 4096)).bytes; // closes what came beside it
    }

  private:
    base::Fd socket_;
};

void say(const std::string& path, std::string_view message) {
    const base::Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const sockaddr_un address = address_of(path);
    REQUIRE(::sendto(socket.number(), message.data(), message.size(), 0,
                     reinterpret_cast<const sockaddr*>(&address),
                     sizeof address) == static_cast<ssize_t>(message.size()));
}

/// A container's directory with one for the socket, and a process that lives until it is told.
struct Container {
    Container() { ok(runtime::make_notify_directory(place.fd())); }
    [[nodiscard]] NotifyRelay relay(const std::string& manager) const {
        std::optional<NotifyRelay> relay = value(NotifyRelay::listen(place.fd(), manager));
        REQUIRE(relay);
        return *std::move(relay);
    }
    [[nodiscard]] std::string socket() const { return place.at("notify/notify.sock"); }

    tests::TempDir place;
    base::sys::Pipe life = value(base::sys::pipe());
    base::Child init = value(base::fork_to([this] {
        life.write_end = base::Fd();
        std::array<char, 1> nothing{};
        static_cast<void>(base::sys::read(life.read_end, nothing));
        return 0;
    }));
};

} // namespace

TEST_CASE("only the container's own state is handed on", "[notify]") {
    CHECK(handed_on("READY=1") == "READY=1\n");
    CHECK(handed_on("READY=1\nSTATUS=up\nMAINPID=1\nX=y\n\nWATCHDOG=1") ==
          "READY=1\nSTATUS=up\nWATCHDOG=1\n");
    for (const std::string_view foreign :
         {"", "MAINPID=1", "FDSTORE=1\nFDNAME=x", "BARRIER=1", "NOTIFYACCESS=all", "XREADY=1"}) {
        CAPTURE(foreign);
        CHECK(handed_on(foreign).empty());
    }
}

TEST_CASE("the configuration gets a mount and a variable for the socket", "[notify]") {
    spec::Spec config;
    config.process.emplace().env = {"A=1", "NOTIFY_SOCKET=/elsewhere", "B=2"};
    config.mounts.push_back({.destination = "/run"});
    runtime::offer_notify_socket(config, "/run/oci-rt/web1");
    CHECK(config.process->env ==
          std::vector<std::string>{"A=1", "B=2", "NOTIFY_SOCKET=/run/notify/notify.sock"});
    REQUIRE(config.mounts.size() == 2);
    CHECK(config.mounts[1].destination == "/run/notify");
    CHECK(config.mounts[1].source == "/run/oci-rt/web1/notify");
    spec::Spec without;
    runtime::offer_notify_socket(without, "/x");
    CHECK_FALSE(without.process);
}

TEST_CASE("nobody listens without a manager, or without a directory for it", "[notify]") {
    const Container container;
    CHECK_FALSE(value(NotifyRelay::listen(container.place.fd(), "")));
    const tests::TempDir old;
    CHECK_FALSE(value(NotifyRelay::listen(old.fd(), "/run/systemd/notify")));
}

TEST_CASE("the manager hears that the container is ready, and its main process", "[notify]") {
    const Container container;
    const Manager manager(container.place.at("manager"));
    NotifyRelay relay = container.relay(container.place.at("manager"));
    say(container.socket(), "STATUS=begins");
    say(container.socket(), "STATUS=stands\nREADY=1\nMAINPID=1\n");
    base::Child waiting = value(base::fork_to(
        [&] { return relay.wait_until_ready(container.init.pidfd(), 4711) ? 0 : 1; }));
    CHECK(manager.next() == "STATUS=stands\nREADY=1\nMAINPID=4711\n");
    CHECK(manager.next() == "BARRIER=1");
    CHECK(value(waiting.wait()).code == 0);
}

TEST_CASE("the wait for a container that is never ready ends with it", "[notify]") {
    Container container;
    const Manager manager(container.place.at("manager"));
    NotifyRelay relay = container.relay(container.place.at("manager"));
    say(container.socket(), "STATUS=begins");
    container.life.write_end = base::Fd();
    ok(relay.wait_until_ready(container.init.pidfd(), 4711));
}

TEST_CASE("a manager that is gone is an error, and a container may say nonsense", "[notify]") {
    const Container container;
    NotifyRelay relay = container.relay(container.place.at("nobody"));
    say(container.socket(), std::string(5000, 'x')); // longer than what is taken
    ok(relay.hand_on());
    say(container.socket(), "READY=1");
    CHECK(relay.hand_on().code() == ENOENT);
    ok(relay.hand_on()); // nothing is there
}

TEST_CASE("a start that comes after one that was killed listens all the same", "[notify]") {
    const Container container;
    const Manager manager(container.place.at("manager"));
    static_cast<void>(container.relay(container.place.at("manager")));
    NotifyRelay relay = container.relay(container.place.at("manager"));
    say(container.socket(), "STOPPING=1");
    ok(relay.hand_on());
    CHECK(manager.next() == "STOPPING=1\n");
}
