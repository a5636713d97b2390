// The NUMA policy of the container's process (config-linux.md, "Memory policy").
#pragma once

#include "oci-spec/spec.hpp"
#include "runtime/base/result.hpp"

namespace runtime {

/// set_mempolicy(2) on the caller; children inherit it. EINVAL where the mode does not go with its
/// nodes or flags, or no node of the list is online.
base::Result<> set_memory_policy(const spec::MemoryPolicy& policy);

} // namespace runtime
