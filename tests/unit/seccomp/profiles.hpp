// Profiles for tests, and what a filter made of one has to answer.
#pragma once

#include "oci-spec/spec.hpp"
#include "seccomp/interpret.hpp"
#include "seccomp/library.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include <linux/seccomp.h>

namespace profiles {

inline spec::SeccompSyscall entry(std::vector<std::string> names, spec::SeccompAction action,
                                  std::vector<spec::SeccompArg> args = {}) {
    return {.names = std::move(names), .action = action, .args = std::move(args)};
}

inline spec::SeccompSyscall errno_entry(std::vector<std::string> names, std::uint32_t code,
                                        std::vector<spec::SeccompArg> args = {}) {
    return {.names = std::move(names),
            .action = spec::SeccompAction::errno_return,
            .errno_ret = code,
            .args = std::move(args)};
}

/// Refuses everything but what `entries` say.
inline spec::Seccomp refusing(std::vector<spec::SeccompSyscall> entries) {
    return {.default_action = spec::SeccompAction::errno_return, .syscalls = std::move(entries)};
}

/// Permits everything but what `entries` say.
inline spec::Seccomp permitting(std::vector<spec::SeccompSyscall> entries) {
    return {.default_action = spec::SeccompAction::allow, .syscalls = std::move(entries)};
}

/// A call of the native architecture of which everything is known.
inline seccomp::Call call(long number, std::array<std::uint64_t, 6> args = {}) {
    seccomp::Call made{.architecture = seccomp::native_architecture(),
                       .number = static_cast<std::uint32_t>(number),
                       .instruction_pointer = 0};
    std::ranges::copy(args, made.args.begin());
    return made;
}

constexpr std::uint32_t errno_answer(std::uint32_t code) {
    return SECCOMP_RET_ERRNO | code;
}

} // namespace profiles
