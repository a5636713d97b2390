// The config.json that `spec` writes: a shell in a container with all namespaces, to be edited.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace spec {

/// The ids of the caller, which the container's root gets in a user namespace.
struct RootlessIds {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
};

/// The rootless form has a user namespace and what an ordinary user may do: it shares the host's
/// network, binds /sys and sets no limits. Ends with a line end; loads without any finding.
std::string default_spec_json(const std::optional<RootlessIds>& rootless);

} // namespace spec
