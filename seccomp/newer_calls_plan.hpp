// ENOSYS for system calls that are newer than the profile. Pure.
//
// A profile that permits by name says nothing about calls that did not exist when it was written,
// so its default action refuses them, mostly with EPERM. But programs probe: glibc tries clone3,
// faccessat2 or fchmodat2 first and takes the old call if the answer is ENOSYS, "this kernel has
// no such call"; EPERM it takes for the final word, and the container breaks with the next libc.
//
// Numbers of system calls grow with time on each architecture. So a call with a number above the
// greatest one that the profile names on that architecture is taken for newer than the profile,
// and is answered with ENOSYS: as much a refusal as the default action, but one that callers
// understand. front_plan.hpp makes the instructions for it.
//
// Nothing is done where the default action does not refuse (ALLOW, LOG), lets somebody else decide
// (TRACE, NOTIFY), or says ENOSYS itself; nor on an architecture of which the profile names no
// call at all: there the profile knows nothing that "newer" could be measured by.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace seccomp {

/// An architecture of a filter as libseccomp names it: AUDIT_ARCH_*, and an own value for x32,
/// which shares AUDIT_ARCH_X86_64 with x86_64.
using ArchitectureToken = std::uint32_t;

/// AUDIT_ARCH_*, as the kernel tells it to a filter.
std::uint32_t kernel_architecture(ArchitectureToken architecture);

/// Consecutive numbers of system calls of one architecture.
struct CallRange {
    std::uint32_t architecture = 0; ///< AUDIT_ARCH_*
    std::uint32_t first = 0;
    std::uint32_t last = 0; ///< included

    bool operator==(const CallRange&) const = default;
};

/// The numbers that are newer than all of `named`, the numbers of the calls that the profile names
/// on this architecture. Numbers outside the growing sequence (x32's own calls from 512 on, ARM's
/// private ones from 0xf0000 on) count on neither side.
std::vector<CallRange> newer_calls(ArchitectureToken architecture,
                                   std::span<const std::uint32_t> named);

/// Whether `otherwise`, the default action as an answer, is to give way to ENOSYS.
bool gives_way_to_enosys(std::uint32_t otherwise);

} // namespace seccomp
