// Network devices of the host, moved into the container (config-linux.md, "Network Devices").
#pragma once

#include "namespaces/net_devices_plan.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <span>
#include <string>
#include <vector>

namespace namespaces {

/// Moves devices from the caller's network namespace into the one behind `target`, and makes them
/// what they were: hardware address, MTU, and every permanent address of global scope with its
/// prefix, broadcast, peer, label, metric and flags. Then they are set up. Returns the name that
/// each has inside, in the order of `moves`. Nothing is moved if a device is missing, is known to
/// be bound to its namespace (loopback), or has its name taken inside.
///
/// All or nothing: if one fails, those before it go back, with their name, state, master and all
/// their addresses; what cannot be given back is logged as a warning. The kernel has dropped
/// their routes, neighbours, queueing disciplines and sysctls by then.
///
/// The work is done by a forked process, as it needs a socket inside: the caller's namespaces are
/// never changed. If that process or the machine dies meanwhile, devices stay where they are at
/// that moment, and a virtual one ends with the namespace (network_namespaces(7), kernel rule 13).
/// So this is the last step that can fail.
///
/// Needs CAP_NET_ADMIN and CAP_SYS_ADMIN in the user namespaces that own both. Errors: ENODEV if a
/// device is missing, EEXIST if a name is taken, EINVAL if the kernel does not let the device go
/// (loopback, bridges).
base::Result<std::vector<std::string>> move_net_devices(std::span<const NetDeviceMove> moves,
                                                        base::FdRef target);

/// Sets "lo" of the caller's network namespace up. Needs CAP_NET_ADMIN over it.
base::Result<> bring_up_loopback();

} // namespace namespaces
