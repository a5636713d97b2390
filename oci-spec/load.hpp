// The documents of the specification, loaded strictly: a wrong type, a fraction, a number out of
// range, a duplicate key, an unknown word or a missing required member is an error with its place,
// an unknown key a warning with a suggestion. What the values mean is for validate.hpp.
#pragma once

#include "oci-spec/finding.hpp"
#include "oci-spec/spec.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spec {

/// config.json. Sections and members for other platforms are ignored with a warning.
Loaded<Spec> load_spec(std::string_view bytes);

/// The document of `exec --process FILE`: the `process` of a config.json.
Loaded<Process> load_process(std::string_view bytes);

/// The document of `update --resources FILE`: the `linux.resources` of a config.json.
Loaded<Resources> load_resources(std::string_view bytes);

/// Mounts for a running container: the `mounts` of a config.json, or one of them by itself.
struct MountDocument {
    std::vector<Mount> mounts;
    bool is_list = true;
    /// Where the mount stands in the document: "/3", or "" if it is the document.
    [[nodiscard]] std::string pointer_of(std::size_t index) const;
};
Loaded<MountDocument> load_mounts(std::string_view bytes);

} // namespace spec
