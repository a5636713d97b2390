// NOTIFY_SOCKET (sd_notify(3)): the service manager's socket is none of the container's, so the
// runtime offers one of its own and hands on what the container says, as runc does.
//
// `create` binds a directory of the container's state on /run/notify; `start` (or `run`) listens in
// it while it waits for the container to be ready. The manager's socket is known from the
// environment of either.
#pragma once

#include "oci-spec/spec.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace runtime {

/// The caller's NOTIFY_SOCKET; "" if it has none.
std::string notify_address();

/// Adds to the configuration the mount and the variable by which the container finds the socket.
/// `container_directory` is absolute, and need not exist yet.
void offer_notify_socket(spec::Spec& config, const std::string& container_directory);

/// Makes the directory that it will be in, below the container's; both go together.
base::Result<> make_notify_directory(base::FdRef container_directory);
/// Whether it was made.
bool has_notify_directory(base::FdRef container_directory);

/// What of a message of the container is handed on: its state, and nothing that the manager would
/// act on for other processes (MAINPID, descriptors to be kept).
std::string handed_on(std::string_view message);

/// The runtime's end while it listens.
class NotifyRelay {
  public:
    /// Listens for a container that was created with a directory for it. nullopt if it was not, or
    /// if `address` is empty.
    static base::Result<std::optional<NotifyRelay>> listen(base::FdRef container_directory,
                                                           std::string address);

    /// Waits until the container says READY=1, and tells the manager so, with `pid` as the main
    /// process; or until the container's process `init` (a pidfd) ends.
    base::Result<> wait_until_ready(base::FdRef init, pid_t pid);

    /// For poll(2), and what to do when it says that there is something.
    [[nodiscard]] base::FdRef socket() const { return socket_; }
    base::Result<> hand_on();

  private:
    NotifyRelay(base::Fd socket, std::string address)
        : socket_(std::move(socket)), address_(std::move(address)) {}

    base::Fd socket_;
    std::string address_;
};

} // namespace runtime
