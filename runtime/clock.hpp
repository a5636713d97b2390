// Time for bounds: monotonic, in milliseconds where poll(2) wants it.
#pragma once

#include <algorithm>
#include <chrono>
#include <limits>

namespace runtime {

using Clock = std::chrono::steady_clock;

/// What is left until `deadline`, rounded up; 0 if it has passed.
inline int milliseconds_until(Clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

} // namespace runtime
