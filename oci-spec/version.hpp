// Versions by Semantic Versioning 2.0.0, as ociVersion is one.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace spec {

struct Version {
    std::uint64_t major = 0;
    std::uint64_t minor = 0;
    std::uint64_t patch = 0;
};

/// Pre-release and build parts are checked and dropped; nullopt for anything but a SemVer.
std::optional<Version> parse_version(std::string_view text);

} // namespace spec
