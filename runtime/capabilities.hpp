// Capabilities: from names to sets, and the sets onto the calling process. libcap stays inside.
#pragma once

#include "oci-spec/spec.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace runtime {

/// One bit per capability, bit 0 = CAP_CHOWN.
using CapabilityMask = std::uint64_t;

struct CapabilitySets {
    CapabilityMask bounding = 0;
    CapabilityMask effective = 0;
    CapabilityMask inheritable = 0;
    CapabilityMask permitted = 0;
    CapabilityMask ambient = 0;
};

/// What the runtime could grant: all that the kernel knows for a container with a user namespace,
/// else what it has itself.
struct GrantableCapabilities {
    CapabilityMask bounding = 0;
    CapabilityMask permitted = 0;
};
/// Reads the caller's own sets.
base::Result<GrantableCapabilities> own_capabilities();
/// Every capability of the running kernel.
CapabilityMask kernel_capabilities();

struct ResolvedCapabilities {
    CapabilitySets sets;
    std::vector<std::string> warnings; ///< one per name that cannot be granted (config.md: a MUST)
};
/// Pure. Unknown names and those that cannot be granted are left out and warned of; ambient ones
/// need to be permitted and inheritable too (capabilities(7)).
ResolvedCapabilities resolve(const spec::Capabilities& wanted,
                             const GrantableCapabilities& grantable);

/// Takes everything out of the bounding set that is not in `keep`. Needs CAP_SETPCAP.
base::Result<> limit_bounding(CapabilityMask keep);
/// Sets effective, permitted and inheritable at once, then ambient.
base::Result<> set_capabilities(const CapabilitySets& sets);
/// Keeps the permitted set over the next change of user ids (PR_SET_KEEPCAPS), or not.
base::Result<> keep_over_change_of_user(bool keep);

} // namespace runtime
