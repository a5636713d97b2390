// Being told that a container's memory crosses a number of bytes, up or down, without asking again
// and again. v1 alone (event_control.hpp); v2 has no such event.
#pragma once

#include "cgroups/placement.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <optional>

namespace cgroups {

class ThresholdWatch {
  public:
    /// EOPNOTSUPP where memory is not in a hierarchy of v1. `placement` is borrowed.
    static base::Result<ThresholdWatch> of(const Placement& placement, std::uint64_t bytes);

    /// Readable (POLLIN) when there may be news.
    [[nodiscard]] base::FdRef descriptor() const { return descriptor_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    /// The bytes in use now, if the threshold was crossed since the last call; nothing if it was
    /// not, or the group is gone.
    base::Result<std::optional<std::uint64_t>> crossed();

  private:
    ThresholdWatch(const Hierarchy* group, base::Fd descriptor, std::uint64_t bytes)
        : group_(group), descriptor_(std::move(descriptor)), bytes_(bytes) {}

    const Hierarchy* group_;
    base::Fd descriptor_;
    std::uint64_t bytes_;
};

} // namespace cgroups
