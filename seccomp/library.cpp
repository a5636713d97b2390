#include "seccomp/library.hpp"

#include "runtime/base/text.hpp"

#include <algorithm>
#include <cstdlib>

#include <seccomp.h>

namespace seccomp {

std::string library_version() {
    const scmp_version* version = seccomp_version();
    return version == nullptr ? "unknown"
                              : base::cat(version->major, ".", version->minor, ".", version->micro);
}

std::uint32_t native_architecture() {
    return seccomp_arch_native();
}

std::optional<std::uint32_t> architecture_token(std::string_view name) {
    constexpr std::string_view kPrefix = "SCMP_ARCH_";
    if (!name.starts_with(kPrefix)) {
        return std::nullopt;
    }
    // libseccomp's own names are the rest of the constants in small letters.
    std::string own(name.substr(kPrefix.size()));
    std::ranges::transform(own, own.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const std::uint32_t token = seccomp_arch_resolve_name(own.c_str());
    return token != 0 ? std::optional(token) : std::nullopt;
}

std::string call_name(std::uint32_t number) {
    char* name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, static_cast<int>(number));
    std::string text = name != nullptr ? std::string(name) : base::cat("system call ", number);
    std::free(name); // NOLINT: libseccomp allocates it
    return text;
}

} // namespace seccomp
