// Which network devices go into the container (config-linux.md, "Network Devices"). Pure.
#pragma once

#include "oci-spec/spec.hpp"
#include "runtime/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace namespaces {

struct NetDeviceMove {
    std::string host_name;
    std::string inside; ///< its name in the container; the kernel puts a number for a "%d" in it
    std::string origin; ///< JSON pointer: "/linux/netDevices/eth0"
};

/// The moves that config.json asks for. A name that no device can have is an error with its place.
base::Result<std::vector<NetDeviceMove>> net_device_moves(const spec::Linux& linux);

/// The label of an IPv4 address after its device was renamed: "eth0:web" becomes "net1:web",
/// cut where it gets too long.
std::string renamed_label(std::string_view label, std::string_view new_name);

} // namespace namespaces
