// A compiled filter: made by the parent, loaded by stage 2. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <linux/filter.h>

namespace seccomp {

/// The most instructions that the kernel takes (BPF_MAXINSNS).
constexpr std::size_t kMostInstructions = 4096;

struct Program {
    std::vector<sock_filter> filter;   ///< classic BPF over struct seccomp_data
    std::uint32_t flags = 0;           ///< SECCOMP_FILTER_FLAG_* for seccomp(2)
    std::vector<std::string> warnings; ///< what the profile asked for and did not get

    /// Whether loading it makes a listener (some call is answered by NOTIFY).
    [[nodiscard]] bool notifies() const;
};

/// What a filter answers, as seccomp(2) defines it: an action (SECCOMP_RET_*) in the upper half,
/// its data (an errno, a number for the tracer) in the lower: "ALLOW", "ERRNO EPERM", "TRACE 5".
std::string answer_text(std::uint32_t answer);

/// Whether a call that gets `answer` is made: ALLOW and LOG. What a tracer or a listener will
/// say is not known, so TRACE and NOTIFY do not count.
bool is_permission(std::uint32_t answer);

} // namespace seccomp
