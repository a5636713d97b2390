// Mappings in a mount option, as crun(1) has them: "idmap=uids=0-1000-10#10-2000-5;gids=@0-0-10".
// Each range is FIRST-SHOWN-SIZE: ids on the file system from FIRST on are shown as those from
// SHOWN on, which are the host's, or behind "@" the container's.
#pragma once

#include "oci-spec/spec.hpp"
#include "runtime/base/result.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace spec {

struct IdMapRange {
    IdMapping mapping;     ///< container_id is FIRST, host_id is SHOWN
    bool relative = false; ///< SHOWN is an id of the container's user namespace
};

struct IdMapOption {
    std::vector<IdMapRange> uids;
    std::vector<IdMapRange> gids;
};

/// Takes apart what stands behind "idmap=". Both kinds of ids have to be there. The error says what
/// is wrong with the text.
base::Result<IdMapOption> id_map_option(std::string_view text);

/// The ranges with host ids. `container` are the mappings of the container's user namespace; a
/// relative range that crosses several of them becomes several. An error if they do not hold it.
base::Result<std::vector<IdMapping>> absolute(std::span<const IdMapRange> ranges,
                                              std::span<const IdMapping> container);

} // namespace spec
