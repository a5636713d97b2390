#include "seccomp/listener.hpp"

#include "runtime/base/sys.hpp"

#include <array>
#include <cstring>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

namespace seccomp {

namespace {

using base::call_failed;
using base::Fd;
using base::FdRef;
using base::Result;
using base::Word;

Result<sockaddr_un> address_of(base::ZView path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string_view text = path.view();
    if (text.size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return call_failed("connect", path);
    }
    std::memcpy(address.sun_path, text.data(), text.size());
    return address;
}

Result<Fd> connected(base::ZView path, int timeout_ms) {
    TRY_ASSIGN(const sockaddr_un address, address_of(path));
    Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket) {
        return call_failed("socket", Word{"AF_UNIX"}, Word{"SOCK_STREAM"});
    }
    // On AF_UNIX this bounds connect(2) too, which waits while the agent's backlog is full.
    const timeval most{timeout_ms / 1000, timeout_ms % 1000 * 1000L};
    if (::setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most) < 0) {
        return call_failed("setsockopt", socket, Word{"SO_SNDTIMEO"}, timeout_ms);
    }
    if (base::uninterrupted([&] {
            return ::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), // NOLINT
                             sizeof address);
        }) < 0) {
        return call_failed("connect", socket, path);
    }
    return socket;
}

/// Sends what fits, with `listener` beside it; returns how much that was.
Result<std::size_t> send_first(FdRef socket, std::string_view state, FdRef listener) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    iovec part{const_cast<char*>(state.data()), state.size()}; // NOLINT: sendmsg only reads it
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    const int number = listener.number();
    std::memcpy(CMSG_DATA(header), &number, sizeof number);
    const ssize_t size =
        base::uninterrupted([&] { return ::sendmsg(socket.number(), &message, MSG_NOSIGNAL); });
    if (size < 0) {
        return call_failed("sendmsg", socket, state.size());
    }
    return static_cast<std::size_t>(size);
}

Result<> send_rest(FdRef socket, std::string_view rest) {
    while (!rest.empty()) {
        const ssize_t size = base::uninterrupted(
            [&] { return ::send(socket.number(), rest.data(), rest.size(), MSG_NOSIGNAL); });
        if (size < 0) {
            return call_failed("send", socket, rest.size());
        }
        rest.remove_prefix(static_cast<std::size_t>(size));
    }
    return base::done();
}

Result<> send_state(FdRef listener, base::ZView path, std::string_view state, int timeout_ms) {
    TRY_ASSIGN(const Fd socket, connected(path, timeout_ms));
    TRY_ASSIGN(const std::size_t sent, send_first(socket, state, listener));
    return send_rest(socket, state.substr(sent));
}

} // namespace

Result<> hand_over(FdRef listener, base::ZView path, std::string_view state, int timeout_ms) {
    Result<> sent = send_state(listener, path, state, timeout_ms);
    if (sent.code() == EAGAIN) {
        return std::move(sent).hint("the seccomp agent did not take it in time");
    }
    return sent;
}

} // namespace seccomp
