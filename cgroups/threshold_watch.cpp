#include "cgroups/threshold_watch.hpp"

#include "cgroups/event_control.hpp"
#include "cgroups/kernel_file.hpp"
#include "runtime/base/text.hpp"

#include <cerrno>

namespace cgroups {

base::Result<ThresholdWatch> ThresholdWatch::of(const Placement& placement, std::uint64_t bytes) {
    const Hierarchy* const group = group_with(placement, "memory");
    if (group == nullptr || group->version != Version::v1) {
        return base::Error::system(EOPNOTSUPP, "thresholds of memory")
            .hint("they need the controller memory of cgroup v1; v2 has memory.high, which slows "
                  "a container down, and counts that in memory.events");
    }
    TRY_ASSIGN(base::Fd event,
               eventfd_of(group->directory, "memory.usage_in_bytes", base::cat(bytes))
                   .in(base::cat("watch ", group->path, " for a threshold of ", bytes, " bytes")));
    return ThresholdWatch(group, std::move(event), bytes);
}

base::Result<std::optional<std::uint64_t>> ThresholdWatch::crossed() {
    if (!drain(descriptor_)) {
        return std::optional<std::uint64_t>();
    }
    base::Result<std::uint64_t> usage = read_number(group_->directory, "memory.usage_in_bytes");
    if (usage.code() == ENOENT || usage.code() == ENODEV) {
        return std::optional<std::uint64_t>();
    }
    TRY_ASSIGN(const std::uint64_t bytes, std::move(usage));
    return std::optional(bytes);
}

} // namespace cgroups
