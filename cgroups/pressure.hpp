// Pressure stall information of a group (accounting/psi.rst of the kernel): the share of time in
// which its processes waited for a resource. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cgroups {

/// Averages in hundredths of a percent, over 10, 60 and 300 seconds; the total in microseconds.
struct PressureShare {
    std::uint64_t average10 = 0;
    std::uint64_t average60 = 0;
    std::uint64_t average300 = 0;
    std::uint64_t total = 0;
};

struct Pressure {
    PressureShare some; ///< at least one process waited
    PressureShare full; ///< all of them did
};

/// The content of cpu.pressure, memory.pressure or io.pressure; nullopt if it is none.
std::optional<Pressure> pressure_of(std::string_view content);

} // namespace cgroups
