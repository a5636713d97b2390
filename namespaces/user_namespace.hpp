// User namespaces that exist for their mappings.
#pragma once

#include "oci-spec/spec.hpp"
#include "runtime/base/fd.hpp"
#include "runtime/base/result.hpp"

#include <vector>

namespace namespaces {

/// A user namespace with these mappings and nobody in it: what an idmapped mount is told its
/// mapping by (mount_setattr(2)). Needs CAP_SETUID and CAP_SETGID over the ids.
base::Result<base::Fd> user_namespace_with(const std::vector<spec::IdMapping>& uid_mappings,
                                           const std::vector<spec::IdMapping>& gid_mappings);

} // namespace namespaces
