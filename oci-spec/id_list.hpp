// Lists of CPUs and memory nodes as the specification and the kernel write them: "0-3,7".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace spec {

struct IdRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0; ///< included
};

/// The ranges in the order of the text; blanks and empty pieces are skipped. nullopt for anything
/// else, a range that goes down, or an id above 65535, more than any kernel has.
std::optional<std::vector<IdRange>> parse_id_list(std::string_view text);

} // namespace spec
