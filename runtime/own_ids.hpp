// The ids of a container whose configuration leaves them to the caller.
#pragma once

#include "oci-spec/spec.hpp"
#include "runtime/base/result.hpp"
#include "runtime/host_facts.hpp"

namespace runtime {

/// A new user namespace without any mappings gets those that an ordinary user may have: itself as
/// the container's root, and its ranges of subuid(5) and subgid(5) behind that. An error for who
/// could choose any, and where the process has an id that is not among them.
base::Result<> map_own_ids(spec::Spec& config, const HostFacts& facts);

} // namespace runtime
