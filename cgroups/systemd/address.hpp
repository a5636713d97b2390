// Where a message bus listens (D-Bus Specification, "Server Addresses"). Pure.
#pragma once

#include "runtime/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace systemd {

/// A socket of AF_UNIX.
struct Address {
    std::string path;     ///< "@…" for an abstract one
    bool is_a_bus = true; ///< else systemd itself is at the other end
};

/// The sockets of "unix:path=/run/dbus/system_bus_socket;unix:abstract=…", in their order; others
/// (tcp:, autolaunch:) are passed over. An error if none is left.
base::Result<std::vector<Address>> addresses_of(std::string_view text);

} // namespace systemd
