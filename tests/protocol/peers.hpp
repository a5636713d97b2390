// Peers for one end of the conversation: honest up to some turn, and then not.
#pragma once

#include "runtime/base/child.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/base/wire.hpp"
#include "runtime/protocol.hpp"
#include "tests/results.hpp"

#include <csignal>
#include <functional>
#include <string>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace peers {

using base::FdRef;
using runtime::Message;
using runtime::Script;
using runtime::Side;
using tests::value;

constexpr std::size_t kLongestPacket = 1 << 16;

inline std::string packet_of(Message message, std::string_view body = {}) {
    return base::cat(static_cast<char>(message), body);
}

/// Sends bytes as one packet, as they are.
inline void send_raw(FdRef socket, std::string_view bytes, std::span<const FdRef> fds = {}) {
    if (bytes.empty()) {
        static_cast<void>(::send(socket.number(), "", 0, MSG_NOSIGNAL));
        return;
    }
    static_cast<void>(base::sys::send(socket, bytes, fds));
}

/// Waits until there is something to read, or the other end is gone.
inline void wait_readable(FdRef socket) {
    std::array<pollfd, 1> watched = {{{socket.number(), POLLIN, 0}}};
    static_cast<void>(base::sys::poll(watched, -1));
}

inline void wait_for_death(FdRef pidfd) {
    wait_readable(pidfd);
}

[[noreturn]] inline void stay_silent() {
    while (true) {
        ::pause();
    }
}

/// Walks the first `turns` of a script honestly, without looking at what arrives.
inline void walk(FdRef socket, Side side, const Script& script, std::size_t turns) {
    for (std::size_t i = 0; i < turns; ++i) {
        if (sender_of(script[i]) == side) {
            send_raw(socket, packet_of(script[i]));
        } else {
            static_cast<void>(base::sys::receive(socket, kLongestPacket));
        }
    }
}

/// A forked process with one end of a new pair; the test keeps the other one.
struct Peer {
    base::Fd socket;
    base::Child process;
};

inline Peer peer(const std::function<int(base::Fd)>& body) {
    base::sys::SocketPair pair = value(base::sys::socketpair(SOCK_SEQPACKET));
    base::Child process = value(base::fork_to([&] {
        for (const int signal : {SIGTERM, SIGINT, SIGSEGV, SIGABRT, SIGPIPE}) {
            ::signal(signal, SIG_DFL); // the test framework's handlers are for our parent
        }
        pair.ours.close();
        return body(std::move(pair.theirs));
    }));
    return {std::move(pair.ours), std::move(process)};
}

/// The conversations that are tried: each turn of the drawing is in one of them.
inline std::vector<Script> scripts() {
    return {runtime::script_of({}),
            runtime::script_of({.new_user_namespace = true,
                                .source_packets = 2,
                                .hooks_before_pivot = true,
                                .terminal = true}),
            runtime::script_of({.relay = true, .new_user_namespace = true, .notifies = true}),
            runtime::script_of({.relay = true, .terminal = true})};
}

} // namespace peers
