// A unit by its name. Pure.
#pragma once

#include <cstdint>
#include <string>

namespace systemd {

/// Whose service manager.
enum class Owner : std::uint8_t { system, user };

struct Unit {
    Owner owner = Owner::system;
    std::string name; ///< "oci-rt-web1.scope"
};

} // namespace systemd
