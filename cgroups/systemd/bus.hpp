// A connection to a message bus, or to systemd itself, over which calls are made one after another
// (D-Bus Specification, "Authentication Protocol"). The peer is trusted, but what it says is read
// strictly and within a bound.
#pragma once

#include "cgroups/systemd/address.hpp"
#include "cgroups/systemd/message.hpp"
#include "runtime/base/deadline.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <string>

namespace systemd {

class Bus {
  public:
    /// Connects and sends the greeting, without waiting for its answer: what is called next travels
    /// behind it. EAGAIN: the peer has too many who wait.
    static base::Result<Bus> connect(const Address& address);

    /// Queues a message; flush() sends all that is queued in one write. Returns its serial.
    std::uint32_t queue(Message message);
    base::Result<> flush(const base::Deadline& deadline);
    /// The next message. ETIMEDOUT when the deadline has passed, ECONNRESET if the peer is gone,
    /// EACCES if it does not let us in, EBADMSG if it does not speak D-Bus.
    base::Result<Message> receive(const base::Deadline& deadline);

    [[nodiscard]] bool is_a_bus() const { return is_a_bus_; }

  private:
    Bus(base::Fd socket, bool is_a_bus) : socket_(std::move(socket)), is_a_bus_(is_a_bus) {}
    base::Result<> await(short events, const base::Deadline& deadline);
    base::Result<> read_more(const base::Deadline& deadline);
    base::Result<> read_greeting(const base::Deadline& deadline);

    base::Fd socket_;
    bool is_a_bus_;
    bool is_greeted_ = false;
    std::string unsent_;
    std::string unread_;
    std::uint32_t last_serial_ = 0;
};

} // namespace systemd
