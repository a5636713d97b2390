// The lines of `events`, in the form that runc gave them (its package "types"): engines and
// monitors read those. What the host does not count is left out, which their readers take for 0.
#pragma once

#include "cgroups/statistics.hpp"

#include <string>
#include <string_view>

namespace cli {

/// {"type":"stats","id":ID,"data":{…}} and a line end. Times are nanoseconds (those of pressures
/// microseconds), sizes are bytes.
std::string statistics_event(std::string_view id, const cgroups::Statistics& statistics);

/// {"type":"oom","id":ID} and a line end.
std::string oom_event(std::string_view id);

/// {"type":"memoryThreshold","id":ID,"data":{"threshold":BYTES,"usage":BYTES}} and a line end.
/// (runc has none.)
std::string threshold_event(std::string_view id, std::uint64_t threshold, std::uint64_t usage);

} // namespace cli
