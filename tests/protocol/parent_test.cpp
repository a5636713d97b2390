// The runtime's end of the conversation, with a child that dies, lies or stays silent at each turn.
// Whatever it does, the runtime gets an error that says so, in bounded time.
#include "namespaces/spawn.hpp"
#include "runtime/channel.hpp"
#include "runtime/launch.hpp"
#include "tests/protocol/peers.hpp"

#include <chrono>

#include <fcntl.h>

using namespace peers;
using runtime::Channel;
using tests::error_text;
using tests::ok;

namespace {

constexpr int kBoundMs = 100;
constexpr int kLongMs = 20'000; // nobody is to need it

/// Walks the parent's side to the end of the script or to the first error.
base::Result<> converse(Channel& channel, FdRef child, int bound_ms = kLongMs) {
    while (const std::optional<Message> message = channel.next()) {
        if (sender_of(*message) == Side::parent) {
            TRY(channel.send(*message, "body"));
        } else {
            TRY(channel.expect(*message, bound_ms, child));
        }
    }
    return base::done();
}

/// The parent's side of the first turns, with a child that is honest so far.
void take_turns(Channel& channel, std::size_t turns, FdRef child) {
    for (std::size_t i = 0; i < turns; ++i) {
        const Message message = *channel.next();
        if (sender_of(message) == Side::parent) {
            ok(channel.send(message));
        } else {
            value(channel.expect(message, kLongMs, child));
        }
    }
}

/// What the conversation ends with when the child is honest for `turns` turns and then does `deed`.
base::Result<> end_of(const Script& script, std::size_t turns,
                      const std::function<int(FdRef)>& deed, int bound_ms = kLongMs) {
    Peer child = peer([&](base::Fd socket) {
        walk(socket, Side::child, script, turns);
        return deed(socket);
    });
    Channel channel(std::move(child.socket), Side::parent, script);
    return converse(channel, child.process.pidfd(), bound_ms);
}

/// Calls `check` for each turn of each script, with how many turns come before it.
void at_each_turn(const std::function<void(const Script&, std::size_t)>& check) {
    for (const Script& script : scripts()) {
        for (std::size_t turn = 0; turn < script.size(); ++turn) {
            INFO("turn " << turn << " " << name_of(script[turn]));
            check(script, turn);
        }
    }
}

/// Whether the child has a turn at or behind this one: only then its end is seen for sure.
bool child_speaks_from(const Script& script, std::size_t turn) {
    for (std::size_t i = turn; i < script.size(); ++i) {
        if (sender_of(script[i]) == Side::child) {
            return true;
        }
    }
    return false;
}

bool is_end(int code) {
    return code == EPIPE || code == ECONNRESET;
}

} // namespace

TEST_CASE("with an honest child every conversation comes to its end", "[protocol]") {
    for (const Script& script : scripts()) {
        ok(end_of(script, script.size(), [](FdRef) { return 0; }));
    }
}

TEST_CASE("a child that dies before a turn ends the conversation there", "[protocol]") {
    at_each_turn([](const Script& script, std::size_t turn) {
        if (!child_speaks_from(script, turn)) {
            return;
        }
        for (const int way : {0, 1, 2}) {
            const auto end = end_of(script, turn, [way](FdRef) {
                if (way == 2) {
                    ::kill(::getpid(), SIGKILL);
                }
                return way * 3;
            });
            REQUIRE_FALSE(end);
            CHECK(is_end(end.code()));
        }
    });
}

TEST_CASE("a child that is dead when it is to be told something is noticed at once", "[protocol]") {
    at_each_turn([](const Script& script, std::size_t turn) {
        if (sender_of(script[turn]) != Side::parent) {
            return;
        }
        Peer child = peer([&](base::Fd socket) {
            walk(socket, Side::child, script, turn);
            return 0;
        });
        Channel channel(std::move(child.socket), Side::parent, script);
        take_turns(channel, turn, child.process.pidfd());
        wait_for_death(child.process.pidfd());
        const auto end = converse(channel, child.process.pidfd());
        REQUIRE_FALSE(end);
        CHECK(is_end(end.code()));
    });
}

TEST_CASE("a copy of a dead child's end does not keep the runtime waiting", "[protocol]") {
    // As when a hook or the container's own child has inherited it.
    base::sys::SocketPair pair = value(base::sys::socketpair(SOCK_SEQPACKET));
    const base::Child child = value(base::fork_to([] { return 0; }));
    Channel channel(std::move(pair.ours), Side::parent, {Message::ready});
    const auto end = channel.expect(Message::ready, kLongMs, child.pidfd());
    CHECK(end.code() == EPIPE);
}

TEST_CASE("a last word that is there is read before the death is told", "[protocol]") {
    base::sys::SocketPair pair = value(base::sys::socketpair(SOCK_SEQPACKET));
    const base::Child child = value(base::fork_to([&] {
        send_raw(pair.theirs, packet_of(Message::ready));
        return 0;
    }));
    wait_for_death(child.pidfd());
    Channel channel(std::move(pair.ours), Side::parent, {Message::ready});
    CHECK(channel.expect(Message::ready, kLongMs, child.pidfd()));
}

TEST_CASE("what a child says out of turn ends the conversation", "[protocol]") {
    at_each_turn([](const Script& script, std::size_t turn) {
        if (sender_of(script[turn]) != Side::child) {
            return;
        }
        for (int type = 0; type < 256; type += type < 16 ? 1 : 60) {
            const auto message = static_cast<Message>(type);
            if (message == script[turn] || message == Message::failed || message == Message::log) {
                continue;
            }
            const auto end = end_of(script, turn, [&](FdRef socket) {
                send_raw(socket, packet_of(message, "x"));
                wait_readable(socket);
                return 0;
            });
            REQUIRE_FALSE(end);
            CHECK(end.code() == EPROTO);
            CHECK(error_text(end).starts_with(
                base::cat("the conversation is at \"", name_of(script[turn]), "\", but \"",
                          name_of(message), "\" came: Protocol error")));
        }
    });
}

TEST_CASE("a child that says its turn twice is out of turn", "[protocol]") {
    at_each_turn([](const Script& script, std::size_t turn) {
        const bool again = sender_of(script[turn]) == Side::child &&
                           child_speaks_from(script, turn + 1) && script[turn + 1] != script[turn];
        if (!again) {
            return;
        }
        const auto end = end_of(script, turn + 1, [&](FdRef socket) {
            send_raw(socket, packet_of(script[turn]));
            stay_silent();
            return 0;
        });
        CHECK(end.code() == EPROTO);
    });
}

TEST_CASE("an empty packet is no message", "[protocol]") {
    at_each_turn([](const Script& script, std::size_t turn) {
        if (sender_of(script[turn]) != Side::child) {
            return;
        }
        const auto end = end_of(script, turn, [](FdRef socket) {
            send_raw(socket, "");
            stay_silent();
            return 0;
        });
        CHECK(end.code() == EPIPE);
    });
}

TEST_CASE("a packet that is too long is refused, not cut", "[protocol]") {
    at_each_turn([](const Script& script, std::size_t turn) {
        if (sender_of(script[turn]) != Side::child) {
            return;
        }
        const auto end = end_of(script, turn, [&](FdRef socket) {
            send_raw(socket, packet_of(script[turn], std::string(kLongestPacket, 'x')));
            stay_silent();
            return 0;
        });
        CHECK(end.code() == EPROTO);
        CHECK(error_text(end).find("too long") != std::string::npos);
    });
}

TEST_CASE("a failure that the child reports is the error, at whatever turn it comes",
          "[protocol]") {
    const base::Error told({.facts = {"mount proc on \"/proc\""},
                            .pointer = "/mounts/0",
                            .call = "fsmount(proc)",
                            .code = EPERM,
                            .hint = "advice"});
    at_each_turn([&](const Script& script, std::size_t turn) {
        if (!child_speaks_from(script, turn)) {
            return; // behind `ready` it does nothing that can fail before the gate
        }
        const auto end = end_of(script, turn, [&](FdRef socket) {
            send_raw(socket, packet_of(Message::failed, base::encode(told)));
            return 1;
        });
        REQUIRE_FALSE(end);
        CHECK(error_text(end) == told.text());
        CHECK(end.error().failure().pointer == "/mounts/0");
        CHECK(end.error().failure().hint == "advice");
    });
}

TEST_CASE("a failure is told also by a child that ended with our packet unread", "[protocol]") {
    // The kernel reports ECONNRESET before it hands out what the child said.
    at_each_turn([](const Script& script, std::size_t turn) {
        if (sender_of(script[turn]) != Side::parent || !child_speaks_from(script, turn)) {
            return;
        }
        Peer child = peer([&](base::Fd socket) {
            walk(socket, Side::child, script, turn);
            wait_readable(socket);
            send_raw(socket, packet_of(Message::failed, base::encode(base::Error("told"))));
            return 1;
        });
        Channel channel(std::move(child.socket), Side::parent, script);
        take_turns(channel, turn + 1, child.process.pidfd());
        wait_for_death(child.process.pidfd());
        CHECK(error_text(converse(channel, child.process.pidfd())) == "told");
    });
}

TEST_CASE("a failure that is no error text is told as such", "[protocol]") {
    const Script script = runtime::script_of({});
    const auto body =
        GENERATE(as<std::string>{}, "", "x", std::string(8, '\xff'), std::string(1000, '\0'));
    const auto end = end_of(script, 1, [&](FdRef socket) {
        send_raw(socket, packet_of(Message::failed, body));
        return 1;
    });
    CHECK(error_text(end) == "an unreadable error arrived");
}

TEST_CASE("a child that cannot execute the runtime says at which step", "[protocol]") {
    const Script script = runtime::script_of({});
    for (std::uint32_t step = 0; step < namespaces::kLaunchSteps.size() + 2; ++step) {
        const auto end = end_of(script, 1, [&](FdRef socket) {
            namespaces::LaunchFailure failure;
            failure.code = ENOEXEC;
            failure.step = step;
            send_raw(socket, {reinterpret_cast<const char*>(&failure), sizeof failure});
            return 1;
        });
        if (step < namespaces::kLaunchSteps.size()) {
            CHECK(end.code() == ENOEXEC);
            CHECK(error_text(end).starts_with(std::string(namespaces::kLaunchSteps[step])));
        } else {
            CHECK(end.code() == EPROTO); // no such step: so it is no launch failure
        }
    }
}

TEST_CASE("a storm of log lines is logged, and the conversation goes on", "[protocol]") {
    std::vector<std::string> logged;
    base::log::redirect([&](base::log::Level level, std::string_view line) {
        logged.push_back(base::cat(static_cast<int>(level), " ", line));
    });
    base::log::configure(base::Fd(), base::log::Format::text, base::log::Level::debug);
    std::size_t storms = 0;
    at_each_turn([&](const Script& script, std::size_t turn) {
        if (sender_of(script[turn]) != Side::child) {
            return;
        }
        logged.clear();
        const auto end = end_of(script, turn, [&](FdRef socket) {
            for (int i = 0; i < 500; ++i) {
                send_raw(socket, packet_of(Message::log, base::cat('\1', "line ", i)));
            }
            send_raw(socket, packet_of(Message::log)); // without a level: nothing to log
            for (std::size_t i = turn; i < script.size(); ++i) {
                if (sender_of(script[i]) == Side::child) {
                    send_raw(socket, packet_of(script[i]));
                } else {
                    static_cast<void>(base::sys::receive(socket, kLongestPacket));
                }
            }
            return 0;
        });
        ++storms;
        CHECK(logged.size() == 500);
        CHECK(logged.back() == "1 line 499");
        // The one packet without a level is out of turn.
        CHECK(end.code() == EPROTO);
    });
    base::log::redirect({});
    base::log::configure(base::Fd(), base::log::Format::text, base::log::Level::warning);
    CHECK(storms > 5);
}

TEST_CASE("a log line of a level that there is not is a warning or debug, never an error",
          "[protocol]") {
    std::vector<int> levels;
    base::log::redirect([&](base::log::Level level, std::string_view) {
        levels.push_back(static_cast<int>(level));
    });
    base::log::configure(base::Fd(), base::log::Format::text, base::log::Level::debug);
    const Script script = runtime::script_of({});
    ok(end_of(script, 1, [&](FdRef socket) {
        for (const char level : {'\0', '\1', '\3', '\4', '\xff'}) {
            send_raw(socket, packet_of(Message::log, base::cat(level, "line")));
        }
        send_raw(socket, packet_of(Message::ready));
        wait_readable(socket);
        return 0;
    }));
    base::log::redirect({});
    base::log::configure(base::Fd(), base::log::Format::text, base::log::Level::warning);
    CHECK(levels == std::vector<int>{1, 1, 3, 3, 3});
}

TEST_CASE("a silent child is waited for as long as the bound says", "[protocol]") {
    at_each_turn([](const Script& script, std::size_t turn) {
        if (!child_speaks_from(script, turn)) {
            return;
        }
        const auto begin = std::chrono::steady_clock::now();
        const auto end = end_of(
            script, turn,
            [](FdRef) {
                stay_silent();
                return 0;
            },
            kBoundMs);
        const auto took = std::chrono::steady_clock::now() - begin;
        CHECK(end.code() == ETIMEDOUT);
        CHECK(took >= std::chrono::milliseconds(kBoundMs));
        CHECK(took < std::chrono::seconds(10));
    });
}

TEST_CASE("the runtime does not say what is not its turn", "[protocol]") {
    base::sys::SocketPair pair = value(base::sys::socketpair(SOCK_SEQPACKET));
    Channel channel(std::move(pair.ours), Side::parent, {Message::begin, Message::ready});
    CHECK(channel.send(Message::release).code() == EPROTO);
    CHECK(channel.send(Message::ready).code() == EPROTO);
    CHECK(channel.expect(Message::begin, kLongMs).code() == EPROTO);
    CHECK(channel.expect(Message::ready, kLongMs).code() == EPROTO);
    ok(channel.send(Message::begin));
    CHECK(channel.send(Message::begin).code() == EPROTO);
    std::array<pollfd, 1> watched = {{{pair.theirs.number(), POLLIN, 0}}};
    value(base::sys::receive(pair.theirs, 100));
    CHECK(value(base::sys::poll(watched, 0)) == 0); // nothing else was sent
}

TEST_CASE("behind the script the child's end is waited for, and its last error taken",
          "[protocol]") {
    const auto said_at_end = [](const std::function<void(FdRef)>& deed) {
        Peer child = peer([&](base::Fd socket) {
            deed(socket);
            return 0;
        });
        Channel channel(std::move(child.socket), Side::parent, {});
        return error_text(channel.wait_for_close(kLongMs, child.process.pidfd()));
    };
    CHECK(said_at_end([](FdRef) {}) == "no error");
    CHECK(said_at_end([](FdRef socket) {
              send_raw(socket, packet_of(Message::log, "\1line"));
              send_raw(socket, packet_of(Message::failed, base::encode(base::Error("told"))));
          }) == "told");
    CHECK(said_at_end([](FdRef socket) { send_raw(socket, packet_of(Message::ready)); }) ==
          "no error");
}

TEST_CASE("a relay names its sibling, or is out of order", "[protocol]") {
    struct Row {
        std::string body;
        std::size_t fds;
    };
    const pid_t pid = ::getpid();
    const std::string number(reinterpret_cast<const char*>(&pid), sizeof pid);
    const Row row = GENERATE_COPY(
        values<Row>({{number, 0}, {number, 2}, {"", 1}, {number + "x", 1}, {number.substr(1), 1}}));
    Peer relay = peer([&](base::Fd socket) {
        const base::Fd some = value(base::sys::open(FdRef::cwd(), "/", O_PATH));
        send_raw(socket, packet_of(Message::sibling, row.body),
                 std::vector<FdRef>(row.fds, some.ref()));
        wait_readable(socket);
        return 0;
    });
    Channel channel(std::move(relay.socket), Side::parent, {Message::sibling});
    const auto sibling = runtime::take_sibling(channel, relay.process);
    CHECK(sibling.code() == EPROTO);
    CHECK(error_text(sibling).starts_with("\"sibling\" came without its process"));
}

TEST_CASE("a listener is fetched from a child that has one, and only from a living one",
          "[protocol]") {
    const spec::Seccomp profile{.listener_path = "/nowhere/agent.sock"};
    const auto hand_over = [&](const std::string& number, int deed) {
        Peer child = peer([&](base::Fd socket) {
            send_raw(socket, packet_of(Message::listener, number));
            if (deed == 1) {
                stay_silent();
            }
            return 0;
        });
        Channel channel(std::move(child.socket), Side::parent, {Message::listener});
        return error_text(hand_over_listener(channel, child.process, profile, {}));
    };
    CHECK(hand_over("", 1).starts_with("\"listener\" came without its number"));
    CHECK(hand_over("x", 1).starts_with("\"listener\" came without its number"));
    CHECK(hand_over("7 ", 1).starts_with("\"listener\" came without its number"));
    // A descriptor that is never there is waited for until the child ends.
    const std::string gone = hand_over("999", 0);
    CHECK(gone.starts_with("fetch the seccomp listener"));
    // What is there is taken; that nobody listens at the agent's socket is the next error.
    const std::string nobody = hand_over("0", 1);
    CHECK(nobody.starts_with("hand the seccomp listener to its agent"));
    CHECK(nobody.find("(/linux/seccomp/listenerPath)") != std::string::npos);
}
