// What in a well-typed document contradicts the specification or can never work on Linux,
// whatever the host: an ordered list of small checks that yields all findings at once.
#pragma once

#include "oci-spec/finding.hpp"
#include "oci-spec/load.hpp"
#include "oci-spec/spec.hpp"

#include <string_view>

namespace spec {

Findings validate(const Spec& spec);
/// As the document of `exec --process`: pointers start at the process.
Findings validate(const Process& process);
/// As the document of `update --resources`: a limit that is not in it may be set already.
Findings validate(const Resources& resources);

/// Loads and validates: the findings of both. A validation finding at a place where loading
/// failed would only repeat it, and is left out.
Loaded<Spec> checked_spec(std::string_view bytes);
Loaded<Process> checked_process(std::string_view bytes);
Loaded<Resources> checked_resources(std::string_view bytes);
/// Mounts for a container that `container` configured: its namespaces and mappings count.
Loaded<MountDocument> checked_mounts(std::string_view bytes, const Spec& container);

} // namespace spec
