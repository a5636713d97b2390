// What a filter would answer, found by running it here instead of in the kernel. Pure.
#pragma once

#include "runtime/base/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <linux/filter.h>

namespace seccomp {

/// A system call as a filter sees it (struct seccomp_data). What is nullopt may have any value.
struct Call {
    std::uint32_t architecture = 0; ///< AUDIT_ARCH_*
    std::uint32_t number = 0;
    std::array<std::optional<std::uint64_t>, 6> args;
    std::optional<std::uint64_t> instruction_pointer;
};

/// Every answer (SECCOMP_RET_* with its data) that `filter` can give to `call`, in ascending
/// order: one if everything about the call is known. With unknown arguments there may be one
/// too many (two conditions on one argument are taken for independent), never one too few.
/// Fails if this is no filter that the kernel would take (seccomp_check_filter of the kernel).
base::Result<std::vector<std::uint32_t>> answers(std::span<const sock_filter> filter,
                                                 const Call& call);

/// How a filter treats one call, whatever its arguments.
struct Verdict {
    std::uint32_t number = 0;
    std::vector<std::uint32_t> answers; ///< as answers()

    /// Whether it gets through with any arguments (ALLOW or LOG, nothing else).
    [[nodiscard]] bool always_permitted() const;
    /// "KILL_PROCESS", or "ALLOW or ERRNO EPERM, depending on its arguments".
    [[nodiscard]] std::string text() const;
};

/// The verdicts for the calls of these numbers on one architecture, in the same order. Tells
/// beforehand what a filter will do to the calls that stage 2 makes after loading it.
base::Result<std::vector<Verdict>> verdicts(std::span<const sock_filter> filter,
                                            std::uint32_t architecture,
                                            std::span<const std::uint32_t> numbers);

} // namespace seccomp
