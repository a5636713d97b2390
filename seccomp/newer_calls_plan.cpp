#include "seccomp/newer_calls_plan.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>

#include <linux/audit.h>
#include <linux/seccomp.h>

namespace seccomp {

namespace {

constexpr std::uint32_t kEnd = 0xffffffff;
constexpr ArchitectureToken kX32 = EM_X86_64 | __AUDIT_ARCH_LE; // libseccomp's SCMP_ARCH_X32
constexpr std::uint32_t kX32Bit = 0x40000000;                   // __X32_SYSCALL_BIT
constexpr std::uint32_t kX32Own = kX32Bit + 512;                // 512-547: x32's variants
constexpr std::uint32_t kX32OwnEnd = kX32Bit + 547;
constexpr std::uint32_t kArmPrivate = 0x0f0000; // __ARM_NR_BASE: set_tls, cacheflush, …

/// The stretches of numbers in which calls of `architecture` are added over time, in order.
std::vector<CallRange> growing_numbers(ArchitectureToken architecture) {
    switch (architecture) {
    case AUDIT_ARCH_X86_64: // what is above belongs to x32: libseccomp's program decides
        return {{AUDIT_ARCH_X86_64, 0, kX32Bit - 1}};
    case kX32:
        return {{AUDIT_ARCH_X86_64, kX32Bit, kX32Own - 1},
                {AUDIT_ARCH_X86_64, kX32OwnEnd + 1, kEnd}};
    case AUDIT_ARCH_ARM:
        return {{AUDIT_ARCH_ARM, 0, kArmPrivate - 1}};
    default:
        return {{architecture, 0, kEnd}};
    }
}

} // namespace

std::uint32_t kernel_architecture(ArchitectureToken architecture) {
    return architecture == kX32 ? AUDIT_ARCH_X86_64 : architecture;
}

std::vector<CallRange> newer_calls(ArchitectureToken architecture,
                                   std::span<const std::uint32_t> named) {
    std::vector<CallRange> newer;
    std::optional<std::uint32_t> newest;
    for (CallRange range : growing_numbers(architecture)) {
        for (const std::uint32_t number : named) {
            if (number >= range.first && number <= range.last) {
                newest = std::max(newest.value_or(0), number);
            }
        }
        newer.push_back(range);
    }
    if (!newest) {
        return {};
    }
    std::erase_if(newer, [&](const CallRange& range) { return range.last <= *newest; });
    for (CallRange& range : newer) {
        range.first = std::max(range.first, *newest + 1);
    }
    return newer;
}

bool gives_way_to_enosys(std::uint32_t otherwise) {
    switch (otherwise & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_KILL_PROCESS:
    case SECCOMP_RET_KILL_THREAD:
    case SECCOMP_RET_TRAP:
        return true;
    case SECCOMP_RET_ERRNO:
        return (otherwise & SECCOMP_RET_DATA) != ENOSYS;
    default:
        return false;
    }
}

} // namespace seccomp
