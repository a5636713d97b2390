// `mounts add` and `mounts remove`: the mounts of a container that exists already.
#pragma once

#include "oci-spec/finding.hpp"
#include "runtime/base/result.hpp"
#include "runtime/state_store.hpp"

#include <string>
#include <vector>

namespace runtime {

/// Mounts all that `document` lists (a list as the `mounts` of config.json, or one mount), or
/// nothing. What it does not say is as at create: a relative source counts from the bundle,
/// mappings are the container's. The container must be created, running or paused, and have a mount
/// namespace. Errors have their place in the document.
base::Result<> add_mounts(const StateStore& store, const std::string& id,
                          const spec::Document& document);

/// Takes away what is mounted at each of `destinations`; see namespaces::remove_mounts().
base::Result<> remove_mounts(const StateStore& store, const std::string& id,
                             const std::vector<std::string>& destinations);
/// The same for the destinations of a document; nothing else in it counts.
base::Result<> remove_mounts(const StateStore& store, const std::string& id,
                             const spec::Document& document);

} // namespace runtime
