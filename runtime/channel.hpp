// One end of the conversation: packets with descriptors, held to the script.
#pragma once

#include "runtime/base/child.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/protocol.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace runtime {

/// A message that has arrived.
struct Received {
    Message message = Message::failed;
    std::string body;
    std::vector<base::Fd> fds;
};

class Channel {
  public:
    /// `socket` is one end of a SOCK_SEQPACKET pair; `side` is ours.
    Channel(base::Fd socket, Side side, Script script)
        : socket_(std::move(socket)), side_(side), script_(std::move(script)) {}

    /// The next turn of the script, or nullopt at its end.
    [[nodiscard]] std::optional<Message> next() const;

    /// Sends our turn. EINVAL if it is not our turn, which is a fault in this program.
    base::Result<> send(Message message, std::string_view body = {},
                        std::span<const base::FdRef> fds = {});

    /// Waits for the peer's turn. What the child logs meanwhile goes to the log; what it reports as
    /// `failed` is returned as the error. EPIPE if the peer has closed its end; EPROTO if it sends
    /// something else than its turn; ETIMEDOUT after `bound_ms` without a packet (-1: no bound).
    /// In the parent `peer` is the child's pidfd: its death ends the wait, also while a copy of
    /// its end of the socket is open elsewhere.
    base::Result<Received> expect(Message message, int bound_ms = -1,
                                  base::FdRef peer = base::FdRef(-1));

    /// Parent: reads on until the child closes its end, which the exec of its program does. The
    /// child's error if it says `failed` before; ETIMEDOUT after `bound_ms` (-1: no bound). `peer`
    /// as for expect().
    base::Result<> wait_for_close(int bound_ms, base::FdRef peer);

    /// Child: the error that ends it. Anything that cannot be sent is lost with us.
    void fail(const base::Error& error);
    /// Child: a line for the runtime's log.
    void log(base::log::Level level, std::string_view line);
    /// Child: takes over the script that came with `begin`, behind that turn.
    void continue_with(const Script& script);

    /// Child: passes a turn that another process of ours took (the relay its `sibling`).
    void skip(Message message);

    [[nodiscard]] base::FdRef socket() const { return socket_; }
    void close() { socket_.close(); }

  private:
    [[nodiscard]] base::Error out_of_turn(std::string_view what) const;
    base::Result<> wait_readable(int bound_ms, base::FdRef peer);
    base::Result<base::sys::Packet> receive_packet(int bound_ms, base::FdRef peer);

    base::Fd socket_;
    Side side_;
    Script script_;
    std::size_t at_ = 0;
};

} // namespace runtime
