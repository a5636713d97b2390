#include "cgroups/systemd/bus.hpp"

#include "runtime/base/sys.hpp"
#include "runtime/base/text.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>

namespace systemd {

using base::call_failed;
using base::cat;
using base::Deadline;
using base::done;
using base::Error;
using base::Fd;
using base::Result;
using base::Word;

namespace {

constexpr int kLongestWaitMs = 60'000;
constexpr std::size_t kLongestLine = 512;
constexpr std::size_t kReadAtOnce = 16'384;

/// EXTERNAL without a name: the peer takes the uid from the socket, so nobody has to know how ours
/// is seen outside of our user namespace. The empty answer to its question is sent ahead.
constexpr char kGreeting[] = "\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n";

/// A pid means something else on the other side of a pid namespace, and systemd would put somebody
/// else's process into our unit. The kernel shows a peer outside of ours as 0.
Result<> require_own_pid_namespace(const Fd& socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(socket.number(), SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) {
        return call_failed("getsockopt", socket, Word{"SO_PEERCRED"});
    }
    if (peer.pid == 0) {
        return std::move(Error("D-Bus is outside of this pid namespace"))
            .hint("systemd would take the container's process for another one");
    }
    return done();
}

Error gone(std::string_view what) {
    return Error::system(ECONNRESET, "").in(std::string(what));
}

} // namespace

Result<Bus> Bus::connect(const Address& address) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    if (address.path.size() >= sizeof name.sun_path) {
        return Error(cat("the socket's name is too long: ", base::quoted(address.path)));
    }
    std::memcpy(name.sun_path, address.path.data(), address.path.size());
    socklen_t size = sizeof name;
    if (address.path.starts_with('@')) {
        name.sun_path[0] = '\0';
        size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.path.size());
    }
    Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) {
        return call_failed("socket", Word{"AF_UNIX"}, Word{"SOCK_STREAM"});
    }
    if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&name), size) < 0) {
        return call_failed("connect", address.path);
    }
    TRY(require_own_pid_namespace(socket));
    Bus bus(std::move(socket), address.is_a_bus);
    bus.unsent_.assign(kGreeting, sizeof kGreeting - 1);
    if (address.is_a_bus) {
        bus.queue({.destination = "org.freedesktop.DBus",
                   .path = "/org/freedesktop/DBus",
                   .interface = "org.freedesktop.DBus",
                   .member = "Hello"});
    }
    return bus;
}

std::uint32_t Bus::queue(Message message) {
    message.serial = ++last_serial_;
    unsent_ += encode(message);
    return last_serial_;
}

Result<> Bus::await(short events, const Deadline& deadline) {
    std::array<pollfd, 1> watched = {{{socket_.number(), events, 0}}};
    TRY_ASSIGN(const int ready, base::sys::poll(watched, deadline.milliseconds(kLongestWaitMs)));
    return ready > 0 ? done() : Error::system(ETIMEDOUT, "").in("no answer");
}

Result<> Bus::flush(const Deadline& deadline) {
    while (!unsent_.empty()) {
        const ssize_t sent = base::uninterrupted(
            [&] { return ::send(socket_.number(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL); });
        if (sent < 0 && errno == EAGAIN) {
            TRY(await(POLLOUT, deadline));
        } else if (sent < 0) {
            return errno == EPIPE ? gone("the connection was closed")
                                  : call_failed("send", socket_, unsent_.size());
        } else {
            unsent_.erase(0, static_cast<std::size_t>(sent));
        }
    }
    return done();
}

Result<> Bus::read_more(const Deadline& deadline) {
    std::array<char, kReadAtOnce> buffer{};
    while (true) {
        const ssize_t size = base::uninterrupted(
            [&] { return ::recv(socket_.number(), buffer.data(), buffer.size(), 0); });
        if (size > 0) {
            unread_.append(buffer.data(), static_cast<std::size_t>(size));
            return done();
        }
        if (size == 0 || errno == ECONNRESET) {
            return gone("the connection was closed");
        }
        if (errno != EAGAIN) {
            return call_failed("recv", socket_, buffer.size());
        }
        TRY(await(POLLIN, deadline));
    }
}

/// "DATA", the question for a name that was answered ahead, and "OK", which ends it.
Result<> Bus::read_greeting(const Deadline& deadline) {
    for (int lines = 0; lines < 2;) {
        const std::size_t end = unread_.find("\r\n");
        if (end == std::string::npos) {
            if (unread_.size() > kLongestLine) {
                return Error::system(EBADMSG, "").in("this is no D-Bus");
            }
            TRY(read_more(deadline));
            continue;
        }
        const std::string line = unread_.substr(0, end);
        unread_.erase(0, end + 2);
        if (line.starts_with("REJECTED")) {
            return Error::system(EACCES, "").in("it does not let this user in");
        }
        if (!line.starts_with("OK") && !(lines == 0 && line.starts_with("DATA"))) {
            return Error::system(EBADMSG, "").in("this is no D-Bus");
        }
        ++lines;
    }
    is_greeted_ = true;
    return done();
}

Result<Message> Bus::receive(const Deadline& deadline) {
    TRY(flush(deadline));
    if (!is_greeted_) {
        TRY(read_greeting(deadline));
    }
    while (true) {
        TRY_ASSIGN(const std::optional<std::size_t> length, length_of(unread_));
        if (length && unread_.size() >= *length) {
            Result<Message> message = decode(std::string_view(unread_).substr(0, *length));
            unread_.erase(0, *length);
            return message;
        }
        TRY(read_more(deadline));
    }
}

} // namespace systemd
