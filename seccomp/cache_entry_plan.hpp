// How a compiled filter is kept: what decides which filter it is, and the bytes of a cache entry.
// Pure.
#pragma once

#include "oci-spec/spec.hpp"
#include "seccomp/program.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace seccomp {

/// A profile as bytes that are the same for two profiles only if they mean the same filter.
std::string canonical(const spec::Seccomp& profile);

/// A number that differs for texts that differ by accident. It names files and finds torn ones;
/// it is no protection: that is the key, which an entry holds and which is compared.
std::uint64_t fingerprint(std::string_view bytes);

/// The bytes of an entry.
std::string encoded(std::string_view key, const Program& program);

/// The program in an entry; nullopt unless it is whole and was made for exactly this key.
std::optional<Program> decoded(std::string_view entry, std::string_view key);

} // namespace seccomp
