// What libseccomp knows of architectures and system calls.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace seccomp {

/// libseccomp's version: "2.5.4".
std::string library_version();

/// AUDIT_ARCH_* of the machine that this program was built for.
std::uint32_t native_architecture();

/// "SCMP_ARCH_X86_64" as libseccomp's token (AUDIT_ARCH_*, but for x32); nullopt if this version
/// does not know it. 2.5 does not know LOONGARCH64, M68K, SH and SHEB.
std::optional<std::uint32_t> architecture_token(std::string_view name);

/// The name of a system call of the native architecture, for messages: "execve"; "system call
/// 9999" if it has none.
std::string call_name(std::uint32_t number);

} // namespace seccomp
